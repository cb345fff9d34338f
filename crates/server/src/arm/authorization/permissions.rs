//! `{scope}/providers/Microsoft.Authorization/permissions`: what the caller's roles say at a scope.

use doorward_names::Scope;
use doorward_protocol::arm::List;

use super::role_definitions::permissions_to_wire;
use crate::arm::call::{Call, ok};
use crate::http::Response;

/// GET …/permissions
pub fn list(call: &Call, scope: &Scope) -> Response {
    let index = call.access.get();
    let all = index.permissions_at(call.caller.id(), scope);
    ok(&List::from(
        all.into_iter().map(permissions_to_wire).collect::<Vec<_>>(),
    ))
}
