//! Tags, of groups and resources, by their own right.

use doorward_domain::arm::Tags;
use doorward_domain::audit::Event;
use doorward_names::{Scope, ScopeKind, SubscriptionId, TenantId, Timestamp};
use doorward_protocol::arm::{List, TagsProperties, TagsResource};
use doorward_protocol::paths::ArmPath;
use doorward_store::{self as store, QueryError, Tx, View};
use http::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;

use super::ArmError;
use super::access::Authorized;
use super::call::{Call, bare, ok, precondition};
use crate::http::Response;

/// Tags on one thing at most.
const MAX_TAGS: usize = 50;

/// Refuses what can't be tags: Azure's limits on their number, names and values.
pub fn check(tags: &Tags) -> Result<(), ArmError> {
    let invalid = |text: String| Err(ArmError::Invalid("InvalidTagNameCharacters", text));
    if tags.len() > MAX_TAGS {
        return Err(ArmError::Invalid(
            "TooManyTags",
            format!(
                "The number of tags is {}; at most {MAX_TAGS} are allowed.",
                tags.len()
            ),
        ));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (name, value) in tags {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        if name.is_empty() || name.chars().count() > 512 || value.chars().count() > 256 {
            return invalid(format!(
                "The tag '{shown}' is too long or empty: names have 1 to 512 characters, values at most 256."
            ));
        }
        if name.chars().any(|c| c.is_control() || "<>%&\\?/".contains(c))
            || value.chars().any(char::is_control)
        {
            return invalid(format!(
                "The tag '{shown}' holds a character that it can't: control characters, and in its name <>%&\\?/."
            ));
        }
        if !seen.insert(name.to_lowercase()) {
            return invalid(format!("The tag '{shown}' is there more than once."));
        }
    }
    Ok(())
}

/// GET {scope}/providers/Microsoft.Resources/tags/default
pub async fn get(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let (tenant, at) = (call.tenant(), scope.clone());
    let found = call
        .ctx
        .app
        .store
        .read(move |view| find(view, tenant, &at))
        .await?;
    Ok(ok(&to_wire(&scope, found.ok_or_else(|| missing(&scope))?)))
}

/// PUT {scope}/providers/Microsoft.Resources/tags/default
pub async fn put(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let asked: TagsResource = call.body()?;
    change(call, scope, authorized, Operation::Replace, asked.properties.tags).await
}

/// PATCH {scope}/providers/Microsoft.Resources/tags/default
pub async fn patch(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    let asked: TagsResource = call.body()?;
    let word = asked.operation.unwrap_or_default();
    let operation = match word.to_ascii_lowercase().as_str() {
        "merge" => Operation::Merge,
        "replace" => Operation::Replace,
        "delete" => Operation::Delete,
        _ => {
            return Err(ArmError::InvalidRequest(
                "The property 'operation' is one of 'Merge', 'Replace' and 'Delete'.".to_owned(),
            ));
        }
    };
    change(call, scope, authorized, operation, asked.properties.tags).await
}

/// DELETE {scope}/providers/Microsoft.Resources/tags/default
pub async fn delete(call: &Call, scope: Scope, authorized: Authorized) -> Result<Response, ArmError> {
    change(call, scope, authorized, Operation::Replace, Tags::new()).await?;
    Ok(bare(StatusCode::OK))
}

/// GET /subscriptions/{id}/tagNames: the names in use on what the caller may read.
pub async fn names(call: &Call, id: SubscriptionId) -> Result<Response, ArmError> {
    let tenant = call.tenant();
    let found = call
        .ctx
        .app
        .store
        .read(move |view| {
            let scope = Scope::subscription(id);
            let within = store::resource::Within {
                scope: &scope,
                type_key: None,
                after: "",
                limit: 10_000,
            };
            let groups = store::resource_group::page(view, (tenant, id), "", 10_000)?;
            let resources = store::resource::page(view, tenant, &within)?;
            let groups = groups.into_iter().map(|group| (group.scope(), group.tags));
            let resources = resources
                .into_iter()
                .map(|resource| (resource.scope, resource.tags));
            Ok::<_, QueryError>(groups.chain(resources).collect::<Vec<_>>())
        })
        .await?;
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (scope, tags) in found {
        if call.may("Microsoft.Resources/tags/read", &scope) {
            for (name, value) in tags {
                *counts.entry(name).or_default().entry(value).or_default() += 1;
            }
        }
    }
    let all = counts.into_iter().map(|(name, values)| {
        let base = format!("{}/{name}", ArmPath::TagNames(id));
        let count = |value: usize| json!({"type": "Total", "value": value});
        json!({
            "id": base,
            "tagName": name,
            "count": count(values.values().sum()),
            "values": values.iter().map(|(value, times)| json!({
                "id": format!("{base}/tagValues/{value}"), "tagValue": value, "count": count(*times),
            })).collect::<Vec<_>>(),
        })
    });
    Ok(ok(&List::from(all.collect::<Vec<_>>())))
}

#[derive(Debug, Clone, Copy)]
enum Operation {
    Merge,
    Replace,
    Delete,
}

fn combined(old: Tags, operation: Operation, asked: &Tags) -> Tags {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    match operation {
        Operation::Replace => asked.clone(),
        Operation::Merge => {
            let kept = old
                .into_iter()
                .filter(|(name, _)| !asked.keys().any(|other| same(name, other)));
            kept.chain(asked.clone()).collect()
        }
        Operation::Delete => old
            .into_iter()
            .filter(|(name, value)| {
                !asked
                    .iter()
                    .any(|(other, wanted)| same(name, other) && value == wanted)
            })
            .collect(),
    }
}

async fn change(
    call: &Call,
    scope: Scope,
    authorized: Authorized,
    operation: Operation,
    asked: Tags,
) -> Result<Response, ArmError> {
    check(&asked)?;
    let (tenant, now, at) = (call.tenant(), call.ctx.now, scope.clone());
    let conditions = call.conditions();
    let tags = call
        .change(&authorized, Event::ResourceWritten, move |tx| {
            let Some(old) = find(tx, tenant, &at)? else {
                return Ok(Err(missing(&at)));
            };
            // Groups have no entity tag.
            if at.kind() == ScopeKind::Resource {
                let there = store::resource::find(tx, tenant, &at)?;
                if let Err(refusal) = precondition(&conditions, there.map(|there| there.version)) {
                    return Ok(Err(refusal));
                }
            }
            let new = combined(old, operation, &asked);
            if let Err(refusal) = check(&new) {
                return Ok(Err(refusal));
            }
            save(tx, (tenant, now), &at, &new)?;
            Ok(Ok(new))
        })
        .await?;
    Ok(ok(&to_wire(&scope, tags)))
}

fn find(view: &View<'_>, tenant: TenantId, scope: &Scope) -> Result<Option<Tags>, QueryError> {
    match (scope.kind(), scope.subscription_id(), scope.resource_group_name()) {
        (ScopeKind::ResourceGroup, Some(id), Some(name)) => {
            let found = store::resource_group::find(view, (tenant, id), &name)?;
            Ok(found.map(|group| group.tags))
        }
        (ScopeKind::Resource, ..) => Ok(store::resource::find(view, tenant, scope)?.map(|found| found.tags)),
        _ => Ok(None),
    }
}

fn save(
    tx: &mut Tx<'_>,
    (tenant, now): (TenantId, Timestamp),
    scope: &Scope,
    tags: &Tags,
) -> Result<(), QueryError> {
    if let (ScopeKind::ResourceGroup, Some(id), Some(name)) =
        (scope.kind(), scope.subscription_id(), scope.resource_group_name())
    {
        if let Some(mut group) = store::resource_group::find(tx, (tenant, id), &name)? {
            group.tags = tags.clone();
            group.changed_at = now;
            store::resource_group::put(tx, &group)?;
        }
    } else if let Some(mut resource) = store::resource::find(tx, tenant, scope)? {
        resource.tags = tags.clone();
        resource.changed_at = now;
        resource.version += 1;
        store::resource::update(tx, &resource)?;
    }
    Ok(())
}

fn missing(scope: &Scope) -> ArmError {
    match (scope.kind(), scope.resource_group_name()) {
        (ScopeKind::ResourceGroup, Some(name)) => ArmError::ResourceGroupNotFound(name.to_string()),
        (ScopeKind::Resource, _) => ArmError::ResourceNotFound(scope.clone()),
        _ => {
            ArmError::InvalidRequest("Tags of a subscription or management group are not served.".to_owned())
        }
    }
}

fn to_wire(scope: &Scope, tags: Tags) -> TagsResource {
    TagsResource {
        id: ArmPath::Tags(scope.clone()).to_string(),
        name: "default".to_owned(),
        kind: "Microsoft.Resources/tags".to_owned(),
        operation: None,
        properties: TagsProperties { tags },
    }
}
