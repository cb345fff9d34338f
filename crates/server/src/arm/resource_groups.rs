//! Resource groups.

use doorward_domain::arm::ResourceGroup;
use doorward_domain::audit::Event;
use doorward_names::{ResourceGroupName, Scope, SubscriptionId, TenantId};
use doorward_protocol::arm::{self as wire, List, PatchResourceGroup, ProvisioningState, PutResourceGroup};
use doorward_store::{self as store, QueryError, Tx, View};
use http::StatusCode;

use super::access::Authorized;
use super::call::{Call, bare, created, is_there, ok};
use super::catalogue::find_place;
use super::resources::forget::forget_within;
use super::{ArmError, tags};
use crate::http::Response;

const READ: &str = "Microsoft.Resources/subscriptions/resourceGroups/read";

/// Groups on a page, when nothing else is asked for.
const PAGE: usize = 500;

/// GET /subscriptions/{id}/resourceGroups: those that the caller may read.
pub async fn list(call: &Call, id: SubscriptionId) -> Result<Response, ArmError> {
    let wanted = call.query.get("$filter").map(read_filter).transpose()?;
    let size = call.query.top()?.unwrap_or(PAGE);
    let mut after = call.query.skip_token()?;
    let mut found: Vec<ResourceGroup> = Vec::new();
    // One more than a page, to know whether there is another.
    while found.len() <= size {
        let (tenant, from) = (call.tenant(), after.clone());
        let page = call
            .ctx
            .app
            .store
            .read(move |view| store::resource_group::page(view, (tenant, id), &from, PAGE))
            .await?;
        let Some(last) = page.last() else { break };
        after = last.name.folded();
        let whole = page.len() == PAGE;
        found.extend(page.into_iter().filter(|group| {
            // Whoever has a role on something in a group sees that it is there.
            (call.may(READ, &group.scope()) || call.holds_within(&group.scope()))
                && wanted.as_ref().is_none_or(|wanted| has_tag(group, wanted))
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
        .map(|last| call.next_link(&last.name.folded()));
    let value = found.iter().map(to_wire).collect();
    Ok(ok(&List { value, next_link }))
}

/// `tagName eq 'a'`, with `and tagValue eq 'b'` or without.
fn read_filter(text: &str) -> Result<(String, Option<String>), ArmError> {
    let invalid = || {
        ArmError::Invalid(
            "InvalidFilterInQueryString",
            "The filter of resource groups is tagName eq '{name}' [and tagValue eq '{value}'].".to_owned(),
        )
    };
    let value = |part: &str, field: &str| {
        let (name, value) = part.split_once(" eq ")?;
        let inner = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        name.trim()
            .eq_ignore_ascii_case(field)
            .then(|| inner.replace("''", "'"))
    };
    match text.split_once(" and ") {
        Some((name, tag)) => {
            let name = value(name, "tagName").ok_or_else(invalid)?;
            Ok((name, Some(value(tag, "tagValue").ok_or_else(invalid)?)))
        }
        None => Ok((value(text, "tagName").ok_or_else(invalid)?, None)),
    }
}

fn has_tag(group: &ResourceGroup, (name, value): &(String, Option<String>)) -> bool {
    group.tags.iter().any(|(tag, found)| {
        tag.to_lowercase() == name.to_lowercase() && value.as_ref().is_none_or(|value| value == found)
    })
}

/// GET and HEAD /subscriptions/{id}/resourceGroups/{name}
pub async fn get(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let key = parts(&scope)?;
    let tenant = call.tenant();
    let name = key.1.clone();
    let found = call
        .ctx
        .app
        .store
        .read(move |view| find(view, tenant, &key))
        .await?;
    let found = found.ok_or_else(|| ArmError::ResourceGroupNotFound(name.to_string()))?;
    Ok(is_there(call, ok(&to_wire(&found))))
}

/// PUT /subscriptions/{id}/resourceGroups/{name}
pub async fn put(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let asked: PutResourceGroup = call.body()?;
    let (subscription, name) = parts(&scope)?;
    let wanted = Wanted::read(call, (subscription, name), asked)?;
    let (group, new) = call
        .change(&authorized, Event::ResourceWritten, move |tx| wanted.write(tx))
        .await?;
    Ok(if new {
        created(&to_wire(&group))
    } else {
        ok(&to_wire(&group))
    })
}

/// A group that is to be there.
#[derive(Debug, Clone)]
pub struct Wanted(ResourceGroup);

impl Wanted {
    /// Reads what is asked for.
    pub fn read(
        call: &Call,
        (subscription, name): (SubscriptionId, ResourceGroupName),
        asked: PutResourceGroup,
    ) -> Result<Self, ArmError> {
        let tags = asked.tags.unwrap_or_default();
        tags::check(&tags)?;
        let location = asked
            .location
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| {
                ArmError::Invalid(
                    "LocationRequired",
                    "The location property is required for this definition.".to_owned(),
                )
            })?;
        let place =
            find_place(&location).ok_or_else(|| ArmError::no_such_place(&location, "resource group"))?;
        if asked
            .managed_by
            .as_ref()
            .is_some_and(|id| id.parse::<Scope>().is_err())
        {
            return Err(ArmError::InvalidRequest(
                "The property 'managedBy' is the id of a resource.".to_owned(),
            ));
        }
        Ok(Self(ResourceGroup {
            tenant: call.tenant(),
            subscription,
            name,
            location: place.name.to_owned(),
            tags,
            managed_by: asked.managed_by,
            created_at: call.ctx.now,
            changed_at: call.ctx.now,
        }))
    }

    /// Makes it, or changes the one that is there; says whether it is new.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<Result<(ResourceGroup, bool), ArmError>, QueryError> {
        let wanted = &self.0;
        let old = find(tx, wanted.tenant, &(wanted.subscription, wanted.name.clone()))?;
        let Some(old) = old else {
            store::resource_group::put(tx, wanted)?;
            return Ok(Ok((wanted.clone(), true)));
        };
        if old.location != wanted.location {
            return Ok(Err(ArmError::Conflict(
                "InvalidResourceGroupLocation",
                format!(
                    "Invalid resource group location '{}'. The Resource group already exists in location '{}'.",
                    wanted.location, old.location
                ),
            )));
        }
        let changed = ResourceGroup {
            name: old.name,
            created_at: old.created_at,
            ..wanted.clone()
        };
        store::resource_group::put(tx, &changed)?;
        Ok(Ok((changed, false)))
    }
}

/// PATCH /subscriptions/{id}/resourceGroups/{name}
pub async fn patch(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let asked: PatchResourceGroup = call.body()?;
    let key = parts(&scope)?;
    if let Some(tags) = &asked.tags {
        tags::check(tags)?;
    }
    let (tenant, now) = (call.tenant(), call.ctx.now);
    let group = call
        .change(&authorized, Event::ResourceWritten, move |tx| {
            let Some(mut group) = find(tx, tenant, &key)? else {
                return Ok(Err(ArmError::ResourceGroupNotFound(key.1.to_string())));
            };
            if let Some(tags) = &asked.tags {
                group.tags = tags.clone();
                group.changed_at = now;
                store::resource_group::put(tx, &group)?;
            }
            Ok(Ok(group))
        })
        .await?;
    Ok(ok(&to_wire(&group)))
}

/// DELETE /subscriptions/{id}/resourceGroups/{name}: with everything in it, and what decides on access to that.
pub async fn delete(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let key = parts(&scope)?;
    let tenant = call.tenant();
    call.change(&authorized, Event::ResourceDeleted, move |tx| {
        let Some(group) = find(tx, tenant, &key)? else {
            return Ok(Err(ArmError::ResourceGroupNotFound(key.1.to_string())));
        };
        let scope = group.scope();
        forget_within(tx, tenant, &scope)?;
        store::resource::delete_within(tx, tenant, &scope)?;
        store::resource_group::delete(tx, (tenant, key.0), &key.1)?;
        Ok(Ok(()))
    })
    .await?;
    Ok(bare(StatusCode::OK))
}

fn parts(scope: &Scope) -> Result<(SubscriptionId, ResourceGroupName), ArmError> {
    scope
        .subscription_id()
        .zip(scope.resource_group_name())
        .ok_or(ArmError::NotServed)
}

/// The group of that subscription and name.
pub fn find(
    view: &View<'_>,
    tenant: TenantId,
    (subscription, name): &(SubscriptionId, ResourceGroupName),
) -> Result<Option<ResourceGroup>, QueryError> {
    store::resource_group::find(view, (tenant, *subscription), name)
}

fn to_wire(group: &ResourceGroup) -> wire::ResourceGroup {
    wire::ResourceGroup {
        id: group.scope().to_string(),
        name: group.name.to_string(),
        kind: "Microsoft.Resources/resourceGroups".to_owned(),
        location: group.location.clone(),
        managed_by: group.managed_by.clone(),
        tags: Some(group.tags.clone()),
        properties: ProvisioningState::succeeded(),
    }
}
