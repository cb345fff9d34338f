//! Sign-in on another device: what the device sends, and what the person sees.

use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

use super::verified;
use crate::browser::{Browser, form_of, problem};
use crate::harness::{Answer, COMMAND_LINE, Caller, ORIGIN, World, form_request};

const SCOPE: &str = "https://management.core.windows.net//.default offline_access openid profile";

pub async fn begin(world: &World, tenant: &str) -> Value {
    let path = format!("/{tenant}/oauth2/v2.0/devicecode");
    let form = [("client_id", COMMAND_LINE), ("scope", SCOPE)];
    world.post_form(&path, &form).await.ok()
}

pub fn text(answer: &Value, name: &str) -> String {
    answer[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name}"))
        .to_owned()
}

/// Asks as MSAL does.
pub async fn poll(world: &World, tenant: &str, device: &str) -> Answer {
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", COMMAND_LINE),
        ("device_code", device),
        ("code", device),
        ("client_info", "1"),
    ];
    world
        .post_form(&format!("/{tenant}/oauth2/v2.0/token"), &form)
        .await
}

/// The page with the question, reached by code, name and password.
pub async fn question(browser: &mut Browser, code: &str, person: &Caller) -> Answer {
    let page = browser.get("/devicelogin").await;
    let page = browser.submit(&page, &[("user_code", code)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let filled = [("username", person.name.as_str()), ("password", &person.secret)];
    browser.submit(&page, &filled).await
}

#[tokio::test]
async fn a_device_waits_until_the_person_says_yes() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        for segment in ["organizations", "common", tenant.domain.as_str()] {
            let begun = begin(&world, segment).await;
            assert_eq!(
                (&begun["expires_in"], &begun["interval"]),
                (&json!(900), &json!(5))
            );
            let page_url = format!("{ORIGIN}/devicelogin");
            assert_eq!(begun["verification_uri"], page_url);
            assert_eq!(begun["verification_url"], page_url);
            let (code, device) = (text(&begun, "user_code"), text(&begun, "device_code"));
            assert!(code.len() == 8 && device.len() == 50);
            let message = text(&begun, "message");
            assert!(message.contains(&page_url) && message.contains(&code) && !message.contains(&device));

            let waiting = poll(&world, segment, &device).await;
            assert_eq!((waiting.status, waiting.aadsts()), (400, 70_016));
            assert_eq!(waiting.json()["error"], "authorization_pending");
            world.app.clock.advance(Duration::seconds(1));
            assert_eq!(poll(&world, segment, &device).await.json()["error"], "slow_down");
            world.app.clock.advance(Duration::minutes(2));

            let mut browser = Browser::at(&world, "192.0.2.7");
            let page = question(&mut browser, &code.to_lowercase(), &alice).await;
            for shown in [
                alice.name.as_str(),
                "Microsoft Azure CLI",
                "https://management.core.windows.net/",
                "Windows Azure Service Management API",
                "127.0.0.1",
                "2 minutes ago",
            ] {
                assert!(page.text.contains(shown), "{shown}: {}", page.text);
            }
            let still = poll(&world, segment, &device).await;
            assert_eq!(still.json()["error"], "authorization_pending", "before the yes");
            let done = browser.submit(&page, &[("answer", "approve")]).await;
            assert!(done.status == 200 && done.text.contains("Signed in on the device"));

            let body = poll(&world, segment, &device).await.ok();
            assert_eq!(body["scope"], SCOPE);
            let access = verified(&world, &tenant.domain, &text(&body, "access_token")).await;
            assert_eq!(access["upn"], alice.name.as_str());
            assert_eq!(access["aud"], "https://management.core.windows.net/");
            assert_eq!(access["amr"], json!(["pwd"]));
            let id = verified(&world, &tenant.domain, &text(&body, "id_token")).await;
            assert_eq!(
                (&id["aud"], &id["oid"]),
                (&json!(COMMAND_LINE), &json!(alice.id.to_string()))
            );
            assert!(body["client_info"].is_string());
            let refresh = [
                ("grant_type", "refresh_token"),
                ("client_id", COMMAND_LINE),
                ("refresh_token", body["refresh_token"].as_str().unwrap()),
                ("scope", "https://graph.microsoft.com//.default"),
            ];
            world.post_form("/common/oauth2/v2.0/token", &refresh).await.ok();
            assert_eq!(
                poll(&world, segment, &device).await.aadsts(),
                54_005,
                "a second time"
            );
            // Nor does the person's code lead anywhere again.
            let page = browser.get("/devicelogin").await;
            let page = browser.submit(&page, &[("user_code", &code)]).await;
            assert!(problem(&page).unwrap().contains("used or is too old"));
        }
    }
}

#[tokio::test]
async fn the_older_clients_spellings() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let bob = tenant.user("bob", &[]).await;
        let resource = "https://management.core.windows.net/";
        let form = [
            ("client_id", COMMAND_LINE),
            ("resource", resource),
            ("mkt", "ko-KR"),
        ];
        let begun = world
            .post_form("/common/oauth2/devicecode?api-version=1.0", &form)
            .await
            .ok();
        assert_eq!(
            (&begun["expires_in"], &begun["interval"]),
            (&json!("900"), &json!("5"))
        );
        assert!(text(&begun, "message").contains("코드"));
        let device = text(&begun, "device_code");
        let form = [
            ("grant_type", "device_code"),
            ("client_id", COMMAND_LINE),
            ("resource", resource),
            ("code", device.as_str()),
        ];
        let pending = world.post_form("/common/oauth2/token", &form).await;
        assert_eq!(pending.json()["error"], "authorization_pending");
        let mut browser = Browser::new(&world);
        let page = question(&mut browser, &text(&begun, "user_code"), &bob).await;
        browser.submit(&page, &[("answer", "approve")]).await;
        let body = world.post_form("/common/oauth2/token", &form).await.ok();
        assert_eq!(
            (&body["resource"], &body["expires_in"]),
            (&json!(resource), &json!("3599"))
        );
        let id = verified(&world, &tenant.domain, &text(&body, "id_token")).await;
        assert_eq!((&id["ver"], &id["upn"]), (&json!("1.0"), &json!(bob.name)));
    }
}

#[tokio::test]
async fn a_no_a_late_answer_and_other_peoples_codes_give_nothing() {
    for world in World::own().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let carol = tenant.user("carol", &[]).await;
        let home = tenant.id.to_string();

        let begun = begin(&world, &home).await;
        let (code, device) = (text(&begun, "user_code"), text(&begun, "device_code"));
        let mut browser = Browser::new(&world);
        let page = question(&mut browser, &code, &carol).await;
        let said = browser.submit(&page, &[("answer", "deny")]).await;
        assert!(said.text.contains("The device was given nothing"));
        let refused = poll(&world, &home, &device).await;
        assert_eq!(refused.json()["error"], "authorization_declined");
        assert_eq!(refused.aadsts(), 65_004);
        assert!(problem(&browser.submit(&page, &[("answer", "approve")]).await).is_some());
        assert_eq!(
            poll(&world, &home, &device).await.aadsts(),
            65_004,
            "the first answer stands"
        );

        // Another tenant's path, another client.
        let begun = begin(&world, &home).await;
        let (code, device) = (text(&begun, "user_code"), text(&begun, "device_code"));
        let elsewhere = poll(&world, &other.domain, &device).await;
        assert_eq!(elsewhere.json()["error"], "bad_verification_code");
        let form = [
            ("grant_type", "device_code"),
            ("client_id", "11111111-2222-4333-8444-555555555555"),
            ("device_code", device.as_str()),
        ];
        let another = world.post_form("/common/oauth2/v2.0/token", &form).await;
        assert_eq!(another.aadsts(), 70_018);
        // A person of another tenant than the device named.
        let dave = other.user("dave", &[]).await;
        let page = question(&mut browser, &code, &dave).await;
        assert!(problem(&page).unwrap().contains("another organisation"));
        // Approved, then the password changes before the device asks again.
        let page = question(&mut browser, &code, &carol).await;
        browser.submit(&page, &[("answer", "approve")]).await;
        world.app.clock.advance(Duration::seconds(5));
        let (id, now) = (carol.id, world.app.clock.now());
        let tid = tenant.id;
        let write = world.app.snapshots.write(move |tx| {
            let mut user = store::user::find(tx, tid, id)?.unwrap();
            user.password.as_mut().unwrap().set_at = now;
            store::user::update(tx, &user)?.unwrap();
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        assert_eq!(poll(&world, &home, &device).await.aadsts(), 50_173);
        assert_eq!(poll(&world, &home, &device).await.aadsts(), 54_005);

        let begun = begin(&world, &home).await;
        let (code, device) = (text(&begun, "user_code"), text(&begun, "device_code"));
        let page = question(&mut browser, &code, &carol).await;
        world.app.clock.advance(Duration::seconds(901));
        let late = browser.submit(&page, &[("answer", "approve")]).await;
        assert!(problem(&late).unwrap().contains("too old"));
        let expired = poll(&world, &home, &device).await;
        assert_eq!(expired.json()["error"], "expired_token");
        assert_eq!(poll(&world, &home, "dwd~nobody").await.aadsts(), 70_018);
    }
}

#[tokio::test]
async fn sixteen_devices_with_one_code_get_one_session() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let erin = tenant.user("erin", &[]).await;
        let begun = begin(&world, &tenant.domain).await;
        let mut browser = Browser::new(&world);
        let page = question(&mut browser, &text(&begun, "user_code"), &erin).await;
        // Sixteen answers of both kinds: the first one counts.
        let answers: Vec<_> = (0..16)
            .map(|n| {
                let (mut browser, page) = (browser.clone(), form_of(&page));
                tokio::spawn(async move {
                    let mut fields: Vec<_> = page
                        .fields
                        .iter()
                        .map(|(n, v)| (n.as_str(), v.as_str()))
                        .collect();
                    fields.push(("answer", if n % 2 == 0 { "approve" } else { "deny" }));
                    let said = browser.post(&page.action, &fields).await;
                    (n % 2 == 0, said.status == 200)
                })
            })
            .collect();
        let mut taken = Vec::new();
        for answer in answers {
            if let (yes, true) = answer.await.unwrap() {
                taken.push(yes);
            }
        }
        assert_eq!(taken.len(), 1);

        let begun = begin(&world, &tenant.domain).await;
        let page = question(&mut browser, &text(&begun, "user_code"), &erin).await;
        browser.submit(&page, &[("answer", "approve")]).await;
        let polls: Vec<_> = (0..16)
            .map(|_| {
                let (world, device) = (world.clone(), text(&begun, "device_code"));
                tokio::spawn(async move { poll(&world, "organizations", &device).await })
            })
            .collect();
        let mut won = 0;
        for answer in polls {
            let answer = answer.await.unwrap();
            match answer.status {
                200 => won += 1,
                _ => assert_eq!(answer.aadsts(), 54_005, "{}", answer.text),
            }
        }
        assert_eq!(won, 1);
    }
}

#[tokio::test]
async fn guessing_codes_is_limited_by_where_it_comes_from() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let begun = begin(&world, &tenant.domain).await;
        let code = text(&begun, "user_code");
        let mut guesser = Browser::at(&world, "198.51.100.1");
        let page = guesser.get("/devicelogin").await;
        for _ in 0..21 {
            let wrong = guesser.submit(&page, &[("user_code", "BBBB-BBBB")]).await;
            assert!(wrong.status == 400 && problem(&wrong).unwrap().contains("No device shows"));
        }
        let right = guesser.submit(&page, &[("user_code", &code)]).await;
        assert!(problem(&right).unwrap().contains("Too many wrong codes"));
        let mut elsewhere = Browser::at(&world, "198.51.100.2");
        let page = elsewhere.get("/devicelogin").await;
        assert_eq!(elsewhere.submit(&page, &[("user_code", &code)]).await.status, 200);
        world.app.clock.advance(Duration::minutes(5));
        let page = guesser.get("/devicelogin").await;
        assert_eq!(guesser.submit(&page, &[("user_code", &code)]).await.status, 200);
    }
}

#[tokio::test]
async fn no_link_and_no_other_site_can_enter_a_code() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let frank = tenant.user("frank", &[]).await;
        let begun = begin(&world, &tenant.domain).await;
        let code = text(&begun, "user_code");
        let mut browser = Browser::new(&world);
        for query in ["user_code", "code", "otc"] {
            let page = browser.get(&format!("/devicelogin?{query}={code}")).await;
            assert!(!page.text.contains(&code), "{query}");
        }
        let older = browser.get("/common/oauth2/deviceauth").await;
        assert_eq!(form_of(&older).action, "/devicelogin");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(older.header(name), Some(value));
        }
        let policy = older.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"));
        // A form of another site: no cookie, or no seal of this browser's.
        let forged = [("step", "code"), ("user_code", code.as_str()), ("seal", "AAAA")];
        let bare = world.post_form("/devicelogin", &forged).await;
        assert!(bare.status == 400 && bare.text.contains("keeps no cookies"));
        let other = Browser::new(&world).get("/devicelogin").await;
        let seal = form_of(&other).fields["seal"].clone();
        for seal in ["AAAA", seal.as_str()] {
            let forged = [("step", "code"), ("user_code", code.as_str()), ("seal", seal)];
            let page = browser.post("/devicelogin", &forged).await;
            assert!(problem(&page).unwrap().contains("came from elsewhere"));
        }
        // An answer without the page's proof, and with another sign-in's.
        let first = question(&mut browser, &code, &frank).await;
        let mut proofless = form_of(&first).fields;
        proofless.remove("proof");
        proofless.insert("answer".into(), "approve".into());
        let fields: Vec<_> = proofless.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert!(problem(&browser.post("/devicelogin", &fields).await).is_some());
        let second = question(&mut browser, &code, &frank).await;
        assert!(problem(&browser.submit(&first, &[("answer", "approve")]).await).is_some());
        let done = browser.submit(&second, &[("answer", "approve")]).await;
        assert_eq!(done.status, 200);
    }
}

#[tokio::test]
async fn wrong_names_and_passwords_look_alike_and_wait() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let grace = tenant.user("grace", &[]).await;
        let begun = begin(&world, "organizations").await;
        let code = text(&begun, "user_code");
        let mut browser = Browser::at(&world, "203.0.113.9");
        let page = browser.get("/devicelogin").await;
        let page = browser.submit(&page, &[("user_code", &code)]).await;
        let nobody = format!("nobody@{}", tenant.domain);
        for name in [grace.name.as_str(), &nobody, "x@nowhere.example", "x"] {
            let wrong = browser
                .submit(&page, &[("username", name), ("password", "wrong")])
                .await;
            assert_eq!(problem(&wrong).unwrap(), "The account or the password is wrong.");
            assert!(!wrong.text.contains("value=\"wrong\""));
        }
        for _ in 0..20 {
            browser
                .submit(&page, &[("username", &grace.name), ("password", "wrong")])
                .await;
        }
        let wrong = browser
            .submit(&page, &[("username", &grace.name), ("password", "wrong")])
            .await;
        assert!(problem(&wrong).unwrap().starts_with("Too many wrong tries"));
        let right = [("username", grace.name.as_str()), ("password", &grace.secret)];
        let waits = browser.submit(&page, &right).await;
        assert!(problem(&waits).unwrap().starts_with("Too many wrong tries"));
        world.app.clock.advance(Duration::minutes(5));
        let page = browser.submit(&page, &right).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(!page.text.contains(&format!("value=\"{}\"", grace.secret)));
    }
}

#[tokio::test]
async fn what_a_device_may_not_ask_for() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let ask = |path: String, form: Vec<(&'static str, &'static str)>| {
            let world = world.clone();
            async move { world.post_form(&path, &form).await.aadsts() }
        };
        let v2 = format!("/{}/oauth2/v2.0/devicecode", tenant.id);
        let v1 = format!("/{}/oauth2/devicecode", tenant.id);
        assert_eq!(ask(v2.clone(), vec![("scope", "openid")]).await, 900_144);
        assert_eq!(ask(v1, vec![("client_id", COMMAND_LINE)]).await, 900_144);
        let stranger = ("client_id", "11111111-2222-4333-8444-555555555555");
        assert_eq!(ask(v2, vec![stranger, ("scope", "openid")]).await, 700_016);
        let nowhere = "/nowhere.example/oauth2/v2.0/devicecode".to_owned();
        let form = vec![("client_id", COMMAND_LINE), ("scope", "openid")];
        assert_eq!(ask(nowhere, form.clone()).await, 90_002);
        assert_eq!(
            ask("/consumers/oauth2/v2.0/devicecode".to_owned(), form).await,
            50_059
        );
        let mut get = form_request("/common/oauth2/v2.0/devicecode", &[]);
        *get.method_mut() = http::Method::GET;
        assert_eq!(world.send(get).await.status, 405);
    }
}
