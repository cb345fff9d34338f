//! Long-running operations, of which all are over when their first answer leaves.

use doorward_names::OperationId;
use doorward_store as store;
use http::StatusCode;
use serde_json::json;

use super::ArmError;
use super::call::{Call, bare, ok};
use crate::http::Response;

/// GET …/{workspace,compute}OperationsStatus/{id}
pub async fn status(call: &Call, id: OperationId) -> Result<Response, ArmError> {
    let operation = find(call, id).await?;
    Ok(ok(&json!({
        "id": call.raw_path,
        "name": id,
        "status": operation.status,
        "startTime": operation.started_at.to_seven_digits(),
        "endTime": operation.ended_at.to_seven_digits(),
        "percentComplete": 100,
    })))
}

/// GET …/{workspace,compute}OperationResults/{id}
pub async fn result(call: &Call, id: OperationId) -> Result<Response, ArmError> {
    find(call, id).await?;
    Ok(bare(StatusCode::OK))
}

/// Only who reaches what it was done to hears of an operation.
async fn find(call: &Call, id: OperationId) -> Result<doorward_domain::arm::Operation, ArmError> {
    let tenant = call.tenant();
    let found = call
        .ctx
        .app
        .store
        .read(move |view| store::resource::operation(view, tenant, id))
        .await?;
    found
        .filter(|operation| call.reaches(&operation.scope))
        .ok_or_else(|| ArmError::NotFound("OperationNotFound", format!("The operation '{id}' is not found.")))
}
