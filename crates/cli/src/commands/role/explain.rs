//! `doorward role explain`: why somebody may do something or not, and what would let them.

use crate::commands::caller::{InSubscription, Place, with_manager};
use crate::commands::principal;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use doorward_sdk::resource_manager::models::{ExplainAccess, Explanation};
use serde_json::{Value, json};

/// Who, what and where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// User principal name, application id or object id
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

const COLUMNS: &[(&str, &str)] = &[("Answer", "answer"), ("Why", "why"), ("Command", "command")];

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
        let answer = caller.manager.explain(&scope, &question).await?;
        let rows = rows(&answer);
        let value = serde_json::to_value(&answer).map_err(|e| Failure::new(e.to_string()))?;
        Ok(Report::Listing {
            value,
            rows,
            columns: COLUMNS,
        })
    })
}

/// The answer, then what would help, narrowest first.
fn rows(answer: &Explanation) -> Value {
    let word = if answer.allowed { "yes" } else { "no" };
    let reason = answer
        .reason
        .trim_start_matches("Yes: ")
        .trim_start_matches("No: ");
    let first = json!({ "answer": word, "why": reason });
    let cures = answer
        .cures
        .iter()
        .map(|cure| json!({ "answer": "would help", "why": cure.description, "command": cure.command }));
    std::iter::once(first).chain(cures).collect()
}
