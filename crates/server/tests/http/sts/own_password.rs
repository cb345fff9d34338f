//! Passwords that a person chooses: in place of a temporary one in the middle of a sign-in, and on their own page.

use doorward_domain::directory::DirectoryRole;
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use serde_json::json;
use tokio::task::JoinSet;

use super::authorize::{carried, redeem, sign_in, url};
use super::device_code;
use super::refresh_token::{refresh_token, turn};
use crate::app::{self, enrol};
use crate::browser::{Browser, form_of, problem};
use crate::harness::{Answer, Caller, Tenancy, World};

const SESSION: &str = "__Host-doorward";
const STALE: &str = "This page was open too long, or came from elsewhere. Please start again here.";
const OWN: &str = "four unrelated words indeed";

/// A person to whom an administrator gave a temporary password.
async fn with_temporary(tenant: &Tenancy, name: &str) -> Caller {
    let mut person = tenant.user(name, &[]).await;
    let admin = tenant
        .user(&format!("admin-of-{name}"), &[DirectoryRole::GlobalAdministrator])
        .await;
    tenant.world.app.clock.advance(Duration::seconds(1));
    let temporary = format!("temporary word of {name}");
    let profile = json!({"password": temporary, "forceChangePasswordNextSignIn": true});
    let reset = json!({"passwordProfile": profile});
    let answer = admin.patch(&format!("/v1.0/users/{}", person.id), reset).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    person.secret = temporary;
    person
}

/// The page that asks for a password of one's own, in a new browser.
async fn asked(world: &World, person: &Caller) -> (Browser, Answer) {
    let mut browser = Browser::new(world);
    let page = browser.visit(&url("organizations", &[])).await;
    let page = sign_in(&mut browser, &page, person).await;
    is_question(&page);
    assert!(browser.cookie(SESSION).is_none(), "nobody is signed in yet");
    assert!(browser.cookie("__Host-doorward-known").is_none(), "nor known");
    (browser, page)
}

#[track_caller]
fn is_question(page: &Answer) {
    assert!(
        page.status == 200 && page.text.contains("id=\"new_password\"") && problem(page).is_none(),
        "{} {}",
        page.status,
        page.text
    );
}

fn twice(password: &str) -> [(&str, &str); 2] {
    [("new_password", password), ("new_password_again", password)]
}

async fn amr(world: &World, tenant: &Tenancy, back: &Answer) -> serde_json::Value {
    let body = redeem(world, &carried(back, '?')["code"], &[]).await.ok();
    super::verified(world, &tenant.domain, body["access_token"].as_str().unwrap()).await["amr"].clone()
}

#[tokio::test]
async fn a_temporary_password_lets_nobody_in_before_it_is_changed() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let mut alice = with_temporary(&tenant, "alice").await;
        // A program hears it, by the word that MSAL looks for.
        let refused = alice.ask_v1("https://graph.microsoft.com").await;
        assert_eq!((refused.status, refused.aadsts()), (400, 50_055));
        assert_eq!(refused.json()["suberror"], "user_password_expired");
        let (mut browser, page) = asked(&world, &alice).await;
        assert!(page.text.contains("Choose a password of your own") && page.text.contains(&alice.name));
        assert!(!page.text.contains("id=\"password\""), "that was typed just now");
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' http://localhost:8400;"),
            "{policy}"
        );
        for (filled, told) in [
            (
                [("new_password", OWN), ("new_password_again", "other")],
                "The two new passwords differ.",
            ),
            (
                [("new_password", OWN), ("new_password_again", "")],
                "The two new passwords differ.",
            ),
            (twice(""), "The new password is too short."),
            (twice("seven77"), "The new password is too short."),
            (twice("tab\tand more"), "The new password holds a character"),
            (twice(&"x".repeat(1025)), "The new password is too long."),
            (twice(&alice.secret), "The new password is the present one."),
        ] {
            let answer = browser.submit(&page, &filled).await;
            let text = problem(&answer).unwrap_or_default();
            assert!(answer.status == 400 && text.starts_with(told), "{told} {text}");
            assert!(answer.text.contains("id=\"new_password\"") && !answer.text.contains(OWN));
            assert!(browser.cookie(SESSION).is_none());
        }
        assert_eq!(alice.ask_v1("https://graph.microsoft.com").await.aadsts(), 50_055);
        world.app.clock.advance(Duration::seconds(1));
        let back = browser.submit(&page, &twice(OWN)).await;
        assert_eq!(amr(&world, &tenant, &back).await, json!(["pwd"]));
        assert!(browser.cookie(SESSION).is_some());
        // The form is spent.
        let again = browser.submit(&page, &twice("yet another one")).await;
        assert_eq!(problem(&again).as_deref(), Some(STALE));
        // The browser stays signed in, the temporary one is gone, the own one is good everywhere.
        let page = browser.visit(&url("organizations", &[])).await;
        assert!(page.text.contains("Continue with this account?"), "{}", page.text);
        assert_eq!(alice.ask_v1("https://graph.microsoft.com").await.aadsts(), 50_126);
        alice.secret = OWN.to_owned();
        alice.ask_v1("https://graph.microsoft.com").await.ok();
    }
}

#[tokio::test]
async fn it_is_so_on_every_page() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = with_temporary(&tenant, "alice").await;
        let begun = device_code::begin(&world, "organizations").await;
        let (code, device) = (
            device_code::text(&begun, "user_code"),
            device_code::text(&begun, "device_code"),
        );
        let mut browser = Browser::new(&world);
        let page = device_code::question(&mut browser, &code, &alice).await;
        is_question(&page);
        let waiting = device_code::poll(&world, "organizations", &device).await;
        assert_eq!(waiting.json()["error"], "authorization_pending");
        let page = browser.submit(&page, &twice(OWN)).await;
        browser.submit(&page, &[("answer", "approve")]).await;
        world.app.clock.advance(Duration::seconds(5));
        device_code::poll(&world, "organizations", &device).await.ok();

        let bob = with_temporary(&tenant, "bob").await;
        let mut browser = Browser::new(&world);
        let page = browser.get("/signin").await;
        let page = app::sign_in(&mut browser, &page, &bob).await;
        is_question(&page);
        assert!(
            browser.get("/signin").await.text.contains("name=\"username\""),
            "not signed in"
        );
        let back = browser.submit(&page, &twice(OWN)).await;
        assert_eq!(back.header("location"), Some("/signin"));
        assert!(browser.get("/signin").await.text.contains(&bob.name));
    }
}

#[tokio::test]
async fn who_has_a_second_factor_proves_it_before_choosing() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let app = enrol(&world, &alice).await;
        let mut alice = with_temporary_again(&tenant, alice).await;
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url("organizations", &[])).await;
        let page = sign_in(&mut browser, &page, &alice).await;
        assert!(page.text.contains("id=\"otp\""), "{}", page.text);
        // What the password alone proves does not lead past the code.
        let mut past = vec![("step", "new_password")];
        past.extend(twice(OWN));
        let stale = browser.submit(&page, &past).await;
        assert_eq!(problem(&stale).as_deref(), Some(STALE));
        let page = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        is_question(&page);
        // Nor does this form do for another step: it still has a temporary password.
        let other = browser.submit(&page, &[("step", "enrolled")]).await;
        assert_eq!(problem(&other).as_deref(), Some(STALE));
        let back = browser.submit(&page, &twice(OWN)).await;
        assert_eq!(amr(&world, &tenant, &back).await, json!(["pwd", "otp", "mfa"]));
        alice.secret = OWN.to_owned();
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url("organizations", &[])).await;
        assert!(
            sign_in(&mut browser, &page, &alice)
                .await
                .text
                .contains("id=\"otp\"")
        );
    }
}

/// As [`with_temporary`], for somebody who is there.
async fn with_temporary_again(tenant: &Tenancy, mut person: Caller) -> Caller {
    let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
    tenant.world.app.clock.advance(Duration::seconds(1));
    let profile = json!({"password": "temporary again", "forceChangePasswordNextSignIn": true});
    let reset = json!({"passwordProfile": profile});
    assert_eq!(
        admin
            .patch(&format!("/v1.0/users/{}", person.id), reset)
            .await
            .status,
        204
    );
    person.secret = "temporary again".to_owned();
    person
}

#[tokio::test]
async fn the_form_is_good_once_in_one_browser_and_not_for_long() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = with_temporary(&tenant, "alice").await;
        let (browser, page) = asked(&world, &alice).await;
        let stale = |answer: Answer| {
            assert_eq!(
                problem(&answer).as_deref(),
                Some(STALE),
                "{} {}",
                answer.status,
                answer.text
            );
        };
        let proven = form_of(&page).fields["proven"].clone();
        let mut taken = vec![("step", "new_password"), ("proven", proven.as_str())];
        taken.extend(twice(OWN));
        // Another browser, another request, the person's own page.
        let mut other = Browser::new(&world);
        let own = other.visit(&url("organizations", &[])).await;
        stale(other.submit(&own, &taken).await);
        let mut same = browser.clone();
        let elsewhere = same.visit(&url("organizations", &[("state", "another")])).await;
        stale(same.submit(&elsewhere, &taken).await);
        let own = same.get("/signin").await;
        stale(same.submit(&own, &taken).await);
        let bob = with_temporary(&tenant, "bob").await;
        for forged in [
            proven.replace(&alice.id.to_string(), &bob.id.to_string()),
            String::new(),
        ] {
            let mut forgery = vec![("proven", forged.as_str())];
            forgery.extend(twice(OWN));
            stale(same.submit(&page, &forgery).await);
        }
        // Of sixteen at once, exactly one.
        let form = form_of(&page);
        let mut tasks = JoinSet::new();
        for n in 0..16 {
            let (mut browser, form) = (browser.clone(), form.clone());
            tasks.spawn(async move {
                let password = format!("an own password {n}");
                let mut pairs: Vec<_> = form
                    .fields
                    .iter()
                    .map(|(n, v)| (n.as_str(), v.as_str()))
                    .collect();
                pairs.extend(twice(&password));
                browser.post(&form.action, &pairs).await.status
            });
        }
        let answers = tasks.join_all().await;
        assert_eq!(
            answers.iter().filter(|status| **status == 302).count(),
            1,
            "{answers:?}"
        );
        // Another temporary one ends the form of before, and so do ten minutes.
        let (mut late, page) = asked(&world, &bob).await;
        let bob = with_temporary_again(&tenant, bob).await;
        stale(late.submit(&page, &twice(OWN)).await);
        let (mut late, page) = asked(&world, &bob).await;
        world.app.clock.advance(Duration::seconds(601));
        stale(late.submit(&page, &twice(OWN)).await);
    }
}

#[tokio::test]
async fn a_person_changes_their_own_password_and_is_out_everywhere_else() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let mut alice = tenant.user("alice", &[]).await;
        let elsewhere = refresh_token(&alice.ask_v1("https://graph.microsoft.com").await.ok());
        let mut other = Browser::new(&world);
        let page = other.get("/signin").await;
        app::sign_in(&mut other, &page, &alice).await;
        world.app.clock.advance(Duration::seconds(1));
        let mut browser = Browser::new(&world);
        let page = browser.get("/signin").await;
        let overview = app::sign_in(&mut browser, &page, &alice).await;
        let page = browser.submit(&overview, &[("step", "change_password")]).await;
        is_question(&page);
        assert!(
            page.text.contains("id=\"password\""),
            "the present one is asked for"
        );
        let filled = |old: &str, new: &str| {
            [
                ("password", old),
                ("new_password", new),
                ("new_password_again", new),
            ]
            .map(|(name, value)| (name, value.to_owned()))
        };
        world.app.clock.advance(Duration::seconds(1));
        for (old, new, told) in [
            ("wrong", OWN, "The present password is wrong."),
            ("", OWN, "The present password is wrong."),
            (alice.secret.as_str(), "short", "The new password is too short."),
        ] {
            let filled = filled(old, new);
            let filled: Vec<_> = filled.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let answer = browser.submit(&page, &filled).await;
            assert!(problem(&answer).unwrap().starts_with(told), "{}", answer.text);
        }
        let done = filled(&alice.secret, OWN);
        let done: Vec<_> = done.iter().map(|(n, v)| (*n, v.as_str())).collect();
        // Wrong ones are counted like those of a sign-in.
        let mut guesser = browser.clone();
        for _ in 0..18 {
            let answer = guesser
                .submit(&page, &[("password", "guess"), done[1], done[2]])
                .await;
            assert_eq!(
                problem(&answer).as_deref(),
                Some("The present password is wrong.")
            );
        }
        let locked = guesser.submit(&page, &done).await;
        assert!(
            problem(&locked)
                .unwrap()
                .starts_with("Too many wrong tries in this browser.")
        );
        world.app.clock.advance(Duration::minutes(61));
        // A browser that was left open changes nothing.
        let late = browser.submit(&overview, &[("step", "change_password")]).await;
        assert!(late.text.contains("name=\"username\"") && late.text.contains("ten minutes ago"));
        let overview = app::sign_in(&mut browser, &late, &alice).await;
        let page = browser.submit(&overview, &[("step", "change_password")]).await;
        world.app.clock.advance(Duration::seconds(1));
        let back = browser.submit(&page, &done).await;
        assert_eq!(back.header("location"), Some("/signin"), "{}", back.text);
        assert!(
            browser.get("/signin").await.text.contains(&alice.name),
            "still in here"
        );
        assert!(
            !other.get("/signin").await.text.contains(&alice.name),
            "out there"
        );
        assert!([50_132, 50_173].contains(&turn(&world, &elsewhere).await.aadsts()));
        assert_eq!(alice.ask_v1("https://graph.microsoft.com").await.aadsts(), 50_126);
        alice.secret = OWN.to_owned();
        alice.ask_v1("https://graph.microsoft.com").await.ok();
    }
}

#[tokio::test]
async fn it_is_so_in_production_in_korean_and_no_password_stands_in_log_or_audit() {
    let log = crate::log::whole();
    let world = World::production().await;
    let tenant = world.tenant().await;
    let alice = tenant.user("alice", &[]).await;
    // Production has no password grant, by which an administrator of a test signs in; the store is told instead.
    let (id, tenant_id) = (alice.id, tenant.id);
    let write = world.app.snapshots.write(move |tx| {
        let mut user = store::user::find(tx, tenant_id, id)?.unwrap();
        user.password.as_mut().unwrap().must_change = true;
        store::user::update(tx, &user)?.unwrap();
        Ok::<_, QueryError>(())
    });
    write.await.unwrap();
    let mut browser = Browser::new(&world);
    let page = browser
        .visit(&url("organizations", &[("ui_locales", "ko")]))
        .await;
    let page = sign_in(&mut browser, &page, &alice).await;
    is_question(&page);
    assert!(page.text.contains("<html lang=\"ko\">") && page.text.contains("새 암호 다시 입력"));
    for label in ["new_password", "new_password_again"] {
        assert!(page.text.contains(&format!("<label for=\"{label}\">")));
    }
    let short = browser.submit(&page, &twice("tooshrt")).await;
    assert_eq!(
        problem(&short).as_deref(),
        Some("새 암호가 너무 짧습니다. 8자 이상이어야 합니다.")
    );
    let back = browser.submit(&page, &twice(OWN)).await;
    assert!(carried(&back, '?').contains_key("code"));
    let kept = world.app.store.read(|view| {
        let rows = store::audit::page(view, None, 10_000)?;
        Ok::<_, QueryError>(format!("{rows:?}"))
    });
    let told = format!("{}{}", kept.await.unwrap(), log.text());
    assert!(
        told.contains(crate::log::SIGN_OF_LIFE) && told.contains("own password in place of a temporary one")
    );
    let proven = form_of(&page).fields["proven"].clone();
    for secret in [OWN, "tooshrt", &proven, "$argon2id"] {
        assert!(!told.contains(secret), "{secret}");
    }
    // Without the cookie, and with a form of somebody else's.
    let nobody = world.post_form("/signin", &[("step", "new_password")]).await;
    assert!(nobody.status == 400 && nobody.text.contains("cookies"));
    let own = browser.get("/signin").await;
    let mut forged = vec![("seal", "forged"), ("step", "new_password")];
    forged.extend(twice("something else entirely"));
    let refused = browser.submit(&own, &forged).await;
    assert!(refused.status == 400 && refused.text.contains("name=\"password\""));
}
