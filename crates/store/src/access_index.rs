//! What decides on access, as changes for an index: everything at first, later just what changed.

use crate::access_change::AccessChange;
use crate::value::values;
use crate::{QueryError, View, access_assignment, access_role, deny_assignment, management_group};
use doorward_domain::rbac::Change;
use doorward_names::{ObjectId, TenantId};
use std::collections::BTreeMap;

/// Everything of a tenant but the built-in roles.
///
/// # Errors
/// When the store fails.
pub fn load(view: &View<'_>, tenant: TenantId) -> Result<Vec<Change>, QueryError> {
    let mut all = vec![Change::ManagementGroup {
        name_key: tenant.to_string(),
        parent: None,
    }];
    for group in management_group::list(view, tenant)? {
        all.push(Change::ManagementGroup {
            name_key: group.name.to_lowercase(),
            parent: Some(group.parent_key),
        });
    }
    for (id, group) in management_group::placements(view, tenant)? {
        all.push(placed(tenant, id, group));
    }
    all.extend(access_role::list(view, tenant)?.into_iter().map(Change::Role));
    for (group, members) in memberships(view, tenant)? {
        all.push(Change::Members { group, members });
    }
    let assignments = access_assignment::list(view, tenant)?;
    all.extend(
        assignments
            .iter()
            .map(|assignment| Change::Assignment(assignment.into())),
    );
    all.extend(deny_assignment::list(view, tenant)?.into_iter().map(Change::Deny));
    Ok(all)
}

/// What became of the things that changed.
///
/// # Errors
/// When the store fails.
pub fn read(view: &View<'_>, tenant: TenantId, changed: &[AccessChange]) -> Result<Vec<Change>, QueryError> {
    changed
        .iter()
        .map(|change| read_one(view, tenant, change))
        .collect()
}

fn read_one(view: &View<'_>, tenant: TenantId, change: &AccessChange) -> Result<Change, QueryError> {
    Ok(match change {
        AccessChange::Role(id) => match access_role::find(view, tenant, *id)? {
            Some(role) => Change::Role(role),
            None => Change::RoleGone(*id),
        },
        AccessChange::Assignment(id) => match access_assignment::find(view, tenant, *id)? {
            Some(assignment) => Change::Assignment((&assignment).into()),
            None => Change::AssignmentGone(*id),
        },
        AccessChange::Deny(id) => match deny_assignment::find(view, tenant, *id)? {
            Some(assignment) => Change::Deny(assignment),
            None => Change::DenyGone(*id),
        },
        AccessChange::Members(group) => Change::Members {
            group: *group,
            members: members(view, tenant, *group)?,
        },
        AccessChange::ManagementGroup(key) => match management_group::find(view, tenant, key)? {
            Some(group) => Change::ManagementGroup {
                name_key: key.clone(),
                parent: Some(group.parent_key),
            },
            None => Change::ManagementGroupGone(key.clone()),
        },
        AccessChange::Subscription(id) => {
            let all = management_group::placements(view, tenant)?;
            let group = all
                .into_iter()
                .find(|(found, _)| found == id)
                .and_then(|(_, group)| group);
            placed(tenant, *id, group)
        }
    })
}

/// A subscription is in the tenant's root group when it is in no other.
fn placed(tenant: TenantId, id: doorward_names::SubscriptionId, group: Option<String>) -> Change {
    let management_group = Some(group.unwrap_or_else(|| tenant.to_string()));
    Change::Subscription { id, management_group }
}

/// Whether there is such a group in the directory.
///
/// # Errors
/// When the store fails.
pub fn is_group(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    view.exists(
        "SELECT id FROM security_group WHERE tenant = $1 AND id = $2",
        values![tenant, id],
    )
}

/// Every group of the directory, with its name.
///
/// # Errors
/// When the store fails.
pub fn groups(view: &View<'_>, tenant: TenantId) -> Result<Vec<(ObjectId, String)>, QueryError> {
    let sql = "SELECT id, display_name FROM security_group WHERE tenant = $1 ORDER BY id";
    view.list("security_group", sql, values![tenant], |row| {
        Ok((row.id("id")?, row.text("display_name")?))
    })
}

fn members(view: &View<'_>, tenant: TenantId, group: ObjectId) -> Result<Vec<ObjectId>, QueryError> {
    let sql = "SELECT member FROM group_member WHERE tenant = $1 AND parent = $2 ORDER BY member";
    view.list("group_member", sql, values![tenant, group], |row| {
        row.id("member")
    })
}

fn memberships(view: &View<'_>, tenant: TenantId) -> Result<BTreeMap<ObjectId, Vec<ObjectId>>, QueryError> {
    let sql = "SELECT parent, member FROM group_member WHERE tenant = $1 ORDER BY parent, member";
    let all = view.list("group_member", sql, values![tenant], |row| {
        Ok((row.id("parent")?, row.id("member")?))
    })?;
    let mut groups: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    for (group, member) in all {
        groups.entry(group).or_default().push(member);
    }
    Ok(groups)
}
