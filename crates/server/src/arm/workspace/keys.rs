//! A workspace's secrets: shown to who may see them, and written down that they were.

use doorward_domain::audit::Event;
use doorward_names::{Scope, SecretString};
use doorward_protocol::arm::keys::{NotebookKeys, WorkspaceKeys};
use doorward_store as store;
use http::StatusCode;
use serde_json::json;

use crate::arm::ArmError;
use crate::arm::access::Authorized;
use crate::arm::call::{Call, bare, ok};
use crate::arm::resources::look::find;
use crate::arm::resources::putting::{SECRETS, read_body};
use crate::http::Response;

/// POST {workspace}/listKeys
pub async fn list(call: &Call, scope: &Scope, authorized: &Authorized) -> Result<Response, ArmError> {
    let workspace = find(call, scope).await?;
    let [storage, telemetry, primary, secondary] = secrets(call, scope).await?;
    let linked = read_body(&workspace).properties.unwrap_or_default();
    call.record(authorized, Event::ResourceActed).await?;
    Ok(ok(&WorkspaceKeys {
        user_storage_key: storage.expose().clone(),
        user_storage_resource_id: linked
            .get("storageAccount")
            .and_then(|id| id.as_str())
            .map(str::to_owned),
        app_insights_instrumentation_key: telemetry.expose().clone(),
        container_registry_credentials: None,
        notebook_access_keys: NotebookKeys {
            primary_access_key: primary.expose().clone(),
            secondary_access_key: secondary.expose().clone(),
        },
    }))
}

/// POST {workspace}/listStorageAccountKeys
pub async fn storage(call: &Call, scope: &Scope, authorized: &Authorized) -> Result<Response, ArmError> {
    let [storage, ..] = secrets(call, scope).await?;
    call.record(authorized, Event::ResourceActed).await?;
    Ok(ok(&json!({"userStorageKey": storage.expose()})))
}

/// POST {workspace}/listNotebookKeys
pub async fn notebook(call: &Call, scope: &Scope, authorized: &Authorized) -> Result<Response, ArmError> {
    let [_, _, primary, secondary] = secrets(call, scope).await?;
    call.record(authorized, Event::ResourceActed).await?;
    Ok(ok(&NotebookKeys {
        primary_access_key: primary.expose().clone(),
        secondary_access_key: secondary.expose().clone(),
    }))
}

/// POST {workspace}/resyncKeys: the keys here are the workspace's own, so they never differ from what they stand for.
pub async fn resync(call: &Call, authorized: &Authorized) -> Result<Response, ArmError> {
    call.record(authorized, Event::ResourceActed).await?;
    Ok(bare(StatusCode::OK))
}

async fn secrets(call: &Call, scope: &Scope) -> Result<[SecretString; 4], ArmError> {
    let (tenant, at) = (call.tenant(), scope.clone());
    let found = call
        .ctx
        .app
        .store
        .read(move |view| {
            let found = SECRETS.map(|name| store::resource::secret(view, (tenant, &at, name)));
            found.into_iter().collect::<Result<Option<Vec<_>>, _>>()
        })
        .await?;
    let found = found.and_then(|all| <[SecretString; 4]>::try_from(all).ok());
    found.ok_or_else(|| ArmError::ResourceNotFound(scope.clone()))
}
