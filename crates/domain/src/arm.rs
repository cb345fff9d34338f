//! What Resource Manager keeps: management groups, resource groups, resources of any type.

use doorward_names::{ObjectId, OperationId, ResourceGroupName, Scope, SubscriptionId, TenantId, Timestamp};
use std::collections::BTreeMap;

/// Tags: names with a value each. Names compare without case, and are kept as written.
pub type Tags = BTreeMap<String, String>;

/// A management group. The tenant's root group is named by the tenant's id, and always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementGroup {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its name in scopes.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// The name of the group that it is in, in lower case.
    pub parent_key: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: Option<ObjectId>,
}

/// A resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroup {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// Its name.
    pub name: ResourceGroupName,
    /// Where it is kept, `westeurope`.
    pub location: String,
    /// Its tags.
    pub tags: Tags,
    /// The resource that it belongs to.
    pub managed_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub changed_at: Timestamp,
}

impl ResourceGroup {
    /// Its scope.
    pub fn scope(&self) -> Scope {
        Scope::resource_group(self.subscription, &self.name)
    }
}

/// A resource of a resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its tenant.
    pub tenant: TenantId,
    /// What it is named by.
    pub scope: Scope,
    /// Where it is.
    pub location: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// What its type makes of it: JSON, which nothing here looks into.
    pub body: String,
    /// How often it was written; the ETag.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub changed_at: Timestamp,
}

impl Resource {
    /// Its type, `Microsoft.MachineLearningServices/workspaces`, in lower case.
    pub fn type_key(&self) -> String {
        self.scope.resource_type().unwrap_or_default().to_lowercase()
    }
}

/// Something that was begun by one request and is asked about by others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: OperationId,
    /// What it is done to.
    pub scope: Scope,
    /// `Succeeded`, for what is done at once.
    pub status: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}
