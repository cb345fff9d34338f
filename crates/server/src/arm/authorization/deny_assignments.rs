//! `{scope}/providers/Microsoft.Authorization/denyAssignments`: what is taken away, whatever roles say. The system makes
//! them; here they are read.

use doorward_domain::rbac::{DenyAssignment, DenyPrincipal};
use doorward_names::{DenyAssignmentId, ObjectId, Scope};
use doorward_protocol::arm::{self as wire, List};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use doorward_store as store;

use super::role_definitions::permissions_to_wire;
use crate::arm::ArmError;
use crate::arm::call::{Call, ok};
use crate::http::Response;

/// GET …/denyAssignments
pub async fn list(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let filter = call.query.get("$filter").unwrap_or_default().to_ascii_lowercase();
    let only_above = match filter.as_str() {
        "" => false,
        "atscope()" => true,
        _ => {
            return Err(ArmError::Invalid(
                "UnsupportedQuery",
                "The only filter of deny assignments is 'atScope()'.".to_owned(),
            ));
        }
    };
    let all = all(call).await?;
    let index = call.access.get();
    let found = all
        .iter()
        .filter(|deny| index.covers(&deny.scope, &scope) || !only_above && index.covers(&scope, &deny.scope));
    Ok(ok(&List::from(found.map(to_wire).collect::<Vec<_>>())))
}

/// GET …/denyAssignments/{id}
pub async fn get(call: &Call, scope: Scope, id: DenyAssignmentId) -> Result<Response, ArmError> {
    let all = all(call).await?;
    let found = all.iter().find(|deny| deny.id == id && deny.scope == scope);
    let missing = || {
        ArmError::NotFound(
            "DenyAssignmentNotFound",
            format!("The deny assignment '{id}' is not found."),
        )
    };
    Ok(ok(&to_wire(found.ok_or_else(missing)?)))
}

async fn all(call: &Call) -> Result<Vec<DenyAssignment>, ArmError> {
    let tenant = call.tenant();
    let all = call
        .ctx
        .app
        .store
        .read(move |view| store::deny_assignment::list(view, tenant));
    Ok(all.await?)
}

fn to_wire(deny: &DenyAssignment) -> wire::DenyAssignment {
    let principal = |principal: &DenyPrincipal| match principal {
        DenyPrincipal::Everyone => wire::DenyPrincipal {
            id: ObjectId::from_u128(0),
            kind: Some("SystemDefined".to_owned()),
        },
        DenyPrincipal::Principal(id, kind) => wire::DenyPrincipal {
            id: *id,
            kind: Some(kind.as_str().to_owned()),
        },
    };
    let tail = AuthorizationTail::DenyAssignment(deny.id);
    wire::DenyAssignment {
        id: ArmPath::Authorization(deny.scope.clone(), tail).to_string(),
        name: deny.id,
        kind: "Microsoft.Authorization/denyAssignments".to_owned(),
        properties: wire::DenyAssignmentProperties {
            deny_assignment_name: deny.name.clone(),
            description: Some(deny.description.clone()),
            permissions: deny.permissions.iter().map(permissions_to_wire).collect(),
            scope: deny.scope.to_string(),
            do_not_apply_to_child_scopes: deny.only_here,
            principals: deny.principals.iter().map(principal).collect(),
            exclude_principals: deny
                .excluded
                .iter()
                .map(|id| wire::DenyPrincipal { id: *id, kind: None })
                .collect(),
            is_system_protected: deny.system_protected,
        },
    }
}
