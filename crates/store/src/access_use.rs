//! Which allowed actions were used: a count for each principal, action, scope and hour.

use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_names::{ObjectId, TenantId, Timestamp};

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccessUse {
    /// The tenant.
    pub tenant: TenantId,
    /// Who.
    pub principal: ObjectId,
    /// What, in lower case.
    pub action: String,
    /// Where, in lower case.
    pub scope_key: String,
    /// In which hour: full hours since 1970.
    pub hour: i64,
}

impl AccessUse {
    /// The hour of an instant.
    pub const fn hour_of(at: Timestamp) -> i64 {
        at.unix_seconds().div_euclid(3600)
    }
}

/// Adds to a count.
///
/// # Errors
/// When the store fails.
pub fn add(tx: &mut Tx<'_>, used: &AccessUse, times: i64) -> Result<(), QueryError> {
    tx.execute(
        "INSERT INTO access_use (tenant, principal, action, scope_key, hour, uses) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (tenant, principal, action, scope_key, hour) DO UPDATE SET uses = access_use.uses + $6",
        values![used.tenant, used.principal, used.action, used.scope_key, used.hour, times],
    )
    .map(|_| ())
}

/// The counts of a principal, with how often each.
///
/// # Errors
/// When the store fails.
pub fn of(
    view: &View<'_>,
    tenant: TenantId,
    principal: ObjectId,
) -> Result<Vec<(AccessUse, i64)>, QueryError> {
    let sql = "SELECT principal, tenant, action, scope_key, hour, uses FROM access_use \
               WHERE tenant = $1 AND principal = $2 ORDER BY hour, scope_key, action";
    view.list("access_use", sql, values![tenant, principal], |row| {
        let used = AccessUse {
            principal: row.id("principal")?,
            tenant: row.id("tenant")?,
            action: row.text("action")?,
            scope_key: row.text("scope_key")?,
            hour: row.int("hour")?,
        };
        Ok((used, row.int("uses")?))
    })
}
