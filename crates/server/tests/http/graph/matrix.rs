//! Every route × every kind of caller → status: the golden table. And every route by nobody, and by another tenant's
//! administrator, who learns nothing.

use bytes::Bytes;
use doorward_domain::app_role::{Assignment, DEFAULT_ACCESS};
use doorward_domain::conditional_access::Policy;
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_domain::group::{Member, MemberKind};
use doorward_domain::permission_grant::{Consenter, PermissionGrant};
use doorward_domain::second_factor::SecondFactor;
use doorward_names::{DisplayName, ObjectId, Secret};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;

use crate::harness::{Caller, Tenancy, World, request};

/// What a tenant holds for the routes to be about, fresh for every call.
struct Stage {
    user: String,
    spare: String,
    application: String,
    app_id: String,
    loose_app_id: String,
    principal: String,
    graph: String,
    key: String,
    grant: String,
    assignment: String,
    group: String,
    nested: String,
    factor: String,
    consent: String,
    policy: String,
    seats: [String; 3],
}

async fn stage(tenant: &Tenancy, owner: Option<&Caller>) -> Stage {
    let app = tenant
        .service_principal("target", &[Permission::UserReadAll])
        .await;
    let loose = tenant.service_principal("loose", &[]).await;
    let user = tenant.user(&name(), &[DirectoryRole::DirectoryReaders]).await;
    let spare = tenant.user(&name(), &[]).await;
    let (id, owned) = (tenant.id, owner.map(|o| o.id));
    let (application, principal, loose_object, loose_principal) =
        (app.application, app.id, loose.application, loose.id);
    let (user_id, extra) = (user.id, spare.id);
    let group = tenant.group("target").await;
    let nested = tenant.group("nested").await;
    let (group_id, nested_id) = (group, nested);
    let factor_id = ObjectId::from_random(crate::harness::random());
    let consent_id = ObjectId::from_random(crate::harness::random());
    let policy_id = ObjectId::from_random(crate::harness::random());
    let seat_ids: [ObjectId; 3] = std::array::from_fn(|_| ObjectId::from_random(crate::harness::random()));
    let policy_name = DisplayName::new("target").unwrap();
    // It reaches nobody here.
    let policy = Policy {
        enabled: false,
        ..Policy::for_administrators((policy_id, tenant.id), policy_name, crate::harness::NOW)
    };
    let write = tenant.world.app.snapshots.write(move |tx| {
        store::service_principal::delete(tx, id, loose_principal)?;
        for (into, member, kind) in [
            (group_id, user_id, MemberKind::User),
            (group_id, nested_id, MemberKind::Group),
            (nested_id, principal, MemberKind::ServicePrincipal),
        ] {
            store::group_member::insert(tx, id, into, Member { id: member, kind })?.unwrap();
        }
        store::owner::insert(tx, id, group_id, user_id)?.unwrap();
        let factor = SecondFactor {
            id: factor_id,
            tenant: id,
            user: user_id,
            secret: Secret::new([7; 20]),
            last_step: 0,
            enrolled_at: crate::harness::NOW,
        };
        store::second_factor::insert(tx, &factor)?.unwrap();
        // A tenant has not so many policies as there are calls.
        for old in store::conditional_access::list(tx, id)? {
            store::conditional_access::delete(tx, id, old.id)?;
        }
        store::conditional_access::insert(tx, &policy)?.unwrap();
        for object in [application, principal, loose_object, group_id] {
            if let Some(owner) = owned {
                store::owner::insert(tx, id, object, owner)?.unwrap();
            }
        }
        for object in [application, principal, group_id] {
            store::owner::insert(tx, id, object, extra)?.unwrap();
        }
        let graph = "00000003-0000-0000-c000-000000000000".parse().unwrap();
        let graph = store::service_principal::find_by_app_id(tx, id, graph)?.unwrap();
        let key = store::credential::list(tx, id, application)?[0].id;
        let grant = store::permission::list(tx, id, principal)?[0].id;
        let consent = PermissionGrant {
            id: consent_id,
            client: principal,
            consenter: Consenter::Everybody,
            resource: graph.id,
            scopes: vec!["User.Read".to_owned()],
            created_at: crate::harness::NOW,
        };
        assert!(store::permission_grant::insert(tx, id, &consent)?);
        let seated = [
            (user_id, MemberKind::User),
            (group_id, MemberKind::Group),
            (principal, MemberKind::ServicePrincipal),
        ];
        for (seat, (holder, kind)) in seat_ids.into_iter().zip(seated) {
            let seat = Assignment {
                id: seat,
                principal: holder,
                kind,
                resource: principal,
                role: DEFAULT_ACCESS,
                created_at: crate::harness::NOW,
            };
            store::app_role::insert(tx, id, &seat)?.unwrap().unwrap();
        }
        let held = store::directory_role::list(tx, id)?;
        let assignment = held.iter().find(|a| a.principal == user_id).unwrap().id;
        Ok::<_, QueryError>((graph.id, key, grant, assignment))
    });
    let (graph, key, grant, assignment) = write.await.unwrap();
    Stage {
        user: user.id.to_string(),
        spare: spare.id.to_string(),
        application: application.to_string(),
        app_id: app.name.clone(),
        loose_app_id: loose.name.clone(),
        principal: principal.to_string(),
        graph: graph.to_string(),
        key: key.to_string(),
        grant: grant.to_string(),
        assignment: assignment.to_string(),
        group: group.to_string(),
        nested: nested.to_string(),
        factor: factor_id.to_string(),
        consent: consent_id.to_string(),
        policy: policy_id.to_string(),
        seats: seat_ids.map(|id| id.to_string()),
    }
}

fn name() -> String {
    format!("u{:08x}", u32::from_be_bytes(crate::harness::random()))
}

/// Every route as a call that succeeds for who may: method, path with placeholders, body.
fn routes(stage: &Stage, domain: &str) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let Stage {
        user,
        spare,
        application,
        app_id,
        loose_app_id,
        principal,
        graph,
        key,
        grant,
        assignment,
        group,
        nested,
        factor,
        consent,
        policy,
        seats: [of_user, of_group, of_loose],
    } = stage;
    let role_for = |holder: &str| {
        json!({"principalId": holder, "resourceId": principal,
            "appRoleId": "00000000-0000-0000-0000-000000000000"})
    };
    let url = |id: &str| format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
    let named = |id: &str| json!({"@odata.id": url(id)});
    let new_group =
        json!({"displayName": "New", "mailNickname": "new", "mailEnabled": false, "securityEnabled": true});
    let mut peopled = new_group.clone();
    peopled["members@odata.bind"] = json!([url(spare)]);
    peopled["owners@odata.bind"] = json!([url(user)]);
    let agreed = json!({"clientId": principal, "resourceId": graph, "consentType": "Principal",
        "principalId": spare, "scope": "User.Read"});
    let all_groups = json!({"securityEnabledOnly": false});
    let two_groups = json!({"groupIds": [group, nested]});
    let all_objects = all_groups.clone();
    let two_objects = json!({"ids": [group, nested]});
    let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{user}")});
    let profile = json!({"password": "a long enough one", "forceChangePasswordNextSignIn": true});
    let new_user = json!({
        "userPrincipalName": format!("{}@{domain}", name()), "displayName": "New", "mailNickname": "new",
        "accountEnabled": true, "passwordProfile": profile,
    });
    let invitation = json!({
        "invitedUserEmailAddress": format!("{}@nowhere.example", name()), "inviteRedirectUrl": "https://app.example/",
    });
    let role = json!({"principalId": spare, "roleDefinitionId": DirectoryRole::GuestInviter.template_id().to_string()});
    let permission = json!({
        "principalId": principal, "resourceId": graph,
        "appRoleId": Permission::ApplicationReadAll.app_role_id().unwrap().to_string(),
    });
    let list: Vec<(&'static str, &'static str, String, Option<Value>)> = vec![
        ("GET", "organization", "organization".into(), None),
        ("GET", "me", "me".into(), None),
        ("GET", "users", "users".into(), None),
        ("POST", "users", "users".into(), Some(new_user)),
        ("POST", "invitations", "invitations".into(), Some(invitation)),
        ("GET", "users/{id}", format!("users/{user}"), None),
        (
            "PATCH",
            "users/{id}",
            format!("users/{user}"),
            Some(json!({"displayName": "Changed"})),
        ),
        (
            "PATCH",
            "users/{id} password",
            format!("users/{user}"),
            Some(json!({"passwordProfile": profile})),
        ),
        (
            "POST",
            "users/{id}/revokeSignInSessions",
            format!("users/{user}/revokeSignInSessions"),
            None,
        ),
        ("DELETE", "users/{id}", format!("users/{user}"), None),
        (
            "GET",
            "users/{id}/authentication/methods",
            format!("users/{user}/authentication/methods"),
            None,
        ),
        (
            "GET",
            "users/{id}/authentication/softwareOathMethods",
            format!("users/{user}/authentication/softwareOathMethods"),
            None,
        ),
        (
            "GET",
            "users/…/authentication/softwareOathMethods/{id}",
            format!("users/{user}/authentication/softwareOathMethods/{factor}"),
            None,
        ),
        (
            "DELETE",
            "users/…/authentication/softwareOathMethods/{id}",
            format!("users/{user}/authentication/softwareOathMethods/{factor}"),
            None,
        ),
        ("GET", "applications", "applications".into(), None),
        (
            "POST",
            "applications",
            "applications".into(),
            Some(json!({"displayName": "New", "keyCredentials": []})),
        ),
        (
            "GET",
            "applications/{id}",
            format!("applications/{application}"),
            None,
        ),
        (
            "GET",
            "applications(appId='{id}')",
            format!("applications(appId='{app_id}')"),
            None,
        ),
        (
            "PATCH",
            "applications/{id}",
            format!("applications/{application}"),
            Some(json!({"displayName": "Changed"})),
        ),
        (
            "DELETE",
            "applications/{id}",
            format!("applications/{application}"),
            None,
        ),
        (
            "POST",
            "applications/{id}/addPassword",
            format!("applications/{application}/addPassword"),
            Some(json!({})),
        ),
        (
            "POST",
            "applications/{id}/removePassword",
            format!("applications/{application}/removePassword"),
            Some(json!({"keyId": key})),
        ),
        (
            "GET",
            "applications/{id}/owners",
            format!("applications/{application}/owners"),
            None,
        ),
        (
            "POST",
            "applications/{id}/owners/$ref",
            format!("applications/{application}/owners/$ref"),
            Some(reference.clone()),
        ),
        (
            "DELETE",
            "applications/{id}/owners/{id}/$ref",
            format!("applications/{application}/owners/{spare}/$ref"),
            None,
        ),
        ("GET", "servicePrincipals", "servicePrincipals".into(), None),
        (
            "POST",
            "servicePrincipals",
            "servicePrincipals".into(),
            Some(json!({"appId": loose_app_id})),
        ),
        (
            "GET",
            "servicePrincipals/{id}",
            format!("servicePrincipals/{principal}"),
            None,
        ),
        (
            "PATCH",
            "servicePrincipals/{id}",
            format!("servicePrincipals/{principal}"),
            Some(json!({"accountEnabled": "False"})),
        ),
        (
            "DELETE",
            "servicePrincipals/{id}",
            format!("servicePrincipals/{principal}"),
            None,
        ),
        (
            "POST",
            "servicePrincipals/{id}/addPassword",
            format!("servicePrincipals/{principal}/addPassword"),
            Some(json!({})),
        ),
        (
            "POST",
            "servicePrincipals/{id}/removePassword",
            format!("servicePrincipals/{principal}/removePassword"),
            Some(json!({"keyId": key})),
        ),
        (
            "GET",
            "servicePrincipals/{id}/owners",
            format!("servicePrincipals/{principal}/owners"),
            None,
        ),
        (
            "POST",
            "servicePrincipals/{id}/owners/$ref",
            format!("servicePrincipals/{principal}/owners/$ref"),
            Some(reference),
        ),
        (
            "DELETE",
            "servicePrincipals/{id}/owners/{id}/$ref",
            format!("servicePrincipals/{principal}/owners/{spare}/$ref"),
            None,
        ),
        (
            "GET",
            "servicePrincipals/{id}/appRoleAssignments",
            format!("servicePrincipals/{principal}/appRoleAssignments"),
            None,
        ),
        (
            "POST",
            "servicePrincipals/{id}/appRoleAssignments",
            format!("servicePrincipals/{principal}/appRoleAssignments"),
            Some(permission),
        ),
        (
            "GET",
            "servicePrincipals/{id}/appRoleAssignments/{id}",
            format!("servicePrincipals/{principal}/appRoleAssignments/{grant}"),
            None,
        ),
        (
            "DELETE",
            "servicePrincipals/{id}/appRoleAssignments/{id}",
            format!("servicePrincipals/{principal}/appRoleAssignments/{grant}"),
            None,
        ),
        (
            "GET",
            "oauth2PermissionGrants",
            "oauth2PermissionGrants".into(),
            None,
        ),
        (
            "POST",
            "oauth2PermissionGrants",
            "oauth2PermissionGrants".into(),
            Some(agreed),
        ),
        (
            "GET",
            "oauth2PermissionGrants/{id}",
            format!("oauth2PermissionGrants/{consent}"),
            None,
        ),
        (
            "PATCH",
            "oauth2PermissionGrants/{id}",
            format!("oauth2PermissionGrants/{consent}"),
            Some(json!({"scope": "User.Read profile"})),
        ),
        (
            "DELETE",
            "oauth2PermissionGrants/{id}",
            format!("oauth2PermissionGrants/{consent}"),
            None,
        ),
        ("GET", "directoryRoles", "directoryRoles".into(), None),
        (
            "GET",
            "directoryRoles/{id}",
            format!(
                "directoryRoles/{}",
                DirectoryRole::GlobalAdministrator.template_id()
            ),
            None,
        ),
        (
            "GET",
            "directoryRoles/{id}/members",
            format!(
                "directoryRoles(roleTemplateId='{}')/members",
                DirectoryRole::DirectoryReaders.template_id()
            ),
            None,
        ),
        (
            "GET",
            "roleDefinitions",
            "roleManagement/directory/roleDefinitions".into(),
            None,
        ),
        (
            "GET",
            "roleDefinitions/{id}",
            format!(
                "roleManagement/directory/roleDefinitions/{}",
                DirectoryRole::GuestInviter.template_id()
            ),
            None,
        ),
        (
            "GET",
            "roleAssignments",
            "roleManagement/directory/roleAssignments".into(),
            None,
        ),
        (
            "POST",
            "roleAssignments",
            "roleManagement/directory/roleAssignments".into(),
            Some(role),
        ),
        (
            "GET",
            "roleAssignments/{id}",
            format!("roleManagement/directory/roleAssignments/{assignment}"),
            None,
        ),
        (
            "DELETE",
            "roleAssignments/{id}",
            format!("roleManagement/directory/roleAssignments/{assignment}"),
            None,
        ),
        (
            "GET",
            "directoryObjects/{user}",
            format!("directoryObjects/{user}"),
            None,
        ),
        (
            "GET",
            "directoryObjects/{application}",
            format!("directoryObjects/{application}"),
            None,
        ),
        (
            "POST",
            "directoryObjects/getByIds",
            "directoryObjects/getByIds".into(),
            Some(json!({"ids": [user, principal]})),
        ),
    ];
    let groups: Vec<(&'static str, &'static str, String, Option<Value>)> = vec![
        ("GET", "groups", "groups".into(), None),
        ("POST", "groups", "groups".into(), Some(new_group)),
        ("POST", "groups, with members", "groups".into(), Some(peopled)),
        ("GET", "groups/{id}", format!("groups/{group}"), None),
        (
            "PATCH",
            "groups/{id}",
            format!("groups/{group}"),
            Some(json!({"displayName": "Changed", "description": null})),
        ),
        (
            "PATCH",
            "groups/{id} members",
            format!("groups/{group}"),
            Some(json!({"members@odata.bind": [url(spare), url(principal)]})),
        ),
        ("DELETE", "groups/{id}", format!("groups/{group}"), None),
        (
            "GET",
            "groups/{id}/members",
            format!("groups/{group}/members"),
            None,
        ),
        (
            "GET",
            "groups/{id}/transitiveMembers",
            format!("groups/{group}/transitiveMembers"),
            None,
        ),
        (
            "POST",
            "groups/{id}/members/$ref",
            format!("groups/{group}/members/$ref"),
            Some(named(spare)),
        ),
        (
            "DELETE",
            "groups/{id}/members/{id}/$ref",
            format!("groups/{group}/members/{user}/$ref"),
            None,
        ),
        (
            "GET",
            "groups/{id}/owners",
            format!("groups/{group}/owners"),
            None,
        ),
        (
            "POST",
            "groups/{id}/owners/$ref",
            format!("groups/{group}/owners/$ref"),
            Some(named(principal)),
        ),
        (
            "DELETE",
            "groups/{id}/owners/{id}/$ref",
            format!("groups/{group}/owners/{spare}/$ref"),
            None,
        ),
        (
            "GET",
            "groups/{id}/memberOf",
            format!("groups/{nested}/memberOf"),
            None,
        ),
        (
            "GET",
            "groups/{id}/transitiveMemberOf",
            format!("groups/{nested}/transitiveMemberOf"),
            None,
        ),
        (
            "POST",
            "groups/{id}/getMemberGroups",
            format!("groups/{nested}/getMemberGroups"),
            Some(all_groups.clone()),
        ),
        (
            "POST",
            "groups/{id}/checkMemberGroups",
            format!("groups/{nested}/checkMemberGroups"),
            Some(two_groups.clone()),
        ),
        (
            "GET",
            "users/{id}/memberOf",
            format!("users/{user}/memberOf"),
            None,
        ),
        (
            "GET",
            "users/{id}/transitiveMemberOf",
            format!("users/{user}/transitiveMemberOf"),
            None,
        ),
        (
            "POST",
            "users/{id}/getMemberGroups",
            format!("users/{user}/getMemberGroups"),
            Some(all_groups.clone()),
        ),
        (
            "POST",
            "users/{id}/checkMemberGroups",
            format!("users/{user}/checkMemberGroups"),
            Some(two_groups.clone()),
        ),
        ("GET", "me/memberOf", "me/memberOf".into(), None),
        (
            "GET",
            "me/transitiveMemberOf",
            "me/transitiveMemberOf".into(),
            None,
        ),
        (
            "POST",
            "me/getMemberGroups",
            "me/getMemberGroups".into(),
            Some(all_groups.clone()),
        ),
        (
            "POST",
            "me/checkMemberGroups",
            "me/checkMemberGroups".into(),
            Some(two_groups.clone()),
        ),
        (
            "GET",
            "servicePrincipals/{id}/memberOf",
            format!("servicePrincipals/{principal}/memberOf"),
            None,
        ),
        (
            "GET",
            "servicePrincipals/{id}/transitiveMemberOf",
            format!("servicePrincipals/{principal}/transitiveMemberOf"),
            None,
        ),
        (
            "POST",
            "servicePrincipals/{id}/getMemberGroups",
            format!("servicePrincipals/{principal}/getMemberGroups"),
            Some(all_groups.clone()),
        ),
        (
            "POST",
            "servicePrincipals/{id}/checkMemberGroups",
            format!("servicePrincipals/{principal}/checkMemberGroups"),
            Some(two_groups.clone()),
        ),
        (
            "GET",
            "directoryObjects/{group}",
            format!("directoryObjects/{group}"),
            None,
        ),
        (
            "POST",
            "directoryObjects/{user}/getMemberGroups",
            format!("directoryObjects/{user}/getMemberGroups"),
            Some(all_groups),
        ),
        (
            "POST",
            "directoryObjects/{group}/checkMemberGroups",
            format!("directoryObjects/{nested}/checkMemberGroups"),
            Some(two_groups),
        ),
    ];
    let [by_user, by_group, by_spare] = [
        format!("users/{user}/appRoleAssignments"),
        format!("groups/{group}/appRoleAssignments"),
        format!("users/{spare}/appRoleAssignments"),
    ];
    let by_nested = format!("groups/{nested}/appRoleAssignments");
    let to = format!("servicePrincipals/{principal}/appRoleAssignedTo");
    let app_roles = [
        ("GET", "users/{id}/appRoleAssignments", by_user.clone(), None),
        (
            "POST",
            "users/{id}/appRoleAssignments",
            by_spare,
            Some(role_for(spare)),
        ),
        (
            "GET",
            "users/{id}/appRoleAssignments/{id}",
            format!("{by_user}/{of_user}"),
            None,
        ),
        (
            "DELETE",
            "users/{id}/appRoleAssignments/{id}",
            format!("{by_user}/{of_user}"),
            None,
        ),
        ("GET", "groups/{id}/appRoleAssignments", by_group.clone(), None),
        (
            "POST",
            "groups/{id}/appRoleAssignments",
            by_nested,
            Some(role_for(nested)),
        ),
        (
            "GET",
            "groups/{id}/appRoleAssignments/{id}",
            format!("{by_group}/{of_group}"),
            None,
        ),
        (
            "DELETE",
            "groups/{id}/appRoleAssignments/{id}",
            format!("{by_group}/{of_group}"),
            None,
        ),
        (
            "GET",
            "servicePrincipals/{id}/appRoleAssignedTo",
            to.clone(),
            None,
        ),
        (
            "POST",
            "servicePrincipals/{id}/appRoleAssignedTo",
            to.clone(),
            Some(role_for(spare)),
        ),
        (
            "GET",
            "servicePrincipals/{id}/appRoleAssignedTo/{id}",
            format!("{to}/{of_group}"),
            None,
        ),
        (
            "DELETE",
            "servicePrincipals/{id}/appRoleAssignedTo/{id}",
            format!("{to}/{of_loose}"),
            None,
        ),
        (
            "POST",
            "me/getMemberObjects",
            "me/getMemberObjects".into(),
            Some(all_objects.clone()),
        ),
        (
            "POST",
            "users/{id}/getMemberObjects",
            format!("users/{user}/getMemberObjects"),
            Some(all_objects),
        ),
        (
            "POST",
            "users/{id}/checkMemberObjects",
            format!("users/{user}/checkMemberObjects"),
            Some(two_objects),
        ),
    ];
    let policies = "identity/conditionalAccess/policies";
    let one = format!("{policies}/{policy}");
    let asks_readers = json!({
        "displayName": "other", "state": "disabled", "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        "conditions": {
            "users": {"includeRoles": ["88d8e3e3-8f55-4a1e-953a-9b9898b8876b"]},
            "applications": {"includeApplications": ["All"]},
        },
    });
    let policies = [
        ("GET", policies, policies.to_owned(), None),
        ("POST", policies, policies.to_owned(), Some(asks_readers)),
        (
            "GET",
            "identity/conditionalAccess/policies/{id}",
            one.clone(),
            None,
        ),
        (
            "PATCH",
            "identity/conditionalAccess/policies/{id}",
            one.clone(),
            Some(json!({"displayName": "other"})),
        ),
        ("DELETE", "identity/conditionalAccess/policies/{id}", one, None),
    ];
    let authorization = "policies/authorizationPolicy";
    let consent = json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": []}});
    let sign_in = "policies/signInPolicy";
    let settings = [
        ("GET", authorization, authorization.to_owned(), None),
        ("PATCH", authorization, authorization.to_owned(), Some(consent)),
        ("GET", sign_in, sign_in.to_owned(), None),
        (
            "PATCH",
            sign_in,
            sign_in.to_owned(),
            Some(json!({"allowLegacyClients": false})),
        ),
    ];
    // The last one: whoever may take it is signed out by it.
    let last = "me/revokeSignInSessions";
    list.into_iter()
        .chain(groups)
        .chain(policies)
        .chain(app_roles)
        .chain(settings)
        .chain([("POST", last, last.to_owned(), None)])
        .map(|(method, name, path, body)| (method, name, format!("/v1.0/{path}"), body))
        .collect()
}

/// Callers, each with a word for its column.
async fn callers(tenant: &Tenancy) -> Vec<(String, Caller)> {
    let mut all = Vec::new();
    for role in DirectoryRole::ALL {
        all.push((
            role.display_name().to_owned(),
            tenant.user(&name(), &[role]).await,
        ));
    }
    all.push(("owner".to_owned(), tenant.user(&name(), &[]).await));
    all.push(("member".to_owned(), tenant.user(&name(), &[]).await));
    all.push(("guest".to_owned(), tenant.guest(&name()).await));
    all.push((
        "application".to_owned(),
        tenant.service_principal("none", &[]).await,
    ));
    for permission in Permission::ALL.into_iter().filter(|p| p.app_role_id().is_some()) {
        let caller = tenant.service_principal("app", &[permission]).await;
        all.push((permission.name().to_owned(), caller));
    }
    all
}

#[tokio::test]
async fn golden_route_by_caller() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let tenant = world.tenant().await;
        // Somebody has to stay administrator, whatever the table does.
        tenant.user("keeper", &[DirectoryRole::GlobalAdministrator]).await;
        let callers = callers(&tenant).await;
        let mut table = String::new();
        for (number, (name, _)) in callers.iter().enumerate() {
            let _ = writeln!(table, "{:>2} {name}", number + 1);
        }
        let _ = write!(table, "\n{:<55}", "");
        for number in 1..=callers.len() {
            let _ = write!(table, "{number:>4}");
        }
        table.push('\n');
        let count = routes(&stage(&tenant, None).await, &tenant.domain).len();
        // A stage on which nothing happened serves again: after a look, and after a refusal.
        let mut unused = HashMap::new();
        for index in 0..count {
            let mut row = String::new();
            for (number, (who, caller)) in callers.iter().enumerate() {
                let owner = (who == "owner" || who.ends_with("OwnedBy")).then_some(number);
                let stage = match unused.remove(&owner) {
                    Some(stage) => stage,
                    None => stage(&tenant, owner.map(|_| caller)).await,
                };
                let (method, name, path, body) = routes(&stage, &tenant.domain).swap_remove(index);
                if row.is_empty() {
                    let _ = write!(row, "{:<55}", format!("{method} {name}"));
                }
                let answer = caller.call(method, &path, body).await;
                let _ = write!(row, "{:>4}", answer.status);
                if method == "GET" || answer.status >= 400 {
                    unused.insert(owner, stage);
                }
            }
            let _ = writeln!(table, "{row}");
        }
        tables.push(table);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

#[tokio::test]
async fn every_route_asks_who_calls() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let stage = stage(&tenant, None).await;
        for (method, _, path, body) in routes(&stage, &tenant.domain) {
            let bytes = body.map(|b| Bytes::from(b.to_string())).unwrap_or_default();
            let answer = world.send(request(method, &path, None, bytes).body_from()).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert!(
                answer
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Bearer realm=\"\", authorization_uri=")
            );
            assert!(
                !answer.text.contains(&stage.user) && !answer.text.contains(&stage.app_id),
                "{}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn another_tenants_administrator_learns_and_changes_nothing() {
    for world in World::shared().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let stranger = other.user("mallory", &[DirectoryRole::GlobalAdministrator]).await;
        let admin = tenant.user("keeper", &[DirectoryRole::GlobalAdministrator]).await;
        let stage = stage(&tenant, None).await;
        let before = picture(&admin).await;
        let ours = [
            &stage.user,
            &stage.application,
            &stage.principal,
            &stage.key,
            &stage.assignment,
            &stage.grant,
            &stage.group,
            &stage.nested,
            &stage.factor,
            &stage.consent,
            &stage.policy,
        ];
        for (method, name, path, body) in routes(&stage, &tenant.domain) {
            let answer = stranger.call(method, &path, body.clone()).await;
            let about_ours = ours.iter().any(|id| path.contains(id.as_str())) || path.contains(&stage.app_id);
            if about_ours {
                assert_eq!(answer.status, 404, "{method} {name}: {}", answer.text);
            }
            // What the caller sent may be repeated; nothing else of this tenant may appear.
            let sent = format!("{path} {}", body.unwrap_or_default());
            for secret in ours.iter().filter(|id| !sent.contains(id.as_str())) {
                assert!(
                    !answer.text.contains(secret.as_str()),
                    "{method} {name}: {}",
                    answer.text
                );
            }
            assert!(
                !answer.text.contains("\"target\"") && !answer.text.contains("loose"),
                "{}",
                answer.text
            );
        }
        assert_eq!(picture(&admin).await, before);
    }
}

/// Everything that an administrator sees of a tenant.
async fn picture(admin: &Caller) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "users",
        "applications",
        "servicePrincipals",
        "roleManagement/directory/roleAssignments",
        "oauth2PermissionGrants",
        "identity/conditionalAccess/policies",
    ] {
        all.push(admin.get(&format!("/v1.0/{path}?$top=999")).await.ok());
    }
    for policy in ["authorizationPolicy", "signInPolicy"] {
        all.push(admin.get(&format!("/v1.0/policies/{policy}")).await.ok());
    }
    let groups = admin.get("/v1.0/groups?$top=999").await.ok();
    for group in groups["value"].as_array().unwrap() {
        let id = group["id"].as_str().unwrap();
        for part in ["members", "owners"] {
            all.push(admin.get(&format!("/v1.0/groups/{id}/{part}")).await.ok());
        }
    }
    all.push(groups);
    all
}
