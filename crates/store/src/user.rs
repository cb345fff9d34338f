//! People's accounts.

use crate::query::{Compiled, Field, Search, search};
use crate::row::Row;
use crate::value::values;
use crate::{
    Conflict, Inserted, QueryError, Tx, Unique, View, directory_role, group_member, owner, permission,
};
use doorward_domain::directory::query::{Query, UserField};
use doorward_domain::guest::{Guest, HomeAccount, Seat};
use doorward_domain::user::{Password, PasswordHash, User, UserKind};
use doorward_names::{ObjectId, TenantId, Upn};

const SELECT: &str = "SELECT id, tenant, upn, display_name, mail_nickname, kind, enabled, password_hash, \
                      password_must_change, password_set_at, guest_email, guest_since, home_tenant, \
                      home_account, created_at, sessions_revoked_at FROM account";

const fn kind(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Member => "member",
        UserKind::Guest => "guest",
    }
}

fn read(row: &mut Row) -> Result<User, QueryError> {
    Ok(User {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        upn: row.parse("upn")?,
        display_name: row.display_name("display_name")?,
        mail_nickname: row.text("mail_nickname")?,
        kind: row.word("kind", |word| match word {
            "member" => Some(UserKind::Member),
            "guest" => Some(UserKind::Guest),
            _ => None,
        })?,
        enabled: row.bool("enabled")?,
        password: password(row)?,
        guest: guest(row)?,
        created_at: row.time("created_at")?,
        sessions_revoked_at: row.opt_time("sessions_revoked_at")?,
    })
}

fn password(row: &mut Row) -> Result<Option<Password>, QueryError> {
    match (
        row.opt_text("password_hash")?,
        row.opt_bool("password_must_change")?,
        row.opt_time("password_set_at")?,
    ) {
        (None, None, None) => Ok(None),
        (Some(hash), Some(must_change), Some(set_at)) => Ok(Some(Password {
            hash: PasswordHash::new(hash),
            must_change,
            set_at,
        })),
        _ => Err(row.corrupt("password_hash")),
    }
}

fn guest(row: &mut Row) -> Result<Option<Guest>, QueryError> {
    let (email, since) = (row.opt_text("guest_email")?, row.opt_time("guest_since")?);
    let (tenant, user) = (row.opt_id("home_tenant")?, row.opt_id("home_account")?);
    let home = match (tenant, user) {
        (None, None) => None,
        (Some(tenant), Some(user)) => Some(HomeAccount { tenant, user }),
        _ => return Err(row.corrupt("home_account")),
    };
    match (email, since, home) {
        (None, None, None) => Ok(None),
        (Some(email), Some(since), home) => Ok(Some(Guest { email, home, since })),
        _ => Err(row.corrupt("guest_email")),
    }
}

/// The tenant's user with this id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<User>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND id = $2");
    Ok(view
        .list("account", &sql, values![tenant, id], read)?
        .into_iter()
        .next())
}

/// The tenant's user with this name, in any case.
///
/// # Errors
/// When the store fails.
pub fn find_by_upn(view: &View<'_>, tenant: TenantId, upn: &Upn) -> Result<Option<User>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND upn_key = $2");
    Ok(view
        .list("account", &sql, values![tenant, upn.folded()], read)?
        .into_iter()
        .next())
}

/// The tenant's guest whose home account this is.
///
/// # Errors
/// When the store fails.
pub fn find_guest(view: &View<'_>, tenant: TenantId, home: HomeAccount) -> Result<Option<User>, QueryError> {
    let sql = format!("{SELECT} WHERE home_tenant = $1 AND home_account = $2 AND tenant = $3");
    Ok(view
        .list("account", &sql, values![home.tenant, home.user, tenant], read)?
        .into_iter()
        .next())
}

/// Every guest, in whichever tenant, whose home account this is.
///
/// # Errors
/// When the store fails.
pub fn guests_of(view: &View<'_>, home: HomeAccount) -> Result<Vec<User>, QueryError> {
    let sql = format!("{SELECT} WHERE home_tenant = $1 AND home_account = $2 ORDER BY created_at, tenant");
    view.list("account", &sql, values![home.tenant, home.user], read)
}

/// The tenant's user with this id, and the account by which they prove who they are; nothing when either is gone, or
/// the user is a guest who has not accepted.
///
/// # Errors
/// When the store fails.
pub fn seat(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<Seat>, QueryError> {
    let Some(user) = find(view, tenant, id)? else {
        return Ok(None);
    };
    let home = match user.home() {
        None => None,
        Some(home) if home == user.account() => Some(user.clone()),
        Some(home) => find(view, home.tenant, home.user)?,
    };
    Ok(home.map(|home| Seat { user, home }))
}

impl Field for UserField {
    fn compile(self) -> Compiled {
        match self {
            Self::Id => Compiled::Id("id"),
            Self::UserPrincipalName => Compiled::Text("upn_key"),
            Self::DisplayName => Compiled::Text("display_name_key"),
            Self::MailNickname => Compiled::Text("mail_nickname_key"),
            Self::AccountEnabled => Compiled::Bool("enabled"),
            Self::UserType => Compiled::Text("kind"),
        }
    }
}

/// One page of the tenant's users, by id.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId, query: &Query<UserField>) -> Result<Vec<User>, QueryError> {
    search(
        view,
        &Search {
            table: "account",
            select: SELECT,
            tenant,
        },
        query,
        read,
    )
}

fn name_is_taken(tx: &Tx<'_>, user: &User) -> Result<bool, QueryError> {
    tx.exists(
        "SELECT id FROM account WHERE tenant = $1 AND upn_key = $2 AND id <> $3",
        values![user.tenant, user.upn.folded(), user.id],
    )
}

/// Adds a user.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, user: &User) -> Result<Inserted, QueryError> {
    if name_is_taken(tx, user)? {
        return Ok(Err(Conflict { what: Unique::Upn }));
    }
    let (password, guest) = (user.password.as_ref(), user.guest.as_ref());
    let home = guest.and_then(|guest| guest.home);
    let written = tx.execute(
        "INSERT INTO account (tenant, id, upn, upn_key, display_name, display_name_key, mail_nickname, \
         mail_nickname_key, kind, enabled, password_hash, password_must_change, password_set_at, \
         guest_email, guest_since, home_tenant, home_account, created_at, sessions_revoked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
         ON CONFLICT DO NOTHING",
        values![
            user.tenant,
            user.id,
            user.upn,
            user.upn.folded(),
            user.display_name,
            user.display_name.folded(),
            user.mail_nickname,
            user.mail_nickname.to_lowercase(),
            kind(user.kind),
            user.enabled,
            password.map(|p| p.hash.as_str()),
            password.map(|p| p.must_change),
            password.map(|p| p.set_at),
            guest.map(|guest| guest.email.as_str()),
            guest.map(|guest| guest.since),
            home.map(|home| home.tenant),
            home.map(|home| home.user),
            user.created_at,
            user.sessions_revoked_at
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Id })
    } else {
        Ok(())
    })
}

/// Writes a user who is there; `Ok(Ok(false))` when it is not. Its time of making stays.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, user: &User) -> Result<Result<bool, Conflict>, QueryError> {
    if name_is_taken(tx, user)? {
        return Ok(Err(Conflict { what: Unique::Upn }));
    }
    let (password, guest) = (user.password.as_ref(), user.guest.as_ref());
    let home = guest.and_then(|guest| guest.home);
    let written = tx.execute(
        "UPDATE account SET upn = $3, upn_key = $4, display_name = $5, display_name_key = $6, \
         mail_nickname = $7, mail_nickname_key = $8, kind = $9, enabled = $10, password_hash = $11, \
         password_must_change = $12, password_set_at = $13, guest_email = $14, guest_since = $15, \
         home_tenant = $16, home_account = $17, sessions_revoked_at = $18 WHERE tenant = $1 AND id = $2",
        values![
            user.tenant,
            user.id,
            user.upn,
            user.upn.folded(),
            user.display_name,
            user.display_name.folded(),
            user.mail_nickname,
            user.mail_nickname.to_lowercase(),
            kind(user.kind),
            user.enabled,
            password.map(|p| p.hash.as_str()),
            password.map(|p| p.must_change),
            password.map(|p| p.set_at),
            guest.map(|guest| guest.email.as_str()),
            guest.map(|guest| guest.since),
            home.map(|home| home.tenant),
            home.map(|home| home.user),
            user.sessions_revoked_at
        ],
    )?;
    Ok(Ok(written > 0))
}

/// Deletes a user with its roles, permissions, ownerships, memberships, sessions and second factor; says whether it
/// was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let deleted = tx.execute(
        "DELETE FROM account WHERE tenant = $1 AND id = $2",
        values![tenant, id],
    )? > 0;
    if deleted {
        directory_role::delete_all_of(tx, tenant, id)?;
        crate::permission_grant::delete_all_of(tx, tenant, id)?;
        permission::delete_all_of(tx, tenant, id)?;
        crate::app_role::delete_all_of(tx, tenant, id)?;
        owner::delete_all_of(tx, tenant, id)?;
        group_member::delete_all_of(tx, tenant, id)?;
        crate::session::delete_all_of_user(tx, tenant, id)?;
        crate::browser_session::delete_all_of_user(tx, tenant, id)?;
        crate::second_factor::delete(tx, tenant, id)?;
        crate::invitation::delete_all_of(tx, tenant, id)?;
    }
    Ok(deleted)
}
