//! Scopes that clients were given (Graph `oAuth2PermissionGrant`).

use doorward_names::ObjectId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RequestBody;

/// Scopes that a client was given, by a person or for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PermissionGrant {
    /// The client's service principal.
    pub client_id: ObjectId,
    /// `AllPrincipals` or `Principal`.
    pub consent_type: String,
    /// Its id, opaque.
    pub id: String,
    /// The person, unless it is for everybody.
    #[serde(default)]
    pub principal_id: Option<ObjectId>,
    /// The resource's service principal.
    pub resource_id: ObjectId,
    /// The scopes, parted by spaces.
    #[serde(default)]
    pub scope: Option<String>,
}

/// Body of `POST /oauth2PermissionGrants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatePermissionGrant {
    /// The client's service principal.
    pub client_id: ObjectId,
    /// `AllPrincipals` or `Principal`.
    pub consent_type: String,
    /// The person, unless it is for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<ObjectId>,
    /// The resource's service principal.
    pub resource_id: ObjectId,
    /// The scopes, parted by spaces.
    pub scope: String,
    /// Of old times, and without meaning in Azure as well.
    #[serde(default, skip_serializing)]
    pub start_time: Option<Value>,
    /// Of old times, and without meaning in Azure as well.
    #[serde(default, skip_serializing)]
    pub expiry_time: Option<Value>,
}

impl RequestBody for CreatePermissionGrant {
    const KEPT: &'static [&'static str] = &[
        "clientId",
        "consentType",
        "principalId",
        "resourceId",
        "scope",
        "startTime",
        "expiryTime",
    ];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}

/// Body of `PATCH /oauth2PermissionGrants/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePermissionGrant {
    /// The scopes, parted by spaces: all of them.
    pub scope: String,
}

impl RequestBody for UpdatePermissionGrant {
    const KEPT: &'static [&'static str] = &["scope"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}
