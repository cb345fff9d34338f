//! The one module of this crate that reads the environment.

use crate::Error;
use doorward_keychain::Keyring;
use doorward_names::{Secret, SecretString};
use std::path::PathBuf;

/// Names the server: `https://identity.example.com:8443`.
pub const URL: &str = "DOORWARD_URL";
/// Names a file with the certificate authority (PEM) that the server's certificate comes from.
pub const CA: &str = "DOORWARD_CA";
/// Names the tenant of [`crate::ServicePrincipalAuthentication::from_env`].
pub const TENANT_ID: &str = "AML_TENANT_ID";
/// Names the application id of [`crate::ServicePrincipalAuthentication::from_env`].
pub const PRINCIPAL_ID: &str = "AML_PRINCIPAL_ID";
/// Holds the secret of [`crate::ServicePrincipalAuthentication::from_env`].
pub const PRINCIPAL_PASS: &str = "AML_PRINCIPAL_PASS";

/// Where the server is looked for when nobody says.
pub const DEFAULT_AUTHORITY: &str = "https://localhost:8443";

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the SDK reads the environment"
)]
fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The value of a variable that must be there.
///
/// # Errors
/// [`Error::MissingVariable`], which names it.
pub(crate) fn required(name: &'static str) -> Result<String, Error> {
    optional(name).ok_or(Error::MissingVariable { name })
}

/// The same, for a value that must not be shown.
pub(crate) fn required_secret(name: &'static str) -> Result<SecretString, Error> {
    required(name).map(Secret::new)
}

/// `DOORWARD_URL`, or [`DEFAULT_AUTHORITY`].
pub(crate) fn authority() -> String {
    optional(URL).unwrap_or_else(|| DEFAULT_AUTHORITY.to_owned())
}

/// Whether `DOORWARD_URL` says something.
pub(crate) fn is_authority_set() -> bool {
    optional(URL).is_some()
}

/// `DOORWARD_CA`.
pub(crate) fn ca_file() -> Option<PathBuf> {
    optional(CA).map(PathBuf::from)
}

/// `BROWSER`: commands that open web pages, between colons, with `%s` where the address goes.
pub(crate) fn browser() -> Option<String> {
    optional("BROWSER")
}

/// Whether there is a desktop that a page can be shown on.
pub(crate) fn is_desktop() -> bool {
    cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .into_iter()
            .any(|name| optional(name).is_some())
}

/// `PATH`, where other programs are found.
pub(crate) fn search_path() -> Vec<PathBuf> {
    optional("PATH")
        .map(|paths| std::env::split_paths(&paths).collect())
        .unwrap_or_default()
}

/// Where the command line and the SDK keep the person's sessions: `DOORWARD_CONFIG_DIR`, or `~/.doorward`.
pub(crate) fn config_directory() -> Option<PathBuf> {
    let home = || optional("HOME").map(|home| PathBuf::from(home).join(".doorward"));
    optional("DOORWARD_CONFIG_DIR").map(PathBuf::from).or_else(home)
}

/// Where the keys of those files lie: in the person's keyring, unless `DOORWARD_KEYRING` says `never`.
pub(crate) fn keyring() -> Keyring {
    Keyring::of_setting(optional("DOORWARD_KEYRING").as_deref())
}

/// Where the SDK keeps its own.
pub(crate) fn session_directory() -> Option<PathBuf> {
    config_directory().map(|directory| directory.join("sdk"))
}
