//! The second factor: enrolment, codes that are good once, recovery codes, and what a stranger can do with a password.

use doorward_domain::directory::DirectoryRole;
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use serde_json::json;
use tokio::task::JoinSet;

use super::authorize::{carried, redeem, sign_in, url};
use super::{device_code, verified};
use crate::app::{self, App, enrol, recovery_codes};
use crate::browser::{Browser, form_of, problem};
use crate::harness::{Answer, Caller, World};

const WRONG: &str = "This code is wrong. Enter the one that the app shows now, and check that the clock of its device is right.";
const WRONG_RECOVERY: &str = "This recovery code is wrong, or was used already. Each one is good once; try another one, or the code that the app shows.";
const USED: &str = "This code was used already. Wait until the app shows the next one.";
const STALE: &str = "This page was open too long, or came from elsewhere. Please start again here.";

/// The page that asks `person` for a code, in a new browser.
async fn asked(world: &World, person: &Caller) -> (Browser, Answer) {
    let mut browser = Browser::new(world);
    let page = browser.visit(&url("organizations", &[])).await;
    let page = sign_in(&mut browser, &page, person).await;
    assert!(
        page.status == 200 && page.text.contains("id=\"otp\""),
        "{}",
        page.text
    );
    assert!(
        browser.cookie("__Host-doorward").is_none(),
        "nobody is signed in yet"
    );
    (browser, page)
}

#[tokio::test]
async fn who_has_an_app_is_asked_for_its_code_on_every_page() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let app = enrol(&world, &alice).await;
        let (mut browser, page) = asked(&world, &alice).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' http://localhost:8400;"),
            "{policy}"
        );
        for wrong in [
            app.wrong_code(&world).as_str(),
            "",
            "12345",
            "1234567",
            "０１２３４５",
        ] {
            let page = browser.submit(&page, &[("otp", wrong)]).await;
            assert_eq!(
                (page.status, problem(&page).as_deref()),
                (400, Some(WRONG)),
                "{wrong}"
            );
        }
        let back = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        let body = redeem(&world, &carried(&back, '?')["code"], &[]).await.ok();
        let token = body["access_token"].as_str().unwrap();
        let claims = verified(&world, &tenant.domain, token).await;
        assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
        // The browser is signed in with all of it: nothing is asked for the next application.
        let page = browser.visit(&url("organizations", &[])).await;
        let back = browser.submit(&page, &[("step", "continue")]).await;
        assert!(carried(&back, '?').contains_key("code"));

        // The page for devices.
        world.app.clock.advance(Duration::seconds(30));
        let begun = device_code::begin(&world, "organizations").await;
        let (code, device) = (
            device_code::text(&begun, "user_code"),
            device_code::text(&begun, "device_code"),
        );
        let mut browser = Browser::new(&world);
        let page = device_code::question(&mut browser, &code, &alice).await;
        assert!(page.text.contains("id=\"otp\""), "{}", page.text);
        let before = device_code::poll(&world, "organizations", &device).await;
        assert_eq!(before.json()["error"], "authorization_pending");
        let page = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        browser.submit(&page, &[("answer", "approve")]).await;
        world.app.clock.advance(Duration::seconds(5));
        let body = device_code::poll(&world, "organizations", &device).await.ok();
        let token = body["access_token"].as_str().unwrap();
        let claims = verified(&world, &tenant.domain, token).await;
        assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_none_before_it() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let app = enrol(&world, &alice).await;
        let before = app.code(&world);
        world.app.clock.advance(Duration::seconds(30));
        let now = app.code(&world);
        let later = app.code_at(world.app.clock.now().plus(Duration::seconds(30)));
        for (code, expected) in [
            (&now, None),
            (&now, Some(USED)),
            (&before, Some(USED)),
            (&later, None),
            (&now, Some(USED)),
        ] {
            let (mut browser, page) = asked(&world, &alice).await;
            let answer = browser.submit(&page, &[("otp", code)]).await;
            match expected {
                None => assert!(carried(&answer, '?').contains_key("code")),
                Some(_) => assert_eq!(problem(&answer).as_deref(), expected),
            }
        }
        let code = app.codes[3].clone();
        for (typed, expected) in [
            (code.to_uppercase().replace('-', " "), None),
            (code, Some(WRONG_RECOVERY)),
            ("0000-0000-0000-0000".to_owned(), Some(WRONG_RECOVERY)),
            ("no code".to_owned(), Some(WRONG_RECOVERY)),
        ] {
            let (mut browser, page) = asked(&world, &alice).await;
            let answer = browser.submit(&page, &[("recovery", &typed)]).await;
            match expected {
                None => {
                    let body = redeem(&world, &carried(&answer, '?')["code"], &[]).await.ok();
                    let token = body["access_token"].as_str().unwrap();
                    let claims = verified(&world, &tenant.domain, token).await;
                    assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
                }
                Some(_) => assert_eq!(problem(&answer).as_deref(), expected),
            }
        }
    }
}

/// Sends the same form from sixteen copies of a browser at once; gives how many were signed in.
async fn at_once(browser: &Browser, page: &Answer, field: (&'static str, String)) -> usize {
    let form = form_of(page);
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (mut browser, form, field) = (browser.clone(), form.clone(), field.clone());
        tasks.spawn(async move {
            let mut pairs: Vec<_> = form
                .fields
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            pairs.push((field.0, &field.1));
            browser.post(&form.action, &pairs).await.status
        });
    }
    let answers = tasks.join_all().await;
    assert!(
        answers.iter().all(|status| [302, 400].contains(status)),
        "{answers:?}"
    );
    answers.into_iter().filter(|status| *status == 302).count()
}

#[tokio::test]
async fn of_sixteen_at_once_exactly_one_gets_in() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        for round in 0..3 {
            let person = tenant.user(&format!("p{round}"), &[]).await;
            let app = enrol(&world, &person).await;
            let (browser, page) = asked(&world, &person).await;
            assert_eq!(at_once(&browser, &page, ("otp", app.code(&world))).await, 1);
            let code = app.codes[0].clone();
            assert_eq!(at_once(&browser, &page, ("recovery", code)).await, 1);
        }
    }
}

#[tokio::test]
async fn wrong_codes_are_counted_and_then_a_right_one_waits_as_well() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let app = enrol(&world, &alice).await;
        for from in 0..30 {
            // From everywhere, so that no source hears to wait.
            let mut browser = Browser::at(&world, &format!("192.0.2.{from}"));
            let page = browser.visit(&url("organizations", &[])).await;
            let page = sign_in(&mut browser, &page, &alice).await;
            let answer = browser.submit(&page, &[("otp", &app.wrong_code(&world))]).await;
            assert_eq!(problem(&answer).as_deref(), Some(WRONG), "{from}");
        }
        let (mut browser, page) = asked(&world, &alice).await;
        let answer = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        let told = problem(&answer).unwrap();
        assert!(told.starts_with("Too many wrong tries. Wait 86"), "{told}");
        // What can't be guessed is not kept waiting.
        let answer = browser.submit(&page, &[("recovery", &app.codes[0])]).await;
        assert!(carried(&answer, '?').contains_key("code"));
        world.app.clock.advance(Duration::hours(24));
        let (mut browser, page) = asked(&world, &alice).await;
        let answer = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        assert!(carried(&answer, '?').contains_key("code"));
        // From one address it is as with passwords, together with them.
        let mut told = Vec::new();
        for _ in 0..11 {
            let mut browser = Browser::at(&world, "198.51.100.1");
            let page = browser.visit(&url("organizations", &[])).await;
            let filled = [
                ("username", alice.name.as_str()),
                ("password", "wrong"),
                ("step", "sign_in"),
            ];
            told.push(problem(&browser.submit(&page, &filled).await).unwrap());
            if told.len() > 20 {
                break;
            }
            let page = sign_in(&mut browser, &page, &alice).await;
            let answer = browser.submit(&page, &[("otp", &app.wrong_code(&world))]).await;
            told.push(problem(&answer).unwrap());
        }
        let waits = |text: &&String| text.starts_with("Too many wrong tries");
        assert_eq!(told.iter().position(|text| waits(&text)), Some(20), "{told:?}");
    }
}

#[tokio::test]
async fn a_proven_password_is_good_for_one_browser_and_request_and_not_for_long() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let app = enrol(&world, &alice).await;
        let (browser, page) = asked(&world, &alice).await;
        let code = app.code(&world);
        let stale = |answer: Answer| {
            assert_eq!(
                problem(&answer).as_deref(),
                Some(STALE),
                "{} {}",
                answer.status,
                answer.text
            );
            assert!(answer.text.contains("name=\"password\""));
        };
        // Another browser, with its own seal.
        let mut other = Browser::new(&world);
        let own = other.visit(&url("organizations", &[])).await;
        let proven = form_of(&page).fields["proven"].clone();
        let taken = [("step", "prove"), ("proven", proven.as_str()), ("otp", &code)];
        stale(other.submit(&own, &taken).await);
        // The same browser, for another request, the page for devices and their own page.
        let mut same = browser.clone();
        let elsewhere = same.visit(&url("organizations", &[("state", "another")])).await;
        stale(same.submit(&elsewhere, &taken).await);
        let own = same.get("/signin").await;
        stale(same.submit(&own, &taken).await);
        let begun = device_code::begin(&world, "organizations").await;
        let typed = same.get("/devicelogin").await;
        let typed = same
            .submit(&typed, &[("user_code", &device_code::text(&begun, "user_code"))])
            .await;
        stale(same.submit(&typed, &taken).await);
        // Changed by one letter, or to somebody else.
        let bob = tenant.user("bob", &[]).await;
        for forged in [
            proven.replace(&alice.id.to_string(), &bob.id.to_string()),
            proven.replace("/pwd/", "/pwd+otp+mfa/"),
            proven[1..].to_owned(),
            String::new(),
            "////".to_owned(),
        ] {
            stale(same.submit(&page, &[("proven", &forged), ("otp", &code)]).await);
        }
        // What was proven by the password alone does not end the sign-in.
        let asked_again = same.submit(&page, &[("step", "enrolled")]).await;
        assert!(asked_again.status == 200 && asked_again.text.contains("id=\"otp\""));
        // After ten minutes, a change of the password, and signing out.
        let mut late = browser.clone();
        world.app.clock.advance(Duration::seconds(601));
        stale(late.submit(&page, &[("otp", &app.code(&world))]).await);
        let (mut changed, page) = asked(&world, &alice).await;
        let (id, now) = (alice.id, world.app.clock.now().plus(Duration::seconds(1)));
        let set_password = move |enabled: bool| {
            let (world, tenant) = (world.clone(), tenant.id);
            async move {
                let write = world.app.snapshots.write(move |tx| {
                    let mut user = store::user::find(tx, tenant, id)?.unwrap();
                    user.enabled = enabled;
                    user.password.as_mut().unwrap().set_at = now;
                    store::user::update(tx, &user)?.unwrap();
                    Ok::<_, QueryError>(())
                });
                write.await.unwrap();
                world
            }
        };
        let world = set_password(true).await;
        world.app.clock.advance(Duration::seconds(30));
        stale(changed.submit(&page, &[("otp", &app.code(&world))]).await);
        let (mut browser, page) = asked(&world, &alice).await;
        let mut copy = browser.clone();
        let out = browser.get("/common/oauth2/v2.0/logout").await;
        assert_eq!(out.status, 200);
        assert!(browser.cookie("__Host-doorward-form").is_none());
        let answer = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        assert!(
            answer.status == 400 && answer.text.contains("cookies"),
            "{}",
            answer.text
        );
        let back = copy.submit(&page, &[("otp", &app.code(&world))]).await;
        assert!(
            carried(&back, '?').contains_key("code"),
            "the code was not spent meanwhile"
        );
    }
}

#[tokio::test]
async fn a_person_sets_up_an_app_renews_codes_and_takes_it_away() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let mut browser = Browser::new(&world);
        let page = browser.get("/signin").await;
        let page = app::sign_in(&mut browser, &page, &alice).await;
        assert!(page.text.contains("By password alone."), "{}", page.text);
        let twin = browser.clone();
        let set_up = browser.submit(&page, &[("step", "set_up")]).await;
        assert!(set_up.text.contains("<svg class=\"qr\" role=\"img\"") && !set_up.text.contains("<script"));
        let app = App::of(&set_up);
        let wrong = browser.submit(&set_up, &[("otp", &app.wrong_code(&world))]).await;
        assert!(wrong.status == 400 && problem(&wrong).is_some());
        assert_eq!(
            App::of(&wrong).code(&world),
            app.code(&world),
            "the key stays the same"
        );
        // Not with a key of one's own choice.
        let chosen = [("secret", "AAAAAAAAAAAAAAAAAAAAAAAAAAA"), ("otp", "328482")];
        let refused = browser.submit(&set_up, &chosen).await;
        assert_eq!(problem(&refused).as_deref(), Some(STALE));
        // Two at once: one is set up.
        let code = app.code(&world);
        let shown = browser.submit(&set_up, &[("otp", &code)]).await;
        let codes = recovery_codes(&shown);
        assert_eq!(codes.len(), 10);
        let second = twin.clone().submit(&set_up, &[("otp", &code)]).await;
        assert_eq!(problem(&second).as_deref(), Some(STALE));
        let next = browser.submit(&shown, &[]).await;
        assert_eq!(next.header("location"), Some("/signin"));
        let page = browser.get("/signin").await;
        assert!(page.text.contains("10 recovery codes are left."), "{}", page.text);
        for code in &codes {
            assert!(!page.text.contains(code), "they are shown once");
        }
        // The code that confirmed the app is spent.
        let again = browser
            .submit(&page, &[("otp", &code), ("step", "new_codes")])
            .await;
        assert_eq!(problem(&again).as_deref(), Some(USED));
        world.app.clock.advance(Duration::seconds(30));
        let renewed = browser
            .submit(&page, &[("otp", &app.code(&world)), ("step", "new_codes")])
            .await;
        let fresh = recovery_codes(&renewed);
        assert!(fresh.len() == 10 && fresh.iter().all(|code| !codes.contains(code)));
        let (mut other, asked_page) = asked(&world, &alice).await;
        let old = other.submit(&asked_page, &[("recovery", &codes[0])]).await;
        assert_eq!(problem(&old).as_deref(), Some(WRONG_RECOVERY));
        let new = other.submit(&asked_page, &[("recovery", &fresh[0])]).await;
        assert!(carried(&new, '?').contains_key("code"));
        // Without a code, nothing is taken away.
        let kept = browser.submit(&page, &[("step", "remove")]).await;
        assert_eq!(problem(&kept).as_deref(), Some(WRONG));
        world.app.clock.advance(Duration::seconds(30));
        let removed = browser
            .submit(&page, &[("otp", &app.code(&world)), ("step", "remove")])
            .await;
        assert_eq!(removed.header("location"), Some("/signin"));
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url("organizations", &[])).await;
        let back = sign_in(&mut browser, &page, &alice).await;
        assert!(carried(&back, '?').contains_key("code"), "by the password alone");
        // A browser that was left open sets up nothing.
        world.app.clock.advance(Duration::minutes(11));
        let page = browser.get("/signin").await;
        let asked = browser.submit(&page, &[("step", "set_up")]).await;
        assert!(asked.text.contains("name=\"password\"") && asked.text.contains("ten minutes ago"));
    }
}

#[tokio::test]
async fn no_secret_of_it_stands_in_log_audit_or_store() {
    let log = crate::log::whole();
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let mut browser = Browser::new(&world);
        let page = browser.get("/signin").await;
        let page = app::sign_in(&mut browser, &page, &alice).await;
        let page = browser.submit(&page, &[("step", "set_up")]).await;
        let app = App::of(&page);
        let fields = form_of(&page).fields;
        let key = page.text.split_once("<code class=\"key\"").unwrap().1;
        let key = key
            .split_once('>')
            .unwrap()
            .1
            .split_once('<')
            .unwrap()
            .0
            .to_owned();
        let shown = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        let codes = recovery_codes(&shown);
        let (mut other, page) = asked(&world, &alice).await;
        other.submit(&page, &[("otp", &app.wrong_code(&world))]).await;
        other.submit(&page, &[("recovery", &codes[0])]).await;
        let (id, tenant_id) = (alice.id, tenant.id);
        let view = world.app.store.read(move |view| {
            let factor = store::second_factor::find(view, tenant_id, id)?;
            let rows = store::audit::page(view, None, 10_000)?;
            Ok::<_, QueryError>(format!("{factor:?} {rows:?}"))
        });
        let told = format!("{}{}", view.await.unwrap(), log.text());
        assert!(
            told.contains(crate::log::SIGN_OF_LIFE)
                && told.contains("by a recovery code, of which 9 are left")
        );
        let secrets = [
            key.replace(' ', ""),
            key,
            fields["secret"].clone(),
            fields["proven"].clone(),
        ];
        for secret in codes
            .iter()
            .flat_map(|code| [code.clone(), code.replace('-', "")])
            .chain(secrets)
        {
            assert!(!told.contains(&secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn the_pages_are_open_in_production_and_say_it_in_korean() {
    let world = World::production().await;
    let tenant = world.tenant().await;
    let alice = tenant.user("alice", &[]).await;
    let app = enrol(&world, &alice).await;
    let mut browser = Browser::new(&world);
    let page = browser
        .visit(&url("organizations", &[("ui_locales", "ko")]))
        .await;
    let page = sign_in(&mut browser, &page, &alice).await;
    assert!(page.text.contains("<html lang=\"ko\">") && page.text.contains("숫자 6자리"));
    let back = browser.submit(&page, &[("otp", &app.code(&world))]).await;
    assert!(carried(&back, '?').contains_key("code"));
    for (method, status) in [("PUT", 405), ("DELETE", 405), ("HEAD", 200)] {
        let draft = crate::harness::request(method, "/signin", None, bytes::Bytes::new());
        assert_eq!(world.send(draft.body_from()).await.status, status, "{method}");
    }
    // Without the cookie, and with a form of somebody else's.
    let cookieless = world.post_form("/signin", &[("step", "set_up")]).await;
    assert!(cookieless.status == 400 && cookieless.text.contains("cookies"));
    let own = browser.get("/signin").await;
    let forged = browser
        .submit(&own, &[("seal", "forged"), ("step", "remove")])
        .await;
    assert!(forged.status == 400 && forged.text.contains("name=\"password\""));
}

#[tokio::test]
async fn an_administrator_takes_a_lost_app_away() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let admin = tenant
            .user("admin", &[DirectoryRole::AuthenticationAdministrator])
            .await;
        let app = enrol(&world, &alice).await;
        for from in 0..30 {
            let mut browser = Browser::at(&world, &format!("192.0.2.{from}"));
            let page = browser.visit(&url("organizations", &[])).await;
            let page = sign_in(&mut browser, &page, &alice).await;
            let answer = browser.submit(&page, &[("otp", &app.wrong_code(&world))]).await;
            assert_eq!(problem(&answer).as_deref(), Some(WRONG), "{from}");
        }
        let methods = format!("/v1.0/users/{}/authentication", alice.name);
        let found = admin.get(&format!("{methods}/methods")).await;
        let all = found.ok()["value"].as_array().unwrap().clone();
        let kinds: Vec<_> = all
            .iter()
            .map(|method| method["@odata.type"].as_str().unwrap())
            .collect();
        assert_eq!(
            kinds,
            [
                "#microsoft.graph.passwordAuthenticationMethod",
                "#microsoft.graph.softwareOathAuthenticationMethod"
            ]
        );
        assert_eq!(all[1]["secretKey"], json!(null));
        let id = all[1]["id"].as_str().unwrap();
        let one = format!("{methods}/softwareOathMethods/{id}");
        assert_eq!(admin.get(&one).await.ok()["id"], id);
        let other = format!("{methods}/softwareOathMethods/{}", admin.id);
        assert_eq!(admin.get(&other).await.status, 404);
        assert_eq!(admin.delete(&other).await.status, 404);
        // Her token sees, but takes nothing away.
        let hers = tenant.user("bob", &[]).await;
        assert_eq!(hers.get(&one).await.status, 403);
        assert_eq!(hers.delete(&one).await.status, 403);
        assert_eq!(admin.delete(&one).await.status, 204);
        assert_eq!(admin.delete(&one).await.status, 404);
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url("organizations", &[])).await;
        let back = sign_in(&mut browser, &page, &alice).await;
        assert!(carried(&back, '?').contains_key("code"), "by the password alone");
        // The new app works at once, whatever was tried with the old one.
        let app = enrol(&world, &alice).await;
        let (mut browser, page) = asked(&world, &alice).await;
        let back = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        assert!(carried(&back, '?').contains_key("code"));
    }
}
