//! A device asks for a code (RFC 8628 §3.1, 3.2): v1 calls the page `verification_url` and writes numbers as text, v2.0
//! calls it `verification_uri`. Both names are always there.

use doorward_names::SecretString;
use serde::{Deserialize, Serialize};

use super::token_request::target;
use super::{Form, Target, TokenRequestError};
use crate::paths::EndpointVersion;
use crate::wire;

/// What a device sends.
#[derive(Debug, Clone)]
pub struct DeviceCodeRequest {
    /// The client.
    pub client_id: String,
    /// What for.
    pub target: Target,
    /// `scope` beside a v1 `resource`.
    pub scope: Option<String>,
}

impl DeviceCodeRequest {
    /// Reads a form.
    ///
    /// # Errors
    /// When the client or what it asks for is missing or malformed.
    pub fn parse(version: EndpointVersion, form: &Form) -> Result<Self, TokenRequestError> {
        let client_id = form
            .get("client_id")
            .ok_or(TokenRequestError::Missing("client_id"))?
            .to_owned();
        Ok(Self {
            client_id,
            target: target(version, form)?,
            scope: form.get("scope").map(str::to_owned),
        })
    }
}

/// Answer of `/{tenant}/oauth2/devicecode`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceCodeResponseV1 {
    /// What the person types.
    pub user_code: String,
    /// What the device asks with.
    #[serde(with = "wire::secret")]
    pub device_code: SecretString,
    /// Where the person types it.
    pub verification_url: String,
    /// The same, as RFC 8628 calls it.
    pub verification_uri: String,
    /// Whole seconds until the code ends.
    #[serde(with = "wire::number_as_text")]
    pub expires_in: i64,
    /// Whole seconds to wait between questions.
    #[serde(with = "wire::number_as_text")]
    pub interval: i64,
    /// What to tell the person.
    pub message: String,
}

/// Answer of `/{tenant}/oauth2/v2.0/devicecode`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceCodeResponseV2 {
    /// What the person types.
    pub user_code: String,
    /// What the device asks with.
    #[serde(with = "wire::secret")]
    pub device_code: SecretString,
    /// Where the person types it.
    pub verification_uri: String,
    /// The same, under its older name.
    #[serde(default)]
    pub verification_url: String,
    /// Whole seconds until the code ends.
    #[serde(deserialize_with = "wire::number::deserialize")]
    pub expires_in: i64,
    /// Whole seconds to wait between questions.
    #[serde(deserialize_with = "wire::number::deserialize")]
    pub interval: i64,
    /// What to tell the person.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::form;

    #[test]
    fn v1_asks_by_resource_and_v2_by_scope() {
        let parse = |version, body: &str| {
            DeviceCodeRequest::parse(version, &form::parse(None, body.as_bytes()).unwrap())
        };
        let v1 = parse(EndpointVersion::V1, "client_id=c&resource=https://m/&mkt=ko").unwrap();
        assert_eq!(v1.target.resource.as_deref(), Some("https://m/"));
        let v2 = parse(EndpointVersion::V2, "client_id=c&scope=https://m/.default+openid").unwrap();
        assert!(v2.target.openid && v2.client_id == "c");
        let missing = |version, body| parse(version, body).unwrap_err();
        assert_eq!(
            missing(EndpointVersion::V1, "client_id=c"),
            TokenRequestError::Missing("resource")
        );
        assert_eq!(
            missing(EndpointVersion::V2, "scope=openid"),
            TokenRequestError::Missing("client_id")
        );
    }
}
