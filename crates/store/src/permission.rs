//! Graph permissions that principals were given.

use crate::group_member::Part;
use crate::revision::Kind;
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::directory::Permission;
use doorward_names::{ObjectId, TenantId};

/// A permission that a principal was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The grant's own id.
    pub id: ObjectId,
    /// The permission.
    pub permission: Permission,
    /// Who has it.
    pub principal: ObjectId,
}

/// The permissions of one principal.
///
/// # Errors
/// When the store fails.
pub fn of(view: &View<'_>, tenant: TenantId, principal: ObjectId) -> Result<Vec<Permission>, QueryError> {
    Ok(list(view, tenant, principal)?
        .into_iter()
        .map(|grant| grant.permission)
        .collect())
}

/// The grants of one principal, by id.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId, principal: ObjectId) -> Result<Vec<Grant>, QueryError> {
    let sql = "SELECT id, permission, principal FROM permission_grant WHERE tenant = $1 AND principal = $2 \
               ORDER BY id";
    view.list("permission_grant", sql, values![tenant, principal], read)
}

/// Every grant of a tenant, by id.
///
/// # Errors
/// When the store fails.
pub fn all(view: &View<'_>, tenant: TenantId, part: Part) -> Result<Vec<Grant>, QueryError> {
    let sql = "SELECT id, permission, principal FROM permission_grant WHERE tenant = $1 AND id > $2 \
               ORDER BY id LIMIT $3";
    let after = part.after.unwrap_or(ObjectId::from_u128(0));
    let limit = i64::try_from(part.limit).unwrap_or(i64::MAX);
    view.list("permission_grant", sql, values![tenant, after, limit], read)
}

/// The grant with this id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<Grant>, QueryError> {
    let sql = "SELECT id, permission, principal FROM permission_grant WHERE tenant = $1 AND id = $2";
    view.find("permission_grant", sql, values![tenant, id], read)
}

fn read(row: &mut Row) -> Result<Grant, QueryError> {
    Ok(Grant {
        id: row.id("id")?,
        permission: row.word("permission", Permission::of_name)?,
        principal: row.id("principal")?,
    })
}

/// Gives a permission.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, grant: &Grant) -> Result<Inserted, QueryError> {
    let Grant {
        id,
        permission,
        principal,
    } = grant;
    let name = permission.name();
    let sql = "SELECT id FROM permission_grant WHERE tenant = $1 AND principal = $2 AND permission = $3";
    if tx.exists(sql, values![tenant, principal, name])? {
        return Ok(Err(Conflict {
            what: Unique::Permission,
        }));
    }
    let sql = "INSERT INTO permission_grant (tenant, id, permission, principal) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    if tx.execute(sql, values![tenant, id, name, principal])? == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    tx.bump(Kind::Directory, tenant);
    Ok(Ok(()))
}

/// Takes a permission back; says whether the grant was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM permission_grant WHERE tenant = $1 AND id = $2";
    let deleted = tx.execute(sql, values![tenant, id])? > 0;
    if deleted {
        tx.bump(Kind::Directory, tenant);
    }
    Ok(deleted)
}

/// Takes back every permission of a principal.
pub(crate) fn delete_all_of(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    principal: ObjectId,
) -> Result<(), QueryError> {
    let sql = "DELETE FROM permission_grant WHERE tenant = $1 AND principal = $2";
    if tx.execute(sql, values![tenant, principal])? > 0 {
        tx.bump(Kind::Directory, tenant);
    }
    Ok(())
}
