//! `/servicePrincipals`.

use doorward_domain::application::{Application, PasswordCredential, SignInAudience};
use doorward_domain::audit::Event;
use doorward_domain::directory::query::Query;
use doorward_domain::directory::rights::{Action, Target};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_names::{AppId, DisplayName, ObjectId, TenantId};
use doorward_protocol::graph::{CreateServicePrincipal, UpdateServicePrincipal};
use doorward_protocol::paths::ObjectKey;
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{OrFail as _, Stop, change, look};
use super::applications::name;
use super::{Call, GraphError, created, entity, no_content, query, to_wire};
use crate::entropy;
use crate::http::{Response, json};

/// A service principal with all that its object shows.
pub type Whole = (ServicePrincipal, Option<Application>, Vec<PasswordCredential>);

/// GET /v1.0/servicePrincipals
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let asked: Query<_> = query::query(&call.options)?;
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadApplication)?;
        let principals = store::service_principal::list(view, acting.tenant, &asked).or_fail()?;
        principals
            .into_iter()
            .map(|principal| whole(view, principal))
            .collect::<Result<Vec<_>, _>>()
    })
    .await?;
    let found = found
        .iter()
        .map(|(p, a, passwords)| (p.id, to_wire::service_principal(p, a.as_ref(), passwords)));
    let page = query::page(
        &call.ctx,
        (&call.path, "servicePrincipals"),
        &call.options,
        found.collect(),
    );
    Ok(json(StatusCode::OK, &page))
}

/// POST /v1.0/servicePrincipals
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let asked: CreateServicePrincipal = call.body()?;
    let display_name = asked.display_name.as_deref().map(DisplayName::new).transpose()?;
    let id = ObjectId::from_random(entropy::bytes());
    let enabled = asked.account_enabled.unwrap_or(true);
    let assignment_required = asked.app_role_assignment_required.unwrap_or(false);
    let app_id = asked.app_id;
    let tenants = call.ctx.app.snapshots.all_tenants().await?;
    let tenants: Vec<TenantId> = tenants.iter().map(|t| t.id).collect();
    let (principal, application) = change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let unknown = || {
            let text = format!(
                "The appId '{app_id}' of the service principal does not reference a valid application object."
            );
            Stop::Refused(GraphError::Invalid(text))
        };
        let application = registration(tx, acting.tenant, app_id, &tenants)?;
        let target = match &application {
            Some(a) if a.tenant == acting.tenant => {
                let owners = store::owner::list(tx, acting.tenant, a.id).or_fail()?;
                Target {
                    is_owned: owners.contains(&acting.id),
                    ..Target::default()
                }
            }
            _ => Target::default(),
        };
        acting.require(Action::CreateServicePrincipal, &target)?;
        let application = application.ok_or_else(unknown)?;
        let principal = ServicePrincipal {
            id,
            tenant: acting.tenant,
            app_id,
            app_owner: Some(application.tenant),
            display_name: display_name
                .clone()
                .unwrap_or_else(|| application.display_name.clone()),
            kind: ServicePrincipalKind::Application,
            enabled,
            assignment_required,
            created_at: acting.now,
        };
        store::service_principal::insert(tx, &principal).or_fail()??;
        let _ = store::owner::insert(tx, acting.tenant, id, acting.id).or_fail()?;
        acting.record(tx, Event::DirectoryCreated, id, "service principal")?;
        Ok((principal, application))
    })
    .await?;
    Ok(created(
        &call,
        "servicePrincipals",
        &to_wire::service_principal(&principal, Some(&application), &[]),
    ))
}

/// The registration of `app_id`: the tenant's own, or another tenant's that is open to all.
fn registration(
    view: &View<'_>,
    tenant: TenantId,
    app_id: AppId,
    tenants: &[TenantId],
) -> Result<Option<Application>, Stop> {
    if let Some(own) = store::application::find_by_app_id(view, tenant, app_id).or_fail()? {
        return Ok(Some(own));
    }
    for home in tenants.iter().filter(|home| **home != tenant) {
        let found = store::application::find_by_app_id(view, *home, app_id).or_fail()?;
        if let Some(found) = found {
            return Ok(Some(found).filter(|a| a.audience == SignInAudience::MultiTenant));
        }
    }
    Ok(None)
}

/// GET /v1.0/servicePrincipals/{id}
pub async fn get(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    let (principal, application, passwords) = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let Some(principal) = find(view, acting.tenant, &key)? else {
            return Err(acting.missing(Action::ReadApplication, name(&key)));
        };
        acting.require(Action::ReadApplication, &acting.principal(view, &principal)?)?;
        whole(view, principal)
    })
    .await?;
    let object = to_wire::service_principal(&principal, application.as_ref(), &passwords);
    Ok(entity(&call, "servicePrincipals", &object))
}

/// PATCH /v1.0/servicePrincipals/{id}
pub async fn update(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    let asked: UpdateServicePrincipal = call.body()?;
    let display_name = asked.display_name.as_deref().map(DisplayName::new).transpose()?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(mut principal) = find(tx, acting.tenant, &key)? else {
            return Err(acting.missing(Action::UpdateApplication, name(&key)));
        };
        acting.require(Action::UpdateApplication, &acting.principal(tx, &principal)?)?;
        if principal.kind != ServicePrincipalKind::Application && display_name.is_some() {
            return Err(GraphError::BuiltIn.into());
        }
        principal.enabled = asked.account_enabled.unwrap_or(principal.enabled);
        principal.assignment_required = asked
            .app_role_assignment_required
            .unwrap_or(principal.assignment_required);
        principal.display_name = display_name.clone().unwrap_or(principal.display_name);
        store::service_principal::update(tx, &principal).or_fail()?;
        acting.record(tx, Event::DirectoryUpdated, principal.id, "service principal")
    })
    .await?;
    Ok(no_content())
}

/// DELETE /v1.0/servicePrincipals/{id}
pub async fn delete(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(principal) = find(tx, acting.tenant, &key)? else {
            return Err(acting.missing(Action::DeleteApplication, name(&key)));
        };
        acting.require(Action::DeleteApplication, &acting.principal(tx, &principal)?)?;
        if principal.kind != ServicePrincipalKind::Application {
            return Err(GraphError::BuiltIn.into());
        }
        store::service_principal::delete(tx, acting.tenant, principal.id).or_fail()?;
        acting.record(tx, Event::DirectoryDeleted, principal.id, "service principal")
    })
    .await?;
    Ok(no_content())
}

/// The service principal that a path names.
pub fn find(view: &View<'_>, tenant: TenantId, key: &ObjectKey) -> Result<Option<ServicePrincipal>, Stop> {
    match key {
        ObjectKey::Id(id) => match id.parse() {
            Ok(id) => store::service_principal::find(view, tenant, id).or_fail(),
            Err(_) => Ok(None),
        },
        ObjectKey::Alternate(app_id) => match app_id.parse() {
            Ok(app_id) => store::service_principal::find_by_app_id(view, tenant, app_id).or_fail(),
            Err(_) => Ok(None),
        },
    }
}

/// A service principal with its registration and its own passwords.
pub fn whole(view: &View<'_>, principal: ServicePrincipal) -> Result<Whole, Stop> {
    let application = match principal.app_owner {
        Some(home) => store::application::find_by_app_id(view, home, principal.app_id).or_fail()?,
        None => None,
    };
    let passwords = store::credential::list(view, principal.tenant, principal.id).or_fail()?;
    Ok((principal, application, passwords))
}
