//! Where somebody who has proven who they are is let in: at home, or as a guest in the tenant that was asked for.

use doorward_domain::directory::DirectoryRole;
use doorward_domain::guest::Seat;
use doorward_domain::user::User;
use doorward_names::TenantId;
use doorward_store::{self as store, QueryError, View};

use super::StsError;
use crate::ctx::Ctx;

/// A seat, and the directory roles that its account has.
pub type Seated = (Seat, Vec<DirectoryRole>);

/// The seat of `home` in the tenant that was asked for; at home where none was.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, asked: Option<TenantId>, home: &User) -> Result<Option<Seated>, QueryError> {
    let seat = match asked.filter(|asked| *asked != home.tenant) {
        None => Some(Seat::of(home.clone())),
        Some(asked) => store::user::find_guest(view, asked, home.account())?.map(|user| Seat {
            user,
            home: home.clone(),
        }),
    };
    let Some(seat) = seat else {
        return Ok(None);
    };
    let roles = store::directory_role::of(view, seat.user.tenant, seat.user.id)?;
    Ok(Some((seat, roles)))
}

/// As [`find`], of a seat that is open.
///
/// # Errors
/// [`StsError::NotInTenant`], [`StsError::UserDisabled`].
pub async fn take(ctx: &Ctx, asked: Option<TenantId>, home: User) -> Result<Seated, StsError> {
    let found = ctx.app.store.read(move |view| find(view, asked, &home)).await?;
    let (seat, roles) = found.ok_or(StsError::NotInTenant)?;
    match seat.is_open() {
        true => Ok((seat, roles)),
        false => Err(StsError::UserDisabled),
    }
}
