//! Counted failures of those who guess.

use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_domain::throttle::Failures;
use doorward_names::Timestamp;

/// The failures under this key.
///
/// # Errors
/// When the store fails.
pub fn get(view: &View<'_>, key: &str) -> Result<Option<Failures>, QueryError> {
    let sql = "SELECT key, since, failures FROM throttle WHERE key = $1";
    view.find("throttle", sql, values![key], |row| {
        row.text("key")?;
        let since = row.time("since")?;
        let count = row.int("failures")?;
        Ok(Failures {
            since,
            count: u32::try_from(count).map_err(|_| row.corrupt("failures"))?,
        })
    })
}

/// Writes the failures under this key.
///
/// # Errors
/// When the store fails.
pub fn put(tx: &mut Tx<'_>, key: &str, failures: Failures) -> Result<(), QueryError> {
    let sql = "INSERT INTO throttle (key, since, failures) VALUES ($1, $2, $3) \
               ON CONFLICT (key) DO UPDATE SET since = excluded.since, failures = excluded.failures";
    tx.execute(sql, values![key, failures.since, failures.count])
        .map(|_| ())
}

/// Forgets what began before `before`; says how much that was.
///
/// # Errors
/// When the store fails.
pub fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, QueryError> {
    tx.execute("DELETE FROM throttle WHERE since < $1", values![before])
}

/// Forgets what stands under keys that begin with `owner` and a space.
///
/// # Errors
/// When the store fails.
pub fn forget_all_of(tx: &mut Tx<'_>, owner: &str) -> Result<(), QueryError> {
    let (from, until) = (format!("{owner} "), format!("{owner}!"));
    let sql = "DELETE FROM throttle WHERE key >= $1 AND key < $2";
    tx.execute(sql, values![from, until]).map(|_| ())
}

/// How many keys there are.
///
/// # Errors
/// When the store fails.
pub fn count(view: &View<'_>) -> Result<u64, QueryError> {
    let found = view.find("throttle", "SELECT count(*) FROM throttle", &[], |row| {
        row.int("count")
    })?;
    Ok(found.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}
