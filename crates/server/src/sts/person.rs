//! Who a person is, by name and password: what the password grant and the pages share.

use doorward_domain::audit::Event;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::user::User;
use doorward_names::{SecretString, TenantId, Upn};
use doorward_store::{self as store, QueryError, View};

use super::lockout::Guard;
use super::{StsError, own_password, tenant, throttle};
use crate::credentials::known_browser::Known;
use crate::ctx::Ctx;

/// `amr` of a password.
pub const PASSWORD: &str = "pwd";

/// An account and its directory roles.
pub type Found = (User, Vec<DirectoryRole>);

/// The account of that sign-in name.
pub fn find(view: &View<'_>, tenant: TenantId, upn: Option<&Upn>) -> Result<Option<Found>, QueryError> {
    let found = upn
        .map(|upn| store::user::find_by_upn(view, tenant, upn))
        .transpose()?
        .flatten();
    let Some(user) = found else {
        return Ok(None);
    };
    let roles = store::directory_role::of(view, tenant, user.id)?;
    Ok(Some((user, roles)))
}

/// Where the account of a name is looked for: in the tenant of the name's domain, else in the one that was asked for.
pub async fn tenant_of(ctx: &Ctx, asked: Option<TenantId>, name: &str) -> Result<Option<TenantId>, StsError> {
    match tenant::named_or_of_user(ctx, "organizations", name).await {
        Ok(tenant) => Ok(Some(tenant.id)),
        Err(StsError::TenantUnknown(_) | StsError::TenantNeeded) => Ok(asked),
        Err(failure) => Err(failure),
    }
}

/// The account whose name and password these are, when it may sign in with them. See [`tenant_of`]. `known` is what the
/// browser was given when somebody signed in there; a program has nothing of the kind.
///
/// # Errors
/// [`StsError::WrongPassword`] for a wrong name as well: whether one exists is nobody's business. [`StsError::Locked`]
/// after too many wrong ones, also for a right one. [`StsError::PasswordMustChange`] for a temporary one.
pub async fn by_password(
    ctx: &Ctx,
    asked: Option<TenantId>,
    typed: (&str, SecretString),
    known: Known<'_>,
) -> Result<User, StsError> {
    let user = by_any_password(ctx, asked, typed, known).await?;
    match user.must_change_password() {
        true => Err(StsError::PasswordMustChange),
        false => Ok(user),
    }
}

/// As [`by_password`], also when the password is a temporary one: for pages, whose steps after it have it changed
/// (`web::second_factor::Place::after`).
///
/// # Errors
/// As [`by_password`], but for a temporary password.
pub async fn by_any_password(
    ctx: &Ctx,
    asked: Option<TenantId>,
    (name, password): (&str, SecretString),
    known: Known<'_>,
) -> Result<User, StsError> {
    let Some(tenant) = tenant_of(ctx, asked, name).await? else {
        return Err(throttle::unknown_account(ctx).await);
    };
    let upn = name.parse::<Upn>().ok();
    let found = ctx
        .app
        .store
        .read(move |view| find(view, tenant, upn.as_ref()))
        .await?;
    let account = found.as_ref().map(|(user, _)| user);
    let guard = Guard::of(ctx, tenant, (name, account), known);
    guard.check(ctx).await?;
    let hash = account.and_then(|user| user.password.as_ref());
    let hash = hash.map(|p| p.hash.clone());
    let right = ctx.app.passwords.verify(password.clone(), hash).await;
    guard.settle(ctx, right).await?;
    let Some((user, _)) = found else {
        return Err(StsError::WrongPassword);
    };
    if !user.enabled {
        return Err(StsError::UserDisabled);
    }
    own_password::rehash(ctx, &user, password).await?;
    Ok(user)
}

/// Lets a person in whom a run stands for by its secret; counts who failed.
pub async fn admit(
    ctx: &Ctx,
    tenant: TenantId,
    (found, right): (Option<Found>, bool),
) -> Result<Found, StsError> {
    match found {
        Some((user, _)) if right && !user.enabled => Err(StsError::UserDisabled),
        Some(found) if right => Ok(found),
        Some((user, _)) => {
            let mut audit = ctx.audit(tenant, Event::SignInRefused);
            audit.actor = Some(user.id);
            audit.detail = "wrong password".to_owned();
            let error = StsError::WrongPassword;
            Err(throttle::refused(ctx, &user.id.to_string(), audit, (error, true)).await)
        }
        None => Err(throttle::unknown_client(ctx, tenant, StsError::WrongPassword).await),
    }
}
