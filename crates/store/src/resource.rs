//! Resources of any type, the secrets that belong to them, and what is done to them over more than one request.

use crate::access_assignment::path_range;
use crate::row::Row;
use crate::sealing::{Place, Purpose};
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::arm::{Operation, Resource, Tags};
use doorward_names::{OperationId, Scope, Secret, SecretString, SubscriptionId, TenantId, Timestamp};
use std::fmt::Write as _;

const SELECT: &str =
    "SELECT scope, tenant, location, tags, body, version, created_at, changed_at FROM resource";

/// Between a tag's name and its value, and behind the value; neither can hold them.
const UNIT: char = '\u{1f}';
const RECORD: char = '\u{1e}';

pub(crate) fn write_tags(tags: &Tags) -> String {
    tags.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = write!(text, "{name}{UNIT}{value}{RECORD}");
        text
    })
}

pub(crate) fn read_tags(row: &mut Row, column: &'static str) -> Result<Tags, QueryError> {
    let text = row.text(column)?;
    let tags = text.split_terminator(RECORD).map(|record| {
        let (name, value) = record.split_once(UNIT).ok_or_else(|| row.corrupt(column))?;
        Ok((name.to_owned(), value.to_owned()))
    });
    tags.collect()
}

fn read(row: &mut Row) -> Result<Resource, QueryError> {
    Ok(Resource {
        scope: row.parse("scope")?,
        tenant: row.id("tenant")?,
        location: row.opt_text("location")?,
        tags: read_tags(row, "tags")?,
        body: row.text("body")?,
        version: {
            let version = row.int("version")?;
            u64::try_from(version).map_err(|_| row.corrupt("version"))?
        },
        created_at: row.time("created_at")?,
        changed_at: row.time("changed_at")?,
    })
}

/// Which resources are listed.
#[derive(Debug, Clone)]
pub struct Within<'a> {
    /// In this subscription, group or resource.
    pub scope: &'a Scope,
    /// Of this type, in lower case.
    pub type_key: Option<&'a str>,
    /// After this scope, in lower case.
    pub after: &'a str,
    /// This many at most.
    pub limit: usize,
}

/// One page, by scope.
///
/// # Errors
/// When the store fails.
pub fn page(view: &View<'_>, tenant: TenantId, within: &Within<'_>) -> Result<Vec<Resource>, QueryError> {
    let (from, to) = path_range(within.scope);
    let from = if within.after > from.as_str() {
        within.after.to_owned()
    } else {
        from
    };
    let limit = i64::try_from(within.limit).unwrap_or(i64::MAX);
    match within.type_key {
        Some(kind) => {
            let sql = format!(
                "{SELECT} WHERE tenant = $1 AND scope_key > $2 AND scope_key < $3 AND type_key = $4 \
                 ORDER BY scope_key LIMIT $5"
            );
            view.list("resource", &sql, values![tenant, from, to, kind, limit], read)
        }
        None => {
            let sql = format!(
                "{SELECT} WHERE tenant = $1 AND scope_key > $2 AND scope_key < $3 ORDER BY scope_key LIMIT $4"
            );
            view.list("resource", &sql, values![tenant, from, to, limit], read)
        }
    }
}

/// The resource of that scope.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, scope: &Scope) -> Result<Option<Resource>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND scope_key = $2");
    Ok(view
        .list("resource", &sql, values![tenant, scope.key()], read)?
        .pop())
}

/// Adds a resource.
///
/// # Errors
/// When the store fails.
pub fn insert(
    tx: &mut Tx<'_>,
    subscription: SubscriptionId,
    resource: &Resource,
) -> Result<Inserted, QueryError> {
    let group = resource.scope.resource_group_name().map(|name| name.folded());
    let written = tx.execute(
        "INSERT INTO resource (tenant, scope_key, scope, subscription, group_key, type_key, location, tags, body, \
         version, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT DO NOTHING",
        values![
            resource.tenant,
            resource.scope.key(),
            resource.scope.as_str(),
            subscription,
            group.unwrap_or_default(),
            resource.type_key(),
            resource.location,
            write_tags(&resource.tags),
            resource.body,
            version(resource),
            resource.created_at,
            resource.changed_at
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Id })
    } else {
        Ok(())
    })
}

/// Writes a changed resource; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, resource: &Resource) -> Result<bool, QueryError> {
    let sql = "UPDATE resource SET location = $3, tags = $4, body = $5, version = $6, changed_at = $7 \
               WHERE tenant = $1 AND scope_key = $2";
    let written = tx.execute(
        sql,
        values![
            resource.tenant,
            resource.scope.key(),
            resource.location,
            write_tags(&resource.tags),
            resource.body,
            version(resource),
            resource.changed_at
        ],
    )?;
    Ok(written > 0)
}

fn version(resource: &Resource) -> i64 {
    i64::try_from(resource.version).unwrap_or(i64::MAX)
}

/// Deletes a resource, what is below it, and their secrets; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, scope: &Scope) -> Result<bool, QueryError> {
    delete_within(tx, tenant, scope)?;
    tx.execute(
        "DELETE FROM resource_secret WHERE tenant = $1 AND scope_key = $2",
        values![tenant, scope.key()],
    )?;
    let sql = "DELETE FROM resource WHERE tenant = $1 AND scope_key = $2";
    Ok(tx.execute(sql, values![tenant, scope.key()])? > 0)
}

/// Deletes everything below a scope, and the secrets of it.
///
/// # Errors
/// When the store fails.
pub fn delete_within(tx: &mut Tx<'_>, tenant: TenantId, scope: &Scope) -> Result<(), QueryError> {
    let (from, to) = path_range(scope);
    for sql in [
        "DELETE FROM resource_secret WHERE tenant = $1 AND scope_key > $2 AND scope_key < $3",
        "DELETE FROM resource WHERE tenant = $1 AND scope_key > $2 AND scope_key < $3",
    ] {
        tx.execute(sql, values![tenant, from, to])?;
    }
    Ok(())
}

fn place<'a>(tenant: TenantId, row: &'a [u8]) -> Place<'a> {
    Place {
        table: "resource_secret",
        column: "sealed",
        tenant,
        row,
    }
}

/// Keeps a secret of a resource, sealed.
///
/// # Errors
/// When the store fails.
pub fn put_secret(
    tx: &mut Tx<'_>,
    (tenant, scope, name): (TenantId, &Scope, &str),
    secret: &SecretString,
) -> Result<(), QueryError> {
    let row = format!("{}\n{name}", scope.key());
    let sealed = tx.seal(
        Purpose::ResourceSecret,
        &place(tenant, row.as_bytes()),
        secret.expose().as_bytes(),
    )?;
    tx.execute(
        "INSERT INTO resource_secret (tenant, scope_key, name, sealed) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant, scope_key, name) DO UPDATE SET sealed = $4",
        values![tenant, scope.key(), name, sealed],
    )
    .map(|_| ())
}

/// A secret of a resource.
///
/// # Errors
/// When the store fails.
pub fn secret(
    view: &View<'_>,
    (tenant, scope, name): (TenantId, &Scope, &str),
) -> Result<Option<SecretString>, QueryError> {
    let sql = "SELECT sealed FROM resource_secret WHERE tenant = $1 AND scope_key = $2 AND name = $3";
    let found = view.find(
        "resource_secret",
        sql,
        values![tenant, scope.key(), name],
        |row| row.bytes("sealed"),
    )?;
    let Some(sealed) = found else { return Ok(None) };
    let row = format!("{}\n{name}", scope.key());
    let place = place(tenant, row.as_bytes());
    let plain = view.unseal(Purpose::ResourceSecret, &place, &sealed)?;
    let text = String::from_utf8(plain.expose().clone());
    let text = view.note(text.map_err(|_| QueryError::Corrupt {
        table: "resource_secret",
        column: "sealed",
        id: name.to_owned(),
    }))?;
    Ok(Some(Secret::new(text)))
}

/// Remembers an operation.
///
/// # Errors
/// When the store fails.
pub fn insert_operation(tx: &mut Tx<'_>, operation: &Operation) -> Result<(), QueryError> {
    tx.execute(
        "INSERT INTO resource_operation (tenant, id, scope, status, started_at, ended_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        values![
            operation.tenant,
            operation.id,
            operation.scope.as_str(),
            operation.status,
            operation.started_at,
            operation.ended_at
        ],
    )
    .map(|_| ())
}

/// The operation of that id.
///
/// # Errors
/// When the store fails.
pub fn operation(
    view: &View<'_>,
    tenant: TenantId,
    id: OperationId,
) -> Result<Option<Operation>, QueryError> {
    let sql = "SELECT id, tenant, scope, status, started_at, ended_at FROM resource_operation \
               WHERE tenant = $1 AND id = $2";
    view.find("resource_operation", sql, values![tenant, id], |row| {
        Ok(Operation {
            id: row.id("id")?,
            tenant: row.id("tenant")?,
            scope: row.parse("scope")?,
            status: row.text("status")?,
            started_at: row.time("started_at")?,
            ended_at: row.time("ended_at")?,
        })
    })
}

/// Forgets the operations that were begun before `before`.
///
/// # Errors
/// When the store fails.
pub fn prune_operations(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, QueryError> {
    tx.execute(
        "DELETE FROM resource_operation WHERE started_at < $1",
        values![before],
    )
}
