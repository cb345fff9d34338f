//! People's recovery codes, by their hashes. One that was used is gone.

use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_names::{ObjectId, SecretHash, TenantId};

/// How many of an account's codes are left.
///
/// # Errors
/// When the store fails.
pub fn count(view: &View<'_>, tenant: TenantId, user: ObjectId) -> Result<u64, QueryError> {
    let sql = "SELECT count(*) FROM recovery_code WHERE tenant = $1 AND account = $2";
    let found = view.find("recovery_code", sql, values![tenant, user], |row| {
        row.int("count")
    })?;
    Ok(found.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Gives an account these codes in place of all that it had.
///
/// # Errors
/// When the store fails.
pub fn replace(
    tx: &mut Tx<'_>,
    (tenant, user): (TenantId, ObjectId),
    hashes: &[SecretHash],
) -> Result<(), QueryError> {
    delete_all(tx, tenant, user)?;
    let sql = "INSERT INTO recovery_code (tenant, account, hash_mac, hash_key) VALUES ($1, $2, $3, $4)";
    for hash in hashes {
        tx.execute(sql, values![tenant, user, hash.as_bytes(), hash.key])?;
    }
    Ok(())
}

/// Uses a code up; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn spend(
    tx: &mut Tx<'_>,
    (tenant, user): (TenantId, ObjectId),
    hash: &SecretHash,
) -> Result<bool, QueryError> {
    let sql =
        "DELETE FROM recovery_code WHERE tenant = $1 AND account = $2 AND hash_mac = $3 AND hash_key = $4";
    Ok(tx.execute(sql, values![tenant, user, hash.as_bytes(), hash.key])? > 0)
}

/// Takes every code of an account away.
///
/// # Errors
/// When the store fails.
pub fn delete_all(tx: &mut Tx<'_>, tenant: TenantId, user: ObjectId) -> Result<(), QueryError> {
    let sql = "DELETE FROM recovery_code WHERE tenant = $1 AND account = $2";
    tx.execute(sql, values![tenant, user]).map(|_| ())
}
