//! Password credentials (Graph `passwordCredential`, `addPassword`, `removePassword`).

use doorward_names::{CredentialId, SecretString, Timestamp};
use serde::{Deserialize, Serialize};

use super::RequestBody;
use crate::{Null, wire};

/// One password of an application. `secretText` is there once: in the answer to `addPassword`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    /// Always null here.
    #[serde(default)]
    pub custom_key_identifier: Null,
    /// What its maker called it.
    #[serde(default)]
    pub display_name: Option<String>,
    /// From when on it proves nothing any more.
    #[serde(default, with = "wire::optional_instant")]
    pub end_date_time: Option<Timestamp>,
    /// The first characters of the text.
    #[serde(default)]
    pub hint: Option<String>,
    /// Its id.
    pub key_id: CredentialId,
    /// The text itself; null after the first answer.
    #[serde(default, with = "wire::optional_secret")]
    pub secret_text: Option<SecretString>,
    /// From when on it proves anything.
    #[serde(default, with = "wire::optional_instant")]
    pub start_date_time: Option<Timestamp>,
}

/// Body of `addPassword`. No `secretText`: the server makes the text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddPassword {
    /// What is asked for; all of it optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_credential: Option<RequestedPassword>,
}

/// The password that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestedPassword {
    /// What to call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// From when on; now when missing.
    #[serde(
        default,
        with = "wire::optional_instant",
        skip_serializing_if = "Option::is_none"
    )]
    pub start_date_time: Option<Timestamp>,
    /// Until when; two years on when missing.
    #[serde(
        default,
        with = "wire::optional_instant",
        skip_serializing_if = "Option::is_none"
    )]
    pub end_date_time: Option<Timestamp>,
}

impl RequestBody for AddPassword {
    const KEPT: &'static [&'static str] = &["passwordCredential"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}

/// Body of `removePassword`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovePassword {
    /// Which one.
    pub key_id: CredentialId,
}

impl RequestBody for RemovePassword {
    const KEPT: &'static [&'static str] = &["keyId"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}
