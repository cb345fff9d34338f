//! Tenants: the directories in which people and applications live, isolated from one another.

use doorward_names::{DisplayName, DomainName, TenantId, Timestamp};

/// A directory tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id (`tid`).
    pub id: TenantId,
    /// Its name for people.
    pub display_name: DisplayName,
    /// The domain that names it when no other is asked for; new users get it.
    pub default_domain: DomainName,
    /// Every domain that names it, the default one included; a domain names one tenant only.
    pub domains: Vec<DomainName>,
    /// When it was made.
    pub created_at: Timestamp,
}
