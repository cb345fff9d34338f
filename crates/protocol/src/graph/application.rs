//! Applications (Graph `application`).

use doorward_names::{AppId, ObjectId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{PasswordCredential, RequestBody};
use crate::{NoItems, Null, wire};

/// A registered application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The object id of the registration.
    pub id: ObjectId,
    /// The application id.
    pub app_id: AppId,
    /// When it was registered.
    #[serde(default, with = "wire::optional_instant")]
    pub created_date_time: Option<Timestamp>,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// URIs that name it as a resource.
    #[serde(default)]
    pub identifier_uris: Vec<String>,
    /// The home tenant's default domain.
    #[serde(default)]
    pub publisher_domain: Option<String>,
    /// `AzureADMyOrg`, `AzureADMultipleOrgs`.
    #[serde(default)]
    pub sign_in_audience: Option<String>,
    /// What it is as a resource.
    #[serde(default)]
    pub api: ApplicationApi,
    /// Its passwords, without their texts.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    /// What this directory does not keep.
    #[serde(flatten)]
    pub constants: ApplicationConstants,
}

/// What an application is as a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApplicationApi {
    /// Always null here.
    pub accept_mapped_claims: Null,
    /// Always empty here.
    pub known_client_applications: NoItems,
    /// 2 for v2.0 tokens; null or 1 for v1.
    pub requested_access_token_version: Option<u8>,
    /// Always empty here.
    pub oauth2_permission_scopes: NoItems,
    /// Always empty here.
    pub pre_authorized_applications: NoItems,
}

/// An application's properties that are always the same here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "each is a constant of the real service's fresh object, named as there"
)]
pub struct ApplicationConstants {
    pub deleted_date_time: Null,
    pub add_ins: NoItems,
    pub app_roles: NoItems,
    pub application_template_id: Null,
    pub certification: Null,
    pub default_redirect_uri: Null,
    pub description: Null,
    pub disabled_by_microsoft_status: Null,
    pub group_membership_claims: Null,
    pub info: Value,
    pub is_device_only_auth_supported: Null,
    pub is_fallback_public_client: Null,
    pub key_credentials: NoItems,
    pub notes: Null,
    pub optional_claims: Null,
    pub parental_control_settings: Value,
    pub public_client: Value,
    pub required_resource_access: NoItems,
    pub saml_metadata_url: Null,
    pub service_management_reference: Null,
    pub spa: Value,
    pub tags: NoItems,
    pub token_encryption_key_id: Null,
    pub verified_publisher: Value,
    pub web: Value,
}

impl Default for ApplicationConstants {
    fn default() -> Self {
        Self {
            deleted_date_time: Null,
            add_ins: NoItems,
            app_roles: NoItems,
            application_template_id: Null,
            certification: Null,
            default_redirect_uri: Null,
            description: Null,
            disabled_by_microsoft_status: Null,
            group_membership_claims: Null,
            info: nulls(&[
                "logoUrl",
                "marketingUrl",
                "privacyStatementUrl",
                "supportUrl",
                "termsOfServiceUrl",
            ]),
            is_device_only_auth_supported: Null,
            is_fallback_public_client: Null,
            key_credentials: NoItems,
            notes: Null,
            optional_claims: Null,
            parental_control_settings: serde_json::json!({
                "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow",
            }),
            public_client: serde_json::json!({ "redirectUris": [] }),
            required_resource_access: NoItems,
            saml_metadata_url: Null,
            service_management_reference: Null,
            spa: serde_json::json!({ "redirectUris": [] }),
            tags: NoItems,
            token_encryption_key_id: Null,
            verified_publisher: nulls(&["addedDateTime", "displayName", "verifiedPublisherId"]),
            web: serde_json::json!({
                "homePageUrl": null, "logoutUrl": null, "redirectUris": [], "redirectUriSettings": [],
                "implicitGrantSettings": {
                    "enableAccessTokenIssuance": false, "enableIdTokenIssuance": false,
                },
            }),
        }
    }
}

/// An object of which every property is null.
pub(super) fn nulls(names: &[&str]) -> Value {
    Value::Object(
        names
            .iter()
            .map(|&name| (name.to_owned(), Value::Null))
            .collect::<Map<_, _>>(),
    )
}

/// Body of `POST /applications`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateApplication {
    /// Its name for people.
    pub display_name: String,
    /// URIs that name it as a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier_uris: Option<Vec<String>>,
    /// `AzureADMyOrg` (when missing), `AzureADMultipleOrgs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_audience: Option<String>,
    /// What it is as a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<RequestedApi>,
}

/// What an application is to be as a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestedApi {
    /// 2 for v2.0 tokens; null or 1 for v1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_access_token_version: Option<u8>,
}

/// Body of `PATCH /applications/{id}`: what is missing stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateApplication {
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// URIs that name it as a resource, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier_uris: Option<Vec<String>>,
    /// `AzureADMyOrg`, `AzureADMultipleOrgs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_audience: Option<String>,
    /// What it is as a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<RequestedApi>,
}

const KEPT: &[&str] = &["displayName", "identifierUris", "signInAudience", "api"];

impl RequestBody for CreateApplication {
    const KEPT: &'static [&'static str] = KEPT;
    const EMPTY_ONLY: &'static [&'static str] = &[
        "addIns",
        "appRoles",
        "description",
        "groupMembershipClaims",
        "info",
        "isDeviceOnlyAuthSupported",
        "isFallbackPublicClient",
        "keyCredentials",
        "notes",
        "optionalClaims",
        "parentalControlSettings",
        "passwordCredentials",
        "publicClient",
        "requiredResourceAccess",
        "serviceManagementReference",
        "spa",
        "tags",
        "tokenEncryptionKeyId",
        "web",
    ];
}

impl RequestBody for UpdateApplication {
    const KEPT: &'static [&'static str] = KEPT;
    // No `passwordCredentials`: an empty list there would mean to delete them all, and must not pass in silence.
    const EMPTY_ONLY: &'static [&'static str] = &[
        "addIns",
        "appRoles",
        "description",
        "groupMembershipClaims",
        "info",
        "isDeviceOnlyAuthSupported",
        "isFallbackPublicClient",
        "keyCredentials",
        "notes",
        "optionalClaims",
        "parentalControlSettings",
        "publicClient",
        "requiredResourceAccess",
        "serviceManagementReference",
        "spa",
        "tags",
        "tokenEncryptionKeyId",
        "web",
    ];
}
