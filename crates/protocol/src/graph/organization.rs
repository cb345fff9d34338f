//! The tenant itself (Graph `organization`).

use doorward_names::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{NoItems, wire};

/// A tenant as its members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The tenant's id.
    pub id: TenantId,
    /// Always null here.
    #[serde(default)]
    pub deleted_date_time: crate::Null,
    /// Always empty here.
    #[serde(default)]
    pub business_phones: NoItems,
    /// Always null here.
    #[serde(default)]
    pub country_letter_code: crate::Null,
    /// When it was made.
    #[serde(default, with = "wire::optional_instant")]
    pub created_date_time: Option<Timestamp>,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// `AAD`.
    #[serde(default)]
    pub tenant_type: Option<String>,
    /// Domains that name it.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
    /// Always empty here.
    #[serde(default)]
    pub assigned_plans: NoItems,
    /// Always empty here.
    #[serde(default)]
    pub provisioned_plans: NoItems,
}

/// A domain that names a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// Always empty here.
    #[serde(default)]
    pub capabilities: Option<String>,
    /// Whether new users get it.
    #[serde(default)]
    pub is_default: bool,
    /// Whether the tenant was made with it.
    #[serde(default)]
    pub is_initial: bool,
    /// The domain.
    pub name: String,
    /// `Managed`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
}
