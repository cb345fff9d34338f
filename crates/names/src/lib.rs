//! The nouns everyone says: typed identifiers, tenant names, user names, URIs, instants and secrets.
//!
//! A `String` becomes one of these types at the door and never goes back. Deliberately not here: JSON bodies,
//! HTTP, rules, the clock and randomness (both arrive as values).
#![forbid(unsafe_code)]

mod display_name;
mod domain_name;
mod id;
mod identifier_uri;
mod mail_nickname;
mod recovery_code;
mod redirect_uri;
mod resource_group_name;
mod scope;
mod secret;
mod tenant_name;
mod timestamp;
mod upn;
mod user_code;

pub use display_name::DisplayName;
pub use domain_name::DomainName;
pub use id::{
    AppId, CorrelationId, CredentialId, DenyAssignmentId, HashKeyId, InvalidId, ObjectId, OperationId,
    PermissionId, RoleAssignmentId, RoleDefinitionId, RoleTemplateId, SessionId, SubscriptionId, TenantId,
    TraceId,
};
pub use identifier_uri::IdentifierUri;
pub use mail_nickname::MailNickname;
pub use recovery_code::{InvalidRecoveryCode, RECOVERY_CODE_ENTROPY, RecoveryCode};
pub use redirect_uri::RedirectUri;
pub use resource_group_name::ResourceGroupName;
pub use scope::{Scope, ScopeKind};
pub use secret::{
    ChosenSecret, GENERATED_SECRET_ENTROPY, GeneratedSecret, MAX_CHOSEN_SECRET, MIN_CHOSEN_SECRET, Secret,
    SecretHash, SecretKind, SecretString,
};
pub use tenant_name::TenantName;
pub use timestamp::{Duration, Timestamp};
pub use upn::Upn;
pub use user_code::{InvalidUserCode, UserCode};

/// Why a text is not the name it was taken for.
///
/// The message names what was expected; it repeats the input only where the input is not a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not a valid {expected}: {reason}")]
pub struct InvalidName {
    /// The offending text, cut to 64 characters.
    pub input: String,
    /// What the text should have been, for example "user principal name".
    pub expected: &'static str,
    /// Which rule it breaks.
    pub reason: &'static str,
}

impl InvalidName {
    fn new(input: &str, expected: &'static str, reason: &'static str) -> Self {
        Self {
            input: input.chars().filter(|c| !c.is_control()).take(64).collect(),
            expected,
            reason,
        }
    }
}
