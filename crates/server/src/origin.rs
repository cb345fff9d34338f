//! The closed set of names under which the server answers, and what follows from each: issuers, endpoints, keys.
//!
//! Every URL that the server says of itself comes from here, never from a request. Azure's names are a set of their own:
//! they are answered to a run's ticket alone, and issue tokens that mean nothing under the server's own names.

use doorward_domain::signing_key::KeyUse;
use doorward_domain::token::TokenVersion;
use doorward_names::TenantId;
use doorward_protocol::azure_hosts::{self, AzureHost};
use std::sync::Arc;

/// One name that the server answers under: its own, or within a run one of Azure's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    url: String,
    authority: String,
    azure: Option<AzureHost>,
}

/// Why a text is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an origin: expected `https://NAME` or `https://NAME:PORT`, in lower case, without a path"
)]
pub struct InvalidOrigin(pub String);

impl Origin {
    /// Takes `https://NAME[:PORT]`.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let fail = || InvalidOrigin(text.to_owned());
        let parsed = url::Url::parse(text).map_err(|_| fail())?;
        let host = parsed.host_str().ok_or_else(fail)?;
        let authority = match parsed.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let url = format!("https://{authority}");
        if parsed.scheme() != "https" || text.strip_suffix('/').unwrap_or(text) != url {
            return Err(fail());
        }
        Ok(Self {
            url,
            authority,
            azure: None,
        })
    }

    /// `https://localhost:PORT`, as development calls itself.
    pub fn localhost(port: u16) -> Self {
        Self {
            url: format!("https://localhost:{port}"),
            authority: format!("localhost:{port}"),
            azure: None,
        }
    }

    /// One of Azure's names, for a request that brought a run's ticket.
    pub fn azure(host: AzureHost) -> Self {
        Self {
            url: host.url(),
            authority: host.name().to_owned(),
            azure: Some(host),
        }
    }

    /// Which of Azure's names it is; `None` for the server's own.
    pub fn azure_host(&self) -> Option<&AzureHost> {
        self.azure.as_ref()
    }

    /// Which keys sign the tokens that are issued under it, and those that are accepted under it.
    pub fn key_use(&self) -> KeyUse {
        match self.azure {
            Some(_) => KeyUse::Relay,
            None => KeyUse::Origin,
        }
    }

    /// The address of the token service that belongs to it, for programs.
    pub fn login_url(&self) -> String {
        match self.azure {
            Some(_) => format!("https://{}", azure_hosts::LOGIN),
            None => self.url.clone(),
        }
    }

    /// The address of Microsoft Graph that belongs to it.
    pub fn graph_url(&self) -> String {
        match self.azure {
            Some(_) => format!("https://{}", azure_hosts::GRAPH),
            None => self.url.clone(),
        }
    }

    /// The address of one tenant's token service, as Resource Manager tells it to who knows a subscription only.
    pub fn tenant_url(&self, tenant: TenantId) -> String {
        match self.azure {
            Some(_) => format!("https://{}/{tenant}", azure_hosts::OLDER_LOGIN),
            None => format!("{}/{tenant}", self.url),
        }
    }

    /// `https://NAME[:PORT]`, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `NAME[:PORT]`, as it stands in a Host header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The name without the port.
    pub fn host(&self) -> &str {
        match self.authority.rsplit_once(':') {
            Some((host, _)) if !host.ends_with(':') && !self.authority.ends_with(']') => host,
            _ => &self.authority,
        }
    }

    /// The issuer of this tenant's tokens: `https://HOST/{tid}/` for v1, `https://HOST/{tid}/v2.0` for v2.0; under
    /// Azure's names Azure's two issuers, whichever of the names it is.
    pub fn issuer(&self, version: TokenVersion, tenant: TenantId) -> String {
        self.issuer_of(version, &tenant.to_string())
    }

    /// The issuer with any tenant segment; the shared endpoints publish it with `{tenantid}` in it.
    pub fn issuer_of(&self, version: TokenVersion, tenant: &str) -> String {
        match (&self.azure, version) {
            (None, TokenVersion::V1) => format!("{}/{tenant}/", self.url),
            (None, TokenVersion::V2) => format!("{}/{tenant}/v2.0", self.url),
            (Some(_), TokenVersion::V1) => azure_hosts::v1_issuer(tenant),
            (Some(_), TokenVersion::V2) => azure_hosts::v2_issuer(tenant),
        }
    }

    fn answers_to(&self, host: &str) -> bool {
        let without_default_port = host.strip_suffix(":443").unwrap_or(host);
        host.eq_ignore_ascii_case(&self.authority)
            || without_default_port.eq_ignore_ascii_case(&self.authority)
    }
}

/// Every name of the server; the first is the one it calls itself by where no request is at hand.
#[derive(Debug, Clone)]
pub struct Origins {
    first: Arc<Origin>,
    others: Vec<Arc<Origin>>,
}

impl Origins {
    /// A set of one or more.
    pub fn new(first: Origin, others: Vec<Origin>) -> Self {
        Self {
            first: Arc::new(first),
            others: others.into_iter().map(Arc::new).collect(),
        }
    }

    /// The first.
    pub fn first(&self) -> &Arc<Origin> {
        &self.first
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Origin>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The one that a Host header names.
    pub fn of_host(&self, host: &str) -> Option<&Arc<Origin>> {
        self.iter().find(|origin| origin.answers_to(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_without_path_is_an_origin() {
        assert_eq!(
            Origin::parse("https://login.example.com").unwrap().authority(),
            "login.example.com"
        );
        assert_eq!(
            Origin::parse("https://login.example.com:8443/").unwrap().host(),
            "login.example.com"
        );
        assert_eq!(Origin::parse("https://[::1]").unwrap().host(), "[::1]");
        assert_eq!(Origin::parse("https://[::1]:8443").unwrap().host(), "[::1]");
        for text in [
            "http://a.b",
            "https://a.b/x",
            "https://u@a.b",
            "https://A.b",
            "a.b",
            "https://",
            "https://a.b?x",
        ] {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_host_is_nobody() {
        let origins = Origins::new(
            Origin::localhost(8443),
            vec![Origin::parse("https://login.example.com").unwrap()],
        );
        assert!(origins.of_host("LOCALHOST:8443").is_some());
        assert!(origins.of_host("login.example.com:443").is_some());
        for host in [
            "localhost",
            "localhost:8444",
            "127.0.0.1:8443",
            "evil.example",
            "",
            "login.example.com:8443",
        ] {
            assert!(origins.of_host(host).is_none(), "{host}");
        }
    }
}
