//! What can go wrong, told apart by what the caller would do about it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What the server said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerMessage {
    /// The HTTP status.
    pub status: u16,
    /// The protocol's error word: `invalid_client`, `Request_ResourceNotFound` …
    pub code: String,
    /// The text, as it was sent: `AADSTS7000215: …` with trace and correlation ids.
    pub text: String,
    /// The first `AADSTS` number, from the token service.
    pub number: Option<u32>,
}

impl fmt::Display for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text.is_empty(), self.code.is_empty()) {
            (false, true) => f.write_str(&self.text),
            (false, false) if self.text.starts_with("AADSTS") => f.write_str(&self.text),
            (false, false) => write!(f, "({}) {}", self.code, self.text),
            (true, false) => write!(f, "{} (status {})", self.code, self.status),
            (true, true) => write!(f, "status {}", self.status),
        }
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A variable that was asked for isn't in the environment.
    #[error("the environment variable `{name}` is not set")]
    MissingVariable {
        /// Which.
        name: &'static str,
    },
    /// A value given to the SDK can't be what it should be.
    #[error("{0}")]
    Invalid(String),
    /// The file with the certificate authority can't be read.
    #[error("the certificate authority file `{}` can't be used: {reason}", path.display())]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The client secret is wrong (AADSTS7000215).
    #[error("the client secret is wrong: {0}")]
    WrongSecret(ServerMessage),
    /// The client secret was right and has expired (AADSTS7000222).
    #[error("the client secret has expired: {0}")]
    ExpiredSecret(ServerMessage),
    /// The user name or password is wrong (AADSTS50126, 50034).
    #[error("the user name or password is wrong: {0}")]
    WrongPassword(ServerMessage),
    /// The refresh token is not good any more: sign in again.
    #[error("the session has ended: {0}")]
    SessionEnded(ServerMessage),
    /// There is no such tenant (AADSTS90002).
    #[error("there is no such tenant: {0}")]
    NoSuchTenant(ServerMessage),
    /// There is no such application, or it may not sign in to this tenant (AADSTS700016).
    #[error("there is no such client: {0}")]
    NoSuchClient(ServerMessage),
    /// The resource that a token was asked for isn't known (AADSTS500011).
    #[error("the resource is unknown: {0}")]
    ResourceUnknown(ServerMessage),
    /// The server is busy, after all retries.
    #[error("the server is busy{}: {message}", after(*retry_after))]
    Throttled {
        /// How long it asked to wait.
        retry_after: Option<Duration>,
        /// What it said.
        message: ServerMessage,
    },
    /// The caller is known and may not do this (403).
    #[error("not allowed: {0}")]
    NotAllowed(ServerMessage),
    /// The caller's token was not accepted (401 from a service other than the token service).
    #[error("the access token was not accepted: {0}")]
    Unauthenticated(ServerMessage),
    /// There is no such object (404).
    #[error("{0}")]
    NotFound(ServerMessage),
    /// Any other refusal.
    #[error("{0}")]
    Refused(ServerMessage),
    /// The server couldn't be reached.
    #[error("can't reach {host}: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The server's certificate isn't trusted.
    #[error(
        "the certificate of {host} is not trusted ({reason}); run `doorward trust`, or set DOORWARD_CA to the file of its certificate authority"
    )]
    NotTrusted {
        /// Host and port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The answer isn't in the form that it should have.
    #[error("{host} gave an answer that makes no sense here: {reason}")]
    Unexpected {
        /// Host and port.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn after(span: Option<Duration>) -> String {
    span.map_or_else(String::new, |span| {
        format!(" (try again in {} s)", span.as_secs())
    })
}

impl Error {
    /// What the server said, where it said something.
    pub fn server(&self) -> Option<&ServerMessage> {
        match self {
            Self::WrongSecret(m)
            | Self::ExpiredSecret(m)
            | Self::WrongPassword(m)
            | Self::SessionEnded(m)
            | Self::NoSuchTenant(m)
            | Self::NoSuchClient(m)
            | Self::ResourceUnknown(m)
            | Self::NotAllowed(m)
            | Self::Unauthenticated(m)
            | Self::NotFound(m)
            | Self::Refused(m)
            | Self::Throttled { message: m, .. } => Some(m),
            Self::MissingVariable { .. }
            | Self::Invalid(_)
            | Self::CaFile { .. }
            | Self::Unreachable { .. }
            | Self::NotTrusted { .. }
            | Self::Unexpected { .. } => None,
        }
    }

    /// What the token service's refusal means.
    pub(crate) fn of_token_service(message: ServerMessage, retry_after: Option<Duration>) -> Self {
        if busy(message.status) {
            return Self::Throttled { retry_after, message };
        }
        match message.number {
            Some(7_000_215 | 70_002 | 7_000_216 | 7_000_218) => Self::WrongSecret(message),
            Some(7_000_222) => Self::ExpiredSecret(message),
            Some(50_126 | 50_034 | 50_056) => Self::WrongPassword(message),
            Some(90_002) => Self::NoSuchTenant(message),
            Some(700_016 | 70_001 | 7_000_112 | 7_000_229) => Self::NoSuchClient(message),
            Some(500_011 | 50_001) => Self::ResourceUnknown(message),
            Some(50_173 | 50_132 | 50_133 | 70_000 | 70_008 | 700_082 | 50_057) => {
                Self::SessionEnded(message)
            }
            _ => Self::Refused(message),
        }
    }

    /// What the directory's refusal means.
    pub(crate) fn of_directory(message: ServerMessage, retry_after: Option<Duration>) -> Self {
        match message.status {
            status if busy(status) => Self::Throttled { retry_after, message },
            401 => Self::Unauthenticated(message),
            403 => Self::NotAllowed(message),
            404 => Self::NotFound(message),
            _ => Self::Refused(message),
        }
    }
}

fn busy(status: u16) -> bool {
    matches!(status, 429 | 503)
}
