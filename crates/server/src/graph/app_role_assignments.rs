//! `appRoleAssignments` of users, groups and service principals, and `appRoleAssignedTo` of the application in which they have
//! the roles. An application's permissions on Microsoft Graph are among them: those are given by who may give permissions.

use doorward_domain::app_role::{self, Assignment, DEFAULT_ACCESS};
use doorward_domain::application::AppRole;
use doorward_domain::audit::Event;
use doorward_domain::directory::Permission;
use doorward_domain::directory::rights::Action;
use doorward_domain::group::MemberKind;
use doorward_domain::resource::FirstParty;
use doorward_domain::service_principal::ServicePrincipal;
use doorward_names::{ObjectId, PermissionId, TenantId};
use doorward_protocol::graph::{AppRoleAssignment, CreateAppRoleAssignment};
use doorward_protocol::paths::ObjectKey;
use doorward_store::permission::Grant;
use doorward_store::{self as store, Conflict, Tx, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, look};
use super::applications::name;
use super::{Call, GraphError, created, entity, no_content, query, service_principals, users};
use crate::entropy;
use crate::http::{Response, json};

/// From which side an assignment is looked at.
#[derive(Debug, Clone)]
pub enum Side {
    /// The user who has the role.
    User(String),
    /// The group that has it.
    Group(String),
    /// The service principal that has it.
    ServicePrincipal(ObjectKey),
    /// The application in which it is had, by its service principal.
    Resource(ObjectKey),
}

/// One end of assignments, found.
struct End {
    id: ObjectId,
    /// What has the roles; `None` for the application in which they are had.
    kind: Option<MemberKind>,
}

/// A role that was given, or a permission on Microsoft Graph.
#[derive(Clone, Copy)]
enum Given {
    Role(Assignment),
    Permission(Grant),
}

impl Given {
    fn id(&self) -> ObjectId {
        match self {
            Self::Role(assignment) => assignment.id,
            Self::Permission(grant) => grant.id,
        }
    }
}

const SET: &str = "appRoleAssignments";

/// GET …/appRoleAssignments, GET …/appRoleAssignedTo
pub async fn list(call: Call, side: Side) -> Result<Response, GraphError> {
    let part = query::part(&call.options)?;
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let end = end(view, acting, &side, Action::ReadPermissions)?;
        let tenant = acting.tenant;
        let roles = match end.kind {
            Some(_) => store::app_role::of_principal(view, tenant, end.id, part).or_fail()?,
            None => store::app_role::in_resource(view, tenant, end.id, part).or_fail()?,
        };
        let grants = match end.kind {
            Some(MemberKind::ServicePrincipal) => store::permission::list(view, tenant, end.id).or_fail()?,
            None if end.id == microsoft_graph(view, tenant)?.id => {
                store::permission::all(view, tenant, part).or_fail()?
            }
            _ => Vec::new(),
        };
        let after = |grant: &Grant| part.after.is_none_or(|after| grant.id > after);
        let mut all: Vec<_> = roles.into_iter().map(Given::Role).collect();
        all.extend(grants.into_iter().filter(after).map(Given::Permission));
        all.sort_by_key(Given::id);
        all.truncate(part.limit);
        let mut shown = Vec::new();
        for given in all {
            shown.extend(self::shown(view, tenant, given)?.map(|one| (given.id(), one)));
        }
        Ok(shown)
    })
    .await?;
    let page = query::page(&call.ctx, (&call.path, SET), &call.options, found);
    Ok(json(StatusCode::OK, &page))
}

/// GET …/appRoleAssignments/{id}, GET …/appRoleAssignedTo/{id}
pub async fn get(call: Call, (side, id): (Side, String)) -> Result<Response, GraphError> {
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let end = end(view, acting, &side, Action::ReadPermissions)?;
        let given = find(view, acting.tenant, (&end, &id))?;
        let shown = shown(view, acting.tenant, given)?;
        shown.ok_or_else(|| GraphError::NotFound(id.clone()).into())
    })
    .await?;
    Ok(entity(&call, SET, &found))
}

/// POST …/appRoleAssignments, POST …/appRoleAssignedTo
pub async fn create(call: Call, side: Side) -> Result<Response, GraphError> {
    let asked: CreateAppRoleAssignment = call.body()?;
    let id = ObjectId::from_random(entropy::bytes());
    let made = change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let end = end(tx, acting, &side, Action::AssignAppRole)?;
        let named = match end.kind {
            Some(_) => asked.principal_id,
            None => asked.resource_id,
        };
        if end.id != named {
            let text = "The object of the path has to be the one that principalId names; below appRoleAssignedTo, \
                        the one that resourceId names.";
            return Err(GraphError::Invalid(text.to_owned()).into());
        }
        let given = match asked.resource_id == microsoft_graph(tx, acting.tenant)?.id {
            true => give_permission(tx, acting, (id, &asked))?,
            false => give_role(tx, acting, (id, &asked))?,
        };
        shown(tx, acting.tenant, given)?.ok_or_else(|| GraphError::Unavailable.into())
    })
    .await?;
    Ok(created(&call, SET, &made))
}

/// DELETE …/appRoleAssignments/{id}, DELETE …/appRoleAssignedTo/{id}
pub async fn delete(call: Call, (side, id): (Side, String)) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let end = end(tx, acting, &side, Action::AssignAppRole)?;
        match find(tx, acting.tenant, (&end, &id))? {
            Given::Permission(grant) => {
                let holder = store::service_principal::find(tx, acting.tenant, grant.principal).or_fail()?;
                let holder = holder.ok_or_else(|| Stop::from(GraphError::NotFound(id.clone())))?;
                acting.require(Action::GrantPermission, &acting.principal(tx, &holder)?)?;
                store::permission::delete(tx, acting.tenant, grant.id).or_fail()?;
                acting.record(tx, Event::RoleRevoked, grant.principal, grant.permission.name())
            }
            Given::Role(assignment) => {
                let resource = resource(tx, acting, assignment.resource, Action::AssignAppRole)?;
                store::app_role::delete(tx, acting.tenant, assignment.id).or_fail()?;
                let detail = detail(assignment.role, &resource);
                acting.record(tx, Event::RoleRevoked, assignment.principal, &detail)
            }
        }
    })
    .await?;
    Ok(no_content())
}

/// The object that a path names, once the caller may see it. What may be changed at the other end is asked there.
fn end(view: &View<'_>, acting: &Acting, side: &Side, action: Action) -> Result<End, Stop> {
    let tenant = acting.tenant;
    let missing = |name: &str| acting.missing(action, name);
    match side {
        Side::User(name) => {
            let user = users::find(view, tenant, name)?.ok_or_else(|| missing(name))?;
            acting.require_any(Action::ReadPermissions)?;
            let kind = Some(MemberKind::User);
            Ok(End { id: user.id, kind })
        }
        Side::Group(text) => {
            let found = match text.parse() {
                Ok(id) => store::group::find(view, tenant, id).or_fail()?,
                Err(_) => None,
            };
            let id = found.ok_or_else(|| missing(text))?.id;
            acting.require_any(Action::ReadPermissions)?;
            let kind = Some(MemberKind::Group);
            Ok(End { id, kind })
        }
        Side::ServicePrincipal(key) | Side::Resource(key) => {
            let principal = service_principals::find(view, tenant, key)?.ok_or_else(|| missing(name(key)))?;
            acting.require(Action::ReadPermissions, &acting.principal(view, &principal)?)?;
            let holds = matches!(side, Side::ServicePrincipal(_));
            let kind = holds.then_some(MemberKind::ServicePrincipal);
            Ok(End {
                id: principal.id,
                kind,
            })
        }
    }
}

/// The assignment of that id, when it is one of this end's.
fn find(view: &View<'_>, tenant: TenantId, (end, text): (&End, &str)) -> Result<Given, Stop> {
    let missing = || Stop::from(GraphError::NotFound(text.to_owned()));
    let id: ObjectId = text.parse().map_err(|_| missing())?;
    let is_its = |principal: ObjectId, resource: ObjectId| match end.kind {
        Some(_) => principal == end.id,
        None => resource == end.id,
    };
    if let Some(found) = store::app_role::find(view, tenant, id).or_fail()?
        && is_its(found.principal, found.resource)
    {
        return Ok(Given::Role(found));
    }
    let graph = microsoft_graph(view, tenant)?.id;
    let grant = store::permission::find(view, tenant, id).or_fail()?;
    let grant = grant.filter(|grant| is_its(grant.principal, graph));
    grant.map(Given::Permission).ok_or_else(missing)
}

fn give_permission(
    tx: &mut Tx<'_>,
    acting: &Acting,
    (id, asked): (ObjectId, &CreateAppRoleAssignment),
) -> Result<Given, Stop> {
    let found = store::service_principal::find(tx, acting.tenant, asked.principal_id).or_fail()?;
    let permission = Permission::of_app_role_id(asked.app_role_id);
    let target = match &found {
        Some(principal) => acting.principal(tx, principal)?,
        None => doorward_domain::directory::rights::Target::default(),
    };
    acting.require(Action::GrantPermission, &target)?;
    let (Some(principal), Some(permission)) = (found, permission) else {
        return Err(not_found().into());
    };
    let grant = Grant {
        id,
        permission,
        principal: principal.id,
    };
    if store::permission::insert(tx, acting.tenant, &grant)
        .or_fail()?
        .is_err()
    {
        return Err(there_already().into());
    }
    acting.record(tx, Event::RoleGranted, principal.id, permission.name())?;
    Ok(Given::Permission(grant))
}

fn give_role(
    tx: &mut Tx<'_>,
    acting: &Acting,
    (id, asked): (ObjectId, &CreateAppRoleAssignment),
) -> Result<Given, Stop> {
    let resource = resource(tx, acting, asked.resource_id, Action::AssignAppRole)?;
    let Some((kind, _)) = principal(tx, acting.tenant, asked.principal_id)? else {
        return Err(not_found().into());
    };
    app_role::admit(&roles(tx, &resource)?, asked.app_role_id, kind).map_err(GraphError::from)?;
    let assignment = Assignment {
        id,
        principal: asked.principal_id,
        kind,
        resource: resource.id,
        role: asked.app_role_id,
        created_at: acting.now,
    };
    match store::app_role::insert(tx, acting.tenant, &assignment).or_fail()? {
        Ok(Ok(())) => {}
        Ok(Err(Conflict { .. })) => return Err(there_already().into()),
        Err(refusal) => return Err(GraphError::from(refusal).into()),
    }
    let detail = detail(assignment.role, &resource);
    acting.record(tx, Event::RoleGranted, assignment.principal, &detail)?;
    Ok(Given::Role(assignment))
}

/// The application in which a role is had, once the caller may do that there.
fn resource(
    view: &View<'_>,
    acting: &Acting,
    id: ObjectId,
    action: Action,
) -> Result<ServicePrincipal, Stop> {
    let Some(found) = store::service_principal::find(view, acting.tenant, id).or_fail()? else {
        acting.require_any(action)?;
        return Err(not_found().into());
    };
    acting.require(action, &acting.principal(view, &found)?)?;
    Ok(found)
}

fn roles(view: &View<'_>, resource: &ServicePrincipal) -> Result<Vec<AppRole>, Stop> {
    let Some(home) = resource.app_owner else {
        return Ok(Vec::new());
    };
    let found = store::application::find_by_app_id(view, home, resource.app_id).or_fail()?;
    Ok(found.map(|application| application.roles).unwrap_or_default())
}

/// What a principal is, and its name for people.
fn principal(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<(MemberKind, String)>, Stop> {
    if let Some(user) = store::user::find(view, tenant, id).or_fail()? {
        return Ok(Some((MemberKind::User, user.display_name.to_string())));
    }
    if let Some(group) = store::group::find(view, tenant, id).or_fail()? {
        return Ok(Some((MemberKind::Group, group.display_name.to_string())));
    }
    let found = store::service_principal::find(view, tenant, id).or_fail()?;
    Ok(found.map(|found| (MemberKind::ServicePrincipal, found.display_name.to_string())))
}

fn detail(role: PermissionId, resource: &ServicePrincipal) -> String {
    match role {
        DEFAULT_ACCESS => format!("access to {}", resource.app_id),
        role => format!("app role {role} of {}", resource.app_id),
    }
}

fn not_found() -> GraphError {
    let text = "Permission being assigned was not found on application: principalId has to be a user, group or service \
                principal, resourceId a service principal, and appRoleId one of its appRoles; permissions of Microsoft \
                Graph are for service principals.";
    GraphError::Invalid(text.to_owned())
}

fn there_already() -> GraphError {
    GraphError::Invalid("Permission being assigned already exists on the object".to_owned())
}

fn microsoft_graph(view: &View<'_>, tenant: TenantId) -> Result<ServicePrincipal, Stop> {
    let id = FirstParty::MicrosoftGraph.app_id();
    let found = store::service_principal::find_by_app_id(view, tenant, id).or_fail()?;
    found.ok_or_else(|| GraphError::NotFound(id.to_string()).into())
}

/// As it goes over the wire; `None` for what has lost one of its ends.
fn shown(view: &View<'_>, tenant: TenantId, given: Given) -> Result<Option<AppRoleAssignment>, Stop> {
    let (principal_id, resource, role, created) = match given {
        Given::Role(found) => {
            let resource = store::service_principal::find(view, tenant, found.resource).or_fail()?;
            (
                found.principal,
                resource,
                Some(found.role),
                Some(found.created_at),
            )
        }
        Given::Permission(grant) => {
            let graph = microsoft_graph(view, tenant)?;
            (grant.principal, Some(graph), grant.permission.app_role_id(), None)
        }
    };
    let named = principal(view, tenant, principal_id)?;
    let (Some((kind, name)), Some(resource), Some(app_role_id)) = (named, resource, role) else {
        return Ok(None);
    };
    let principal_type = match kind {
        MemberKind::User => "User",
        MemberKind::Group => "Group",
        MemberKind::ServicePrincipal => "ServicePrincipal",
    };
    Ok(Some(AppRoleAssignment {
        id: given.id().to_string(),
        deleted_date_time: doorward_protocol::Null,
        app_role_id,
        created_date_time: created,
        principal_display_name: Some(name),
        principal_id,
        principal_type: Some(principal_type.to_owned()),
        resource_display_name: Some(resource.display_name.to_string()),
        resource_id: resource.id,
    }))
}
