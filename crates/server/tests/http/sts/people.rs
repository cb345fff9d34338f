//! The password and refresh token grants, and sessions.

use super::refresh_token::{refresh_token, turn};
use super::verified;
use crate::harness::{COMMAND_LINE, ORIGIN, World};
use doorward_domain::directory::DirectoryRole;
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use std::sync::Mutex;

const SCOPE: &str = "https://graph.microsoft.com/.default openid profile offline_access";

#[tokio::test]
async fn a_person_signs_in_and_stays_signed_in() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[DirectoryRole::GlobalAdministrator]).await;
        let form = [
            ("grant_type", "password"),
            ("client_id", COMMAND_LINE),
            ("username", alice.name.as_str()),
            ("password", "alice"),
            ("scope", SCOPE),
            ("client_info", "1"),
        ];
        let body = world
            .post_form("/organizations/oauth2/v2.0/token", &form)
            .await
            .ok();
        assert_eq!(body["scope"], SCOPE);
        assert_eq!(body["expires_in"], 3599);
        let claims = verified(&world, &tenant.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["upn"], alice.name.as_str());
        assert_eq!(claims["scp"], "Directory.AccessAsUser.All User.Read");
        assert_eq!(
            claims["wids"],
            serde_json::json!(["62e90394-69f5-4237-9190-012177145e10"])
        );
        assert_eq!(claims["amr"], serde_json::json!(["pwd"]));
        let id = verified(&world, &tenant.domain, body["id_token"].as_str().unwrap()).await;
        assert_eq!((&id["aud"], &id["ver"]), (&COMMAND_LINE.into(), &"2.0".into()));
        assert_eq!(id["iss"], format!("{ORIGIN}/{}/v2.0", tenant.id));
        assert_eq!(id["preferred_username"], alice.name.as_str());

        let newest = Mutex::new(refresh_token(&body));
        let again = async |tenant: String, client: &'static str| {
            let refresh = newest.lock().unwrap().clone();
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", client),
                ("refresh_token", refresh.as_str()),
                ("resource", "https://management.core.windows.net/"),
            ];
            let answer = world.post_form(&format!("/{tenant}/oauth2/token"), &form).await;
            if answer.status == 200 {
                *newest.lock().unwrap() = refresh_token(&answer.ok());
            }
            answer
        };
        let v1 = again(tenant.id.to_string(), COMMAND_LINE).await.ok();
        assert_eq!(v1["resource"], "https://management.core.windows.net/");
        assert_eq!(v1["scope"], "user_impersonation");
        // Another client, another tenant, and nobody's token.
        assert_eq!(
            again("common".into(), "11111111-2222-4333-8444-555555555555")
                .await
                .aadsts(),
            70_000
        );
        let other = world.tenant().await;
        assert_eq!(again(other.domain.clone(), COMMAND_LINE).await.aadsts(), 50_020);
        // 90 days without use.
        world.app.clock.advance(Duration::days(89));
        again("common".into(), COMMAND_LINE).await.ok();
        world.app.clock.advance(Duration::days(89));
        again("common".into(), COMMAND_LINE).await.ok();
        world.app.clock.advance(Duration::days(91));
        assert_eq!(again("common".into(), COMMAND_LINE).await.aadsts(), 700_082);
    }
}

#[tokio::test]
async fn a_session_ends_with_the_account_and_with_the_password() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let bob = tenant.user("bob", &[]).await;
        let body = bob.ask_v1("https://graph.microsoft.com").await.ok();
        let newest = Mutex::new(refresh_token(&body));
        let again = async || {
            let refresh = newest.lock().unwrap().clone();
            let answer = turn(&world, &refresh).await;
            if answer.status == 200 {
                *newest.lock().unwrap() = refresh_token(&answer.ok());
            }
            answer
        };
        again().await.ok();
        let change = |enabled: bool, later: bool| {
            let (world, tenant, id) = (world.clone(), tenant.id, bob.id);
            async move {
                let now = world.app.clock.now();
                let write = world.app.snapshots.write(move |tx| {
                    let mut user = store::user::find(tx, tenant, id)?.unwrap();
                    user.enabled = enabled;
                    if let (true, Some(password)) = (later, user.password.as_mut()) {
                        password.set_at = now;
                    }
                    store::user::update(tx, &user)?.unwrap();
                    Ok::<_, QueryError>(())
                });
                write.await.unwrap();
            }
        };
        change(false, false).await;
        assert_eq!(again().await.aadsts(), 50_057);
        assert_eq!(bob.ask_v1("https://graph.microsoft.com").await.aadsts(), 50_057);
        change(true, false).await;
        again().await.ok();
        world.app.clock.advance(Duration::minutes(1));
        change(true, true).await;
        assert_eq!(again().await.aadsts(), 50_173);
    }
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_the_same() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let carol = tenant.user("carol", &[]).await;
        let ask = |name: String| {
            let world = world.clone();
            let path = format!("/{}/oauth2/v2.0/token", tenant.id);
            async move {
                let form = [
                    ("grant_type", "password"),
                    ("client_id", COMMAND_LINE),
                    ("username", name.as_str()),
                    ("password", "wrong"),
                    ("scope", SCOPE),
                ];
                world.post_form(&path, &form).await
            }
        };
        let (wrong, nobody) = (
            ask(carol.name.clone()).await,
            ask(format!("nobody@{}", tenant.domain)).await,
        );
        assert_eq!((wrong.status, wrong.aadsts()), (400, 50_126));
        assert_eq!((nobody.status, nobody.aadsts()), (400, 50_126));
        assert_eq!(wrong.json()["error"], nobody.json()["error"]);
    }
}
