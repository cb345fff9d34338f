//! Wrong passwords: strangers are locked out, the owner is not.

use doorward_domain::directory::DirectoryRole;
use doorward_domain::user::PasswordHash;
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::task::JoinSet;

use super::authorize::{carried, sign_in, url};
use super::device_code;
use crate::browser::{Browser, form_of, problem};
use crate::harness::{Answer, COMMAND_LINE, Caller, Tenancy, World, form_request};

const KNOWN: &str = "__Host-doorward-known";
const WRONG: &str = "The account or the password is wrong.";
const ELSEWHERE: &str = "Too many wrong tries for this account came from elsewhere.";
const NETWORK: &str = "Too many wrong tries came from your network.";
const HERE: &str = "Too many wrong tries in this browser.";

/// A try by a program at `address`.
async fn ask(tenant: &Tenancy, address: &str, (name, password): (&str, &str)) -> Answer {
    let form = [
        ("grant_type", "password"),
        ("client_id", COMMAND_LINE),
        ("username", name),
        ("password", password),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let path = format!("/{}/oauth2/v2.0/token", tenant.id);
    tenant.world.send_from(address, form_request(&path, &form)).await
}

/// The `n`th of many addresses, each in a network of its own.
fn address(n: u32) -> String {
    format!("2001:db8:{:x}:{:x}::1", n >> 16, n & 0xffff)
}

/// A browser at `address` in which `person` has signed in.
async fn known(world: &World, address: &str, person: &Caller) -> Browser {
    let mut browser = Browser::at(world, address);
    let page = browser.visit(&url("organizations", &[])).await;
    let back = sign_in(&mut browser, &page, person).await;
    assert!(carried(&back, '?').contains_key("code"));
    assert!(browser.cookie(KNOWN).is_some());
    browser
}

/// What a browser hears that types `password`.
async fn typed(browser: &mut Browser, person: &Caller, password: &str) -> Answer {
    let page = browser.visit(&url("organizations", &[("prompt", "login")])).await;
    let filled = [
        ("username", person.name.as_str()),
        ("password", password),
        ("step", "sign_in"),
    ];
    browser.submit(&page, &filled).await
}

#[track_caller]
fn told(answer: &Answer, begins: &str) {
    let text = problem(answer).unwrap_or_default();
    assert!(
        answer.status == 400 && text.starts_with(begins),
        "{} {text}",
        answer.status
    );
}

#[track_caller]
fn is_in(answer: &Answer) {
    assert!(carried(answer, '?').contains_key("code"));
}

async fn rows(world: &World) -> (u64, u64) {
    let count = |view: &store::View<'_>| {
        Ok::<_, QueryError>((store::throttle::count(view)?, store::audit::count(view)?))
    };
    world.app.store.read(count).await.unwrap()
}

#[tokio::test]
async fn the_owner_signs_in_however_many_wrong_tries_came_from_many_addresses() {
    // The rule's own test goes through a hundred thousand.
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let mut browser = known(&world, "192.0.2.1", &alice).await;
        let (before, worked) = (rows(&world).await, world.app.passwords.worked());
        let mut looked_at = 0;
        for n in 0..2000 {
            let answer = ask(&tenant, &address(n), (&alice.name, "wrong")).await;
            match answer.status {
                400 if answer.text.contains("AADSTS50126:") => looked_at += 1,
                400 if answer.text.contains("AADSTS50053:") => {}
                _ => panic!("{} {}", answer.status, answer.text),
            }
        }
        assert_eq!(looked_at, 100);
        assert_eq!(
            world.app.passwords.worked() - worked,
            100,
            "nothing is hashed for the others"
        );
        let after = rows(&world).await;
        // One row for the account, two for each address that was heard; now and then two addresses share a bucket.
        let left = after.0 - before.0;
        assert!((185..=201).contains(&left), "{left}");
        assert_eq!(
            after.1 - before.1,
            101,
            "one audit row for each that was heard, one for the end"
        );
        // A right password waits as well, from an address of a stranger's as from any other.
        for from in [address(0), address(2001), "192.0.2.1".to_owned()] {
            assert_eq!(
                ask(&tenant, &from, (&alice.name, &alice.secret)).await.aadsts(),
                50_053
            );
            let mut stranger = Browser::at(&world, &from);
            told(&typed(&mut stranger, &alice, &alice.secret).await, ELSEWHERE);
            assert!(stranger.cookie(KNOWN).is_none());
        }
        // The owner is in at once, also from an address of the strangers', also after a slip.
        told(&typed(&mut browser, &alice, "wrong").await, WRONG);
        is_in(&typed(&mut browser, &alice, &alice.secret).await);
        // On the other pages as well.
        let page = browser.get("/common/oauth2/v2.0/logout").await;
        assert_eq!(page.status, 200);
        let page = browser.get("/signin").await;
        let page = crate::app::sign_in(&mut browser, &page, &alice).await;
        assert!(page.text.contains("By password alone."), "{}", page.text);
        let begun = device_code::begin(&world, "organizations").await;
        let code = device_code::text(&begun, "user_code");
        let page = device_code::question(&mut browser, &code, &alice).await;
        assert!(page.text.contains("value=\"approve\""), "{}", page.text);
        // And for who never signed in here, after a day.
        world.app.clock.advance(Duration::hours(24));
        let mut stranger = Browser::at(&world, &address(0));
        is_in(&typed(&mut stranger, &alice, &alice.secret).await);
    }
}

#[tokio::test]
async fn one_address_waits_five_minutes_and_a_browser_of_the_owners_an_hour() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let mut own = known(&world, "192.0.2.1", &alice).await;
        let mut other = known(&world, "192.0.2.1", &alice).await;
        let mut stranger = Browser::at(&world, "192.0.2.1");
        for _ in 0..20 {
            told(&typed(&mut stranger, &alice, "wrong").await, WRONG);
        }
        let answer = typed(&mut stranger, &alice, &alice.secret).await;
        told(&answer, NETWORK);
        assert!(
            problem(&answer)
                .unwrap()
                .contains("Wait 5 minutes, or sign in in a browser where")
        );
        assert_eq!(
            ask(&tenant, "192.0.2.2", (&alice.name, "wrong")).await.aadsts(),
            50_126,
            "another address"
        );
        // The owner's browser at the same address, and then that one too.
        for _ in 0..20 {
            told(&typed(&mut own, &alice, "wrong").await, WRONG);
        }
        let answer = typed(&mut own, &alice, &alice.secret).await;
        told(&answer, HERE);
        assert!(
            problem(&answer)
                .unwrap()
                .contains("Wait 60 minutes, or ask an administrator")
        );
        is_in(&typed(&mut other, &alice, &alice.secret).await);
        world.app.clock.advance(Duration::minutes(5));
        is_in(&typed(&mut stranger, &alice, &alice.secret).await);
        told(&typed(&mut own, &alice, &alice.secret).await, HERE);
        world.app.clock.advance(Duration::minutes(55));
        is_in(&typed(&mut own, &alice, &alice.secret).await);
    }
}

#[tokio::test]
async fn a_browser_is_known_for_who_signed_in_there_and_can_not_be_made_up() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let (alice, bob) = (tenant.user("alice", &[]).await, tenant.user("bob", &[]).await);
        let mut of_alice = known(&world, "192.0.2.1", &alice).await;
        for person in [&alice, &bob] {
            for n in 0..100 {
                ask(&tenant, &address(n), (&person.name, "wrong")).await.aadsts();
            }
        }
        told(&typed(&mut of_alice, &bob, &bob.secret).await, ELSEWHERE);
        let cookie = of_alice.cookie(KNOWN).unwrap().to_owned();
        assert!(
            !cookie.contains(&alice.id.to_string()) && !cookie.contains("alice"),
            "{cookie}"
        );
        let (at, rest) = cookie.split_once('.').unwrap();
        let (name, seal) = rest.split_once('.').unwrap();
        let other_name = "A".repeat(name.len());
        for forged in [
            format!("{}1.{rest}", &at[..at.len() - 1]),
            format!("{at}.{other_name}.{seal}"),
            format!("{at}.{name}."),
            format!("{at}.{name}"),
            "~".repeat(400),
            format!("{cookie}{}", "~x".repeat(300)),
            format!("~~~~{cookie}"),
        ] {
            of_alice.set_cookie(KNOWN, &forged);
            told(&typed(&mut of_alice, &alice, &alice.secret).await, ELSEWHERE);
        }
        of_alice.set_cookie(KNOWN, &format!("x~..~{cookie}~{}", "y".repeat(70)));
        is_in(&typed(&mut of_alice, &alice, &alice.secret).await);
        // After a year without a sign-in it is a stranger's again, and after signing out everywhere.
        of_alice.set_cookie(KNOWN, &cookie);
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        world.app.clock.advance(Duration::seconds(1));
        let path = format!("/v1.0/users/{}/revokeSignInSessions", alice.id);
        assert_eq!(admin.post(&path, json!({})).await.status, 200);
        told(&typed(&mut of_alice, &alice, &alice.secret).await, ELSEWHERE);
        world.app.clock.advance(Duration::hours(24));
        is_in(&typed(&mut of_alice, &alice, &alice.secret).await);
        let wrong = async |days| {
            world.app.clock.advance(Duration::days(days));
            for n in 0..100 {
                ask(&tenant, &address(n), (&alice.name, "wrong")).await.aadsts();
            }
        };
        wrong(364).await;
        is_in(&typed(&mut of_alice.clone(), &alice, &alice.secret).await);
        wrong(2).await;
        told(&typed(&mut of_alice, &alice, &alice.secret).await, ELSEWHERE);
    }
}

#[tokio::test]
async fn one_browser_is_known_for_several_people() {
    let world = World::own().await.remove(0);
    let tenant = world.tenant().await;
    let mut people = Vec::new();
    let mut browser = Browser::new(&world);
    for n in 0..5 {
        let person = tenant.user(&format!("p{n}"), &[]).await;
        is_in(&typed(&mut browser, &person, &person.secret).await);
        is_in(&typed(&mut browser, &person, &person.secret).await);
        people.push(person);
    }
    assert!(browser.cookie(KNOWN).unwrap().len() <= 512);
    for (n, person) in people.iter().enumerate() {
        for n in 0..100 {
            ask(&tenant, &address(n), (&person.name, "wrong")).await.aadsts();
        }
        let answer = typed(&mut browser.clone(), person, &person.secret).await;
        match n {
            0 => told(&answer, ELSEWHERE),
            _ => is_in(&answer),
        }
    }
}

#[tokio::test]
async fn names_that_nobody_has_are_locked_like_accounts_and_leave_no_more() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let nobody = format!("nobody@{}", tenant.domain);
        for (name, told) in [(alice.name.as_str(), 101), (&nobody, 0)] {
            let (before, worked) = (rows(&world).await, world.app.passwords.worked());
            let mut heard = Vec::new();
            for n in 0..120 {
                heard.push(ask(&tenant, &address(n), (name, "wrong")).await.aadsts());
            }
            assert_eq!(heard, [vec![50_126; 100], vec![50_053; 20]].concat(), "{name}");
            assert_eq!(world.app.passwords.worked() - worked, 100);
            assert_eq!(
                rows(&world).await.1 - before.1,
                told,
                "strangers can't fill the disk"
            );
            assert_eq!(
                ask(&tenant, "192.0.2.1", (&name.to_uppercase(), "wrong"))
                    .await
                    .aadsts(),
                50_053
            );
        }
        // One address that tries one password with many names, of accounts or not.
        let tenant = world.tenant().await;
        let before = rows(&world).await;
        let mut heard = Vec::new();
        for n in 0..120 {
            let name = format!("name{n}@{}", tenant.domain);
            heard.push(ask(&tenant, "198.51.100.7", (&name, "wrong")).await.aadsts());
        }
        assert_eq!(heard, [vec![50_126; 100], vec![50_053; 20]].concat());
        assert_eq!(
            rows(&world).await.1 - before.1,
            1,
            "one audit row, about the address"
        );
        let carol = tenant.user("carol", &[]).await;
        assert_eq!(
            ask(&tenant, "198.51.100.7", (&carol.name, &carol.secret))
                .await
                .aadsts(),
            50_053
        );
        world.app.clock.advance(Duration::hours(1));
        ask(&tenant, "198.51.100.7", (&carol.name, &carol.secret))
            .await
            .ok();
    }
}

/// Makes looking at a person's password take some time.
async fn slow_down(tenant: &Tenancy, person: &Caller) {
    use argon2::password_hash::{PasswordHasher as _, SaltString};
    let params = argon2::Params::new(8 * 1024, 4, 1, None).unwrap();
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let salt = SaltString::encode_b64(&[7; 16]).unwrap();
    let hash = argon
        .hash_password(person.secret.as_bytes(), &salt)
        .unwrap()
        .to_string();
    let (tenant, world, id) = (tenant.id, &tenant.world, person.id);
    let write = world.app.snapshots.write(move |tx| {
        let mut user = store::user::find(tx, tenant, id)?.unwrap();
        user.password.as_mut().unwrap().hash = PasswordHash::new(hash.clone());
        store::user::update(tx, &user)?.unwrap();
        Ok::<_, QueryError>(())
    });
    write.await.unwrap();
}

/// Waits until that many passwords were looked at, or are about to be.
async fn in_line(world: &World, many: u64) {
    while world.app.passwords.worked() < many {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn many_at_once_have_no_more_tries() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let mut tasks = JoinSet::new();
        slow_down(&tenant, &alice).await;
        let pause = world.app.passwords.pause().await;
        let worked = world.app.passwords.worked();
        for _ in 0..60 {
            let (tenant, alice) = (tenant.clone(), alice.clone());
            tasks.spawn(async move { ask(&tenant, "192.0.2.9", (&alice.name, "wrong")).await.aadsts() });
        }
        in_line(&world, worked + 60).await;
        // All of them wait to be looked at, and a right one behind them: it comes too late.
        let late = {
            let (tenant, alice) = (tenant.clone(), alice.clone());
            tokio::spawn(async move {
                ask(&tenant, "192.0.2.9", (&alice.name, &alice.secret))
                    .await
                    .aadsts()
            })
        };
        in_line(&world, worked + 61).await;
        drop(pause);
        assert_eq!(late.await.unwrap(), 50_053);
        let heard = tasks.join_all().await;
        assert_eq!(heard.iter().filter(|number| **number == 50_126).count(), 20);
        assert_eq!(heard.iter().filter(|number| **number == 50_053).count(), 40);
        // Right ones are never counted, however many at once.
        let mut tasks = JoinSet::new();
        for _ in 0..60 {
            let (tenant, alice) = (tenant.clone(), alice.clone());
            tasks.spawn(async move {
                ask(&tenant, "192.0.2.10", (&alice.name, &alice.secret))
                    .await
                    .status
            });
        }
        assert_eq!(tasks.join_all().await, [200; 60]);
    }
}

/// Writes of the store that don't end before they are let go, on every thread that writes.
async fn hold_writes(world: &World) -> (Arc<AtomicBool>, JoinSet<()>) {
    let (free, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (many, mut holders) = (8, JoinSet::new());
    for _ in 0..many {
        let (store, free, held) = (Arc::clone(&world.app.store), Arc::clone(&free), Arc::clone(&held));
        let write = move |_: &mut store::Tx<'_>| {
            held.fetch_add(1, Ordering::SeqCst);
            while !free.load(Ordering::SeqCst) {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            Ok::<_, QueryError>(())
        };
        holders.spawn(async move { drop(store.write(write).await.unwrap()) });
    }
    let threads = match world.app.store.engine_name() {
        "sqlite" => 1,
        _ => many,
    };
    while held.load(Ordering::SeqCst) < threads {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    (free, holders)
}

#[tokio::test]
async fn a_right_password_is_not_told_before_the_wrong_ones_that_were_looked_at_earlier() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let mut browser = known(&world, "192.0.2.1", &alice).await;
        let (free, holders) = hold_writes(&world).await;
        let worked = world.app.passwords.worked();
        let mut tasks = JoinSet::new();
        for _ in 0..40 {
            let (tenant, alice) = (tenant.clone(), alice.clone());
            tasks.spawn(async move { ask(&tenant, "192.0.2.9", (&alice.name, "wrong")).await.aadsts() });
        }
        in_line(&world, worked + 40).await;
        // All of them were looked at, and none is counted yet.
        drop(world.app.passwords.pause().await);
        let late = {
            let (tenant, alice) = (tenant.clone(), alice.clone());
            tokio::spawn(async move {
                ask(&tenant, "192.0.2.9", (&alice.name, &alice.secret))
                    .await
                    .aadsts()
            })
        };
        in_line(&world, worked + 41).await;
        drop(world.app.passwords.pause().await);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        free.store(true, Ordering::SeqCst);
        holders.join_all().await;
        assert_eq!(late.await.unwrap(), 50_053);
        let heard = tasks.join_all().await;
        assert_eq!(heard.iter().filter(|number| **number == 50_126).count(), 20);
        assert_eq!(heard.iter().filter(|number| **number == 50_053).count(), 20);
        is_in(&typed(&mut browser, &alice, &alice.secret).await);
    }
}

#[tokio::test]
async fn a_right_user_code_is_not_told_before_the_wrong_ones_that_were_looked_at_earlier() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let begun = device_code::begin(&world, &tenant.domain).await;
        let code = device_code::text(&begun, "user_code");
        let mut guesser = Browser::at(&world, "198.51.100.1");
        let page = guesser.get("/devicelogin").await;
        let form = form_of(&page);
        let enter = |code: &str| {
            let (mut browser, form, code) = (guesser.clone(), form.clone(), code.to_owned());
            tokio::spawn(async move {
                let mut pairs: Vec<_> = form
                    .fields
                    .iter()
                    .map(|(n, v)| (n.as_str(), v.as_str()))
                    .collect();
                pairs.retain(|(name, _)| *name != "user_code");
                pairs.push(("user_code", &code));
                problem(&browser.post(&form.action, &pairs).await).unwrap_or_default()
            })
        };
        let (free, holders) = hold_writes(&world).await;
        let wrong: Vec<_> = (0..40).map(|_| enter("BBBB-BBBB")).collect();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let right = enter(&code);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        free.store(true, Ordering::SeqCst);
        holders.join_all().await;
        let right = right.await.unwrap();
        assert!(right.contains("Too many wrong codes"), "{right}");
        let mut told = 0;
        for answer in wrong {
            told += usize::from(answer.await.unwrap().contains("No device shows"));
        }
        assert_eq!(told, 21);
    }
}

#[tokio::test]
async fn a_new_password_ends_the_wait() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let alice = tenant.user("alice", &[]).await;
        for n in 0..100 {
            ask(&tenant, &address(n), (&alice.name, "wrong")).await.aadsts();
        }
        let bob = tenant.user("bob", &[]).await;
        for n in 0..100 {
            ask(&tenant, &address(n + 500), (&bob.name, "wrong"))
                .await
                .aadsts();
        }
        let profile = json!({"password": "another horse battery", "forceChangePasswordNextSignIn": false});
        let path = format!("/v1.0/users/{}", alice.id);
        let reset = admin.patch(&path, json!({"passwordProfile": profile})).await;
        assert_eq!(reset.status, 204, "{}", reset.text);
        ask(&tenant, "192.0.2.1", (&alice.name, "another horse battery"))
            .await
            .ok();
        assert_eq!(
            ask(&tenant, "192.0.2.1", (&bob.name, &bob.secret)).await.aadsts(),
            50_053
        );
    }
}

#[tokio::test]
async fn it_is_so_in_production_and_neither_log_nor_audit_nor_store_holds_what_a_browser_keeps() {
    let log = crate::log::whole();
    let world = World::production().await;
    let tenant = world.tenant().await;
    let alice = tenant.user("alice", &[]).await;
    let mut own = known(&world, "192.0.2.1", &alice).await;
    let mut stranger = Browser::at(&world, "192.0.2.7");
    let page = stranger
        .visit(&url("organizations", &[("ui_locales", "ko")]))
        .await;
    let form = form_of(&page);
    for n in 0..=20 {
        let mut pairs: Vec<_> = form
            .fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let password = if n < 20 {
            "wrong wrong"
        } else {
            alice.secret.as_str()
        };
        pairs.extend([
            ("username", alice.name.as_str()),
            ("password", password),
            ("step", "sign_in"),
        ]);
        let answer = stranger.post(&form.action, &pairs).await;
        let text = problem(&answer).unwrap();
        assert_eq!(text.contains("5분 뒤에 다시 시도하거나"), n == 20, "{text}");
    }
    told(&typed(&mut own, &alice, "wrong wrong").await, WRONG);
    let cookie = own.cookie(KNOWN).unwrap().to_owned();
    is_in(&typed(&mut own, &alice, &alice.secret).await);
    let kept = world.app.store.read(|view| {
        let rows = store::audit::page(view, None, 10_000)?;
        Ok::<_, QueryError>(format!("{rows:?}"))
    });
    let told = format!("{}{}", kept.await.unwrap(), log.text());
    assert!(
        told.contains(crate::log::SIGN_OF_LIFE)
            && told.contains("from one address, the last one from 192.0.2.7")
    );
    let parts = cookie.split('.').collect::<Vec<_>>();
    for secret in [cookie.as_str(), parts[1], parts[2], "wrong wrong"] {
        assert!(!told.contains(secret), "{secret}");
    }
}
