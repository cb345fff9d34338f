//! Policies of conditional access (Graph `conditionalAccessPolicy`): those that demand a second factor. Whatever else the
//! real service can demand, or look at, is refused by its name.

use doorward_names::{ObjectId, Timestamp};
use serde::{Deserialize, Serialize};

use super::RequestBody;
use super::body::Shape;
use crate::{NoItems, Null, wire};

/// Every person, every application.
pub const ALL: &str = "All";

/// Every guest.
pub const GUESTS: &str = "GuestsOrExternalUsers";

/// The one control that is known here: a second factor.
pub const MFA: &str = "mfa";

/// `state` of a policy that counts.
pub const ENABLED: &str = "enabled";

/// `state` of one that doesn't.
pub const DISABLED: &str = "disabled";

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConditionalAccessPolicy {
    /// Its id.
    pub id: ObjectId,
    /// Always null here.
    #[serde(default)]
    pub template_id: Null,
    /// Its name for people.
    pub display_name: String,
    /// When it was made.
    #[serde(default, with = "wire::optional_instant")]
    pub created_date_time: Option<Timestamp>,
    /// When it was changed, if it was.
    #[serde(default, with = "wire::optional_instant")]
    pub modified_date_time: Option<Timestamp>,
    /// [`ENABLED`] or [`DISABLED`].
    pub state: String,
    /// Always null here.
    #[serde(default)]
    pub session_controls: Null,
    /// For whom and what it counts.
    pub conditions: Conditions,
    /// What it demands.
    #[serde(default)]
    pub grant_controls: GrantControls,
}

/// For whom and what a policy counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "each is named as in the real service")]
pub struct Conditions {
    pub client_app_types: Vec<String>,
    pub applications: PolicyApplications,
    pub users: PolicyUsers,
    pub user_risk_levels: NoItems,
    pub sign_in_risk_levels: NoItems,
    pub service_principal_risk_levels: NoItems,
    pub platforms: Null,
    pub locations: Null,
    pub devices: Null,
    pub client_applications: Null,
    pub authentication_flows: Null,
    pub insider_risk_levels: Null,
}

/// Which applications.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyApplications {
    /// [`ALL`], or application ids.
    pub include_applications: Vec<String>,
    /// Application ids of resources.
    pub exclude_applications: Vec<String>,
    /// Always empty here.
    pub include_user_actions: NoItems,
    /// Always empty here.
    pub include_authentication_context_class_references: NoItems,
    /// Always null here.
    pub application_filter: Null,
}

/// Which people.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyUsers {
    /// [`ALL`], [`GUESTS`], or object ids.
    pub include_users: Vec<String>,
    /// [`GUESTS`], or object ids.
    pub exclude_users: Vec<String>,
    /// Always empty here.
    pub include_groups: NoItems,
    /// Always empty here.
    pub exclude_groups: NoItems,
    /// Template ids of directory roles.
    pub include_roles: Vec<String>,
    /// The same.
    pub exclude_roles: Vec<String>,
    /// Always null here.
    pub include_guests_or_external_users: Null,
    /// Always null here.
    pub exclude_guests_or_external_users: Null,
}

/// What a policy demands: always a second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "each is named as in the real service")]
pub struct GrantControls {
    pub operator: String,
    pub built_in_controls: Vec<String>,
    pub custom_authentication_factors: NoItems,
    pub terms_of_use: NoItems,
    pub authentication_strength: Null,
}

impl Default for GrantControls {
    fn default() -> Self {
        Self {
            operator: "OR".to_owned(),
            built_in_controls: vec![MFA.to_owned()],
            custom_authentication_factors: NoItems,
            terms_of_use: NoItems,
            authentication_strength: Null,
        }
    }
}

/// Body of `POST` and `PATCH /identity/conditionalAccess/policies`: of a policy that is there, what is missing stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WriteConditionalAccessPolicy {
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// For whom and what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<WriteConditions>,
    /// What it demands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_controls: Option<WriteGrantControls>,
}

/// See [`Conditions`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "as in what is read")]
pub struct WriteConditions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_app_types: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applications: Option<WriteApplications>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<WriteUsers>,
}

/// See [`PolicyApplications`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "as in what is read")]
pub struct WriteApplications {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_applications: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_applications: Option<Vec<String>>,
}

/// See [`PolicyUsers`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "as in what is read")]
pub struct WriteUsers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_users: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_users: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_roles: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_roles: Option<Vec<String>>,
}

/// See [`GrantControls`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "as in what is read")]
pub struct WriteGrantControls {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built_in_controls: Option<Vec<String>>,
}

impl RequestBody for WriteConditionalAccessPolicy {
    const KEPT: &'static [&'static str] = &["displayName", "state", "conditions", "grantControls"];
    const EMPTY_ONLY: &'static [&'static str] =
        &["sessionControls", "templateId", "partialEnablementStrategy"];
    const NESTED: &'static [(&'static str, Shape)] = &[
        (
            "conditions",
            Shape {
                kept: &["clientAppTypes", "applications", "users"],
                empty_only: &[
                    "authenticationFlows",
                    "clientApplications",
                    "devices",
                    "deviceStates",
                    "insiderRiskLevels",
                    "locations",
                    "platforms",
                    "servicePrincipalRiskLevels",
                    "signInRiskLevels",
                    "times",
                    "userRiskLevels",
                ],
                nested: &[
                    (
                        "applications",
                        Shape {
                            kept: &["includeApplications", "excludeApplications"],
                            empty_only: &[
                                "applicationFilter",
                                "includeAuthenticationContextClassReferences",
                                "includeUserActions",
                                "networkAccess",
                            ],
                            nested: &[],
                        },
                    ),
                    (
                        "users",
                        Shape {
                            kept: &["includeUsers", "excludeUsers", "includeRoles", "excludeRoles"],
                            empty_only: &[
                                "includeGroups",
                                "excludeGroups",
                                "includeGuestsOrExternalUsers",
                                "excludeGuestsOrExternalUsers",
                            ],
                            nested: &[],
                        },
                    ),
                ],
            },
        ),
        (
            "grantControls",
            Shape {
                kept: &["operator", "builtInControls"],
                empty_only: &[
                    "authenticationStrength",
                    "customAuthenticationFactors",
                    "termsOfUse",
                ],
                nested: &[],
            },
        ),
    ];
}
