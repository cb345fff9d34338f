//! What people of a tenant may do by themselves (Graph `authorizationPolicy`): here, whether they may agree to what
//! applications ask of them. All else is as a fresh tenant of the real service has it, and can't be changed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::RequestBody;
use super::body::Shape;
use crate::{NoItems, Null};

/// The id of the one policy that a tenant has.
pub const AUTHORIZATION_POLICY: &str = "authorizationPolicy";

/// By this people agree for themselves.
pub const SELF_CONSENT: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy";

/// The policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "each is named as in the real service")]
pub struct AuthorizationPolicy {
    pub id: String,
    pub display_name: String,
    pub description: String,
    pub deleted_date_time: Null,
    /// Members and who has a role for it.
    pub allow_invites_from: String,
    pub allow_email_verified_users_to_join_organization: bool,
    pub allow_user_consent_for_risky_apps: Null,
    pub allowed_to_sign_up_email_based_subscriptions: bool,
    #[serde(rename = "allowedToUseSSPR")]
    pub allowed_to_use_sspr: bool,
    pub block_msol_power_shell: bool,
    /// The template id of a guest that sees little of the directory.
    pub guest_user_role_id: String,
    pub permission_grant_policy_ids_assigned_to_default_user_role: NoItems,
    /// What people may.
    pub default_user_role_permissions: UserRolePermissions,
}

/// What people may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "each is named as in the real service")]
pub struct UserRolePermissions {
    pub allowed_to_create_apps: bool,
    pub allowed_to_create_security_groups: bool,
    pub allowed_to_create_tenants: bool,
    pub allowed_to_read_bitlocker_keys_for_owned_device: bool,
    pub allowed_to_read_other_users: bool,
    /// [`SELF_CONSENT`], or nothing.
    pub permission_grant_policies_assigned: Vec<String>,
}

impl Default for AuthorizationPolicy {
    fn default() -> Self {
        Self {
            id: AUTHORIZATION_POLICY.to_owned(),
            display_name: "Authorization Policy".to_owned(),
            description: "Used to manage authorization related settings across the company.".to_owned(),
            deleted_date_time: Null,
            allow_invites_from: "adminsGuestInvitersAndAllMembers".to_owned(),
            allow_email_verified_users_to_join_organization: false,
            allow_user_consent_for_risky_apps: Null,
            allowed_to_sign_up_email_based_subscriptions: false,
            allowed_to_use_sspr: false,
            block_msol_power_shell: false,
            guest_user_role_id: "2af84b1e-32c8-42b7-82bc-daa82404023b".to_owned(),
            permission_grant_policy_ids_assigned_to_default_user_role: NoItems,
            default_user_role_permissions: UserRolePermissions::default(),
        }
    }
}

impl Default for UserRolePermissions {
    fn default() -> Self {
        Self {
            allowed_to_create_apps: true,
            allowed_to_create_security_groups: true,
            allowed_to_create_tenants: false,
            allowed_to_read_bitlocker_keys_for_owned_device: false,
            allowed_to_read_other_users: true,
            permission_grant_policies_assigned: Vec::new(),
        }
    }
}

/// Body of `PATCH /policies/authorizationPolicy`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateAuthorizationPolicy {
    /// What people may; what is missing stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_user_role_permissions: Option<UpdateUserRolePermissions>,
    /// What can only be said as it is.
    #[serde(flatten)]
    pub fixed: Map<String, Value>,
}

/// See [`UserRolePermissions`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateUserRolePermissions {
    /// [`SELF_CONSENT`], or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_grant_policies_assigned: Option<Vec<String>>,
    /// What can only be said as it is.
    #[serde(flatten)]
    pub fixed: Map<String, Value>,
}

impl RequestBody for UpdateAuthorizationPolicy {
    const KEPT: &'static [&'static str] = &[
        "id",
        "displayName",
        "description",
        "deletedDateTime",
        "allowInvitesFrom",
        "allowEmailVerifiedUsersToJoinOrganization",
        "allowUserConsentForRiskyApps",
        "allowedToSignUpEmailBasedSubscriptions",
        "allowedToUseSSPR",
        "blockMsolPowerShell",
        "guestUserRoleId",
        "permissionGrantPolicyIdsAssignedToDefaultUserRole",
        "defaultUserRolePermissions",
    ];
    const EMPTY_ONLY: &'static [&'static str] = &[];
    const NESTED: &'static [(&'static str, Shape)] = &[(
        "defaultUserRolePermissions",
        Shape {
            kept: &[
                "allowedToCreateApps",
                "allowedToCreateSecurityGroups",
                "allowedToCreateTenants",
                "allowedToReadBitlockerKeysForOwnedDevice",
                "allowedToReadOtherUsers",
                "permissionGrantPoliciesAssigned",
            ],
            empty_only: &[],
            nested: &[],
        },
    )];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::parse_body;

    #[test]
    fn what_is_read_can_be_written() {
        let shown = serde_json::to_vec(&AuthorizationPolicy::default()).unwrap();
        let read: UpdateAuthorizationPolicy = parse_body(&shown).unwrap();
        let people = read.default_user_role_permissions.unwrap();
        assert_eq!(people.permission_grant_policies_assigned, Some(Vec::new()));
        assert_eq!(people.fixed["allowedToCreateApps"], true);
        assert_eq!(read.fixed["blockMsolPowerShell"], false);
        for unknown in [r#"{"a": 1}"#, r#"{"defaultUserRolePermissions": {"a": 1}}"#] {
            assert!(parse_body::<UpdateAuthorizationPolicy>(unknown.as_bytes()).is_err());
        }
    }
}
