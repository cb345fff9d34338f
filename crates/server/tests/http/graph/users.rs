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
