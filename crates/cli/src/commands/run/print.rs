//! `doorward run --print`: what would be done, in words.

use super::Args;
use super::environment::is_dropped;
use super::home::PRIVATE;
use super::trust::BUNDLE_VARIABLES;
use super::way::Via;
use crate::config;
use crate::context::{Context, Outcome, Report};
use doorward_protocol::azure_hosts::{NAMES, WORKSPACE_SUFFIX};
use std::ffi::OsString;
use std::fmt::Write as _;

/// Prints it; nothing is done.
pub fn print(args: &Args, command: &[OsString], context: &Context) -> Outcome {
    let account = context.account()?;
    let mut text = String::new();
    let mut line = |title: &str, rest: String| {
        let _ = writeln!(text, "{title:<13}{rest}");
    };
    let words: Vec<_> = command
        .iter()
        .map(|word| crate::shell::quote(&word.to_string_lossy()))
        .collect();
    line("command", words.join(" "));
    line(
        "server",
        format!("{}, tenant {}", account.server.authority, account.tenant_id),
    );
    line(
        "identity",
        args.identity
            .clone()
            .unwrap_or_else(|| "none; programs sign in by themselves".to_owned()),
    );
    let ways: Vec<_> = Via::candidates(args.via)
        .iter()
        .map(ToString::to_string)
        .collect();
    line("by", ways.join(", else "));
    let mut names: Vec<_> = NAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.push(format!("*{WORKSPACE_SUFFIX}"));
    line("names", names.join(" "));
    let rest = if args.offline {
        "not reached"
    } else {
        "reached; see --port"
    };
    line("network", rest.to_owned());
    let files = match &args.profile {
        Some(name) => format!("kept in {}", context.home.path("run").join(name).display()),
        None => "gone after the run".to_owned(),
    };
    line(
        "private",
        format!("{}: {files}", PRIVATE.map(|name| format!("~/{name}")).join(" ")),
    );
    let mut dropped: Vec<_> = config::everything()
        .map(|(name, _)| name)
        .filter(|name| is_dropped(name, args.identity.is_some()))
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !args.pass_env.contains(name))
        .collect();
    dropped.sort();
    line(
        "dropped",
        if dropped.is_empty() {
            "no variable".to_owned()
        } else {
            dropped.join(" ")
        },
    );
    line(
        "trust",
        format!("{} JAVA_TOOL_OPTIONS", BUNDLE_VARIABLES.join(" ")),
    );
    Ok(Report::Text(text))
}
