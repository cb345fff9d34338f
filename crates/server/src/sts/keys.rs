//! GET /{tenant}/discovery/keys and GET /{tenant}/discovery/v2.0/keys

use doorward_domain::token::TokenVersion;
use doorward_names::TenantName;
use doorward_protocol::jose::JwkSet;
use doorward_protocol::paths::EndpointVersion;
use http::StatusCode;

use super::{StsError, tenant};
use crate::ctx::Ctx;
use crate::http::{Response, json};

/// The keys that verifiers may know now.
pub async fn get(ctx: &Ctx, segment: &str, version: EndpointVersion) -> Result<Response, StsError> {
    let tid = match segment.parse() {
        Ok(TenantName::Common | TenantName::Organizations) => "{tenantid}".to_owned(),
        _ => tenant::named(ctx, segment).await?.id.to_string(),
    };
    // A new store makes its first key in the background; an empty set would be kept by clients for a day.
    ctx.app
        .keyring
        .current(ctx.origin.key_use(), &ctx.app.snapshots, &ctx.app.store)
        .await?;
    let set = ctx.app.keyring.set(&ctx.app.snapshots, &ctx.app.store).await?;
    let issuer = match version {
        EndpointVersion::V1 => None,
        EndpointVersion::V2 => Some(ctx.origin.issuer_of(TokenVersion::V2, &tid)),
    };
    let keys = set.published(ctx.origin.key_use(), ctx.now).map(|key| {
        let mut jwk = key.jwk.clone();
        jwk.issuer.clone_from(&issuer);
        jwk
    });
    Ok(json(StatusCode::OK, &JwkSet { keys: keys.collect() }))
}
