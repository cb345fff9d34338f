//! Subscriptions of a tenant.

use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::subscription::Subscription;
use doorward_names::{SubscriptionId, TenantId};

/// The tenant's subscriptions, oldest first.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<Subscription>, QueryError> {
    let sql = "SELECT id, tenant, display_name, created_at FROM subscription WHERE tenant = $1 \
               ORDER BY created_at, id";
    view.list("subscription", sql, values![tenant], |row| {
        Ok(Subscription {
            id: row.id("id")?,
            tenant: row.id("tenant")?,
            display_name: row.display_name("display_name")?,
            created_at: row.time("created_at")?,
        })
    })
}

/// The tenant that a subscription belongs to, whichever it is. It is told to strangers, as Azure does: clients find a
/// subscription's tenant by it.
///
/// # Errors
/// When the store fails.
pub fn tenant_of(view: &View<'_>, id: SubscriptionId) -> Result<Option<TenantId>, QueryError> {
    let sql = "SELECT tenant FROM subscription WHERE id = $1";
    view.find("subscription", sql, values![id], |row| row.id("tenant"))
}

/// Adds a subscription; its id is unique in the whole store.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, subscription: &Subscription) -> Result<Inserted, QueryError> {
    let Subscription {
        id,
        tenant,
        display_name,
        created_at,
    } = subscription;
    let written = tx.execute(
        "INSERT INTO subscription (id, tenant, display_name, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING",
        values![id, tenant, display_name, created_at],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Id })
    } else {
        Ok(())
    })
}
