//! Management groups.

use doorward_names::TenantId;
use serde::{Deserialize, Serialize};

/// A management group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementGroup {
    /// Its scope.
    pub id: String,
    /// `Microsoft.Management/managementGroups`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name in scopes.
    pub name: String,
    /// What it says.
    pub properties: ManagementGroupProperties,
}

/// What a management group says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagementGroupProperties {
    /// Its tenant.
    pub tenant_id: TenantId,
    /// Its name for people.
    pub display_name: String,
    /// What it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<ManagementGroupDetails>,
    /// What is in it, when that was asked for by `$expand=children`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<ManagementGroupChild>>,
}

/// What a management group is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementGroupDetails {
    /// How often it was changed.
    pub version: u32,
    /// The group it is in; nothing for the tenant's root group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentGroup>,
}

/// A management group, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParentGroup {
    /// Its scope.
    pub id: String,
    /// Its name in scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// What is in a management group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagementGroupChild {
    /// `Microsoft.Management/managementGroups` or `/subscriptions`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its scope.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
}

/// One of `GET {management group}/descendants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descendant {
    /// Its scope.
    pub id: String,
    /// `Microsoft.Management/managementGroups` or `…/managementGroups/subscriptions`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it says.
    pub properties: DescendantProperties,
}

/// What a descendant says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescendantProperties {
    /// Its name for people.
    pub display_name: String,
    /// What it is in.
    pub parent: ParentGroup,
}

/// `PUT` and `PATCH {management group}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PutManagementGroup {
    /// Its name in scopes, as the path has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it shall say.
    #[serde(default)]
    pub properties: Option<PutManagementGroupProperties>,
}

/// What a management group shall say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PutManagementGroupProperties {
    /// Its name for people.
    pub display_name: Option<String>,
    /// What it shall be in.
    pub details: Option<PutManagementGroupDetails>,
}

/// What a management group shall be in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PutManagementGroupDetails {
    /// The group.
    pub parent: Option<ParentGroup>,
}
