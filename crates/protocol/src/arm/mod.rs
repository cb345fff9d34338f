//! Bodies of Resource Manager.

mod authorization;
mod deployment;
mod explain;
mod management_group;
mod provider;
mod resource;
mod resource_group;
mod services;

pub use authorization::*;
pub use deployment::*;
pub use explain::{Cure, ExplainAccess, Explanation};
pub use management_group::*;
pub use provider::{OperationDisplay, Provider, ProviderOperation, ProviderType};
pub use resource::{Identity, Resource, Sku, Tags, TagsProperties, TagsResource, keys};
pub use resource_group::{PatchResourceGroup, ProvisioningState, PutResourceGroup, ResourceGroup};
pub use services::{Experiments, workspace_services};

use doorward_names::{SubscriptionId, TenantId};
use serde::{Deserialize, Serialize};

use crate::Null;

/// A list, or a page of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    /// The items.
    pub value: Vec<T>,
    /// Where the next page is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
}

impl<T> From<Vec<T>> for List<T> {
    /// A list that is whole.
    fn from(value: Vec<T>) -> Self {
        Self {
            value,
            next_link: None,
        }
    }
}

/// A place where resources can be, of `GET /subscriptions/{id}/locations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// `/subscriptions/{id}/locations/{name}`.
    pub id: String,
    /// `westeurope`.
    pub name: String,
    /// `Region`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `West Europe`.
    pub display_name: String,
    /// The name with the part of the world.
    pub regional_display_name: String,
}

/// A tenant that the caller is in, of `GET /tenants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// `/tenants/{tenantId}`.
    pub id: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// `Home`, or `ProjectedBy` for a guest's.
    pub tenant_category: String,
    /// Its name.
    pub display_name: String,
    /// Its first domain.
    pub default_domain: String,
    /// All its domains.
    #[serde(default)]
    pub domains: Vec<String>,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// `/subscriptions/{subscriptionId}`.
    pub id: String,
    /// `RoleBased`.
    pub authorization_source: String,
    /// Tenants that manage it for its owner: none.
    #[serde(default)]
    pub managed_by_tenants: Vec<Null>,
    /// Its id.
    pub subscription_id: SubscriptionId,
    /// The tenant that it trusts.
    pub tenant_id: TenantId,
    /// Its name.
    pub display_name: String,
    /// `Enabled`.
    pub state: String,
    /// What it may be used for.
    #[serde(default)]
    pub subscription_policies: SubscriptionPolicies,
}

/// What a subscription may be used for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionPolicies {
    /// `Public_2014-09-01`.
    #[serde(default)]
    pub location_placement_id: String,
    /// `Internal_2014-09-01`.
    #[serde(default)]
    pub quota_id: String,
    /// `Off`.
    #[serde(default)]
    pub spending_limit: String,
}

/// An error: `{"error": {"code", "message"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error.
    pub error: Error,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The word for programs.
    pub code: String,
    /// The words for people.
    pub message: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What went wrong within.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Error>,
}

impl ErrorBody {
    /// An error of that word and those words.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            error: Error {
                code: code.to_owned(),
                message: message.into(),
                target: None,
                details: Vec::new(),
            },
        }
    }
}
