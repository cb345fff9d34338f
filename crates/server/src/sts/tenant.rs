//! Finding the tenant that a path names.

use doorward_domain::tenant::Tenant;
use doorward_names::TenantName;
use std::sync::Arc;

use super::StsError;
use crate::ctx::Ctx;

/// The tenant that the first path segment names.
///
/// # Errors
/// [`StsError::TenantUnknown`], or [`StsError::TenantNeeded`] for the shared words.
pub async fn named(ctx: &Ctx, segment: &str) -> Result<Arc<Tenant>, StsError> {
    let unknown = || StsError::TenantUnknown(segment.to_owned());
    let name: TenantName = segment.parse().map_err(|_| unknown())?;
    match name {
        TenantName::Common | TenantName::Organizations | TenantName::Consumers => Err(StsError::TenantNeeded),
        TenantName::Id(_) | TenantName::Domain(_) => {
            ctx.app.snapshots.tenant(&name).await?.ok_or_else(unknown)
        }
    }
}

/// As [`named`], where the shared words stand for the tenant of a user's domain.
///
/// # Errors
/// [`StsError::TenantUnknown`] when there is none.
pub async fn named_or_of_user(ctx: &Ctx, segment: &str, user: &str) -> Result<Arc<Tenant>, StsError> {
    match segment.parse() {
        Ok(TenantName::Common | TenantName::Organizations) => {
            let domain = user.rsplit_once('@').map_or(user, |(_, domain)| domain);
            named(ctx, domain).await
        }
        _ => named(ctx, segment).await,
    }
}
