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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_writes_numbers_as_text() {
        let response = TokenResponseV1 {
            token_type: "Bearer".into(),
            scope: None,
            expires_in: 3599,
            ext_expires_in: Some(3599),
            expires_on: Some(1_795_385_688),
            not_before: Some(1_795_381_789),
            resource: Some("https://management.azure.com/".into()),
            access_token: "a.b.c".into(),
            refresh_token: None,
            id_token: None,
        };
        insta::assert_json_snapshot!(response, @r#"
        {
          "token_type": "Bearer",
          "expires_in": "3599",
          "ext_expires_in": "3599",
          "expires_on": "1795385688",
          "not_before": "1795381789",
          "resource": "https://management.azure.com/",
          "access_token": "a.b.c"
        }
        "#);
        assert!(!format!("{response:?}").contains("a.b.c"));
    }

    #[test]
    fn v2_writes_numbers_as_numbers() {
        let response = TokenResponseV2 {
            token_type: "Bearer".into(),
            scope: None,
            expires_in: 3599,
            ext_expires_in: Some(3599),
            access_token: "a.b.c".into(),
            refresh_token: None,
            id_token: None,
            client_info: None,
        };
        insta::assert_json_snapshot!(response, @r#"
        {
          "token_type": "Bearer",
          "expires_in": 3599,
          "ext_expires_in": 3599,
          "access_token": "a.b.c"
        }
        "#);
        assert!(!format!("{response:?}").contains("a.b.c"));
    }

    #[test]
    fn both_are_read_from_either_form() {
        for json in [
            r#"{"token_type":"Bearer","expires_in":"3599","access_token":"t","refresh_token":"r"}"#,
            r#"{"token_type":"Bearer","expires_in":3599,"access_token":"t","refresh_token":"r","ext_expires_in":null,"x":1}"#,
        ] {
            let v1: TokenResponseV1 = serde_json::from_str(json).unwrap();
            let v2: TokenResponseV2 = serde_json::from_str(json).unwrap();
            assert_eq!((v1.expires_in, v2.expires_in), (3599, 3599));
            assert_eq!(v2.refresh_token.unwrap().expose(), "r");
        }
        for bad in ["\"soon\"", "1.5", "true", "99999999999999999999"] {
            let json = format!(r#"{{"token_type":"Bearer","access_token":"t","expires_in":{bad}}}"#);
            assert!(serde_json::from_str::<TokenResponseV1>(&json).is_err(), "{bad}");
        }
    }

    #[test]
    fn client_info_is_read_padded_or_not() {
        let info = ClientInfo {
            uid: ObjectId::from_bytes([1; 16]),
            utid: TenantId::from_bytes([2; 16]),
        };
        let text = info.encode();
        assert!(!text.contains('='));
        assert_eq!(ClientInfo::decode(&text), Some(info.clone()));
        assert_eq!(ClientInfo::decode(&format!("{text}==")), Some(info));
        assert_eq!(ClientInfo::decode("e30"), None);
    }
}
