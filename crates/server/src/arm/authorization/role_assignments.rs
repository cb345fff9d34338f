//! `{scope}/providers/Microsoft.Authorization/roleAssignments`: who has which role where.

use doorward_domain::audit::Event;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::rbac::assignment_rules::{self, Assigned, AssignmentRefused};
use doorward_domain::rbac::{Condition, Index, PrincipalKind, RoleAssignment};
use doorward_names::{ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, ScopeKind, TenantId};
use doorward_protocol::arm::{self as wire, List, PutRoleAssignment};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use doorward_store::{self as store, QueryError, View};
use http::StatusCode;
use std::collections::HashSet;

use super::assignment_filter::{Wanted, read_filter};
use super::role_definitions::{capital, role_path, unknown};
use crate::arm::ArmError;
use crate::arm::access::Authorized;
use crate::arm::call::{Call, bare, created, ok};
use crate::arm::role_changes::{Change, change};
use crate::http::{Response, json};

/// GET …/roleAssignments
pub async fn list(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let filter = call
        .query
        .get("$filter")
        .map(read_filter)
        .transpose()?
        .unwrap_or_default();
    let (tenant, at) = (call.tenant(), scope.clone());
    let above: Vec<Scope> = {
        let index = call.access.get();
        let keys = index.ancestors(&scope);
        keys.iter().filter_map(|key| key.parse().ok()).collect()
    };
    let below = filter.below.unwrap_or(true);
    let mut all = call
        .ctx
        .app
        .store
        .read(move |view| {
            let mut all = Vec::new();
            for scope in &above {
                all.extend(store::access_assignment::at(view, tenant, scope)?);
            }
            if below {
                // What is in a management group doesn't show in paths: there the index tells.
                all.extend(match at.kind() {
                    ScopeKind::ManagementGroup => store::access_assignment::list(view, tenant)?,
                    _ => store::access_assignment::below(view, tenant, &at)?,
                });
            }
            Ok::<_, QueryError>(all)
        })
        .await?;
    if below && scope.kind() == ScopeKind::ManagementGroup {
        let index = call.access.get();
        let mut seen = HashSet::new();
        all.retain(|each| {
            let near = index.covers(&scope, &each.scope) || index.covers(&each.scope, &scope);
            near && seen.insert(each.id)
        });
    }
    let wanted: Option<Vec<ObjectId>> = match filter.principal {
        None => None,
        Some(Wanted::Itself(id)) => Some(vec![id]),
        Some(Wanted::WithGroups(id)) => {
            let mut ids = call.access.get().groups_of(id);
            ids.push(id);
            Some(ids)
        }
    };
    let old = call.query.require_version()?.starts_with("2015-");
    let found = all
        .iter()
        .filter(|each| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&each.principal))
        })
        .map(|each| to_wire(each, old));
    Ok(ok(&List::from(found.collect::<Vec<_>>())))
}

/// GET …/roleAssignments/{id}
pub async fn get(call: &Call, scope: Scope, id: RoleAssignmentId) -> Result<Response, ArmError> {
    let found = find(call, &scope, id).await?.ok_or_else(|| missing(id))?;
    Ok(ok(&to_wire(
        &found,
        call.query.require_version()?.starts_with("2015-"),
    )))
}

/// PUT …/roleAssignments/{id}
pub async fn put(
    call: &Call,
    scope: Scope,
    (id, authorized): (RoleAssignmentId, Authorized),
) -> Result<Response, ArmError> {
    let asked: PutRoleAssignment = call.body()?;
    let wanted = from_wire(call, (id, scope), asked).await?;
    let old = call.query.require_version()?.starts_with("2015-");
    if let Some(there) = find(call, &wanted.scope, id).await?
        && wanted.condition.is_none()
        && says_the_same(&there, &wanted)
    {
        return Ok(json(StatusCode::OK, &to_wire(&there, old)));
    }
    let entry = (&wanted).into();
    let tenant = call.tenant();
    let decide = move |index: &Index| {
        assignment_rules::assign(&entry, index).map_err(|refusal| refused(refusal, &entry.scope))
    };
    let new = wanted.clone();
    let apply = move |tx: &mut store::Tx<'_>, assigned: &Assigned| {
        if *assigned == Assigned::Same {
            return replace(tx, tenant, &new);
        }
        if let Err(refusal) = crate::arm::resources::look::check_there(tx, tenant, &new.scope)? {
            return Ok(Err(refusal));
        }
        Ok(match store::access_assignment::insert(tx, tenant, &new)? {
            Ok(()) => Ok(()),
            Err(_) => Err(exists()),
        })
    };
    let about = format!(
        "role {} to {} {}",
        wanted.role,
        wanted.principal_kind.as_str(),
        wanted.principal
    );
    let what = Change {
        authorized: &authorized,
        event: Event::ResourceWritten,
        about: &about,
    };
    match change(call, what, decide, apply).await? {
        Assigned::New => {
            let mut shown = to_wire(&wanted, old);
            // Azure names who made it in lists, and not here.
            shown.properties.created_by = None;
            Ok(created(&shown))
        }
        Assigned::Same => {
            let found = find(call, &wanted.scope, id).await?;
            Ok(json(StatusCode::OK, &to_wire(&found.unwrap_or(wanted), old)))
        }
    }
}

/// What people wrote about an assignment changes; who has what where, and since when, stays.
fn replace(
    tx: &mut store::Tx<'_>,
    tenant: TenantId,
    new: &RoleAssignment,
) -> Result<Result<(), ArmError>, QueryError> {
    let Some(old) = store::access_assignment::find(tx, tenant, new.id)? else {
        return Ok(Err(missing(new.id)));
    };
    let changed = RoleAssignment {
        scope: old.scope,
        created_at: old.created_at,
        created_by: old.created_by,
        ..new.clone()
    };
    store::access_assignment::delete(tx, tenant, new.id)?;
    Ok(store::access_assignment::insert(tx, tenant, &changed)?.map_err(|_| exists()))
}

/// Whether a request says nothing new of what is there.
fn says_the_same(there: &RoleAssignment, wanted: &RoleAssignment) -> bool {
    let of = |it: &RoleAssignment| {
        let texts = (it.description.clone(), it.delegated_identity.clone());
        (it.role, it.principal, it.condition.clone(), texts)
    };
    of(there) == of(wanted)
}

/// DELETE …/roleAssignments/{id}
pub async fn delete(
    call: &Call,
    scope: Scope,
    (id, authorized): (RoleAssignmentId, Authorized),
) -> Result<Response, ArmError> {
    let Some(found) = find(call, &scope, id).await? else {
        return Ok(bare(StatusCode::NO_CONTENT));
    };
    let (tenant, at) = (call.tenant(), scope.clone());
    // Who can take the right back by themselves may give it up.
    let is_global = call.caller.roles.contains(&DirectoryRole::GlobalAdministrator);
    let decide = move |index: &Index| match assignment_rules::unassign(id, index) {
        Err(AssignmentRefused::LastAdministrator(_)) if is_global => Ok(()),
        other => other.map_err(|refusal| refused(refusal, &scope)),
    };
    let apply = move |tx: &mut store::Tx<'_>, (): &()| {
        // Meanwhile it may have gone, and come again elsewhere, where the caller was allowed nothing.
        let there = store::access_assignment::find(tx, tenant, id)?;
        if there.is_some_and(|there| there.scope == at) {
            store::access_assignment::delete(tx, tenant, id)?;
        }
        Ok(Ok(()))
    };
    let about = format!(
        "role {} from {} {}",
        found.role,
        found.principal_kind.as_str(),
        found.principal
    );
    let what = Change {
        authorized: &authorized,
        event: Event::ResourceDeleted,
        about: &about,
    };
    change(call, what, decide, apply).await?;
    Ok(ok(&to_wire(
        &found,
        call.query.require_version()?.starts_with("2015-"),
    )))
}

/// The assignment of that id, if it is at that scope: its name is unique in the tenant, and yet it is found only where
/// it is.
async fn find(call: &Call, scope: &Scope, id: RoleAssignmentId) -> Result<Option<RoleAssignment>, ArmError> {
    let tenant = call.tenant();
    let found = call
        .ctx
        .app
        .store
        .read(move |view| store::access_assignment::find(view, tenant, id))
        .await?;
    Ok(found.filter(|found| found.scope == *scope))
}

fn missing(id: RoleAssignmentId) -> ArmError {
    ArmError::NotFound(
        "RoleAssignmentNotFound",
        format!("The role assignment '{id}' is not found."),
    )
}

/// What is asked for, with the principal looked up.
async fn from_wire(
    call: &Call,
    (id, scope): (RoleAssignmentId, Scope),
    asked: PutRoleAssignment,
) -> Result<RoleAssignment, ArmError> {
    let asked = asked.properties;
    let role = role_id(&asked.role_definition_id)?;
    let invalid_principal = |_| {
        let shown: String = asked
            .principal_id
            .chars()
            .filter(|c| !c.is_control())
            .take(64)
            .collect();
        ArmError::Invalid(
            "InvalidPrincipalId",
            format!("The principal ID '{shown}' is not valid: it is a GUID."),
        )
    };
    let principal: ObjectId = asked.principal_id.parse().map_err(invalid_principal)?;
    let said = match asked.principal_type.as_deref() {
        None | Some("") => None,
        Some(word) => Some(PrincipalKind::parse(word).ok_or_else(|| {
            let shown: String = word.chars().filter(|c| !c.is_control()).take(64).collect();
            ArmError::Invalid(
                "InvalidPrincipalType",
                format!("The principal type '{shown}' is not supported."),
            )
        })?),
    };
    let tenant = call.tenant();
    let is = call
        .ctx
        .app
        .store
        .read(move |view| kind_of(view, tenant, principal))
        .await?;
    let principal_kind = match (said, is) {
        (Some(said), Some(is)) if said != is => {
            return Err(ArmError::Invalid(
                "UnmatchedPrincipalType",
                format!(
                    "The PrincipalId '{principal}' has type '{}' , which is different from specified PrinciaplType \
                     '{}'.",
                    is.as_str(),
                    said.as_str()
                ),
            ));
        }
        (_, Some(is)) => is,
        // Whoever says what it is knows of it before the directory does. A group can't be known that way.
        (Some(said), None) if said != PrincipalKind::Group => said,
        (_, None) => {
            return Err(ArmError::Invalid(
                "PrincipalNotFound",
                format!(
                    "Principal {} does not exist in the directory {tenant}. Check that you have the correct principal \
                     ID. If you are creating this principal and then immediately assigning a role, this error might \
                     be related to a replication delay. In this case, set the role assignment principalType property \
                     to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype",
                    principal.to_string().replace('-', "")
                ),
            ));
        }
    };
    for (name, text, most) in [
        ("description", &asked.description, 1024),
        ("condition", &asked.condition, 8192),
        (
            "delegatedManagedIdentityResourceId",
            &asked.delegated_managed_identity_resource_id,
            2048,
        ),
    ] {
        if text.as_ref().is_some_and(|text| text.chars().count() > most) {
            return Err(ArmError::Invalid(
                "InvalidRequestContent",
                format!("The property '{name}' has more than {most} characters."),
            ));
        }
    }
    let expression = asked.condition.filter(|text| !text.is_empty());
    Ok(RoleAssignment {
        id,
        scope,
        role,
        principal,
        principal_kind,
        description: asked.description,
        condition: expression.map(|expression| Condition {
            expression,
            version: asked.condition_version.unwrap_or_else(|| "2.0".to_owned()),
        }),
        delegated_identity: asked.delegated_managed_identity_resource_id,
        created_at: call.ctx.now,
        created_by: Some(call.caller.id()),
        updated_at: call.ctx.now,
        updated_by: Some(call.caller.id()),
    })
}

/// The role that an id names, whatever scope stands before it.
fn role_id(text: &str) -> Result<RoleDefinitionId, ArmError> {
    let invalid = || {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(128).collect();
        ArmError::Invalid(
            "InvalidRoleDefinitionId",
            format!("The role definition ID '{shown}' is not valid."),
        )
    };
    let (before, id) = text.rsplit_once('/').ok_or_else(invalid)?;
    let kind = before.to_ascii_lowercase();
    if !kind.ends_with("/providers/microsoft.authorization/roledefinitions") {
        return Err(invalid());
    }
    id.parse().map_err(|_| invalid())
}

/// What a principal is in the directory; nothing when it isn't there.
pub fn kind_of(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<PrincipalKind>, QueryError> {
    if store::user::find(view, tenant, id)?.is_some() {
        return Ok(Some(PrincipalKind::User));
    }
    if store::service_principal::find(view, tenant, id)?.is_some() {
        return Ok(Some(PrincipalKind::ServicePrincipal));
    }
    let is_group = store::access_index::is_group(view, tenant, id)?;
    Ok(is_group.then_some(PrincipalKind::Group))
}

/// An assignment as it is shown; version 2015-07-01 knows no principal type.
pub fn to_wire(assignment: &RoleAssignment, old: bool) -> wire::RoleAssignment {
    let tail = AuthorizationTail::RoleAssignment(assignment.id);
    let condition = assignment.condition.as_ref();
    wire::RoleAssignment {
        id: ArmPath::Authorization(assignment.scope.clone(), tail).to_string(),
        name: assignment.id,
        kind: "Microsoft.Authorization/roleAssignments".to_owned(),
        properties: wire::RoleAssignmentProperties {
            role_definition_id: role_path(assignment.role, assignment.scope.subscription_id()),
            principal_id: assignment.principal,
            principal_type: (!old).then(|| assignment.principal_kind.as_str().to_owned()),
            scope: assignment.scope.to_string(),
            condition: condition.map(|condition| condition.expression.clone()),
            condition_version: condition.map(|condition| condition.version.clone()),
            created_on: Some(assignment.created_at.to_seven_digits()),
            updated_on: Some(assignment.updated_at.to_seven_digits()),
            created_by: assignment.created_by,
            updated_by: assignment.updated_by,
            delegated_managed_identity_resource_id: assignment.delegated_identity.clone(),
            description: assignment.description.clone(),
        },
    }
}

fn exists() -> ArmError {
    // Clients compare this text.
    ArmError::Conflict(
        "RoleAssignmentExists",
        "The role assignment already exists.".to_owned(),
    )
}

/// Causes to codes.
fn refused(refusal: AssignmentRefused, scope: &Scope) -> ArmError {
    let sentence = |code| ArmError::Invalid(code, format!("{}.", capital(&refusal.to_string())));
    match &refusal {
        AssignmentRefused::NoSuchRole(id) => {
            let (code, text) = unknown(*id).in_words(doorward_names::Timestamp::from_micros(0));
            ArmError::Invalid(code, text)
        }
        AssignmentRefused::Exists(_) => exists(),
        AssignmentRefused::UpdateNotPermitted(_) => ArmError::Invalid(
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.".to_owned(),
        ),
        AssignmentRefused::Limit(_) => ArmError::Invalid(
            "RoleAssignmentLimitExceeded",
            "No more role assignments can be created.".to_owned(),
        ),
        AssignmentRefused::NotAssignable { role, .. } => ArmError::Invalid(
            "RoleDefinitionNotAssignable",
            format!("The role '{role}' cannot be assigned at the scope '{scope}'."),
        ),
        AssignmentRefused::LastAdministrator(_) => ArmError::Invalid(
            "LastRbacAdminAssignment",
            "Cannot delete the last RBAC admin assignment.".to_owned(),
        ),
        AssignmentRefused::Condition => sentence("ConditionsNotSupported"),
        AssignmentRefused::DataActions(_) => sentence("DataActionsNotSupportedAtManagementGroup"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roles_id_may_have_any_scope_before_it() {
        let id = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
        for before in ["", "/subscriptions/s", "/subscriptions/s/resourceGroups/g"] {
            let text = format!("{before}/providers/Microsoft.Authorization/roleDefinitions/{id}");
            assert_eq!(role_id(&text).unwrap().to_string(), id);
        }
        for bad in [
            id,
            "",
            "/providers/Microsoft.Authorization/roleDefinitions/owner",
            "/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        ] {
            assert!(role_id(bad).is_err(), "{bad}");
        }
    }
}
