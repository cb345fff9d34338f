//! Resource groups.

use serde::{Deserialize, Serialize};

use super::Tags;

/// A resource group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceGroup {
    /// Its scope.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `Microsoft.Resources/resourceGroups`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is kept.
    pub location: String,
    /// The resource that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// Whether it is there.
    pub properties: ProvisioningState,
}

/// Whether something is there yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvisioningState {
    /// `Succeeded`.
    pub provisioning_state: String,
}

impl ProvisioningState {
    /// It is.
    pub fn succeeded() -> Self {
        Self {
            provisioning_state: "Succeeded".to_owned(),
        }
    }
}

/// `PUT /subscriptions/{id}/resourceGroups/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutResourceGroup {
    /// Where it shall be kept.
    #[serde(default)]
    pub location: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The resource that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
}

/// `PATCH /subscriptions/{id}/resourceGroups/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatchResourceGroup {
    /// New tags instead of the old ones.
    #[serde(default)]
    pub tags: Option<Tags>,
}
