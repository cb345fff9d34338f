//! By which of the older ways programs may sign people of a tenant in. Microsoft Graph has no such policy; this one stands
//! beside its `authorizationPolicy`.

use serde::{Deserialize, Serialize};

use super::RequestBody;

/// The id of the one policy that a tenant has.
pub const SIGN_IN_POLICY: &str = "signInPolicy";

/// The policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInPolicy {
    /// [`SIGN_IN_POLICY`].
    pub id: String,
    /// Its name for people.
    pub display_name: String,
    /// What it is for.
    pub description: String,
    /// Whether programs may send a person's name and password (RFC 6749 §4.3).
    pub allow_password_grant: bool,
    /// Whether built-in clients of the time before code challenges (RFC 7636) may do without one, on the loopback.
    pub allow_legacy_clients: bool,
}

/// Body of `PATCH /policies/signInPolicy`; what is missing stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "as in what is read")]
pub struct UpdateSignInPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_password_grant: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_legacy_clients: Option<bool>,
}

impl RequestBody for UpdateSignInPolicy {
    const KEPT: &'static [&'static str] = &["allowPasswordGrant", "allowLegacyClients"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}
