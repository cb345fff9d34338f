//! Workspaces, and who may do what with them.

use super::subscription;
use crate::harness::{Answer, Caller, ORIGIN, World};
use doorward_domain::rbac::{CONTRIBUTOR, OWNER, READER};
use serde_json::{Value, json};

const PROVIDER: &str = "providers/Microsoft.MachineLearningServices/workspaces";

fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, 403, "{}", answer.text);
    let error = answer.json()["error"].clone();
    assert_eq!(error["code"], "AuthorizationFailed");
    error["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_reader_reads_and_is_told_what_they_miss() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let id = subscription(&tenant).await.id;
        let owner = tenant.user("owner", &[]).await;
        tenant
            .assign(&owner, OWNER, &format!("/subscriptions/{id}"))
            .await;
        let group = format!("/subscriptions/{id}/resourceGroups/ml-rg");
        assert_eq!(
            owner
                .arm("PUT", &group, Some(json!({"location": "westeurope"})))
                .await
                .status,
            201
        );
        let workspace = format!("{group}/{PROVIDER}/ml-ws");
        let made = owner
            .arm("PUT", &workspace, Some(json!({"location": "West Europe"})))
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        assert_eq!(made["properties"]["provisioningState"], "Succeeded");
        assert_eq!(made["identity"]["type"], "SystemAssigned");

        let app = tenant.service_principal("app", &[]).await;
        // Before it has a role, nothing is told: not even whether a thing is there.
        for path in [&workspace, &format!("{group}/{PROVIDER}/nothing"), &group] {
            refused(&app.arm("GET", path, None).await);
        }
        assert_eq!(
            app.arm("GET", "/subscriptions", None).await.ok(),
            json!({"value": []})
        );
        tenant.assign(&app, READER, &workspace).await;
        assert_eq!(app.arm("GET", &workspace, None).await.ok()["name"], "ml-ws");
        let text = refused(&app.arm("DELETE", &workspace, None).await);
        assert_eq!(
            text,
            format!(
                "The client '{}' with object id '{}' does not have authorization to perform action \
                 'Microsoft.MachineLearningServices/workspaces/delete' over scope '{workspace}' or the scope is \
                 invalid. If access was recently granted, please refresh your credentials.",
                app.name, app.id
            )
        );
        // A list of the subscription shows what is theirs, and nothing else.
        let other = format!("{group}/{PROVIDER}/ml-other");
        assert_eq!(
            owner
                .arm("PUT", &other, Some(json!({"location": "westeurope"})))
                .await
                .status,
            201
        );
        let names = |answer: Value| -> Vec<String> {
            let all = answer["value"].as_array().unwrap().clone();
            all.iter()
                .map(|each| each["name"].as_str().unwrap().to_owned())
                .collect()
        };
        for path in [
            format!("/subscriptions/{id}/resources"),
            format!("/subscriptions/{id}/{PROVIDER}"),
            format!("{group}/{PROVIDER}"),
        ] {
            assert_eq!(names(app.arm("GET", &path, None).await.ok()), ["ml-ws"], "{path}");
            assert_eq!(
                names(owner.arm("GET", &path, None).await.ok()),
                ["ml-other", "ml-ws"],
                "{path}"
            );
        }
        // Deleted and made again, it is another one, and nobody's role on the old one counts.
        assert_eq!(owner.arm("DELETE", &workspace, None).await.status, 200);
        assert_eq!(owner.arm("DELETE", &workspace, None).await.status, 204);
        assert_eq!(
            owner
                .arm("PUT", &workspace, Some(json!({"location": "westeurope"})))
                .await
                .status,
            201
        );
        refused(&app.arm("GET", &workspace, None).await);
    }
}

#[tokio::test]
async fn a_role_given_counts_at_once_and_one_taken_too() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let id = subscription(&tenant).await.id;
        let owner = tenant.user("owner", &[]).await;
        tenant
            .assign(&owner, OWNER, &format!("/subscriptions/{id}"))
            .await;
        let group = format!("/subscriptions/{id}/resourceGroups/ml-rg");
        assert_eq!(
            owner
                .arm("PUT", &group, Some(json!({"location": "westeurope"})))
                .await
                .status,
            201
        );
        let app = tenant.service_principal("app", &[]).await;
        let name = "5b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";
        let path = format!("{group}/providers/Microsoft.Authorization/roleAssignments/{name}");
        let role = format!("/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}");
        let body = json!({"properties": {"roleDefinitionId": role, "principalId": app.id}});
        for _ in 0..3 {
            refused(&app.arm("GET", &group, None).await);
            let given = owner.arm("PUT", &path, Some(body.clone())).await;
            assert_eq!(given.status, 201, "{}", given.text);
            assert_eq!(given.json()["properties"]["principalType"], "ServicePrincipal");
            assert_eq!(app.arm("GET", &group, None).await.status, 200);
            // The same again is the same; a Contributor gives nothing on.
            assert_eq!(owner.arm("PUT", &path, Some(body.clone())).await.status, 200);
            refused(&app.arm("DELETE", &path, None).await);
            assert_eq!(owner.arm("DELETE", &path, None).await.status, 200);
        }
        assert_eq!(owner.arm("DELETE", &path, None).await.status, 204);
    }
}

#[tokio::test]
async fn a_workspaces_own_services_are_found_and_ask_for_a_role() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let id = subscription(&tenant).await.id;
        let owner = tenant.user("owner", &[]).await;
        let (reader, other) = (tenant.user("reader", &[]).await, tenant.user("other", &[]).await);
        tenant
            .assign(&owner, OWNER, &format!("/subscriptions/{id}"))
            .await;
        let group = format!("/subscriptions/{id}/resourceGroups/ml-rg");
        let workspace = format!("{group}/{PROVIDER}/ml-ws");
        let body = || Some(json!({"location": "westeurope"}));
        assert_eq!(owner.arm("PUT", &group, body()).await.status, 201);
        let made = owner.arm("PUT", &workspace, body()).await;
        tenant.assign(&reader, READER, &workspace).await;
        let discovery = made.json()["properties"]["discoveryUrl"]
            .as_str()
            .unwrap()
            .to_owned();
        let found = world.get(discovery.strip_prefix(ORIGIN).unwrap()).await.ok();
        assert_eq!(
            (&found["history"], &found["api"]),
            (&json!(ORIGIN), &json!(ORIGIN))
        );
        assert_eq!(found.as_object().unwrap().len(), 6);
        // As azureml-core asks: with no version.
        let ask = async |caller: &Caller, workspace: &str| {
            let path = format!("/history/v1.0{workspace}/experiments:query?");
            caller
                .arm("POST", &path, Some(json!({"viewType": "ActiveOnly"})))
                .await
        };
        let none = json!({"value": [], "continuationToken": null});
        assert_eq!(ask(&reader, &workspace).await.ok(), none);
        for bad in [json!([]), json!("all"), json!(7)] {
            let path = format!("/history/v1.0{workspace}/experiments:query?");
            assert_eq!(reader.arm("POST", &path, Some(bad)).await.status, 400);
        }
        let missing = refused(&ask(&other, &workspace).await);
        assert!(missing.contains("Microsoft.MachineLearningServices/workspaces/experiments/read"));
        let nowhere = ask(&owner, &format!("{group}/{PROVIDER}/ml-none")).await;
        assert_eq!(
            (nowhere.status, nowhere.json()["error"]["code"].as_str()),
            (404, Some("ResourceNotFound"))
        );
    }
}
