//! Who has a right by way of something else: groups, deny assignments, management groups, and what is told about it.

use super::ground::{AUTHORIZATION, Ground, MANAGEMENT, assignment_body, guid, said};
use crate::harness::{Caller, Tenancy, World};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::group::{Member, MemberKind};
use doorward_domain::rbac::{
    CONTRIBUTOR, DenyPrincipal, OWNER, PrincipalKind, READER, USER_ACCESS_ADMINISTRATOR,
};
use doorward_names::ObjectId;
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

const FORBIDDEN: &str = "403 AuthorizationFailed";

/// Puts a person or a group into a group, by the store.
pub async fn join(tenant: &Tenancy, group: ObjectId, id: ObjectId, is_group: bool) {
    let kind = if is_group {
        MemberKind::Group
    } else {
        MemberKind::User
    };
    let (tenant, app) = (tenant.id, &tenant.world.app);
    let written = app.snapshots.write(move |tx| {
        store::group_member::insert(tx, tenant, group, Member { id, kind })?.unwrap();
        Ok::<_, QueryError>(())
    });
    written.await.unwrap();
}

async fn leave(tenant: &Tenancy, group: ObjectId, id: ObjectId) {
    let (tenant, app) = (tenant.id, &tenant.world.app);
    let written = app
        .snapshots
        .write(move |tx| store::group_member::delete(tx, tenant, group, id));
    assert!(written.await.unwrap());
}

async fn reads(caller: &Caller, path: &str) -> String {
    said(&caller.arm("GET", path, None).await)
}

#[tokio::test]
async fn roles_come_through_groups_in_groups_and_go_with_them() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let tenant = &ground.tenant;
        let bob = tenant.user("bob", &[]).await;
        let mut line = Vec::new();
        for name in ["a", "b", "c"] {
            line.push(tenant.group(name).await);
        }
        join(tenant, line[0], bob.id, false).await;
        tenant
            .assign_to((line[2], PrincipalKind::Group), READER, &group)
            .await;
        assert_eq!(reads(&bob, &group).await, FORBIDDEN);
        join(tenant, line[1], line[0], true).await;
        assert_eq!(reads(&bob, &group).await, FORBIDDEN);
        join(tenant, line[2], line[1], true).await;
        assert_eq!(reads(&bob, &group).await, "200");
        // A circle is a circle, and ends.
        join(tenant, line[0], line[2], true).await;
        assert_eq!(reads(&bob, &group).await, "200");
        let outside = tenant.user("outside", &[]).await;
        assert_eq!(reads(&outside, &group).await, FORBIDDEN);
        leave(tenant, line[1], line[0]).await;
        assert_eq!(reads(&bob, &group).await, FORBIDDEN);
        // Over Graph it is the same, and so is the end of a group.
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let member =
            json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", bob.id)});
        let path = format!("/v1.0/groups/{}/members/$ref", line[2]);
        assert_eq!(admin.post(&path, member).await.status, 204);
        assert_eq!(reads(&bob, &group).await, "200");
        let subscriptions = bob.arm("GET", "/subscriptions", None).await.ok();
        assert_eq!(subscriptions["value"].as_array().unwrap().len(), 1);
        assert_eq!(
            admin.delete(&format!("/v1.0/groups/{}", line[2])).await.status,
            204
        );
        assert_eq!(reads(&bob, &group).await, FORBIDDEN);
        assert_eq!(
            bob.arm("GET", "/subscriptions", None).await.ok()["value"],
            json!([])
        );
    }
}

#[tokio::test]
async fn what_is_denied_is_denied_whatever_roles_say() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let (group, other) = (ground.group("g").await, ground.group("other").await);
        let tenant = &ground.tenant;
        let workspace = ground.workspace(&group, "ws1").await;
        let (bob, carol) = (tenant.user("bob", &[]).await, tenant.user("carol", &[]).await);
        let team = tenant.group("team").await;
        for caller in [&bob, &carol] {
            tenant.assign(caller, OWNER, &ground.at).await;
            join(tenant, team, caller.id, false).await;
        }
        let write = "Microsoft.Resources/subscriptions/resourceGroups/write";
        let patch = |caller: &Caller, path: &str| {
            let (caller, path) = (caller.clone(), path.to_owned());
            async move { said(&caller.arm("PATCH", &path, Some(json!({"tags": {}}))).await) }
        };
        let people = DenyPrincipal::Principal(team, PrincipalKind::Group);
        let deny = ground
            .deny(&group, (vec![people], vec![carol.id]), (&[write], false))
            .await;
        for (caller, path, expected) in [
            (&bob, &group, FORBIDDEN),
            (&carol, &group, "200"),
            (&ground.owner, &group, "200"),
            (&bob, &other, "200"),
        ] {
            assert_eq!(patch(caller, path).await, expected, "{} {path}", caller.name);
        }
        assert_eq!(reads(&bob, &group).await, "200", "just that action");
        let listed = bob
            .arm(
                "GET",
                &format!("{workspace}/{AUTHORIZATION}/denyAssignments"),
                None,
            )
            .await
            .ok();
        assert_eq!(listed["value"][0]["name"], deny.to_string());
        // Everyone is everyone, but for who is left out; and here is not below.
        ground
            .deny(
                &ground.at,
                (vec![DenyPrincipal::Everyone], vec![ground.owner.id]),
                (&["*/delete"], true),
            )
            .await;
        let tags = |path: &str| format!("{path}/providers/Microsoft.Resources/tags/default");
        assert_eq!(said(&bob.arm("DELETE", &tags(&workspace), None).await), "200");
        ground
            .deny(
                &other,
                (vec![DenyPrincipal::Everyone], vec![ground.owner.id]),
                (&["*/delete"], true),
            )
            .await;
        assert_eq!(said(&bob.arm("DELETE", &tags(&other), None).await), FORBIDDEN);
        assert_eq!(said(&carol.arm("DELETE", &other, None).await), FORBIDDEN);
        assert_eq!(
            said(&ground.owner.arm("DELETE", &tags(&other), None).await),
            "200"
        );
        // What is denied for the whole isn't shown in part.
        ground
            .deny(
                &ground.at,
                (vec![DenyPrincipal::Everyone], vec![ground.owner.id]),
                (&["*/read"], true),
            )
            .await;
        for path in [
            ground.at.clone(),
            format!("{}/resourceGroups", ground.at),
            format!("{}/resources", ground.at),
        ] {
            assert_eq!(reads(&bob, &path).await, FORBIDDEN, "{path}");
            assert_eq!(reads(&ground.owner, &path).await, "200", "{path}");
        }
        assert_eq!(reads(&bob, &group).await, "200", "and just there");
        // What is asked about is answered the same way.
        let check = |scope: &str, id: ObjectId, action: &str| {
            let body = json!({
                "Subject": {"Attributes": {"ObjectId": id}}, "Actions": [{"Id": action}], "Resource": {"Id": scope},
            });
            let (owner, path) = (
                ground.owner.clone(),
                format!("{}/{AUTHORIZATION}/checkAccess", ground.at),
            );
            async move { owner.arm("POST", &path, Some(body)).await }
        };
        let answer = check(&group, bob.id, write).await.ok();
        assert_eq!(answer[0]["accessDecision"], "Denied");
        assert_eq!(answer[0]["denyAssignment"]["id"], deny.to_string());
        let answer = check(&group, carol.id, write).await.ok();
        assert_eq!(answer[0]["accessDecision"], "Allowed");
        assert_eq!(answer[0]["roleAssignment"]["scope"], ground.at);
        let answer = check(&group, ObjectId::from_bytes([9; 16]), write).await.ok();
        assert_eq!(answer[0]["accessDecision"], "NotAllowed");
        assert_eq!(said(&check("/", bob.id, write).await), "400 InvalidRequest");
        assert_eq!(
            said(&check(&group, bob.id, "no action").await),
            "400 InvalidRequest"
        );
    }
}

#[tokio::test]
async fn a_subscription_takes_what_its_management_groups_give() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let bob = ground.tenant.user("bob", &[]).await;
        let [top, low, side] = ["top", "low", "side"].map(|name| format!("{MANAGEMENT}/{name}"));
        let inside = |parent: &str| json!({"properties": {"details": {"parent": {"id": parent}}}});
        ground.put(&top, json!({})).await;
        ground.put(&low, inside(&top)).await;
        ground.put(&side, json!({})).await;
        let place = |name: &str| format!("{name}/subscriptions/{}", ground.id);
        ground.tenant.assign(&bob, READER, &top).await;
        assert_eq!(reads(&bob, &group).await, FORBIDDEN);
        for (to, expected) in [(&low, "200"), (&side, FORBIDDEN), (&top, "200")] {
            ground.put(&place(to), json!({})).await;
            assert_eq!(reads(&bob, &group).await, expected, "{to}");
        }
        ground.put(&place(&low), json!({})).await;
        ground.put(&low, inside(&side)).await;
        assert_eq!(reads(&bob, &group).await, FORBIDDEN);
        ground.put(&low, inside(&top)).await;
        assert_eq!(reads(&bob, &group).await, "200");
        let out = ground.owner.arm("DELETE", &place(&low), None).await;
        assert_eq!((out.status, reads(&bob, &group).await.as_str()), (200, FORBIDDEN));
        // The root group holds everything.
        let root = format!("{MANAGEMENT}/{}", ground.tenant.id);
        ground.tenant.assign(&bob, READER, &root).await;
        assert_eq!(reads(&bob, &group).await, "200");
        let shown = bob.arm("GET", MANAGEMENT, None).await.ok();
        assert_eq!(shown["value"].as_array().unwrap().len(), 4);
        // A role on a group that is deleted doesn't come back with another of that name.
        let carol = ground.tenant.user("carol", &[]).await;
        ground.tenant.assign(&carol, READER, &side).await;
        assert_eq!(ground.owner.arm("DELETE", &side, None).await.status / 100, 2);
        ground.put(&side, json!({})).await;
        assert_eq!(reads(&carol, &side).await, FORBIDDEN);
    }
}

#[tokio::test]
async fn a_global_administrator_takes_access_by_an_act_of_their_own() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let admin = ground
            .tenant
            .user("admin", &[DirectoryRole::GlobalAdministrator])
            .await;
        let path = format!("/{AUTHORIZATION}/elevateAccess");
        assert_eq!(reads(&admin, &group).await, FORBIDDEN);
        for _ in 0..2 {
            let answer = admin.arm("POST", &path, None).await;
            assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        }
        let list = format!(
            "/{AUTHORIZATION}/roleAssignments?api-version=2022-04-01&$filter=principalId%20eq%20'{}'",
            admin.id
        );
        let held = admin.arm("GET", &list, None).await.ok();
        assert_eq!(held["value"].as_array().unwrap().len(), 1, "once");
        assert_eq!(held["value"][0]["properties"]["scope"], "/");
        let role = held["value"][0]["properties"]["roleDefinitionId"]
            .as_str()
            .unwrap();
        assert!(role.ends_with(&USER_ACCESS_ADMINISTRATOR.to_string()));
        // It gives roles, and is no more than that until it gave itself one.
        assert_eq!(reads(&admin, &group).await, "200");
        assert_eq!(said(&admin.arm("DELETE", &group, None).await), FORBIDDEN);
        let own = ground.assignment(&group, &guid());
        let body = assignment_body(CONTRIBUTOR, admin.id);
        assert_eq!(admin.arm("PUT", &own, Some(body)).await.status, 201);
        assert_eq!(admin.arm("DELETE", &group, None).await.status, 200);
        let id = held["value"][0]["id"].as_str().unwrap();
        assert_eq!(admin.arm("DELETE", id, None).await.status, 200);
        assert_eq!(reads(&admin, &ground.at).await, FORBIDDEN);
        // Nobody else does, nor anywhere else.
        let app = ground.tenant.service_principal("app", &[]).await;
        for caller in [&app, &ground.owner] {
            assert_eq!(said(&caller.arm("POST", &path, None).await), FORBIDDEN);
        }
        let below = format!("{}/{AUTHORIZATION}/elevateAccess", ground.at);
        assert_eq!(admin.arm("POST", &below, None).await.status, 404);
    }
}

#[tokio::test]
async fn one_is_told_about_oneself() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let (group, other) = (ground.group("g").await, ground.group("other").await);
        let tenant = &ground.tenant;
        let bob = tenant.user("bob", &[]).await;
        let limited = ground
            .role(
                "limited",
                json!([{"actions": ["Microsoft.Resources/subscriptions/resourceGroups/read"]}]),
                &[&ground.at],
            )
            .await;
        tenant.assign(&bob, limited, &group).await;
        let secret = tenant.group("secret-team").await;
        tenant
            .assign_to((secret, PrincipalKind::Group), OWNER, &group)
            .await;
        let explain = |caller: &Caller, scope: &str, id: ObjectId, action: &str| {
            let (caller, path) = (caller.clone(), format!("{scope}/{AUTHORIZATION}/explainAccess"));
            let body = json!({"principalId": id, "action": action});
            async move { caller.arm("POST", &path, Some(body)).await }
        };
        let delete = "Microsoft.Resources/subscriptions/resourceGroups/delete";
        let read = "Microsoft.Resources/subscriptions/resourceGroups/read";
        let yes = explain(&bob, &group, bob.id, read).await.ok();
        assert_eq!(
            (&yes["allowed"], &yes["roleName"], &yes["scope"]),
            (&json!(true), &json!("limited"), &json!(group))
        );
        // Without the right to read assignments one hears of oneself, and of no group that would help.
        let no = explain(&bob, &group, bob.id, delete).await;
        assert!(
            !no.text.contains("secret-team") && !no.text.contains(&secret.to_string()),
            "{}",
            no.text
        );
        assert_eq!(no.ok()["allowed"], json!(false));
        assert_eq!(
            said(&explain(&bob, &group, ground.owner.id, read).await),
            FORBIDDEN
        );
        for scope in [&other, &format!("{}/resourceGroups/none", ground.at)] {
            assert_eq!(
                said(&explain(&bob, scope, bob.id, read).await),
                FORBIDDEN,
                "{scope}"
            );
        }
        assert_eq!(
            said(&explain(&bob, &group, bob.id, "nonsense").await),
            "400 InvalidRequest"
        );
        // With it, of everybody, and of the groups.
        let told = explain(&ground.owner, &group, bob.id, delete).await;
        assert!(told.text.contains("secret-team"), "{}", told.text);
        join(tenant, secret, bob.id, false).await;
        let yes = explain(&ground.owner, &group, bob.id, delete).await.ok();
        assert_eq!((&yes["allowed"], &yes["groupId"]), (&json!(true), &json!(secret)));
        leave(tenant, secret, bob.id).await;
        // A cure can be carried out: at what is there, of an operation that exists, by a role that people know as well.
        let nowhere = format!("{group}/providers/Microsoft.MachineLearningServices/workspaces/none");
        let workspace = "Microsoft.MachineLearningServices/workspaces";
        let told = explain(&ground.owner, &nowhere, bob.id, &format!("{workspace}/read"));
        let told = told.await.ok();
        let reason = told["reason"].as_str().unwrap();
        assert!(reason.contains("There is nothing at this scope"), "{reason}");
        assert!(reason.contains("Check its name"), "{reason}");
        assert_eq!(told["cures"], json!([]));
        let told = explain(&ground.owner, &nowhere, bob.id, &format!("{workspace}/write"));
        let told = told.await.ok();
        let cures = told["cures"].as_array().unwrap();
        let commands: Vec<_> = cures.iter().filter_map(|cure| cure["command"].as_str()).collect();
        assert!(
            commands
                .iter()
                .any(|command| command.contains("--role \"Contributor\"")),
            "{commands:?}"
        );
        assert!(
            commands
                .iter()
                .all(|command| !command.contains("workspaces/none")),
            "{commands:?}"
        );
        let told = explain(&ground.owner, &group, bob.id, &format!("{workspace}/reed"))
            .await
            .ok();
        let reason = told["reason"].as_str().unwrap();
        assert!(reason.contains("No known operation has that name"), "{reason}");
        assert!(reason.contains(&format!("{workspace}/read")), "{reason}");
        assert_eq!(told["cures"], json!([]));
        // A service principal is also known by the id of its application, which is what its people know; nobody else is.
        let app = tenant.service_principal("told", &[]).await;
        tenant.assign(&app, READER, &group).await;
        let application: ObjectId = app.name.parse().unwrap();
        for caller in [&app, &ground.owner] {
            for id in [app.id, application] {
                let yes = explain(caller, &group, id, read).await.ok();
                assert_eq!(yes["allowed"], json!(true), "{id}");
            }
        }
        let nobody = explain(&ground.owner, &group, ObjectId::from_u128(7), read).await;
        assert_eq!(said(&nobody), "400 PrincipalNotFound");
        // Permissions are one's own, at the scope and above it.
        let permissions = |caller: &Caller, scope: &str| {
            let (caller, path) = (caller.clone(), format!("{scope}/{AUTHORIZATION}/permissions"));
            async move { caller.arm("GET", &path, None).await }
        };
        let own = permissions(&bob, &group).await.ok();
        let expected = json!({"actions": [read], "notActions": [], "dataActions": [], "notDataActions": []});
        assert_eq!(own["value"], json!([expected]));
        assert_eq!(permissions(&bob, &ground.at).await.ok()["value"], json!([]));
        assert_eq!(said(&permissions(&bob, &other).await), FORBIDDEN);
        let owners: Value = permissions(&ground.owner, &group).await.ok()["value"].clone();
        assert_eq!(owners[0]["actions"], json!(["*"]));
    }
}
