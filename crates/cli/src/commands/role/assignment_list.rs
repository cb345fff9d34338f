//! `doorward role assignment list`, `doorward role deny-assignment list`.

use super::find::{guid, role_id};
use super::shape;
use crate::commands::caller::{Caller, InSubscription, Place, with_manager};
use crate::commands::principal;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::output;
use doorward_names::{ObjectId, Scope};
use doorward_sdk::resource_manager::AssignmentFilter;
use doorward_sdk::resource_manager::models::RoleAssignment;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Which role assignments.
#[derive(Debug, clap::Args)]
pub struct List {
    /// All of the subscription, at whatever is in it
    #[arg(long, conflicts_with_all = ["scope", "resource_group", "include_inherited"])]
    all: bool,
    /// Those of a user principal name, application id or object id
    #[arg(long, conflicts_with = "assignee_object_id")]
    assignee: Option<String>,
    /// Those of an object id, for which the directory isn't asked
    #[arg(long)]
    assignee_object_id: Option<String>,
    /// Those of a role, by name or id
    #[arg(long)]
    role: Option<String>,
    #[command(flatten)]
    place: Place,
    /// Those above the scope as well
    #[arg(long)]
    include_inherited: bool,
    /// Those of the groups as well that the assignee is in
    #[arg(long)]
    include_groups: bool,
    /// Print whose they are, which the directory is asked for
    #[arg(long, num_args = 0..=1, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set, value_name = "BOOL")]
    fill_principal_name: bool,
    /// Print the roles' names
    #[arg(long, num_args = 0..=1, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set, value_name = "BOOL")]
    fill_role_definition_name: bool,
    #[command(flatten)]
    subscription: InSubscription,
}

/// Which deny assignments.
#[derive(Debug, clap::Args)]
pub struct Denied {
    /// Those that an OData condition lets through: `atScope()`
    #[arg(long)]
    filter: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    subscription: InSubscription,
}

/// Columns of a table of role assignments.
pub const COLUMNS: &[(&str, &str)] = &[
    ("Principal", "principalName"),
    ("Role", "roleDefinitionName"),
    ("Scope", "scope"),
];

const DENIED: &[(&str, &str)] = &[("Name", "denyAssignmentName"), ("Id", "name"), ("Scope", "scope")];

/// What is looked for.
#[derive(Debug, Default)]
pub struct Selection {
    /// At which scope; the whole subscription when there is none.
    pub scope: Option<Scope>,
    /// Whose.
    pub assignee: Option<ObjectId>,
    /// Of which role, by name or id.
    pub role: Option<String>,
    /// Above the scope as well.
    pub inherited: bool,
    /// Of the assignee's groups as well.
    pub groups: bool,
}

/// Prints role assignments.
pub fn run(args: &List, context: &Context) -> Outcome {
    with_manager(context, &args.subscription, async |caller| {
        let assignee = principal::id(
            &caller.manager.directory(),
            args.assignee.as_deref(),
            args.assignee_object_id.as_deref(),
        )
        .await?;
        let scope = match args.all {
            true => None,
            false => Some(caller.scope(&args.place)?),
        };
        let at = match &scope {
            Some(scope) => scope.clone(),
            None => Scope::subscription(caller.subscription()?),
        };
        let selection = Selection {
            scope,
            assignee,
            role: args.role.clone(),
            inherited: args.include_inherited,
            groups: args.include_groups,
        };
        let found = search(caller, &selection).await?;
        let mut rows = rows(&found);
        if args.fill_role_definition_name {
            role_names(caller, &at, &mut rows).await?;
        }
        if args.fill_principal_name {
            principal_names(caller, &found, &mut rows).await;
        }
        Ok(Report::Table(Value::Array(rows), COLUMNS))
    })
}

/// Prints deny assignments.
pub fn denied(args: &Denied, context: &Context) -> Outcome {
    with_manager(context, &args.subscription, async |caller| {
        let scope = caller.scope(&args.place)?;
        let found = caller
            .manager
            .deny_assignments(&scope, args.filter.as_deref())
            .await?;
        let all = found.iter().map(shape::denied).collect();
        Ok(Report::Table(Value::Array(all), DENIED))
    })
}

/// Looks for assignments, in the way of `az`: the server knows no condition for all of this at once.
pub async fn search(caller: &Caller, selection: &Selection) -> Result<Vec<RoleAssignment>, Failure> {
    let at = match &selection.scope {
        Some(scope) => scope.clone(),
        None => Scope::subscription(caller.subscription()?),
    };
    let filter = match (&selection.scope, selection.assignee, selection.groups) {
        (Some(_), Some(id), true) => AssignmentFilter::AtScopeAssignedTo(id),
        (Some(_), _, _) => AssignmentFilter::AtScope,
        (None, Some(id), true) => AssignmentFilter::AssignedTo(id),
        (None, Some(id), false) => AssignmentFilter::Principal(id),
        (None, None, _) => AssignmentFilter::All,
    };
    let mut found = caller.manager.role_assignments(&at, filter).await?;
    if let (Some(scope), false) = (&selection.scope, selection.inherited) {
        found.retain(|assignment| assignment.properties.scope.eq_ignore_ascii_case(scope.as_str()));
    }
    if let Some(role) = &selection.role {
        let wanted = guid(&role_id(&caller.manager, &at, role).await?);
        found.retain(|assignment| guid(&assignment.properties.role_definition_id) == wanted);
    }
    if let (Some(id), false) = (selection.assignee, selection.groups) {
        found.retain(|assignment| assignment.properties.principal_id == id);
    }
    Ok(found)
}

/// Assignments as they are printed, with the names of roles and principals.
pub async fn named(caller: &Caller, at: &Scope, found: &[RoleAssignment]) -> Result<Vec<Value>, Failure> {
    let mut rows = rows(found);
    role_names(caller, at, &mut rows).await?;
    principal_names(caller, found, &mut rows).await;
    Ok(rows)
}

fn rows(found: &[RoleAssignment]) -> Vec<Value> {
    let row = |assignment| Value::Object(shape::assignment(assignment));
    found.iter().map(row).collect()
}

async fn role_names(caller: &Caller, at: &Scope, rows: &mut [Value]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let roles = caller
        .manager
        .role_definitions(at, Some("atScopeAndBelow()"))
        .await?;
    let names: BTreeMap<_, _> = roles
        .iter()
        .map(|role| (role.name, role.properties.role_name.as_str()))
        .collect();
    for row in rows {
        let id = row.get("roleDefinitionId").and_then(Value::as_str).and_then(guid);
        let name = id.and_then(|id| names.get(&id));
        if let Some(members) = row.as_object_mut() {
            members.insert("roleDefinitionName".to_owned(), json!(name));
        }
    }
    Ok(())
}

/// Whose they are; empty for whom the directory doesn't know any more. That it may not be asked spoils nothing.
async fn principal_names(caller: &Caller, found: &[RoleAssignment], rows: &mut [Value]) {
    let mut ids: Vec<ObjectId> = found.iter().map(|a| a.properties.principal_id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return;
    }
    let known = match caller.manager.directory().principals(&ids).await {
        Ok(known) => known,
        Err(e) => {
            output::warn(&format!("the directory can't be asked whose they are: {e}"));
            return;
        }
    };
    let names: BTreeMap<_, _> = known.into_iter().map(|p| (p.id, p.name)).collect();
    for (row, assignment) in rows.iter_mut().zip(found) {
        let name = names.get(&assignment.properties.principal_id);
        if let Some(members) = row.as_object_mut() {
            members.insert("principalName".to_owned(), json!(name.map_or("", String::as_str)));
        }
    }
}
