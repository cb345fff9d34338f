//! `doorward role assignment`: giving roles and taking them back.

use super::assignment_list::{self, COLUMNS, List, Selection, named, search};
use super::find::{properties, put, role_id};
use crate::commands::caller::{Caller, InSubscription, Place, with_manager};
use crate::commands::principal::{self, Assignee};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::{ArgGroup, Subcommand, ValueEnum};
use doorward_names::{RoleAssignmentId, Scope};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use doorward_sdk::directory::PrincipalKind;
use serde_json::Value;

/// What to do with role assignments.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Give somebody a role
    Create(Create),
    /// Print role assignments
    List(List),
    /// Take roles back
    Delete(Delete),
}

/// Whom, which role, and where.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("who").required(true), group = ArgGroup::new("where").required(true))]
pub struct Create {
    /// Sign-in name (user@domain), application id or object id; of a group, its object id
    #[arg(long, group = "who")]
    assignee: Option<String>,
    /// Object id, for which the directory isn't asked when its type is given as well
    #[arg(long, group = "who")]
    assignee_object_id: Option<String>,
    /// What the object id is of
    #[arg(long, value_enum, requires = "assignee_object_id", ignore_case = true)]
    assignee_principal_type: Option<PrincipalType>,
    /// Role, by name or id
    #[arg(long)]
    role: String,
    /// Scope: `/subscriptions/ID`, `/subscriptions/ID/resourceGroups/NAME`, a resource's id …
    #[arg(long, group = "where")]
    scope: Option<String>,
    /// Resource group, instead of a scope
    #[arg(long, short = 'g', group = "where")]
    resource_group: Option<String>,
    /// GUID of the assignment; a new one when not given
    #[arg(long, short)]
    name: Option<String>,
    /// What people are told about it
    #[arg(long)]
    description: Option<String>,
    /// Condition, which the server doesn't take yet
    #[arg(long)]
    condition: Option<String>,
    /// Version of the condition's language
    #[arg(long, requires = "condition")]
    condition_version: Option<String>,
    #[command(flatten)]
    subscription: InSubscription,
}

/// Types of principals, as assignments name them.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum PrincipalType {
    /// A person
    #[value(name = "User")]
    User,
    /// A group
    #[value(name = "Group")]
    Group,
    /// A service principal
    #[value(name = "ServicePrincipal")]
    ServicePrincipal,
}

impl From<PrincipalType> for PrincipalKind {
    fn from(kind: PrincipalType) -> Self {
        match kind {
            PrincipalType::User => Self::User,
            PrincipalType::Group => Self::Group,
            PrincipalType::ServicePrincipal => Self::ServicePrincipal,
        }
    }
}

/// Which assignments.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("something").required(true).multiple(true))]
pub struct Delete {
    /// Whole ids of assignments
    #[arg(long, num_args = 1.., group = "something", conflicts_with_all = ["assignee", "assignee_object_id", "role", "scope", "resource_group", "include_inherited"])]
    ids: Vec<String>,
    /// Those of a user principal name, application id or object id
    #[arg(long, group = "something", conflicts_with = "assignee_object_id")]
    assignee: Option<String>,
    /// Those of an object id, for which the directory isn't asked
    #[arg(long, group = "something")]
    assignee_object_id: Option<String>,
    /// Those of a role, by name or id
    #[arg(long, group = "something")]
    role: Option<String>,
    /// Those at a scope; the subscription when not given
    #[arg(long, group = "something", conflicts_with = "resource_group")]
    scope: Option<String>,
    /// Those at a resource group
    #[arg(long, short = 'g', group = "something")]
    resource_group: Option<String>,
    /// Those above the scope as well
    #[arg(long)]
    include_inherited: bool,
    /// Taken as `az` takes it: nothing is asked anyway
    #[arg(long, short, hide = true)]
    yes: bool,
    #[command(flatten)]
    subscription: InSubscription,
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Create(args) => with_manager(context, &args.subscription, async |caller| {
            create(args, caller).await
        }),
        Command::List(args) => assignment_list::run(args, context),
        Command::Delete(args) => with_manager(context, &args.subscription, async |caller| {
            delete(args, caller).await
        }),
    }
}

async fn create(args: &Create, caller: &Caller) -> Outcome {
    let place = Place::of(args.scope.as_deref(), args.resource_group.as_deref());
    let scope = caller.scope(&place)?;
    let name = args
        .name
        .as_deref()
        .map(str::parse::<RoleAssignmentId>)
        .transpose()
        .map_err(|e| Failure::usage(e.to_string()))?;
    let assignee = match (&args.assignee, &args.assignee_object_id) {
        (_, Some(id)) => Assignee {
            id: principal::object_id(id)?,
            kind: args.assignee_principal_type.map(Into::into),
        },
        (Some(name), None) => principal::find(&caller.manager.directory(), name).await?,
        (None, None) => return Err(Failure::usage("nobody is named")),
    };
    let role = role_id(&caller.manager, &scope, &args.role).await?;
    let mut assignment = properties(role.clone(), assignee);
    assignment.description.clone_from(&args.description);
    assignment.condition.clone_from(&args.condition);
    assignment.condition_version = args.condition.as_ref().map(|_| {
        let version = args.condition_version.as_deref();
        version.unwrap_or("2.0").to_owned()
    });
    match put(&caller.manager, &scope, name, assignment).await? {
        Some(made) => {
            // Who may give roles may not see the names of all.
            let names = named(caller, &scope, std::slice::from_ref(&made)).await;
            let names = names.ok().and_then(|rows| rows.into_iter().next());
            let shown = names.unwrap_or_else(|| Value::Object(super::shape::assignment(&made)));
            Ok(Report::Table(shown, COLUMNS))
        }
        None => there_already(caller, &scope, &role, assignee).await,
    }
}

/// That somebody has a role already is as good as giving it: that assignment is printed.
async fn there_already(caller: &Caller, scope: &Scope, role: &str, assignee: Assignee) -> Outcome {
    let selection = Selection {
        scope: Some(scope.clone()),
        assignee: Some(assignee.id),
        role: Some(role.to_owned()),
        ..Selection::default()
    };
    let found = search(caller, &selection).await?;
    let shown = named(caller, scope, &found).await?.into_iter().next();
    Ok(Report::Table(shown.unwrap_or(Value::Null), COLUMNS))
}

async fn delete(args: &Delete, caller: &Caller) -> Outcome {
    if !args.ids.is_empty() {
        let all: Vec<_> = args.ids.iter().map(|id| parse(id)).collect::<Result<_, _>>()?;
        for (scope, id) in all {
            caller.manager.delete_role_assignment(&scope, id).await?;
        }
        return Ok(Report::Nothing);
    }
    let place = Place::of(args.scope.as_deref(), args.resource_group.as_deref());
    let assignee = principal::id(
        &caller.manager.directory(),
        args.assignee.as_deref(),
        args.assignee_object_id.as_deref(),
    )
    .await?;
    let selection = Selection {
        scope: Some(caller.scope(&place)?),
        assignee,
        role: args.role.clone(),
        inherited: args.include_inherited,
        groups: false,
    };
    let found = search(caller, &selection).await?;
    if found.is_empty() {
        return Err(Failure::not_found("No matched assignments were found to delete")
            .cure("`doorward role assignment list --all` shows those there are"));
    }
    for assignment in found {
        let (scope, id) = parse(&assignment.id)?;
        caller.manager.delete_role_assignment(&scope, id).await?;
    }
    Ok(Report::Nothing)
}

/// The scope and the GUID of an assignment's id.
fn parse(id: &str) -> Result<(Scope, RoleAssignmentId), Failure> {
    match ArmPath::parse(id) {
        Ok(ArmPath::Authorization(scope, AuthorizationTail::RoleAssignment(name))) => Ok((scope, name)),
        _ => Err(Failure::usage(format!("`{id}` is no role assignment's id"))
            .cure("`doorward role assignment list --all --query \"[].id\"` shows those there are")),
    }
}
