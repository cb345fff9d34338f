//! `/roleManagement/directory/roleAssignments`: who holds which directory role.

use doorward_domain::audit::Event;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::directory::rights::Action;
use doorward_names::ObjectId;
use doorward_protocol::graph::{self as wire, CreateRoleAssignment, List, context};
use doorward_store::directory_role::RoleAssignment;
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, keep_an_administrator, look};
use super::{Call, GraphError, created, directory_roles, entity, no_content, query, to_wire};
use crate::entropy;
use crate::http::{Response, json};

/// GET /v1.0/roleManagement/directory/roleAssignments
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let assignments = look(&call.ctx, call.bearer.clone(), |view, acting| {
        acting.require_any(Action::ReadRoles)?;
        store::directory_role::list(view, acting.tenant).or_fail()
    })
    .await?;
    let mut value = Vec::new();
    for assignment in assignments.iter().map(to_wire::role_assignment) {
        let wanted = query::lets_through(call.options.filter.as_ref(), &|name| field(&assignment, name))?;
        if wanted {
            value.push(query::selected(&call.options, &assignment));
        }
    }
    let context = Some(context(
        call.ctx.origin.url(),
        "roleManagement/directory/roleAssignments",
    ));
    Ok(json(
        StatusCode::OK,
        &List::<serde_json::Value> {
            context,
            next_link: None,
            value,
        },
    ))
}

/// What an assignment is filtered by: principal and role.
fn field(assignment: &wire::RoleAssignment, name: &str) -> Option<String> {
    Some(match name {
        "id" => assignment.id.clone(),
        "principalid" => assignment.principal_id.to_string(),
        "roledefinitionid" => assignment.role_definition_id.clone(),
        _ => return None,
    })
}

/// POST /v1.0/roleManagement/directory/roleAssignments
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let asked: CreateRoleAssignment = call.body()?;
    let role = directory_roles::find(&asked.role_definition_id)?;
    if asked
        .directory_scope_id
        .as_deref()
        .is_some_and(|scope| scope != "/")
    {
        return Err(GraphError::Invalid(
            "directoryScopeId is '/': roles reach the whole tenant here.".to_owned(),
        ));
    }
    let assignment = RoleAssignment {
        id: ObjectId::from_random(entropy::bytes()),
        role,
        principal: asked.principal_id,
    };
    let new = assignment;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::AssignRole)?;
        let person = store::user::find(tx, acting.tenant, new.principal).or_fail()?.is_some();
        if !person && store::service_principal::find(tx, acting.tenant, new.principal).or_fail()?.is_none() {
            return Err(GraphError::NotFound(new.principal.to_string()).into());
        }
        if store::directory_role::insert(tx, acting.tenant, &new).or_fail()?.is_err() {
            let text = "A conflicting object with one or more of the specified property values is present in the directory.";
            return Err(GraphError::Invalid(text.to_owned()).into());
        }
        acting.record(tx, Event::RoleGranted, new.principal, new.role.display_name())
    })
    .await?;
    Ok(created(
        &call,
        "roleManagement/directory/roleAssignments",
        &to_wire::role_assignment(&assignment),
    ))
}

/// GET /v1.0/roleManagement/directory/roleAssignments/{id}
pub async fn get(call: Call, id: String) -> Result<Response, GraphError> {
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadRoles)?;
        find(view, acting, &id)
    })
    .await?;
    Ok(entity(
        &call,
        "roleManagement/directory/roleAssignments",
        &to_wire::role_assignment(&found),
    ))
}

/// DELETE /v1.0/roleManagement/directory/roleAssignments/{id}
pub async fn delete(call: Call, id: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::AssignRole)?;
        let found = find(tx, acting, &id)?;
        if found.role == DirectoryRole::GlobalAdministrator {
            keep_an_administrator(tx, acting.tenant, found.principal)?;
        }
        store::directory_role::delete(tx, acting.tenant, found.id).or_fail()?;
        acting.record(tx, Event::RoleRevoked, found.principal, found.role.display_name())
    })
    .await?;
    Ok(no_content())
}

fn find(view: &View<'_>, acting: &Acting, id: &str) -> Result<RoleAssignment, Stop> {
    let assignments = store::directory_role::list(view, acting.tenant).or_fail()?;
    let found = assignments
        .into_iter()
        .find(|assignment| assignment.id.to_string() == id);
    found.ok_or_else(|| GraphError::NotFound(id.to_owned()).into())
}
