//! Role assignments of Resource Manager.

use crate::access_change::{self, AccessChange};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::rbac::{Condition, PrincipalKind, RoleAssignment};
use doorward_names::{ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, TenantId};

const SELECT: &str = "SELECT id, scope, role, principal, principal_kind, description, condition_text, \
                      condition_version, delegated_identity, created_at, created_by, updated_at, updated_by \
                      FROM access_assignment";

fn read(row: &mut Row) -> Result<RoleAssignment, QueryError> {
    Ok(RoleAssignment {
        id: row.id("id")?,
        scope: row.parse("scope")?,
        role: row.id("role")?,
        principal: row.id("principal")?,
        principal_kind: row.word("principal_kind", PrincipalKind::parse)?,
        description: row.opt_text("description")?,
        condition: {
            let expression = row.opt_text("condition_text")?;
            let version = row.opt_text("condition_version")?;
            let version = version.unwrap_or_default();
            expression.map(|expression| Condition { expression, version })
        },
        delegated_identity: row.opt_text("delegated_identity")?,
        created_at: row.time("created_at")?,
        created_by: row.opt_id("created_by")?,
        updated_at: row.time("updated_at")?,
        updated_by: row.opt_id("updated_by")?,
    })
}

/// Every assignment of the tenant.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<RoleAssignment>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 ORDER BY scope_key, id");
    view.list("access_assignment", &sql, values![tenant], read)
}

/// The assignments at exactly that scope.
///
/// # Errors
/// When the store fails.
pub fn at(view: &View<'_>, tenant: TenantId, scope: &Scope) -> Result<Vec<RoleAssignment>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND scope_key = $2 ORDER BY id");
    view.list("access_assignment", &sql, values![tenant, scope.key()], read)
}

/// The assignments below a scope, by path.
///
/// # Errors
/// When the store fails.
pub fn below(view: &View<'_>, tenant: TenantId, scope: &Scope) -> Result<Vec<RoleAssignment>, QueryError> {
    let (from, to) = path_range(scope);
    let sql =
        format!("{SELECT} WHERE tenant = $1 AND scope_key > $2 AND scope_key < $3 ORDER BY scope_key, id");
    view.list("access_assignment", &sql, values![tenant, from, to], read)
}

/// The keys of everything below a scope lie between these two.
pub(crate) fn path_range(scope: &Scope) -> (String, String) {
    let key = scope.key().trim_end_matches('/');
    // `0` is the character after `/`.
    (format!("{key}/"), format!("{key}0"))
}

/// The assignments of a principal, its own alone.
///
/// # Errors
/// When the store fails.
pub fn of(view: &View<'_>, tenant: TenantId, principal: ObjectId) -> Result<Vec<RoleAssignment>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND principal = $2 ORDER BY scope_key, id");
    view.list("access_assignment", &sql, values![tenant, principal], read)
}

/// The assignment of that id.
///
/// # Errors
/// When the store fails.
pub fn find(
    view: &View<'_>,
    tenant: TenantId,
    id: RoleAssignmentId,
) -> Result<Option<RoleAssignment>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND id = $2");
    Ok(view
        .list("access_assignment", &sql, values![tenant, id], read)?
        .pop())
}

/// The assignment of that role to that principal at that scope.
///
/// # Errors
/// When the store fails.
pub fn find_same(
    view: &View<'_>,
    tenant: TenantId,
    (scope, principal, role): (&Scope, ObjectId, RoleDefinitionId),
) -> Result<Option<RoleAssignment>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND scope_key = $2 AND principal = $3 AND role = $4");
    let found = view.list(
        "access_assignment",
        &sql,
        values![tenant, scope.key(), principal, role],
        read,
    );
    Ok(found?.pop())
}

/// Whether a role is assigned anywhere.
///
/// # Errors
/// When the store fails.
pub fn any_of_role(view: &View<'_>, tenant: TenantId, role: RoleDefinitionId) -> Result<bool, QueryError> {
    let sql = "SELECT id FROM access_assignment WHERE tenant = $1 AND role = $2 LIMIT 1";
    view.exists(sql, values![tenant, role])
}

/// How many assignments there are at a scope and, by path, below it.
///
/// # Errors
/// When the store fails.
pub fn count_within(view: &View<'_>, tenant: TenantId, scope: &Scope) -> Result<usize, QueryError> {
    let (from, to) = path_range(scope);
    let sql = "SELECT count(*) FROM access_assignment \
               WHERE tenant = $1 AND (scope_key = $2 OR (scope_key > $3 AND scope_key < $4))";
    let found = view.find(
        "access_assignment",
        sql,
        values![tenant, scope.key(), from, to],
        |row| row.int("count"),
    )?;
    Ok(found.and_then(|count| usize::try_from(count).ok()).unwrap_or(0))
}

/// Adds an assignment.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, new: &RoleAssignment) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO access_assignment (tenant, id, scope_key, scope, role, principal, principal_kind, description, \
         condition_text, condition_version, delegated_identity, created_at, created_by, updated_at, updated_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
        values![
            tenant,
            new.id,
            new.scope.key(),
            new.scope.as_str(),
            new.role,
            new.principal,
            new.principal_kind.as_str(),
            new.description,
            new.condition.as_ref().map(|c| c.expression.as_str()),
            new.condition.as_ref().map(|c| c.version.as_str()),
            new.delegated_identity,
            new.created_at,
            new.created_by,
            new.updated_at,
            new.updated_by
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    access_change::record(tx, tenant, &AccessChange::Assignment(new.id))?;
    Ok(Ok(()))
}

/// Deletes an assignment; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: RoleAssignmentId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM access_assignment WHERE tenant = $1 AND id = $2";
    let gone = tx.execute(sql, values![tenant, id])? > 0;
    if gone {
        access_change::record(tx, tenant, &AccessChange::Assignment(id))?;
    }
    Ok(gone)
}
