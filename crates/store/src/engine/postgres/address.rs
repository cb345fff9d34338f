//! Which server, and how it may be reached: another machine through TLS only, this one also without.

use super::tls::Tls;
use crate::OpenError;
use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use std::net::IpAddr;
use std::time::Duration;

/// How long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(5);

/// A server.
#[derive(Clone)]
pub(super) struct Address {
    config: Config,
    tls: Option<Tls>,
}

impl Address {
    /// Reads a libpq connection string.
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        // The parser's own words: they name options, never values.
        let parsed: Result<Config, postgres::Error> = url.parse();
        let mut config = parsed.map_err(|error| OpenError::Address(error.to_string()))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(OpenError::Address(
                "it names no host and no socket directory".to_owned(),
            ));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("doorward");
        }
        let far = config.get_hosts().iter().any(is_far)
            || config
                .get_hostaddrs()
                .iter()
                .any(|address| !address.is_loopback());
        if far && config.get_ssl_mode() == SslMode::Disable {
            let reason = "it says `sslmode=disable`, but another machine is reached through TLS only";
            return Err(OpenError::Address(reason.to_owned()));
        }
        if far || config.get_ssl_mode() == SslMode::Require {
            config.ssl_mode(SslMode::Require);
            return Ok(Self {
                config,
                tls: Some(Tls::new()?),
            });
        }
        config.ssl_mode(SslMode::Disable);
        Ok(Self { config, tls: None })
    }

    pub(super) fn connect(&self) -> Result<Client, postgres::Error> {
        match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        }
    }
}

fn is_far(host: &Host) -> bool {
    match host {
        Host::Unix(_) => false,
        Host::Tcp(name) if name == "localhost" => false,
        Host::Tcp(name) => !name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_reached_through_tls_only() {
        let mode = |url: &str| {
            Address::parse(url).map(|address| (address.config.get_ssl_mode(), address.tls.is_some()))
        };
        for far in [
            "host=db.example.com",
            "postgres://u:p@192.0.2.1/d",
            "host=localhost,db.example.com",
            "host=localhost hostaddr=192.0.2.1",
        ] {
            assert_eq!(mode(far), Ok((SslMode::Require, true)), "{far}");
            let plain = if far.contains("://") {
                format!("{far}?sslmode=disable")
            } else {
                format!("{far} sslmode=disable")
            };
            assert!(matches!(mode(&plain), Err(OpenError::Address(_))), "{plain}");
        }
        for near in [
            "host=/run/postgresql",
            "host=localhost",
            "host=127.0.0.1",
            "postgres://[::1]/d",
        ] {
            assert_eq!(mode(near), Ok((SslMode::Disable, false)), "{near}");
        }
        assert_eq!(
            mode("host=localhost sslmode=require"),
            Ok((SslMode::Require, true))
        );
    }
}
