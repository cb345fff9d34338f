//! A person sets their own password: in place of a temporary one, or of the one that they had.

use doorward_domain::audit::Event;
use doorward_domain::user::{Password, User};
use doorward_names::SecretString;
use doorward_store::{self as store, QueryError, Tx};

use super::{StsError, lockout};
use crate::credentials::{PasswordRefusal, Passwords};
use crate::ctx::Ctx;

/// Checks the rules for a new password of `user`'s own.
///
/// # Errors
/// The first rule that it breaks.
pub async fn admit(ctx: &Ctx, user: &User, password: &SecretString) -> Result<(), PasswordRefusal> {
    Passwords::admit(password)?;
    let before = user.password.as_ref().map(|password| password.hash.clone());
    match ctx.app.passwords.verify(password.clone(), before).await {
        true => Err(PasswordRefusal::SameAsBefore),
        false => Ok(()),
    }
}

/// Gives `user` a password that [`admit`] let pass, and ends their sessions: whoever knew the one of before is out. `None`
/// when the account, or its password, is not as `user` says any more: of several at once, one sets it.
///
/// # Errors
/// When the store fails.
pub async fn set(ctx: &Ctx, user: &User, password: SecretString) -> Result<Option<User>, StsError> {
    let hash = ctx
        .app
        .passwords
        .hash(password)
        .await
        .ok_or(StsError::Unavailable)?;
    let (before, now) = (user.clone(), ctx.now);
    let mut audit = ctx.audit(user.tenant, Event::DirectoryUpdated);
    audit.actor = Some(user.id);
    audit.target = Some(user.id);
    audit.detail = match user.must_change_password() {
        true => "user: own password in place of a temporary one".to_owned(),
        false => "user: password changed by the person".to_owned(),
    };
    let write = move |tx: &mut Tx<'_>| {
        let found = store::user::find(tx, before.tenant, before.id)?;
        let Some(mut user) = found.filter(|user| user.enabled && user.password == before.password) else {
            return Ok::<_, QueryError>(None);
        };
        user.password = Some(Password {
            hash: hash.clone(),
            must_change: false,
            set_at: now,
        });
        // Its name is as it was, so nobody else has it.
        if store::user::update(tx, &user)? != Ok(true) {
            return Ok(None);
        }
        store::session::revoke_all_of_user(tx, user.tenant, user.id, now)?;
        lockout::forgive(tx, &user)?;
        store::audit::insert(tx, &audit)?;
        Ok(Some(user))
    };
    Ok(ctx.app.snapshots.write(write).await?)
}
