//! Functions about where a deployment goes, and the ids of resources.
//!
//! An id is a text that is put together; whether there is such a resource, nobody asks.

use serde_json::json;
use std::rc::Rc;

use super::super::TemplateError;
use super::{Answer, Arguments};
use doorward_names::SubscriptionId;

/// `resourceGroup()`. Of a group that isn't the deployment's own, only what follows from its name is known.
pub(super) fn resource_group(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(0..=0)?;
    let place = &arguments.evaluation.frame.place;
    let Some(group) = &place.group else {
        return Err(TemplateError::Misplaced("resourceGroup".to_owned()));
    };
    let mut value = json!({
        "id": place.scope().as_str(),
        "name": group.name.as_str(),
        "type": "Microsoft.Resources/resourceGroups",
        "properties": {"provisioningState": "Succeeded"},
    });
    if let (Some((location, tags)), Some(map)) = (&group.known, value.as_object_mut()) {
        map.insert("location".to_owned(), json!(location));
        map.insert("tags".to_owned(), json!(tags));
    }
    arguments.budget().measure(&value)?;
    Ok(Rc::new(value))
}

/// `subscription()`
pub(super) fn subscription(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(0..=0)?;
    let context = arguments.evaluation.world.context;
    let value = json!({
        "id": format!("/subscriptions/{}", context.subscription),
        "subscriptionId": context.subscription.to_string(),
        "tenantId": context.tenant.to_string(),
        "displayName": context.subscription_name,
    });
    arguments.budget().measure(&value)?;
    Ok(Rc::new(value))
}

/// `tenant()`
pub(super) fn tenant(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(0..=0)?;
    let tenant = arguments.evaluation.world.context.tenant;
    let value = json!({
        "id": format!("/tenants/{tenant}"),
        "tenantId": tenant.to_string(),
    });
    arguments.budget().measure(&value)?;
    Ok(Rc::new(value))
}

/// `deployment()`: its name and, for a subscription's, where it is kept.
pub(super) fn deployment(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(0..=0)?;
    let frame = arguments.evaluation.frame;
    let value = match &frame.location {
        Some(location) => json!({"name": frame.deployment, "location": location}),
        None => json!({"name": frame.deployment}),
    };
    arguments.budget().measure(&value)?;
    Ok(Rc::new(value))
}

/// A type and names by turns: `Microsoft.X/a/b` and `[n, m]` give `Microsoft.X/a/n/b/m`. None when the numbers differ.
pub(in super::super) fn interleave(kind: &str, names: &[&str]) -> Option<String> {
    let mut words = kind.split('/');
    let mut path = words.next()?.to_owned();
    let mut names = names.iter();
    for word in words {
        path.push('/');
        path.push_str(word);
        path.push('/');
        path.push_str(names.next()?);
    }
    match names.next() {
        None if path.contains('/') => Some(path),
        _ => None,
    }
}

/// `{base}/providers/{type and names by turns}`, of the arguments from one on.
fn id(arguments: &Arguments<'_, '_, '_>, base: &str, from: usize) -> Answer {
    let texts = arguments.texts(from)?;
    let Some((kind, names)) = texts.split_first() else {
        return Err(arguments.fail("a resource type is missing"));
    };
    let kind = kind.trim_end_matches('/');
    match interleave(kind, names) {
        Some(path) => arguments.made(format!("{base}/providers/{path}")),
        None => Err(arguments.fail(format!(
            "the type '{kind}' requires '{}' resource name argument(s) while '{}' were provided",
            kind.matches('/').count(),
            names.len()
        ))),
    }
}

/// Which argument is the type: the first with a slash, of at most three.
fn type_at(arguments: &Arguments<'_, '_, '_>, most: usize) -> Result<usize, TemplateError> {
    for at in 0..=most {
        if arguments.values.get(at).is_some() && arguments.text(at)?.contains('/') {
            return Ok(at);
        }
    }
    Err(arguments
        .fail("none of the first arguments is a resource type, as 'Microsoft.Storage/storageAccounts'"))
}

/// `resourceId([subscription,] [group,] type, name, …)`. A single argument before the type is a subscription when it is a
/// UUID.
pub(super) fn resource_id(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=usize::MAX)?;
    let place = &arguments.evaluation.frame.place;
    let own = || place.group.as_ref().map(|group| group.name.as_str());
    let at = type_at(arguments, 2)?;
    let (subscription, group) = match at {
        0 => (None, own()),
        1 => match arguments.text(0)? {
            text if text.parse::<SubscriptionId>().is_ok() => (Some(text), own()),
            text => (None, Some(text)),
        },
        _ => (Some(arguments.text(0)?), Some(arguments.text(1)?)),
    };
    let subscription = subscription.map_or_else(|| place.subscription.to_string(), str::to_owned);
    let base = match group {
        Some(group) => format!("/subscriptions/{subscription}/resourceGroups/{group}"),
        None => format!("/subscriptions/{subscription}"),
    };
    id(arguments, &base, at)
}

/// `subscriptionResourceId([subscription,] type, name, …)`
pub(super) fn subscription_resource_id(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=usize::MAX)?;
    let at = type_at(arguments, 1)?;
    let subscription = match at {
        0 => arguments.evaluation.frame.place.subscription.to_string(),
        _ => arguments.text(0)?.to_owned(),
    };
    id(arguments, &format!("/subscriptions/{subscription}"), at)
}

/// `tenantResourceId(type, name, …)`
pub(super) fn tenant_resource_id(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=usize::MAX)?;
    id(arguments, "", 0)
}

/// `extensionResourceId(id, type, name, …)`
pub(super) fn extension_resource_id(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(3..=usize::MAX)?;
    id(arguments, arguments.text(0)?.trim_end_matches('/'), 1)
}
