//! Why no answer came, read out of the chain of causes.

use crate::Error;
use std::error::Error as StdError;
use std::io;

/// A failure, and what is known about whether the server saw the request.
pub(super) struct Failure {
    error: Error,
    kind: Kind,
}

enum Kind {
    /// The request never left: no connection.
    NotSent,
    /// It may have been seen.
    Unknown,
    /// Trying again can't help.
    Final,
}

impl Failure {
    pub fn of(host: &str, error: &reqwest::Error) -> Self {
        let host = host.to_owned();
        if let Some(reason) = distrust(error) {
            return Self {
                error: Error::NotTrusted { host, reason },
                kind: Kind::Final,
            };
        }
        if error.is_builder() {
            return Self {
                error: Error::Invalid(error.to_string()),
                kind: Kind::Final,
            };
        }
        let kind = if error.is_connect() {
            Kind::NotSent
        } else {
            Kind::Unknown
        };
        let reason = if error.is_timeout() {
            "it took too long to answer".to_owned()
        } else {
            innermost(error)
        };
        Self {
            error: Error::Unreachable { host, reason },
            kind,
        }
    }

    /// Whether asking again can't help, or could do the same thing twice.
    pub fn is_final(&self, repeatable: bool) -> bool {
        match self.kind {
            Kind::NotSent => false,
            Kind::Unknown => !repeatable,
            Kind::Final => true,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            kind: Kind::Final,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

type Cause<'a> = &'a (dyn StdError + 'static);

fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |error| cause_of(*error))
}

fn cause_of(error: Cause<'_>) -> Option<Cause<'_>> {
    // An I/O error that wraps another names that one's cause as its own, and hides the error itself.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn distrust(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(|cause| match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(reason) => Some(match reason {
            rustls::CertificateError::UnknownIssuer => "its issuer is unknown".to_owned(),
            rustls::CertificateError::Expired | rustls::CertificateError::ExpiredContext { .. } => {
                "it has expired".to_owned()
            }
            rustls::CertificateError::NotValidForName
            | rustls::CertificateError::NotValidForNameContext { .. } => "it is for another name".to_owned(),
            other => format!("{other:?}"),
        }),
        _ => None,
    })
}

fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(String::new, |cause| {
        let text = cause.to_string();
        text.split(" (os error")
            .next()
            .unwrap_or(&text)
            .to_ascii_lowercase()
    })
}
