//! `doorward role explain`: why somebody may do something or not, and what would let them.

use crate::commands::caller::{InSubscription, Place, with_manager};
use crate::commands::principal;
use crate::config;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::shell::quote;
use doorward_sdk::resource_manager::models::{Cure, ExplainAccess, Explanation};
use serde_json::{Value, json};

/// Who, what and where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sign-in name (user@domain), application id or object id; of a group, its object id
    #[arg(long)]
    assignee: String,
    /// Action: `Microsoft.MachineLearningServices/workspaces/delete`
    #[arg(long)]
    action: String,
    /// Scope: `/subscriptions/ID`, `/subscriptions/ID/resourceGroups/NAME`, a resource's id …
    #[arg(
        long,
        required_unless_present = "resource_group",
        conflicts_with = "resource_group"
    )]
    scope: Option<String>,
    /// Resource group, instead of a scope
    #[arg(long, short = 'g')]
    resource_group: Option<String>,
    /// It is an action on what is in a resource
    #[arg(long, visible_alias = "data-action")]
    data: bool,
    #[command(flatten)]
    subscription: InSubscription,
}

const COLUMNS: &[(&str, &str)] = &[
    ("WouldHelp", "what"),
    ("Allows", "allows"),
    ("Command", "command"),
];

/// Asks, and prints the answer.
pub fn run(args: &Args, context: &Context) -> Outcome {
    with_manager(context, &args.subscription, async |caller| {
        let place = Place::of(args.scope.as_deref(), args.resource_group.as_deref());
        let scope = caller.scope(&place)?;
        let assignee = principal::find(&caller.manager.directory(), &args.assignee).await?;
        let question = ExplainAccess {
            principal_id: assignee.id,
            action: args.action.clone(),
            is_data_action: args.data,
        };
        let mut answer = caller.manager.explain(&scope, &question).await?;
        let program = config::program();
        for command in answer.cures.iter_mut().filter_map(|cure| cure.command.as_mut()) {
            *command = callable(command, &program);
        }
        let value = serde_json::to_value(&answer).map_err(|e| Failure::new(e.to_string()))?;
        Ok(Report::Answer {
            value,
            line: answer.reason.clone(),
            rows: rows(&answer),
            columns: COLUMNS,
        })
    })
}

/// What would help, narrowest first.
fn rows(answer: &Explanation) -> Value {
    let row = |cure: &Cure| {
        let by_group = cure.allows.is_none();
        let what = match &cure.role_name {
            Some(role) if by_group => format!("{role} (by a group)"),
            Some(role) => role.clone(),
            None => cure.description.clone(),
        };
        json!({ "what": what, "allows": cure.allows, "command": cure.command })
    };
    answer.cures.iter().map(row).collect()
}

/// The server's commands begin with the program's plain name, which a shell may not find.
fn callable(command: &str, program: &str) -> String {
    match command.strip_prefix("doorward ") {
        Some(rest) => format!("{} {rest}", quote(program)),
        None => command.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_carried_out_where_it_is_read() {
        let command = "doorward role assignment create --role Reader";
        assert_eq!(callable(command, "doorward"), command);
        assert_eq!(
            callable(command, "target/my build/doorward"),
            "'target/my build/doorward' role assignment create --role Reader"
        );
        assert_eq!(callable("other doorward x", "y"), "other doorward x");
    }
}
