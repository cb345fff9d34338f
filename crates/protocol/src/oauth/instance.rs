//! Instance discovery: whether an authority is one that this service vouches for
//! (`GET /common/discovery/instance?authorization_endpoint=…&api-version=1.0|1.1`).
//!
//! A refusal is an [`super::ErrorBody`] with `invalid_instance` and [`super::AadSts::UnknownInstance`].

use serde::{Deserialize, Serialize};
use url::Url;

use super::discovery::host_of;
use crate::azure_hosts::{self, AzureHost};
use crate::paths::{EndpointVersion, StsPath};

/// The answer about a known authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceDiscovery {
    /// The tenant's discovery document; some clients follow it.
    pub tenant_discovery_endpoint: String,
    /// `1.1`.
    #[serde(rename = "api-version", default)]
    pub api_version: String,
    /// Hosts that are the same service.
    #[serde(default)]
    pub metadata: Vec<InstanceMetadata>,
}

/// Host names of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceMetadata {
    /// The host to talk to.
    pub preferred_network: String,
    /// The host under which caches file what they keep.
    pub preferred_cache: String,
    /// All its hosts, the two above included.
    pub aliases: Vec<String>,
}

/// The authority that a client asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedAuthority {
    /// Host in lower case, with the port when the client named one (several clients drop it).
    pub host: String,
    /// The tenant segment.
    pub tenant: String,
}

impl AskedAuthority {
    /// Reads the decoded `authorization_endpoint` parameter: an https URL with a tenant segment.
    pub fn parse(authorization_endpoint: &str) -> Option<Self> {
        let url = Url::parse(authorization_endpoint).ok()?;
        let user_info = !url.username().is_empty() || url.password().is_some();
        if url.scheme() != "https" || user_info {
            return None;
        }
        let name = url.host_str()?;
        let host = url
            .port()
            .map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        match StsPath::parse(url.path())? {
            StsPath::Authorize { tenant, .. } | StsPath::Token { tenant, .. } => Some(Self { host, tenant }),
            _ => None,
        }
    }
}

impl InstanceDiscovery {
    /// The answer for Azure's public cloud, under the host and the tenant name that were asked with.
    pub fn azure(asked: &AzureHost, tenant: &str) -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            metadata: vec![InstanceMetadata {
                preferred_network: azure_hosts::LOGIN.to_owned(),
                preferred_cache: "login.windows.net".to_owned(),
                aliases: names(&[
                    azure_hosts::LOGIN,
                    "login.windows.net",
                    "login.microsoft.com",
                    azure_hosts::V1_ISSUER,
                ]),
            }],
            ..Self::new(&asked.url(), tenant)
        }
    }

    /// The answer for the service at `origin` (`https://host[:port]`), under the tenant name that was asked with.
    pub fn new(origin: &str, tenant: &str) -> Self {
        let origin = origin.trim_end_matches('/');
        let document = StsPath::OpenIdConfiguration {
            tenant: tenant.to_owned(),
            version: EndpointVersion::V2,
        };
        let host = host_of(origin).to_owned();
        Self {
            tenant_discovery_endpoint: format!("{origin}{document}"),
            api_version: "1.1".to_owned(),
            metadata: vec![InstanceMetadata {
                preferred_network: host.clone(),
                preferred_cache: host.clone(),
                aliases: vec![host],
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_that_is_asked_about() {
        let asked = |url: &str| AskedAuthority::parse(url).map(|asked| (asked.host, asked.tenant));
        let expect = |host: &str, tenant: &str| Some((host.to_owned(), tenant.to_owned()));
        assert_eq!(
            asked("https://aad.test/contoso.com/oauth2/authorize"),
            expect("aad.test", "contoso.com")
        );
        assert_eq!(
            asked("https://AAD.test:8443/T/oauth2/v2.0/authorize"),
            expect("aad.test:8443", "T")
        );
        assert_eq!(
            asked("https://aad.test:443/T/oauth2/v2.0/authorize"),
            expect("aad.test", "T")
        );
        for bad in [
            "",
            "aad.test/T/oauth2/authorize",
            "http://aad.test/T/oauth2/authorize",
            "https://aad.test/",
            "https://good.test@evil.test/T/oauth2/authorize",
            "https://aad.test/v1.0/oauth2/authorize",
        ] {
            assert_eq!(asked(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_answer_keeps_host_and_tenant() {
        let answer = InstanceDiscovery::new("https://aad.test:8443", "contoso.com");
        insta::assert_json_snapshot!(answer, @r#"
        {
          "tenant_discovery_endpoint": "https://aad.test:8443/contoso.com/v2.0/.well-known/openid-configuration",
          "api-version": "1.1",
          "metadata": [
            {
              "preferred_network": "aad.test:8443",
              "preferred_cache": "aad.test:8443",
              "aliases": [
                "aad.test:8443"
              ]
            }
          ]
        }
        "#);
    }
}
