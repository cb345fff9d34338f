//! What tokens say of people and to whom.

use serde_json::{Value, json};

use super::registered::{Registered, asking, code_of, platforms, redeem, register, stage};
use super::verified;
use crate::harness::{Caller, World};

const BACK: &str = "https://app.example";
const AT: &str = "https://app.example/";

/// The answer to a sign-in of `person` to `app` for `scope`.
async fn answered(world: &World, (domain, app): (&str, &Registered), person: &Caller, scope: &str) -> Value {
    let path = asking(domain, app, BACK, &[("scope", scope)]);
    let code = code_of(world, person, &path, AT).await;
    let shown = [("client_secret", app.secret.as_str()), ("scope", scope)];
    redeem(world, app, (&code, BACK), (None, &shown)).await.ok()
}

/// The claims of id_token and access token of a sign-in.
async fn signed_in(world: &World, at: (&str, &Registered), person: &Caller, scope: &str) -> (Value, Value) {
    let body = answered(world, at, person, scope).await;
    let id = verified(world, at.0, body["id_token"].as_str().unwrap()).await;
    let access = verified(world, at.0, body["access_token"].as_str().unwrap()).await;
    (id, access)
}

#[tokio::test]
async fn each_application_knows_a_person_by_a_name_of_its_own() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let other = register(&alice, "Other", platforms()).await;
        let (id, access) = signed_in(&world, (domain, &app), &alice, "openid profile").await;
        let (of_other, for_other) = signed_in(&world, (domain, &other), &alice, "openid profile").await;
        assert_ne!(id["sub"], of_other["sub"]);
        assert_eq!(id["oid"], of_other["oid"]);
        // A resource knows a person by one name, through whichever client they come: Graph has its own.
        assert_eq!(access["sub"], for_other["sub"]);
        assert_ne!(access["sub"], id["sub"]);
        // To itself, an application is both.
        let own = format!("openid {}/.default", app.id);
        let (id_again, own) = signed_in(&world, (domain, &app), &alice, &own).await;
        assert_eq!((&id_again["sub"], &own["sub"]), (&id["sub"], &id["sub"]));
        // Others are others, and the name tells nothing of the account.
        let bob = tenant.user("bob", &[]).await;
        let (of_bob, _) = signed_in(&world, (domain, &app), &bob, "openid").await;
        assert_ne!(of_bob["sub"], id["sub"]);
        let name = id["sub"].as_str().unwrap();
        assert!(
            name.len() == 43 && !name.contains(&alice.id.to_string()),
            "{name}"
        );
        if let Some(second) = world.second_node().await {
            let (there, _) = signed_in(&second, (domain, &app), &alice, "openid").await;
            assert_eq!(there["sub"], id["sub"]);
        }
        // An application is known by its object id, to everyone.
        let robot = tenant.service_principal("robot", &[]).await;
        let body = robot.ask_v1("https://graph.microsoft.com").await.ok();
        let robot_s = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(robot_s["sub"], json!(robot.id));
    }
}
