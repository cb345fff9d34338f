//! Scopes that clients were given by people and administrators.

use crate::row::Row;
use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_domain::permission_grant::{Consenter, PermissionGrant};
use doorward_names::{Duration, ObjectId, SecretHash, TenantId, Timestamp};

/// For how long a form that was sent is known, which is longer than one is taken.
const FORMS: Duration = Duration::hours(24);

/// Stands for everybody; no person has this id.
const EVERYBODY: ObjectId = ObjectId::from_u128(0);

fn consenter(consenter: Consenter) -> ObjectId {
    match consenter {
        Consenter::Person(person) => person,
        Consenter::Everybody => EVERYBODY,
    }
}

fn read(row: &mut Row) -> Result<PermissionGrant, QueryError> {
    Ok(PermissionGrant {
        id: row.id("id")?,
        client: row.id("client")?,
        consenter: match row.id("consenter")? {
            EVERYBODY => Consenter::Everybody,
            person => Consenter::Person(person),
        },
        resource: row.id("resource")?,
        scopes: row
            .text("scope")?
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
        created_at: row.time("created_at")?,
    })
}

/// The grant with this id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<PermissionGrant>, QueryError> {
    let sql = "SELECT id, client, consenter, resource, scope, created_at FROM oauth2_grant \
               WHERE tenant = $1 AND id = $2";
    view.find("oauth2_grant", sql, values![tenant, id], read)
}

/// The grant of one client on one resource for one consenter.
///
/// # Errors
/// When the store fails.
pub fn find_same(
    view: &View<'_>,
    tenant: TenantId,
    (client, resource): (ObjectId, ObjectId),
    by: Consenter,
) -> Result<Option<PermissionGrant>, QueryError> {
    let sql = "SELECT id, client, consenter, resource, scope, created_at FROM oauth2_grant \
               WHERE tenant = $1 AND client = $2 AND resource = $3 AND consenter = $4";
    view.find(
        "oauth2_grant",
        sql,
        values![tenant, client, resource, consenter(by)],
        read,
    )
}

/// Every grant of a tenant, by id; of one client alone, where one is named.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<PermissionGrant>, QueryError> {
    let sql = "SELECT id, client, consenter, resource, scope, created_at FROM oauth2_grant \
               WHERE tenant = $1 ORDER BY id";
    view.list("oauth2_grant", sql, values![tenant], read)
}

/// What a client may do on a resource for a person: what they agreed to, and what was agreed to for everybody.
///
/// # Errors
/// When the store fails.
pub fn agreed(
    view: &View<'_>,
    tenant: TenantId,
    (client, resource): (ObjectId, ObjectId),
    person: ObjectId,
) -> Result<Vec<String>, QueryError> {
    let mut scopes = Vec::new();
    for by in [Consenter::Everybody, Consenter::Person(person)] {
        if let Some(grant) = find_same(view, tenant, (client, resource), by)? {
            scopes.extend(grant.scopes);
        }
    }
    Ok(scopes)
}

/// Gives scopes; says whether there is no such grant yet.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, grant: &PermissionGrant) -> Result<bool, QueryError> {
    let sql = "INSERT INTO oauth2_grant (tenant, id, client, consenter, resource, scope, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let written = tx.execute(
        sql,
        values![
            tenant,
            grant.id,
            grant.client,
            consenter(grant.consenter),
            grant.resource,
            grant.scopes.join(" "),
            grant.created_at
        ],
    )?;
    Ok(written > 0)
}

/// Writes which scopes a grant has; says whether it is there.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, tenant: TenantId, grant: &PermissionGrant) -> Result<bool, QueryError> {
    let sql = "UPDATE oauth2_grant SET scope = $3 WHERE tenant = $1 AND id = $2";
    Ok(tx.execute(sql, values![tenant, grant.id, grant.scopes.join(" ")])? > 0)
}

/// Takes a grant back; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM oauth2_grant WHERE tenant = $1 AND id = $2";
    Ok(tx.execute(sql, values![tenant, id])? > 0)
}

/// Deletes what a principal was given, what is given on it, and what it gave.
pub(crate) fn delete_all_of(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    principal: ObjectId,
) -> Result<(), QueryError> {
    let sql =
        "DELETE FROM oauth2_grant WHERE tenant = $1 AND (client = $2 OR resource = $2 OR consenter = $2)";
    tx.execute(sql, values![tenant, principal]).map(|_| ())
}

/// Spends a form; says whether it was not spent before.
///
/// # Errors
/// When the store fails.
pub fn spend_form(tx: &mut Tx<'_>, form: &SecretHash, now: Timestamp) -> Result<bool, QueryError> {
    let long_ago = now.minus(FORMS);
    tx.execute("DELETE FROM spent_form WHERE spent_at < $1", values![long_ago])?;
    let sql =
        "INSERT INTO spent_form (hash_mac, hash_key, spent_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, values![form.as_bytes(), form.key, now])? > 0)
}
