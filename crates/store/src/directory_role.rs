//! Directory roles that principals were given.

use crate::revision::Kind;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::directory::DirectoryRole;
use doorward_names::{ObjectId, TenantId};

/// A directory role that a principal was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleAssignment {
    /// The assignment's own id.
    pub id: ObjectId,
    /// The role.
    pub role: DirectoryRole,
    /// Who has it.
    pub principal: ObjectId,
}

/// The roles of one principal.
///
/// # Errors
/// When the store fails.
pub fn of(view: &View<'_>, tenant: TenantId, principal: ObjectId) -> Result<Vec<DirectoryRole>, QueryError> {
    let sql = "SELECT id, role FROM role_assignment WHERE tenant = $1 AND principal = $2 ORDER BY role";
    view.list("role_assignment", sql, values![tenant, principal], |row| {
        let _: ObjectId = row.id("id")?;
        let role = row.id("role")?;
        DirectoryRole::of_template(role).ok_or_else(|| row.corrupt("role"))
    })
}

/// Every assignment in the tenant, by id.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<RoleAssignment>, QueryError> {
    let sql = "SELECT id, role, principal FROM role_assignment WHERE tenant = $1 ORDER BY id";
    view.list("role_assignment", sql, values![tenant], |row| {
        let id = row.id("id")?;
        let role = row.id("role")?;
        let role = DirectoryRole::of_template(role).ok_or_else(|| row.corrupt("role"))?;
        Ok(RoleAssignment {
            id,
            role,
            principal: row.id("principal")?,
        })
    })
}

/// Gives a role.
///
/// # Errors
/// When the store fails.
pub fn insert(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    assignment: &RoleAssignment,
) -> Result<Inserted, QueryError> {
    let RoleAssignment { id, role, principal } = assignment;
    let role = role.template_id();
    let sql = "SELECT id FROM role_assignment WHERE tenant = $1 AND principal = $2 AND role = $3";
    if tx.exists(sql, values![tenant, principal, role])? {
        return Ok(Err(Conflict { what: Unique::Role }));
    }
    let sql = "INSERT INTO role_assignment (tenant, id, role, principal) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    if tx.execute(sql, values![tenant, id, role, principal])? == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    tx.bump(Kind::Directory, tenant);
    Ok(Ok(()))
}

/// Takes a role back; says whether the assignment was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM role_assignment WHERE tenant = $1 AND id = $2";
    let deleted = tx.execute(sql, values![tenant, id])? > 0;
    if deleted {
        tx.bump(Kind::Directory, tenant);
    }
    Ok(deleted)
}

/// Takes back every role of a principal.
pub(crate) fn delete_all_of(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    principal: ObjectId,
) -> Result<(), QueryError> {
    let sql = "DELETE FROM role_assignment WHERE tenant = $1 AND principal = $2";
    if tx.execute(sql, values![tenant, principal])? > 0 {
        tx.bump(Kind::Directory, tenant);
    }
    Ok(())
}
