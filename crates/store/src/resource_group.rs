//! Resource groups.

use crate::resource::{read_tags, write_tags};
use crate::row::Row;
use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_domain::arm::ResourceGroup;
use doorward_names::{ResourceGroupName, SubscriptionId, TenantId};

const SELECT: &str = "SELECT name_key, tenant, subscription, name, location, tags, managed_by, created_at, changed_at \
                      FROM resource_group";

fn read(row: &mut Row) -> Result<ResourceGroup, QueryError> {
    row.text("name_key")?;
    Ok(ResourceGroup {
        tenant: row.id("tenant")?,
        subscription: row.id("subscription")?,
        name: row.parse("name")?,
        location: row.text("location")?,
        tags: read_tags(row, "tags")?,
        managed_by: row.opt_text("managed_by")?,
        created_at: row.time("created_at")?,
        changed_at: row.time("changed_at")?,
    })
}

/// At most `limit` groups of a subscription after the name `after` (in lower case), by name.
///
/// # Errors
/// When the store fails.
pub fn page(
    view: &View<'_>,
    (tenant, subscription): (TenantId, SubscriptionId),
    after: &str,
    limit: usize,
) -> Result<Vec<ResourceGroup>, QueryError> {
    let sql = format!(
        "{SELECT} WHERE tenant = $1 AND subscription = $2 AND name_key > $3 ORDER BY name_key LIMIT $4"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    view.list(
        "resource_group",
        &sql,
        values![tenant, subscription, after, limit],
        read,
    )
}

/// The group of that name.
///
/// # Errors
/// When the store fails.
pub fn find(
    view: &View<'_>,
    (tenant, subscription): (TenantId, SubscriptionId),
    name: &ResourceGroupName,
) -> Result<Option<ResourceGroup>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND subscription = $2 AND name_key = $3");
    let found = view.list(
        "resource_group",
        &sql,
        values![tenant, subscription, name.folded()],
        read,
    );
    Ok(found?.pop())
}

/// Writes a group, new or changed.
///
/// # Errors
/// When the store fails.
pub fn put(tx: &mut Tx<'_>, group: &ResourceGroup) -> Result<(), QueryError> {
    tx.execute(
        "INSERT INTO resource_group (tenant, subscription, name_key, name, location, tags, managed_by, created_at, \
         changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, subscription, name_key) \
         DO UPDATE SET tags = $6, managed_by = $7, changed_at = $9",
        values![
            group.tenant,
            group.subscription,
            group.name.folded(),
            group.name.as_str(),
            group.location,
            write_tags(&group.tags),
            group.managed_by,
            group.created_at,
            group.changed_at
        ],
    )
    .map(|_| ())
}

/// Deletes a group, without what is in it; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(
    tx: &mut Tx<'_>,
    (tenant, subscription): (TenantId, SubscriptionId),
    name: &ResourceGroupName,
) -> Result<bool, QueryError> {
    let sql = "DELETE FROM resource_group WHERE tenant = $1 AND subscription = $2 AND name_key = $3";
    Ok(tx.execute(sql, values![tenant, subscription, name.folded()])? > 0)
}
