//! Sign-in in a browser: what the browser is sent to, what is listened to at the loopback, and what isn't.

use crate::mock::{Answer, Seen, Server, TENANT, TestClock, answer, refusal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_protocol::oauth::challenge_of;
use doorward_sdk::{Authority, BrowserSignIn, ClientOptions, Error, SignInHints, SignedIn};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

const ARM: &str = "https://management.azure.com";

/// A sign-in that has begun at a server whose id_token repeats `nonce`, else the right one.
struct Scene {
    server: Server,
    asked: HashMap<String, String>,
    port: u16,
    waiting: JoinHandle<Result<SignedIn, Error>>,
}

impl Scene {
    async fn new(answers: impl Fn(&Seen, &str) -> Answer + Send + Sync + 'static) -> Self {
        let nonce: Arc<Mutex<String>> = Arc::default();
        let known = Arc::clone(&nonce);
        let server = Server::start(move |_, seen| answers(seen, &known.lock().unwrap())).await;
        let options = ClientOptions::new(Authority::parse(&server.url).unwrap());
        let hints = SignInHints {
            login_hint: Some("alice@contoso.com".to_owned()),
            claims: None,
        };
        let begun = BrowserSignIn::begin(options, TENANT.parse().unwrap(), ARM, &hints)
            .await
            .unwrap();
        let asked: HashMap<String, String> = begun.page().query_pairs().into_owned().collect();
        assert_eq!(
            begun.page().as_str().split('?').next().unwrap(),
            format!("{}/{TENANT}/oauth2/v2.0/authorize", server.url)
        );
        nonce.lock().unwrap().clone_from(&asked["nonce"]);
        let port = asked["redirect_uri"].rsplit(':').next().unwrap().parse().unwrap();
        let waiting = tokio::spawn(begun.wait());
        Self {
            server,
            asked,
            port,
            waiting,
        }
    }

    async fn granting() -> Self {
        Self::new(|_, nonce| tokens(nonce)).await
    }

    fn state(&self) -> &str {
        &self.asked["state"]
    }

    async fn say(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut said = String::new();
        // The other end may close before it has read everything.
        drop(stream.read_to_string(&mut said).await);
        said
    }

    async fn post(&self, fields: &[(&str, &str)]) -> String {
        self.say(&post(&format!("127.0.0.1:{}", self.port), fields)).await
    }
}

fn post(host: &str, fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let body = form.extend_pairs(fields).finish();
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nAccept-Language: en\r\n\r\n{body}",
        body.len()
    )
}

fn tokens(nonce: &str) -> Answer {
    let part = |json: String| URL_SAFE_NO_PAD.encode(json);
    let id_token = format!(
        "{}.{}.{}",
        part(r#"{"alg":"RS256","kid":"k"}"#.to_owned()),
        part(format!(r#"{{"nonce":"{nonce}","tid":"{TENANT}"}}"#)),
        part("s".to_owned())
    );
    answer(
        200,
        format!(
            r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"at","refresh_token":"rt","id_token":"{id_token}"}}"#
        ),
    )
}

#[tokio::test]
async fn a_code_is_redeemed_with_what_only_this_program_knows() {
    let scene = Scene::granting().await;
    let asked = &scene.asked;
    for (name, value) in [
        ("response_type", "code"),
        ("response_mode", "form_post"),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
        ("login_hint", "alice@contoso.com"),
        (
            "scope",
            "https://management.azure.com/.default offline_access openid profile",
        ),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert!(asked["redirect_uri"].starts_with("http://127.0.0.1:"));
    let said = scene.post(&[("code", "c0de"), ("state", scene.state())]).await;
    assert!(
        said.starts_with("HTTP/1.1 200 OK\r\n") && said.contains("You are signed in"),
        "{said}"
    );
    assert!(!said.contains("c0de") && !said.contains(scene.state()), "{said}");
    let signed_in = scene.waiting.await.unwrap().unwrap();
    assert_eq!(signed_in.token.secret().expose(), "at");
    assert_eq!(signed_in.session.refresh_token().expose(), "rt");
    let seen = scene.server.seen();
    assert_eq!(seen.len(), 1);
    let form: HashMap<String, String> = url::form_urlencoded::parse(seen[0].body.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(
        (form["code"].as_str(), &form["redirect_uri"]),
        ("c0de", &asked["redirect_uri"])
    );
    assert_eq!(
        challenge_of(&form["code_verifier"].as_str().into()),
        asked["code_challenge"]
    );
}

#[tokio::test]
async fn nothing_is_the_same_in_two_sign_ins() {
    let (one, other) = (Scene::granting().await, Scene::granting().await);
    for name in ["state", "nonce", "code_challenge", "redirect_uri"] {
        assert_ne!(one.asked[name], other.asked[name], "{name}");
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(one.asked[name].len(), 43, "{name}");
    }
}

#[tokio::test]
async fn what_others_say_changes_nothing() {
    let scene = Scene::granting().await;
    let (state, host) = (scene.state().to_owned(), format!("127.0.0.1:{}", scene.port));
    let right = [("code", "c0de"), ("state", state.as_str())];
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    for (text, status) in [
        (post(&host, &[("code", "c0de"), ("state", "wrong")]), 400),
        (post(&host, &[("code", "c0de")]), 400),
        (
            post(&host, &[("error", "access_denied"), ("state", "wrong")]),
            400,
        ),
        (post(&host, &[("error", "access_denied")]), 400),
        (post(&host, &[("state", &state)]), 400),
        (
            post(&host, &[("code", "a"), ("error", "b"), ("state", &state)]),
            400,
        ),
        (
            post(&host, &[("code", "a"), ("code", "b"), ("state", &state)]),
            400,
        ),
        (post(&host, &right).replace("x-www-form-urlencoded", "json"), 400),
        (post("evil.example", &right), 421),
        (post("127.0.0.1:1", &right), 421),
        (post(&host, &right).replace("POST / ", "POST /else "), 404),
        (get(&format!("/?code=c0de&state={state}")), 404),
        (get("/"), 405),
        (get("/favicon.ico"), 404),
        ("nonsense\r\n\r\n".to_owned(), 400),
        (format!("GET /{} HTTP/1.1\r\n", "x".repeat(200_000)), 413),
    ] {
        let said = scene.say(&text).await;
        let line = said.lines().next().unwrap_or_default();
        assert!(
            line.starts_with(&format!("HTTP/1.1 {status} ")),
            "{line}: {text:.200}"
        );
        assert!(!said.contains(&state), "{said}");
    }
    assert!(scene.server.seen().is_empty());
    let said = scene.post(&right).await;
    assert!(said.contains("You are signed in"), "{said}");
    assert!(scene.waiting.await.unwrap().is_ok());
}

#[tokio::test]
async fn who_says_nothing_keeps_nobody_waiting() {
    let scene = Scene::granting().await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(("127.0.0.1", scene.port)).await.unwrap();
        drop(stream.write_all(b"POST / HT").await);
        idle.push(stream);
    }
    let right = [("code", "c0de"), ("state", scene.state())];
    let came = tokio::time::timeout(Duration::from_secs(5), scene.post(&right));
    assert!(came.await.unwrap().contains("You are signed in"));
    assert!(scene.waiting.await.unwrap().is_ok());
}

#[tokio::test]
async fn an_answer_is_taken_once_and_nobody_is_listened_to_afterwards() {
    let scene = Scene::new(|_, nonce| Answer {
        delay: Duration::from_millis(500),
        ..tokens(nonce)
    })
    .await;
    let right = [("code", "c0de"), ("state", scene.state())];
    let (first, second) = tokio::join!(scene.post(&right), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        TcpStream::connect(("127.0.0.1", scene.port)).await.is_err()
    });
    assert!(first.contains("You are signed in"), "{first}");
    assert!(second, "the port is still open");
    assert!(scene.waiting.await.unwrap().is_ok());
    assert_eq!(scene.server.seen().len(), 1);
}

#[tokio::test]
async fn a_no_is_a_no() {
    let scene = Scene::granting().await;
    let said = scene
        .post(&[
            ("error", "access_denied"),
            (
                "error_description",
                "AADSTS65004: User <b>declined\u{1b}[2J to consent.",
            ),
            ("state", scene.state()),
        ])
        .await;
    assert!(said.contains("You are not signed in"), "{said}");
    assert!(
        said.contains("AADSTS65004: User &lt;b&gt;declined[2J to"),
        "{said}"
    );
    let Err(Error::Refused(message)) = scene.waiting.await.unwrap() else {
        panic!("it was no refusal");
    };
    assert_eq!(
        (message.code.as_str(), message.number),
        ("access_denied", Some(65004))
    );
    assert_eq!(message.text, "AADSTS65004: User <b>declined[2J to consent.");
    assert!(scene.server.seen().is_empty());
}

#[tokio::test]
async fn the_browser_hears_that_the_code_was_refused() {
    let scene =
        Scene::new(|_, _| refusal(400, "invalid_grant", 54005, "The code was already redeemed.")).await;
    let said = scene.post(&[("code", "c0de"), ("state", scene.state())]).await;
    assert!(
        said.contains("You are not signed in") && said.contains("AADSTS54005"),
        "{said}"
    );
    assert!(scene.waiting.await.unwrap().is_err());
    assert_eq!(scene.server.seen().len(), 1);
}

#[tokio::test]
async fn tokens_of_another_sign_in_are_not_taken() {
    for wrong in [tokens("another"), crate::mock::token("at", 3599)] {
        let body = wrong.body;
        let scene = Scene::new(move |_, _| answer(200, body.clone())).await;
        let said = scene.post(&[("code", "c0de"), ("state", scene.state())]).await;
        assert!(said.contains("You are not signed in"), "{said}");
        let error = scene.waiting.await.unwrap().unwrap_err();
        assert!(error.to_string().contains("another sign-in"), "{error}");
    }
}

#[tokio::test]
async fn who_never_comes_is_waited_for_a_quarter_of_an_hour() {
    let server = Server::start(|_, _| tokens("")).await;
    let clock = TestClock::new();
    let tenant = TENANT.parse().unwrap();
    let begun = BrowserSignIn::begin(server.options(&clock), tenant, ARM, &SignInHints::default())
        .await
        .unwrap();
    let port = begun
        .page()
        .query_pairs()
        .find(|(name, _)| name == "redirect_uri")
        .unwrap()
        .1;
    let port: u16 = port.rsplit(':').next().unwrap().parse().unwrap();
    let error = begun.wait().await.unwrap_err();
    let waited = Duration::from_secs(900);
    assert_eq!(error, Error::NoAnswer { waited });
    assert_eq!(*clock.slept.lock().unwrap(), [waited]);
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn a_sign_in_shows_no_secret() {
    let scene = Scene::granting().await;
    let begun = BrowserSignIn::begin(
        ClientOptions::new(Authority::parse(&scene.server.url).unwrap()),
        TENANT.parse().unwrap(),
        ARM,
        &SignInHints::default(),
    )
    .await
    .unwrap();
    let shown = format!("{begun:?}");
    for (name, value) in begun.page().query_pairs() {
        let secret = ["state", "nonce", "code_challenge"].contains(&&*name);
        assert!(!secret || !shown.contains(&*value), "{name} in {shown}");
    }
    assert!(shown.contains(TENANT), "{shown}");
}
