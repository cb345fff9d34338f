//! Resources of any type: lists of them, and each by its id. What a type makes of what is put stands in `record.rs` and
//! `workspace/`.

use doorward_domain::arm::Resource;
use doorward_domain::audit::Event;
use doorward_names::{ObjectId, Scope, ScopeKind, TenantId};
use doorward_protocol::arm::{self as wire, List};
use doorward_protocol::odata::{FilterExpr, Literal};
use doorward_store::{self as store, QueryError, Tx, View};
use http::StatusCode;

use super::access::Authorized;
use super::call::{Call, bare, created, ok, precondition, tagged};
use super::catalogue::{Kept, find_type};
use super::providers::unknown;
use super::routes::is_there;
use super::write::{Putting, read_body};
use super::{ArmError, tags, workspace};
use crate::http::Response;

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
    there(call, &scope).await?;
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
            resource.type_key() != super::deployments::TYPE_KEY
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

fn type_of(resource: &Resource) -> String {
    resource.scope.resource_type().unwrap_or_default()
}

/// Refuses a list of a group or resource that isn't there.
async fn there(call: &Call, scope: &Scope) -> Result<(), ArmError> {
    let (tenant, at) = (call.tenant(), scope.clone());
    call.ctx
        .app
        .store
        .read(move |view| check_there(view, tenant, &at))
        .await?
}

/// Refuses a group or resource that isn't there; subscriptions are looked for elsewhere.
pub fn check_there(
    view: &View<'_>,
    tenant: TenantId,
    scope: &Scope,
) -> Result<Result<(), ArmError>, QueryError> {
    Ok(
        match (scope.kind(), scope.subscription_id(), scope.resource_group_name()) {
            (ScopeKind::ResourceGroup, Some(id), Some(name)) => {
                let found = store::resource_group::find(view, (tenant, id), &name)?;
                found
                    .map(|_| ())
                    .ok_or_else(|| ArmError::ResourceGroupNotFound(name.to_string()))
            }
            (ScopeKind::Resource, ..) => {
                let found = store::resource::find(view, tenant, scope)?;
                found
                    .map(|_| ())
                    .ok_or_else(|| ArmError::ResourceNotFound(scope.clone()))
            }
            (ScopeKind::ManagementGroup, ..) => {
                let key = scope.name().to_lowercase();
                let found =
                    key == tenant.to_string() || store::management_group::find(view, tenant, &key)?.is_some();
                match found {
                    true => Ok(()),
                    false => Err(ArmError::NotFound("NotFound", format!("'{scope}' not found"))),
                }
            }
            _ => Ok(()),
        },
    )
}

/// Refuses a type that isn't here.
fn kind_of(kind: &str, call: &Call) -> Result<Kept, ArmError> {
    let (namespace, name) = kind.split_once('/').unwrap_or((kind, ""));
    if super::catalogue::find_provider(namespace).is_none() {
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

/// Which resources are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Filter {
    kind: Option<String>,
    name: Option<String>,
    location: Option<String>,
    group: Option<String>,
    tag: Option<(String, Option<String>)>,
    name_part: Option<String>,
    group_part: Option<String>,
}

impl Filter {
    fn lets_through(&self, resource: &Resource) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.to_lowercase() == found.to_lowercase())
        };
        let holds = |wanted: &Option<String>, found: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| found.to_lowercase().contains(wanted))
        };
        let group = resource.scope.resource_group_name().map(|name| name.to_string());
        holds(&self.name_part, resource.scope.name())
            && holds(&self.group_part, group.as_deref().unwrap_or_default())
            && same(&self.name, resource.scope.name())
            && same(&self.location, resource.location.as_deref().unwrap_or_default())
            && same(&self.group, &group.unwrap_or_default())
            && self.tag.as_ref().is_none_or(|(name, value)| {
                resource.tags.iter().any(|(tag, found)| {
                    tag.to_lowercase() == name.to_lowercase()
                        && value.as_ref().is_none_or(|value| value == found)
                })
            })
    }
}

/// Equalities and `substringof('part', name)` joined by `and`: of `resourceType`, `name`, `location`, `resourceGroup`, or `tagName` with `tagValue`.
fn read_filter(text: &str) -> Result<Filter, ArmError> {
    let invalid = || {
        ArmError::Invalid(
            "InvalidFilterInQueryString",
            "The filter of resources holds equalities of resourceType, name, location, resourceGroup, tagName and \
             tagValue, joined by 'and'."
                .to_owned(),
        )
    };
    if let Some((part, field)) = substring_of(text) {
        return match field.to_ascii_lowercase().as_str() {
            "name" => Ok(Filter {
                name_part: Some(part),
                ..Filter::default()
            }),
            "resourcegroup" => Ok(Filter {
                group_part: Some(part),
                ..Filter::default()
            }),
            _ => Err(invalid()),
        };
    }
    let parts = match text.parse::<FilterExpr>().map_err(|_| invalid())? {
        FilterExpr::And(parts) => parts,
        one => vec![one],
    };
    let (mut filter, mut tag_value) = (Filter::default(), None);
    for part in parts {
        let FilterExpr::Eq(field, Literal::Text(value)) = part else {
            return Err(invalid());
        };
        let slot = match field.single().map(str::to_ascii_lowercase).as_deref() {
            Some("resourcetype") => &mut filter.kind,
            Some("name") => &mut filter.name,
            Some("location") => &mut filter.location,
            Some("resourcegroup") => &mut filter.group,
            Some("tagname") => {
                filter.tag = Some((value, None));
                continue;
            }
            Some("tagvalue") => &mut tag_value,
            _ => return Err(invalid()),
        };
        if slot.replace(value).is_some() {
            return Err(invalid());
        }
    }
    match (&mut filter.tag, tag_value) {
        (Some(tag), value) => tag.1 = value,
        (None, Some(_)) => return Err(invalid()),
        (None, None) => {}
    }
    Ok(filter)
}

/// `substringof('part', field)`, by itself.
fn substring_of(text: &str) -> Option<(String, String)> {
    let inner = text.trim().strip_prefix("substringof(")?.strip_suffix(')')?;
    let (part, field) = inner.rsplit_once(',')?;
    let part = part.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some((part.replace("''", "'").to_lowercase(), field.trim().to_owned()))
}

/// GET and HEAD {resource}
pub async fn get(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    kind_of(&scope.resource_type().unwrap_or_default(), call)?;
    let resource = find(call, &scope).await?;
    let response = tagged(ok(&to_wire(call, &resource)), resource.version);
    // Of a workspace the older clients want the whole answer's head, and the generic ones 204.
    Ok(is_there(call, response))
}

/// The resource, or that it or its group isn't there.
pub async fn find(call: &Call, scope: &Scope) -> Result<Resource, ArmError> {
    if let (Some(_), Some(_)) = (scope.subscription_id(), scope.resource_group_name()) {
        let mut group = scope.clone();
        while group.kind() != ScopeKind::ResourceGroup {
            group = group.parent().ok_or(ArmError::NotServed)?;
        }
        there(call, &group).await?;
    }
    let (tenant, at) = (call.tenant(), scope.clone());
    let found = call
        .ctx
        .app
        .store
        .read(move |view| store::resource::find(view, tenant, &at))
        .await?;
    found.ok_or_else(|| ArmError::ResourceNotFound(scope.clone()))
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
        workspace::compute::check_delete(call)?;
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

/// Forgets what hangs on a scope and on everything below it, before that is deleted: role assignments, so that nobody has
/// them at another thing of the same name, and the identities of resources.
pub fn forget_within(tx: &mut Tx<'_>, tenant: TenantId, scope: &Scope) -> Result<(), QueryError> {
    let mut assignments = store::access_assignment::at(tx, tenant, scope)?;
    assignments.extend(store::access_assignment::below(tx, tenant, scope)?);
    let within = store::resource::Within {
        scope,
        type_key: None,
        after: "",
        limit: usize::MAX,
    };
    let mut resources = store::resource::page(tx, tenant, &within)?;
    resources.extend(store::resource::find(tx, tenant, scope)?);
    for id in resources.iter().filter_map(principal_of) {
        assignments.extend(store::access_assignment::of(tx, tenant, id)?);
        store::service_principal::delete(tx, tenant, id)?;
    }
    for assignment in assignments {
        store::access_assignment::delete(tx, tenant, assignment.id)?;
    }
    Ok(())
}

/// The object id of a resource's own identity.
pub fn principal_of(resource: &Resource) -> Option<ObjectId> {
    read_body(resource).identity?.principal_id?.parse().ok()
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
        etag: Some(super::call::etag(resource.version)),
        ..body
    };
    if resource.type_key() == "microsoft.machinelearningservices/workspaces" {
        workspace::shape::show_addresses(call, &mut shown);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let filter =
            read_filter("resourceType eq 'Microsoft.X/y' and tagName eq 'a' and tagValue eq 'b'").unwrap();
        assert_eq!(filter.kind.as_deref(), Some("Microsoft.X/y"));
        assert_eq!(filter.tag, Some(("a".to_owned(), Some("b".to_owned()))));
        for bad in [
            "tagValue eq 'b'",
            "name eq 'a' and name eq 'b'",
            "name ne 'a'",
            "startswith(name,'a')",
            "plan eq 'x'",
            "",
        ] {
            assert!(read_filter(bad).is_err(), "{bad}");
        }
    }
}
