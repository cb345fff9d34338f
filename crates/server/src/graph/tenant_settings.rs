//! `/policies/authorizationPolicy` and `/policies/signInPolicy`: what people and programs may do in a tenant without an
//! administrator. What else Microsoft Graph lets the first one say can be said as it is here, and is refused otherwise.

use doorward_domain::audit::Event;
use doorward_domain::directory::rights::Action;
use doorward_domain::tenant_settings::{Setting, TenantSettings};
use doorward_protocol::graph::authorization_policy::{
    AuthorizationPolicy, SELF_CONSENT, UpdateAuthorizationPolicy, UserRolePermissions,
};
use doorward_protocol::graph::sign_in_policy::{SIGN_IN_POLICY, SignInPolicy, UpdateSignInPolicy};
use doorward_protocol::graph::{BodyError, context};
use doorward_store as store;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::access::{OrFail as _, change, look};
use super::{Call, GraphError, no_content, query};
use crate::http::{Response, json};

/// GET /v1.0/policies/authorizationPolicy
pub async fn authorization(call: Call) -> Result<Response, GraphError> {
    let settings = settings(&call).await?;
    let assigned = settings
        .is_on(Setting::UserConsent)
        .then(|| SELF_CONSENT.to_owned());
    let policy = AuthorizationPolicy {
        default_user_role_permissions: UserRolePermissions {
            permission_grant_policies_assigned: assigned.into_iter().collect(),
            ..UserRolePermissions::default()
        },
        ..AuthorizationPolicy::default()
    };
    Ok(single(&call, "policies/authorizationPolicy", &policy))
}

/// PATCH /v1.0/policies/authorizationPolicy
pub async fn update_authorization(call: Call) -> Result<Response, GraphError> {
    let asked: UpdateAuthorizationPolicy = call.body()?;
    as_it_is(&asked.fixed, &AuthorizationPolicy::default())?;
    let people = asked.default_user_role_permissions.unwrap_or_default();
    as_it_is(&people.fixed, &UserRolePermissions::default())?;
    let consent = match people.permission_grant_policies_assigned {
        None => None,
        Some(assigned) => match assigned.iter().find(|policy| *policy != SELF_CONSENT) {
            Some(other) => return Err(unsupported(other)),
            None => Some(!assigned.is_empty()),
        },
    };
    put(&call, &[(Setting::UserConsent, consent)]).await
}

/// GET /v1.0/policies/signInPolicy
pub async fn sign_in(call: Call) -> Result<Response, GraphError> {
    let settings = settings(&call).await?;
    let policy = SignInPolicy {
        id: SIGN_IN_POLICY.to_owned(),
        display_name: "Sign-in Policy".to_owned(),
        description: "Older ways by which programs may sign people in.".to_owned(),
        allow_password_grant: settings.is_on(Setting::PasswordGrant),
        allow_legacy_clients: settings.is_on(Setting::LegacyClients),
    };
    Ok(single(&call, "policies/signInPolicy", &policy))
}

/// PATCH /v1.0/policies/signInPolicy
pub async fn update_sign_in(call: Call) -> Result<Response, GraphError> {
    let asked: UpdateSignInPolicy = call.body()?;
    let said = [
        (Setting::PasswordGrant, asked.allow_password_grant),
        (Setting::LegacyClients, asked.allow_legacy_clients),
    ];
    put(&call, &said).await
}

async fn settings(call: &Call) -> Result<TenantSettings, GraphError> {
    let mode = call.ctx.app.mode();
    look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadTenantSettings)?;
        store::tenant_setting::of(view, acting.tenant, mode).or_fail()
    })
    .await
}

/// Says what was said; what wasn't, stays.
async fn put(call: &Call, said: &[(Setting, Option<bool>)]) -> Result<Response, GraphError> {
    let said: Vec<_> = said
        .iter()
        .filter_map(|(setting, on)| on.map(|on| (*setting, on)))
        .collect();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::ManageTenantSettings)?;
        for (setting, on) in &said {
            store::tenant_setting::put(tx, acting.tenant, *setting, *on).or_fail()?;
            let detail = format!("{} {}", setting.name(), if *on { "on" } else { "off" });
            acting.record(tx, Event::DirectoryUpdated, None, &detail)?;
        }
        Ok(())
    })
    .await?;
    Ok(no_content())
}

/// Refuses what would change a property that can't be changed here; nothing is the same as nothing said.
fn as_it_is(said: &Map<String, Value>, shown: &impl Serialize) -> Result<(), GraphError> {
    let shown = serde_json::to_value(shown).unwrap_or_default();
    let other =
        |(name, value): &(&String, &Value)| !value.is_null() && shown.get(name.as_str()) != Some(*value);
    match said.iter().find(other) {
        Some((name, _)) => Err(BodyError::Unsupported(name.clone()).into()),
        None => Ok(()),
    }
}

fn unsupported(policy: &str) -> GraphError {
    let shown: String = policy.chars().filter(|c| !c.is_control()).take(64).collect();
    GraphError::Invalid(format!(
        "'{shown}' is not supported in permissionGrantPoliciesAssigned here; '{SELF_CONSENT}' is."
    ))
}

/// The one object of a path that names no collection.
fn single(call: &Call, what: &str, object: &impl Serialize) -> Response {
    let context = Some(context(call.ctx.origin.url(), &format!("{what}/$entity")));
    let value = query::selected(&call.options, object);
    json(
        StatusCode::OK,
        &doorward_protocol::graph::Entity { context, value },
    )
}
