//! `/servicePrincipals/{id}/appRoleAssignments`: Graph permissions of an application.

use doorward_domain::audit::Event;
use doorward_domain::directory::Permission;
use doorward_domain::directory::rights::Action;
use doorward_domain::resource::FirstParty;
use doorward_domain::service_principal::ServicePrincipal;
use doorward_names::{ObjectId, TenantId};
use doorward_protocol::graph::{AppRoleAssignment, CreateAppRoleAssignment, List, context};
use doorward_protocol::paths::ObjectKey;
use doorward_store::permission::Grant;
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{OrFail as _, Stop, change, look};
use super::applications::name;
use super::{Call, GraphError, created, entity, no_content, query, service_principals};
use crate::entropy;
use crate::http::{Response, json};

/// GET /v1.0/servicePrincipals/{id}/appRoleAssignments
pub async fn list(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    let (grants, principal, graph) = grants(&call, key).await?;
    let shown = grants
        .iter()
        .filter_map(|grant| assignment(grant, &principal, &graph));
    let value = shown
        .map(|assignment| query::selected(&call.options, &assignment))
        .collect();
    let context = Some(context(call.ctx.origin.url(), "appRoleAssignments"));
    Ok(json(
        StatusCode::OK,
        &List {
            context,
            next_link: None,
            value,
        },
    ))
}

/// GET /v1.0/servicePrincipals/{id}/appRoleAssignments/{id}
pub async fn get(call: Call, key: ObjectKey, id: String) -> Result<Response, GraphError> {
    let (grants, principal, graph) = grants(&call, key).await?;
    let found = grants.iter().find(|grant| grant.id.to_string() == id);
    let shown = found.and_then(|grant| assignment(grant, &principal, &graph));
    Ok(entity(
        &call,
        "appRoleAssignments",
        &shown.ok_or(GraphError::NotFound(id))?,
    ))
}

async fn grants(
    call: &Call,
    key: ObjectKey,
) -> Result<(Vec<Grant>, ServicePrincipal, ServicePrincipal), GraphError> {
    look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let Some(principal) = service_principals::find(view, acting.tenant, &key)? else {
            return Err(acting.missing(Action::ReadPermissions, name(&key)));
        };
        acting.require(Action::ReadPermissions, &acting.principal(view, &principal)?)?;
        let grants = store::permission::list(view, acting.tenant, principal.id).or_fail()?;
        Ok((grants, principal, microsoft_graph(view, acting.tenant)?))
    })
    .await
}

/// POST /v1.0/servicePrincipals/{id}/appRoleAssignments
pub async fn create(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    let asked: CreateAppRoleAssignment = call.body()?;
    let id = ObjectId::from_random(entropy::bytes());
    let shown = change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(principal) = service_principals::find(tx, acting.tenant, &key)? else {
            return Err(acting.missing(Action::GrantPermission, name(&key)));
        };
        acting.require(Action::GrantPermission, &acting.principal(tx, &principal)?)?;
        let graph = microsoft_graph(tx, acting.tenant)?;
        let permission = Permission::of_app_role_id(asked.app_role_id);
        let (true, true, Some(permission)) =
            (asked.principal_id == principal.id, asked.resource_id == graph.id, permission)
        else {
            let text = "Permission being assigned was not found on application: principalId has to be this service \
                        principal, resourceId Microsoft Graph's, and appRoleId one of its appRoles.";
            return Err(GraphError::Invalid(text.to_owned()).into());
        };
        let grant = Grant { id, permission, principal: principal.id };
        if store::permission::insert(tx, acting.tenant, &grant).or_fail()?.is_err() {
            let text = "Permission being assigned already exists on the object";
            return Err(GraphError::Invalid(text.to_owned()).into());
        }
        acting.record(tx, Event::RoleGranted, principal.id, permission.name())?;
        assignment(&grant, &principal, &graph).ok_or_else(|| GraphError::Unavailable.into())
    })
    .await?;
    Ok(created(&call, "appRoleAssignments", &shown))
}

/// DELETE /v1.0/servicePrincipals/{id}/appRoleAssignments/{id}
pub async fn delete(call: Call, key: ObjectKey, id: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(principal) = service_principals::find(tx, acting.tenant, &key)? else {
            return Err(acting.missing(Action::GrantPermission, name(&key)));
        };
        acting.require(Action::GrantPermission, &acting.principal(tx, &principal)?)?;
        let grants = store::permission::list(tx, acting.tenant, principal.id).or_fail()?;
        let Some(grant) = grants.iter().find(|grant| grant.id.to_string() == id) else {
            return Err(GraphError::NotFound(id.clone()).into());
        };
        store::permission::delete(tx, acting.tenant, grant.id).or_fail()?;
        acting.record(tx, Event::RoleRevoked, principal.id, grant.permission.name())
    })
    .await?;
    Ok(no_content())
}

fn microsoft_graph(view: &View<'_>, tenant: TenantId) -> Result<ServicePrincipal, Stop> {
    let id = FirstParty::MicrosoftGraph.app_id();
    let found = store::service_principal::find_by_app_id(view, tenant, id).or_fail()?;
    found.ok_or_else(|| GraphError::NotFound(id.to_string()).into())
}

fn assignment(
    grant: &Grant,
    principal: &ServicePrincipal,
    graph: &ServicePrincipal,
) -> Option<AppRoleAssignment> {
    Some(AppRoleAssignment {
        id: grant.id.to_string(),
        deleted_date_time: doorward_protocol::Null,
        app_role_id: grant.permission.app_role_id()?,
        created_date_time: None,
        principal_display_name: Some(principal.display_name.to_string()),
        principal_id: principal.id,
        principal_type: Some("ServicePrincipal".to_owned()),
        resource_display_name: Some(graph.display_name.to_string()),
        resource_id: graph.id,
    })
}
