//! `doorward run`: any command in a private place where Azure's host names lead to the server.
//!
//! One file for each thing that a run has: [`directory`], [`home`], [`environment`], what is trusted ([`trust`]), the
//! ticket ([`ticket`]), the way in which the place is made ([`way`]), and the person outside ([`person`]). This file
//! tells the story.

mod directory;
mod environment;
mod home;
mod person;
mod print;
pub mod shim;
mod system;
mod ticket;
mod trust;
mod way;

use crate::context::{Context, Outcome, Report};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{config, local_time, output, session};
use directory::Directory;
use doorward_relay::{Leaf, Outside, Relay, Server, UpstreamProxy};
use doorward_sandbox::{Caller, Caught, Ended, Signals, end_as};
use environment::Surroundings;
use home::PrivateHome;
use person::Person;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use ticket::Ticket;
use trust::Trust;
use url::Url;
use way::{Via, Way};

const EXAMPLES: &str = "\
Examples:
  doorward run -- python train.py                  programs that name Azure's hosts reach your server
  doorward run --as ml-auth -- python train.py     the same, as a service principal, by AML_* and AZURE_* variables
  doorward run --shell                             a shell in which that holds for everything

docs/run.md says what is kept apart and what is not.";

/// What runs, and how private.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How the private place is made; chosen by itself when not given
    #[arg(long, value_enum, value_name = "WAY")]
    via: Option<Via>,
    /// Give the command the identity of this service principal (application id, object id or name) or user (UPN)
    #[arg(long = "as", value_name = "NAME")]
    identity: Option<String>,
    /// Cut the command off from the rest of the network
    #[arg(long)]
    offline: bool,
    /// Keep the command's Azure files under this name, for the next run with the same name
    #[arg(long, value_name = "NAME", value_parser = profile_name)]
    profile: Option<String>,
    /// Let the command have this variable, though it may hold Azure credentials; can be repeated
    #[arg(long, value_name = "VARIABLE", value_parser = variable_name)]
    pass_env: Vec<String>,
    /// TCP port on which servers elsewhere are reached, besides 22, 80, 443, 465, 587, 993 and 9418; can be repeated
    #[arg(long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    ports: Vec<u16>,
    /// Port of this machine's localhost that is reached as localhost inside, too; can be repeated
    #[arg(long = "host-port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    host_ports: Vec<u16>,
    /// Run your shell
    #[arg(long, conflicts_with = "command")]
    shell: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    print: bool,
    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn profile_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !text.is_empty() && text.len() <= 64 && text.chars().all(fits) && !text.starts_with('.') {
        Ok(text.to_owned())
    } else {
        Err(
            "a name has 1 to 64 letters, digits, `-`, `_` and `.`, and starts with none of the last"
                .to_owned(),
        )
    }
}

fn variable_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        return Err("one variable's whole name is expected, such as AZURE_CLIENT_ID".to_owned());
    }
    Ok(text.to_owned())
}

impl Args {
    fn command(&self) -> Result<Vec<OsString>, Failure> {
        if self.shell || (self.command.is_empty() && self.print) {
            return Ok(vec![config::shell()]);
        }
        if self.command.is_empty() {
            return Err(Failure::usage("there is no command to run")
                .cure("for example `doorward run -- python train.py`, or `doorward run --shell`"));
        }
        Ok(self.command.clone())
    }
}

/// Runs a command; ends as it ends.
pub fn run(args: &Args, context: &Context) -> Outcome {
    let command = args.command()?;
    if args.print {
        return print::print(args, &command, context);
    }
    if Caller::find().is_other() {
        return Err(of_run(
            Failure::new("you are root by sudo, and whose command this is to be isn't clear").cure(
                "as yourself: `doorward run --via root -- …`, which asks sudo for the private place alone; \
                 as root: `env -u SUDO_UID doorward run -- …`",
            ),
        ));
    }
    let signals = Signals::catch().map_err(|e| Failure::new(format!("signals: {e}")))?;
    let ended = session::block_on(begin(args, command, context, signals)).map_err(of_run)?;
    Ok(Report::Status(match ended {
        Ended::Exited(status) => status,
        Ended::Killed(signal) => {
            end_as(signal);
            // Not reached, but where a signal doesn't end this process.
            128_u8.saturating_add(u8::try_from(signal).unwrap_or(0))
        }
    }))
}

/// What fails before the command has run ends with a status of its own, as it does for `env` and `docker run`.
fn of_run(failure: Failure) -> Failure {
    match failure.exit {
        Exit::CommandNotFound | Exit::CommandNotStarted => failure,
        _ => Failure {
            exit: Exit::NotRun,
            ..failure
        },
    }
}

async fn begin(
    args: &Args,
    command: Vec<OsString>,
    context: &Context,
    mut signals: Signals,
) -> Result<Ended, Failure> {
    let directory = Directory::make()?;
    let home = PrivateHome::make(
        &directory,
        args.profile.as_deref(),
        context,
        args.identity.is_some(),
    )?;
    let asking = Ticket::begin(args.identity.as_deref(), context);
    let ticket = match unless_ended(&mut signals, asking).await {
        Ok(ticket) => Arc::new(ticket?),
        Err(ended) => return Ok(ended),
    };
    let ended = within(args, command, (&directory, &home, &ticket), signals).await;
    // The command has ended, or never began; its ticket ends with it.
    ticket.end().await;
    home.settle(&directory.lock());
    directory.remove();
    ended
}

async fn within(
    args: &Args,
    command: Vec<OsString>,
    (directory, home, ticket): (&Directory, &PrivateHome, &Arc<Ticket>),
    mut signals: Signals,
) -> Result<Ended, Failure> {
    let leaf = Leaf::make(local_time::now()).map_err(|e| Failure::new(e.to_string()))?;
    let trust = Trust::write(directory, &leaf.root)?;
    let person = Person::listen(directory, ticket, args.offline)?;
    let surroundings = Surroundings {
        directory,
        home,
        trust: &trust,
        ticket,
        pass: &args.pass_env,
        socket: person.socket(),
    };
    let relay = Relay::new(leaf, server(ticket, args.offline)?, outside(args.offline));
    let choosing = Way::choose(args, (command, surroundings), &relay);
    let (chosen, early) = with_signals(&mut signals, choosing).await;
    let mut way = match (chosen, early.first()) {
        (Ok(way), _) => way,
        (Err(_), Some(caught)) => return Ok(Ended::Killed(caught.number)),
        (Err(failure), None) => return Err(failure),
    };
    // The command was there before this process knew it; what was typed, it has got by itself.
    let sent = early.iter().filter(|caught| caught.sent);
    sent.for_each(|caught| way.signal(*caught));
    if !args.quiet {
        output::note(&sentence(&way, ticket, args));
    }
    person.serve(way.inside());
    let keeping = tokio::spawn(Arc::clone(ticket).keep_alive());
    let ended = way.ended(signals).await;
    keeping.abort();
    ended
}

/// Does something while there is no command yet, unless a signal ends the run first.
async fn unless_ended<T>(
    signals: &mut Signals,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<Result<T, Failure>, Ended> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            Some(caught) = signals.next() => {
                if caught.ends() {
                    return Err(Ended::Killed(caught.number));
                }
            }
        }
    }
}

/// Does something that may start the command, and keeps the signals that come meanwhile.
async fn with_signals<T>(signals: &mut Signals, work: impl Future<Output = T>) -> (T, Vec<Caught>) {
    let mut early = Vec::new();
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return (done, early),
            Some(caught) = signals.next() => if caught.ends() { early.push(caught) },
        }
    }
}

fn server(ticket: &Ticket, offline: bool) -> Result<Server, Failure> {
    let origin =
        Url::parse(ticket.origin()).map_err(|e| Failure::new(format!("{}: {e}", ticket.origin())))?;
    let others: Option<doorward_relay::Others> = (!offline).then(|| {
        Box::new(|| {
            let authority = doorward_sdk::Authority::parse("https://aka.ms").ok()?;
            doorward_sdk::ClientOptions::new(authority).http_client().ok()
        }) as doorward_relay::Others
    });
    let client = ticket.options().http_client()?;
    Server::new(origin, client, ticket.secret(), others)
        .ok_or_else(|| Failure::new("the server's ticket is not fit for a header"))
}

fn outside(offline: bool) -> Outside {
    Outside {
        offline,
        proxy: config::proxy().as_deref().and_then(UpstreamProxy::parse),
        without_proxy: config::no_proxy(),
    }
}

/// The one line that says what was done.
fn sentence(way: &Way, ticket: &Ticket, args: &Args) -> String {
    let mut line = format!(
        "doorward run: by {way}; Azure's names lead to {}, tenant {}",
        ticket.origin(),
        ticket.tenant()
    );
    if let (Some(_), Some(name)) = (ticket.identity(), &args.identity) {
        line.push_str(&format!(", as {name}"));
    }
    if args.offline {
        line.push_str(", offline");
    }
    if let Some(one) = environment::missed(ticket, &args.pass_env) {
        line.push_str(&format!("; {one} and the like stay outside (--as, --pass-env)"));
    }
    if way.shares_processes() {
        line.push_str("; this system's processes are shared, for its /proc is covered in part");
    }
    line
}

/// Runs as founder or keeper of a private place, when this process was started as one of them by [`way`].
pub fn role() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != doorward_sandbox::ROLE {
        return None;
    }
    let (role, socket) = (words.next()?, PathBuf::from(words.next()?));
    match role.to_str()? {
        doorward_sandbox::FOUND => Some(doorward_sandbox::found(&socket)),
        doorward_sandbox::KEEP => Some(doorward_sandbox::keep(&socket)),
        _ => None,
    }
}

/// Where the binary is that is run again as founder, keeper and shims.
fn this_program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|e| Failure::new(format!("this program's own file: {e}")))
}
