//! Applications (Graph `application`).

use doorward_names::{AppId, ObjectId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::application_parts::{
    ApplicationApi, ApplicationWeb, OptionalClaims, RedirectUris, RequestedParts, RequiredResourceAccess,
};
use super::{AppRole, PasswordCredential, RequestBody};
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
    /// Roles in it.
    #[serde(default)]
    pub app_roles: Vec<AppRole>,
    /// Which groups its tokens name.
    #[serde(default)]
    pub group_membership_claims: Option<String>,
    /// Whether flows without a redirect URI take it for a public client.
    #[serde(default)]
    pub is_fallback_public_client: Option<bool>,
    /// What its tokens say beyond the usual.
    #[serde(default)]
    pub optional_claims: Option<OptionalClaims>,
    /// What it is as a program on a person's machine.
    #[serde(default)]
    pub public_client: RedirectUris,
    /// What it means to ask for.
    #[serde(default)]
    pub required_resource_access: Vec<RequiredResourceAccess>,
    /// What it is as a page in a browser.
    #[serde(default)]
    pub spa: RedirectUris,
    /// What it is as a web application.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub web: ApplicationWeb,
    /// Its passwords, without their texts.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    /// What this directory does not keep.
    #[serde(flatten)]
    pub constants: ApplicationConstants,
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
    pub application_template_id: Null,
    pub certification: Null,
    pub default_redirect_uri: Null,
    pub description: Null,
    pub disabled_by_microsoft_status: Null,
    pub info: Value,
    pub is_device_only_auth_supported: Null,
    pub key_credentials: NoItems,
    pub notes: Null,
    pub parental_control_settings: Value,
    pub saml_metadata_url: Null,
    pub service_management_reference: Null,
    pub tags: NoItems,
    pub token_encryption_key_id: Null,
    pub verified_publisher: Value,
}

impl Default for ApplicationConstants {
    fn default() -> Self {
        Self {
            deleted_date_time: Null,
            add_ins: NoItems,
            application_template_id: Null,
            certification: Null,
            default_redirect_uri: Null,
            description: Null,
            disabled_by_microsoft_status: Null,
            info: nulls(&[
                "logoUrl",
                "marketingUrl",
                "privacyStatementUrl",
                "supportUrl",
                "termsOfServiceUrl",
            ]),
            is_device_only_auth_supported: Null,
            key_credentials: NoItems,
            notes: Null,
            parental_control_settings: serde_json::json!({
                "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow",
            }),
            saml_metadata_url: Null,
            service_management_reference: Null,
            tags: NoItems,
            token_encryption_key_id: Null,
            verified_publisher: nulls(&["addedDateTime", "displayName", "verifiedPublisherId"]),
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
    /// All the rest.
    #[serde(flatten)]
    pub parts: RequestedParts,
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
    /// All the rest.
    #[serde(flatten)]
    pub parts: RequestedParts,
}

const KEPT: &[&str] = &[
    "displayName",
    "identifierUris",
    "signInAudience",
    "api",
    "web",
    "spa",
    "publicClient",
    "isFallbackPublicClient",
    "appRoles",
    "requiredResourceAccess",
    "groupMembershipClaims",
    "optionalClaims",
];

impl RequestBody for CreateApplication {
    const KEPT: &'static [&'static str] = KEPT;
    const EMPTY_ONLY: &'static [&'static str] = &[
        "addIns",
        "description",
        "info",
        "isDeviceOnlyAuthSupported",
        "keyCredentials",
        "notes",
        "parentalControlSettings",
        "passwordCredentials",
        "serviceManagementReference",
        "tags",
        "tokenEncryptionKeyId",
    ];
}

impl RequestBody for UpdateApplication {
    const KEPT: &'static [&'static str] = KEPT;
    // No `passwordCredentials`: an empty list there would mean to delete them all, and must not pass in silence.
    const EMPTY_ONLY: &'static [&'static str] = &[
        "addIns",
        "description",
        "info",
        "isDeviceOnlyAuthSupported",
        "keyCredentials",
        "notes",
        "parentalControlSettings",
        "serviceManagementReference",
        "tags",
        "tokenEncryptionKeyId",
    ];
}
