//! `{scope}/providers/Microsoft.Authorization/checkAccess`: may somebody do this or that? Clusters and gateways ask it for
//! the people that they serve.

use doorward_domain::rbac::{Action, Decision, Missing, Plane};
use doorward_names::Scope;
use doorward_protocol::arm::{
    CheckAccess, CheckAccessAction, CheckAccessAssignment, CheckAccessDeny, CheckAccessResult,
};

use crate::arm::ArmError;
use crate::arm::access::decide_for;
use crate::arm::call::{Call, ok};
use crate::http::Response;

/// Questions in one call at most.
const MAX_ACTIONS: usize = 200;

/// How long an answer may be kept, in milliseconds.
const TIME_TO_LIVE: u32 = 300_000;

/// POST …/checkAccess
pub fn check(call: &Call, scope: &Scope) -> Result<Response, ArmError> {
    let asked: CheckAccess = call.body()?;
    if asked.actions.is_empty() || asked.actions.len() > MAX_ACTIONS {
        return Err(ArmError::InvalidRequest(format!(
            "A call asks for 1 to {MAX_ACTIONS} actions."
        )));
    }
    let invalid = |what: &dyn std::fmt::Display| ArmError::InvalidRequest(format!("{what}."));
    let place: Scope = asked.resource.id.parse().map_err(|e| invalid(&e))?;
    // Whoever may ask at a scope, may ask about what is below it.
    if !call.access.get().covers(scope, &place) {
        return Err(ArmError::InvalidRequest(
            "The resource that is asked about is not below the scope of the request.".to_owned(),
        ));
    }
    let principal = asked.subject.attributes.object_id;
    let answers = asked.actions.iter().map(|question| {
        let action: Action = question.id.parse().map_err(|e| invalid(&e))?;
        let plane = if question.is_data_action {
            Plane::Data
        } else {
            Plane::Control
        };
        Ok(answer(
            question,
            decide_for(call, principal, &action, plane, &place),
            principal,
        ))
    });
    Ok(ok(&answers.collect::<Result<Vec<_>, ArmError>>()?))
}

fn answer(
    question: &CheckAccessAction,
    decision: Decision,
    principal: doorward_names::ObjectId,
) -> CheckAccessResult {
    let mut result = CheckAccessResult {
        access_decision: "NotAllowed".to_owned(),
        action_id: question.id.clone(),
        is_data_action: question.is_data_action,
        role_assignment: None,
        deny_assignment: None,
        time_to_live_in_ms: TIME_TO_LIVE,
    };
    match decision {
        Decision::Allowed(because) => {
            result.access_decision = "Allowed".to_owned();
            result.role_assignment = Some(CheckAccessAssignment {
                id: because.assignment,
                role_definition_id: because.role,
                principal_id: because.through.unwrap_or(principal),
                scope: because.scope.to_string(),
            });
        }
        Decision::Denied(Missing::DeniedBy(id)) => {
            result.access_decision = "Denied".to_owned();
            result.deny_assignment = Some(CheckAccessDeny { id });
        }
        Decision::Denied(Missing::NoAssignment | Missing::NotInRoles | Missing::Condition(_)) => {}
    }
    result
}
