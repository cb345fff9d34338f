//! A file with the system's certificate authorities and ours, for programs whose bundle replaces the system's.

use crate::config;
use crate::failure::Failure;
use crate::files::Home;
use std::fs;
use std::path::{Path, PathBuf};

const FILE: &str = "ca-bundle.pem";

/// Where systems keep their bundle.
pub const SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Where the bundle is, or will be.
pub fn path(home: &Home) -> PathBuf {
    home.path(FILE)
}

/// Writes the bundle.
pub fn write(home: &Home, ca_file: &Path) -> Result<PathBuf, Failure> {
    let ours = fs::read_to_string(ca_file).map_err(|e| Failure::file(ca_file, e))?;
    // What somebody chose for Python already counts more than the system's, unless it is this very file.
    let chosen = config::requests_bundle().filter(|chosen| *chosen != path(home));
    let bases = chosen.into_iter().chain(SYSTEM.map(PathBuf::from));
    let base = bases
        .filter_map(|base| fs::read_to_string(base).ok())
        .next()
        .unwrap_or_default();
    let text = if base.contains(ours.trim()) {
        base
    } else {
        format!("{}\n{}\n", base.trim_end(), ours.trim())
    };
    home.write_text(FILE, text.trim_start())
}
