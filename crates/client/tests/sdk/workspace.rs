//! Workspaces in `azureml-core`'s words.

use crate::mock::{Answer, Seen, Server, TENANT, TestClock, answer};
use crate::resource_manager::{SUBSCRIPTION, lines, refuse, resource_manager};
use doorward_sdk::{Error, NewWorkspace, Workspace};
use serde_json::{Value, json};
use std::sync::Arc;

const OBJECT: &str = "3b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a13";

fn id(group: &str, name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{name}"
    )
}

fn resource(group: &str, name: &str) -> Value {
    json!({
        "id": id(group, name), "name": name, "type": "Microsoft.MachineLearningServices/workspaces",
        "location": "westeurope", "sku": { "name": "Basic", "tier": "Basic" },
        "properties": { "friendlyName": name, "workspaceId": "i", "provisioningState": "Succeeded" },
    })
}

fn found(group: &str, name: &str) -> Answer {
    answer(200, resource(group, name).to_string())
}

fn not_there() -> Answer {
    refuse(404, "ResourceNotFound", "The Resource was not found.")
}

async fn world(answers: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> (Server, Arc<TestClock>) {
    resource_manager(move |_, _, seen| answers(seen)).await
}

#[tokio::test]
async fn a_workspace_is_asked_for_and_says_its_details() {
    let (server, clock) = world(|_| found("ml-rg", "ml-example")).await;
    let workspace = Workspace::get(
        "ml-example",
        server.principal(&clock),
        SUBSCRIPTION,
        Some("ml-rg"),
    )
    .await
    .unwrap();
    assert_eq!(
        (workspace.name(), workspace.resource_group(), workspace.location()),
        ("ml-example", "ml-rg", Some("westeurope"))
    );
    let details = workspace.get_details().await.unwrap();
    assert_eq!(
        (&details["friendlyName"], &details["sku"]),
        (&json!("ml-example"), &json!("Basic"))
    );
    let ask = format!("GET {}?api-version=2024-04-01", id("ml-rg", "ml-example"));
    assert_eq!(lines(&server), [ask.clone(), ask]);
}

#[tokio::test]
async fn without_a_group_the_only_one_of_that_name_is_found() {
    let all = json!({ "value": [resource("rg-1", "one"), resource("rg-1", "two"), resource("rg-2", "Two")] });
    let (server, clock) = world(move |_| answer(200, all.to_string())).await;
    let get = async |name| Workspace::get(name, server.principal(&clock), SUBSCRIPTION, None).await;
    assert_eq!(get("ONE").await.unwrap().resource_group(), "rg-1");
    let several = get("two").await.unwrap_err();
    assert!(
        matches!(&several, Error::SeveralWorkspaces { resource_groups, .. } if *resource_groups == ["rg-1", "rg-2"]),
        "{several}"
    );
    let none = get("three").await.unwrap_err();
    assert!(matches!(none, Error::NoSuchWorkspace { .. }), "{none}");
    assert!(
        none.to_string().contains("`three`") && none.to_string().contains(SUBSCRIPTION),
        "{none}"
    );
    let filter = "$filter=resourceType+eq+%27Microsoft.MachineLearningServices%2Fworkspaces%27";
    assert!(
        lines(&server)[0].ends_with(&format!("&{}", filter.replace('$', "%24"))),
        "{}",
        lines(&server)[0]
    );
}

#[tokio::test]
async fn why_there_is_none_is_told_apart() {
    type Check = fn(&Error) -> bool;
    let denied = "The client 'a' with object id 'b' does not have authorization to perform action \
                  'Microsoft.MachineLearningServices/workspaces/read' over scope '/s' or the scope is invalid.";
    let cases: [(u16, &str, &str, Check); 6] = [
        (404, "ResourceNotFound", "", |e| {
            matches!(e, Error::NoSuchWorkspace { .. })
        }),
        (404, "ResourceGroupNotFound", "", |e| {
            matches!(e, Error::NoSuchResourceGroup(_))
        }),
        (404, "SubscriptionNotFound", "", |e| {
            matches!(e, Error::NoSuchSubscription(_))
        }),
        (
            403,
            "AuthorizationFailed",
            denied,
            |e| matches!(e, Error::MissingPermission { action, .. } if action.ends_with("workspaces/read")),
        ),
        (401, "InvalidAuthenticationTokenTenant", "", |e| {
            matches!(e, Error::WrongTenant(_))
        }),
        (401, "ExpiredAuthenticationToken", "", Error::is_expired),
    ];
    for (status, code, text, check) in cases {
        let (server, clock) = world(move |_| refuse(status, code, text)).await;
        let refused = Workspace::new(SUBSCRIPTION, "ml-rg", "w")
            .auth(server.principal(&clock))
            .await
            .unwrap_err();
        assert!(check(&refused), "{refused:?}");
    }
    let (server, clock) = world(|_| not_there()).await;
    for (subscription, group, name) in [
        ("s", "g", "w"),
        (SUBSCRIPTION, "g/h", "w"),
        (SUBSCRIPTION, "g", "w/x"),
    ] {
        let refused = Workspace::new(subscription, group, name)
            .auth(server.principal(&clock))
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_project_finds_its_workspace_again() {
    let (server, clock) = world(|_| found("ml-rg", "w")).await;
    let project = tempfile::tempdir().unwrap();
    let below = project.path().join("src/deep");
    std::fs::create_dir_all(&below).unwrap();
    Workspace::new(SUBSCRIPTION, "ml-rg", "w")
        .auth(server.principal(&clock))
        .await
        .unwrap()
        .write_config(Some(project.path()), None)
        .unwrap();
    let again = Workspace::from_config()
        .path(&below)
        .auth(server.principal(&clock))
        .await
        .unwrap();
    assert_eq!(again.scope().as_str(), id("ml-rg", "w"));
}

/// Answers as a subscription where the workspace isn't there until it was deployed.
fn building(seen: &Seen, group: bool, deployed: bool) -> Answer {
    let group_body = json!({
        "id": "/g", "name": "ml-rg", "type": "t", "location": "northeurope", "properties": { "provisioningState": "Succeeded" },
    });
    let tenant = json!({
        "id": "/tenants/t", "tenantId": TENANT, "tenantCategory": "Home", "displayName": "T", "defaultDomain": "t.example",
    });
    let deployment = json!({
        "id": "/d", "name": "d", "type": "t",
        "properties": { "provisioningState": "Succeeded", "correlationId": "", "timestamp": "", "duration": "PT0S",
            "mode": "Incremental", "parameters": {}, "outputs": {}, "providers": [], "dependencies": [],
            "outputResources": [] },
    });
    match seen.line.split(['?', ' ']).collect::<Vec<_>>()[..] {
        ["GET", path, ..] if path.contains("/workspaces/") && deployed => found("ml-rg", "w"),
        ["GET", path, ..] if path.contains("/workspaces/") && group => not_there(),
        ["GET", path, ..] if path.contains("/workspaces/") => refuse(
            404,
            "ResourceGroupNotFound",
            "Resource group 'ml-rg' could not be found.",
        ),
        ["GET", "/tenants", ..] => answer(200, json!({ "value": [tenant] }).to_string()),
        ["GET" | "PUT", path, ..] if path.ends_with("/resourceGroups/ml-rg") => {
            answer(200, group_body.to_string())
        }
        ["PUT", path, ..] if path.contains("/deployments/") => answer(201, deployment.to_string()),
        _ => answer(500, "{}"),
    }
}

async fn build(group: bool) -> (Server, Arc<TestClock>) {
    let deployed = std::sync::atomic::AtomicBool::new(false);
    world(move |seen| {
        use std::sync::atomic::Ordering::SeqCst;
        let answer = building(seen, group, deployed.load(SeqCst));
        if seen.line.starts_with("PUT") && seen.line.contains("/deployments/") {
            deployed.store(true, SeqCst);
        }
        answer
    })
    .await
}

fn template(server: &Server) -> Value {
    let put = server
        .seen()
        .into_iter()
        .find(|seen| seen.line.contains("/deployments/"))
        .unwrap();
    let body: Value = serde_json::from_str(&put.body).unwrap();
    body["properties"]["template"].clone()
}

#[tokio::test]
async fn a_new_workspace_brings_what_it_needs_in_one_deployment() {
    let (server, clock) = build(true).await;
    let new = NewWorkspace {
        key_vault: Some("/kept/vault".to_owned()),
        ..NewWorkspace::default()
    };
    let made = Workspace::create("w", server.principal(&clock), SUBSCRIPTION, "ml-rg", &new)
        .await
        .unwrap();
    assert_eq!(made.name(), "w");
    let template = template(&server);
    let resources = template["resources"].as_array().unwrap();
    let types: Vec<_> = resources.iter().map(|r| r["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "Microsoft.Storage/storageAccounts",
            "Microsoft.Insights/components",
            "Microsoft.MachineLearningServices/workspaces"
        ]
    );
    assert!(resources.iter().all(|r| r["location"] == "northeurope"));
    let workspace = &resources[2];
    assert_eq!(workspace["properties"]["keyVault"], "/kept/vault");
    let account = resources[0]["name"].as_str().unwrap();
    assert!(
        workspace["properties"]["storageAccount"]
            .as_str()
            .unwrap()
            .ends_with(&format!(
                "/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/{account}"
            ))
    );
    let first = format!("[resourceId('Microsoft.Storage/storageAccounts', '{account}')]");
    assert_eq!(workspace["dependsOn"][0], json!(first));
    assert_eq!(workspace["dependsOn"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn with_all_that_it_needs_a_workspace_is_simply_put() {
    let made = std::sync::atomic::AtomicBool::new(false);
    let (server, clock) = world(move |seen| {
        use std::sync::atomic::Ordering::SeqCst;
        if seen.line.starts_with("PUT") {
            made.store(true, SeqCst);
            return found("ml-rg", "w");
        }
        building(seen, true, made.load(SeqCst))
    })
    .await;
    let given = |name: &str| Some(format!("/given/{name}"));
    let new = NewWorkspace {
        location: Some("northeurope".to_owned()),
        storage_account: given("s"),
        key_vault: given("k"),
        application_insights: given("i"),
        ..NewWorkspace::default()
    };
    Workspace::create("w", server.principal(&clock), SUBSCRIPTION, "ml-rg", &new)
        .await
        .unwrap();
    let put = server
        .seen()
        .into_iter()
        .find(|seen| seen.line.starts_with("PUT"))
        .unwrap();
    assert!(put.line.contains("/workspaces/w?"), "{}", put.line);
    let body: Value = serde_json::from_str(&put.body).unwrap();
    let expected = json!({
        "location": "northeurope", "identity": { "type": "SystemAssigned" },
        "sku": { "name": "Basic", "tier": "Basic" }, "tags": {},
        "properties": { "friendlyName": "w", "description": "", "hbiWorkspace": false, "storageAccount": "/given/s",
            "keyVault": "/given/k", "applicationInsights": "/given/i" },
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_group_is_made_only_when_that_is_said() {
    let (server, clock) = build(false).await;
    let create =
        async |new| Workspace::create("w", server.principal(&clock), SUBSCRIPTION, "ml-rg", &new).await;
    let refused = create(NewWorkspace::default()).await.unwrap_err();
    assert!(matches!(refused, Error::NoSuchResourceGroup(_)), "{refused}");
    let wanted = NewWorkspace {
        create_resource_group: true,
        ..NewWorkspace::default()
    };
    let refused = create(wanted.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("location"), "{refused}");
    assert!(lines(&server).iter().all(|line| line.starts_with("GET")));
    create(NewWorkspace {
        location: Some("northeurope".to_owned()),
        ..wanted
    })
    .await
    .unwrap();
    assert!(
        lines(&server)
            .iter()
            .any(|line| line.starts_with("PUT") && line.contains("/resourceGroups/ml-rg?"))
    );
}

#[tokio::test]
async fn one_that_is_there_will_do_only_when_that_is_said() {
    let (server, clock) = world(|_| found("ml-rg", "w")).await;
    let create =
        async |new| Workspace::create("w", server.principal(&clock), SUBSCRIPTION, "ml-rg", &new).await;
    let refused = create(NewWorkspace::default()).await.unwrap_err();
    assert!(matches!(refused, Error::WorkspaceExists { .. }), "{refused}");
    create(NewWorkspace {
        exist_ok: true,
        ..NewWorkspace::default()
    })
    .await
    .unwrap();
    assert!(lines(&server).iter().all(|line| line.starts_with("GET")));
}

fn sharing(seen: &Seen, exists: bool) -> Answer {
    let role = json!({
        "id": "/role", "type": "Microsoft.Authorization/roleDefinitions", "name": OBJECT,
        "properties": { "roleName": "Owner", "type": "BuiltInRole", "assignableScopes": ["/"], "permissions": [] },
    });
    let assignment = json!({
        "id": "/a", "name": OBJECT, "type": "t",
        "properties": { "roleDefinitionId": "/role", "principalId": OBJECT, "scope": "/" },
    });
    match seen.line.split(['?', ' ']).collect::<Vec<_>>()[..] {
        ["GET", path, ..] if path.ends_with("/workspaces/w") => found("ml-rg", "w"),
        ["GET", path, ..] if path.starts_with("/v1.0/users/") => {
            answer(200, json!({ "id": OBJECT }).to_string())
        }
        ["GET", path, query, ..] if path.ends_with("/roleDefinitions") => {
            let known = query.contains("owner");
            answer(
                200,
                json!({ "value": if known { vec![role] } else { vec![] } }).to_string(),
            )
        }
        ["PUT", ..] if exists => refuse(409, "RoleAssignmentExists", "The role assignment already exists."),
        ["PUT", ..] => answer(201, assignment.to_string()),
        _ => answer(500, "{}"),
    }
}

#[tokio::test]
async fn a_workspace_is_shared_with_whom_it_says() {
    for exists in [false, true] {
        let (server, clock) = world(move |seen| sharing(seen, exists)).await;
        let workspace = Workspace::new(SUBSCRIPTION, "ml-rg", "w")
            .auth(server.principal(&clock))
            .await
            .unwrap();
        workspace.share(OBJECT, "owner").await.unwrap();
        workspace.share("alice@contoso.com", "/role").await.unwrap();
        let bodies: Vec<Value> = server
            .seen()
            .iter()
            .filter(|seen| seen.line.starts_with("PUT"))
            .map(|seen| serde_json::from_str(&seen.body).unwrap())
            .collect();
        let expected = json!({ "properties": { "roleDefinitionId": "/role", "principalId": OBJECT } });
        assert_eq!(bodies, [expected.clone(), expected]);
        let puts: Vec<String> = lines(&server)
            .into_iter()
            .filter(|l| l.starts_with("PUT"))
            .collect();
        assert!(puts[0].starts_with(&format!(
            "PUT {}/providers/Microsoft.Authorization/roleAssignments/",
            id("ml-rg", "w")
        )));
        assert_ne!(puts[0], puts[1]);
        let unknown = workspace.share(OBJECT, "emperor").await.unwrap_err();
        assert_eq!(unknown, Error::NoSuchRole("emperor".to_owned()));
        let nobody = workspace.share("alice", "owner").await.unwrap_err();
        assert!(matches!(nobody, Error::Invalid(_)), "{nobody}");
    }
}
