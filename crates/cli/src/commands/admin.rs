//! `doorward admin`: help from the owner of the data.

use super::keys::Store;
use super::serve::configuration;
use super::up::{failure, runtime};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::output;
use crate::profile::{Profile, Server};
use clap::Subcommand;
use doorward_names::{DisplayName, DomainName, InvalidName, Upn};
use doorward_protocol::paths::SETUP;
use doorward_server::boot::keys::StoreAccess;
use doorward_server::boot::{self, WantedTenant};
use std::path::PathBuf;

/// What to help with.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a link by which somebody sets a new password
    Recover {
        /// User principal name
        upn: String,
        /// Configuration file (TOML)
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Make further tenants
    #[command(subcommand)]
    Tenant(Tenant),
}

/// What to do with tenants.
#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// Make a further tenant and print a link for its first administrator; while nobody has used one, again
    Create(Create),
}

/// The tenant to make.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// Name for people
    #[arg(long)]
    name: String,
    /// Domain, by which it is named as well; no other tenant's
    #[arg(long)]
    domain: String,
    /// Name of its first subscription; the tenant's when not given
    #[arg(long)]
    subscription: Option<String>,
    #[command(flatten)]
    store: Store,
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Recover { upn, config } => recover(upn, config),
        Command::Tenant(Tenant::Create(args)) => create(args, context),
    }
}

fn recover(upn: &str, config: &std::path::Path) -> Outcome {
    let upn: Upn = upn.parse().map_err(wrong)?;
    let config = configuration(config)?;
    let link = runtime()?
        .block_on(boot::recover(&config, &upn))
        .map_err(failure)?;
    output::note(&format!(
        "{upn} opens this link in a browser, or gives it to `doorward login --setup-link`."
    ));
    output::note("It is good once, for 60 minutes.");
    Ok(Report::Text(link.expose().clone()))
}

fn create(args: &Create, context: &Context) -> Outcome {
    let domain: DomainName = args.domain.parse().map_err(wrong)?;
    let subscription = args.subscription.as_deref().unwrap_or(&args.name);
    let wanted = WantedTenant {
        name: DisplayName::new(&args.name).map_err(wrong)?,
        domain,
        subscription: DisplayName::new(subscription).map_err(wrong)?,
    };
    let access = args.store.access()?;
    let origin = match &access {
        StoreAccess::Production(config) => config.origins.first().url().to_owned(),
        StoreAccess::Development(..) => Server::chosen(&Profile::load(&context.home)?).authority,
    };
    let (tenant, secret) = runtime()?
        .block_on(boot::create_tenant(&access, wanted))
        .map_err(failure)?;
    output::note(&format!(
        "The first administrator of tenant {tenant} opens this link in a browser, or gives it to `doorward login --setup-link`."
    ));
    output::note("It is good once, for 60 minutes.");
    let origin = origin.trim_end_matches('/');
    Ok(Report::Text(format!("{origin}{SETUP}?link={}", secret.expose())))
}

fn wrong(error: InvalidName) -> Failure {
    Failure::usage(error.to_string())
}
