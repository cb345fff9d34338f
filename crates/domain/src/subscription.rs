//! Subscriptions: the scope under which a tenant's resources live.

use doorward_names::{DisplayName, SubscriptionId, TenantId, Timestamp};

/// A subscription of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// The tenant whose principals may be given roles in it.
    pub tenant: TenantId,
    /// Its name for people.
    pub display_name: DisplayName,
    /// When it was made.
    pub created_at: Timestamp,
}
