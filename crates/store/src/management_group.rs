//! Management groups, and which subscription is in which.

use crate::access_change::{self, AccessChange};
use crate::row::Row;
use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_domain::arm::ManagementGroup;
use doorward_names::{SubscriptionId, TenantId};

const SELECT: &str = "SELECT name_key, tenant, name, display_name, parent_key, created_at, updated_at, updated_by \
                      FROM management_group";

fn read(row: &mut Row) -> Result<ManagementGroup, QueryError> {
    row.text("name_key")?;
    Ok(ManagementGroup {
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        display_name: row.text("display_name")?,
        parent_key: row.text("parent_key")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        updated_by: row.opt_id("updated_by")?,
    })
}

/// Every management group of the tenant but its root group, by name.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<ManagementGroup>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 ORDER BY name_key");
    view.list("management_group", &sql, values![tenant], read)
}

/// The management group of that name, in lower case.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, key: &str) -> Result<Option<ManagementGroup>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND name_key = $2");
    Ok(view
        .list("management_group", &sql, values![tenant, key], read)?
        .pop())
}

/// Writes a management group, new or changed.
///
/// # Errors
/// When the store fails.
pub fn put(tx: &mut Tx<'_>, group: &ManagementGroup) -> Result<(), QueryError> {
    let key = group.name.to_lowercase();
    tx.execute(
        "INSERT INTO management_group (tenant, name_key, name, display_name, parent_key, created_at, updated_at, \
         updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, name_key) DO UPDATE \
         SET display_name = $4, parent_key = $5, updated_at = $7, updated_by = $8",
        values![
            group.tenant,
            key,
            group.name,
            group.display_name,
            group.parent_key,
            group.created_at,
            group.updated_at,
            group.updated_by
        ],
    )?;
    access_change::record(tx, group.tenant, &AccessChange::ManagementGroup(key))
}

/// Deletes a management group; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, key: &str) -> Result<bool, QueryError> {
    let sql = "DELETE FROM management_group WHERE tenant = $1 AND name_key = $2";
    let gone = tx.execute(sql, values![tenant, key])? > 0;
    if gone {
        access_change::record(tx, tenant, &AccessChange::ManagementGroup(key.to_owned()))?;
    }
    Ok(gone)
}

/// The management group of each subscription, by name in lower case; `None` for the root group.
///
/// # Errors
/// When the store fails.
pub fn placements(
    view: &View<'_>,
    tenant: TenantId,
) -> Result<Vec<(SubscriptionId, Option<String>)>, QueryError> {
    let sql = "SELECT id, management_group FROM subscription WHERE tenant = $1 ORDER BY created_at, id";
    view.list("subscription", sql, values![tenant], |row| {
        Ok((row.id("id")?, row.opt_text("management_group")?))
    })
}

/// Puts a subscription into a management group; says whether the subscription is there.
///
/// # Errors
/// When the store fails.
pub fn place(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: SubscriptionId,
    group: Option<&str>,
) -> Result<bool, QueryError> {
    let sql = "UPDATE subscription SET management_group = $3 WHERE tenant = $1 AND id = $2";
    let found = tx.execute(sql, values![tenant, id, group])? > 0;
    if found {
        access_change::record(tx, tenant, &AccessChange::Subscription(id))?;
    }
    Ok(found)
}
