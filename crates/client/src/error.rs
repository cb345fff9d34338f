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
    /// The caller's roles don't allow an action over a scope (Resource Manager's `AuthorizationFailed`).
    #[error("not allowed: {message}")]
    MissingPermission {
        /// Which action.
        action: String,
        /// Over which scope.
        scope: String,
        /// What the server said.
        message: ServerMessage,
    },
    /// The access token is of another tenant than the subscription (`InvalidAuthenticationTokenTenant`).
    #[error("the access token is of another tenant: {0}")]
    WrongTenant(ServerMessage),
    /// The access token has expired (`ExpiredAuthenticationToken`).
    #[error("the access token has expired: {0}")]
    ExpiredToken(ServerMessage),
    /// The caller's token was not accepted (401 from a service other than the token service).
    #[error("the access token was not accepted: {0}")]
    Unauthenticated(ServerMessage),
    /// There is no such object (404).
    #[error("{0}")]
    NotFound(ServerMessage),
    /// There is no such subscription (`SubscriptionNotFound`).
    #[error("{0}")]
    NoSuchSubscription(ServerMessage),
    /// There is no such resource group (`ResourceGroupNotFound`).
    #[error("{0}")]
    NoSuchResourceGroup(ServerMessage),
    /// There is no workspace of that name, or none that the caller sees.
    #[error("there is no workspace `{name}` in {place}")]
    NoSuchWorkspace {
        /// Its name.
        name: String,
        /// Where it was looked for.
        place: String,
    },
    /// There are several workspaces of that name, so its resource group must be named.
    #[error("there are several workspaces `{name}`, in the resource groups {}", resource_groups.join(", "))]
    SeveralWorkspaces {
        /// Their name.
        name: String,
        /// Where they are.
        resource_groups: Vec<String>,
    },
    /// There is a workspace of that name already.
    #[error("there is a workspace `{name}` in the resource group {resource_group} already")]
    WorkspaceExists {
        /// Its name.
        name: String,
        /// Where it is.
        resource_group: String,
    },
    /// No configuration file of a workspace was found.
    #[error("there is no config.json of a workspace in {} or the directories above it", start.display())]
    NoWorkspaceConfig {
        /// From where it was looked for.
        start: PathBuf,
    },
    /// There is no role of that name or id.
    #[error("there is no role `{0}`")]
    NoSuchRole(String),
    /// Something was begun and had not ended when patience had.
    #[error("it was begun and has not ended after {} s; how far it is stands at {operation}", waited.as_secs())]
    Unfinished {
        /// Where the server says how far it is.
        operation: String,
        /// How long was waited.
        waited: Duration,
    },
    /// Nobody came to an end with signing in in the browser.
    #[error("nobody signed in in the browser within {} minutes", waited.as_secs() / 60)]
    NoAnswer {
        /// How long was waited.
        waited: Duration,
    },
    /// No command line has a session that could be used.
    #[error("no command line is signed in ({reason}); run `doorward login` or `az login`")]
    NoCommandLineSession {
        /// What each of them said.
        reason: String,
    },
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
            | Self::WrongTenant(m)
            | Self::ExpiredToken(m)
            | Self::NoSuchSubscription(m)
            | Self::NoSuchResourceGroup(m)
            | Self::MissingPermission { message: m, .. }
            | Self::Throttled { message: m, .. } => Some(m),
            Self::MissingVariable { .. }
            | Self::Invalid(_)
            | Self::CaFile { .. }
            | Self::Unreachable { .. }
            | Self::NotTrusted { .. }
            | Self::NoSuchWorkspace { .. }
            | Self::SeveralWorkspaces { .. }
            | Self::WorkspaceExists { .. }
            | Self::NoWorkspaceConfig { .. }
            | Self::NoSuchRole(_)
            | Self::Unfinished { .. }
            | Self::NoAnswer { .. }
            | Self::NoCommandLineSession { .. }
            | Self::Unexpected { .. } => None,
        }
    }

    /// Whether something has expired by which the caller proves who they are: the access token, the session, or the
    /// client secret.
    pub fn is_expired(&self) -> bool {
        matches!(
            self,
            Self::ExpiredToken(_) | Self::SessionEnded(_) | Self::ExpiredSecret(_)
        )
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

    /// What Resource Manager's refusal means.
    pub(crate) fn of_resource_manager(message: ServerMessage, retry_after: Option<Duration>) -> Self {
        match message.code.as_str() {
            _ if busy(message.status) => Self::Throttled { retry_after, message },
            "AuthorizationFailed" | "LinkedAuthorizationFailed" => match missing_permission(&message.text) {
                Some((action, scope)) => Self::MissingPermission {
                    action,
                    scope,
                    message,
                },
                None => Self::NotAllowed(message),
            },
            "InvalidAuthenticationTokenTenant" => Self::WrongTenant(message),
            "ExpiredAuthenticationToken" => Self::ExpiredToken(message),
            "SubscriptionNotFound" => Self::NoSuchSubscription(message),
            "ResourceGroupNotFound" => Self::NoSuchResourceGroup(message),
            _ => Self::of_directory(message, retry_after),
        }
    }
}

fn busy(status: u16) -> bool {
    matches!(status, 429 | 503)
}

/// The action and the scope in the text of an `AuthorizationFailed`; in that of a `LinkedAuthorizationFailed` those
/// that are missing, which come last.
fn missing_permission(text: &str) -> Option<(String, String)> {
    let (_, after) = text.rsplit_once("perform action '")?;
    let (action, after) = after.split_once('\'')?;
    let (_, after) = after.split_once(" scope")?;
    let scope = after.split('\'').nth(1)?;
    Some((action.to_owned(), scope.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_read_from_the_refusal() {
        let one = "The client 'a' with object id 'b' does not have authorization to perform action \
                   'Microsoft.MachineLearningServices/workspaces/delete' over scope '/subscriptions/s' or the scope is \
                   invalid. If access was recently granted, please refresh your credentials.";
        let linked = "The client 'a' with object id 'b' has permission to perform action 'X/write' on scope \
                      '/subscriptions/s'; however, it does not have permission to perform action 'Y/action' on the \
                      linked scope(s) '/subscriptions/t' or the linked scope(s) are invalid.";
        let read = |text| missing_permission(text).unwrap();
        let pair = |action: &str, scope: &str| (action.to_owned(), scope.to_owned());
        assert_eq!(
            read(one),
            pair(
                "Microsoft.MachineLearningServices/workspaces/delete",
                "/subscriptions/s"
            )
        );
        assert_eq!(read(linked), pair("Y/action", "/subscriptions/t"));
        assert_eq!(missing_permission("No."), None);
    }
}
