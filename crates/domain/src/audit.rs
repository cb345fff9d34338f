//! What is written down: every first issue of a token, change, and refusal of a known principal.

use doorward_names::{AppId, CorrelationId, ObjectId, TenantId, Timestamp, TraceId};

/// What happened, as a word that never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An access token was issued.
    TokenIssued,
    /// A token request of a known principal was refused.
    TokenRefused,
    /// A directory object was created.
    DirectoryCreated,
    /// A directory object was changed.
    DirectoryUpdated,
    /// A directory object was deleted.
    DirectoryDeleted,
    /// A change or look was refused.
    DirectoryRefused,
    /// A credential was added.
    CredentialAdded,
    /// A credential was removed.
    CredentialRemoved,
    /// A directory role or permission was given.
    RoleGranted,
    /// A directory role or permission was taken back.
    RoleRevoked,
    /// A person signed in.
    SignedIn,
    /// A person's sign-in was refused.
    SignInRefused,
    /// A session was ended.
    SignedOut,
    /// A one-time link was printed.
    LinkPrinted,
    /// A one-time link was used.
    LinkUsed,
    /// A signing key changed its stage.
    KeyChanged,
    /// A run was given its ticket.
    RunBegan,
    /// A run gave its ticket back.
    RunEnded,
    /// A resource, or what decides on access to it, was made or changed.
    ResourceWritten,
    /// A resource, or what decides on access to it, was deleted.
    ResourceDeleted,
    /// Something was done to a resource, or its secrets were shown.
    ResourceActed,
    /// An action on a resource was refused.
    ResourceRefused,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 22] = [
        Self::TokenIssued,
        Self::TokenRefused,
        Self::DirectoryCreated,
        Self::DirectoryUpdated,
        Self::DirectoryDeleted,
        Self::DirectoryRefused,
        Self::CredentialAdded,
        Self::CredentialRemoved,
        Self::RoleGranted,
        Self::RoleRevoked,
        Self::SignedIn,
        Self::SignInRefused,
        Self::SignedOut,
        Self::LinkPrinted,
        Self::LinkUsed,
        Self::KeyChanged,
        Self::RunBegan,
        Self::RunEnded,
        Self::ResourceWritten,
        Self::ResourceDeleted,
        Self::ResourceActed,
        Self::ResourceRefused,
    ];

    /// The word that stands in the audit table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenIssued => "token.issued",
            Self::TokenRefused => "token.refused",
            Self::DirectoryCreated => "directory.created",
            Self::DirectoryUpdated => "directory.updated",
            Self::DirectoryDeleted => "directory.deleted",
            Self::DirectoryRefused => "directory.refused",
            Self::CredentialAdded => "credential.added",
            Self::CredentialRemoved => "credential.removed",
            Self::RoleGranted => "role.granted",
            Self::RoleRevoked => "role.revoked",
            Self::SignedIn => "session.signed_in",
            Self::SignInRefused => "session.refused",
            Self::SignedOut => "session.signed_out",
            Self::LinkPrinted => "link.printed",
            Self::LinkUsed => "link.used",
            Self::KeyChanged => "key.changed",
            Self::RunBegan => "run.began",
            Self::RunEnded => "run.ended",
            Self::ResourceWritten => "resource.written",
            Self::ResourceDeleted => "resource.deleted",
            Self::ResourceActed => "resource.acted",
            Self::ResourceRefused => "resource.refused",
        }
    }

    /// The event of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }
}

/// One row of the audit table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// In which tenant; `None` for what concerns the whole server.
    pub tenant: Option<TenantId>,
    /// What.
    pub event: Event,
    /// Who: the object id of the principal that acted.
    pub actor: Option<ObjectId>,
    /// With which application.
    pub client: Option<AppId>,
    /// To what: the object that was changed, or the session.
    pub target: Option<ObjectId>,
    /// The issued token's unique name (`uti`).
    pub uti: Option<String>,
    /// What was asked for of a resource, `Microsoft.MachineLearningServices/workspaces/delete`.
    pub action: Option<String>,
    /// Of which resource, or where.
    pub scope: Option<String>,
    /// More, in words without secrets; a refusal's reason.
    pub detail: String,
    /// Our number for the request.
    pub trace: TraceId,
    /// The client's number for the request.
    pub correlation: CorrelationId,
}
