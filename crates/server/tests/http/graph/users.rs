//! Users, as far as an administrator needs them.

use super::code;
use crate::harness::{COMMAND_LINE, World};
use doorward_domain::directory::DirectoryRole as R;
use serde_json::json;

#[tokio::test]
async fn a_user_is_made_shown_changed_and_deleted() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let upn = format!("Alice@{}", tenant.domain);
        let made = root
            .post(
                "/v1.0/users",
                json!({
                    "userPrincipalName": upn, "displayName": "Alice", "mailNickname": "alice", "accountEnabled": true,
                    "passwordProfile": {"password": "correct horse battery", "forceChangePasswordNextSignIn": false},
                }),
            )
            .await
            .ok();
        assert!(
            made.get("accountEnabled").is_none() && made.get("passwordProfile").is_none(),
            "{made}"
        );
        let path = format!("/v1.0/users/{}", upn.to_lowercase());
        assert_eq!(root.get(&path).await.ok()["id"], made["id"]);
        let chosen = root
            .get(&format!("{path}?$select=accountEnabled,userType"))
            .await
            .ok();
        assert_eq!(
            (&chosen["accountEnabled"], &chosen["userType"]),
            (&json!(true), &json!("Member"))
        );
        let sign_in = |password: &'static str| {
            let (world, upn, path) = (world.clone(), upn.clone(), format!("/{}/oauth2/token", tenant.id));
            async move {
                let form = [
                    ("grant_type", "password"),
                    ("client_id", COMMAND_LINE),
                    ("username", upn.as_str()),
                    ("password", password),
                    ("resource", "https://graph.microsoft.com"),
                ];
                world.post_form(&path, &form).await
            }
        };
        sign_in("correct horse battery").await.ok();
        let reset = json!({"passwordProfile": {"password": "another horse battery", "forceChangePasswordNextSignIn": true}});
        assert_eq!(root.patch(&path, reset).await.status, 204);
        assert_eq!(sign_in("correct horse battery").await.aadsts(), 50_126);
        assert_eq!(sign_in("another horse battery").await.aadsts(), 50_055);
        assert_eq!(root.delete(&path).await.status, 204);
        assert_eq!(root.get(&path).await.status, 404);
        assert_eq!(root.delete(&path).await.status, 404);
    }
}

#[tokio::test]
async fn a_password_that_an_administrator_sets_is_not_the_name_however_the_person_is_named() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let longname = tenant.user("bartholomew", &[]).await;
        let body = json!({"passwordProfile": {"password": "Bartholomew2026!"}});
        for path in [longname.id.to_string(), longname.name.clone()] {
            let path = format!("/v1.0/users/{path}");
            let answer = root.patch(&path, body.clone()).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(
                answer.text.contains("more than the name of its person"),
                "{}",
                answer.text
            );
            assert!(!answer.text.contains("2026"), "{}", answer.text);
            // Who may not set it hears nothing of what it was compared with.
            let helpdesk = tenant.user(&format!("helper{}", path.len()), &[]).await;
            let answer = helpdesk.patch(&path, body.clone()).await;
            assert_eq!(
                (answer.status, code(&answer).as_str()),
                (403, "Authorization_RequestDenied")
            );
        }
        let good = json!({"passwordProfile": {"password": "correct horse battery"}});
        let path = format!("/v1.0/users/{}", longname.id);
        assert_eq!(root.patch(&path, good.clone()).await.status, 204);
        let gone = root
            .patch("/v1.0/users/00000000-0000-0000-0000-00000000abcd", good)
            .await;
        assert_eq!(gone.status, 404, "{}", gone.text);
    }
}

#[tokio::test]
async fn administrators_say_who_is_a_guest() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let bob = tenant.user("bob", &[]).await;
        let path = format!("/v1.0/users/{}", bob.id);
        let kind = async || root.get(&format!("{path}?$select=userType")).await.ok()["userType"].clone();
        assert_eq!(kind().await, "Member");
        for (asked, expected) in [("Guest", "Guest"), ("Guest", "Guest"), ("Member", "Member")] {
            assert_eq!(root.patch(&path, json!({"userType": asked})).await.status, 204);
            assert_eq!(kind().await, expected);
        }
        let odd = root.patch(&path, json!({"userType": "Robot"})).await;
        assert_eq!(odd.status, 400, "{}", odd.text);
        // Nobody makes themselves one.
        let own = bob.patch(&path, json!({"userType": "Guest"})).await;
        assert_eq!(
            (own.status, code(&own).as_str()),
            (403, "Authorization_RequestDenied")
        );
        assert_eq!(kind().await, "Member");
        // What else is asked for stays as it is.
        let name = root.patch(&path, json!({"displayName": "Robert"})).await;
        assert_eq!((name.status, kind().await), (204, json!("Member")));
    }
}

#[tokio::test]
async fn what_a_user_has_to_be() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let with = |name: &str, value: serde_json::Value| {
            let mut body = json!({
                "userPrincipalName": format!("bob@{}", tenant.domain), "displayName": "Bob", "mailNickname": "bob",
                "accountEnabled": true, "passwordProfile": {"password": "correct horse battery"},
            });
            body[name] = value;
            body
        };
        for (what, body) in [
            (
                "a foreign domain",
                with("userPrincipalName", json!("bob@elsewhere.example")),
            ),
            ("no name", with("userPrincipalName", json!("bob"))),
            (
                "a weak password",
                with("passwordProfile", json!({"password": "short"})),
            ),
            ("no password", with("passwordProfile", json!(null))),
            ("a blank display name", with("displayName", json!("  "))),
            ("an odd nickname", with("mailNickname", json!("b@b"))),
            ("an odd type", with("userType", json!("Robot"))),
            ("a property that is not kept", with("jobTitle", json!("Keeper"))),
        ] {
            let answer = root.post("/v1.0/users", body).await;
            assert_eq!(answer.status, 400, "{what}: {}", answer.text);
            assert!(!answer.text.contains("correct horse"), "{}", answer.text);
        }
        root.post("/v1.0/users", with("displayName", json!("Bob")))
            .await
            .ok();
        let again = root
            .post(
                "/v1.0/users",
                with("userPrincipalName", json!(format!("BOB@{}", tenant.domain))),
            )
            .await;
        assert_eq!(
            (again.status, code(&again).as_str()),
            (400, "Request_MultipleObjectsWithSameKeyValue")
        );
    }
}
