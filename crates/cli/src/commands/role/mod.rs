//! `doorward role`: roles over resources, who has them, and why somebody may do something or not.

mod assignment;
mod assignment_list;
mod definition;
mod definition_file;
mod explain;
mod find;
mod shape;

pub use find::give;

use super::caller::{InSubscription, with_manager};
use crate::context::{Context, Outcome, Report};
use clap::Subcommand;

/// What of roles.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Which roles there are
    #[command(subcommand)]
    Definition(definition::Command),
    /// Who has which role where
    #[command(subcommand)]
    Assignment(assignment::Command),
    /// What is denied to whom
    #[command(subcommand, name = "deny-assignment")]
    DenyAssignment(Denied),
    /// Print why somebody may do something or not, and what would let them
    Explain(explain::Args),
    /// Become User Access Administrator of everything, as a Global Administrator may
    ElevateAccess,
}

/// What to do with deny assignments.
#[derive(Debug, Subcommand)]
pub enum Denied {
    /// Print deny assignments
    List(assignment_list::Denied),
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Definition(command) => definition::run(command, context),
        Command::Assignment(command) => assignment::run(command, context),
        Command::DenyAssignment(Denied::List(args)) => assignment_list::denied(args, context),
        Command::Explain(args) => explain::run(args, context),
        Command::ElevateAccess => with_manager(context, &InSubscription::default(), async |caller| {
            caller.manager.elevate_access().await?;
            Ok(Report::Nothing)
        }),
    }
}
