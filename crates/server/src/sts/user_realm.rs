//! GET /common/userrealm/{upn}

use doorward_protocol::oauth::UserRealm;
use http::StatusCode;

use super::{StsError, tenant};
use crate::ctx::Ctx;
use crate::http::{Response, json};

/// Says of every name in one of our domains that its password is checked here; never whether the name exists.
pub async fn get(ctx: &Ctx, upn: &str) -> Result<Response, StsError> {
    let domain = upn.rsplit_once('@').map_or("", |(_, domain)| domain);
    let known = match tenant::named(ctx, domain).await {
        Ok(_) => Some(domain),
        Err(StsError::TenantUnknown(_) | StsError::TenantNeeded) => None,
        Err(failure) => return Err(failure),
    };
    Ok(json(StatusCode::OK, &UserRealm::new(known, ctx.origin.url())))
}
