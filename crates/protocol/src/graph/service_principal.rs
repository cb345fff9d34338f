//! Service principals (Graph `servicePrincipal`).

use doorward_names::{AppId, ObjectId, PermissionId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PasswordCredential, PermissionScope, RequestBody};
use crate::{NoItems, Null, wire};

/// An application's presence in a tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// Its object id.
    pub id: ObjectId,
    /// Whether it may sign in and be asked for tokens.
    #[serde(default)]
    pub account_enabled: bool,
    /// The application's name for people.
    #[serde(default)]
    pub app_display_name: Option<String>,
    /// The application it stands for.
    pub app_id: AppId,
    /// The application's home tenant.
    #[serde(default)]
    pub app_owner_organization_id: Option<TenantId>,
    /// Whether tokens are only for those who were given a role in it.
    #[serde(default)]
    pub app_role_assignment_required: bool,
    /// Roles in it that people and applications can be given.
    #[serde(default)]
    pub app_roles: Vec<AppRole>,
    /// When it was made.
    #[serde(default, with = "wire::optional_instant")]
    pub created_date_time: Option<Timestamp>,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its passwords, without their texts.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    /// The application id and the application's identifier URIs.
    #[serde(default)]
    pub service_principal_names: Vec<String>,
    /// `Application`, `ManagedIdentity`, `Legacy`.
    #[serde(default)]
    pub service_principal_type: Option<String>,
    /// `AzureADMyOrg`, `AzureADMultipleOrgs`.
    #[serde(default)]
    pub sign_in_audience: Option<String>,
    /// The application's page for people.
    #[serde(default)]
    pub homepage: Option<String>,
    /// Where the application hears of a sign-out.
    #[serde(default)]
    pub logout_url: Option<String>,
    /// Scopes that clients can be given on it.
    #[serde(default)]
    pub oauth2_permission_scopes: Vec<PermissionScope>,
    /// Where a browser may be sent back to, on every platform.
    #[serde(default)]
    pub reply_urls: Vec<String>,
    /// What this directory does not keep.
    #[serde(flatten)]
    pub constants: ServicePrincipalConstants,
}

/// A permission that a resource offers to applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRole {
    /// `Application`, `User`.
    #[serde(default)]
    pub allowed_member_types: Vec<String>,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// For people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its id.
    pub id: PermissionId,
    /// Whether it can be given.
    #[serde(default = "yes")]
    pub is_enabled: bool,
    /// `Application`.
    #[serde(default)]
    pub origin: Option<String>,
    /// As it stands in `roles`.
    #[serde(default)]
    pub value: Option<String>,
}

const fn yes() -> bool {
    true
}

/// A service principal's properties that are always the same here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "each is a constant of the real service's fresh object, named as there"
)]
pub struct ServicePrincipalConstants {
    pub deleted_date_time: Null,
    pub add_ins: NoItems,
    pub alternative_names: NoItems,
    pub app_description: Null,
    pub application_template_id: Null,
    pub description: Null,
    pub disabled_by_microsoft_status: Null,
    pub info: Value,
    pub key_credentials: NoItems,
    pub login_url: Null,
    pub notes: Null,
    pub notification_email_addresses: NoItems,
    pub preferred_single_sign_on_mode: Null,
    pub preferred_token_signing_key_thumbprint: Null,
    pub resource_specific_application_permissions: NoItems,
    pub saml_single_sign_on_settings: Null,
    pub tags: NoItems,
    pub token_encryption_key_id: Null,
    pub verified_publisher: Value,
}

impl Default for ServicePrincipalConstants {
    fn default() -> Self {
        use super::application::nulls;
        Self {
            deleted_date_time: Null,
            add_ins: NoItems,
            alternative_names: NoItems,
            app_description: Null,
            application_template_id: Null,
            description: Null,
            disabled_by_microsoft_status: Null,
            info: nulls(&[
                "logoUrl",
                "marketingUrl",
                "privacyStatementUrl",
                "supportUrl",
                "termsOfServiceUrl",
            ]),
            key_credentials: NoItems,
            login_url: Null,
            notes: Null,
            notification_email_addresses: NoItems,
            preferred_single_sign_on_mode: Null,
            preferred_token_signing_key_thumbprint: Null,
            resource_specific_application_permissions: NoItems,
            saml_single_sign_on_settings: Null,
            tags: NoItems,
            token_encryption_key_id: Null,
            verified_publisher: nulls(&["addedDateTime", "displayName", "verifiedPublisherId"]),
        }
    }
}

/// Body of `POST /servicePrincipals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateServicePrincipal {
    /// The application it is to stand for.
    pub app_id: AppId,
    /// Whether it may sign in; true when missing. `"True"` is read as well.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub account_enabled: Option<bool>,
    /// Whether tokens are only for those who were given a role in it. `"True"` is read as well.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub app_role_assignment_required: Option<bool>,
    /// Its name for people; the application's when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// Body of `PATCH /servicePrincipals/{id}`: what is missing stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateServicePrincipal {
    /// Whether it may sign in. `"True"` is read as well.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub account_enabled: Option<bool>,
    /// Whether tokens are only for those who were given a role in it. `"True"` is read as well.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub app_role_assignment_required: Option<bool>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

const EMPTY_ONLY: &[&str] = &[
    "addIns",
    "alternativeNames",
    "appDescription",
    "appRoles",
    "description",
    "homepage",
    "info",
    "keyCredentials",
    "loginUrl",
    "logoutUrl",
    "notes",
    "notificationEmailAddresses",
    "oauth2PermissionScopes",
    "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint",
    "replyUrls",
    "samlSingleSignOnSettings",
    "tags",
    "tokenEncryptionKeyId",
];

impl RequestBody for CreateServicePrincipal {
    const KEPT: &'static [&'static str] = &[
        "appId",
        "accountEnabled",
        "appRoleAssignmentRequired",
        "displayName",
    ];
    const EMPTY_ONLY: &'static [&'static str] = EMPTY_ONLY;
}

impl RequestBody for UpdateServicePrincipal {
    const KEPT: &'static [&'static str] = &["accountEnabled", "appRoleAssignmentRequired", "displayName"];
    const EMPTY_ONLY: &'static [&'static str] = EMPTY_ONLY;
}
