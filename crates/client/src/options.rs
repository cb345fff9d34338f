//! What every client of the SDK is told about the server it talks to.

use crate::clock::{Clock, SystemClock};
use crate::transport::RetryPolicy;
use crate::{Error, config, transport};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// The server's origin: scheme, host and port, `https` unless the host is this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority(Url);

impl Authority {
    /// Takes `text` as an origin; a path after it is not allowed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no URL, has a path, query or user, or is `http` to another machine.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fail = |reason| {
            Err(Error::Invalid(format!(
                "`{text}` is not the address of a server: {reason}"
            )))
        };
        let Ok(url) = Url::parse(text.trim()) else {
            return fail("expected the form `https://host:port`");
        };
        if url.path() != "/"
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
        {
            return fail("it ends after the port");
        }
        let local = is_loopback(&url);
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if local => Ok(Self(url)),
            _ => fail("it starts with `https://`"),
        }
    }

    /// The origin without a slash at its end: `https://localhost:8443`.
    pub fn as_str(&self) -> &str {
        let text = self.0.as_str();
        text.strip_suffix('/').unwrap_or(text)
    }

    /// Host and port for messages: `localhost:8443`.
    pub fn host(&self) -> String {
        host_of(&self.0)
    }

    /// Whether the server is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The URL of an absolute path on this server.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the path leads elsewhere.
    pub(crate) fn at(&self, path: &str) -> Result<Url, Error> {
        let text = format!("{}{path}", self.as_str());
        let url = Url::parse(&text).map_err(|_| Error::Invalid(format!("`{text}` is not a URL")))?;
        if url.origin() == self.0.origin() {
            Ok(url)
        } else {
            Err(Error::Invalid(format!("`{text}` is not on {}", self.as_str())))
        }
    }

    /// Whether `url` is on this server.
    pub(crate) fn owns(&self, url: &Url) -> bool {
        url.origin() == self.0.origin()
    }
}

pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Where the server is, whom to trust, how often to try again, and by which clock.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    pub(crate) authority: Authority,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) retry: RetryPolicy,
    pub(crate) clock: Arc<dyn Clock>,
}

impl ClientOptions {
    /// A server at `authority`, trusted by the system's certificate authorities and none besides.
    pub fn new(authority: Authority) -> Self {
        Self {
            authority,
            ca_file: None,
            retry: RetryPolicy::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// The server of `DOORWARD_URL` (else `https://localhost:8443`), trusted by `DOORWARD_CA` as well.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `DOORWARD_URL` is no address.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            ca_file: config::ca_file(),
            ..Self::new(Authority::parse(&config::authority())?)
        })
    }

    /// The same with a certificate authority (PEM) beside the system's.
    #[must_use]
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.ca_file = Some(path.as_ref().to_owned());
        self
    }

    /// The same with other rules for trying again.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// The same by another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The server.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// An HTTP client that trusts whom these options trust, for who passes requests on: it follows no redirect, and
    /// waits for an answer as long as that takes.
    ///
    /// # Errors
    /// When the certificate authority's file can't be used.
    pub fn http_client(&self) -> Result<reqwest::Client, Error> {
        transport::pass_through(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_an_origin_over_tls() {
        assert_eq!(
            Authority::parse("https://localhost:8443/").unwrap().as_str(),
            "https://localhost:8443"
        );
        assert_eq!(
            Authority::parse("https://id.example.com").unwrap().host(),
            "id.example.com:443"
        );
        assert!(Authority::parse("http://[::1]:80").is_ok());
        for text in [
            "http://id.example.com",
            "https://h/path",
            "https://h/?q",
            "h:8443",
            "https://u@h",
            "ftp://h",
            "",
        ] {
            assert!(Authority::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_can_not_leave_the_origin() {
        let authority = Authority::parse("https://localhost:8443").unwrap();
        assert!(authority.at("/common").is_ok());
        assert!(authority.at("@evil.example/").is_err());
        assert!(authority.at(".evil.example/").is_err());
    }
}
