//! Production's configuration file (TOML). Every key is known or refused; nothing has an open default.

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::http::TrustedProxies;
use crate::origin::{Origin, Origins};
use crate::tls::files::CertificateFiles;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// It is not what was expected.
    #[error("`{path}`: {reason}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    origins: Vec<String>,
    listen: Vec<SocketAddr>,
    data: PathBuf,
    postgres: Option<String>,
    master_key_file: PathBuf,
    tls: Tls,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    tenant: Option<Tenant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tenant {
    name: String,
    domain: String,
    subscription: Option<String>,
}

/// A tenant to be made: the first one by `doorward init`, further ones by `doorward admin tenant create`.
#[derive(Debug, Clone)]
pub struct WantedTenant {
    /// Its name for people.
    pub name: doorward_names::DisplayName,
    /// Its domain.
    pub domain: doorward_names::DomainName,
    /// Its first subscription's name.
    pub subscription: doorward_names::DisplayName,
}

/// Production's configuration, checked.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// The names the server answers under.
    pub origins: Origins,
    /// Where it listens.
    pub listen: Vec<SocketAddr>,
    /// The data directory.
    pub data: PathBuf,
    /// A PostgreSQL connection string; SQLite in the data directory without one. Holds a password, perhaps.
    pub postgres: Option<doorward_names::SecretString>,
    /// The file with the master key; not in the data directory.
    pub master_key_file: PathBuf,
    /// The certificate.
    pub certificate: CertificateFiles,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// What `doorward init` makes.
    pub tenant: Option<WantedTenant>,
}

impl ServeConfig {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::Unreadable {
            path: path.to_path_buf(),
            reason: e.to_string(),
        })?;
        Self::parse(&text).map_err(|reason| ConfigError::Invalid {
            path: path.to_path_buf(),
            reason,
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        // The message alone: toml's full form would repeat the line, which may hold a password.
        let file: File = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(0, |span| {
                text.get(..span.start).unwrap_or_default().matches('\n').count() + 1
            });
            format!("line {line}: {}", e.message())
        })?;
        let mut origins = file
            .origins
            .iter()
            .map(|o| Origin::parse(o).map_err(|e| e.to_string()));
        let first = origins.next().ok_or("`origins` needs at least one name")??;
        let origins = Origins::new(first, origins.collect::<Result<_, _>>()?);
        if file.listen.is_empty() {
            return Err("`listen` needs at least one address".to_owned());
        }
        if file.master_key_file.starts_with(&file.data) {
            return Err(
                "`master_key_file` must lie outside `data`, or every backup holds its own key".to_owned(),
            );
        }
        let tenant = file.tenant.map(|tenant| {
            let subscription = tenant.subscription.as_deref().unwrap_or(&tenant.name);
            Ok::<_, String>(WantedTenant {
                name: doorward_names::DisplayName::new(&tenant.name).map_err(|e| e.to_string())?,
                domain: tenant
                    .domain
                    .parse()
                    .map_err(|e: doorward_names::InvalidName| e.to_string())?,
                subscription: doorward_names::DisplayName::new(subscription).map_err(|e| e.to_string())?,
            })
        });
        Ok(Self {
            origins,
            listen: file.listen,
            data: file.data,
            postgres: file.postgres.map(doorward_names::Secret::new),
            master_key_file: file.master_key_file,
            certificate: CertificateFiles {
                certificate: file.tls.certificate,
                key: file.tls.key,
            },
            trusted_proxies: TrustedProxies::parse(&file.trusted_proxies).map_err(|e| e.to_string())?,
            tenant: tenant.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        origins = ["https://login.example.com"]
        listen = ["0.0.0.0:443"]
        data = "/var/lib/doorward"
        master_key_file = "/etc/doorward/master.key"
        [tls]
        certificate = "/etc/doorward/tls.pem"
        key = "/etc/doorward/tls.key"
    "#;

    #[test]
    fn a_whole_configuration_is_read() {
        let config = ServeConfig::parse(GOOD).unwrap();
        assert_eq!(config.origins.first().url(), "https://login.example.com");
        assert_eq!(config.trusted_proxies, TrustedProxies::default());
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_secrets() {
        let wrong = |from: &str, to: &str| ServeConfig::parse(&GOOD.replace(from, to)).unwrap_err();
        assert!(wrong("https://login", "http://login").contains("not an origin"));
        assert!(wrong("/etc/doorward/master.key", "/var/lib/doorward/k").contains("outside `data`"));
        assert!(wrong("listen", "lisen").contains("unknown field `lisen`"));
        let leak = wrong("data =", "postgres = 'password=hunter2\ndata =");
        assert!(!leak.contains("hunter2"), "{leak}");
    }
}
