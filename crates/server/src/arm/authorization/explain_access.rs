//! `{scope}/providers/Microsoft.Authorization/explainAccess`: why somebody may do something or not, and what would help.

use doorward_domain::rbac::{
    Action, Decision, Explanation, Index, Known, Missing, Plane, Request, explain as explain_by_rule,
    operations,
};
use doorward_names::{ObjectId, Scope};
use doorward_protocol::arm::{self as wire, Cure, ExplainAccess};
use doorward_store as store;

use crate::arm::ArmError;
use crate::arm::call::{Call, ok};
use crate::http::Response;

const READ: &str = "Microsoft.Authorization/roleAssignments/read";

/// Cures of each kind at most.
const MAX_CURES: usize = 5;

/// POST …/explainAccess
pub async fn explain(call: &Call, scope: &Scope) -> Result<Response, ArmError> {
    let asked: ExplainAccess = call.body()?;
    let action: Action = asked
        .action
        .parse()
        .map_err(|e: doorward_domain::rbac::InvalidAction| ArmError::InvalidRequest(format!("{e}.")))?;
    let own = asked.principal_id == call.caller.id();
    // What one may oneself, one may hear; of others, who may read their assignments.
    let reads = match own && call.reaches(scope) {
        true => call.may(READ, scope),
        false => {
            call.require(READ, scope).await?;
            true
        }
    };
    let tenant = call.tenant();
    let groups = match reads {
        true => {
            call.ctx
                .app
                .store
                .read(move |view| store::access_index::groups(view, tenant))
                .await?
        }
        false => Vec::new(),
    };
    let request = Request {
        principal: asked.principal_id,
        action: &action,
        plane: if asked.is_data_action {
            Plane::Data
        } else {
            Plane::Control
        },
        scope,
    };
    let measures: Vec<_> = operations()
        .iter()
        .map(|each| (each.action.clone(), each.plane))
        .collect();
    let ids: Vec<ObjectId> = groups.iter().map(|(id, _)| *id).collect();
    let known = Known {
        operations: &measures,
        groups: &ids,
    };
    let index = call.access.get();
    let explanation = explain_by_rule(&request, &index, &known);
    let names = |id: ObjectId| {
        let found = groups.iter().find(|(group, _)| *group == id);
        found.map_or_else(|| id.to_string(), |(_, name)| name.clone())
    };
    Ok(ok(&to_wire(&request, &explanation, &index, &names)))
}

fn to_wire(
    request: &Request<'_>,
    explanation: &Explanation,
    index: &Index,
    group_name: &dyn Fn(ObjectId) -> String,
) -> wire::Explanation {
    let role_name = |id| {
        index
            .role(id)
            .map_or_else(|| format!("{id}"), |role| role.name.clone())
    };
    let mut answer = wire::Explanation {
        allowed: explanation.decision.is_allowed(),
        reason: String::new(),
        role_assignment_id: None,
        role_definition_id: None,
        role_name: None,
        scope: None,
        group_id: None,
        deny_assignment_id: None,
        cures: Vec::new(),
    };
    match &explanation.decision {
        Decision::Allowed(because) => {
            let role = role_name(because.role);
            let through = because
                .through
                .map(|group| format!(", through the group '{}'", group_name(group)));
            answer.reason = format!(
                "Yes: the role '{role}', assigned at {}{}, allows it.",
                because.scope,
                through.unwrap_or_default()
            );
            answer.role_assignment_id = Some(because.assignment);
            answer.role_definition_id = Some(because.role);
            answer.role_name = Some(role);
            answer.scope = Some(because.scope.to_string());
            answer.group_id = because.through;
        }
        Decision::Denied(missing) => {
            answer.reason = match missing {
                Missing::DeniedBy(id) => {
                    answer.deny_assignment_id = Some(*id);
                    format!("No: the deny assignment '{id}' takes it away, whatever roles say.")
                }
                Missing::NoAssignment => "No: there is no role assignment at this scope or above.".to_owned(),
                Missing::NotInRoles => "No: none of the roles at this scope or above allows it.".to_owned(),
                Missing::Condition(id) => format!(
                    "No: only the role assignment '{id}' would allow it, and its condition can't be evaluated."
                ),
            };
        }
    }
    for id in &explanation.lift {
        answer.cures.push(Cure {
            description: format!("Remove the deny assignment '{id}', or exclude the principal from it."),
            command: None,
            role_name: None,
            allows: None,
        });
    }
    for cure in explanation.roles.iter().take(MAX_CURES) {
        let role = role_name(cure.role);
        answer.cures.push(Cure {
            description: format!(
                "Assign the role '{role}' at {}; it allows {} of the {} known operations.",
                cure.scope,
                cure.allows,
                operations().len()
            ),
            command: Some(format!(
                "doorward role assignment create --assignee {} --role \"{role}\" --scope {}",
                request.principal, cure.scope
            )),
            role_name: Some(role),
            allows: Some(cure.allows),
        });
    }
    for cure in explanation.groups.iter().take(MAX_CURES) {
        let name = group_name(cure.group);
        answer.cures.push(Cure {
            description: format!(
                "Add the principal to the group '{name}', which has the role '{}' at {}.",
                role_name(cure.because.role),
                cure.because.scope
            ),
            command: Some(format!(
                "doorward ad group member add --group {} --member-id {}",
                cure.group, request.principal
            )),
            role_name: Some(role_name(cure.because.role)),
            allows: None,
        });
    }
    answer
}
