//! Applications: what a tenant's developers register, and the password credentials that prove them.

mod change;
mod claims;
mod exposed;
mod sign_in;

pub use change::{ApplicationRefusal, check, check_change};
pub use claims::{GroupClaims, OptionalClaim, OptionalClaims};
pub use exposed::{
    AccessKind, AppRole, ConsentType, PermissionScope, PreAuthorized, RequiredAccess, RoleHolders,
};
pub use sign_in::{Platform, RegisteredRedirect, SignIn};

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
    /// How it signs people in.
    pub sign_in: SignIn,
    /// Scopes that clients can be given on it (Graph `api.oauth2PermissionScopes`).
    pub scopes: Vec<PermissionScope>,
    /// Clients that need nobody's consent for some of them (Graph `api.preAuthorizedApplications`).
    pub pre_authorized: Vec<PreAuthorized>,
    /// Roles that people and applications can have in it (Graph `appRoles`).
    pub roles: Vec<AppRole>,
    /// What it means to ask for (Graph `requiredResourceAccess`).
    pub required: Vec<RequiredAccess>,
    /// Which groups its tokens name.
    pub group_claims: GroupClaims,
    /// What its tokens say beyond the usual.
    pub optional_claims: OptionalClaims,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// What is registered first: a name, and nothing by which anyone could sign in.
#[derive(Debug, Clone)]
pub struct Bare {
    /// The object id of the registration itself.
    pub id: ObjectId,
    /// The home tenant.
    pub tenant: TenantId,
    /// The id under which it signs in and is asked for tokens.
    pub app_id: AppId,
    /// Its name for people.
    pub display_name: DisplayName,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl From<Bare> for Application {
    fn from(bare: Bare) -> Self {
        Self {
            id: bare.id,
            tenant: bare.tenant,
            app_id: bare.app_id,
            display_name: bare.display_name,
            identifier_uris: Vec::new(),
            token_version: TokenVersion::V1,
            audience: SignInAudience::SingleTenant,
            sign_in: SignIn::default(),
            scopes: Vec::new(),
            pre_authorized: Vec::new(),
            roles: Vec::new(),
            required: Vec::new(),
            group_claims: GroupClaims::None,
            optional_claims: OptionalClaims::default(),
            created_at: bare.created_at,
        }
    }
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
