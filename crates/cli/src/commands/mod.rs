//! The commands, one file each; groups have a directory.

mod account;
mod ad;
mod admin;
mod audit;
mod caller;
mod completion;
pub mod docs;
mod env;
mod group;
mod keys;
mod login;
mod logout;
mod ml;
mod principal;
mod provider;
mod role;
pub mod run;
mod serve;
mod subscriptions;
mod trust;
mod up;
mod version;

use crate::context::{Context, Outcome, Report};
use crate::exit;
use clap::Subcommand;

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in
    Login(login::Args),
    /// Sign out
    Logout(logout::Args),
    /// Accounts on this machine, and access tokens
    #[command(subcommand)]
    Account(account::Command),
    /// The directory: users, groups, applications, service principals, roles
    #[command(subcommand)]
    Ad(ad::Command),
    /// Resource groups
    #[command(subcommand)]
    Group(group::Command),
    /// Roles over resources (Resource Manager's), who has them, and why somebody may do something
    #[command(subcommand)]
    Role(role::Command),
    /// Machine-learning workspaces and what runs in them
    #[command(subcommand)]
    Ml(ml::Command),
    /// Resource providers, and what can be allowed
    #[command(subcommand)]
    Provider(provider::Command),
    /// What was done and refused, by whom
    #[command(subcommand)]
    Audit(audit::Command),
    /// Run a command in a private place where Azure's host names lead to the server
    Run(run::Args),
    /// Start a development server on this machine
    Up(up::Args),
    /// Start a production server
    Serve(serve::Args),
    /// Print the link by which a new production server gets its first administrator
    Init(serve::Args),
    /// Help from the owner of a production server's data
    #[command(subcommand)]
    Admin(admin::Command),
    /// The server's signing keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Make this machine's programs trust the server's certificate authority
    Trust(trust::Args),
    /// Print the variables by which Azure's clients find the server
    Env(env::Args),
    /// Print a completion script for a shell
    Completion(completion::Args),
    /// Print the version
    Version,
    /// What the exit codes mean
    #[command(name = "exit-codes", long_about = exit::PAGE)]
    ExitCodes,
    /// Print the manual of the command line
    #[command(name = "generate-docs", hide = true)]
    Docs(docs::Args),
}

impl Command {
    /// Whether it runs a server, which logs.
    pub fn is_server(&self) -> bool {
        matches!(self, Self::Up(_) | Self::Serve(_))
    }

    /// Does it.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Login(args) => login::run(&args, context),
            Self::Logout(args) => logout::run(&args, context),
            Self::Account(command) => account::run(&command, context),
            Self::Ad(command) => ad::run(&command, context),
            Self::Group(command) => group::run(&command, context),
            Self::Role(command) => role::run(&command, context),
            Self::Ml(command) => ml::run(&command, context),
            Self::Provider(command) => provider::run(&command, context),
            Self::Audit(command) => audit::run(&command, context),
            Self::Run(args) => run::run(&args, context),
            Self::Up(args) => up::run(args, context),
            Self::Serve(args) => serve::serve(&args),
            Self::Init(args) => serve::init(&args),
            Self::Admin(command) => admin::run(&command, context),
            Self::Keys(command) => keys::run(&command),
            Self::Trust(args) => trust::run(&args, context),
            Self::Env(args) => env::run(&args, context),
            Self::Completion(args) => Ok(completion::run(&args)),
            Self::Version => Ok(version::run()),
            Self::ExitCodes => Ok(Report::Text(exit::PAGE.to_owned())),
            Self::Docs(_) => Ok(Report::Nothing),
        }
    }
}
