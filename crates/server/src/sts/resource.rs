//! Finding the resource that a client asks for.

use doorward_domain::resource::{FirstParty, Resource};
use doorward_names::TenantId;

use super::StsError;
use crate::ctx::Ctx;
use crate::graph::is_graph;

/// The resource that `requested` names in `tenant`. One of our own origins names Microsoft Graph: `az` asks for a
/// custom cloud's Graph by its address.
///
/// # Errors
/// [`StsError::ResourceUnknown`] when there is none.
pub async fn find(ctx: &Ctx, tenant: TenantId, requested: &str) -> Result<Resource, StsError> {
    let name = if is_graph(ctx, requested) {
        &FirstParty::MicrosoftGraph.app_id().to_string()
    } else {
        requested
    };
    let unknown = || StsError::ResourceUnknown {
        resource: requested.to_owned(),
        tenant: tenant.to_string(),
    };
    ctx.app
        .snapshots
        .resource(tenant, name)
        .await?
        .ok_or_else(unknown)
}
