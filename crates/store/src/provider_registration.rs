//! Which resource providers a subscription may use.

use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_names::{SubscriptionId, TenantId, Timestamp};

/// The namespaces, in lower case, that somebody registered or unregistered, and whether they are registered now.
///
/// # Errors
/// When the store fails.
pub fn list(
    view: &View<'_>,
    tenant: TenantId,
    subscription: SubscriptionId,
) -> Result<Vec<(String, bool)>, QueryError> {
    let sql =
        "SELECT namespace_key, state FROM provider_registration WHERE tenant = $1 AND subscription = $2";
    view.list(
        "provider_registration",
        sql,
        values![tenant, subscription],
        |row| {
            let namespace = row.text("namespace_key")?;
            let state = row.word("state", |word| match word {
                "registered" => Some(true),
                "unregistered" => Some(false),
                _ => None,
            })?;
            Ok((namespace, state))
        },
    )
}

/// Writes whether a namespace is registered.
///
/// # Errors
/// When the store fails.
pub fn put(
    tx: &mut Tx<'_>,
    (tenant, subscription): (TenantId, SubscriptionId),
    namespace: &str,
    (registered, now): (bool, Timestamp),
) -> Result<(), QueryError> {
    let state = if registered { "registered" } else { "unregistered" };
    tx.execute(
        "INSERT INTO provider_registration (tenant, subscription, namespace_key, state, changed_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, subscription, namespace_key) \
         DO UPDATE SET state = $4, changed_at = $5",
        values![tenant, subscription, namespace, state, now],
    )
    .map(|_| ())
}
