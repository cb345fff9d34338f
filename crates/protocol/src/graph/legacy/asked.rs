//! Bodies that older clients send.

use doorward_names::{CredentialId, SecretString, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::graph::{BodyError, RequestBody};
use crate::wire;

/// Body of `POST /{tenant}/applications`. Its passwords were made by the client.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LegacyCreateApplication {
    /// Its name for people.
    pub display_name: String,
    /// URIs that name it as a resource.
    #[serde(default)]
    pub identifier_uris: Vec<String>,
    /// Whether accounts of other tenants may sign in to it.
    #[serde(default)]
    pub available_to_other_tenants: Option<bool>,
    /// Its passwords.
    #[serde(default)]
    pub password_credentials: Vec<LegacyPassword>,
}

/// A password of the client's making.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LegacyPassword {
    /// From when on it proves anything.
    #[serde(default, with = "wire::optional_instant")]
    pub start_date: Option<Timestamp>,
    /// From when on it proves nothing any more.
    #[serde(default, with = "wire::optional_instant")]
    pub end_date: Option<Timestamp>,
    /// Its id; one is made when missing.
    #[serde(default)]
    pub key_id: Option<CredentialId>,
    /// The text.
    #[serde(default, with = "wire::optional_secret")]
    pub value: Option<SecretString>,
}

impl RequestBody for LegacyCreateApplication {
    // `homepage` is a link for people, which command lines make up out of the name; nobody is led there.
    const KEPT: &'static [&'static str] = &[
        "availableToOtherTenants",
        "displayName",
        "homepage",
        "identifierUris",
        "passwordCredentials",
    ];
    const EMPTY_ONLY: &'static [&'static str] = &[
        "addIns",
        "appRoles",
        "groupMembershipClaims",
        "keyCredentials",
        "oauth2AllowImplicitFlow",
        "optionalClaims",
        "replyUrls",
        "requiredResourceAccess",
    ];
}

fn members(body: &[u8]) -> Result<Map<String, Value>, BodyError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(BodyError::NotJson),
    }
}

/// Body of `POST /{tenant}/servicePrincipals` as Microsoft Graph has it: there a truth value is no text.
///
/// # Errors
/// [`BodyError::NotJson`].
pub fn create_service_principal(body: &[u8]) -> Result<Value, BodyError> {
    let mut members = members(body)?;
    if let Some(enabled) = members.get_mut("accountEnabled") {
        let flag = enabled.as_str().and_then(|text| match text {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        });
        if let Some(flag) = flag {
            *enabled = json!(flag);
        }
    }
    Ok(Value::Object(members))
}

/// Body of `POST /{tenant}/getObjectsByObjectIds` as Microsoft Graph has it.
///
/// # Errors
/// [`BodyError::NotJson`].
pub fn get_by_ids(body: &[u8]) -> Result<Value, BodyError> {
    let mut members = members(body)?;
    let ids = members.remove("objectIds").unwrap_or_default();
    let types = members.remove("types");
    // Whether references to other directories' objects are wanted, too: there are none.
    members.remove("includeDirectoryObjectReferences");
    members.insert("ids".to_owned(), ids);
    if let Some(types) = types.filter(|types| !types.is_null()) {
        members.insert("types".to_owned(), types);
    }
    Ok(Value::Object(members))
}
