//! Answers of the token endpoints (RFC 6749 §5.1): v1 writes numbers as text, v2.0 as numbers; both are read
//! from either.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::{ObjectId, SecretString, TenantId};
use serde::{Deserialize, Serialize};

use crate::wire;

/// Answer of `/{tenant}/oauth2/token`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenResponseV1 {
    /// `Bearer`.
    pub token_type: String,
    /// Scopes that the token carries, for people only (`user_impersonation`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whole seconds until the token expires.
    #[serde(with = "wire::number_as_text")]
    pub expires_in: i64,
    /// Whole seconds for which the token is accepted while the service is down; the same.
    #[serde(
        default,
        with = "wire::optional_number_as_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub ext_expires_in: Option<i64>,
    /// When the token expires, in seconds since the epoch.
    #[serde(
        default,
        with = "wire::optional_number_as_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub expires_on: Option<i64>,
    /// From when on the token is valid, in seconds since the epoch.
    #[serde(
        default,
        with = "wire::optional_number_as_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub not_before: Option<i64>,
    /// The resource as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The access token.
    #[serde(with = "wire::secret")]
    pub access_token: SecretString,
    /// The refresh token, for people only.
    #[serde(
        default,
        with = "wire::optional_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub refresh_token: Option<SecretString>,
    /// The id_token, for people only.
    #[serde(
        default,
        with = "wire::optional_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub id_token: Option<SecretString>,
}

/// Answer of `/{tenant}/oauth2/v2.0/token`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenResponseV2 {
    /// `Bearer`.
    #[serde(default = "bearer")]
    pub token_type: String,
    /// The scope that was asked for, `/.default` included, for people only; clients look their cache up by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whole seconds until the token expires.
    #[serde(deserialize_with = "wire::number::deserialize")]
    pub expires_in: i64,
    /// Whole seconds for which the token is accepted while the service is down; the same.
    #[serde(
        default,
        deserialize_with = "wire::number::deserialize_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub ext_expires_in: Option<i64>,
    /// The access token.
    #[serde(with = "wire::secret")]
    pub access_token: SecretString,
    /// The refresh token, for people only.
    #[serde(
        default,
        with = "wire::optional_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub refresh_token: Option<SecretString>,
    /// The id_token, for people only.
    #[serde(
        default,
        with = "wire::optional_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub id_token: Option<SecretString>,
    /// [`ClientInfo`] in base64url, when it was asked for and the token is a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_info: Option<String>,
}

fn bearer() -> String {
    "Bearer".to_owned()
}

/// Whom clients keep an account for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientInfo {
    /// The person's object id in the home tenant.
    pub uid: ObjectId,
    /// The home tenant.
    pub utid: TenantId,
}

impl ClientInfo {
    /// The form in answers: base64url of its JSON, unpadded.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!(r#"{{"uid":"{}","utid":"{}"}}"#, self.uid, self.utid))
    }

    /// Reads the form in answers, padded or not.
    pub fn decode(text: &str) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&json).ok()
    }
}
