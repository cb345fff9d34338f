//! `/organization`: the caller's tenant.

use doorward_domain::directory::rights::Action;
use doorward_store as store;
use http::StatusCode;

use super::access::{OrFail as _, look};
use super::{Call, GraphError, query, to_wire};
use crate::http::{Response, json};

/// GET /v1.0/organization
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let tenant = look(&call.ctx, call.bearer.clone(), |view, acting| {
        acting.require_any(Action::ReadTenant)?;
        store::tenant::find(view, acting.tenant)
            .or_fail()?
            .ok_or_else(|| acting.missing(Action::ReadTenant, ""))
    })
    .await?;
    let value = vec![query::selected(&call.options, &to_wire::organization(&tenant))];
    let context = Some(doorward_protocol::graph::context(
        call.ctx.origin.url(),
        "organization",
    ));
    Ok(json(
        StatusCode::OK,
        &doorward_protocol::graph::List {
            context,
            next_link: None,
            value,
        },
    ))
}
