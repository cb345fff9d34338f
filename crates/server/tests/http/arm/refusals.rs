//! What is refused to somebody who may do everything, and in which words: golden tables.

use super::ground::{AUTHORIZATION, Ground, MANAGEMENT, Table, WORKSPACES, assignment_body, guid, role_body};
use crate::harness::{NOW, World, random};
use doorward_domain::rbac::{
    Condition, OWNER, PrincipalKind, READER, RoleAssignment, RoleDefinition, RoleKind,
};
use doorward_names::{ObjectId, RoleAssignmentId, RoleDefinitionId, Scope};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

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
        fill_with_roles(&ground).await;
        let one_more = role_body("one more", read.clone(), &[at]);
        table.row(
            "the one after 5000",
            &owner.arm("PUT", &path(&id), Some(one_more)).await,
        );
        tables.push(table.text);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

/// Makes as many custom roles as there may be, by the store.
async fn fill_with_roles(ground: &Ground) {
    let (tenant, at): (_, Scope) = (ground.tenant.id, ground.at.parse().unwrap());
    let written = ground.tenant.world.app.snapshots.write(move |tx| {
        for number in 1..5000 {
            let role = RoleDefinition {
                id: RoleDefinitionId::from_random(random()),
                kind: RoleKind::Custom,
                name: format!("role {number}"),
                description: String::new(),
                permissions: vec![],
                assignable_scopes: vec![at.clone()],
                created_at: NOW,
                created_by: None,
                updated_at: NOW,
                updated_by: None,
            };
            store::access_role::put(tx, tenant, &role)?.unwrap();
        }
        Ok::<_, QueryError>(())
    });
    written.await.unwrap();
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
async fn the_same_again_changes_its_description_alone() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let bob = ground.tenant.user("bob", &[]).await;
        let path = ground.assignment(&ground.at, &guid());
        let put = |description: Option<&str>| {
            let mut body = assignment_body(READER, bob.id);
            if let Some(text) = description {
                body["properties"]["description"] = json!(text);
            }
            let (owner, path) = (ground.owner.clone(), path.clone());
            async move { owner.arm("PUT", &path, Some(body)).await }
        };
        assert_eq!(put(None).await.status, 201);
        for text in [Some("for now"), Some("for now"), Some("for good"), None] {
            let answer = put(text).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let shown = ground.owner.arm("GET", &path, None).await.ok();
            assert_eq!(shown["properties"]["description"], json!(text));
            assert_eq!(answer.json()["properties"], shown["properties"]);
            assert_eq!(shown["properties"]["createdBy"], json!(ground.owner.id));
            assert_eq!(bob.arm("GET", &ground.at, None).await.status, 200);
        }
    }
}
