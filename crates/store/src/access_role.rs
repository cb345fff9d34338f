//! Custom roles of Resource Manager.

use crate::access_change::{self, AccessChange};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::rbac::{Pattern, Permissions, RoleDefinition, RoleKind};
use doorward_names::{RoleDefinitionId, TenantId};
use std::fmt::Write as _;

const SELECT: &str = "SELECT id, name, description, permissions, assignable_scopes, created_at, created_by, \
                      updated_at, updated_by FROM access_role";

fn read(row: &mut Row) -> Result<RoleDefinition, QueryError> {
    Ok(RoleDefinition {
        id: row.id("id")?,
        name: row.text("name")?,
        description: row.text("description")?,
        kind: RoleKind::Custom,
        permissions: read_permissions(row, "permissions")?,
        assignable_scopes: {
            let text = row.text("assignable_scopes")?;
            let scopes = text
                .lines()
                .map(|line| line.parse().map_err(|_| row.corrupt("assignable_scopes")));
            scopes.collect::<Result<_, _>>()?
        },
        created_at: row.time("created_at")?,
        created_by: row.opt_id("created_by")?,
        updated_at: row.time("updated_at")?,
        updated_by: row.opt_id("updated_by")?,
    })
}

/// Permissions as text: a line for each pattern, and `and` between permissions.
pub(crate) fn write_permissions(permissions: &[Permissions]) -> String {
    let mut text = String::new();
    for (number, each) in permissions.iter().enumerate() {
        if number > 0 {
            text.push_str("and\n");
        }
        for (mark, patterns) in [
            ("+", &each.actions),
            ("-", &each.not_actions),
            ("d+", &each.data_actions),
            ("d-", &each.not_data_actions),
        ] {
            for pattern in patterns {
                let _ = writeln!(text, "{mark} {pattern}");
            }
        }
    }
    text
}

/// The permissions in a column.
pub(crate) fn read_permissions(row: &mut Row, column: &'static str) -> Result<Vec<Permissions>, QueryError> {
    let text = row.text(column)?;
    let mut all = vec![Permissions::default()];
    for line in text.lines() {
        if line == "and" {
            all.push(Permissions::default());
            continue;
        }
        let (mark, pattern) = line.split_once(' ').ok_or_else(|| row.corrupt(column))?;
        let pattern: Pattern = pattern.parse().map_err(|_| row.corrupt(column))?;
        let each = all.last_mut().ok_or_else(|| row.corrupt(column))?;
        match mark {
            "+" => each.actions.push(pattern),
            "-" => each.not_actions.push(pattern),
            "d+" => each.data_actions.push(pattern),
            "d-" => each.not_data_actions.push(pattern),
            _ => return Err(row.corrupt(column)),
        }
    }
    Ok(all)
}

/// Every custom role of the tenant, by name.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<RoleDefinition>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 ORDER BY name_key");
    view.list("access_role", &sql, values![tenant], read)
}

/// The custom role of that id.
///
/// # Errors
/// When the store fails.
pub fn find(
    view: &View<'_>,
    tenant: TenantId,
    id: RoleDefinitionId,
) -> Result<Option<RoleDefinition>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND id = $2");
    Ok(view.list("access_role", &sql, values![tenant, id], read)?.pop())
}

/// Writes a role, new or changed; `Err` when another one has its name.
///
/// # Errors
/// When the store fails.
pub fn put(tx: &mut Tx<'_>, tenant: TenantId, role: &RoleDefinition) -> Result<Inserted, QueryError> {
    let key = role.name.to_lowercase();
    let sql = "SELECT id FROM access_role WHERE tenant = $1 AND name_key = $2 AND id <> $3";
    if tx.exists(sql, values![tenant, key, role.id])? {
        return Ok(Err(Conflict { what: Unique::Name }));
    }
    let scopes: Vec<_> = role
        .assignable_scopes
        .iter()
        .map(|scope| scope.as_str())
        .collect();
    tx.execute(
        "INSERT INTO access_role (tenant, id, name, name_key, description, permissions, assignable_scopes, \
         created_at, created_by, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (tenant, id) DO UPDATE SET name = $3, name_key = $4, description = $5, permissions = $6, \
         assignable_scopes = $7, updated_at = $10, updated_by = $11",
        values![
            tenant,
            role.id,
            role.name,
            key,
            role.description,
            write_permissions(&role.permissions),
            scopes.join("\n"),
            role.created_at,
            role.created_by,
            role.updated_at,
            role.updated_by
        ],
    )?;
    access_change::record(tx, tenant, &AccessChange::Role(role.id))?;
    Ok(Ok(()))
}

/// Deletes a role; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: RoleDefinitionId) -> Result<bool, QueryError> {
    let gone = tx.execute(
        "DELETE FROM access_role WHERE tenant = $1 AND id = $2",
        values![tenant, id],
    )? > 0;
    if gone {
        access_change::record(tx, tenant, &AccessChange::Role(id))?;
    }
    Ok(gone)
}
