//! `/oidc/userinfo`: who a client's person is.

use doorward_domain::directory::Permission as P;
use serde_json::{Value, json};

use super::code;
use crate::harness::{Answer, World, request};
use crate::sts::registered::{asking, code_of, platforms, redeem, stage};
use crate::sts::verified;
use bytes::Bytes;

const PATH: &str = "/oidc/userinfo";
const BACK: &str = "https://app.example";

async fn ask(world: &World, method: &str, token: Option<&str>) -> Answer {
    let draft = request(method, PATH, token, Bytes::new());
    world
        .send(draft.header("origin", "https://spa.example").body_from())
        .await
}

#[tokio::test]
async fn the_client_hears_of_the_person_whom_its_id_token_names() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let document = world
            .get(&format!("/{domain}/v2.0/.well-known/openid-configuration"))
            .await
            .ok();
        assert_eq!(
            document["userinfo_endpoint"],
            format!("{}{PATH}", crate::harness::ORIGIN)
        );
        let code = code_of(
            &world,
            &alice,
            &asking(domain, &app, BACK, &[]),
            "https://app.example/",
        )
        .await;
        let secret = [("client_secret", app.secret.as_str())];
        let body = redeem(&world, &app, (&code, BACK), (None, &secret)).await.ok();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let id: Value = verified(&world, domain, &text("id_token")).await;
        for method in ["GET", "POST"] {
            let told = ask(&world, method, Some(&text("access_token"))).await;
            assert_eq!(told.header("access-control-allow-origin").unwrap(), "*");
            assert_eq!(told.ok(), json!({"sub": id["sub"], "name": "alice"}));
        }
        // Another client knows the person by another name; so does a guest's other tenant.
        let own = ask(&world, "GET", Some(&alice.graph_token().await)).await.ok();
        assert_eq!(own["name"], "alice");
        assert_ne!(own["sub"], id["sub"]);
        let guest = world.tenant().await.join(&alice).await;
        let there = ask(&world, "GET", Some(&guest.graph_token().await)).await.ok();
        assert_eq!(
            (&there["name"], &there["email"]),
            (&json!("Guest"), &json!(alice.name))
        );
        assert_ne!(there["sub"], own["sub"]);
        // Signed out everywhere, nothing is told any more.
        assert_eq!(
            alice
                .post("/v1.0/me/revokeSignInSessions", json!({}))
                .await
                .status,
            200
        );
        assert_eq!(ask(&world, "GET", Some(&text("access_token"))).await.status, 401);
    }
}

#[tokio::test]
async fn nobody_else_hears_anything() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        for token in [None, Some("x"), Some(&*alice.arm_token().await)] {
            let refused = ask(&world, "GET", token).await;
            assert_eq!(refused.status, 401, "{}", refused.text);
            assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer "));
        }
        let robot = tenant.service_principal("robot", &[P::UserReadAll]).await;
        let refused = ask(&world, "GET", Some(&robot.graph_token().await)).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (403, "Authorization_RequestDenied")
        );
        // A client that may do something else for the person, but was not told who they are.
        let scope = [("scope", "https://graph.microsoft.com/Group.Read.All")];
        let root = tenant
            .user(
                "root",
                &[doorward_domain::directory::DirectoryRole::GlobalAdministrator],
            )
            .await;
        let code_for = code_of(
            &world,
            &root,
            &asking(domain, &app, BACK, &scope),
            "https://app.example/",
        )
        .await;
        let shown = [("client_secret", app.secret.as_str()), scope[0]];
        let body = redeem(&world, &app, (&code_for, BACK), (None, &shown)).await.ok();
        let refused = ask(&world, "POST", body["access_token"].as_str()).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (403, "Authorization_RequestDenied")
        );
        let query = format!("{PATH}?access_token={}", alice.graph_token().await);
        assert_eq!(world.get(&query).await.status, 401, "no token in an address");
        assert_eq!(ask(&world, "DELETE", None).await.status, 405);
        let preflight = ask(&world, "OPTIONS", None).await;
        assert_eq!(preflight.status, 204);
        assert!(
            preflight
                .header("access-control-allow-headers")
                .unwrap()
                .contains("authorization")
        );
    }
}
