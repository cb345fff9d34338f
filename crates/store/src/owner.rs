//! Who owns which application, service principal or group.

use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_names::{ObjectId, TenantId};

/// The owners of an object, by id.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId, object: ObjectId) -> Result<Vec<ObjectId>, QueryError> {
    let sql = "SELECT owner FROM ownership WHERE tenant = $1 AND object = $2 ORDER BY owner";
    view.list("ownership", sql, values![tenant, object], |row| row.id("owner"))
}

/// The objects that `owner` owns, by id.
///
/// # Errors
/// When the store fails.
pub fn owned_by(view: &View<'_>, tenant: TenantId, owner: ObjectId) -> Result<Vec<ObjectId>, QueryError> {
    let sql = "SELECT object FROM ownership WHERE tenant = $1 AND owner = $2 ORDER BY object";
    view.list("ownership", sql, values![tenant, owner], |row| row.id("object"))
}

/// Makes `owner` an owner of `object`.
///
/// # Errors
/// When the store fails.
pub fn insert(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    object: ObjectId,
    owner: ObjectId,
) -> Result<Inserted, QueryError> {
    let sql = "INSERT INTO ownership (tenant, object, owner) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let written = tx.execute(sql, values![tenant, object, owner])?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Owner })
    } else {
        Ok(())
    })
}

/// Ends an ownership; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    object: ObjectId,
    owner: ObjectId,
) -> Result<bool, QueryError> {
    let sql = "DELETE FROM ownership WHERE tenant = $1 AND object = $2 AND owner = $3";
    Ok(tx.execute(sql, values![tenant, object, owner])? > 0)
}

/// Ends every ownership by or of an object.
pub(crate) fn delete_all_of(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<(), QueryError> {
    tx.execute(
        "DELETE FROM ownership WHERE tenant = $1 AND object = $2",
        values![tenant, id],
    )?;
    tx.execute(
        "DELETE FROM ownership WHERE tenant = $1 AND owner = $2",
        values![tenant, id],
    )?;
    Ok(())
}
