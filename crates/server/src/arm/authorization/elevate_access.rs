//! `/providers/Microsoft.Authorization/elevateAccess`: a Global Administrator becomes User Access Administrator of
//! everything, by their own act, which is written down.

use doorward_domain::audit::Event;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::rbac::{PrincipalKind, RoleAssignment, USER_ACCESS_ADMINISTRATOR};
use doorward_names::{RoleAssignmentId, Scope, ScopeKind};
use doorward_store::{self as store, QueryError};
use http::StatusCode;

use crate::arm::ArmError;
use crate::arm::call::{Call, bare};
use crate::bearer::BearerKind;
use crate::entropy;
use crate::http::Response;

const ACTION: &str = "Microsoft.Authorization/elevateAccess/action";

/// POST /providers/Microsoft.Authorization/elevateAccess
pub async fn elevate(call: &Call, scope: &Scope) -> Result<Response, ArmError> {
    if scope.kind() != ScopeKind::Root {
        return Err(ArmError::NotServed);
    }
    let is_person = matches!(call.caller.bearer.kind, BearerKind::Person { .. });
    if !is_person || !call.caller.roles.contains(&DirectoryRole::GlobalAdministrator) {
        // Roles of this plane give no such right, so the refusal is written down here.
        return Err(call
            .refuse_by_hand(ACTION, scope, "no Global Administrator")
            .await?);
    }
    let new = RoleAssignment {
        id: RoleAssignmentId::from_random(entropy::bytes()),
        scope: Scope::root(),
        role: USER_ACCESS_ADMINISTRATOR,
        principal: call.caller.id(),
        principal_kind: PrincipalKind::User,
        description: None,
        condition: None,
        delegated_identity: None,
        created_at: call.ctx.now,
        created_by: Some(call.caller.id()),
        updated_at: call.ctx.now,
        updated_by: Some(call.caller.id()),
    };
    let (tenant, row) = (call.tenant(), call.row(Event::ResourceWritten));
    let row = doorward_domain::audit::AuditRow {
        action: Some(ACTION.to_owned()),
        scope: Some("/".to_owned()),
        detail: "directory role Global Administrator".to_owned(),
        ..row
    };
    call.ctx
        .app
        .snapshots
        .write(move |tx| {
            let there = (&new.scope, new.principal, new.role);
            if store::access_assignment::find_same(tx, tenant, there)?.is_none() {
                let _ = store::access_assignment::insert(tx, tenant, &new)?;
            }
            store::audit::insert(tx, &row)?;
            Ok::<_, QueryError>(())
        })
        .await?;
    Ok(bare(StatusCode::OK))
}
