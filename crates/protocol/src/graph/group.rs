//! Groups (Graph `group`), and questions about memberships.

use doorward_names::{ObjectId, Timestamp};
use serde::{Deserialize, Serialize};

use super::RequestBody;
use crate::{NoItems, Null, wire};

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its object id.
    pub id: ObjectId,
    /// When it was made.
    #[serde(default, with = "wire::optional_instant")]
    pub created_date_time: Option<Timestamp>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Always empty here: neither Microsoft 365's nor dynamic.
    #[serde(default)]
    pub group_types: NoItems,
    /// Always false here.
    #[serde(default)]
    pub mail_enabled: bool,
    /// Its mail alias.
    #[serde(default)]
    pub mail_nickname: Option<String>,
    /// When it was made, or made to live longer.
    #[serde(default, with = "wire::optional_instant")]
    pub renewed_date_time: Option<Timestamp>,
    /// Always true here.
    #[serde(default)]
    pub security_enabled: bool,
    /// See [`security_identifier`].
    #[serde(default)]
    pub security_identifier: Option<String>,
    /// What this directory does not keep.
    #[serde(flatten)]
    pub constants: GroupConstants,
}

/// A group's properties that are always the same here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "each is a constant of the real service's fresh object, named as there"
)]
pub struct GroupConstants {
    pub deleted_date_time: Null,
    pub classification: Null,
    pub creation_options: NoItems,
    pub expiration_date_time: Null,
    pub is_assignable_to_role: Null,
    pub mail: Null,
    pub membership_rule: Null,
    pub membership_rule_processing_state: Null,
    pub on_premises_domain_name: Null,
    pub on_premises_last_sync_date_time: Null,
    pub on_premises_net_bios_name: Null,
    pub on_premises_provisioning_errors: NoItems,
    pub on_premises_sam_account_name: Null,
    pub on_premises_security_identifier: Null,
    pub on_premises_sync_enabled: Null,
    pub preferred_data_location: Null,
    pub preferred_language: Null,
    pub proxy_addresses: NoItems,
    pub resource_behavior_options: NoItems,
    pub resource_provisioning_options: NoItems,
    pub service_provisioning_errors: NoItems,
    pub theme: Null,
    pub unique_name: Null,
    pub visibility: Null,
}

/// The Windows form of a directory object's id, `S-1-12-1-…`: its bytes as a Windows GUID has them in memory, read as four
/// little-endian numbers of 32 bits.
pub fn security_identifier(id: ObjectId) -> String {
    let [a, b, c, d, e, f, g, h, tail @ ..] = *id.as_bytes();
    let [i, j, k, l, m, n, o, p] = tail;
    // A GUID's first three fields are numbers, which are little-endian in memory; the rest are bytes.
    let numbers = [
        u32::from_be_bytes([a, b, c, d]),
        u32::from_be_bytes([g, h, e, f]),
        u32::from_le_bytes([i, j, k, l]),
        u32::from_le_bytes([m, n, o, p]),
    ];
    numbers
        .iter()
        .fold("S-1-12-1".to_owned(), |text, number| format!("{text}-{number}"))
}

/// Body of `POST /groups`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateGroup {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its name for people; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `Unified`, `DynamicMembership`: neither is kept here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_types: Option<Vec<String>>,
    /// Whether mail reaches it; required.
    #[serde(deserialize_with = "wire::flag", skip_serializing_if = "Option::is_none")]
    pub mail_enabled: Option<bool>,
    /// Its mail alias; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_nickname: Option<String>,
    /// Whether rights can be given to it; required.
    #[serde(deserialize_with = "wire::flag", skip_serializing_if = "Option::is_none")]
    pub security_enabled: Option<bool>,
    /// URLs of those who shall be in it.
    #[serde(rename = "members@odata.bind", skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// URLs of those who shall own it.
    #[serde(rename = "owners@odata.bind", skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
}

/// Body of `PATCH /groups/{id}`: what is missing stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateGroup {
    /// What it is for; `null` empties it.
    #[serde(deserialize_with = "wire::given", skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// See [`CreateGroup::group_types`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_types: Option<Vec<String>>,
    /// Whether mail reaches it.
    #[serde(deserialize_with = "wire::flag", skip_serializing_if = "Option::is_none")]
    pub mail_enabled: Option<bool>,
    /// Its mail alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_nickname: Option<String>,
    /// Whether rights can be given to it.
    #[serde(deserialize_with = "wire::flag", skip_serializing_if = "Option::is_none")]
    pub security_enabled: Option<bool>,
    /// URLs of those who shall be in it besides those who are.
    #[serde(rename = "members@odata.bind", skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

const EMPTY_ONLY: &[&str] = &[
    "classification",
    "isAssignableToRole",
    "membershipRule",
    "membershipRuleProcessingState",
    "preferredDataLocation",
    "preferredLanguage",
    "resourceBehaviorOptions",
    "resourceProvisioningOptions",
    "theme",
    "uniqueName",
    "visibility",
];

impl RequestBody for CreateGroup {
    const KEPT: &'static [&'static str] = &[
        "description",
        "displayName",
        "groupTypes",
        "mailEnabled",
        "mailNickname",
        "securityEnabled",
        "members@odata.bind",
        "owners@odata.bind",
    ];
    const EMPTY_ONLY: &'static [&'static str] = EMPTY_ONLY;
}

impl RequestBody for UpdateGroup {
    const KEPT: &'static [&'static str] = &[
        "description",
        "displayName",
        "groupTypes",
        "mailEnabled",
        "mailNickname",
        "securityEnabled",
        "members@odata.bind",
    ];
    const EMPTY_ONLY: &'static [&'static str] = EMPTY_ONLY;
}

/// Body of `POST …/getMemberGroups`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GetMemberGroups {
    /// Only groups to which rights can be given, which all groups here are. `"true"` is read as well; required.
    #[serde(deserialize_with = "wire::flag", skip_serializing_if = "Option::is_none")]
    pub security_enabled_only: Option<bool>,
}

impl RequestBody for GetMemberGroups {
    const KEPT: &'static [&'static str] = &["securityEnabledOnly"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}

/// Body of `POST …/checkMemberGroups`, and of `POST …/checkMemberObjects`, where the member is called `ids`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckMemberGroups {
    /// Which groups, by id.
    #[serde(alias = "ids")]
    pub group_ids: Vec<String>,
}

impl RequestBody for CheckMemberGroups {
    const KEPT: &'static [&'static str] = &["groupIds", "ids"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}
