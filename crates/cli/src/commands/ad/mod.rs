//! `doorward ad`: the directory, in the words of `az ad`.

mod app;
mod create_for_rbac;
mod credential;
mod group;
mod policy;
mod role;
mod set;
mod sp;
mod tenant_settings;
mod user;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::session::{self, Session};
use clap::Subcommand;
use doorward_sdk::directory::DirectoryClient;
use serde_json::Value;
use std::sync::Arc;

/// What of the directory.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Applications
    #[command(subcommand)]
    App(app::Command),
    /// Service principals
    #[command(subcommand)]
    Sp(sp::Command),
    /// Users
    #[command(subcommand)]
    User(user::Command),
    /// The person who is signed in
    #[command(subcommand)]
    SignedInUser(user::Me),
    /// Groups
    #[command(subcommand)]
    Group(group::Command),
    /// Directory roles, such as Global Administrator; roles over resources are `doorward role`'s
    #[command(subcommand)]
    Role(role::Command),
    /// Policies that demand a second factor (conditional access)
    #[command(subcommand)]
    Policy(policy::Command),
    /// What people and programs may do without an administrator
    #[command(subcommand)]
    TenantSettings(tenant_settings::Command),
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::App(command) => app::run(command, context),
        Command::Sp(command) => sp::run(command, context),
        Command::User(command) => user::run(command, context),
        Command::SignedInUser(command) => user::me(command, context),
        Command::Group(command) => group::run(command, context),
        Command::Role(command) => role::run(command, context),
        Command::Policy(command) => policy::run(command, context),
        Command::TenantSettings(command) => tenant_settings::run(command, context),
    }
}

/// Runs calls to the directory as the account in use.
fn with_directory<T>(
    context: &Context,
    work: impl AsyncFnOnce(&DirectoryClient, &Arc<Session>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let session = context.session()?;
    let directory = session.directory()?;
    session::block_on(work(&directory, &session))
}

/// A text property that an object must have.
fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str, Failure> {
    object
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| Failure::new(format!("the server gave an object without `{name}`")))
}

/// An OData condition on a name's beginning, as `--display-name` of the list commands means it.
fn name_filter(display_name: Option<&str>, filter: Option<&str>) -> Option<String> {
    let by_name = display_name.map(|name| {
        format!(
            "startswith(displayName,{})",
            doorward_sdk::directory::literal(name)
        )
    });
    match (by_name, filter) {
        (Some(name), Some(filter)) => Some(format!("({filter}) and {name}")),
        (Some(name), None) => Some(name),
        (None, filter) => filter.map(str::to_owned),
    }
}

/// Of applications or service principals: `owners` of each is asked for, which takes a call for each.
async fn only_mine(
    directory: &DirectoryClient,
    objects: Vec<Value>,
    owners: impl AsyncFn(&str) -> Result<Vec<Value>, doorward_sdk::Error>,
) -> Result<Vec<Value>, Failure> {
    let me = directory.me().await?;
    let me = text(&me, "id")?;
    let mut mine = Vec::new();
    for object in objects {
        let owners = owners(text(&object, "id")?).await?;
        if owners
            .iter()
            .any(|owner| owner.get("id").and_then(Value::as_str) == Some(me))
        {
            mine.push(object);
        }
    }
    Ok(mine)
}

const COLUMNS: &[(&str, &str)] = &[("DisplayName", "displayName"), ("AppId", "appId"), ("Id", "id")];
