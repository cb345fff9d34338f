//! `doorward admin`: help from the owner of the data.

use super::serve::configuration;
use super::up::{failure, runtime};
use crate::context::{Outcome, Report};
use crate::failure::Failure;
use crate::output;
use clap::Subcommand;
use doorward_names::Upn;
use doorward_server::boot;
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
}

/// Does it.
pub fn run(command: &Command) -> Outcome {
    let Command::Recover { upn, config } = command;
    let upn: Upn = upn
        .parse()
        .map_err(|e: doorward_names::InvalidName| Failure::usage(e.to_string()))?;
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
