//! The one module of the command line that reads the environment.

use doorward_keychain::Keyring;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the command line reads the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the command line reads the environment"
)]
fn path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// The person's home directory.
pub fn home() -> Option<PathBuf> {
    path("HOME")
}

/// Where the command line keeps its files: `DOORWARD_CONFIG_DIR`, or `~/.doorward`.
pub fn config_dir() -> Option<PathBuf> {
    path("DOORWARD_CONFIG_DIR").or_else(|| home().map(|home| home.join(".doorward")))
}

/// Says where the keys of those files lie.
pub const KEYRING: &str = "DOORWARD_KEYRING";

/// `DOORWARD_KEYRING`: the person's keyring, unless it says `never`.
pub fn keyring() -> Keyring {
    Keyring::of_setting(variable(KEYRING).as_deref())
}

/// Where `up` keeps the server's data: `$XDG_DATA_HOME/doorward`, or `~/.local/share/doorward`.
pub fn data_dir() -> Option<PathBuf> {
    let base = path("XDG_DATA_HOME").filter(|path| path.is_absolute());
    base.or_else(|| home().map(|home| home.join(".local/share")))
        .map(|base| base.join("doorward"))
}

/// `DOORWARD_URL`: the server that is signed in to.
pub fn url() -> Option<String> {
    variable("DOORWARD_URL")
}

/// `DOORWARD_CA`: the server's certificate authority.
pub fn ca_file() -> Option<PathBuf> {
    path("DOORWARD_CA")
}

/// Whether colours are unwanted (`NO_COLOR`, or a terminal that has none).
pub fn no_color() -> bool {
    variable("NO_COLOR").is_some() || variable("TERM").is_some_and(|term| term == "dumb")
}

/// What the log shows (`DOORWARD_LOG`), in the words of tracing-subscriber's filter.
pub fn log_filter() -> Option<String> {
    variable("DOORWARD_LOG")
}

/// `REQUESTS_CA_BUNDLE`, which a bundle of ours then builds upon.
pub fn requests_bundle() -> Option<PathBuf> {
    path("REQUESTS_CA_BUNDLE")
}

/// `PATH`, where other programs are found.
pub fn search_path() -> Vec<PathBuf> {
    path("PATH")
        .map(|paths| std::env::split_paths(&paths).collect())
        .unwrap_or_default()
}

/// How a person starts this program: `doorward` when the shell finds it by that name, else the path of the file,
/// short where it lies below the current directory.
pub fn program() -> String {
    let Ok(file) = std::env::current_exe() else {
        return "doorward".to_owned();
    };
    let on_path = path("PATH").is_some_and(|path| {
        std::env::split_paths(&path)
            .any(|directory| directory.join("doorward").canonicalize().is_ok_and(|p| p == file))
    });
    if on_path {
        return "doorward".to_owned();
    }
    let here = std::env::current_dir().unwrap_or_default();
    match file.strip_prefix(here) {
        // A shell looks for a bare name on its path only.
        Ok(short) if short.components().count() == 1 => Path::new(".").join(short),
        Ok(short) => short.to_owned(),
        Err(_) => file,
    }
    .display()
    .to_string()
}

/// Where a run's command reaches the run: there only inside.
pub const RUN: &str = "DOORWARD_RUN";

/// `DOORWARD_RUN`: the socket of the run around this command.
pub fn run() -> Option<PathBuf> {
    path(RUN)
}

/// Every variable, for a command that is to have most of them.
pub fn everything() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// A variable that other programs read, for what is added to it.
pub fn variable_text(name: &str) -> Option<String> {
    variable(name)
}

/// A variable of other programs that names a file.
pub fn path_variable(name: &str) -> Option<PathBuf> {
    path(name)
}

/// Where the person's `az` keeps its files, when they said so (`AZURE_CONFIG_DIR`).
pub fn azure_config_dir() -> Option<PathBuf> {
    path("AZURE_CONFIG_DIR").and_then(|path| std::path::absolute(path).ok())
}

/// The person's shell (`SHELL`).
pub fn shell() -> OsString {
    path("SHELL").unwrap_or_else(|| PathBuf::from("/bin/sh")).into()
}

/// The proxy by which the person reaches servers over TLS (`HTTPS_PROXY`, `ALL_PROXY`, in either case).
pub fn proxy() -> Option<String> {
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .find_map(variable)
}

/// Hosts that are reached without it (`NO_PROXY`).
pub fn no_proxy() -> Vec<String> {
    let list = ["NO_PROXY", "no_proxy"].into_iter().find_map(variable);
    list.iter()
        .flat_map(|list| list.split(','))
        .map(|entry| entry.trim().to_owned())
        .filter(|entry| !entry.is_empty())
        .collect()
}
