//! What every tenant starts with.

use doorward_domain::resource::{FirstParty, client};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::subscription::Subscription;
use doorward_domain::tenant::Tenant;
use doorward_names::{AppId, DisplayName, DomainName, ObjectId, SubscriptionId, TenantId, Timestamp};
use doorward_store::{self as store, QueryError, Tx};

use crate::entropy;

/// A tenant to be made, with every id it needs.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// Its first subscription.
    pub subscription: Subscription,
    first_party: Vec<ServicePrincipal>,
}

impl NewTenant {
    /// Thinks one up; nothing is written yet.
    ///
    /// # Errors
    /// When a built-in name is no display name (never).
    pub fn draw(
        name: DisplayName,
        domain: DomainName,
        subscription: DisplayName,
        now: Timestamp,
    ) -> Result<Self, doorward_names::InvalidName> {
        let id = TenantId::from_random(entropy::bytes());
        let principal = |app_id: AppId, name: &str| {
            Ok(ServicePrincipal {
                id: ObjectId::from_random(entropy::bytes()),
                tenant: id,
                app_id,
                app_owner: None,
                display_name: DisplayName::new(name)?,
                kind: ServicePrincipalKind::FirstParty,
                enabled: true,
                created_at: now,
            })
        };
        let resources = FirstParty::ALL
            .into_iter()
            .map(|r| principal(r.app_id(), r.display_name()));
        let clients = std::iter::once(principal(client::COMMAND_LINE, "Microsoft Azure CLI"));
        Ok(Self {
            tenant: Tenant {
                id,
                display_name: name,
                default_domain: domain.clone(),
                domains: vec![domain],
                created_at: now,
            },
            subscription: Subscription {
                id: SubscriptionId::from_random(entropy::bytes()),
                tenant: id,
                display_name: subscription,
                created_at: now,
            },
            first_party: resources.chain(clients).collect::<Result<_, _>>()?,
        })
    }
}

/// Writes a new tenant; `false` when one of its ids or its domain is in use.
///
/// # Errors
/// When the store fails.
pub fn plant(tx: &mut Tx<'_>, new: &NewTenant) -> Result<bool, QueryError> {
    let mut planted = store::tenant::insert(tx, &new.tenant)?.is_ok();
    planted &= store::subscription::insert(tx, &new.subscription)?.is_ok();
    for principal in &new.first_party {
        planted &= store::service_principal::insert(tx, principal)?.is_ok();
    }
    Ok(planted)
}
