//! `/tenants`: those that the caller is in, which is one.

use doorward_names::TenantName;
use doorward_protocol::arm::{List, Tenant};
use http::StatusCode;

use super::ArmError;
use crate::bearer::{Bearer, TokenProblem};
use crate::ctx::Ctx;
use crate::http::{Response, json};

/// GET /tenants
pub async fn list(ctx: &Ctx, caller: &Bearer) -> Result<Response, ArmError> {
    let found = ctx.app.snapshots.tenant(&TenantName::Id(caller.tenant)).await?;
    let tenant = found.ok_or(ArmError::Token(TokenProblem::Issuer))?;
    let domains = tenant.domains.iter().map(|domain| domain.as_str().to_owned());
    let tenant = Tenant {
        id: format!("/tenants/{}", tenant.id),
        tenant_id: tenant.id,
        tenant_category: "Home".to_owned(),
        display_name: tenant.display_name.as_str().to_owned(),
        default_domain: tenant.default_domain.as_str().to_owned(),
        domains: domains.collect(),
    };
    Ok(json(StatusCode::OK, &List::from(vec![tenant])))
}
