//! Management groups: what is above subscriptions. The tenant's root group is named by the tenant's id, is always there,
//! and holds whatever is in no other group.

use doorward_domain::arm::ManagementGroup;
use doorward_domain::audit::Event;
use doorward_domain::rbac::Index;
use doorward_names::{Scope, ScopeKind, SubscriptionId};
use doorward_protocol::arm::{
    Descendant, DescendantProperties, List, ManagementGroupChild, ManagementGroupDetails, ParentGroup,
    PutManagementGroup,
};
use doorward_protocol::paths::ArmPath;
use doorward_store as store;
use http::StatusCode;
use serde_json::json;

mod tree;

use super::ArmError;
use super::call::{Call, bare, ok};
use super::role_changes::{Change, change};
use super::subscriptions;
use crate::http::Response;
use tree::{TYPE, Tree, depth, height, id_of};

const READ: &str = "Microsoft.Management/managementGroups/read";
const WRITE: &str = "Microsoft.Management/managementGroups/write";
const PLACE: &str = "Microsoft.Management/managementGroups/subscriptions/write";
const TAKE_OUT: &str = "Microsoft.Management/managementGroups/subscriptions/delete";
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// Levels below the root group at most.
const MAX_DEPTH: usize = 6;

fn key_of(scope: &Scope) -> String {
    scope.name().to_lowercase()
}

fn missing(scope: &Scope) -> ArmError {
    ArmError::NotFound("NotFound", format!("'{scope}' not found"))
}

/// GET /providers/Microsoft.Management/managementGroups: those in which the caller has any role.
pub async fn list(call: &Call) -> Result<Response, ArmError> {
    let tree = Tree::load(call).await?;
    let keys =
        std::iter::once(tree.root_key()).chain(tree.groups.iter().map(|group| group.name.to_lowercase()));
    let seen = keys.filter(|key| {
        Scope::management_group(key).is_ok_and(|scope| call.may(READ, &scope) || call.reaches(&scope))
    });
    let all: Vec<_> = seen.map(|key| tree.to_wire(&key)).collect();
    Ok(ok(&List::from(all)))
}

/// GET /providers/Microsoft.Management/managementGroups/{name}
pub async fn get(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let tree = Tree::load(call).await?;
    let key = key_of(&scope);
    if !tree.exists(&key) {
        return Err(missing(&scope));
    }
    let mut shown = tree.to_wire(&key);
    shown.properties.details = Some(ManagementGroupDetails {
        version: 1,
        parent: tree.parent(&key),
    });
    if call
        .query
        .get("$expand")
        .is_some_and(|what| what.eq_ignore_ascii_case("children"))
    {
        let groups = tree.children(&key).map(|group| ManagementGroupChild {
            kind: TYPE.to_owned(),
            id: id_of(&group.name),
            name: group.name.clone(),
            display_name: group.display_name.clone(),
        });
        let known = subscriptions::of(call).await?;
        let placed: Vec<_> = tree.subscriptions(&key).collect();
        let subscriptions =
            known
                .iter()
                .filter(|each| placed.contains(&each.id))
                .map(|each| ManagementGroupChild {
                    kind: "/subscriptions".to_owned(),
                    id: ArmPath::Subscription(each.id).to_string(),
                    name: each.id.to_string(),
                    display_name: each.display_name.as_str().to_owned(),
                });
        shown.properties.children = Some(groups.chain(subscriptions).collect());
    }
    Ok(ok(&shown))
}

/// PUT and PATCH /providers/Microsoft.Management/managementGroups/{name}
pub async fn put(call: &Call, scope: Scope, whole: bool) -> Result<Response, ArmError> {
    let asked = call
        .body_or_default::<PutManagementGroup>()?
        .properties
        .unwrap_or_default();
    let tree = Tree::load(call).await?;
    let key = key_of(&scope);
    let old = tree.find(&key).cloned();
    let asked_parent = asked
        .details
        .and_then(|details| details.parent)
        .map(|parent| parent.id);
    let parent_key = match asked_parent.as_deref() {
        Some(id) => {
            let parent: Option<Scope> = id.parse().ok().or_else(|| Scope::management_group(id).ok());
            let parent = parent.filter(|scope| scope.kind() == ScopeKind::ManagementGroup);
            let parent = parent
                .ok_or_else(|| ArmError::InvalidRequest("The parent is no management group.".into()))?;
            key_of(&parent)
        }
        None => old
            .as_ref()
            .map_or_else(|| tree.root_key(), |group| group.parent_key.clone()),
    };
    let parent = Scope::management_group(&parent_key)
        .map_err(|_| ArmError::InvalidRequest("The parent is no management group.".to_owned()))?;
    // One that is there is changed by its own right; one that isn't, by its parent's.
    let authorized = match old {
        Some(_) => call.require(WRITE, &scope).await?,
        None if call.may(WRITE, &parent) => call.require(WRITE, &parent).await?,
        // Refused as it would be were it there.
        None => call.require(WRITE, &scope).await?,
    };
    if key == tree.root_key() {
        return Err(ArmError::InvalidRequest(
            "The tenant's root management group stays as it is.".to_owned(),
        ));
    }
    if old.is_none() && !whole {
        return Err(missing(&scope));
    }
    if let Some(old) = old.as_ref().filter(|old| old.parent_key != parent_key) {
        // Whoever moves a group moves what roles reach into it, and takes it from those above.
        call.require_linked(&authorized, WRITE, &parent).await?;
        call.require_linked(&authorized, ASSIGN, &scope).await?;
        if old.parent_key != tree.root_key()
            && let Ok(from) = Scope::management_group(&old.parent_key)
        {
            call.require_linked(&authorized, WRITE, &from).await?;
        }
    }
    let name = old
        .as_ref()
        .map_or_else(|| scope.name().to_owned(), |group| group.name.clone());
    let display_name = asked.display_name.filter(|text| !text.trim().is_empty());
    let display_name = display_name.or_else(|| old.as_ref().map(|group| group.display_name.clone()));
    let display_name = display_name.unwrap_or_else(|| name.clone());
    if display_name.chars().count() > 256 || display_name.chars().any(char::is_control) {
        return Err(ArmError::InvalidRequest(
            "The display name has at most 256 characters, and no control characters.".to_owned(),
        ));
    }
    let group = ManagementGroup {
        tenant: call.tenant(),
        name,
        display_name,
        parent_key: parent_key.clone(),
        created_at: old.as_ref().map_or(call.ctx.now, |group| group.created_at),
        updated_at: call.ctx.now,
        updated_by: Some(call.caller.id()),
    };
    let root = tree.root_key();
    let (own, own_key) = (parent.clone(), key.clone());
    let decide = move |index: &Index| fits(index, (&own_key, &own), &root);
    let (new, before) = (group.clone(), old.map(|group| group.parent_key));
    let apply = move |tx: &mut store::Tx<'_>, (): &()| {
        let there = store::management_group::find(tx, new.tenant, &key)?;
        if there.map(|group| group.parent_key) != before {
            return Ok(Err(moved()));
        }
        let all = store::management_group::list(tx, new.tenant)?;
        if depth(&all, &new.parent_key) + height(&all, &key) >= MAX_DEPTH {
            return Ok(Err(too_deep()));
        }
        store::management_group::put(tx, &new)?;
        Ok(Ok(()))
    };
    let about = format!("management group {} in {parent_key}", group.name);
    let what = Change {
        authorized: &authorized,
        event: Event::ResourceWritten,
        about: &about,
    };
    change(call, what, decide, apply).await?;
    let tree = Tree::load(call).await?;
    let key = key_of(&scope);
    let mut shown = tree.to_wire(&key);
    shown.properties.details = Some(ManagementGroupDetails {
        version: 1,
        parent: tree.parent(&key),
    });
    Ok(ok(&shown))
}

/// The refusal of a change that was allowed where the thing isn't any more.
fn moved() -> ArmError {
    ArmError::Conflict(
        "Conflict",
        "Somebody else has made or moved it meanwhile: try again.".to_owned(),
    )
}

fn too_deep() -> ArmError {
    ArmError::InvalidRequest(format!(
        "Management groups are at most {MAX_DEPTH} levels deep below the root group."
    ))
}

/// Refuses a parent that isn't there, that is below the group itself, or that is too deep.
fn fits(index: &Index, (key, parent): (&str, &Scope), root: &str) -> Result<(), ArmError> {
    let above = index.ancestors(parent);
    let name = |key: &String| key.rsplit('/').next().unwrap_or_default().to_owned();
    let line: Vec<String> = above.iter().filter(|key| key.as_str() != "/").map(name).collect();
    if !line.iter().any(|name| name == root) {
        return Err(missing(parent));
    }
    if line.iter().any(|name| name == key) {
        return Err(ArmError::InvalidRequest(
            "A management group can't be below itself.".to_owned(),
        ));
    }
    if line.len() > MAX_DEPTH {
        return Err(too_deep());
    }
    Ok(())
}

/// DELETE /providers/Microsoft.Management/managementGroups/{name}
pub async fn delete(
    call: &Call,
    scope: Scope,
    authorized: super::access::Authorized,
) -> Result<Response, ArmError> {
    let key = key_of(&scope);
    let tree = Tree::load(call).await?;
    if key == tree.root_key() {
        return Err(ArmError::InvalidRequest(
            "The tenant's root management group can't be deleted.".to_owned(),
        ));
    }
    if tree.find(&key).is_none() {
        return Ok(bare(StatusCode::NO_CONTENT));
    }
    let (tenant, at) = (call.tenant(), scope.clone());
    let apply = move |tx: &mut store::Tx<'_>, (): &()| {
        let groups = store::management_group::list(tx, tenant)?;
        let placed = store::management_group::placements(tx, tenant)?;
        if groups.iter().any(|group| group.parent_key == key)
            || placed.iter().any(|(_, g)| g.as_ref() == Some(&key))
        {
            return Ok(Err(ArmError::InvalidRequest(
                "The management group holds groups or subscriptions: move them elsewhere first.".to_owned(),
            )));
        }
        for assignment in store::access_assignment::at(tx, tenant, &at)? {
            store::access_assignment::delete(tx, tenant, assignment.id)?;
        }
        store::management_group::delete(tx, tenant, &key)?;
        Ok(Ok(()))
    };
    let what = Change {
        authorized: &authorized,
        event: Event::ResourceDeleted,
        about: "",
    };
    change(call, what, |_| Ok(()), apply).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

/// GET {management group}/descendants
pub async fn descendants(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let tree = Tree::load(call).await?;
    let key = key_of(&scope);
    if !tree.exists(&key) {
        return Err(missing(&scope));
    }
    let known = subscriptions::of(call).await?;
    let (mut found, mut waiting) = (Vec::new(), vec![key]);
    while let Some(key) = waiting.pop() {
        let parent = ParentGroup {
            id: tree.named(&key).id,
            name: None,
            display_name: None,
        };
        for group in tree.children(&key) {
            waiting.push(group.name.to_lowercase());
            found.push(Descendant {
                id: id_of(&group.name),
                kind: TYPE.to_owned(),
                name: group.name.clone(),
                properties: DescendantProperties {
                    display_name: group.display_name.clone(),
                    parent: parent.clone(),
                },
            });
        }
        for id in tree.subscriptions(&key) {
            let name = known.iter().find(|each| each.id == id);
            found.push(Descendant {
                id: ArmPath::Subscription(id).to_string(),
                kind: format!("{TYPE}/subscriptions"),
                name: id.to_string(),
                properties: DescendantProperties {
                    display_name: name
                        .map(|each| each.display_name.as_str().to_owned())
                        .unwrap_or_default(),
                    parent: parent.clone(),
                },
            });
        }
    }
    Ok(ok(&List::from(found)))
}

/// GET {management group}/subscriptions
pub async fn subscriptions(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let tree = Tree::load(call).await?;
    let key = key_of(&scope);
    if !tree.exists(&key) {
        return Err(missing(&scope));
    }
    let known = subscriptions::of(call).await?;
    let placed = tree.subscriptions(&key).filter_map(|id| {
        let found = known.iter().find(|each| each.id == id)?;
        Some(placement(&tree, &key, (id, found.display_name.as_str())))
    });
    Ok(ok(&List::from(placed.collect::<Vec<_>>())))
}

/// GET {management group}/subscriptions/{id}
pub async fn subscription(call: &Call, scope: Scope, id: SubscriptionId) -> Result<Response, ArmError> {
    let tree = Tree::load(call).await?;
    let key = key_of(&scope);
    let known = subscriptions::of(call).await?;
    let found = tree.subscriptions(&key).find(|placed| *placed == id);
    let named = known.iter().find(|each| Some(each.id) == found);
    let named = named.ok_or_else(|| missing(&scope))?;
    Ok(ok(&placement(&tree, &key, (id, named.display_name.as_str()))))
}

fn placement(tree: &Tree, key: &str, (id, name): (SubscriptionId, &str)) -> serde_json::Value {
    let parent = tree.named(key);
    json!({
        "id": format!("{}/subscriptions/{id}", parent.id),
        "name": id,
        "type": format!("{TYPE}/subscriptions"),
        "properties": {
            "tenant": tree.tenant,
            "displayName": name,
            "parent": {"id": parent.id},
            "state": "Active",
        },
    })
}

/// PUT {management group}/subscriptions/{id} moves it there, DELETE moves it to the root group.
pub async fn place(call: &Call, scope: Scope, id: SubscriptionId, there: bool) -> Result<Response, ArmError> {
    let own = Scope::subscription(id);
    let authorized = call.require(if there { PLACE } else { TAKE_OUT }, &scope).await?;
    call.subscription(id).await?;
    // Whoever moves a subscription moves what roles reach into it.
    call.require_linked(&authorized, ASSIGN, &own).await?;
    let tree = Tree::load(call).await?;
    let key = key_of(&scope);
    if !tree.exists(&key) {
        return Err(missing(&scope));
    }
    let placed = tree.subscriptions(&key).any(|placed| placed == id);
    if !there && !placed {
        return Ok(bare(StatusCode::NO_CONTENT));
    }
    let before = tree.placements.iter().find(|(placed, _)| *placed == id);
    let before = before.and_then(|(_, group)| group.clone());
    if let Some(from) = before.as_ref().filter(|from| **from != key)
        && let Ok(from) = Scope::management_group(from)
    {
        // It is taken from those above, too.
        call.require_linked(&authorized, TAKE_OUT, &from).await?;
    }
    let target = (there && key != tree.root_key()).then(|| key.clone());
    let tenant = call.tenant();
    let at = scope.clone();
    let apply = move |tx: &mut store::Tx<'_>, (): &()| {
        if let Some(key) = &target
            && store::management_group::find(tx, tenant, key)?.is_none()
        {
            return Ok(Err(missing(&at)));
        }
        let placed = store::management_group::placements(tx, tenant)?;
        let placed = placed.into_iter().find(|(placed, _)| *placed == id);
        if placed.and_then(|(_, group)| group) != before {
            return Ok(Err(moved()));
        }
        store::management_group::place(tx, tenant, id, target.as_deref())?;
        Ok(Ok(()))
    };
    let about = format!("subscription {id}");
    let what = Change {
        authorized: &authorized,
        event: Event::ResourceWritten,
        about: &about,
    };
    change(call, what, |_| Ok(()), apply).await?;
    if !there {
        return Ok(bare(StatusCode::OK));
    }
    let known = subscriptions::of(call).await?;
    let name = known
        .iter()
        .find(|each| each.id == id)
        .map(|each| each.display_name.as_str());
    Ok(ok(&placement(&tree, &key, (id, name.unwrap_or_default()))))
}
