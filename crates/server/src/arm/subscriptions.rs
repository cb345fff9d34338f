//! `/subscriptions`: those of the caller's tenant.

use doorward_domain::subscription::Subscription;
use doorward_names::SubscriptionId;
use doorward_protocol::arm::{self as wire, List};
use doorward_protocol::paths::ArmPath;
use doorward_store as store;
use http::StatusCode;

use super::ArmError;
use crate::bearer::Bearer;
use crate::ctx::Ctx;
use crate::http::{Response, json};

/// GET /subscriptions
pub async fn list(ctx: &Ctx, caller: &Bearer) -> Result<Response, ArmError> {
    let value: Vec<_> = of(ctx, caller).await?.iter().map(to_wire).collect();
    Ok(json(StatusCode::OK, &List::from(value)))
}

/// GET /subscriptions/{id}
pub async fn get(ctx: &Ctx, caller: &Bearer, id: SubscriptionId) -> Result<Response, ArmError> {
    let all = of(ctx, caller).await?;
    let found = all.iter().find(|subscription| subscription.id == id);
    let found = found.ok_or(ArmError::SubscriptionNotFound(id))?;
    Ok(json(StatusCode::OK, &to_wire(found)))
}

async fn of(ctx: &Ctx, caller: &Bearer) -> Result<Vec<Subscription>, ArmError> {
    let tenant = caller.tenant;
    Ok(ctx
        .app
        .store
        .read(move |view| store::subscription::list(view, tenant))
        .await?)
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
