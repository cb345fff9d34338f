//! Password credentials of applications and service principals.

use crate::query::id_list;
use crate::revision::Kind;
use crate::row::Row;
use crate::value::{AsValue, values};
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::application::PasswordCredential;
use doorward_names::{CredentialId, DisplayName, ObjectId, TenantId};

fn read(row: &mut Row) -> Result<(ObjectId, PasswordCredential), QueryError> {
    let id = row.id("id")?;
    let owner = row.id("owner")?;
    let display_name = match row.opt_text("display_name")? {
        None => None,
        Some(text) => Some(DisplayName::new(&text).map_err(|_| row.corrupt("display_name"))?),
    };
    let credential = PasswordCredential {
        id,
        display_name,
        hint: row.text("hint")?,
        hash: row.hash("hash_key", "hash_mac")?,
        starts_at: row.time("starts_at")?,
        ends_at: row.time("ends_at")?,
    };
    Ok((owner, credential))
}

/// The credentials of one application or service principal, by id.
///
/// # Errors
/// When the store fails.
pub fn list(
    view: &View<'_>,
    tenant: TenantId,
    owner: ObjectId,
) -> Result<Vec<PasswordCredential>, QueryError> {
    let sql = "SELECT id, owner, display_name, hint, hash_key, hash_mac, starts_at, ends_at \
               FROM password_credential WHERE tenant = $1 AND owner = $2 ORDER BY id";
    let found = view.list("password_credential", sql, values![tenant, owner], read)?;
    Ok(found.into_iter().map(|(_, credential)| credential).collect())
}

/// The credentials of several of them, by owner and id.
///
/// # Errors
/// When the store fails.
pub fn list_for_owners(
    view: &View<'_>,
    tenant: TenantId,
    owners: &[ObjectId],
) -> Result<Vec<(ObjectId, PasswordCredential)>, QueryError> {
    let mut found = Vec::new();
    for some in owners.chunks(256) {
        let mut values = vec![tenant.value()];
        let list = id_list(some, &mut values);
        let sql = format!(
            "SELECT id, owner, display_name, hint, hash_key, hash_mac, starts_at, ends_at \
             FROM password_credential WHERE tenant = $1 AND owner IN ({list}) ORDER BY owner, id"
        );
        found.extend(view.list("password_credential", &sql, &values, read)?);
    }
    Ok(found)
}

/// Adds a credential to an application or service principal.
///
/// # Errors
/// When the store fails.
pub fn insert(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    owner: ObjectId,
    credential: &PasswordCredential,
) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO password_credential (tenant, owner, id, display_name, hint, hash_key, hash_mac, starts_at, \
         ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        values![
            tenant,
            owner,
            credential.id,
            credential.display_name,
            credential.hint,
            credential.hash.key,
            credential.hash.as_bytes(),
            credential.starts_at,
            credential.ends_at
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    tx.bump(Kind::Client, tenant);
    Ok(Ok(()))
}

/// Deletes a credential; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    owner: ObjectId,
    id: CredentialId,
) -> Result<bool, QueryError> {
    let sql = "DELETE FROM password_credential WHERE tenant = $1 AND owner = $2 AND id = $3";
    let deleted = tx.execute(sql, values![tenant, owner, id])? > 0;
    if deleted {
        tx.bump(Kind::Client, tenant);
    }
    Ok(deleted)
}
