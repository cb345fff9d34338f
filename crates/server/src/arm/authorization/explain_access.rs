//! `{scope}/providers/Microsoft.Authorization/explainAccess`: why somebody may do something or not, and what would help.

use doorward_domain::rbac::{
    Action, CONTRIBUTOR, Decision, Explanation, Index, Known, Missing, OWNER, Plane, READER, Request,
    RoleCure, explain as explain_by_rule, operations,
};
use doorward_names::{AppId, ObjectId, Scope, TenantId};
use doorward_protocol::arm::{self as wire, Cure, ExplainAccess};
use doorward_store::{self as store, QueryError, View};

use super::role_assignments::kind_of;
use crate::arm::ArmError;
use crate::arm::call::{Call, ok};
use crate::arm::resources::look::check_there;
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
    let own = asked.principal_id == call.caller.id() || asked.principal_id.to_string() == call.caller.name;
    // What one may oneself, one may hear; of others, who may read their assignments.
    let reads = match own && call.reaches(scope) {
        true => call.may(READ, scope),
        false => {
            call.require(READ, scope).await?;
            true
        }
    };
    let principal = match own {
        true => call.caller.id(),
        false => principal(call, asked.principal_id).await?,
    };
    let tenant = call.tenant();
    let (groups, place) = match reads {
        true => {
            let asked = scope.clone();
            let found = call.ctx.app.store.read(move |view| {
                let groups = store::access_index::groups(view, tenant)?;
                Ok::<_, QueryError>((groups, nearest(view, tenant, asked.clone())?))
            });
            found.await?
        }
        false => (Vec::new(), scope.clone()),
    };
    let request = Request {
        principal,
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
    let mut answer = to_wire(&request, &explanation, (&index, &place), &names);
    if place != *scope {
        answer.reason = format!(
            "{} There is nothing at this scope: {place} is what is there.",
            answer.reason
        );
        // Only what makes a thing is done where nothing is; else the name was mistaken, and no role would help.
        if !action.folded().ends_with("/write") {
            answer.reason = format!("{} Check its name.", answer.reason);
            answer.cures.clear();
        }
    }
    if let Some(similar) = unknown(&action) {
        answer.reason = format!("{} No known operation has that name{similar}.", answer.reason);
        answer.cures.clear();
    }
    Ok(ok(&answer))
}

/// Whom an id names: by object id, or a service principal by its application's.
async fn principal(call: &Call, id: ObjectId) -> Result<ObjectId, ArmError> {
    let tenant = call.tenant();
    let found = call.ctx.app.store.read(move |view| {
        if kind_of(view, tenant, id)?.is_some() {
            return Ok(Some(id));
        }
        let application = AppId::from_u128(u128::from_be_bytes(*id.as_bytes()));
        let found = store::service_principal::find_by_app_id(view, tenant, application)?;
        Ok::<_, QueryError>(found.map(|principal| principal.id))
    });
    found.await?.ok_or_else(|| {
        ArmError::Invalid(
            "PrincipalNotFound",
            format!("Principal {id} does not exist in the directory {tenant}."),
        )
    })
}

/// The scope itself, or what is there above it: a role can't be assigned at what isn't there.
fn nearest(view: &View<'_>, tenant: TenantId, asked: Scope) -> Result<Scope, QueryError> {
    let mut scope = asked;
    while check_there(view, tenant, &scope)?.is_err() {
        match scope.parent() {
            Some(parent) => scope = parent,
            None => break,
        }
    }
    Ok(scope)
}

/// For an action of a provider whose operations are known, and which is none of them: the most similar ones, in words.
fn unknown(action: &Action) -> Option<String> {
    let namespace = action.folded().split('/').next().unwrap_or_default();
    let mut of_provider: Vec<_> = operations()
        .iter()
        .filter(|each| each.provider.eq_ignore_ascii_case(namespace))
        .collect();
    if of_provider.is_empty() || of_provider.iter().any(|each| each.action == *action) {
        return None;
    }
    let shared = |other: &Action| {
        let pairs = action.folded().bytes().zip(other.folded().bytes());
        pairs.take_while(|(a, b)| a == b).count()
    };
    of_provider.sort_by_key(|each| std::cmp::Reverse(shared(&each.action)));
    let similar: Vec<_> = of_provider
        .iter()
        .take(3)
        .map(|each| each.action.as_str())
        .collect();
    Some(format!("; similar ones are {}", similar.join(", ")))
}

/// The roles to propose: the narrowest that belong to the providers that are here, and then the general ones, which people
/// know.
fn proposed<'a>(explanation: &'a Explanation, index: &Index) -> Vec<&'a RoleCure> {
    let is_at_home = |cure: &&RoleCure| {
        let patterns = index
            .role(cure.role)
            .into_iter()
            .flat_map(|role| &role.permissions);
        let mut patterns = patterns.flat_map(|each| each.actions.iter().chain(&each.data_actions));
        patterns.all(|pattern| {
            let namespace = pattern.folded().split('/').next().unwrap_or_default();
            let is_known = || {
                operations()
                    .iter()
                    .any(|each| each.provider.eq_ignore_ascii_case(namespace))
            };
            namespace.starts_with('*') || namespace == "microsoft.support" || is_known()
        })
    };
    let general = [READER, CONTRIBUTOR, OWNER];
    let general = general
        .iter()
        .find_map(|id| explanation.roles.iter().find(|cure| cure.role == *id));
    let narrow = explanation.roles.iter().filter(is_at_home);
    let mut chosen: Vec<_> = narrow.take(MAX_CURES).collect();
    if let Some(general) = general
        && !chosen.iter().any(|cure| cure.role == general.role)
    {
        chosen.truncate(MAX_CURES - 1);
        chosen.push(general);
    }
    chosen
}

fn to_wire(
    request: &Request<'_>,
    explanation: &Explanation,
    (index, place): (&Index, &Scope),
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
    for cure in proposed(explanation, index) {
        let role = role_name(cure.role);
        answer.cures.push(Cure {
            description: format!(
                "Assign the role '{role}' at {}; it allows {} of the {} known operations.",
                place,
                cure.allows,
                operations().len()
            ),
            command: Some(format!(
                "doorward role assignment create --assignee {} --role \"{role}\" --scope {}",
                request.principal, place
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
