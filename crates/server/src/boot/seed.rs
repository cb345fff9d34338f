//! What every tenant starts with.

use doorward_domain::rbac::{OWNER, PrincipalKind, RoleAssignment};
use doorward_domain::resource::{FirstParty, client};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::subscription::Subscription;
use doorward_domain::tenant::Tenant;
use doorward_names::{
    AppId, DisplayName, DomainName, ObjectId, RoleAssignmentId, Scope, SubscriptionId, TenantId, Timestamp,
};
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
                assignment_required: false,
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

/// Makes somebody Owner of every subscription of the tenant that they aren't Owner of yet.
///
/// # Errors
/// When the store fails.
pub fn own_subscriptions(
    tx: &mut Tx<'_>,
    (tenant, owner): (TenantId, ObjectId),
    now: Timestamp,
) -> Result<(), QueryError> {
    for subscription in store::subscription::list(tx, tenant)? {
        let scope = Scope::subscription(subscription.id);
        if store::access_assignment::find_same(tx, tenant, (&scope, owner, OWNER))?.is_some() {
            continue;
        }
        // One name for one purpose, so that a closure that runs twice writes the same.
        let name = *subscription.id.as_bytes();
        let assignment = RoleAssignment {
            id: RoleAssignmentId::from_random(name),
            scope,
            role: OWNER,
            principal: owner,
            principal_kind: PrincipalKind::User,
            description: None,
            condition: None,
            delegated_identity: None,
            created_at: now,
            created_by: None,
            updated_at: now,
            updated_by: None,
        };
        let _ = store::access_assignment::insert(tx, tenant, &assignment)?;
    }
    Ok(())
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
