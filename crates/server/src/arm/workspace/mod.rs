//! Microsoft.MachineLearningServices: workspaces and their computes.

pub mod compute;
mod keys;
pub mod location;
pub mod services;

use doorward_names::Scope;
use doorward_protocol::arm::List;
use serde_json::Value;

use crate::arm::ArmError;
use crate::arm::access::Authorized;
use crate::arm::call::{Call, ok};
use crate::arm::resources;
use crate::arm::resources::compute::Order;
use crate::arm::resources::look::find;
use crate::http::Response;

const WORKSPACE: &str = "microsoft.machinelearningservices/workspaces";
const COMPUTE: &str = "microsoft.machinelearningservices/workspaces/computes";

/// What a workspace could have, and none here does.
const HAS_NONE_OF: [&str; 4] = [
    "features",
    "connections",
    "privateEndpointConnections",
    "privateLinkResources",
];

/// GET {resource}/{word}: what is in it.
pub async fn look(call: &Call, scope: Scope, word: &str) -> Result<Response, ArmError> {
    let kind = scope.resource_type().unwrap_or_default();
    if kind.to_lowercase() != WORKSPACE {
        return Err(ArmError::NotServed);
    }
    if word.eq_ignore_ascii_case("computes") {
        return resources::list(call, scope, Some(format!("{kind}/computes"))).await;
    }
    find(call, &scope).await?;
    match HAS_NONE_OF.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        true => Ok(ok(&List::<Value>::from(Vec::new()))),
        false => Err(ArmError::NotServed),
    }
}

/// POST {resource}/{word}: what is done to it.
pub async fn act(
    call: &Call,
    scope: Scope,
    word: &str,
    authorized: Authorized,
) -> Result<Response, ArmError> {
    let word = word.to_lowercase();
    match scope.resource_type().unwrap_or_default().to_lowercase().as_str() {
        WORKSPACE => {
            find(call, &scope).await?;
            match word.as_str() {
                "listkeys" => keys::list(call, &scope, &authorized).await,
                "liststorageaccountkeys" => keys::storage(call, &scope, &authorized).await,
                "listnotebookkeys" => keys::notebook(call, &scope, &authorized).await,
                "resynckeys" => keys::resync(call, &authorized).await,
                _ => Err(ArmError::NotServed),
            }
        }
        COMPUTE => {
            find(call, &scope).await?;
            match word.as_str() {
                "start" => compute::change_state(call, scope, authorized, Order::Start).await,
                "stop" => compute::change_state(call, scope, authorized, Order::Stop).await,
                "restart" => compute::change_state(call, scope, authorized, Order::Restart).await,
                "listkeys" => compute::list_keys(call, &scope, &authorized).await,
                "listnodes" => compute::list_nodes(call, &scope, &authorized).await,
                "applicationaccess" => compute::application_access(call, &scope, &authorized).await,
                _ => Err(ArmError::NotServed),
            }
        }
        _ => Err(ArmError::NotServed),
    }
}
