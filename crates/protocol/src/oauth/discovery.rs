//! OpenID Connect discovery documents, v1 and v2.0 (OpenID Connect Discovery 1.0 §3).

use serde::{Deserialize, Serialize};

use crate::paths::{EndpointVersion, StsPath, USER_INFO};

/// A discovery document. Only what every client needs is required when one is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenIdConfiguration {
    /// Where tokens are had.
    pub token_endpoint: String,
    /// How clients prove themselves there.
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Where the signing keys are published.
    pub jwks_uri: String,
    /// How answers travel back through a browser.
    #[serde(default)]
    pub response_modes_supported: Vec<String>,
    /// `pairwise`.
    #[serde(default)]
    pub subject_types_supported: Vec<String>,
    /// `RS256`.
    #[serde(default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// What can be asked for through a browser.
    #[serde(default)]
    pub response_types_supported: Vec<String>,
    /// Sign-in scopes.
    #[serde(default)]
    pub scopes_supported: Vec<String>,
    /// Who issues the tokens; `{tenantid}` stands for the tenant in documents of `common` and `organizations`.
    pub issuer: String,
    /// Request objects by reference: no.
    #[serde(default)]
    pub request_uri_parameter_supported: bool,
    /// Where clients hear who their person is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// Where people sign in.
    pub authorization_endpoint: String,
    /// Where device codes are had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_authorization_endpoint: Option<String>,
    /// Whether sign-out works over HTTP.
    #[serde(default)]
    pub http_logout_supported: bool,
    /// Whether front-channel sign-out is sent.
    #[serde(default)]
    pub frontchannel_logout_supported: bool,
    /// Where people sign out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// Claims that tokens may carry.
    #[serde(default)]
    pub claims_supported: Vec<String>,
    /// Azure: region; always null here.
    #[serde(default)]
    pub tenant_region_scope: Option<String>,
    /// Azure: the host of the token service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_instance_name: Option<String>,
    /// Azure: the host of the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_graph_host_name: Option<String>,
    /// Azure: the host of Microsoft Graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msgraph_host: Option<String>,
}

/// The document of a tenant at `origin` (`https://host[:port]`). `tenant` is the segment that was asked with, so
/// that a client stays under the name it chose.
pub fn openid_configuration(
    version: EndpointVersion,
    origin: &str,
    tenant: &str,
    issuer: &str,
) -> OpenIdConfiguration {
    let origin = origin.trim_end_matches('/');
    let url = |path: StsPath| format!("{origin}{path}");
    let tenant = tenant.to_owned();
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let host = host_of(origin).to_owned();
    let claims: &[&str] = match version {
        EndpointVersion::V1 => &[
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "nonce",
            "amr",
            "name",
            "oid",
            "tid",
            "unique_name",
            "upn",
            "ver",
        ],
        EndpointVersion::V2 => &[
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "nonce",
            "name",
            "oid",
            "preferred_username",
            "tid",
            "ver",
        ],
    };
    OpenIdConfiguration {
        token_endpoint: url(StsPath::Token {
            tenant: tenant.clone(),
            version,
        }),
        token_endpoint_auth_methods_supported: words(&["client_secret_post", "client_secret_basic"]),
        jwks_uri: url(StsPath::Keys {
            tenant: tenant.clone(),
            version,
        }),
        response_modes_supported: words(&["query", "fragment", "form_post"]),
        subject_types_supported: words(&["pairwise"]),
        id_token_signing_alg_values_supported: words(&[crate::jose::RS256]),
        response_types_supported: words(&["code"]),
        scopes_supported: match version {
            EndpointVersion::V1 => words(&["openid"]),
            EndpointVersion::V2 => words(&["openid", "profile", "email", "offline_access"]),
        },
        issuer: issuer.to_owned(),
        request_uri_parameter_supported: false,
        userinfo_endpoint: Some(format!("{origin}{USER_INFO}")),
        authorization_endpoint: url(StsPath::Authorize {
            tenant: tenant.clone(),
            version,
        }),
        device_authorization_endpoint: Some(url(StsPath::DeviceCode {
            tenant: tenant.clone(),
            version,
        })),
        http_logout_supported: false,
        frontchannel_logout_supported: false,
        end_session_endpoint: Some(url(StsPath::Logout { tenant, version })),
        claims_supported: words(claims),
        tenant_region_scope: None,
        cloud_instance_name: Some(host.clone()),
        cloud_graph_host_name: Some(host.clone()),
        msgraph_host: Some(host),
    }
}

impl OpenIdConfiguration {
    /// The same under one of Azure's hosts, at `asked`: what a person follows leads to `outside`, where a browser finds
    /// the server, and the hosts of the cloud are Azure's.
    #[must_use]
    pub fn relayed(mut self, asked: &str, outside: &str) -> Self {
        let for_people = [
            Some(&mut self.authorization_endpoint),
            self.end_session_endpoint.as_mut(),
        ];
        for url in for_people.into_iter().flatten() {
            if let Some(path) = url.strip_prefix(asked) {
                *url = format!("{outside}{path}");
            }
        }
        self.userinfo_endpoint = Some(format!("https://graph.microsoft.com{USER_INFO}"));
        self.cloud_instance_name = Some("microsoftonline.com".to_owned());
        self.cloud_graph_host_name = Some("graph.windows.net".to_owned());
        self.msgraph_host = Some("graph.microsoft.com".to_owned());
        self
    }
}

/// The host (and port) of an origin.
pub(super) fn host_of(origin: &str) -> &str {
    origin
        .split_once("://")
        .map_or(origin, |(_, rest)| rest)
        .split('/')
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_v2_document() {
        let document = openid_configuration(
            EndpointVersion::V2,
            "https://login.example.com:8443/",
            "contoso.com",
            "https://login.example.com:8443/T/v2.0",
        );
        insta::assert_json_snapshot!(document, @r#"
        {
          "token_endpoint": "https://login.example.com:8443/contoso.com/oauth2/v2.0/token",
          "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "client_secret_basic"
          ],
          "jwks_uri": "https://login.example.com:8443/contoso.com/discovery/v2.0/keys",
          "response_modes_supported": [
            "query",
            "fragment",
            "form_post"
          ],
          "subject_types_supported": [
            "pairwise"
          ],
          "id_token_signing_alg_values_supported": [
            "RS256"
          ],
          "response_types_supported": [
            "code"
          ],
          "scopes_supported": [
            "openid",
            "profile",
            "email",
            "offline_access"
          ],
          "issuer": "https://login.example.com:8443/T/v2.0",
          "request_uri_parameter_supported": false,
          "userinfo_endpoint": "https://login.example.com:8443/oidc/userinfo",
          "authorization_endpoint": "https://login.example.com:8443/contoso.com/oauth2/v2.0/authorize",
          "device_authorization_endpoint": "https://login.example.com:8443/contoso.com/oauth2/v2.0/devicecode",
          "http_logout_supported": false,
          "frontchannel_logout_supported": false,
          "end_session_endpoint": "https://login.example.com:8443/contoso.com/oauth2/v2.0/logout",
          "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "nonce",
            "name",
            "oid",
            "preferred_username",
            "tid",
            "ver"
          ],
          "tenant_region_scope": null,
          "cloud_instance_name": "login.example.com:8443",
          "cloud_graph_host_name": "login.example.com:8443",
          "msgraph_host": "login.example.com:8443"
        }
        "#);
    }

    #[test]
    fn the_v1_document_keeps_to_v1_endpoints() {
        let document = openid_configuration(EndpointVersion::V1, "https://h", "t", "https://h/t/");
        assert_eq!(document.token_endpoint, "https://h/t/oauth2/token");
        assert_eq!(document.jwks_uri, "https://h/t/discovery/keys");
        assert_eq!(document.authorization_endpoint, "https://h/t/oauth2/authorize");
        assert_eq!(document.issuer, "https://h/t/");
    }

    #[test]
    fn what_one_client_derives_from_another_endpoint_is_there() {
        let document = openid_configuration(EndpointVersion::V2, "https://h", "t", "https://h/t/v2.0");
        let derived = document.token_endpoint.replace("/token", "/devicecode");
        assert_eq!(document.device_authorization_endpoint, Some(derived));
    }

    #[test]
    fn a_minimal_foreign_document_is_read() {
        let json = r#"{"issuer":"https://h/t","authorization_endpoint":"https://h/a","token_endpoint":"https://h/t","jwks_uri":"https://h/k"}"#;
        assert!(serde_json::from_str::<OpenIdConfiguration>(json).is_ok());
    }
}
