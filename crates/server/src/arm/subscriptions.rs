//! `/subscriptions`: those in which the caller has any role.

use doorward_domain::subscription::Subscription;
use doorward_names::{Scope, SubscriptionId};
use doorward_protocol::arm::{self as wire, List};
use doorward_protocol::paths::ArmPath;
use doorward_store as store;

use super::ArmError;
use super::call::{Call, ok};
use super::catalogue::PLACES;
use crate::http::Response;

/// GET /subscriptions
pub async fn list(call: &Call) -> Result<Response, ArmError> {
    let all = of(call).await?;
    let seen = all
        .iter()
        .filter(|each| call.reaches(&Scope::subscription(each.id)));
    Ok(ok(&List::from(seen.map(to_wire).collect::<Vec<_>>())))
}

/// GET /subscriptions/{id}
pub async fn get(call: &Call, id: SubscriptionId) -> Result<Response, ArmError> {
    let all = of(call).await?;
    let found = all.iter().find(|subscription| subscription.id == id);
    Ok(ok(&to_wire(found.ok_or(ArmError::SubscriptionNotFound(id))?)))
}

/// GET /subscriptions/{id}/locations
pub fn locations(id: SubscriptionId) -> Response {
    let all: Vec<_> = PLACES
        .iter()
        .map(|place| wire::Location {
            id: format!("{}/{}", ArmPath::Locations(id), place.name),
            name: place.name.to_owned(),
            kind: "Region".to_owned(),
            display_name: place.display_name.to_owned(),
            regional_display_name: format!("({}) {}", place.geography, place.display_name),
        })
        .collect();
    ok(&List::from(all))
}

/// The subscriptions of the caller's tenant.
pub async fn of(call: &Call) -> Result<Vec<Subscription>, ArmError> {
    let tenant = call.tenant();
    let all = call
        .ctx
        .app
        .store
        .read(move |view| store::subscription::list(view, tenant));
    Ok(all.await?)
}

fn to_wire(subscription: &Subscription) -> wire::Subscription {
    wire::Subscription {
        id: ArmPath::Subscription(subscription.id).to_string(),
        authorization_source: "RoleBased".to_owned(),
        managed_by_tenants: Vec::new(),
        subscription_id: subscription.id,
        tenant_id: subscription.tenant,
        display_name: subscription.display_name.as_str().to_owned(),
        state: "Enabled".to_owned(),
        subscription_policies: wire::SubscriptionPolicies {
            location_placement_id: "Public_2014-09-01".to_owned(),
            quota_id: "Internal_2014-09-01".to_owned(),
            spending_limit: "Off".to_owned(),
        },
    }
}
