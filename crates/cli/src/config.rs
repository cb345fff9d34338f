//! The one module of the command line that reads the environment.

use std::path::PathBuf;

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

/// `DOORWARD_SUBSCRIPTION_ID`, which belongs to the tenant of `DOORWARD_TENANT_ID`.
pub fn subscription_of(tenant: &str) -> Option<String> {
    variable("DOORWARD_TENANT_ID").filter(|known| known.eq_ignore_ascii_case(tenant))?;
    variable("DOORWARD_SUBSCRIPTION_ID")
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
    file.strip_prefix(here).unwrap_or(&file).display().to_string()
}
