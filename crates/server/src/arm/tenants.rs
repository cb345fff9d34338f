//! `/tenants`: those that the caller is in, which is one.

use doorward_names::TenantName;
use doorward_protocol::arm::{List, Tenant};

use super::ArmError;
use super::call::{Call, ok};
use crate::bearer::TokenProblem;
use crate::http::Response;

/// GET /tenants
pub async fn list(call: &Call) -> Result<Response, ArmError> {
    let found = call
        .ctx
        .app
        .snapshots
        .tenant(&TenantName::Id(call.tenant()))
        .await?;
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
    Ok(ok(&List::from(vec![tenant])))
}
