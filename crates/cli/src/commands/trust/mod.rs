//! `doorward trust`: this machine's programs trust the server's certificate authority.
//!
//! Every way is a list of steps that can be printed, taken, and taken back.

pub mod bundle;
mod steps;
mod ways;

use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::output;
use crate::profile::{Profile, Server};
use std::path::PathBuf;
use ways::Way;

/// What to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Does the same when left out
    #[arg(value_parser = ["install"], hide = true)]
    action: Option<String>,
    /// Print the commands for every way, and do nothing
    #[arg(long, conflicts_with = "uninstall")]
    print: bool,
    /// Take back what was done
    #[arg(long)]
    uninstall: bool,
    /// Certificate authority file (PEM); that of DOORWARD_CA or of the account in use when not given
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// Does it.
pub fn run(args: &Args, context: &Context) -> Outcome {
    let server = Server::chosen(&Profile::load(&context.home)?);
    let ca_file = args.ca_file.clone().or(server.ca_file).ok_or_else(|| {
        Failure::new("no certificate authority is known")
            .cure("start a server with `doorward up`, or name the file: `--ca-file FILE` or DOORWARD_CA")
    })?;
    let ca_file = std::path::absolute(&ca_file).map_err(|e| Failure::file(&ca_file, e))?;
    let ways = ways::all(&ca_file, &context.home)?;
    if args.print {
        return Ok(Report::Text(
            ways.iter().map(Way::to_text).collect::<Vec<_>>().join("\n\n"),
        ));
    }
    let mut failed = 0;
    for way in &ways {
        match way.take(args.uninstall) {
            ways::Result::Done => output::note(&format!("done      {}", way.name)),
            ways::Result::ByHand if args.uninstall => {}
            ways::Result::ByHand => output::note(&format!("by hand   {}", way.name)),
            ways::Result::NotHere(reason) => output::note(&format!("left out  {}: {reason}", way.name)),
            ways::Result::Failed(reason) => {
                failed += 1;
                output::note(&format!("failed    {}: {reason}", way.name));
            }
        }
    }
    if !args.uninstall {
        output::note(
            "`doorward trust --print` shows what is done by hand; `eval \"$(doorward env)\"` sets variables.",
        );
    }
    if failed == 0 {
        return Ok(Report::Nothing);
    }
    Err(Failure::new(format!("{failed} of {} ways failed", ways.len()))
        .cure("`doorward trust --print` prints the commands, for someone who may run them"))
}
