//! Trust inside: one file with the system's authorities and the run's, under every name by which programs ask for it.

use super::directory::Directory;
use crate::commands::trust::bundle;
use crate::failure::Failure;
use crate::{config, local_time};
use doorward_relay::{JAVA_PASSWORD, java_trust_store, with_authority};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Variables that name a file of all authorities, and who reads them.
pub const BUNDLE_VARIABLES: [&str; 12] = [
    // OpenSSL, Go, .NET, Ruby, rustls, httpx, aiohttp.
    "SSL_CERT_FILE",
    // requests, and so adal, msal, azure-core, az.
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "HTTPLIB2_CA_CERTS",
    "AWS_CA_BUNDLE",
    "DENO_CERT",
    // Node, beside its own.
    "NODE_EXTRA_CA_CERTS",
    "NIX_SSL_CERT_FILE",
];

/// What is trusted inside.
#[derive(Debug)]
pub struct Trust {
    /// All authorities, PEM.
    pub bundle: PathBuf,
    java: PathBuf,
}

impl Trust {
    /// Writes it into the run's directory.
    pub fn write(directory: &Directory, root: &str) -> Result<Self, Failure> {
        let bases = bases();
        let text = with_authority(&bases, root);
        let java = java_trust_store(&text, local_time::now().unix_seconds().saturating_mul(1000));
        Ok(Self {
            bundle: directory.file("ca-bundle.pem", text.as_bytes())?,
            java: directory.file("ca-bundle.jks", &java)?,
        })
    }

    /// What Java's programs are told.
    pub fn java_options(&self) -> String {
        format!(
            "-Djavax.net.ssl.trustStore={} -Djavax.net.ssl.trustStorePassword={JAVA_PASSWORD} \
             -Djavax.net.ssl.trustStoreType=JKS",
            self.java.display()
        )
    }

    /// The bundle in the place of the system's: source, target.
    pub fn instead(&self) -> impl Iterator<Item = (PathBuf, PathBuf)> {
        bundle::SYSTEM
            .iter()
            .map(|system| (self.bundle.clone(), PathBuf::from(system)))
    }
}

/// What programs here trust already: the system's authorities, and those that variables name.
fn bases() -> Vec<String> {
    let named = BUNDLE_VARIABLES
        .iter()
        .filter_map(|name| config::path_variable(name));
    let system = bundle::SYSTEM
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists());
    let mut files = BTreeMap::new();
    for file in system.into_iter().chain(named) {
        if let Ok(real) = fs::canonicalize(&file)
            && !files.contains_key(&real)
            && let Some(text) = read(&real)
        {
            files.insert(real, text);
        }
    }
    files.into_values().collect()
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path)
        .ok()
        .filter(|text| text.contains("-----BEGIN CERTIFICATE-----"))
}
