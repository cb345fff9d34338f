//! What is refused of groups, resources and management groups to somebody who may do everything: a golden table.

use super::ground::{Ground, MANAGEMENT, Table, WORKSPACES, cluster_body, instance_body};
use crate::harness::World;
use doorward_names::ObjectId;
use serde_json::{Value, json};

#[tokio::test]
async fn golden_refusals_of_resources() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let mut table = Table::of(&ground);
        let (at, owner) = (ground.at.as_str(), &ground.owner);
        let group = ground.group("g").await;
        let workspace = ground.workspace(&group, "ws1").await;
        let instance = format!("{workspace}/computes/inst");
        ground.put(&instance, instance_body("Shared")).await;
        let cluster = format!("{workspace}/computes/clust");
        ground.put(&cluster, cluster_body()).await;
        let here = || json!({"location": "westeurope"});
        let none = format!("{at}/resourceGroups/none");
        let no_workspace = format!("{group}/{WORKSPACES}/none");
        let vault = |group: &str| format!("{group}/providers/Microsoft.KeyVault/vaults/vault1");
        let tags = |path: &str| format!("{path}/providers/Microsoft.Resources/tags/default");
        let with = |body: &Value, pointer: &str, value: Value| {
            let mut body = body.clone();
            *body.pointer_mut(pointer).unwrap() = value;
            body
        };
        let (inst, clust) = (instance_body("Shared"), cluster_body());
        let bad_kind = with(&inst, "/properties/computeType", json!("Kubernetes"));
        let bad_size = with(&inst, "/properties/properties/vmSize", json!("Standard_Huge"));
        let bad_policy = with(
            &inst,
            "/properties/properties/applicationSharingPolicy",
            json!("Mine"),
        );
        let scale = "/properties/properties/scaleSettings";
        let rows: Vec<(&str, &str, String, Option<Value>)> = vec![
            ("group: no place", "PUT", none.clone(), Some(json!({}))),
            (
                "group: unknown place",
                "PUT",
                none.clone(),
                Some(json!({"location": "mars"})),
            ),
            (
                "group: elsewhere",
                "PUT",
                group.clone(),
                Some(json!({"location": "eastus"})),
            ),
            (
                "group: a bad name",
                "PUT",
                format!("{at}/resourceGroups/a."),
                Some(here()),
            ),
            (
                "group: too long a name",
                "PUT",
                format!("{at}/resourceGroups/{}", "a".repeat(91)),
                Some(here()),
            ),
            (
                "group: managed by nothing",
                "PUT",
                none.clone(),
                Some(json!({"location": "eastus", "managedBy": "x"})),
            ),
            ("group: GET of none", "GET", none.clone(), None),
            ("group: HEAD of none", "HEAD", none.clone(), None),
            ("group: HEAD", "HEAD", group.clone(), None),
            (
                "group: PATCH of none",
                "PATCH",
                none.clone(),
                Some(json!({"tags": {}})),
            ),
            ("group: DELETE of none", "DELETE", none.clone(), None),
            ("resources of no group", "GET", format!("{none}/resources"), None),
            ("tags: no such group", "GET", tags(&none), None),
            (
                "tags: no such resource",
                "PUT",
                tags(&vault(&group)),
                Some(json!({"properties": {"tags": {}}})),
            ),
            ("tags: of a subscription", "GET", tags(at), None),
            (
                "tags: an unknown operation",
                "PATCH",
                tags(&group),
                Some(json!({"operation": "Mix", "properties": {"tags": {}}})),
            ),
            ("resource: no such group", "PUT", vault(&none), Some(here())),
            ("resource: GET in no group", "GET", vault(&none), None),
            ("resource: GET of none", "GET", vault(&group), None),
            ("resource: DELETE of none", "DELETE", vault(&group), None),
            (
                "resource: PATCH of none",
                "PATCH",
                vault(&group),
                Some(json!({"tags": {}})),
            ),
            ("resource: no place", "PUT", vault(&group), Some(json!({}))),
            (
                "resource: a bad name",
                "PUT",
                format!("{group}/providers/Microsoft.KeyVault/vaults/a_b"),
                Some(here()),
            ),
            ("resource: of a subscription", "PUT", vault(at), Some(here())),
            (
                "resource: unknown provider",
                "PUT",
                format!("{group}/providers/Microsoft.X/things/a"),
                Some(here()),
            ),
            (
                "resource: unknown type",
                "PUT",
                format!("{group}/providers/Microsoft.KeyVault/things/a"),
                Some(here()),
            ),
            (
                "collection: unknown type",
                "GET",
                format!("{group}/providers/Microsoft.KeyVault/things"),
                None,
            ),
            (
                "resource: identity of the user's",
                "PUT",
                vault(&group),
                Some(json!({"location": "eastus", "identity": {"type": "UserAssigned"}})),
            ),
            (
                "workspace: a short name",
                "PUT",
                format!("{group}/{WORKSPACES}/w"),
                Some(here()),
            ),
            (
                "workspace: another kind",
                "PUT",
                no_workspace.clone(),
                Some(json!({"location": "eastus", "kind": "Hub"})),
            ),
            (
                "workspace: elsewhere",
                "PUT",
                workspace.clone(),
                Some(json!({"location": "eastus"})),
            ),
            (
                "workspace: link that is none",
                "PUT",
                no_workspace.clone(),
                Some(json!({"location": "eastus", "properties": {"keyVault": "x"}})),
            ),
            (
                "workspace: linked to nothing",
                "PUT",
                no_workspace.clone(),
                Some(json!({"location": "eastus", "properties": {"keyVault": vault(&group)}})),
            ),
            (
                "workspace: flag that is none",
                "PUT",
                no_workspace.clone(),
                Some(json!({"location": "eastus", "properties": {"hbiWorkspace": "maybe"}})),
            ),
            (
                "workspace: keys of none",
                "POST",
                format!("{no_workspace}/listKeys"),
                None,
            ),
            (
                "workspace: unknown word",
                "POST",
                format!("{workspace}/dance"),
                None,
            ),
            (
                "compute: in no workspace",
                "PUT",
                format!("{no_workspace}/computes/c123"),
                Some(cluster_body()),
            ),
            (
                "compute: unknown type",
                "PUT",
                format!("{workspace}/computes/new1"),
                Some(bad_kind),
            ),
            (
                "compute: unknown size",
                "PUT",
                format!("{workspace}/computes/new1"),
                Some(bad_size),
            ),
            (
                "compute: unknown policy",
                "PUT",
                format!("{workspace}/computes/new1"),
                Some(bad_policy),
            ),
            (
                "compute: another type",
                "PUT",
                instance.clone(),
                Some(cluster_body()),
            ),
            (
                "compute: no most nodes",
                "PUT",
                format!("{workspace}/computes/new1"),
                Some(with(&clust, scale, json!({}))),
            ),
            (
                "compute: more least than most",
                "PUT",
                format!("{workspace}/computes/new1"),
                Some(with(&clust, scale, json!({"minNodeCount": 3, "maxNodeCount": 2}))),
            ),
            (
                "compute: too many nodes",
                "PUT",
                format!("{workspace}/computes/new1"),
                Some(with(&clust, scale, json!({"maxNodeCount": 1001}))),
            ),
            (
                "compute: scale of an instance",
                "PATCH",
                instance.clone(),
                Some(json!({"properties": {"scaleSettings": {"maxNodeCount": 1}}})),
            ),
            (
                "compute: start of a cluster",
                "POST",
                format!("{cluster}/start"),
                None,
            ),
            (
                "compute: applications of a cluster",
                "POST",
                format!("{cluster}/applicationaccess"),
                None,
            ),
            ("compute: DELETE without a word", "DELETE", instance.clone(), None),
            ("compute: stop", "POST", format!("{instance}/stop"), None),
            (
                "compute: restart of a stopped one",
                "POST",
                format!("{instance}/restart"),
                None,
            ),
            (
                "management group: GET of none",
                "GET",
                format!("{MANAGEMENT}/none"),
                None,
            ),
            (
                "management group: no such parent",
                "PUT",
                format!("{MANAGEMENT}/new"),
                Some(json!({"properties": {"details": {"parent": {"id": format!("{MANAGEMENT}/none")}}}})),
            ),
            (
                "management group: the root",
                "PUT",
                format!("{MANAGEMENT}/{}", ground.tenant.id),
                Some(json!({})),
            ),
            (
                "management group: DELETE of the root",
                "DELETE",
                format!("{MANAGEMENT}/{}", ground.tenant.id),
                None,
            ),
            (
                "management group: PATCH of none",
                "PATCH",
                format!("{MANAGEMENT}/none"),
                Some(json!({})),
            ),
            (
                "management group: DELETE of none",
                "DELETE",
                format!("{MANAGEMENT}/none"),
                None,
            ),
            (
                "provider: unknown",
                "POST",
                format!("{at}/providers/Microsoft.X/register"),
                None,
            ),
            (
                "operation: none",
                "GET",
                format!(
                    "{at}/providers/Microsoft.MachineLearningServices/locations/eastus/computeOperationsStatus/{}",
                    ObjectId::from_bytes([7; 16])
                ),
                None,
            ),
        ];
        for (what, method, path, body) in rows {
            table.row(what, &owner.arm(method, &path, body).await);
        }
        tree(&ground, &mut table).await;
        let provider = format!("{at}/providers/Microsoft.KeyVault");
        assert_eq!(
            owner
                .arm("POST", &format!("{provider}/unregister"), None)
                .await
                .status,
            200
        );
        table.row(
            "resource: of a provider not registered",
            &owner.arm("PUT", &vault(&group), Some(here())).await,
        );
        assert_eq!(
            owner
                .arm("POST", &format!("{provider}/register"), None)
                .await
                .status,
            200
        );
        table.row(
            "resource: registered again",
            &owner.arm("PUT", &vault(&group), Some(here())).await,
        );
        tables.push(table.text);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

/// Six levels of management groups, and what can't be done with them.
async fn tree(ground: &Ground, table: &mut Table) {
    let inside = |parent: &str| json!({"properties": {"details": {"parent": {"id": parent}}}});
    let named = |name: &str| format!("{MANAGEMENT}/{name}");
    let mut above = named(&ground.tenant.id.to_string());
    for name in ["l1", "l2", "l3", "l4", "l5", "l6"] {
        ground.put(&named(name), inside(&above)).await;
        above = named(name);
    }
    for name in ["m1", "m2"] {
        let parent = if name == "m1" {
            named(&ground.tenant.id.to_string())
        } else {
            named("m1")
        };
        ground.put(&named(name), inside(&parent)).await;
    }
    for (what, name, parent) in [
        ("management group: a seventh level", "l7", "l6"),
        ("management group: below itself", "l1", "l3"),
        ("management group: in itself", "l1", "l1"),
        ("management group: two below the fifth", "m1", "l5"),
        ("management group: two below the fourth", "m1", "l4"),
    ] {
        table.row(
            what,
            &ground
                .owner
                .arm("PUT", &named(name), Some(inside(&named(parent))))
                .await,
        );
    }
    table.row(
        "management group: DELETE of a full one",
        &ground.owner.arm("DELETE", &named("l1"), None).await,
    );
    ground
        .put(&format!("{}/subscriptions/{}", named("m2"), ground.id), json!({}))
        .await;
    table.row(
        "management group: DELETE with a subscription",
        &ground.owner.arm("DELETE", &named("m2"), None).await,
    );
}
