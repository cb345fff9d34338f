//! Resources of any type: lists of them, and each by its id. What a type makes of what is put stands in `record.rs`,
//! `workspace.rs` and `compute.rs`.

pub mod compute;
mod filter;
pub mod forget;
pub mod look;
pub mod putting;
mod record;
mod workspace;
mod write;

use doorward_domain::arm::Resource;
use doorward_domain::audit::Event;
use doorward_names::Scope;
use doorward_protocol::arm::{self as wire, List};
use doorward_store as store;
use http::StatusCode;

use super::ArmError;
use super::access::Authorized;
use super::call::{Call, bare, created, etag, is_there, ok, precondition, tagged};
use super::catalogue::{DEPLOYMENT_KEY, Kept, find_provider, find_type};
use super::providers::unknown;
use super::tags;
use crate::http::Response;
use filter::read_filter;
use forget::forget_within;
use look::{find, there};
use putting::{Putting, read_body};

/// Resources on a page, when nothing else is asked for.
const PAGE: usize = 500;

/// GET {scope}/resources, and GET {scope}/providers/{namespace}/{type}: those that the caller may read.
pub async fn list(call: &Call, scope: Scope, kind: Option<String>) -> Result<Response, ArmError> {
    if let Some(kind) = &kind {
        kind_of(kind, call)?;
    }
    let is_collection = kind.is_some();
    let filter = call.query.get("$filter").filter(|_| !is_collection);
    let filter = filter.map(read_filter).transpose()?.unwrap_or_default();
    let type_key = kind
        .or_else(|| filter.kind.clone())
        .map(|kind| kind.to_lowercase());
    if let Err(refusal) = there(call, &scope).await {
        // Whoever may not read it isn't told that it isn't there: what they may see of it is nothing.
        return match call.may(&read_of(&scope), &scope) {
            true => Err(refusal),
            false => Ok(ok(&List::<wire::Resource>::from(Vec::new()))),
        };
    }
    let size = call.query.top()?.unwrap_or(PAGE);
    let mut after = call.query.skip_token()?;
    let mut found: Vec<Resource> = Vec::new();
    // One more than a page, to know whether there is another.
    while found.len() <= size {
        let (tenant, at, of_type, from) = (call.tenant(), scope.clone(), type_key.clone(), after.clone());
        let page = call
            .ctx
            .app
            .store
            .read(move |view| {
                let within = store::resource::Within {
                    scope: &at,
                    type_key: of_type.as_deref(),
                    after: &from,
                    limit: PAGE,
                };
                store::resource::page(view, tenant, &within)
            })
            .await?;
        let Some(last) = page.last() else { break };
        after = last.scope.key().to_owned();
        let whole = page.len() == PAGE;
        found.extend(page.into_iter().filter(|resource| {
            resource.type_key() != DEPLOYMENT_KEY
                && filter.lets_through(resource)
                && call.may(&format!("{}/read", type_of(resource)), &resource.scope)
        }));
        if !whole {
            break;
        }
    }
    let more = found.len() > size;
    found.truncate(size);
    let next_link = found
        .last()
        .filter(|_| more)
        .map(|last| call.next_link(last.scope.key()));
    let shown = found.iter().map(|resource| {
        let mut shown = to_wire(call, resource);
        if !is_collection {
            // A list of all types shows what they share.
            shown.properties = None;
            shown.etag = None;
            shown.system_data = None;
        }
        shown
    });
    let value = shown.collect();
    Ok(ok(&List { value, next_link }))
}

/// The action by which a group or resource itself is read.
fn read_of(scope: &Scope) -> String {
    match scope.resource_type() {
        Some(kind) => format!("{kind}/read"),
        None => "Microsoft.Resources/subscriptions/resourceGroups/read".to_owned(),
    }
}

fn type_of(resource: &Resource) -> String {
    resource.scope.resource_type().unwrap_or_default()
}

/// Refuses a type that isn't here.
fn kind_of(kind: &str, call: &Call) -> Result<Kept, ArmError> {
    let (namespace, name) = kind.split_once('/').unwrap_or((kind, ""));
    if find_provider(namespace).is_none() {
        return Err(unknown(namespace));
    }
    let no_type = || {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(128).collect();
        ArmError::NotFound(
            "InvalidResourceType",
            format!(
                "The resource type '{shown}' could not be found in the namespace '{namespace}' for api version '{}'.",
                call.query.get("api-version").unwrap_or_default()
            ),
        )
    };
    match find_type(kind).map(|(_, entry)| entry.kept) {
        Some(kept) if kept != Kept::Apart => Ok(kept),
        _ => Err(no_type()),
    }
}

/// GET and HEAD {resource}
pub async fn get(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    kind_of(&scope.resource_type().unwrap_or_default(), call)?;
    let resource = find(call, &scope).await?;
    let response = tagged(ok(&to_wire(call, &resource)), resource.version);
    // Of a workspace the older clients want the whole answer's head, and the generic ones 204.
    Ok(is_there(call, response))
}

/// PUT {resource}
pub async fn put(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let kept = kind_of(&scope.resource_type().unwrap_or_default(), call)?;
    let asked: wire::Resource = call.body()?;
    tags::check(asked.tags.as_ref().unwrap_or(&wire::Tags::new()))?;
    let putting = Putting::draw(call, kept);
    putting.require_linked(call, &authorized, &scope, &asked).await?;
    let conditions = call.conditions();
    let (resource, new) = call
        .change(&authorized, Event::ResourceWritten, move |tx| {
            putting.write(tx, (&scope, &asked), &conditions)
        })
        .await?;
    let shown = to_wire(call, &resource);
    let response = if new { created(&shown) } else { ok(&shown) };
    Ok(tagged(response, resource.version))
}

/// PATCH {resource}: tags, and what its type lets be changed.
pub async fn patch(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let kept = kind_of(&scope.resource_type().unwrap_or_default(), call)?;
    find(call, &scope).await?;
    let asked: wire::Resource = call.body()?;
    if let Some(tags) = &asked.tags {
        tags::check(tags)?;
    }
    let putting = Putting::draw(call, kept);
    putting.require_linked(call, &authorized, &scope, &asked).await?;
    let conditions = call.conditions();
    let resource = call
        .change(&authorized, Event::ResourceWritten, move |tx| {
            putting.patch(tx, (&scope, &asked), &conditions)
        })
        .await?;
    Ok(tagged(ok(&to_wire(call, &resource)), resource.version))
}

/// DELETE {resource}: with what is below it, and what decides on access to that.
pub async fn delete(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let kept = kind_of(&scope.resource_type().unwrap_or_default(), call)?;
    if kept == Kept::Compute {
        compute::check_delete(call.query.get("underlyingresourceaction"))?;
        // Here a client takes 204 for an error.
        find(call, &scope).await?;
    }
    let (tenant, conditions) = (call.tenant(), call.conditions());
    let was_there = call
        .change(&authorized, Event::ResourceDeleted, move |tx| {
            let Some(resource) = store::resource::find(tx, tenant, &scope)? else {
                return Ok(Ok(false));
            };
            if let Err(refusal) = precondition(&conditions, Some(resource.version)) {
                return Ok(Err(refusal));
            }
            forget_within(tx, tenant, &scope)?;
            Ok(Ok(store::resource::delete(tx, tenant, &scope)?))
        })
        .await?;
    Ok(bare(if was_there {
        StatusCode::OK
    } else {
        StatusCode::NO_CONTENT
    }))
}

/// A resource as it is shown.
pub fn to_wire(call: &Call, resource: &Resource) -> wire::Resource {
    let body = read_body(resource);
    let mut shown = wire::Resource {
        id: resource.scope.to_string(),
        name: resource.scope.name().to_owned(),
        kind: type_of(resource),
        location: resource.location.clone(),
        tags: Some(resource.tags.clone()),
        etag: Some(etag(resource.version)),
        ..body
    };
    if resource.type_key() == "microsoft.machinelearningservices/workspaces" {
        workspace::show_addresses(call, &mut shown);
    }
    shown
}
