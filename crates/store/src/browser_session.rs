//! Sessions of browsers, found by the hash of their cookie.

use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::browser_session::BrowserSession;
use doorward_names::{ObjectId, SecretHash, TenantId, Timestamp};

fn read(row: &mut Row) -> Result<BrowserSession, QueryError> {
    let mac = row.array("hash_mac")?;
    Ok(BrowserSession {
        hash: SecretHash::new(row.id("hash_key")?, mac),
        tenant: row.id("tenant")?,
        user: row.id("account")?,
        methods: row.text("methods")?,
        signed_in_at: row.time("signed_in_at")?,
        used_at: row.time("used_at")?,
        stays: row.bool("stays")?,
    })
}

/// The session whose cookie has this hash.
///
/// # Errors
/// When the store fails.
pub fn find_by_hash(view: &View<'_>, hash: &SecretHash) -> Result<Option<BrowserSession>, QueryError> {
    let sql = "SELECT hash_mac, hash_key, tenant, account, methods, signed_in_at, used_at, stays FROM browser_session \
               WHERE hash_mac = $1 AND hash_key = $2";
    view.find("browser_session", sql, values![hash.as_bytes(), hash.key], read)
}

/// Begins a session.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, session: &BrowserSession) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO browser_session (hash_mac, hash_key, tenant, account, methods, signed_in_at, used_at, stays) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        values![
            session.hash.as_bytes(),
            session.hash.key,
            session.tenant,
            session.user,
            session.methods,
            session.signed_in_at,
            session.used_at,
            session.stays
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Hash })
    } else {
        Ok(())
    })
}

/// Says that a session was used at `now`; an older instant changes nothing.
///
/// # Errors
/// When the store fails.
pub fn touch(tx: &mut Tx<'_>, session: &BrowserSession, now: Timestamp) -> Result<(), QueryError> {
    let sql = "UPDATE browser_session SET used_at = $4 \
               WHERE hash_mac = $1 AND hash_key = $2 AND tenant = $3 AND used_at < $4";
    let hash = &session.hash;
    tx.execute(sql, values![hash.as_bytes(), hash.key, session.tenant, now])
        .map(|_| ())
}

/// Ends a session; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, hash: &SecretHash) -> Result<bool, QueryError> {
    let sql = "DELETE FROM browser_session WHERE hash_mac = $1 AND hash_key = $2";
    Ok(tx.execute(sql, values![hash.as_bytes(), hash.key])? > 0)
}

/// Ends every session of a user; says how many there were.
///
/// # Errors
/// When the store fails.
pub fn delete_all_of_user(tx: &mut Tx<'_>, tenant: TenantId, user: ObjectId) -> Result<u64, QueryError> {
    let sql = "DELETE FROM browser_session WHERE tenant = $1 AND account = $2";
    tx.execute(sql, values![tenant, user])
}

/// Forgets the sessions whose person signed in before `before`, of those who stay signed in before `of_staying`; says how
/// many there were.
///
/// # Errors
/// When the store fails.
pub fn prune(tx: &mut Tx<'_>, before: Timestamp, of_staying: Timestamp) -> Result<u64, QueryError> {
    tx.execute(
        "DELETE FROM browser_session WHERE signed_in_at < $1 AND (NOT stays OR signed_in_at < $2)",
        values![before, of_staying],
    )
}
