//! User realm discovery, asked before a password grant (`GET /common/userrealm/{upn}?api-version=1.0`).

use serde::{Deserialize, Serialize};

/// How an account signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRealm {
    /// `1.0`.
    pub ver: String,
    /// `Managed` (password here) or `Unknown`; `Federated` is never said.
    pub account_type: String,
    /// The account's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_name: Option<String>,
    /// The host of the token service.
    #[serde(default)]
    pub cloud_instance_name: String,
    /// `urn:federation:MicrosoftOnline`.
    #[serde(default)]
    pub cloud_audience_urn: String,
}

impl UserRealm {
    /// An account of `domain`, or with `None` one that belongs to no tenant here.
    pub fn new(domain: Option<&str>, origin: &str) -> Self {
        Self {
            ver: "1.0".to_owned(),
            account_type: if domain.is_some() { "Managed" } else { "Unknown" }.to_owned(),
            domain_name: domain.map(str::to_owned),
            cloud_instance_name: super::discovery::host_of(origin).to_owned(),
            cloud_audience_urn: "urn:federation:MicrosoftOnline".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_domains_are_managed_and_others_unknown() {
        let known = serde_json::to_value(UserRealm::new(Some("contoso.com"), "https://h:1")).unwrap();
        assert_eq!(known["account_type"], "Managed");
        assert_eq!(known["cloud_instance_name"], "h:1");
        let unknown = serde_json::to_value(UserRealm::new(None, "https://h:1")).unwrap();
        assert_eq!(unknown["account_type"], "Unknown");
        assert!(unknown.get("domain_name").is_none());
    }
}
