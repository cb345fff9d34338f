//! What is allowed and forbidden in each tenant.

use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_domain::mode::Mode;
use doorward_domain::tenant_settings::{Setting, TenantSettings};
use doorward_names::TenantId;

/// The tenant's settings, on a server of that mode.
///
/// # Errors
/// When the store fails.
pub fn of(view: &View<'_>, tenant: TenantId, mode: Mode) -> Result<TenantSettings, QueryError> {
    let sql = "SELECT name, enabled FROM tenant_setting WHERE tenant = $1";
    let said = view.list("tenant_setting", sql, values![tenant], |row| {
        Ok((row.word("name", Setting::of_name)?, row.bool("enabled")?))
    })?;
    Ok(TenantSettings::new(mode, said))
}

/// Says whether a setting is on.
///
/// # Errors
/// When the store fails.
pub fn put(tx: &mut Tx<'_>, tenant: TenantId, setting: Setting, enabled: bool) -> Result<(), QueryError> {
    let sql = "INSERT INTO tenant_setting (tenant, name, enabled) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant, name) DO UPDATE SET enabled = excluded.enabled";
    tx.execute(sql, values![tenant, setting.name(), enabled])
        .map(|_| ())
}
