//! Resource providers, and whether a subscription may use them.

use serde::{Deserialize, Serialize};

/// A provider, as a subscription knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// `/subscriptions/{id}/providers/{namespace}`.
    pub id: String,
    /// Its namespace.
    pub namespace: String,
    /// `RegistrationRequired` or `RegistrationFree`.
    pub registration_policy: String,
    /// `Registered` or `Unregistered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_state: Option<String>,
    /// Its types of resources.
    pub resource_types: Vec<ProviderType>,
}

/// A type of resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderType {
    /// `workspaces`.
    pub resource_type: String,
    /// Where it can be, in words: `West Europe`.
    pub locations: Vec<String>,
    /// Its versions, newest first. Any dated version is taken; these are what clients choose from.
    pub api_versions: Vec<String>,
    /// What it can: `None`, or words parted by commas.
    pub capabilities: String,
}

/// One of `GET /providers/{namespace}/operations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderOperation {
    /// The action.
    pub name: String,
    /// Whether it is one on data.
    pub is_data_action: bool,
    /// In words.
    pub display: OperationDisplay,
}

/// An operation in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationDisplay {
    /// The provider.
    pub provider: String,
    /// The type of resource.
    pub resource: String,
    /// The operation.
    pub operation: String,
    /// In more words.
    pub description: String,
}
