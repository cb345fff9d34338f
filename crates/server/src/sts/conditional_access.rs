//! What a tenant's policies demand of a sign-in.

use doorward_domain::conditional_access::{SignIn, unmet};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::user::User;
use doorward_names::{AppId, ObjectId, TenantId};
use doorward_protocol::oauth::MICROSOFT_GRAPH;

use super::{StsError, resource};
use crate::ctx::Ctx;

/// Stands for a resource that the tenant doesn't know; policies for every application reach it.
const UNKNOWN: AppId = AppId::from_u128(0);

/// What is signed in to, and by what.
#[derive(Debug, Clone)]
pub struct Purpose {
    /// The application that signs somebody in.
    pub client: AppId,
    /// The resource as it was asked for; Microsoft Graph when `None`.
    pub resource: Option<String>,
}

/// The policies of `tenant` that demand more than `methods` of somebody; of a name that nobody has when there is no user.
pub async fn unmet_by(
    ctx: &Ctx,
    tenant: TenantId,
    (user, roles, methods): (Option<&User>, &[DirectoryRole], &str),
    purpose: &Purpose,
) -> Result<Vec<ObjectId>, StsError> {
    let policies = ctx.app.snapshots.policies(tenant).await?;
    if policies.is_empty() {
        return Ok(Vec::new());
    }
    let requested = purpose.resource.as_deref().unwrap_or(MICROSOFT_GRAPH);
    let resource = match resource::find(ctx, tenant, requested).await {
        Ok(resource) => resource.app_id,
        Err(StsError::ResourceUnknown { .. }) => UNKNOWN,
        Err(failure) => return Err(failure),
    };
    let sign_in = SignIn {
        user,
        roles,
        client: purpose.client,
        resource,
    };
    Ok(unmet(&policies, &sign_in, methods))
}

/// Refuses when `policies` are unmet.
pub fn met(policies: Vec<ObjectId>, resource: &str) -> Result<(), StsError> {
    match policies.is_empty() {
        true => Ok(()),
        false => Err(StsError::SecondFactorNeeded {
            policies,
            resource: resource.to_owned(),
        }),
    }
}
