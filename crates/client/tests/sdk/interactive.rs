//! A person is asked when that is needed, and then known again: by other calls, other threads and other programs.

use crate::mock::{Answer, Seen, Server, TENANT, TestClock, answer, executable, refusal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::Duration;
use doorward_sdk::{
    Browser, ClientOptions, DeviceCodeAuthentication, Error, InteractiveLoginAuthentication, TokenSource,
};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const ARM: &str = "https://management.azure.com";
const GRAPH: &str = "https://graph.microsoft.com";

/// A server at which each refresh token is good once, and a browser in which the person always signs in.
struct Scene {
    server: Server,
    clock: Arc<TestClock>,
    directory: TempDir,
    /// How often each grant was given, `reuse` when a refresh token came a second time.
    given: Arc<Mutex<HashMap<String, usize>>>,
    ended: Arc<AtomicUsize>,
    delay: Arc<AtomicUsize>,
    told: Arc<Mutex<Vec<String>>>,
}

fn fields(seen: &Seen) -> HashMap<String, String> {
    url::form_urlencoded::parse(seen.body.as_bytes())
        .into_owned()
        .collect()
}

fn part(json: String) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

impl Scene {
    async fn new() -> Self {
        let given: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let (ended, delay) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (log, over, wait) = (Arc::clone(&given), Arc::clone(&ended), Arc::clone(&delay));
        let newest = Mutex::new(0_usize);
        let server = Server::start(move |number, seen| {
            let form = fields(seen);
            let count = |what: &str| *log.lock().unwrap().entry(what.to_owned()).or_default() += 1;
            if seen.line.contains("/devicecode ") {
                count("devicecode");
                return answer(
                    200,
                    r#"{"user_code":"AB12","device_code":"dc","verification_uri":"u","expires_in":900,"interval":1,"message":"open u, type AB12"}"#,
                );
            }
            let grant = form["grant_type"].as_str();
            if grant == "refresh_token" {
                let good = form["refresh_token"] == format!("rt{}", newest.lock().unwrap());
                if !good || over.load(Ordering::SeqCst) > 0 {
                    over.fetch_sub(usize::from(good), Ordering::SeqCst);
                    count(if good { "ended" } else { "reuse" });
                    return refusal(400, "invalid_grant", 50173, "The session has ended.");
                }
            }
            count(grant);
            *newest.lock().unwrap() = number;
            Answer {
                delay: std::time::Duration::from_millis(wait.load(Ordering::SeqCst) as u64),
                ..tokens(number, form.get("code").map_or("", String::as_str))
            }
        })
        .await;
        Self {
            server,
            clock: TestClock::new(),
            directory: tempfile::tempdir().unwrap(),
            given,
            ended,
            delay,
            told: Arc::default(),
        }
    }

    fn options(&self) -> ClientOptions {
        self.server.options(&self.clock)
    }

    fn kept(&self) -> PathBuf {
        self.directory.path().join("sdk")
    }

    /// A browser in which everybody signs in at once. The code is the nonce, which the server's id_token has to repeat.
    fn browser(&self) -> Browser {
        let script = self.directory.path().join("browser");
        let text = "get() { echo \"$url\" | sed -n \"s/.*[?&]$1=\\([^&]*\\).*/\\1/p\"; }\nurl=$1\n\
                    echo \"$url\" >> \"$0.log\"\nto=$(get redirect_uri | sed 's/%3A/:/g;s/%2F/\\//g')\n\
                    curl -s -o /dev/null \"$to/\" --data \"code=$(get nonce)&state=$(get state)\"\n";
        executable(&script, text);
        Browser::command_line(script.to_str().unwrap()).unwrap()
    }

    /// The pages that were opened.
    fn opened(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.directory.path().join("browser.log"));
        log.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn auth(&self) -> InteractiveLoginAuthentication {
        let told = Arc::clone(&self.told);
        // Waiting moves the test's clock, and a person's patience is a wait of the clock: theirs is the machine's.
        InteractiveLoginAuthentication::new()
            .unwrap()
            .options(self.options().clock(Arc::new(Patient(Arc::clone(&self.clock)))))
            .browser(Some(self.browser()))
            .cache_directory(Some(&self.kept()))
            .tell(move |text| told.lock().unwrap().push(text.to_owned()))
    }

    fn given(&self, what: &str) -> usize {
        self.given.lock().unwrap().get(what).copied().unwrap_or(0)
    }

    fn an_hour_passes(&self) {
        self.clock.forward(Duration::seconds(3700));
    }
}

/// The test's time, and waits that last.
#[derive(Debug)]
struct Patient(Arc<TestClock>);

impl doorward_sdk::clock::Clock for Patient {
    fn now(&self) -> doorward_names::Timestamp {
        self.0.now()
    }

    fn sleep(&self, span: std::time::Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(span))
    }
}

fn tokens(number: usize, nonce: &str) -> Answer {
    let id_token = format!(
        "{}.{}.{}",
        part(r#"{"alg":"RS256","kid":"k"}"#.to_owned()),
        part(format!(r#"{{"nonce":"{nonce}","tid":"{TENANT}"}}"#)),
        part("s".to_owned())
    );
    answer(
        200,
        format!(
            r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"at{number}","refresh_token":"rt{number}","id_token":"{id_token}"}}"#
        ),
    )
}

#[tokio::test]
async fn a_person_is_asked_once_and_known_to_the_next_program() {
    let scene = Scene::new().await;
    let auth = scene.auth();
    let first = auth.token(ARM).await.unwrap();
    assert_eq!(
        auth.token(ARM).await.unwrap().secret().expose(),
        first.secret().expose()
    );
    let graph = auth.token(GRAPH).await.unwrap();
    assert_ne!(graph.secret().expose(), first.secret().expose());
    assert_eq!(
        (scene.given("authorization_code"), scene.given("refresh_token")),
        (1, 1)
    );
    let next = scene.auth();
    assert_eq!(
        next.token(ARM).await.unwrap().secret().expose(),
        first.secret().expose()
    );
    let header = next.authentication_header().await.unwrap();
    assert_eq!(header.expose(), &format!("Bearer {}", first.secret().expose()));
    scene.an_hour_passes();
    next.token(ARM).await.unwrap();
    // What the first one knew is old, but it looks where it is kept.
    auth.token(GRAPH).await.unwrap();
    assert_eq!((scene.opened().len(), scene.given("reuse")), (1, 0));
    assert_eq!(scene.told.lock().unwrap().len(), 1);
    assert!(scene.told.lock().unwrap()[0].starts_with("A web browser has been opened"));
}

#[tokio::test]
async fn what_is_kept_is_sealed_and_private() {
    let scene = Scene::new().await;
    scene.auth().token(ARM).await.unwrap();
    let mode = |name: &str| scene.kept().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (
            mode(""),
            mode("sessions.json"),
            mode("sessions.key"),
            mode("sessions.lock")
        ),
        (0o700, 0o600, 0o600, 0o600)
    );
    let text = std::fs::read_to_string(scene.kept().join("sessions.json")).unwrap();
    for secret in ["rt0", "at0", TENANT, "refresh"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(std::fs::read_dir(scene.kept()).unwrap().count(), 3);
}

#[tokio::test]
async fn who_has_lost_the_file_or_its_key_signs_in_again() {
    let scene = Scene::new().await;
    scene.auth().token(ARM).await.unwrap();
    let (file, key) = (
        scene.kept().join("sessions.json"),
        scene.kept().join("sessions.key"),
    );
    let sealed = std::fs::read(&file).unwrap();
    let breakages: [&dyn Fn(); 5] = [
        &|| std::fs::remove_file(&key).unwrap(),
        &|| std::fs::write(&key, "no key").unwrap(),
        &|| std::fs::write(&file, "{").unwrap(),
        // Of a key that is gone.
        &|| std::fs::write(&file, &sealed).unwrap(),
        &|| std::fs::remove_file(&file).unwrap(),
    ];
    for (number, breakage) in breakages.into_iter().enumerate() {
        breakage();
        scene.auth().token(ARM).await.unwrap();
        assert_eq!(scene.opened().len(), number + 2);
        scene.auth().token(ARM).await.unwrap();
        assert_eq!(scene.opened().len(), number + 2);
    }
    std::fs::write(&file, r#"{"version":2,"nonce":"","sealed":""}"#).unwrap();
    let error = scene.auth().token(ARM).await.unwrap_err();
    assert!(
        error.to_string().contains("a newer version wrote this file"),
        "{error}"
    );
}

#[tokio::test]
async fn a_person_whose_session_has_ended_is_asked_again() {
    let scene = Scene::new().await;
    let auth = scene.auth();
    auth.token(ARM).await.unwrap();
    scene.ended.store(1, Ordering::SeqCst);
    scene.an_hour_passes();
    auth.token(ARM).await.unwrap();
    assert_eq!((scene.opened().len(), scene.given("ended")), (2, 1));
    scene.an_hour_passes();
    auth.token(ARM).await.unwrap();
    assert_eq!((scene.opened().len(), scene.given("refresh_token")), (2, 1));
}

#[tokio::test]
async fn who_is_forced_is_asked_although_they_are_known() {
    let scene = Scene::new().await;
    scene.auth().token(ARM).await.unwrap();
    let forced = scene.auth().force(true);
    forced.token(ARM).await.unwrap();
    assert_eq!(scene.opened().len(), 2);
    forced.token(GRAPH).await.unwrap();
    assert_eq!(scene.opened().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_ask_the_person_once_and_use_no_refresh_token_twice() {
    let scene = Scene::new().await;
    let auth = scene.auth();
    let resource = |n: usize| format!("https://r{}.example", n % 8);
    let all = async |auths: Vec<InteractiveLoginAuthentication>| {
        let tasks = auths.into_iter().enumerate().map(|(n, auth)| {
            let resource = resource(n);
            tokio::spawn(async move { auth.token(&resource).await.map(drop) })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
    };
    all(vec![auth.clone(); 16]).await;
    assert_eq!(scene.opened().len(), 1);
    for _ in 0..3 {
        scene.an_hour_passes();
        // Each as a program of its own.
        all((0..16).map(|_| scene.auth()).collect()).await;
    }
    assert_eq!((scene.opened().len(), scene.given("reuse")), (1, 0));
    // Two of a kind share what the first one had.
    assert_eq!(scene.given("refresh_token"), 7 + 3 * 8);
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_is_not_lost() {
    let scene = Scene::new().await;
    let auth = scene.auth();
    auth.token(ARM).await.unwrap();
    scene.an_hour_passes();
    scene.delay.store(300, Ordering::SeqCst);
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(100), auth.token(ARM));
    assert!(given_up.await.is_err());
    scene.delay.store(0, Ordering::SeqCst);
    auth.token(GRAPH).await.unwrap();
    assert_eq!((scene.opened().len(), scene.given("reuse")), (1, 0));
}

#[tokio::test]
async fn sessions_of_tenants_are_apart() {
    let scene = Scene::new().await;
    scene.auth().token(ARM).await.unwrap();
    // That is the tenant that was signed in to.
    scene.auth().tenant_id(TENANT).unwrap().token(ARM).await.unwrap();
    assert_eq!(scene.opened().len(), 1);
    scene
        .auth()
        .tenant_id("Fabrikam.com")
        .unwrap()
        .token(ARM)
        .await
        .unwrap();
    scene
        .auth()
        .tenant_id("fabrikam.com")
        .unwrap()
        .token(ARM)
        .await
        .unwrap();
    let opened = scene.opened();
    assert_eq!(opened.len(), 2);
    assert!(
        opened[0].contains("/organizations/oauth2/v2.0/authorize?"),
        "{opened:?}"
    );
    assert!(
        opened[1].contains("/fabrikam.com/oauth2/v2.0/authorize?"),
        "{opened:?}"
    );
    let wrong = scene.auth().tenant_id("no tenant").map(drop).unwrap_err();
    assert!(matches!(wrong, Error::Invalid(_)), "{wrong}");
}

#[tokio::test]
async fn in_memory_nothing_is_left_behind() {
    let scene = Scene::new().await;
    let auth = scene.auth().cache_directory(None).login_hint("alice@contoso.com");
    for resource in [ARM, GRAPH, ARM] {
        auth.token(resource).await.unwrap();
        scene.an_hour_passes();
    }
    assert_eq!((scene.opened().len(), scene.given("reuse")), (1, 0));
    assert!(scene.opened()[0].contains("login_hint=alice%40contoso.com"));
    assert!(!scene.kept().exists());
}

#[tokio::test]
async fn who_is_forgotten_is_asked_again() {
    let scene = Scene::new().await;
    for auth in [scene.auth(), scene.auth().cache_directory(None)] {
        let before = scene.opened().len();
        auth.token(ARM).await.unwrap();
        auth.forget().await.unwrap();
        auth.token(ARM).await.unwrap();
        assert_eq!(scene.opened().len(), before + 2);
        auth.forget().await.unwrap();
        auth.forget().await.unwrap();
    }
}

#[tokio::test]
async fn without_a_browser_a_code_is_used_and_that_is_said() {
    let scene = Scene::new().await;
    let auth = scene.auth().browser(None);
    auth.token(ARM).await.unwrap();
    let broken = Browser::command_line("/nowhere/firefox");
    scene.auth().browser(broken).force(true).token(ARM).await.unwrap();
    let broken = Browser::command_line("false");
    scene.auth().browser(broken).force(true).token(ARM).await.unwrap();
    let told = scene.told.lock().unwrap().clone();
    assert_eq!(told[0], "No web browser can be opened here, so a code is used.");
    assert_eq!(told[1], "open u, type AB12");
    assert!(
        told[2].starts_with("The web browser could not be opened (No such file"),
        "{}",
        told[2]
    );
    assert!(
        told[4].starts_with("A web browser has been opened"),
        "{}",
        told[4]
    );
    assert_eq!(
        told[5],
        "The web browser could not be opened (false: exit status: 1), so a code is used."
    );
    assert_eq!((scene.given("devicecode"), told.len()), (3, 7));
}

#[tokio::test]
async fn a_code_is_shown_and_the_session_shared() {
    let scene = Scene::new().await;
    let told: Arc<Mutex<String>> = Arc::default();
    let heard = Arc::clone(&told);
    let auth = DeviceCodeAuthentication::new()
        .unwrap()
        .options(scene.options())
        .cache_directory(Some(&scene.kept()))
        .tell(move |text| heard.lock().unwrap().push_str(text));
    auth.token(ARM).await.unwrap();
    assert_eq!(*told.lock().unwrap(), "open u, type AB12");
    scene.auth().token(GRAPH).await.unwrap();
    assert!(scene.opened().is_empty());
    assert_eq!(auth.server().unwrap().authority().as_str(), scene.server.url);
}

#[tokio::test]
async fn a_credential_shows_no_secret() {
    let scene = Scene::new().await;
    for auth in [scene.auth(), scene.auth().cache_directory(None)] {
        let token = auth.token(ARM).await.unwrap();
        let (token, shown) = (token.secret().expose(), format!("{auth:?}"));
        for secret in [token.as_str(), &token.replace("at", "rt")] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
}
