//! Which servers may be reached how: a socket on this machine, or TCP on the loopback.

use crate::OpenError;
use postgres::Config;
use postgres::config::Host;
use std::net::IpAddr;
use std::time::Duration;

/// How long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(5);

/// Reads a libpq connection string.
pub(super) fn parse(url: &str) -> Result<Config, OpenError> {
    // The parser's own words: they name options, never values.
    let mut config: Config = url
        .parse()
        .map_err(|error: postgres::Error| OpenError::Address(error.to_string()))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(OpenError::Address(
            "it names no host and no socket directory".to_owned(),
        ));
    }
    let far = config.get_hosts().iter().find_map(far).or_else(|| {
        config
            .get_hostaddrs()
            .iter()
            .find(|address| !address.is_loopback())
            .map(ToString::to_string)
    });
    if let Some(host) = far {
        return Err(OpenError::Address(format!(
            "`{host}` is another machine, and this release speaks to PostgreSQL without TLS: use a Unix socket or the loopback, with a TLS tunnel where the server is elsewhere"
        )));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_application_name().is_none() {
        config.application_name("doorward");
    }
    Ok(config)
}

fn far(host: &Host) -> Option<String> {
    match host {
        Host::Unix(_) => None,
        Host::Tcp(name) if name == "localhost" => None,
        Host::Tcp(name) => {
            let near = name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
            (!near).then(|| name.clone())
        }
    }
}
