//! The `doorward` binary: the command line, and `up` and `serve` around the server.
//!
//! Deliberately not here: HTTP calls (the SDK makes them) and rules (the server knows them).
#![forbid(unsafe_code)]

mod args;
mod commands;
mod config;
mod context;
mod exit;
mod failure;
mod files;
mod local_time;
mod output;
mod profile;
mod prompt;
mod session;
mod shell;
mod vault;

use std::process::ExitCode;

fn main() -> ExitCode {
    if commands::run::shim::is_meant() {
        return commands::run::shim::run();
    }
    commands::run::role().unwrap_or_else(args::run)
}
