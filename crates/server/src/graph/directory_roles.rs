//! `/directoryRoles` and `/roleManagement/directory/roleDefinitions`: the built-in directory roles.

use doorward_domain::directory::DirectoryRole;
use doorward_domain::directory::rights::Action;
use doorward_protocol::graph::{List, context};
use doorward_protocol::paths::ObjectKey;
use doorward_store as store;
use http::StatusCode;
use serde::Serialize;

use super::access::{OrFail as _, look};
use super::applications::name;
use super::{Call, GraphError, directory_objects, entity, query, to_wire};
use crate::http::{Response, json};

/// GET /v1.0/directoryRoles
pub async fn list(call: Call) -> Result<Response, GraphError> {
    readable(&call).await?;
    Ok(all(
        &call,
        "directoryRoles",
        DirectoryRole::ALL.map(to_wire::directory_role),
    ))
}

/// GET /v1.0/directoryRoles/{id}
pub async fn get(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    readable(&call).await?;
    let role = find(name(&key))?;
    Ok(entity(&call, "directoryRoles", &to_wire::directory_role(role)))
}

/// GET /v1.0/directoryRoles/{id}/members
pub async fn members(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    let members = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadRoles)?;
        let role = find(name(&key))?;
        let assignments = store::directory_role::list(view, acting.tenant).or_fail()?;
        let holders = assignments
            .into_iter()
            .filter(|a| a.role == role)
            .map(|a| a.principal);
        let found = holders.map(|holder| directory_objects::find(view, acting.tenant, holder));
        Ok(found
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect::<Vec<_>>())
    })
    .await?;
    Ok(all(&call, "directoryObjects", members))
}

/// GET /v1.0/roleManagement/directory/roleDefinitions
pub async fn definitions(call: Call) -> Result<Response, GraphError> {
    readable(&call).await?;
    Ok(all(
        &call,
        "roleManagement/directory/roleDefinitions",
        DirectoryRole::ALL.map(to_wire::role_definition),
    ))
}

/// GET /v1.0/roleManagement/directory/roleDefinitions/{id}
pub async fn definition(call: Call, id: String) -> Result<Response, GraphError> {
    readable(&call).await?;
    let role = find(&id)?;
    Ok(entity(
        &call,
        "roleManagement/directory/roleDefinitions",
        &to_wire::role_definition(role),
    ))
}

/// The role of a template id.
pub fn find(id: &str) -> Result<DirectoryRole, GraphError> {
    let role = id.parse().ok().and_then(DirectoryRole::of_template);
    role.ok_or_else(|| GraphError::NotFound(id.to_owned()))
}

async fn readable(call: &Call) -> Result<(), GraphError> {
    look(&call.ctx, call.bearer.clone(), |_, acting| {
        acting.require_any(Action::ReadRoles)
    })
    .await
}

fn all<T: Serialize>(call: &Call, what: &str, objects: impl IntoIterator<Item = T>) -> Response {
    let value = objects
        .into_iter()
        .map(|object| query::selected(&call.options, &object))
        .collect();
    let context = Some(context(call.ctx.origin.url(), what));
    json(
        StatusCode::OK,
        &List::<serde_json::Value> {
            context,
            next_link: None,
            value,
        },
    )
}
