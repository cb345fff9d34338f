//! `/applications`.

use doorward_domain::application::{self as rule, Application, Bare, PasswordCredential};
use doorward_domain::audit::Event;
use doorward_domain::directory::query::Query;
use doorward_domain::directory::rights::Action;
use doorward_domain::resource::FirstParty;
use doorward_domain::tenant::Tenant;
use doorward_names::{AppId, DisplayName, IdentifierUri, ObjectId, TenantId};
use doorward_protocol::graph::{CreateApplication, UpdateApplication};
use doorward_protocol::paths::ObjectKey;
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{OrFail as _, Stop, change, look};
use super::{Call, GraphError, application_parts, created, entity, no_content, query, to_wire};
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::{Response, json};

/// GET /v1.0/applications
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let asked: Query<_> = query::query(&call.options)?;
    let (found, tenant) = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadApplication)?;
        let applications = store::application::list(view, acting.tenant, &asked).or_fail()?;
        let owners: Vec<_> = applications.iter().map(|a| a.id).collect();
        let passwords = store::credential::list_for_owners(view, acting.tenant, &owners).or_fail()?;
        Ok(((applications, passwords), tenant_of(view, acting.tenant)?))
    })
    .await?;
    let (applications, passwords) = found;
    let found = applications.iter().map(|application| {
        let own: Vec<_> = passwords
            .iter()
            .filter(|(o, _)| *o == application.id)
            .map(|(_, p)| p.clone())
            .collect();
        (application.id, to_wire::application(application, &own, &tenant))
    });
    let page = query::page(
        &call.ctx,
        (&call.path, "applications"),
        &call.options,
        found.collect(),
    );
    Ok(json(StatusCode::OK, &page))
}

/// POST /v1.0/applications
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let asked: CreateApplication = call.body()?;
    create_with(call, asked, Vec::new()).await
}

/// The same with passwords that are there from the start.
pub async fn create_with(
    call: Call,
    asked: CreateApplication,
    passwords: Vec<PasswordCredential>,
) -> Result<Response, GraphError> {
    let mut application = Application {
        identifier_uris: identifier_uris(&call.ctx, asked.identifier_uris.unwrap_or_default())?,
        ..Application::from(Bare {
            id: ObjectId::from_random(entropy::bytes()),
            tenant: call.bearer.tenant,
            app_id: AppId::from_random(entropy::bytes()),
            display_name: DisplayName::new(&asked.display_name)?,
            created_at: call.ctx.now,
        })
    };
    application_parts::apply(&asked.parts, &mut application)?;
    rule::check(&application)?;
    let (new, first) = (application.clone(), passwords.clone());
    let tenant = change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::CreateApplication)?;
        store::application::insert(tx, &new).or_fail()??;
        // Nobody but its maker would know it otherwise; a fresh object has no other owner.
        let _ = store::owner::insert(tx, acting.tenant, new.id, acting.id).or_fail()?;
        acting.record(tx, Event::DirectoryCreated, new.id, "application")?;
        for password in &first {
            store::credential::insert(tx, acting.tenant, new.id, password).or_fail()??;
            let what = format!("password {}, of the client's making", password.id);
            acting.record(tx, Event::CredentialAdded, new.id, &what)?;
        }
        tenant_of(tx, acting.tenant)
    })
    .await?;
    Ok(created(
        &call,
        "applications",
        &to_wire::application(&application, &passwords, &tenant),
    ))
}

/// GET /v1.0/applications/{id}
pub async fn get(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    let (application, passwords, tenant) = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let Some(application) = find(view, acting.tenant, &key)? else {
            return Err(acting.missing(Action::ReadApplication, name(&key)));
        };
        acting.require(Action::ReadApplication, &acting.application(view, &application)?)?;
        let passwords = passwords(view, &application)?;
        Ok((application, passwords, tenant_of(view, acting.tenant)?))
    })
    .await?;
    Ok(entity(
        &call,
        "applications",
        &to_wire::application(&application, &passwords, &tenant),
    ))
}

/// PATCH /v1.0/applications/{id}
pub async fn update(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    let asked: UpdateApplication = call.body()?;
    let display_name = asked.display_name.as_deref().map(DisplayName::new).transpose()?;
    let uris = asked
        .identifier_uris
        .map(|uris| identifier_uris(&call.ctx, uris))
        .transpose()?;
    let parts = asked.parts;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(mut application) = find(tx, acting.tenant, &key)? else {
            return Err(acting.missing(Action::UpdateApplication, name(&key)));
        };
        acting.require(Action::UpdateApplication, &acting.application(tx, &application)?)?;
        let before = application.clone();
        application.display_name = display_name.clone().unwrap_or(application.display_name);
        application.identifier_uris = uris.clone().unwrap_or(application.identifier_uris);
        application_parts::apply(&parts, &mut application)?;
        rule::check_change(&before, &application)?;
        store::application::update(tx, &application).or_fail()??;
        acting.record(tx, Event::DirectoryUpdated, application.id, "application")
    })
    .await?;
    Ok(no_content())
}

/// DELETE /v1.0/applications/{id}: the service principal in its home tenant goes with it.
pub async fn delete(call: Call, key: ObjectKey) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(application) = find(tx, acting.tenant, &key)? else {
            return Err(acting.missing(Action::DeleteApplication, name(&key)));
        };
        acting.require(Action::DeleteApplication, &acting.application(tx, &application)?)?;
        store::application::delete(tx, acting.tenant, application.id).or_fail()?;
        acting.record(tx, Event::DirectoryDeleted, application.id, "application")?;
        let principal =
            store::service_principal::find_by_app_id(tx, acting.tenant, application.app_id).or_fail()?;
        if let Some(principal) = principal {
            store::service_principal::delete(tx, acting.tenant, principal.id).or_fail()?;
            acting.record(
                tx,
                Event::DirectoryDeleted,
                principal.id,
                "service principal, with its application",
            )?;
        }
        Ok(())
    })
    .await?;
    Ok(no_content())
}

/// The application that a path names.
pub fn find(view: &View<'_>, tenant: TenantId, key: &ObjectKey) -> Result<Option<Application>, Stop> {
    match key {
        ObjectKey::Id(id) => match id.parse() {
            Ok(id) => store::application::find(view, tenant, id).or_fail(),
            Err(_) => Ok(None),
        },
        ObjectKey::Alternate(app_id) => match app_id.parse() {
            Ok(app_id) => store::application::find_by_app_id(view, tenant, app_id).or_fail(),
            Err(_) => Ok(None),
        },
    }
}

/// How a path names an object, for the answer that it is not there.
pub fn name(key: &ObjectKey) -> &str {
    match key {
        ObjectKey::Id(name) | ObjectKey::Alternate(name) => name,
    }
}

fn passwords(view: &View<'_>, application: &Application) -> Result<Vec<PasswordCredential>, Stop> {
    store::credential::list(view, application.tenant, application.id).or_fail()
}

/// The caller's tenant.
pub fn tenant_of(view: &View<'_>, tenant: TenantId) -> Result<Tenant, Stop> {
    let found = store::tenant::find(view, tenant).or_fail()?;
    found.ok_or_else(|| GraphError::NotFound(tenant.to_string()).into())
}

/// Identifier URIs that may name an application: none that names a built-in resource or this server, or tokens for
/// the one would open the other.
fn identifier_uris(ctx: &Ctx, texts: Vec<String>) -> Result<Vec<IdentifierUri>, GraphError> {
    let mut uris: Vec<IdentifierUri> = Vec::new();
    for text in texts {
        let uri: IdentifierUri = text.parse()?;
        let reserved = FirstParty::find(uri.as_str()).is_some()
            || ctx.app.origins.iter().any(|origin| {
                let folded = uri.folded();
                folded == origin.url() || folded.starts_with(&format!("{}/", origin.url()))
            });
        if reserved {
            return Err(GraphError::Invalid(format!(
                "The identifier URI '{uri}' is reserved."
            )));
        }
        if !uris.iter().any(|known| known.folded() == uri.folded()) {
            uris.push(uri);
        }
    }
    Ok(uris)
}
