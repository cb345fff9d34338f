//! Tenants and the domains that name them.

use crate::revision::{EVERYWHERE, Kind};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::tenant::Tenant;
use doorward_names::{DomainName, TenantId};

fn read(row: &mut Row) -> Result<Tenant, QueryError> {
    Ok(Tenant {
        id: row.id("id")?,
        display_name: row.display_name("display_name")?,
        default_domain: row.parse("default_domain")?,
        domains: row.parse_list("domains")?,
        created_at: row.time("created_at")?,
    })
}

/// The tenant with this id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, id: TenantId) -> Result<Option<Tenant>, QueryError> {
    let sql = "SELECT id, display_name, default_domain, domains, created_at FROM tenant WHERE id = $1";
    view.find("tenant", sql, values![id], read)
}

/// The tenant that this domain names.
///
/// # Errors
/// When the store fails.
pub fn find_by_domain(view: &View<'_>, domain: &DomainName) -> Result<Option<Tenant>, QueryError> {
    let sql = "SELECT t.id, t.display_name, t.default_domain, t.domains, t.created_at \
               FROM tenant t JOIN tenant_domain d ON d.tenant = t.id WHERE d.domain = $1";
    view.find("tenant", sql, values![domain], read)
}

/// Every tenant, oldest first.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>) -> Result<Vec<Tenant>, QueryError> {
    let sql =
        "SELECT id, display_name, default_domain, domains, created_at FROM tenant ORDER BY created_at, id";
    view.list("tenant", sql, &[], read)
}

/// Adds a tenant with its domains.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, tenant: &Tenant) -> Result<Inserted, QueryError> {
    for domain in &tenant.domains {
        if tx.exists(
            "SELECT tenant FROM tenant_domain WHERE domain = $1",
            values![domain],
        )? {
            return Ok(Err(Conflict { what: Unique::Domain }));
        }
    }
    let domains = tenant
        .domains
        .iter()
        .map(DomainName::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    let written = tx.execute(
        "INSERT INTO tenant (id, display_name, default_domain, domains, created_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        values![
            tenant.id,
            tenant.display_name,
            tenant.default_domain,
            domains,
            tenant.created_at
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    for domain in &tenant.domains {
        // The list may name a domain twice.
        let sql = "INSERT INTO tenant_domain (domain, tenant) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        tx.execute(sql, values![domain, tenant.id])?;
    }
    tx.bump(Kind::Directory, EVERYWHERE);
    tx.bump(Kind::Directory, tenant.id);
    Ok(Ok(()))
}
