//! Attempts to become more than one is.

use super::ground::{
    AUTHORIZATION, Ground, MANAGEMENT, WORKSPACES, assignment_body, cluster_body, done, guid, instance_body,
    role_body, said,
};
use crate::harness::World;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::rbac::{CONTRIBUTOR, OWNER, READER, USER_ACCESS_ADMINISTRATOR};
use serde_json::{Value, json};

const FORBIDDEN: &str = "403 AuthorizationFailed";
const LINKED: &str = "403 LinkedAuthorizationFailed";

#[tokio::test]
async fn roles_are_given_by_those_who_may_where_they_may() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let mallory = ground.tenant.user("mallory", &[]).await;
        ground.tenant.assign(&mallory, CONTRIBUTOR, &ground.at).await;
        let give = |scope: &str, role| {
            let path = ground.assignment(scope, &guid());
            let (mallory, body) = (mallory.clone(), assignment_body(role, mallory.id));
            async move { mallory.arm("PUT", &path, Some(body)).await }
        };
        // A Contributor gives nothing, not even to themselves below.
        for scope in ["/", &ground.at, &group] {
            assert_eq!(said(&give(scope, OWNER).await), FORBIDDEN, "{scope}");
        }
        // Who gives roles in a group gives them there and below, and nowhere else.
        ground
            .tenant
            .assign(&mallory, USER_ACCESS_ADMINISTRATOR, &group)
            .await;
        let other = ground.group("g2").await;
        for scope in [
            "/",
            &ground.at,
            &other,
            &format!("{MANAGEMENT}/{}", ground.tenant.id),
        ] {
            assert_eq!(said(&give(scope, OWNER).await), FORBIDDEN, "{scope}");
        }
        let id = guid();
        let own = ground.assignment(&group, &id);
        let body = assignment_body(OWNER, mallory.id);
        assert_eq!(mallory.arm("PUT", &own, Some(body.clone())).await.status, 201);
        // The id of an assignment moves it nowhere, and doesn't reach it from elsewhere.
        for scope in ["/", &ground.at, &other] {
            let path = ground.assignment(scope, &id);
            assert_eq!(
                said(&mallory.arm("PUT", &path, Some(body.clone())).await),
                FORBIDDEN
            );
            assert_eq!(said(&mallory.arm("DELETE", &path, None).await), FORBIDDEN);
            assert_eq!(
                said(&ground.owner.arm("PUT", &path, Some(body.clone())).await),
                "400 RoleAssignmentUpdateNotPermitted"
            );
            assert_eq!(ground.owner.arm("DELETE", &path, None).await.status, 204);
            assert_eq!(ground.owner.arm("GET", &path, None).await.status, 404);
        }
        assert_eq!(mallory.arm("GET", &own, None).await.status, 200);
        // Nor does the id of the owner's, through a place where one may.
        let theirs = ground.tenant.assign(&ground.owner, READER, &ground.at).await;
        let path = ground.assignment(&group, &theirs.to_string());
        assert_eq!(mallory.arm("DELETE", &path, None).await.status, 204);
        let kept = ground.assignment(&ground.at, &theirs.to_string());
        assert_eq!(ground.owner.arm("GET", &kept, None).await.status, 200);
    }
}

#[tokio::test]
async fn custom_roles_are_changed_by_those_who_may_everywhere() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let (mine, other) = (ground.group("mine").await, ground.group("other").await);
        let mallory = ground.tenant.user("mallory", &[]).await;
        ground.tenant.assign(&mallory, OWNER, &mine).await;
        let everything = json!([{"actions": ["*"]}]);
        let path = |id: &str| format!("{mine}/{AUTHORIZATION}/roleDefinitions/{id}");
        let body = |scopes: &[&str]| role_body(&guid(), everything.clone(), scopes);
        for (scopes, expected) in [
            (vec![mine.as_str()], "201"),
            (vec![mine.as_str(), other.as_str()], LINKED),
            (vec![other.as_str()], LINKED),
            (vec![ground.at.as_str()], LINKED),
            (vec!["/"], LINKED),
            (
                vec![
                    mine.as_str(),
                    "/providers/Microsoft.Management/managementGroups/x",
                ],
                LINKED,
            ),
        ] {
            let answer = mallory.arm("PUT", &path(&guid()), Some(body(&scopes))).await;
            assert_eq!(said(&answer), expected, "{scopes:?}");
        }
        // One that may be assigned elsewhere too isn't theirs to change, to narrow or to delete.
        let shared = ground
            .role("shared", json!([{"actions": ["*/read"]}]), &[&mine, &other])
            .await
            .to_string();
        for scopes in [vec![mine.as_str()], vec![mine.as_str(), other.as_str()]] {
            let answer = mallory.arm("PUT", &path(&shared), Some(body(&scopes))).await;
            assert_eq!(said(&answer), LINKED, "{scopes:?}");
        }
        assert_eq!(said(&mallory.arm("DELETE", &path(&shared), None).await), LINKED);
        let kept = ground.owner.arm("GET", &path(&shared), None).await.ok();
        assert_eq!(kept["properties"]["roleName"], "shared");
        // A built-in one is nobody's to change.
        let built_in = ground
            .owner
            .arm_owned("PUT", path(&OWNER.to_string()), Some(body(&[&mine])));
        assert_eq!(said(&built_in.await), "400 RoleDefinitionUpdateNotPermitted");
        // A role isn't assigned where it isn't assignable, whoever asks.
        let narrow = ground.role("narrow", everything.clone(), &[&mine]).await;
        let answer = ground.owner.arm_owned(
            "PUT",
            ground.assignment(&other, &guid()),
            Some(assignment_body(narrow, mallory.id)),
        );
        assert_eq!(said(&answer.await), "400 RoleDefinitionNotAssignable");
    }
}

#[tokio::test]
async fn what_is_moved_is_moved_by_those_above_and_below() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let [from, to] = ["from", "to"].map(|name| format!("{MANAGEMENT}/{name}"));
        for group in [&from, &to] {
            ground.put(group, json!({})).await;
        }
        let child = format!("{MANAGEMENT}/child");
        let inside = |parent: &str| json!({"properties": {"details": {"parent": {"id": parent}}}});
        ground.put(&child, inside(&from)).await;
        let place = |group: &str| format!("{group}/subscriptions/{}", ground.id);
        ground.put(&place(&from), json!({})).await;
        let mallory = ground.tenant.user("mallory", &[]).await;
        // Theirs is the place where it would go; then also what would go; then also the place where it is.
        ground.tenant.assign(&mallory, OWNER, &to).await;
        let take = |to: &str| mallory.arm_owned("PUT", place(to), Some(json!({})));
        assert_eq!(said(&take(&to).await), LINKED);
        assert_eq!(
            said(&mallory.arm("PUT", &child, Some(inside(&to))).await),
            FORBIDDEN
        );
        for scope in [&ground.at, &child] {
            ground.tenant.assign(&mallory, OWNER, scope).await;
        }
        assert_eq!(said(&take(&to).await), LINKED);
        assert_eq!(said(&mallory.arm("PUT", &child, Some(inside(&to))).await), LINKED);
        assert_eq!(said(&mallory.arm("DELETE", &place(&from), None).await), FORBIDDEN);
        let there = ground
            .owner
            .arm("GET", &format!("{from}/descendants"), None)
            .await
            .ok();
        assert_eq!(there["value"].as_array().unwrap().len(), 2, "{there}");
        ground.tenant.assign(&mallory, OWNER, &from).await;
        assert_eq!(said(&take(&to).await), "200");
        assert_eq!(said(&mallory.arm("PUT", &child, Some(inside(&to))).await), "200");
        // Another subscription's id under a group's path is no way in.
        let unknown = format!("{to}/subscriptions/{}", guid());
        assert_eq!(
            said(&mallory.arm("PUT", &unknown, None).await),
            "404 SubscriptionNotFound"
        );
        // A parent is a management group.
        for parent in [&ground.at, &format!("{}/resourceGroups/to", ground.at)] {
            let answer = ground.owner.arm("PUT", &child, Some(inside(parent))).await;
            assert_eq!(said(&answer), "400 InvalidRequest", "{parent}");
        }
    }
}

#[tokio::test]
async fn a_workspace_is_linked_to_what_one_may_write() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let (mine, other) = (ground.group("mine").await, ground.group("other").await);
        let storage = |group: &str| format!("{group}/providers/Microsoft.Storage/storageAccounts/store1");
        for group in [&mine, &other] {
            ground
                .put(&storage(group), json!({"location": "westeurope"}))
                .await;
        }
        let mallory = ground.tenant.user("mallory", &[]).await;
        ground.tenant.assign(&mallory, CONTRIBUTOR, &mine).await;
        ground.tenant.assign(&mallory, READER, &other).await;
        let workspace = format!("{mine}/{WORKSPACES}/ws1");
        let linked = |name: &str, id: &str| json!({"location": "westeurope", "properties": {name: id}});
        for name in ["storageAccount", "StorageAccount", "STORAGEACCOUNT"] {
            let body = linked(name, &storage(&other));
            assert_eq!(
                said(&mallory.arm("PUT", &workspace, Some(body)).await),
                LINKED,
                "{name}"
            );
        }
        let fine = mallory
            .arm("PUT", &workspace, Some(linked("storageaccount", &storage(&mine))))
            .await;
        assert_eq!(done(&fine)["properties"]["storageAccount"], storage(&mine));
        let patch = |id: &str| mallory.arm("PATCH", &workspace, Some(linked("storageAccount", id)));
        assert_eq!(said(&patch(&storage(&other)).await), LINKED);
        let nothing = storage(&mine).replace("store1", "store2");
        assert_eq!(said(&patch(&nothing).await), "400 LinkedResourceNotFound");
        let stranger = Ground::of(&world).await;
        let theirs = storage(&stranger.group("theirs").await);
        assert_eq!(
            said(&patch(&theirs).await),
            "401 InvalidAuthenticationTokenTenant"
        );
        // What is put is stored as what was decided on: no resource hides below another one.
        for path in [
            format!("{workspace}/providers/Microsoft.Storage/storageAccounts/store3"),
            format!("{workspace}/{WORKSPACES}/ws2"),
            format!("{workspace}/{WORKSPACES}/ws2/computes/c2"),
        ] {
            let answer = ground.owner.arm("PUT", &path, Some(cluster_body())).await;
            assert_eq!(answer.status, 404, "{path} {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_workspaces_identity_is_nobodys_to_use() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let workspace = ground.workspace(&group, "ws1").await;
        let shown = ground.owner.arm("GET", &workspace, None).await.ok();
        let id = shown["identity"]["principalId"].as_str().unwrap().to_owned();
        let admin = ground
            .tenant
            .user("admin", &[DirectoryRole::GlobalAdministrator])
            .await;
        ground.tenant.assign(&admin, OWNER, "/").await;
        let path = format!("/v1.0/servicePrincipals/{id}");
        let found = admin.get(&path).await.ok();
        assert_eq!(found["servicePrincipalType"], "ManagedIdentity");
        for (method, path, body) in [
            (
                "POST",
                format!("{path}/addPassword"),
                json!({"passwordCredential": {"displayName": "x"}}),
            ),
            ("PATCH", path.clone(), json!({"displayName": "mine"})),
            ("DELETE", path.clone(), Value::Null),
        ] {
            let body = (!body.is_null()).then_some(body);
            let answer = admin.call(method, &path, body).await;
            assert!(
                answer.status >= 400 && answer.status < 500,
                "{method} {path}: {} {}",
                answer.status,
                answer.text
            );
        }
        let run = crate::run::begin(&admin, json!({"identity": id})).await;
        assert_eq!(run.status / 100, 4, "{}", run.text);
        let of_type = "/v1.0/servicePrincipals?$filter=servicePrincipalType%20eq%20'ManagedIdentity'";
        let listed = admin.get(of_type).await.ok()["value"].clone();
        assert_eq!(
            (listed.as_array().unwrap().len(), &listed[0]["id"]),
            (1, &json!(id))
        );
        let app = found["appId"].as_str().unwrap();
        for query in [format!("/v1.0/applications?$filter=appId eq '{app}'").replace(' ', "%20")] {
            assert_eq!(admin.get(&query).await.ok()["value"], json!([]));
        }
        assert_eq!(admin.get(&path).await.ok(), found);
        // It goes with its workspace, and its roles with it.
        let role = ground.assignment(&ground.at, &guid());
        let body = assignment_body(READER, id.parse().unwrap());
        assert_eq!(ground.owner.arm("PUT", &role, Some(body)).await.status, 201);
        assert_eq!(ground.owner.arm("DELETE", &workspace, None).await.status, 200);
        assert_eq!(ground.owner.arm("GET", &role, None).await.status, 404);
        assert_eq!(admin.get(&path).await.status, 404);
    }
}

#[tokio::test]
async fn the_two_planes_give_each_other_nothing() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let admin = ground
            .tenant
            .user("admin", &[DirectoryRole::GlobalAdministrator])
            .await;
        for (method, path) in [
            ("GET", &ground.at),
            ("GET", &group),
            ("PUT", &group),
            ("DELETE", &group),
        ] {
            let body = (method == "PUT").then(|| json!({"location": "westeurope"}));
            assert_eq!(
                said(&admin.arm(method, path, body).await),
                FORBIDDEN,
                "{method} {path}"
            );
        }
        let user = json!({
            "accountEnabled": true, "displayName": "x", "mailNickname": "x",
            "userPrincipalName": format!("x@{}", ground.tenant.domain),
            "passwordProfile": {"password": "Ab3!kkkkkkkkkkkk"},
        });
        assert_eq!(ground.owner.post("/v1.0/users", user).await.status, 403);
        let path = format!("/v1.0/users/{}", admin.id);
        assert_eq!(
            ground
                .owner
                .patch(&path, json!({"accountEnabled": false}))
                .await
                .status,
            403
        );
        let elevate = format!("/{AUTHORIZATION}/elevateAccess");
        assert_eq!(said(&ground.owner.arm("POST", &elevate, None).await), FORBIDDEN);
    }
}

#[tokio::test]
async fn who_is_gone_does_nothing_and_what_is_made_again_is_new() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let admin = ground
            .tenant
            .user("admin", &[DirectoryRole::GlobalAdministrator])
            .await;
        let bob = ground.tenant.user("bob", &[]).await;
        let held = ground.tenant.assign(&bob, OWNER, &group).await;
        assert_eq!(bob.arm("GET", &group, None).await.status, 200);
        let path = format!("/v1.0/users/{}", bob.id);
        assert_eq!(
            admin.patch(&path, json!({"accountEnabled": false})).await.status,
            204
        );
        assert_eq!(
            said(&bob.arm("GET", &group, None).await),
            "401 InvalidAuthenticationToken"
        );
        assert_eq!(
            admin.patch(&path, json!({"accountEnabled": true})).await.status,
            204
        );
        // Who was disabled signs in again; the old token is worth nothing any more.
        assert_eq!(
            said(&bob.arm("GET", &group, None).await),
            "401 InvalidAuthenticationToken"
        );
        assert_eq!(admin.delete(&path).await.status, 204);
        assert_eq!(
            said(&bob.arm("GET", &group, None).await),
            "401 InvalidAuthenticationToken"
        );
        // The assignment of who was deleted stays, and shows.
        let shown = ground
            .owner
            .arm("GET", &ground.assignment(&group, &held.to_string()), None)
            .await;
        assert_eq!(shown.ok()["properties"]["principalId"], bob.id.to_string());
        // Whatever hung on what is deleted, and on what is in it, doesn't come back with it.
        let carol = ground.tenant.user("carol", &[]).await;
        let workspace = ground.workspace(&group, "ws1").await;
        let compute = format!("{workspace}/computes/comp1");
        for (deleted, query) in [
            (&compute, "&underlyingResourceAction=Delete"),
            (&workspace, ""),
            (&group, ""),
        ] {
            ground.put(&group, json!({"location": "westeurope"})).await;
            ground.workspace(&group, "ws1").await;
            ground.put(&compute, instance_body("Shared")).await;
            for scope in [&group, &workspace, &compute] {
                if scope.starts_with(deleted.as_str()) {
                    ground.tenant.assign(&carol, OWNER, scope).await;
                }
            }
            assert_eq!(carol.arm("GET", &compute, None).await.status, 200);
            let path = format!("{deleted}?api-version=2022-04-01{query}");
            assert_eq!(ground.owner.arm("DELETE", &path, None).await.status / 100, 2);
            ground.put(&group, json!({"location": "westeurope"})).await;
            ground.workspace(&group, "ws1").await;
            ground.put(&compute, instance_body("Shared")).await;
            for scope in [&group, &workspace, &compute] {
                assert_eq!(
                    said(&carol.arm("GET", scope, None).await),
                    FORBIDDEN,
                    "{deleted} {scope}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_personal_instance_is_one_persons() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let workspace = ground.workspace(&group, "ws1").await;
        let [alice, bob] = ["alice", "bob"].map(|name| {
            let (tenant, at) = (ground.tenant.clone(), ground.at.clone());
            async move {
                let caller = tenant.user(name, &[]).await;
                tenant.assign(&caller, CONTRIBUTOR, &at).await;
                caller
            }
        });
        let (alice, bob) = (alice.await, bob.await);
        let path = format!("{workspace}/computes/hers");
        done(&alice.arm("PUT", &path, Some(instance_body("Personal"))).await);
        let enter = format!("{path}/applicationaccess");
        assert_eq!(alice.arm("POST", &enter, None).await.status, 200);
        assert_eq!(said(&bob.arm("POST", &enter, None).await), FORBIDDEN);
        // Nor is it made to be shared, nor somebody else's, by another PUT.
        let answer = bob.arm("PUT", &path, Some(instance_body("Shared"))).await;
        assert_eq!(said(&answer), "409 ComputeInstanceSharingPolicyFixed");
        for settings in [
            json!({}),
            json!({"personalComputeInstanceSettings": {"assignedUser": {"objectId": bob.id}}}),
        ] {
            let mut body = instance_body("Personal");
            body["properties"]["properties"] = settings;
            body["properties"]["properties"]["vmSize"] = json!("STANDARD_DS3_V2");
            let shown = done(&bob.arm("PUT", &path, Some(body)).await);
            assert_eq!(
                shown["properties"]["properties"]["applicationSharingPolicy"],
                "Personal"
            );
            assert_eq!(said(&bob.arm("POST", &enter, None).await), FORBIDDEN);
            assert_eq!(alice.arm("POST", &enter, None).await.status, 200);
        }
        // One that was made for somebody else is theirs, and not its maker's.
        let path = format!("{workspace}/computes/his");
        let mut body = instance_body("Personal");
        body["properties"]["properties"]["personalComputeInstanceSettings"] =
            json!({"assignedUser": {"objectId": bob.id, "tenantId": ground.tenant.id}});
        done(&alice.arm("PUT", &path, Some(body)).await);
        let enter = format!("{path}/applicationaccess");
        assert_eq!(said(&alice.arm("POST", &enter, None).await), FORBIDDEN);
        assert_eq!(bob.arm("POST", &enter, None).await.status, 200);
    }
}

/// A role above that allows no reading tells nothing of what is below.
#[tokio::test]
async fn a_role_above_that_reads_nothing_shows_nothing() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let workspace = ground.workspace(&group, "ws1").await;
        let useless = json!([{"actions": ["Microsoft.X/things/read"]}]);
        let useless = ground.role("useless", useless, &[&ground.at]).await;
        let bob = ground.tenant.user("bob", &[]).await;
        ground.tenant.assign(&bob, useless, &ground.at).await;
        let groups = format!("{}/resourceGroups", ground.at);
        assert_eq!(bob.arm("GET", &groups, None).await.ok()["value"], json!([]));
        let none = format!("{}/resourceGroups/none", ground.at);
        for tail in ["/resources".to_owned(), format!("/{WORKSPACES}")] {
            let there = bob.arm("GET", &format!("{group}{tail}"), None).await;
            let not = bob.arm("GET", &format!("{none}{tail}"), None).await;
            assert_eq!((there.status, &there.text), (not.status, &not.text), "{tail}");
        }
        let none = workspace.replace("ws1", "none");
        for path in [&workspace, &none] {
            let answer = bob.arm("GET", &format!("{path}/features"), None).await;
            assert_eq!(said(&answer), FORBIDDEN, "{path}");
        }
    }
}
