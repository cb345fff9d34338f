//! `doorward ml`: workspaces and computes, in the words of `az ml`.

mod compute;
mod workspace;

use super::caller::{Caller, InSubscription, group_name, with_manager};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_names::Scope;
use doorward_sdk::resource_manager::ResourceManagerClient;

/// What of machine learning.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Workspaces
    #[command(subcommand)]
    Workspace(Box<workspace::Command>),
    /// Computes: instances and clusters
    #[command(subcommand)]
    Compute(Box<compute::Command>),
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Workspace(command) => workspace::run(command, context),
        Command::Compute(command) => compute::run(command, context),
    }
}

/// A workspace's scope.
fn workspace_scope(caller: &Caller, group: &str, workspace: &str) -> Result<Scope, Failure> {
    let scope =
        ResourceManagerClient::workspace_scope(caller.subscription()?, &group_name(group)?, workspace);
    Ok(scope?)
}
