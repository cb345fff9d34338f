//! Applications: what a tenant's developers register, and the password credentials that prove them.

use doorward_names::{
    AppId, CredentialId, DisplayName, IdentifierUri, ObjectId, SecretHash, TenantId, Timestamp,
};

use crate::token::TokenVersion;

/// A registered application: the one definition of a client or resource, owned by its home tenant.
#[derive(Debug, Clone)]
pub struct Application {
    /// The object id of the registration itself.
    pub id: ObjectId,
    /// The home tenant.
    pub tenant: TenantId,
    /// The id under which it signs in and is asked for tokens.
    pub app_id: AppId,
    /// Its name for people; not unique.
    pub display_name: DisplayName,
    /// The URIs that name it as a resource; each unique in the tenant.
    pub identifier_uris: Vec<IdentifierUri>,
    /// Which tokens it accepts as a resource (Graph `api.requestedAccessTokenVersion`).
    pub token_version: TokenVersion,
    /// Who may sign in to it.
    pub audience: SignInAudience,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Who may sign in to an application (Graph `signInAudience`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInAudience {
    /// Accounts of the home tenant, `AzureADMyOrg`.
    SingleTenant,
    /// Accounts of any tenant, `AzureADMultipleOrgs`.
    MultiTenant,
}

/// One password of an application or service principal. The text is shown once, when it is made; what stays is
/// its keyed hash.
#[derive(Debug, Clone)]
pub struct PasswordCredential {
    /// Its id (Graph `keyId`).
    pub id: CredentialId,
    /// What its maker called it.
    pub display_name: Option<DisplayName>,
    /// The first characters of the text (Graph `hint`).
    pub hint: String,
    /// Its keyed hash.
    pub hash: SecretHash,
    /// From when on it proves anything.
    pub starts_at: Timestamp,
    /// From when on it proves nothing any more.
    pub ends_at: Timestamp,
}

/// Most password credentials one object may have at a time.
pub const MAX_PASSWORD_CREDENTIALS: usize = 100;
