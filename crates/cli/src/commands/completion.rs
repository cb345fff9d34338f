//! `doorward completion`.

use crate::args::Cli;
use crate::context::Report;
use clap_complete::Shell;

/// Which shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::whole(), "doorward", &mut script);
    Report::Text(String::from_utf8_lossy(&script).into_owned())
}
