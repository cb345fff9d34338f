//! `doorward serve` and `doorward init`: production.

use super::up::{failure, runtime};
use crate::context::{Outcome, Report};
use crate::failure::Failure;
use crate::output;
use doorward_server::boot::{self, ServeConfig};
use std::path::{Path, PathBuf};

/// With which configuration.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Reads the configuration.
pub fn configuration(path: &Path) -> Result<ServeConfig, Failure> {
    ServeConfig::load(path)
        .map_err(|e| Failure::new(e.to_string()).cure("docs/configuration.md lists every key"))
}

/// Runs a server until it is told to stop.
pub fn serve(args: &Args) -> Outcome {
    let config = configuration(&args.config)?;
    runtime()?.block_on(async {
        let running = boot::serve(config).await.map_err(failure)?;
        output::announce(&format!("ready {}", running.url))?;
        running.wait().await.map_err(failure)
    })?;
    Ok(Report::Nothing)
}

/// Prints the first administrator's link.
pub fn init(args: &Args) -> Outcome {
    let config = configuration(&args.config)?;
    let link = runtime()?.block_on(boot::init(&config)).map_err(failure)?;
    output::note(
        "The first administrator opens this link in a browser, or gives it to `doorward login --setup-link`.",
    );
    output::note("It is good once, for 60 minutes.");
    Ok(Report::Text(link.expose().clone()))
}
