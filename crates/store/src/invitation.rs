//! Invitations of guests. One is found by its hash alone: who invites, it says itself.

use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::guest::Invitation;
use doorward_names::{ObjectId, SecretHash, TenantId, Timestamp};

/// The invitation with this hash.
///
/// # Errors
/// When the store fails.
pub fn find_by_hash(view: &View<'_>, hash: &SecretHash) -> Result<Option<Invitation>, QueryError> {
    let sql = "SELECT hash_mac, hash_key, tenant, account, redirect_url, created_at FROM invitation \
               WHERE hash_mac = $1 AND hash_key = $2";
    view.find("invitation", sql, values![hash.as_bytes(), hash.key], |row| {
        let mac = row.array("hash_mac")?;
        Ok(Invitation {
            hash: SecretHash::new(row.id("hash_key")?, mac),
            tenant: row.id("tenant")?,
            user: row.id("account")?,
            redirect_url: row.text("redirect_url")?,
            created_at: row.time("created_at")?,
        })
    })
}

/// Remembers an invitation.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, new: &Invitation) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO invitation (hash_mac, hash_key, tenant, account, redirect_url, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        values![
            new.hash.as_bytes(),
            new.hash.key,
            new.tenant,
            new.user,
            new.redirect_url,
            new.created_at
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Hash })
    } else {
        Ok(())
    })
}

/// Takes back every invitation of a guest.
///
/// # Errors
/// When the store fails.
pub fn delete_all_of(tx: &mut Tx<'_>, tenant: TenantId, user: ObjectId) -> Result<(), QueryError> {
    let sql = "DELETE FROM invitation WHERE tenant = $1 AND account = $2";
    tx.execute(sql, values![tenant, user]).map(|_| ())
}

/// Forgets the invitations that were made before `before`; says how many there were.
///
/// # Errors
/// When the store fails.
pub fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, QueryError> {
    tx.execute("DELETE FROM invitation WHERE created_at < $1", values![before])
}
