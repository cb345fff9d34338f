//! `/oauth2PermissionGrants`: scopes that clients were given, by people or for everybody.

use doorward_domain::audit::Event;
use doorward_domain::directory::rights::Action;
use doorward_domain::permission_grant::{Consenter, MAX_SCOPE, PermissionGrant};
use doorward_domain::resource::{FirstParty, Resource};
use doorward_domain::service_principal::ServicePrincipal;
use doorward_names::ObjectId;
use doorward_protocol::graph::{self as wire, CreatePermissionGrant, List, UpdatePermissionGrant, context};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, look};
use super::{Call, GraphError, created, entity, no_content, query};
use crate::entropy;
use crate::http::{Response, json};

const COLLECTION: &str = "oauth2PermissionGrants";

/// GET /v1.0/oauth2PermissionGrants
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let grants = look(&call.ctx, call.bearer.clone(), |view, acting| {
        acting.require_any(Action::ReadPermissions)?;
        store::permission_grant::list(view, acting.tenant).or_fail()
    })
    .await?;
    let mut value = Vec::new();
    for grant in grants.iter().map(shown) {
        let wanted = query::lets_through(call.options.filter.as_ref(), &|name| field(&grant, name))?;
        if wanted {
            value.push(query::selected(&call.options, &grant));
        }
    }
    let context = Some(context(call.ctx.origin.url(), COLLECTION));
    Ok(json(
        StatusCode::OK,
        &List::<serde_json::Value> {
            context,
            next_link: None,
            value,
        },
    ))
}

/// What a grant is filtered by: client, resource, person and kind.
fn field(grant: &wire::PermissionGrant, name: &str) -> Option<String> {
    Some(match name {
        "id" => grant.id.clone(),
        "clientid" => grant.client_id.to_string(),
        "resourceid" => grant.resource_id.to_string(),
        "principalid" => grant.principal_id.map(|id| id.to_string()).unwrap_or_default(),
        "consenttype" => grant.consent_type.clone(),
        _ => return None,
    })
}

/// GET /v1.0/oauth2PermissionGrants/{id}
pub async fn get(call: Call, id: String) -> Result<Response, GraphError> {
    let grant = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadPermissions)?;
        find(view, acting, &id)
    })
    .await?;
    Ok(entity(&call, COLLECTION, &shown(&grant)))
}

/// POST /v1.0/oauth2PermissionGrants
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let asked: CreatePermissionGrant = call.body()?;
    let consenter = match (asked.consent_type.as_str(), asked.principal_id) {
        ("AllPrincipals", None) => Consenter::Everybody,
        ("Principal", Some(person)) => Consenter::Person(person),
        _ => {
            return Err(invalid(
                "consentType is AllPrincipals, or Principal with a principalId.",
            ));
        }
    };
    let scopes = words(&asked.scope)?;
    let id = ObjectId::from_random(entropy::bytes());
    let grant = change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::GrantPermission)?;
        let client = principal(tx, acting, asked.client_id)?;
        let resource = principal(tx, acting, asked.resource_id)?;
        if let Consenter::Person(person) = consenter
            && store::user::find(tx, acting.tenant, person).or_fail()?.is_none()
        {
            return Err(GraphError::NotFound(person.to_string()).into());
        }
        let grant = PermissionGrant {
            id,
            client: client.id,
            consenter,
            resource: resource.id,
            scopes: offered(tx, acting, &resource, &scopes)?,
            created_at: acting.now,
        };
        if !store::permission_grant::insert(tx, acting.tenant, &grant).or_fail()? {
            let text = "Permission entry already exists.";
            return Err(invalid(text).into());
        }
        acting.record(tx, Event::RoleGranted, client.id, &detail("given", &grant))?;
        Ok(grant)
    })
    .await?;
    Ok(created(&call, COLLECTION, &shown(&grant)))
}

/// PATCH /v1.0/oauth2PermissionGrants/{id}
pub async fn update(call: Call, id: String) -> Result<Response, GraphError> {
    let asked: UpdatePermissionGrant = call.body()?;
    let scopes = words(&asked.scope)?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::GrantPermission)?;
        let mut grant = find(tx, acting, &id)?;
        let resource = principal(tx, acting, grant.resource)?;
        grant.scopes = offered(tx, acting, &resource, &scopes)?;
        store::permission_grant::update(tx, acting.tenant, &grant).or_fail()?;
        acting.record(tx, Event::RoleGranted, grant.client, &detail("changed", &grant))
    })
    .await?;
    Ok(no_content())
}

/// DELETE /v1.0/oauth2PermissionGrants/{id}
pub async fn delete(call: Call, id: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::GrantPermission)?;
        let grant = find(tx, acting, &id)?;
        store::permission_grant::delete(tx, acting.tenant, grant.id).or_fail()?;
        acting.record(
            tx,
            Event::RoleRevoked,
            grant.client,
            &detail("taken back", &grant),
        )
    })
    .await?;
    Ok(no_content())
}

fn detail(what: &str, grant: &PermissionGrant) -> String {
    format!("{what}: {} on {}", grant.scopes.join(" "), grant.resource)
}

fn find(view: &View<'_>, acting: &Acting, id: &str) -> Result<PermissionGrant, Stop> {
    let found = match id.parse() {
        Ok(id) => store::permission_grant::find(view, acting.tenant, id).or_fail()?,
        Err(_) => None,
    };
    found.ok_or_else(|| GraphError::NotFound(id.to_owned()).into())
}

fn principal(view: &View<'_>, acting: &Acting, id: ObjectId) -> Result<ServicePrincipal, Stop> {
    let found = store::service_principal::find(view, acting.tenant, id).or_fail()?;
    found.ok_or_else(|| GraphError::NotFound(id.to_string()).into())
}

fn words(scope: &str) -> Result<Vec<String>, GraphError> {
    if scope.len() > MAX_SCOPE {
        return Err(invalid("The scope is too long."));
    }
    let mut words: Vec<String> = Vec::new();
    for word in scope.split_ascii_whitespace() {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    Ok(words)
}

/// The scopes, when the resource offers all of them.
fn offered(
    view: &View<'_>,
    acting: &Acting,
    resource: &ServicePrincipal,
    scopes: &[String],
) -> Result<Vec<String>, Stop> {
    let built_in = FirstParty::ALL
        .into_iter()
        .find(|r| r.app_id() == resource.app_id);
    let known: Vec<String> = match built_in {
        Some(first_party) => Resource::from(first_party)
            .offered()
            .into_iter()
            .map(|s| s.value)
            .collect(),
        None => {
            let home = resource.app_owner.unwrap_or(acting.tenant);
            let found = store::application::find_by_app_id(view, home, resource.app_id).or_fail()?;
            let scopes = found.into_iter().flat_map(|application| application.scopes);
            scopes.map(|scope| scope.value).collect()
        }
    };
    match scopes.iter().find(|scope| !known.contains(scope)) {
        Some(unknown) => {
            let shown: String = unknown.chars().filter(|c| !c.is_control()).take(128).collect();
            let text = format!("The resource offers no scope '{shown}'.");
            Err(GraphError::Invalid(text).into())
        }
        None => Ok(scopes.to_vec()),
    }
}

fn shown(grant: &PermissionGrant) -> wire::PermissionGrant {
    let (consent_type, principal_id) = match grant.consenter {
        Consenter::Everybody => ("AllPrincipals", None),
        Consenter::Person(person) => ("Principal", Some(person)),
    };
    wire::PermissionGrant {
        client_id: grant.client,
        consent_type: consent_type.to_owned(),
        id: grant.id.to_string(),
        principal_id,
        resource_id: grant.resource,
        scope: Some(grant.scopes.join(" ")),
    }
}

fn invalid(text: &str) -> GraphError {
    GraphError::Invalid(text.to_owned())
}
