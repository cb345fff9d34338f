//! The command line as a whole: options that every command takes, and the way from words to a command.

use crate::commands::{Command, docs};
use crate::context::{Context, Report};
use crate::failure::Failure;
use crate::files::Home;
use crate::output::{self, Format};
use crate::{config, exit};
use clap::{CommandFactory, Parser};
use std::io;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Identity and access for machine-learning workspaces, in Azure's protocols.
#[derive(Debug, Parser)]
#[command(
    name = "doorward",
    version,
    propagate_version = false,
    max_term_width = 110,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
struct Global {
    /// How the result is written
    #[arg(
        long,
        short,
        value_enum,
        default_value_t,
        global = true,
        value_name = "FORMAT",
        help_heading = "Global options"
    )]
    output: Format,
    /// What of the result is written: a JMESPath expression
    #[arg(long, global = true, value_name = "JMESPATH", help_heading = "Global options")]
    query: Option<String>,
    /// Say what is done, on standard error
    #[arg(long, global = true, help_heading = "Global options")]
    verbose: bool,
    /// Say everything that is done, on standard error; secrets and tokens are never shown
    #[arg(long, global = true, help_heading = "Global options")]
    debug: bool,
}

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            drop(e.print());
            return if e.use_stderr() {
                ExitCode::from(exit::Exit::Usage.code())
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match cli.start() {
        Ok(status) => status,
        Err(failure) => output::failure(&failure),
    }
}

impl Cli {
    fn start(self) -> Result<ExitCode, Failure> {
        self.log();
        if let Command::Docs(args) = &self.command {
            output::report(docs::run(args, Self::command()), Format::None, None)?;
            return Ok(ExitCode::SUCCESS);
        }
        let context = Context { home: Home::find()? };
        let report = self.command.run(&context)?;
        let status = match report {
            Report::Status(status) => ExitCode::from(status),
            _ => ExitCode::SUCCESS,
        };
        output::report(report, self.global.output, self.global.query.as_deref())?;
        Ok(status)
    }

    fn log(&self) {
        let level = match (self.global.debug, self.global.verbose, self.command.is_server()) {
            (true, _, _) => "debug,hyper=info,h2=info,rustls=info,reqwest=info,zbus=info",
            (_, true, _) | (_, _, true) => "info",
            _ => return,
        };
        let filter = EnvFilter::new(config::log_filter().as_deref().unwrap_or(level));
        let colour = !config::no_color() && io::IsTerminal::is_terminal(&io::stderr());
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(colour)
            .finish();
        // Set once, at the start; there is no other.
        drop(tracing::subscriber::set_global_default(subscriber));
    }

    /// The whole command line, for completions and the manual.
    pub fn whole() -> clap::Command {
        Self::command()
    }
}
