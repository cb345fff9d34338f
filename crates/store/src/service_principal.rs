//! Service principals: applications' presence in a tenant.

use crate::query::{Compiled, Field, Search, search};
use crate::revision::Kind;
use crate::row::Row;
use crate::value::values;
use crate::{
    Conflict, Inserted, QueryError, Tx, Unique, View, directory_role, group_member, owner, permission,
};
use doorward_domain::directory::query::{Query, ServicePrincipalField};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_names::{AppId, ObjectId, TenantId};

const SELECT: &str = "SELECT id, tenant, app_id, app_owner, display_name, kind, enabled, \
                      assignment_required, created_at \
                      FROM service_principal";

const fn kind(kind: ServicePrincipalKind) -> &'static str {
    match kind {
        ServicePrincipalKind::Application => "application",
        ServicePrincipalKind::FirstParty => "first_party",
        ServicePrincipalKind::ManagedIdentity => "managed_identity",
    }
}

fn read(row: &mut Row) -> Result<ServicePrincipal, QueryError> {
    Ok(ServicePrincipal {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        app_id: row.id("app_id")?,
        app_owner: row.opt_id("app_owner")?,
        display_name: row.display_name("display_name")?,
        kind: row.word("kind", |word| match word {
            "application" => Some(ServicePrincipalKind::Application),
            "first_party" => Some(ServicePrincipalKind::FirstParty),
            "managed_identity" => Some(ServicePrincipalKind::ManagedIdentity),
            _ => None,
        })?,
        enabled: row.bool("enabled")?,
        assignment_required: row.bool("assignment_required")?,
        created_at: row.time("created_at")?,
    })
}

/// The tenant's service principal with this object id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<ServicePrincipal>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND id = $2");
    Ok(view
        .list("service_principal", &sql, values![tenant, id], read)?
        .into_iter()
        .next())
}

/// The tenant's service principal of this application.
///
/// # Errors
/// When the store fails.
pub fn find_by_app_id(
    view: &View<'_>,
    tenant: TenantId,
    app_id: AppId,
) -> Result<Option<ServicePrincipal>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND app_id = $2");
    Ok(view
        .list("service_principal", &sql, values![tenant, app_id], read)?
        .into_iter()
        .next())
}

impl Field for ServicePrincipalField {
    fn compile(self) -> Compiled {
        match self {
            Self::Id => Compiled::Id("id"),
            Self::AppId => Compiled::Id("app_id"),
            Self::DisplayName => Compiled::Text("display_name_key"),
            Self::ServicePrincipalNames => Compiled::Uris {
                id: Some("app_id"),
                exists: "EXISTS (SELECT 1 FROM application a JOIN application_uri u \
                         ON u.tenant = a.tenant AND u.application = a.id \
                         WHERE a.tenant = service_principal.tenant AND a.app_id = service_principal.app_id AND ",
            },
            Self::AccountEnabled => Compiled::Bool("enabled"),
            // Graph knows one type for two of ours.
            Self::ServicePrincipalType => Compiled::Text(
                "(CASE kind WHEN 'managed_identity' THEN 'managedidentity' ELSE 'application' END)",
            ),
        }
    }
}

/// One page of the tenant's service principals, by object id.
///
/// # Errors
/// When the store fails.
pub fn list(
    view: &View<'_>,
    tenant: TenantId,
    query: &Query<ServicePrincipalField>,
) -> Result<Vec<ServicePrincipal>, QueryError> {
    search(
        view,
        &Search {
            table: "service_principal",
            select: SELECT,
            tenant,
        },
        query,
        read,
    )
}

/// Adds a service principal.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, principal: &ServicePrincipal) -> Result<Inserted, QueryError> {
    let sql = "SELECT id FROM service_principal WHERE tenant = $1 AND app_id = $2";
    if tx.exists(sql, values![principal.tenant, principal.app_id])? {
        return Ok(Err(Conflict {
            what: Unique::ServicePrincipal,
        }));
    }
    let written = tx.execute(
        "INSERT INTO service_principal (tenant, id, app_id, app_owner, display_name, display_name_key, kind, \
         enabled, assignment_required, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        values![
            principal.tenant,
            principal.id,
            principal.app_id,
            principal.app_owner,
            principal.display_name,
            principal.display_name.folded(),
            kind(principal.kind),
            principal.enabled,
            principal.assignment_required,
            principal.created_at
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    tx.bump(Kind::Client, principal.tenant);
    Ok(Ok(()))
}

/// Writes name and state of a service principal; says whether it was there. All else about it never changes.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, principal: &ServicePrincipal) -> Result<bool, QueryError> {
    let written = tx.execute(
        "UPDATE service_principal SET display_name = $3, display_name_key = $4, enabled = $5, \
         assignment_required = $6 \
         WHERE tenant = $1 AND id = $2",
        values![
            principal.tenant,
            principal.id,
            principal.display_name,
            principal.display_name.folded(),
            principal.enabled,
            principal.assignment_required
        ],
    )?;
    if written > 0 {
        tx.bump(Kind::Client, principal.tenant);
    }
    Ok(written > 0)
}

/// Deletes a service principal with its credentials, roles, permissions, roles in it, ownerships and memberships; says whether it was
/// there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM service_principal WHERE tenant = $1 AND id = $2";
    if tx.execute(sql, values![tenant, id])? == 0 {
        return Ok(false);
    }
    tx.execute(
        "DELETE FROM password_credential WHERE tenant = $1 AND owner = $2",
        values![tenant, id],
    )?;
    directory_role::delete_all_of(tx, tenant, id)?;
    crate::permission_grant::delete_all_of(tx, tenant, id)?;
    permission::delete_all_of(tx, tenant, id)?;
    crate::app_role::delete_all_of(tx, tenant, id)?;
    owner::delete_all_of(tx, tenant, id)?;
    group_member::delete_all_of(tx, tenant, id)?;
    tx.bump(Kind::Client, tenant);
    Ok(true)
}
