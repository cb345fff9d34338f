//! What is refused to somebody who may do everything, and in which words: golden tables.

use super::ground::{
    AUTHORIZATION, Ground, MANAGEMENT, WORKSPACES, assignment_body, cluster_body, guid, instance_body,
    role_body,
};
use crate::harness::{Answer, NOW, World, random};
use doorward_domain::rbac::{Condition, OWNER, PrincipalKind, READER, RoleAssignment};
use doorward_names::{ObjectId, RoleAssignmentId, Scope};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A table of what was answered, with ids in it replaced by words.
struct Table {
    text: String,
    words: Vec<(String, String)>,
}

impl Table {
    fn of(ground: &Ground) -> Self {
        let words = [
            (ground.at.clone(), "{s}"),
            (ground.id.to_string(), "{id}"),
            (ground.tenant.id.to_string(), "{tenant}"),
        ];
        Self {
            text: String::new(),
            words: words.map(|(id, word)| (id, word.to_owned())).to_vec(),
        }
    }

    fn name(&mut self, id: impl ToString, word: &str) {
        self.words.push((id.to_string(), word.to_owned()));
        self.words
            .push((id.to_string().replace('-', ""), format!("{word} without dashes")));
    }

    fn row(&mut self, what: &str, answer: &Answer) {
        let error = match answer.text.is_empty() {
            true => Value::Null,
            false => answer.json()["error"].clone(),
        };
        let mut line = match error.is_null() {
            true => answer.status.to_string(),
            false => {
                let text = |name: &str| error[name].as_str().unwrap().to_owned();
                format!("{} {}: {}", answer.status, text("code"), text("message"))
            }
        };
        for (id, word) in &self.words {
            line = line.replace(id, word);
        }
        let shown: String = line.chars().take(420).collect();
        let _ = writeln!(self.text, "{what:<46}{shown}");
    }
}

#[tokio::test]
async fn golden_refusals_of_role_definitions() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let mut table = Table::of(&ground);
        let (at, owner) = (ground.at.as_str(), &ground.owner);
        let path = |id: &str| format!("{at}/{AUTHORIZATION}/roleDefinitions/{id}");
        let read = json!([{"actions": ["*/read"]}]);
        let used = ground.role("used", read.clone(), &[at]).await;
        ground.tenant.assign(owner, used, at).await;
        let id = guid();
        table.name(&id, "{new}");
        table.name(used, "{used}");
        table.name(OWNER, "{owner}");
        let actions = |word: &str| json!([{"actions": [word]}]);
        let many: Vec<String> = (0..2001).map(|n| format!("{at}/resourceGroups/g{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let group = format!("{MANAGEMENT}/a");
        let other = format!("{MANAGEMENT}/b");
        let mut without_name = role_body("", read.clone(), &[at]);
        without_name["properties"]
            .as_object_mut()
            .unwrap()
            .remove("roleName");
        for (what, body) in [
            (
                "a name that another custom role has",
                role_body("USED", read.clone(), &[at]),
            ),
            (
                "a name that a built-in role has",
                role_body("owner", read.clone(), &[at]),
            ),
            ("an empty name", role_body("", read.clone(), &[at])),
            ("no name", without_name),
            ("a long name", role_body(&"n".repeat(513), read.clone(), &[at])),
            ("a name with a line break", role_body("a\nb", read.clone(), &[at])),
            ("no scope", role_body("r", read.clone(), &[])),
            ("the root", role_body("r", read.clone(), &["/"])),
            (
                "a scope that is none",
                role_body("r", read.clone(), &["/subscriptions/x"]),
            ),
            (
                "a scope with a wildcard",
                role_body("r", read.clone(), &[&format!("{at}/resourceGroups/*")]),
            ),
            (
                "two management groups",
                role_body("r", read.clone(), &[&group, &other]),
            ),
            ("too many scopes", role_body("r", read.clone(), &many)),
            (
                "two wildcards in an action",
                role_body("r", actions("Microsoft.X/*/y/*"), &[at]),
            ),
            (
                "an action that is none",
                role_body("r", actions("Microsoft.X y"), &[at]),
            ),
            ("an empty action", role_body("r", actions(""), &[at])),
            (
                "an action that is no text",
                role_body("r", json!([{"actions": [1]}]), &[at]),
            ),
            ("a body that is none", json!([])),
        ] {
            table.row(what, &owner.arm("PUT", &path(&id), Some(body)).await);
        }
        let mut described = role_body("r", read.clone(), &[at]);
        described["properties"]["description"] = json!("d".repeat(2049));
        table.row(
            "a long description",
            &owner.arm("PUT", &path(&id), Some(described)).await,
        );
        let built_in = role_body("r", read.clone(), &[at]);
        for method in ["PUT", "DELETE"] {
            let body = (method == "PUT").then(|| built_in.clone());
            let what = format!("{method} of a built-in role");
            table.row(&what, &owner.arm(method, &path(&OWNER.to_string()), body).await);
        }
        for (what, method, id) in [
            ("DELETE of one that is assigned", "DELETE", used.to_string()),
            ("DELETE of nothing", "DELETE", id.clone()),
            ("GET of nothing", "GET", id.clone()),
            ("GET of what is no id", "GET", "owner".to_owned()),
        ] {
            table.row(what, &owner.arm(method, &path(&id), None).await);
        }
        for filter in ["roleName ne 'x'", "x", "roleName eq 'a' or type eq 'b'"] {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("api-version", "2022-04-01")
                .append_pair("$filter", filter)
                .finish();
            let list = format!("{at}/{AUTHORIZATION}/roleDefinitions?{query}");
            table.row(filter, &owner.arm("GET", &list, None).await);
        }
        assert_eq!(
            owner.arm("GET", &path(&id), None).await.status,
            404,
            "nothing was kept"
        );
        tables.push(table.text);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

#[tokio::test]
async fn golden_refusals_of_role_assignments() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let mut table = Table::of(&ground);
        let (at, owner) = (ground.at.as_str(), &ground.owner);
        let group = ground.group("g").await;
        let app = ground.tenant.service_principal("app", &[]).await;
        let team = ground.tenant.group("team").await;
        let narrow = ground
            .role("narrow", json!([{"actions": ["*/read"]}]), &[&group])
            .await;
        let management = format!("{MANAGEMENT}/m");
        ground.put(&management, json!({})).await;
        let data = ground
            .role(
                "data",
                json!([{"actions": [], "dataActions": ["Microsoft.X/*"]}]),
                &[&management],
            )
            .await;
        let (nobody, new) = (guid(), guid());
        let there = ground.tenant.assign(&app, READER, &group).await;
        let there_path = ground.assignment(&group, &there.to_string());
        for (id, word) in [
            (nobody.clone(), "{nobody}"),
            (app.id.to_string(), "{app}"),
            (team.to_string(), "{team}"),
            (new.clone(), "{new}"),
            (there.to_string(), "{there}"),
            (narrow.to_string(), "{narrow}"),
            (data.to_string(), "{data}"),
            (READER.to_string(), "{reader}"),
        ] {
            table.name(id, word);
        }
        let with = |name: &str, value: Value| {
            let mut body = assignment_body(READER, app.id);
            body["properties"][name] = value;
            body
        };
        let at_group = ground.assignment(&group, &new);
        let at_management = ground.assignment(&management, &new);
        let nowhere = format!("{at}/resourceGroups/none");
        let no_workspace = format!("{group}/{WORKSPACES}/none");
        let unknown = format!("/{AUTHORIZATION}/roleDefinitions/{new}");
        let mut typed = with("principalId", json!(nobody));
        typed["properties"]["principalType"] = json!("Group");
        for (what, path, body) in [
            (
                "the same by another name",
                &at_group,
                with("principalType", json!("ServicePrincipal")),
            ),
            (
                "another principal by this name",
                &there_path,
                assignment_body(READER, team),
            ),
            (
                "another role by this name",
                &there_path,
                assignment_body(OWNER, app.id),
            ),
            (
                "a principal that isn't there",
                &at_group,
                with("principalId", json!(nobody)),
            ),
            ("a group that isn't there", &at_group, typed),
            (
                "an application called a user",
                &at_group,
                with("principalType", json!("User")),
            ),
            (
                "a principal of no kind",
                &at_group,
                with("principalType", json!("Robot")),
            ),
            (
                "a principal that is no id",
                &at_group,
                with("principalId", json!("app")),
            ),
            (
                "a role that isn't there",
                &at_group,
                with("roleDefinitionId", json!(unknown)),
            ),
            (
                "a role that is no id",
                &at_group,
                with("roleDefinitionId", json!("Reader")),
            ),
            (
                "a role that isn't assignable there",
                &ground.assignment(at, &new),
                assignment_body(narrow, app.id),
            ),
            (
                "data actions at a management group",
                &at_management,
                assignment_body(data, app.id),
            ),
            (
                "a condition",
                &at_group,
                with("condition", json!("@Resource[a] StringEquals 'b'")),
            ),
            (
                "a long description",
                &at_group,
                with("description", json!("d".repeat(1025))),
            ),
            ("no properties", &at_group, json!({})),
            (
                "a group that isn't there, as its scope",
                &ground.assignment(&nowhere, &new),
                assignment_body(READER, app.id),
            ),
            (
                "a workspace that isn't there",
                &ground.assignment(&no_workspace, &new),
                assignment_body(READER, app.id),
            ),
            (
                "an id that is none",
                &ground.assignment(&group, "x"),
                assignment_body(READER, app.id),
            ),
        ] {
            table.row(what, &owner.arm("PUT", path, Some(body)).await);
        }
        table.row("DELETE of nothing", &owner.arm("DELETE", &at_group, None).await);
        table.row("GET of nothing", &owner.arm("GET", &at_group, None).await);
        for filter in ["principalId eq 'x'", "atScope() or true", "roleName eq 'x'"] {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("api-version", "2022-04-01")
                .append_pair("$filter", filter)
                .finish();
            let list = format!("{at}/{AUTHORIZATION}/roleAssignments?{query}");
            table.row(filter, &owner.arm("GET", &list, None).await);
        }
        limits(&ground, &mut table).await;
        last_owner(&world, &mut table).await;
        tables.push(table.text);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

/// Fills a subscription and a management group by the store, as far as they go.
async fn limits(ground: &Ground, table: &mut Table) {
    let someone = ground.tenant.user("someone", &[]).await;
    for (scope, most) in [(ground.at.clone(), 4000), (format!("{MANAGEMENT}/m"), 500)] {
        let (tenant, at): (_, Scope) = (ground.tenant.id, scope.parse().unwrap());
        let written = ground.tenant.world.app.snapshots.write(move |tx| {
            let inside = match at.subscription_id() {
                Some(_) => store::access_assignment::count_within(tx, tenant, &at)?,
                None => 0,
            };
            for _ in inside..most {
                let new = RoleAssignment {
                    id: RoleAssignmentId::from_random(random()),
                    scope: at.clone(),
                    role: READER,
                    principal: ObjectId::from_random(random()),
                    principal_kind: PrincipalKind::User,
                    description: None,
                    condition: None::<Condition>,
                    delegated_identity: None,
                    created_at: NOW,
                    created_by: None,
                    updated_at: NOW,
                    updated_by: None,
                };
                store::access_assignment::insert(tx, tenant, &new)?.unwrap();
            }
            Ok::<_, QueryError>(())
        });
        written.await.unwrap();
        let path = ground.assignment(&scope, &guid());
        let body = assignment_body(READER, someone.id);
        let answer = ground.owner.arm("PUT", &path, Some(body)).await;
        table.row(&format!("the one after {most}"), &answer);
    }
}

async fn last_owner(world: &World, table: &mut Table) {
    let tenant = world.tenant().await;
    let at = format!("/subscriptions/{}", super::subscription(&tenant).await.id);
    let owner = tenant.user("owner", &[]).await;
    let id = tenant.assign(&owner, OWNER, &at).await;
    let path = format!("{at}/{AUTHORIZATION}/roleAssignments/{id}");
    table.row(
        "DELETE of the last who gives roles",
        &owner.arm("DELETE", &path, None).await,
    );
}

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
