//! Guests: who proves who they are at home, and is somebody else in the tenant that invited them.

use super::authorize::{carried, redeem, sign_in, url};
use super::device_code::{begin, poll, question, text};
use super::refresh_token::{refresh_token, turn};
use super::verified;
use crate::browser::{Browser, problem};
use crate::harness::{Answer, COMMAND_LINE, Caller, ORIGIN, Tenancy, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::guest::HomeAccount;
use doorward_domain::user::User;
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

const GRAPH: &str = "https://graph.microsoft.com";
const SCOPE: &str = "https://graph.microsoft.com/.default openid profile offline_access";

/// Alice, who is mighty at home, and a guest elsewhere.
struct Scene {
    world: World,
    home: Tenancy,
    there: Tenancy,
    alice: Caller,
    guest: Caller,
}

async fn scenes() -> Vec<Scene> {
    let mut scenes = Vec::new();
    for world in World::own().await {
        let (home, there) = (world.tenant().await, world.tenant().await);
        let alice = home.user("alice", &[DirectoryRole::GlobalAdministrator]).await;
        let guest = there.join(&alice).await;
        scenes.push(Scene {
            world,
            home,
            there,
            alice,
            guest,
        });
    }
    scenes
}

/// Uses a refresh token at a tenant's door, as MSAL does.
async fn refresh(world: &World, tenant: &str, token: &str) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", COMMAND_LINE),
        ("refresh_token", token),
        ("scope", SCOPE),
        ("client_info", "1"),
    ];
    world
        .post_form(&format!("/{tenant}/oauth2/v2.0/token"), &form)
        .await
}

async fn change(caller: &Caller, f: impl Fn(&mut User) + Send + 'static) {
    let (tenant, id) = (caller.tenant, caller.id);
    let write = caller.world.app.snapshots.write(move |tx| {
        let mut user = store::user::find(tx, tenant, id)?.unwrap();
        f(&mut user);
        assert!(store::user::update(tx, &user)?.unwrap());
        Ok::<_, QueryError>(())
    });
    write.await.unwrap();
}

/// The statuses that a guest's token gets from the directory and from Resource Manager.
async fn opens(guest: &Caller) -> (u16, u16) {
    let graph = guest.get("/v1.0/me").await.status;
    (graph, guest.arm("GET", "/subscriptions", None).await.status)
}

impl Scene {
    /// What a guest's token says, and what else came with it.
    async fn check(&self, body: &Value) {
        let (there, home) = (&self.there, &self.home);
        let claims = verified(&self.world, &there.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["tid"], there.id.to_string());
        assert_eq!(claims["oid"], self.guest.id.to_string());
        assert_eq!(claims["idp"], format!("{ORIGIN}/{}/", home.id));
        assert_eq!(claims["iss"], format!("{ORIGIN}/{}/", there.id));
        assert_eq!(
            (&claims["unique_name"], &claims["email"], &claims["upn"]),
            (&json!(self.alice.name), &json!(self.alice.name), &Value::Null)
        );
        assert_eq!(claims["wids"], Value::Null, "what they may at home stays at home");
        let id = verified(&self.world, &there.domain, body["id_token"].as_str().unwrap()).await;
        assert_eq!(
            (&id["tid"], &id["oid"]),
            (&json!(there.id.to_string()), &json!(self.guest.id.to_string()))
        );
        assert_eq!(id["preferred_username"], self.alice.name.as_str());
        assert_eq!(id["idp"], claims["idp"]);
        assert_eq!(id["email"], self.alice.name.as_str());
        let info = URL_SAFE_NO_PAD
            .decode(body["client_info"].as_str().unwrap())
            .unwrap();
        let info: Value = serde_json::from_slice(&info).unwrap();
        assert_eq!(
            info,
            json!({"uid": self.alice.id.to_string(), "utid": home.id.to_string()}),
            "clients know their accounts by who they are at home"
        );
    }
}

#[tokio::test]
async fn a_guest_is_somebody_else_in_the_tenant_that_they_name() {
    for scene in scenes().await {
        let (world, guest) = (&scene.world, &scene.guest);
        assert_ne!(guest.id, scene.alice.id);
        let form = [
            ("grant_type", "password"),
            ("client_id", COMMAND_LINE),
            ("username", scene.alice.name.as_str()),
            ("password", "alice"),
            ("scope", SCOPE),
            ("client_info", "1"),
        ];
        for named in [scene.there.domain.clone(), scene.there.id.to_string()] {
            let path = format!("/{named}/oauth2/v2.0/token");
            scene.check(&world.post_form(&path, &form).await.ok()).await;
        }
        // Nobody's word for a tenant stands for the one at home.
        let path = "/organizations/oauth2/v2.0/token";
        let body = world.post_form(path, &form).await.ok();
        let claims = verified(world, &scene.home.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["oid"], scene.alice.id.to_string());
        assert_eq!((&claims["idp"], &claims["email"]), (&Value::Null, &Value::Null));
        assert_eq!(claims["upn"], scene.alice.name.as_str());

        // A guest's rights: themselves, and nobody else.
        assert_eq!(opens(guest).await, (200, 200));
        let me = guest.get("/v1.0/me").await.ok();
        assert_eq!(me["id"], guest.id.to_string());
        assert_eq!(
            me["userPrincipalName"],
            format!("alice_{}#EXT#@{}", scene.home.domain, scene.there.domain)
        );
        assert_eq!(guest.get("/v1.0/users").await.status, 403);
        assert_eq!(scene.alice.get("/v1.0/users").await.status, 200);
    }
}

#[tokio::test]
async fn one_refresh_token_is_good_at_each_door_that_its_person_has() {
    for scene in scenes().await {
        let world = &scene.world;
        let first = refresh_token(&scene.alice.ask_v1(GRAPH).await.ok());
        let there = refresh(world, &scene.there.domain, &first).await.ok();
        scene.check(&there).await;
        // What came from there is good at home, and the other way round.
        let home = refresh(world, &scene.home.domain, &refresh_token(&there))
            .await
            .ok();
        let claims = verified(world, &scene.home.domain, home["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["oid"], scene.alice.id.to_string());
        let again = refresh(world, &scene.there.id.to_string(), &refresh_token(&home))
            .await
            .ok();
        scene.check(&again).await;
        let common = turn(world, &refresh_token(&again)).await.ok();
        let claims = verified(
            world,
            &scene.home.domain,
            common["access_token"].as_str().unwrap(),
        )
        .await;
        assert_eq!(claims["tid"], scene.home.id.to_string());

        // No door: it turns nothing over, however long it takes.
        let elsewhere = world.tenant().await;
        let newest = refresh_token(&common);
        for _ in 0..3 {
            world.app.clock.advance(Duration::minutes(2));
            let refused = refresh(world, &elsewhere.domain, &newest).await;
            assert_eq!((refused.status, refused.aadsts()), (400, 50_020));
        }
        let newest = refresh_token(&refresh(world, "common", &newest).await.ok());
        // A copy ends the session wherever it is shown.
        assert_eq!(refresh(world, &elsewhere.domain, &first).await.aadsts(), 50_132);
        for door in [&scene.there.domain, &scene.home.domain] {
            assert_eq!(refresh(world, door, &newest).await.aadsts(), 50_132);
        }
    }
}

#[tokio::test]
async fn who_is_no_guest_is_told_so_after_the_right_password_alone() {
    for world in World::shared().await {
        let (home, there) = (world.tenant().await, world.tenant().await);
        let bob = home.user("bob", &[]).await;
        let ask = async |password: &str| {
            let form = [
                ("grant_type", "password"),
                ("client_id", COMMAND_LINE),
                ("username", bob.name.as_str()),
                ("password", password),
                ("scope", SCOPE),
            ];
            let path = format!("/{}/oauth2/v2.0/token", there.id);
            world.post_form(&path, &form).await.aadsts()
        };
        assert_eq!((ask("wrong").await, ask("bob").await), (50_126, 50_020));
        // Invited, and not yet accepted.
        let guest = there.join(&bob).await;
        change(&guest, |user| user.guest.as_mut().unwrap().home = None).await;
        assert_eq!((ask("wrong").await, ask("bob").await), (50_126, 50_020));
        // Somebody else accepted what was sent to the same address.
        let other = HomeAccount {
            tenant: home.id,
            user: home.user("other", &[]).await.id,
        };
        change(&guest, move |user| {
            user.guest.as_mut().unwrap().home = Some(other)
        })
        .await;
        assert_eq!((ask("wrong").await, ask("bob").await), (50_126, 50_020));
    }
}

#[tokio::test]
async fn the_tenant_that_invited_shuts_its_own_door() {
    for scene in scenes().await {
        let world = &scene.world;
        let first = refresh_token(&scene.alice.ask_v1(GRAPH).await.ok());
        let first = refresh_token(&refresh(world, &scene.there.domain, &first).await.ok());
        assert_eq!(opens(&scene.guest).await, (200, 200));
        change(&scene.guest, |user| user.enabled = false).await;
        assert_eq!(opens(&scene.guest).await, (401, 401));
        assert_eq!(scene.guest.ask_v1(GRAPH).await.aadsts(), 50_057);
        assert_eq!(refresh(world, &scene.there.domain, &first).await.aadsts(), 50_057);
        let first = refresh_token(&refresh(world, &scene.home.domain, &first).await.ok());
        assert_eq!(opens(&scene.alice).await, (200, 200));
        // Taken back altogether.
        let (tenant, id) = (scene.there.id, scene.guest.id);
        let write = world
            .app
            .snapshots
            .write(move |tx| store::user::delete(tx, tenant, id));
        assert!(write.await.unwrap());
        assert_eq!(opens(&scene.guest).await, (401, 401));
        assert_eq!(refresh(world, &scene.there.domain, &first).await.aadsts(), 50_020);
        refresh(world, &scene.home.domain, &first).await.ok();
    }
}

#[tokio::test]
async fn what_ends_at_home_ends_everywhere_at_once() {
    type End = fn(&Scene) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    let ends: [(&str, End, u64); 4] = [
        (
            "disabled",
            |s| Box::pin(change(&s.alice, |u| u.enabled = false)),
            50_057,
        ),
        (
            "another password",
            |s| {
                let now = s.world.app.clock.now().plus(Duration::seconds(1));
                Box::pin(change(&s.alice, move |u| {
                    u.password.as_mut().unwrap().set_at = now
                }))
            },
            50_173,
        ),
        (
            "signed out everywhere",
            |s| {
                let (tenant, id, now) = (s.home.id, s.alice.id, s.world.app.clock.now());
                Box::pin(async move {
                    let write = s
                        .world
                        .app
                        .snapshots
                        .write(move |tx| store::session::revoke_all_of_user(tx, tenant, id, now));
                    assert!(write.await.unwrap() > 0);
                })
            },
            50_132,
        ),
        (
            "deleted",
            |s| {
                let (tenant, id) = (s.home.id, s.alice.id);
                Box::pin(async move {
                    let write = s
                        .world
                        .app
                        .snapshots
                        .write(move |tx| store::user::delete(tx, tenant, id));
                    assert!(write.await.unwrap());
                })
            },
            70_000,
        ),
    ];
    for (name, end, number) in ends {
        for scene in scenes().await {
            let world = &scene.world;
            let token = refresh_token(&scene.guest.ask_v1(GRAPH).await.ok());
            assert_eq!(opens(&scene.guest).await, (200, 200), "{name}");
            end(&scene).await;
            assert_eq!(opens(&scene.guest).await, (401, 401), "{name}");
            let refused = refresh(world, &scene.there.domain, &token).await;
            assert_eq!(refused.aadsts(), number, "{name}");
        }
    }
}

#[tokio::test]
async fn a_namesake_of_somebody_who_left_is_no_guest() {
    for scene in scenes().await {
        let (tenant, id) = (scene.home.id, scene.alice.id);
        let write = scene
            .world
            .app
            .snapshots
            .write(move |tx| store::user::delete(tx, tenant, id));
        assert!(write.await.unwrap());
        let namesake = scene.home.user("alice", &[]).await;
        assert_eq!(namesake.name, scene.alice.name);
        namesake.ask_v1(GRAPH).await.ok();
        assert_eq!(scene.guest.ask_v1(GRAPH).await.aadsts(), 50_020);
    }
}

#[tokio::test]
async fn a_guest_signs_in_in_a_browser_and_goes_on_as_who_they_are_at_home() {
    for scene in scenes().await {
        let world = &scene.world;
        let mut browser = Browser::new(world);
        let page = browser.visit(&url(&scene.there.domain, &[])).await;
        let code = carried(&sign_in(&mut browser, &page, &scene.alice).await, '?')["code"].clone();
        let body = redeem(world, &code, &[("scope", "")]).await.ok();
        let claims = verified(world, &scene.there.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["oid"], scene.guest.id.to_string());
        // Shown again, the code ends the session that it gave, which is another tenant's.
        assert_eq!(redeem(world, &code, &[]).await.aadsts(), 54_005);
        assert_eq!(turn(world, &refresh_token(&body)).await.aadsts(), 50_132);
        // The browser is signed in as who they are at home, and so everywhere that they are let in.
        for (door, id) in [
            (scene.home.domain.as_str(), scene.alice.id),
            (scene.there.domain.as_str(), scene.guest.id),
            ("organizations", scene.alice.id),
        ] {
            let page = browser.visit(&url(door, &[])).await;
            assert!(
                page.text.contains(&scene.alice.name) && page.text.contains("value=\"continue\""),
                "{}",
                page.text
            );
            let back = browser.submit(&page, &[("step", "continue")]).await;
            let body = redeem(world, &carried(&back, '?')["code"], &[]).await.ok();
            let token = body["id_token"].as_str().unwrap();
            let tenant = if id == scene.guest.id {
                &scene.there
            } else {
                &scene.home
            };
            assert_eq!(
                verified(world, &tenant.domain, token).await["oid"],
                id.to_string()
            );
        }
        // Where they are no guest, they are asked who they are, and told.
        let elsewhere = world.tenant().await;
        let page = browser.visit(&url(&elsewhere.domain, &[])).await;
        assert!(!page.text.contains("value=\"continue\""), "{}", page.text);
        let page = sign_in(&mut browser, &page, &scene.alice).await;
        assert!(
            problem(&page).unwrap().contains("another organisation"),
            "{}",
            page.text
        );
        // A guest who was shut out is asked as well.
        change(&scene.guest, |user| user.enabled = false).await;
        let page = browser.visit(&url(&scene.there.domain, &[])).await;
        assert!(!page.text.contains("value=\"continue\""), "{}", page.text);
        let page = sign_in(&mut browser, &page, &scene.alice).await;
        assert_eq!(page.status, 400, "{}", page.text);
    }
}

#[tokio::test]
async fn a_guest_signs_a_device_in() {
    for scene in scenes().await {
        let world = &scene.world;
        let begun = begin(world, &scene.there.domain).await;
        let mut browser = Browser::new(world);
        let page = question(&mut browser, &text(&begun, "user_code"), &scene.alice).await;
        assert!(page.text.contains("Microsoft Azure CLI"), "{}", page.text);
        browser.submit(&page, &[("answer", "approve")]).await;
        let device = text(&begun, "device_code");
        let body = poll(world, &scene.there.domain, &device).await.ok();
        scene.check(&body).await;
        let home = refresh(world, &scene.home.domain, &refresh_token(&body))
            .await
            .ok();
        let claims = verified(world, &scene.home.domain, home["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["oid"], scene.alice.id.to_string());

        let elsewhere = world.tenant().await;
        let begun = begin(world, &elsewhere.domain).await;
        let page = question(&mut browser, &text(&begun, "user_code"), &scene.alice).await;
        assert!(
            problem(&page).unwrap().contains("another organisation"),
            "{}",
            page.text
        );
    }
}
