//! Computes of a workspace: starting, stopping and using them. Nothing runs on them here; who may do what is decided as in
//! Azure.

use doorward_domain::arm::Operation;
use doorward_domain::audit::Event;
use doorward_names::{OperationId, Scope};
use doorward_protocol::paths::{ArmPath, LocationTail};
use doorward_store as store;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::arm::ArmError;
use crate::arm::access::Authorized;
use crate::arm::call::{Call, bare, ok};
use crate::arm::resources::compute::{INSTANCE, Order, SETTINGS, obey};
use crate::arm::resources::look::find;
use crate::arm::resources::putting::read_body;
use crate::entropy;
use crate::http::Response;

/// POST {compute}/start, /stop and /restart
pub async fn change_state(
    call: &Call,
    scope: Scope,
    authorized: Authorized,
    order: Order,
) -> Result<Response, ArmError> {
    let (tenant, now) = (call.tenant(), call.ctx.now);
    let id = OperationId::from_random(entropy::bytes());
    let at = scope.clone();
    call.change(&authorized, Event::ResourceActed, move |tx| {
        let Some(mut resource) = store::resource::find(tx, tenant, &at)? else {
            return Ok(Err(ArmError::ResourceNotFound(at.clone())));
        };
        let mut body = read_body(&resource);
        if let Err(refusal) = obey(&mut body, order, now) {
            return Ok(Err(refusal));
        }
        resource.body = serde_json::to_string(&body).unwrap_or_default();
        resource.version += 1;
        resource.changed_at = now;
        store::resource::update(tx, &resource)?;
        let operation = Operation {
            tenant,
            id,
            scope: at.clone(),
            status: "Succeeded".to_owned(),
            started_at: now,
            ended_at: now,
        };
        store::resource::insert_operation(tx, &operation)?;
        Ok(Ok(()))
    })
    .await?;
    // From 2021-07-01 on it is a long-running operation.
    if call.query.require_version()? < "2021-07-01" {
        return Ok(bare(StatusCode::OK));
    }
    Ok(accepted(call, &scope, id).await)
}

/// 202, and where to ask how it goes.
async fn accepted(call: &Call, scope: &Scope, id: OperationId) -> Response {
    let place = match find(call, scope).await {
        Ok(resource) => resource.location.unwrap_or_default(),
        Err(_) => String::new(),
    };
    let mut response = bare(StatusCode::ACCEPTED);
    let Some(subscription) = scope.subscription_id() else {
        return response;
    };
    let version = call.query.get("api-version").unwrap_or_default();
    let link = |tail| {
        let path = ArmPath::MachineLearningLocation(subscription, place.clone(), tail);
        format!("{}{path}?api-version={version}", call.ctx.origin.url())
    };
    for (name, value) in [
        (
            HeaderName::from_static("azure-asyncoperation"),
            link(LocationTail::OperationStatus(
                "computeOperationsStatus".to_owned(),
                id,
            )),
        ),
        (
            header::LOCATION,
            link(LocationTail::OperationResult(
                "computeOperationResults".to_owned(),
                id,
            )),
        ),
        (header::RETRY_AFTER, "0".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// POST {compute}/listKeys: neither kind has any.
pub async fn list_keys(call: &Call, scope: &Scope, authorized: &Authorized) -> Result<Response, ArmError> {
    let properties = read_body(&find(call, scope).await?)
        .properties
        .unwrap_or_default();
    call.record(authorized, Event::ResourceActed).await?;
    Ok(ok(&json!({"computeType": properties.get("computeType")})))
}

/// POST {compute}/listNodes: no machine stands behind a record.
pub async fn list_nodes(call: &Call, scope: &Scope, authorized: &Authorized) -> Result<Response, ArmError> {
    let properties = read_body(&find(call, scope).await?)
        .properties
        .unwrap_or_default();
    call.record(authorized, Event::ResourceActed).await?;
    Ok(ok(
        &json!({"computeType": properties.get("computeType"), "nodes": [], "nextLink": null}),
    ))
}

/// POST {compute}/applicationaccess: whether the caller may use what runs on an instance. A personal one is its maker's
/// alone, whatever roles say.
pub async fn application_access(
    call: &Call,
    scope: &Scope,
    authorized: &Authorized,
) -> Result<Response, ArmError> {
    let properties = read_body(&find(call, scope).await?)
        .properties
        .unwrap_or_default();
    let inner = properties
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    if properties.get("computeType").is_none_or(|kind| kind != INSTANCE) {
        return Err(ArmError::InvalidRequest(
            "Only a compute instance has applications.".to_owned(),
        ));
    }
    // It may have been made for somebody else.
    let assigned = inner
        .get(SETTINGS)
        .and_then(|settings| settings.get("assignedUser"))
        .and_then(|user| user.get("objectId"));
    let maker = inner.get("createdBy").and_then(|by| by.get("userId"));
    let maker = assigned.or(maker).and_then(Value::as_str);
    let is_personal = inner
        .get("applicationSharingPolicy")
        .is_some_and(|policy| policy == "Personal");
    if is_personal && maker != Some(call.caller.id().to_string().as_str()) {
        let action = "Microsoft.MachineLearningServices/workspaces/computes/applicationaccess/action";
        return Err(call
            .refuse_by_hand(action, scope, "a personal instance of somebody else")
            .await?);
    }
    call.record(authorized, Event::ResourceActed).await?;
    Ok(ok(&json!({
        "name": scope.name(),
        "userId": call.caller.id(),
        "state": inner.get("state"),
        "applications": inner.get("applications"),
    })))
}
