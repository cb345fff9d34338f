//! What clients read before anything else: OpenID Connect discovery, and which hosts are ours.

use doorward_domain::token::TokenVersion;
use doorward_names::TenantName;
use doorward_protocol::azure_hosts::{AzureHost, AzurePlane};
use doorward_protocol::metadata_endpoints::{CloudUrls, MetadataEndpoints};
use doorward_protocol::oauth::discovery::{OpenIdConfiguration, openid_configuration};
use doorward_protocol::oauth::instance::{AskedAuthority, InstanceDiscovery};
use doorward_protocol::paths::EndpointVersion;
use http::StatusCode;

use super::{StsError, tenant};
use crate::ctx::Ctx;
use crate::http::{Response, json};
use crate::origin::Origin;

/// GET /{tenant}/.well-known/openid-configuration and GET /{tenant}/v2.0/.well-known/openid-configuration
pub async fn openid(ctx: &Ctx, segment: &str, version: EndpointVersion) -> Result<Response, StsError> {
    let tid = match segment.parse() {
        Ok(TenantName::Common | TenantName::Organizations) => "{tenantid}".to_owned(),
        _ => tenant::named(ctx, segment).await?.id.to_string(),
    };
    let token_version = match version {
        EndpointVersion::V1 => TokenVersion::V1,
        EndpointVersion::V2 => TokenVersion::V2,
    };
    let issuer = ctx.origin.issuer_of(token_version, &tid);
    // The segment is repeated as the client wrote it, so that the client stays in the tenant it named.
    Ok(json(
        StatusCode::OK,
        &document((&ctx.origin, &ctx.outside), version, segment, &issuer),
    ))
}

fn document(
    (origin, outside): (&Origin, &Origin),
    version: EndpointVersion,
    segment: &str,
    issuer: &str,
) -> OpenIdConfiguration {
    let document = openid_configuration(version, origin.url(), segment, issuer);
    match origin.azure_host() {
        Some(_) => document.relayed(origin.url(), outside.url()),
        None => document,
    }
}

/// GET /common/discovery/instance
pub async fn instance(ctx: &Ctx, query: &str) -> Result<Response, StsError> {
    let endpoint = parameter(query, "authorization_endpoint").ok_or(StsError::UnknownInstance)?;
    let asked = AskedAuthority::parse(&endpoint).ok_or(StsError::UnknownInstance)?;
    if ctx.origin.azure_host().is_some()
        && let Some(host) = AzureHost::parse(&asked.host)
        && host.plane() == AzurePlane::Login
    {
        return Ok(json(
            StatusCode::OK,
            &InstanceDiscovery::azure(&host, &asked.tenant),
        ));
    }
    // Some clients drop the port of the authority that they ask about.
    let ours = |origin: &&std::sync::Arc<Origin>| {
        origin.authority().eq_ignore_ascii_case(&asked.host)
            || origin.host().eq_ignore_ascii_case(&asked.host)
    };
    let origin = ctx
        .app
        .origins
        .iter()
        .find(ours)
        .ok_or(StsError::UnknownInstance)?;
    Ok(json(
        StatusCode::OK,
        &InstanceDiscovery::new(origin.url(), &asked.tenant),
    ))
}

/// GET /metadata/endpoints
pub fn metadata(ctx: &Ctx, query: &str) -> Response {
    let url = ctx.outside.url();
    let urls = match ctx.origin.azure_host() {
        Some(_) => CloudUrls::azure(format!("{url}/")),
        None => own_cloud(url),
    };
    json(
        StatusCode::OK,
        &MetadataEndpoints::new(parameter(query, "api-version").as_deref(), &urls),
    )
}

fn own_cloud(url: &str) -> CloudUrls {
    CloudUrls {
        name: "Doorward".to_owned(),
        login: url.to_owned(),
        resource_manager: format!("{url}/"),
        // `az` takes this as Graph's address and as the name it asks for tokens by.
        microsoft_graph: format!("{url}/"),
        directory_graph: "https://graph.windows.net/".to_owned(),
        audiences: vec![
            "https://management.core.windows.net/".to_owned(),
            "https://management.azure.com/".to_owned(),
        ],
        portal: format!("{url}/"),
    }
}

fn parameter(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(n, _)| n == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_names::TenantId;
    use std::fmt::Write as _;

    fn azure(host: &str) -> Origin {
        Origin::azure(AzureHost::parse(host).unwrap())
    }

    /// What each origin says of itself, by endpoint version and by the tenant segment that was asked for.
    #[test]
    fn golden_origins() {
        let tenant = TenantId::from_bytes([0x1f; 16]);
        let origins = [
            Origin::localhost(8443),
            Origin::parse("https://login.example.com").unwrap(),
            azure("login.microsoftonline.com"),
            azure("login.windows.net"),
            azure("sts.windows.net"),
        ];
        let mut table = String::new();
        for origin in &origins {
            for (version, of_token) in [
                (EndpointVersion::V1, TokenVersion::V1),
                (EndpointVersion::V2, TokenVersion::V2),
            ] {
                for (segment, tid) in [
                    (tenant.to_string(), tenant.to_string()),
                    ("common".into(), "{tenantid}".into()),
                ] {
                    let issuer = origin.issuer_of(of_token, &tid);
                    let document = document((origin, &origins[0]), version, &segment, &issuer);
                    let _ = writeln!(table, "{} {version:?} {segment}", origin.url());
                    for (name, value) in [
                        ("issuer", Some(&document.issuer)),
                        ("authorization", Some(&document.authorization_endpoint)),
                        ("token", Some(&document.token_endpoint)),
                        ("device code", document.device_authorization_endpoint.as_ref()),
                        ("keys", Some(&document.jwks_uri)),
                        ("end session", document.end_session_endpoint.as_ref()),
                    ] {
                        let _ = writeln!(table, "  {name:<14}{}", value.map_or("-", String::as_str));
                    }
                }
            }
        }
        insta::assert_snapshot!(table);
    }
}
