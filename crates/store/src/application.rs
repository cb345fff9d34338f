//! Applications: registrations in their home tenant.

use crate::application_settings;
use crate::query::{Compiled, Field, Search, search};
use crate::revision::Kind;
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View, owner};
use doorward_domain::application::{Application, Bare, SignInAudience};
use doorward_domain::directory::query::{ApplicationField, Query};
use doorward_domain::token::TokenVersion;
use doorward_names::{AppId, IdentifierUri, ObjectId, TenantId};

const SELECT: &str = "SELECT id, tenant, app_id, display_name, identifier_uris, token_version, audience, \
                      created_at, settings FROM application";

const fn version(version: TokenVersion) -> i64 {
    match version {
        TokenVersion::V1 => 1,
        TokenVersion::V2 => 2,
    }
}

const fn audience(audience: SignInAudience) -> &'static str {
    match audience {
        SignInAudience::SingleTenant => "single",
        SignInAudience::MultiTenant => "multiple",
    }
}

fn read(row: &mut Row) -> Result<Application, QueryError> {
    let (id, tenant, app_id) = (row.id("id")?, row.id("tenant")?, row.id("app_id")?);
    let display_name = row.display_name("display_name")?;
    let identifier_uris = row.parse_list("identifier_uris")?;
    let token_version = match row.int("token_version")? {
        1 => TokenVersion::V1,
        2 => TokenVersion::V2,
        _ => return Err(row.corrupt("token_version")),
    };
    let audience = row.word("audience", |word| match word {
        "single" => Some(SignInAudience::SingleTenant),
        "multiple" => Some(SignInAudience::MultiTenant),
        _ => None,
    })?;
    let mut application = Application {
        identifier_uris,
        token_version,
        audience,
        ..Application::from(Bare {
            id,
            tenant,
            app_id,
            display_name,
            created_at: row.time("created_at")?,
        })
    };
    application_settings::read(row, "settings", &mut application)?;
    Ok(application)
}

/// The tenant's application with this object id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<Application>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND id = $2");
    Ok(view
        .list("application", &sql, values![tenant, id], read)?
        .into_iter()
        .next())
}

/// The tenant's application with this application id.
///
/// # Errors
/// When the store fails.
pub fn find_by_app_id(
    view: &View<'_>,
    tenant: TenantId,
    app_id: AppId,
) -> Result<Option<Application>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND app_id = $2");
    Ok(view
        .list("application", &sql, values![tenant, app_id], read)?
        .into_iter()
        .next())
}

/// The tenant's application that this identifier URI names; `folded` comes from [`IdentifierUri::fold`].
///
/// # Errors
/// When the store fails.
pub fn find_by_identifier_uri(
    view: &View<'_>,
    tenant: TenantId,
    folded: &str,
) -> Result<Option<Application>, QueryError> {
    let sql = format!(
        "{SELECT} WHERE tenant = $1 AND id IN \
         (SELECT u.application FROM application_uri u WHERE u.tenant = $1 AND u.folded = $2)"
    );
    Ok(view
        .list("application", &sql, values![tenant, folded], read)?
        .into_iter()
        .next())
}

/// The application with this application id, in whichever tenant it is registered.
///
/// # Errors
/// When the store fails.
pub fn find_anywhere(view: &View<'_>, app_id: AppId) -> Result<Option<Application>, QueryError> {
    let sql = format!("{SELECT} WHERE app_id = $1");
    Ok(view
        .list("application", &sql, values![app_id], read)?
        .into_iter()
        .next())
}

/// Whether pages of this origin are registered as anybody's single-page application.
///
/// # Errors
/// When the store fails.
pub fn is_page_origin(view: &View<'_>, origin: &str) -> Result<bool, QueryError> {
    view.exists(
        "SELECT application FROM page_origin WHERE origin = $1 LIMIT 1",
        values![origin],
    )
}

impl Field for ApplicationField {
    fn compile(self) -> Compiled {
        match self {
            Self::Id => Compiled::Id("id"),
            Self::AppId => Compiled::Id("app_id"),
            Self::DisplayName => Compiled::Text("display_name_key"),
            Self::IdentifierUris => Compiled::Uris {
                id: None,
                exists: "EXISTS (SELECT 1 FROM application_uri u WHERE u.tenant = application.tenant \
                         AND u.application = application.id AND ",
            },
        }
    }
}

/// One page of the tenant's applications, by object id.
///
/// # Errors
/// When the store fails.
pub fn list(
    view: &View<'_>,
    tenant: TenantId,
    query: &Query<ApplicationField>,
) -> Result<Vec<Application>, QueryError> {
    search(
        view,
        &Search {
            table: "application",
            select: SELECT,
            tenant,
        },
        query,
        read,
    )
}

fn conflict(tx: &Tx<'_>, application: &Application) -> Result<Option<Conflict>, QueryError> {
    let Application {
        id,
        tenant,
        app_id,
        identifier_uris,
        ..
    } = application;
    let sql = "SELECT id FROM application WHERE tenant = $1 AND app_id = $2 AND id <> $3";
    if tx.exists(sql, values![tenant, app_id, id])? {
        return Ok(Some(Conflict { what: Unique::AppId }));
    }
    for uri in identifier_uris {
        let sql = "SELECT application FROM application_uri WHERE tenant = $1 AND folded = $2 \
                   AND application <> $3";
        if tx.exists(sql, values![tenant, uri.folded(), id])? {
            return Ok(Some(Conflict {
                what: Unique::IdentifierUri,
            }));
        }
    }
    Ok(None)
}

/// Uris hold no spaces, so the row keeps them in order, parted by spaces; the table beside it keeps them unique
/// and findable.
fn joined(uris: &[IdentifierUri]) -> String {
    uris.iter()
        .map(IdentifierUri::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What is looked for by other things than the application's ids.
fn insert_keys(tx: &mut Tx<'_>, application: &Application) -> Result<(), QueryError> {
    for origin in application.sign_in.page_origins() {
        tx.execute(
            "INSERT INTO page_origin (tenant, application, origin) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            values![application.tenant, application.id, origin],
        )?;
    }
    for uri in &application.identifier_uris {
        tx.execute(
            "INSERT INTO application_uri (tenant, folded, application) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            values![application.tenant, uri.folded(), application.id],
        )?;
    }
    Ok(())
}

fn delete_keys(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<(), QueryError> {
    let sql = "DELETE FROM application_uri WHERE tenant = $1 AND application = $2";
    tx.execute(sql, values![tenant, id])?;
    let sql = "DELETE FROM page_origin WHERE tenant = $1 AND application = $2";
    tx.execute(sql, values![tenant, id]).map(|_| ())
}

/// Registers an application.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, application: &Application) -> Result<Inserted, QueryError> {
    if let Some(conflict) = conflict(tx, application)? {
        return Ok(Err(conflict));
    }
    let written = tx.execute(
        "INSERT INTO application (tenant, id, app_id, display_name, display_name_key, identifier_uris, \
         token_version, audience, created_at, settings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT DO NOTHING",
        values![
            application.tenant,
            application.id,
            application.app_id,
            application.display_name,
            application.display_name.folded(),
            joined(&application.identifier_uris),
            version(application.token_version),
            audience(application.audience),
            application.created_at,
            application_settings::write(application)
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    insert_keys(tx, application)?;
    tx.bump(Kind::Client, application.tenant);
    Ok(Ok(()))
}

/// Writes an application that is there; `Ok(Ok(false))` when it is not. Its application id and time of making
/// stay.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, application: &Application) -> Result<Result<bool, Conflict>, QueryError> {
    if let Some(conflict) = conflict(tx, application)? {
        return Ok(Err(conflict));
    }
    let written = tx.execute(
        "UPDATE application SET display_name = $3, display_name_key = $4, identifier_uris = $5, \
         token_version = $6, audience = $7, settings = $8 WHERE tenant = $1 AND id = $2",
        values![
            application.tenant,
            application.id,
            application.display_name,
            application.display_name.folded(),
            joined(&application.identifier_uris),
            version(application.token_version),
            audience(application.audience),
            application_settings::write(application)
        ],
    )?;
    if written == 0 {
        return Ok(Ok(false));
    }
    delete_keys(tx, application.tenant, application.id)?;
    insert_keys(tx, application)?;
    tx.bump(Kind::Client, application.tenant);
    Ok(Ok(true))
}

/// Deletes an application with its credentials, URIs and owners; says whether it was there. Its service principal
/// is the caller's to delete.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM application WHERE tenant = $1 AND id = $2";
    if tx.execute(sql, values![tenant, id])? == 0 {
        return Ok(false);
    }
    delete_keys(tx, tenant, id)?;
    tx.execute(
        "DELETE FROM password_credential WHERE tenant = $1 AND owner = $2",
        values![tenant, id],
    )?;
    owner::delete_all_of(tx, tenant, id)?;
    tx.bump(Kind::Client, tenant);
    Ok(true)
}
