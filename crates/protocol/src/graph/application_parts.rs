//! The parts of an application (Graph `webApplication`, `apiApplication`, `permissionScope` and the like), as they are
//! shown and as they are asked for. In a change, what is missing stays as it is, also within a part.

use doorward_names::{AppId, PermissionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AppRole;
use crate::{NoItems, Null, wire};

/// What an application is as a web application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApplicationWeb {
    /// Its page for people.
    pub home_page_url: Option<String>,
    /// Tokens from the authorization endpoint: never here.
    pub implicit_grant_settings: ImplicitGrantSettings,
    /// Where it hears of a sign-out.
    pub logout_url: Option<String>,
    /// Where a browser may be sent back to.
    pub redirect_uris: Vec<String>,
    /// The same, each with its index.
    pub redirect_uri_settings: Vec<RedirectUriSetting>,
}

/// A redirect URI with its index, which is always null here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RedirectUriSetting {
    /// The redirect URI.
    pub uri: String,
    /// Always null here.
    pub index: Null,
}

/// Whether the authorization endpoint gives tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ImplicitGrantSettings {
    /// Access tokens.
    #[serde(deserialize_with = "wire::or_default")]
    pub enable_access_token_issuance: bool,
    /// id_tokens.
    #[serde(deserialize_with = "wire::or_default")]
    pub enable_id_token_issuance: bool,
}

/// Where a browser may be sent back to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RedirectUris {
    /// The redirect URIs.
    pub redirect_uris: Vec<String>,
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
    /// Scopes that clients can be given.
    pub oauth2_permission_scopes: Vec<PermissionScope>,
    /// Clients that need nobody's consent.
    pub pre_authorized_applications: Vec<PreAuthorizedApplication>,
}

/// A scope that clients can be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PermissionScope {
    /// What it allows, for administrators.
    #[serde(default)]
    pub admin_consent_description: Option<String>,
    /// Its name, for administrators.
    #[serde(default)]
    pub admin_consent_display_name: Option<String>,
    /// Its id.
    pub id: PermissionId,
    /// Whether it can be asked for.
    #[serde(default = "yes")]
    pub is_enabled: bool,
    /// Always null here.
    #[serde(default, skip_serializing)]
    pub origin: Null,
    /// `User` or `Admin`: who can agree to it.
    #[serde(rename = "type", default)]
    pub consent_type: Option<String>,
    /// What it allows, for people.
    #[serde(default)]
    pub user_consent_description: Option<String>,
    /// Its name, for people.
    #[serde(default)]
    pub user_consent_display_name: Option<String>,
    /// As it stands in `scp`.
    pub value: String,
}

const fn yes() -> bool {
    true
}

/// A client that needs nobody's consent for some scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreAuthorizedApplication {
    /// The client.
    pub app_id: AppId,
    /// The scopes' ids; older writers say `permissionIds`.
    #[serde(alias = "permissionIds", default)]
    pub delegated_permission_ids: Vec<PermissionId>,
}

/// What an application means to ask of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequiredResourceAccess {
    /// The scopes and roles.
    pub resource_access: Vec<ResourceAccess>,
    /// The resource.
    pub resource_app_id: AppId,
}

/// One scope or role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceAccess {
    /// Its id.
    pub id: PermissionId,
    /// `Scope` or `Role`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What an application's tokens say beyond the usual.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OptionalClaims {
    /// Access tokens for it.
    pub access_token: Vec<OptionalClaim>,
    /// Its id_tokens.
    pub id_token: Vec<OptionalClaim>,
    /// SAML tokens.
    #[serde(rename = "saml2Token")]
    pub saml2_token: Vec<OptionalClaim>,
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OptionalClaim {
    /// What else is said of it.
    pub additional_properties: Vec<String>,
    /// Whether it has to be there.
    pub essential: bool,
    /// Its name.
    pub name: String,
    /// Always null here.
    pub source: Null,
}

/// What is to be said of a web application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RequestedWeb {
    /// Its page for people.
    #[serde(deserialize_with = "wire::given", skip_serializing_if = "Option::is_none")]
    pub home_page_url: Option<Option<String>>,
    /// Both false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implicit_grant_settings: Option<ImplicitGrantSettings>,
    /// Where it hears of a sign-out.
    #[serde(deserialize_with = "wire::given", skip_serializing_if = "Option::is_none")]
    pub logout_url: Option<Option<String>>,
    /// Where a browser may be sent back to, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
    /// Follows from the redirect URIs; what is said here is left aside.
    #[serde(skip_serializing)]
    pub redirect_uri_settings: NoItems,
}

/// Where a browser may be sent back to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RequestedRedirectUris {
    /// The redirect URIs, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
}

/// What an application is to be as a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RequestedApi {
    /// 2 for v2.0 tokens; null or 1 for v1.
    #[serde(deserialize_with = "wire::given", skip_serializing_if = "Option::is_none")]
    pub requested_access_token_version: Option<Option<u8>>,
    /// Scopes that clients can be given, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth2_permission_scopes: Option<Vec<PermissionScope>>,
    /// Clients that need nobody's consent, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_authorized_applications: Option<Vec<PreAuthorizedApplication>>,
    /// Passes while it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_mapped_claims: Option<bool>,
    /// Passes while it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_client_applications: Option<Vec<Value>>,
}

/// Everything that can be said of an application beyond its names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestedParts {
    /// `AzureADMyOrg` (at first), `AzureADMultipleOrgs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_audience: Option<String>,
    /// What it is as a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<RequestedApi>,
    /// What it is as a web application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<RequestedWeb>,
    /// What it is as a page in a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spa: Option<RequestedRedirectUris>,
    /// What it is as a program on a person's machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_client: Option<RequestedRedirectUris>,
    /// Whether flows without a redirect URI take it for a public client.
    #[serde(deserialize_with = "wire::given", skip_serializing_if = "Option::is_none")]
    pub is_fallback_public_client: Option<Option<bool>>,
    /// Roles in it, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_roles: Option<Vec<AppRole>>,
    /// What it means to ask for, all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_resource_access: Option<Vec<RequiredResourceAccess>>,
    /// Which groups its tokens name.
    #[serde(deserialize_with = "wire::given", skip_serializing_if = "Option::is_none")]
    pub group_membership_claims: Option<Option<String>>,
    /// What else its tokens say.
    #[serde(deserialize_with = "wire::given", skip_serializing_if = "Option::is_none")]
    pub optional_claims: Option<Option<OptionalClaims>>,
}
