//! A workspace's own services, which `azureml-core` finds by its `discoveryUrl`: under Azure's names at
//! `https://{location}.api.azureml.ms`, else at this server's own address.

use doorward_names::Scope;
use doorward_protocol::arm::{Experiments, workspace_services};
use http::Method;
use serde_json::{Map, Value};

use crate::arm::ArmError;
use crate::arm::call::{Call, ok};
use crate::arm::resources::look::find;
use crate::ctx::Ctx;
use crate::http::{Response, method_not_allowed};

/// GET /discovery, which clients ask without a token: where which service is. All are at one address, and of
/// theirs only the list of experiments is here.
pub fn discover(ctx: &Ctx, method: &Method) -> Response {
    match *method {
        Method::GET | Method::HEAD => ok(&workspace_services(ctx.origin.url())),
        _ => method_not_allowed(&[Method::GET, Method::HEAD]),
    }
}

/// POST /history/v1.0{workspace}/experiments:query: which experiments there are. Nothing runs here, so there are none.
pub async fn experiments(call: &Call, scope: &Scope) -> Result<Response, ArmError> {
    call.body_or_default::<Map<String, Value>>()?;
    find(call, scope).await?;
    Ok(ok(&Experiments::default()))
}
