//! Deny assignments of Resource Manager.

use crate::access_change::{self, AccessChange};
use crate::access_role::{read_permissions, write_permissions};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::rbac::{DenyAssignment, DenyPrincipal, PrincipalKind};
use doorward_names::{DenyAssignmentId, TenantId};

const SELECT: &str = "SELECT id, name, description, scope, only_here, permissions, principals, excluded, \
                      system_protected, created_at, updated_at FROM deny_assignment";

const EVERYONE: &str = "everyone";

fn read(row: &mut Row) -> Result<DenyAssignment, QueryError> {
    Ok(DenyAssignment {
        id: row.id("id")?,
        name: row.text("name")?,
        description: row.text("description")?,
        scope: row.parse("scope")?,
        only_here: row.bool("only_here")?,
        permissions: read_permissions(row, "permissions")?,
        principals: {
            let text = row.text("principals")?;
            let all = text
                .lines()
                .map(|line| principal(line).ok_or_else(|| row.corrupt("principals")));
            all.collect::<Result<_, _>>()?
        },
        excluded: row.parse_list("excluded")?,
        system_protected: row.bool("system_protected")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn principal(line: &str) -> Option<DenyPrincipal> {
    if line == EVERYONE {
        return Some(DenyPrincipal::Everyone);
    }
    let (kind, id) = line.split_once(' ')?;
    Some(DenyPrincipal::Principal(
        id.parse().ok()?,
        PrincipalKind::parse(kind)?,
    ))
}

/// Every deny assignment of the tenant.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<DenyAssignment>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 ORDER BY scope_key, id");
    view.list("deny_assignment", &sql, values![tenant], read)
}

/// The deny assignment of that id.
///
/// # Errors
/// When the store fails.
pub fn find(
    view: &View<'_>,
    tenant: TenantId,
    id: DenyAssignmentId,
) -> Result<Option<DenyAssignment>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND id = $2");
    Ok(view
        .list("deny_assignment", &sql, values![tenant, id], read)?
        .pop())
}

/// Writes a deny assignment; `Err` when its id, or its name at its scope, is in use.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, new: &DenyAssignment) -> Result<Inserted, QueryError> {
    let principals: Vec<_> = new
        .principals
        .iter()
        .map(|principal| match principal {
            DenyPrincipal::Everyone => EVERYONE.to_owned(),
            DenyPrincipal::Principal(id, kind) => format!("{} {id}", kind.as_str()),
        })
        .collect();
    let excluded: Vec<_> = new.excluded.iter().map(ToString::to_string).collect();
    let written = tx.execute(
        "INSERT INTO deny_assignment (tenant, id, name, name_key, description, scope_key, scope, only_here, \
         permissions, principals, excluded, system_protected, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING",
        values![
            tenant,
            new.id,
            new.name,
            new.name.to_lowercase(),
            new.description,
            new.scope.key(),
            new.scope.as_str(),
            new.only_here,
            write_permissions(&new.permissions),
            principals.join("\n"),
            excluded.join(" "),
            new.system_protected,
            new.created_at,
            new.updated_at
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Name }));
    }
    access_change::record(tx, tenant, &AccessChange::Deny(new.id))?;
    Ok(Ok(()))
}

/// Deletes a deny assignment; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: DenyAssignmentId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM deny_assignment WHERE tenant = $1 AND id = $2";
    let gone = tx.execute(sql, values![tenant, id])? > 0;
    if gone {
        access_change::record(tx, tenant, &AccessChange::Deny(id))?;
    }
    Ok(gone)
}
