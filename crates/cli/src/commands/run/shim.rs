//! Inside a run, this program also stands under the names of programs that open web pages, and a run within a run asks
//! the one around it for its ticket. Both speak with the host over the run's socket: one line of JSON each way.

use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use doorward_protocol::run::RunIdentity;
use serde::{Deserialize, Serialize};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// The directory of the shims in the run's directory.
pub const DIRECTORY: &str = "bin";

/// What the variable BROWSER names.
pub const BROWSER: &str = "doorward-browser";

/// The names of programs that open web pages.
pub const NAMES: [&str; 8] = [
    BROWSER,
    "xdg-open",
    "x-www-browser",
    "www-browser",
    "sensible-browser",
    "gnome-open",
    "wslview",
    "open",
];

const PATIENCE: Duration = Duration::from_secs(10);

/// What is said to the host.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Wish {
    /// Let the person see this address.
    Open(String),
    /// Hand on the ticket.
    Inherit,
}

/// What the host says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The person has been told.
    Opened,
    /// The reason why not.
    Refused(String),
    /// The ticket of the run around.
    Inherited(Box<Inherited>),
}

/// The ticket of the run around, and where it is good.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inherited {
    /// The server's address.
    pub origin: String,
    /// Its certificate authority.
    pub ca_file: Option<PathBuf>,
    /// The ticket.
    pub ticket: String,
    /// The tenant.
    pub tenant: String,
    /// The subscription.
    pub subscription: Option<String>,
    /// The command's identity.
    pub identity: Option<RunIdentity>,
}

/// Whether this program was started under one of the names, inside a run.
pub fn is_meant() -> bool {
    let name = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&name).file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| NAMES.contains(&name)) && config::run().is_some()
}

/// Runs as one of them: hands the address to the person outside.
pub fn run() -> ExitCode {
    let address = std::env::args_os()
        .skip(1)
        .find(|word| !word.to_string_lossy().starts_with('-'));
    let (Some(address), Some(socket)) = (address, config::run()) else {
        return output::failure(&Failure::usage("which address is to be opened?"));
    };
    match ask(&socket, &Wish::Open(address.to_string_lossy().into_owned())) {
        Ok(Answer::Opened) => ExitCode::SUCCESS,
        Ok(Answer::Refused(reason)) => output::failure(&Failure::new(reason)),
        Ok(Answer::Inherited(_)) => ExitCode::from(Exit::Failed.code()),
        Err(failure) => output::failure(&failure),
    }
}

/// Asks the run around for its ticket.
pub fn inherit(socket: &Path) -> Result<Inherited, Failure> {
    match ask(socket, &Wish::Inherit)? {
        Answer::Inherited(inherited) => Ok(*inherited),
        Answer::Opened | Answer::Refused(_) => Err(Failure::not_signed_in()),
    }
}

fn ask(socket: &Path, wish: &Wish) -> Result<Answer, Failure> {
    let fail = |e: std::io::Error| Failure::new(format!("the run around this command doesn't answer: {e}"));
    let mut stream = UnixStream::connect(socket).map_err(fail)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(fail)?;
    let mut line = serde_json::to_vec(wish).map_err(|e| fail(e.into()))?;
    line.push(b'\n');
    stream.write_all(&line).map_err(fail)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(fail)?;
    serde_json::from_str(&answer).map_err(|e| fail(e.into()))
}
