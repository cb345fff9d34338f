//! What a template makes, its sender might have made by hand, and else nothing.

use super::ground::{Ground, WORKSPACES, assignment_body, deployment_body, guid, said};
use crate::harness::World;
use doorward_domain::rbac::{CONTRIBUTOR, READER};
use serde_json::{Value, json};

fn template(resources: Value) -> Value {
    let mut body = deployment_body();
    body["properties"]["template"]["resources"] = resources;
    body
}

fn vault(name: &str) -> Value {
    json!({
        "type": "Microsoft.KeyVault/vaults", "apiVersion": "2019-09-01", "name": name, "location": "westeurope",
        "properties": {},
    })
}

fn nested(name: &str, group: Option<&str>, resources: Value) -> Value {
    let mut step = json!({
        "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": name,
        "properties": template(resources)["properties"].clone(),
    });
    if let Some(group) = group {
        step["resourceGroup"] = json!(group);
    }
    step
}

#[tokio::test]
async fn each_thing_in_a_template_needs_its_own_right() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let (mine, other) = (ground.group("mine").await, ground.group("other").await);
        let deployer = json!([{"actions": ["Microsoft.Resources/deployments/*"]}]);
        let deployer = ground.role("deployer", deployer, &[&ground.at]).await;
        let bob = ground.tenant.user("bob", &[]).await;
        ground.tenant.assign(&bob, deployer, &ground.at).await;
        let carol = ground.tenant.user("carol", &[]).await;
        ground.tenant.assign(&carol, CONTRIBUTOR, &mine).await;
        let deploy = |name: &str| format!("{mine}/providers/Microsoft.Resources/deployments/{name}");
        let forbidden = "403 AuthorizationFailed";
        let twice = json!([
            vault("vault1"),
            nested("inner", Some("other"), json!([vault("vault2")]))
        ]);
        let storage = format!("{other}/providers/Microsoft.Storage/storageAccounts/store1");
        ground.put(&storage, json!({"location": "westeurope"})).await;
        let linked = json!([{
            "type": "Microsoft.MachineLearningServices/workspaces", "apiVersion": "2020-08-01", "name": "ws1",
            "location": "westeurope", "properties": {"storageAccount": storage},
        }]);
        let role = json!([{
            "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "name": guid(),
            "properties": assignment_body(READER, bob.id)["properties"].clone(),
        }]);
        for (what, caller, resources, expected) in [
            (
                "a right to deploy makes nothing",
                &bob,
                json!([vault("vault1")]),
                forbidden,
            ),
            (
                "nor does it within another",
                &bob,
                json!([nested("i", None, json!([vault("vault1")]))]),
                forbidden,
            ),
            ("nor elsewhere", &carol, twice, forbidden),
            (
                "nor a link to what isn't theirs",
                &carol,
                linked,
                "403 LinkedAuthorizationFailed",
            ),
            ("nor a role", &carol, role, "400 InvalidTemplateDeployment"),
        ] {
            for action in ["", "/validate"] {
                let method = if action.is_empty() { "PUT" } else { "POST" };
                let path = format!("{}{action}", deploy("d1"));
                let answer = caller.arm(method, &path, Some(template(resources.clone()))).await;
                let heard = said(&answer);
                assert!(
                    heard == expected || expected.starts_with("400") && heard.starts_with("400"),
                    "{what}{action}: {} {}",
                    answer.status,
                    answer.text
                );
            }
        }
        for path in [
            deploy("d1"),
            format!("{mine}/providers/Microsoft.KeyVault/vaults/vault1"),
            format!("{other}/providers/Microsoft.KeyVault/vaults/vault2"),
            format!("{mine}/{WORKSPACES}/ws1"),
        ] {
            assert_eq!(
                ground.owner.arm("GET", &path, None).await.status,
                404,
                "{path}: nothing is kept"
            );
        }
        // What fails in the middle leaves nothing behind either.
        let broken = json!([vault("vault1"), vault("a_bad_name")]);
        let answer = carol.arm("PUT", &deploy("d1"), Some(template(broken))).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        let first = format!("{mine}/providers/Microsoft.KeyVault/vaults/vault1");
        assert_eq!(carol.arm("GET", &first, None).await.status, 404);
        let made = carol
            .arm("PUT", &deploy("d1"), Some(template(json!([vault("vault1")]))))
            .await;
        assert_eq!(said(&made), "201");
        assert_eq!(carol.arm("GET", &first, None).await.status, 200);
        // A deployment's record is a place like others: what hung on it goes with it.
        let dave = ground.tenant.user("dave", &[]).await;
        let held = ground.tenant.assign(&dave, READER, &deploy("d1")).await;
        let held = ground.assignment(&deploy("d1"), &held.to_string());
        assert_eq!(ground.owner.arm("GET", &held, None).await.status, 200);
        assert_eq!(carol.arm("DELETE", &deploy("d1"), None).await.status, 204);
        assert_eq!(ground.owner.arm("GET", &held, None).await.status, 404);
    }
}
