//! One-time set-up and recovery links.

use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::setup_link::{LIFETIME, Purpose, SetupLink};
use doorward_names::{ObjectId, SecretHash, TenantId, Timestamp};

fn read(row: &mut Row) -> Result<SetupLink, QueryError> {
    let mac = row.array("hash_mac")?;
    let hash = SecretHash::new(row.id("hash_key")?, mac);
    let tenant = row.id("tenant")?;
    let word = row.text("purpose")?;
    let account: Option<ObjectId> = row.opt_id("account")?;
    let purpose = match (word.as_str(), account) {
        ("first_administrator", None) => Purpose::FirstAdministrator,
        ("recover", Some(user)) => Purpose::Recover(user),
        _ => return Err(row.corrupt("purpose")),
    };
    Ok(SetupLink {
        hash,
        tenant,
        purpose,
        created_at: row.time("created_at")?,
        used_at: row.opt_time("used_at")?,
    })
}

/// The link whose secret has this hash.
///
/// # Errors
/// When the store fails.
pub fn find_by_hash(view: &View<'_>, hash: &SecretHash) -> Result<Option<SetupLink>, QueryError> {
    let sql = "SELECT hash_mac, hash_key, tenant, purpose, account, created_at, used_at FROM setup_link \
               WHERE hash_mac = $1 AND hash_key = $2";
    view.find("setup_link", sql, values![hash.as_bytes(), hash.key], read)
}

/// Whether the tenant has a link that could be used now.
///
/// # Errors
/// When the store fails.
pub fn any_open(view: &View<'_>, tenant: TenantId, now: Timestamp) -> Result<bool, QueryError> {
    let sql = "SELECT hash_mac FROM setup_link WHERE tenant = $1 AND used_at IS NULL AND created_at >= $2";
    view.exists(sql, values![tenant, now.minus(LIFETIME)])
}

/// Remembers a new link.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, link: &SetupLink) -> Result<Inserted, QueryError> {
    let (purpose, account) = match link.purpose {
        Purpose::FirstAdministrator => ("first_administrator", None),
        Purpose::Recover(user) => ("recover", Some(user)),
    };
    let written = tx.execute(
        "INSERT INTO setup_link (hash_mac, hash_key, tenant, purpose, account, created_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        values![
            link.hash.as_bytes(),
            link.hash.key,
            link.tenant,
            purpose,
            account,
            link.created_at,
            link.used_at
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Hash })
    } else {
        Ok(())
    })
}

/// Writes whether the link was used; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn save(tx: &mut Tx<'_>, link: &SetupLink) -> Result<bool, QueryError> {
    let sql = "UPDATE setup_link SET used_at = $4 WHERE hash_mac = $1 AND hash_key = $2 AND tenant = $3";
    Ok(tx.execute(
        sql,
        values![link.hash.as_bytes(), link.hash.key, link.tenant, link.used_at],
    )? > 0)
}
