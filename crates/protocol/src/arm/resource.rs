//! A resource of any type, and tags.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Tags: at most fifty names with a value each.
pub type Tags = BTreeMap<String, String>;

/// A resource. What its type makes of it stands in `properties`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resource {
    /// Its scope; left out by who makes it, for the path says it, as the next two.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its type.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// What its type calls its kind.
    #[serde(rename = "kind", skip_serializing_if = "Option::is_none")]
    pub variety: Option<String>,
    /// What it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// The identities that it acts as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The resource that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// What its type makes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Who made it and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<Map<String, Value>>,
}

/// What a resource costs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sku {
    /// `Basic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `Basic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// What else a type says.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// The identities that a resource acts as.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identity {
    /// `SystemAssigned`, `UserAssigned`, both parted by a comma, or `None`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The object id of its own identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// The tenant of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Identities that are resources themselves, by their scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_assigned_identities: Option<BTreeMap<String, Value>>,
}

/// `{scope}/providers/Microsoft.Resources/tags/default`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsResource {
    /// Its own id.
    #[serde(default)]
    pub id: String,
    /// `default`.
    #[serde(default)]
    pub name: String,
    /// `Microsoft.Resources/tags`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// For a change: `Merge`, `Replace` or `Delete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The tags.
    pub properties: TagsProperties,
}

/// The tags of a [`TagsResource`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TagsProperties {
    /// The tags.
    #[serde(default)]
    pub tags: Tags,
}

/// What `listKeys` and its like answer.
pub mod keys {
    use serde::{Deserialize, Serialize};

    /// `POST {workspace}/listKeys`.
    #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct WorkspaceKeys {
        /// The storage account's key.
        pub user_storage_key: String,
        /// The storage account.
        pub user_storage_resource_id: Option<String>,
        /// The key under which telemetry is sent.
        pub app_insights_instrumentation_key: String,
        /// Of the container registry, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub container_registry_credentials: Option<RegistryCredentials>,
        /// Of the notebooks.
        pub notebook_access_keys: NotebookKeys,
    }

    /// A container registry's.
    #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct RegistryCredentials {
        /// Where it is.
        pub location: String,
        /// The name to sign in with.
        pub username: String,
        /// Its passwords.
        pub passwords: Vec<RegistryPassword>,
    }

    /// One password.
    #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct RegistryPassword {
        /// `password`, `password2`.
        pub name: String,
        /// The secret.
        pub value: String,
    }

    /// `POST {workspace}/listNotebookKeys`.
    #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct NotebookKeys {
        /// One.
        pub primary_access_key: String,
        /// Another.
        pub secondary_access_key: String,
    }
}
