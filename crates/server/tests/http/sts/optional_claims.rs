//! What an application wishes its tokens to say besides.

use doorward_domain::group::MemberKind;
use serde_json::{Value, json};

use super::claims::{fill, signed_in};
use super::registered::{platforms, register, stage};
use super::verified;
use crate::harness::World;

/// A wish for claims by their names.
fn wish(names: &[&str]) -> Value {
    let one = |name: &&str| json!({"name": name, "essential": false, "additionalProperties": []});
    names.iter().map(one).collect()
}

const ALL: [&str; 12] = [
    "acct",
    "auth_time",
    "email",
    "family_name",
    "groups",
    "idtyp",
    "ipaddr",
    "login_hint",
    "nothing",
    "preferred_username",
    "sid",
    "upn",
];

#[tokio::test]
async fn tokens_say_what_their_application_wishes_for_and_can_be_had() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let own = format!("openid {}/.default", app.id);
        let bob = tenant.user("bob", &[]).await;
        let (plain_id, plain) = signed_in(&world, (domain, &app), &bob, &own).await;
        let ask = async |wishes: Value| {
            let path = format!("/v1.0/applications/{}", app.object);
            let answer = alice.patch(&path, json!({"optionalClaims": wishes})).await;
            assert_eq!(answer.status, 204, "{}", answer.text);
        };
        ask(json!({"idToken": wish(&ALL), "accessToken": wish(&ALL)})).await;
        let (id, access) = signed_in(&world, (domain, &app), &bob, &own).await;
        let login = id["auth_time"].as_i64().unwrap();
        assert!(login > id["iat"].as_i64().unwrap() && login <= id["exp"].as_i64().unwrap());
        for (token, before) in [(&id, &plain_id), (&access, &plain)] {
            assert_eq!(
                [
                    &token["acct"],
                    &token["idtyp"],
                    &token["ipaddr"],
                    &token["login_hint"],
                    &token["upn"]
                ],
                [
                    &json!(0),
                    &json!("user"),
                    &json!("127.0.0.1"),
                    &json!(bob.name),
                    &json!(bob.name)
                ],
            );
            assert!(token["sid"].is_string() && token["auth_time"] == login);
            // What cannot be had, and what nobody knows, is left out; all that was said before still is.
            for name in ["family_name", "nothing", "email", "groups"] {
                assert_eq!(token[name], Value::Null, "{name}");
            }
            for (name, value) in before.as_object().unwrap() {
                let fresh = ["iat", "nbf", "exp", "uti", "sid"].contains(&name.as_str());
                assert!(fresh || token[name] == *value, "{name}");
            }
        }
        // Each kind of token has wishes of its own, and each application.
        ask(json!({"idToken": wish(&["ipaddr"]), "accessToken": wish(&["acct"])})).await;
        let other = register(&alice, "Other", platforms()).await;
        let (id, access) = signed_in(&world, (domain, &app), &bob, &own).await;
        let (of_other, graph) = signed_in(&world, (domain, &other), &bob, "openid").await;
        assert!(id["ipaddr"].is_string() && id["acct"].is_null());
        assert!(access["acct"] == 0 && access["ipaddr"].is_null());
        assert!(of_other["ipaddr"].is_null() && graph["acct"].is_null());
        // An application's own token says what it is, and nothing that only a person has.
        let robot = tenant.service_principal("robot", &[]).await;
        let idtyp = async || {
            let body = robot.ask_v2(&format!("{}/.default", app.id)).await.ok();
            let token = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
            assert!(token["acct"].is_null());
            token["idtyp"].clone()
        };
        ask(json!({"accessToken": wish(&["acct", "idtyp"])})).await;
        assert_eq!(idtyp().await, "app");
    }
}

#[tokio::test]
async fn a_guest_has_a_name_where_they_are_for_who_wishes_for_it() {
    for world in World::shared().await {
        let (there, alice, app) = stage(&world, platforms()).await;
        let home = world.tenant().await;
        let carol = home.user("carol", &[]).await;
        let guest = there.join(&carol).await;
        let upn = |property: Value| json!({"accessToken": [{"name": "upn", "essential": false, "additionalProperties": property}, {"name": "acct"}]});
        let local = carol.name.replace('@', "_");
        for (property, expected) in [
            (json!([]), Value::Null),
            (
                json!(["include_externally_authenticated_upn"]),
                json!(format!("{local}#EXT#@{}", there.domain)),
            ),
            (
                json!(["include_externally_authenticated_upn_without_hash"]),
                json!(format!("{local}_EXT_@{}", there.domain)),
            ),
        ] {
            let path = format!("/v1.0/applications/{}", app.object);
            assert_eq!(
                alice
                    .patch(&path, json!({"optionalClaims": upn(property)}))
                    .await
                    .status,
                204
            );
            let body = guest.ask_v2(&format!("{}/.default", app.id)).await.ok();
            let token = verified(&world, &there.domain, body["access_token"].as_str().unwrap()).await;
            assert_eq!((&token["acct"], &token["upn"]), (&json!(1), &expected));
        }
    }
}

#[tokio::test]
async fn groups_are_said_as_roles_where_that_is_wished_for() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let group = tenant.group("team").await;
        fill(&tenant, group, &[(alice.id, MemberKind::User)]).await;
        let as_roles =
            json!([{"name": "groups", "essential": false, "additionalProperties": ["emit_as_roles"]}]);
        let path = format!("/v1.0/applications/{}", app.object);
        let wishes =
            json!({"groupMembershipClaims": "SecurityGroup", "optionalClaims": {"accessToken": as_roles}});
        assert_eq!(alice.patch(&path, wishes).await.status, 204);
        let own = format!("openid {}/.default", app.id);
        let (id, access) = signed_in(&world, (domain, &app), &alice, &own).await;
        assert_eq!((&id["groups"], &id["roles"]), (&json!([group]), &Value::Null));
        assert_eq!(
            (&access["groups"], &access["roles"]),
            (&Value::Null, &json!([group]))
        );
    }
}
