//! The log of what changed in who may do what, numbered for each tenant. A node that has an index of it in memory reads
//! on from where it was, instead of reading everything again.

use crate::revision::Kind;
use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_names::{
    DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, SubscriptionId, TenantId,
};

/// How many changes are kept for each tenant; a node that is further behind reads everything again.
pub const KEPT: i64 = 4096;

/// What was written, changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AccessChange {
    /// A custom role.
    Role(RoleDefinitionId),
    /// A role assignment.
    Assignment(RoleAssignmentId),
    /// A deny assignment.
    Deny(DenyAssignmentId),
    /// Who is in a group.
    Members(ObjectId),
    /// A management group, by its name in lower case: its parent.
    ManagementGroup(String),
    /// A subscription: the management group that it is in.
    Subscription(SubscriptionId),
}

impl AccessChange {
    fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Role(id) => ("role", id.to_string()),
            Self::Assignment(id) => ("assignment", id.to_string()),
            Self::Deny(id) => ("deny", id.to_string()),
            Self::Members(id) => ("members", id.to_string()),
            Self::ManagementGroup(name) => ("management_group", name.clone()),
            Self::Subscription(id) => ("subscription", id.to_string()),
        }
    }

    fn read(kind: &str, object: &str) -> Option<Self> {
        match kind {
            "role" => object.parse().ok().map(Self::Role),
            "assignment" => object.parse().ok().map(Self::Assignment),
            "deny" => object.parse().ok().map(Self::Deny),
            "members" => object.parse().ok().map(Self::Members),
            "management_group" => Some(Self::ManagementGroup(object.to_owned())),
            "subscription" => object.parse().ok().map(Self::Subscription),
            _ => None,
        }
    }
}

/// The number of the newest change; 0 when there was none.
///
/// # Errors
/// When the store fails.
pub fn newest(view: &View<'_>, tenant: TenantId) -> Result<i64, QueryError> {
    let sql = "SELECT coalesce(max(sequence), 0) FROM access_change WHERE tenant = $1";
    let found = view.find("access_change", sql, values![tenant], |row| row.int("sequence"))?;
    Ok(found.unwrap_or(0))
}

/// The changes after `after`, oldest first; `None` when some of them are not kept any more.
///
/// # Errors
/// When the store fails.
pub fn since(
    view: &View<'_>,
    tenant: TenantId,
    after: i64,
) -> Result<Option<Vec<(i64, AccessChange)>>, QueryError> {
    let sql = "SELECT sequence, kind, object FROM access_change WHERE tenant = $1 AND sequence > $2 \
               ORDER BY sequence";
    let found = view.list("access_change", sql, values![tenant, after], |row| {
        let sequence = row.int("sequence")?;
        let kind = row.text("kind")?;
        let object = row.text("object")?;
        let change = AccessChange::read(&kind, &object).ok_or_else(|| row.corrupt("kind"))?;
        Ok((sequence, change))
    })?;
    let whole = found.first().is_none_or(|(first, _)| *first == after + 1);
    Ok(whole.then_some(found))
}

/// Notes a change as part of it. Every write to what decides on access calls this.
///
/// # Errors
/// When the store fails.
pub fn record(tx: &mut Tx<'_>, tenant: TenantId, change: &AccessChange) -> Result<(), QueryError> {
    let sequence = newest(tx, tenant)? + 1;
    let (kind, object) = change.parts();
    tx.execute(
        "INSERT INTO access_change (tenant, sequence, kind, object) VALUES ($1, $2, $3, $4)",
        values![tenant, sequence, kind, object],
    )?;
    tx.execute(
        "DELETE FROM access_change WHERE tenant = $1 AND sequence <= $2",
        values![tenant, sequence - KEPT],
    )?;
    tx.bump(Kind::Access, tenant);
    Ok(())
}
