//! The claims of an access token, v1 and v2.0, and the checked form of them.

use super::ValidationError;
use doorward_names::{AppId, ObjectId, TenantId, Timestamp};
use doorward_protocol::claims::AccessClaims;

/// The form of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenVersion {
    /// `ver` 1.0: issuer `https://HOST/{tid}/`, client in `appid`.
    V1,
    /// `ver` 2.0: issuer `https://HOST/{tid}/v2.0`, client in `azp`.
    V2,
}

/// Who the token is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// An application as itself.
    Application {
        /// What it was given on this resource (`roles`).
        roles: Vec<String>,
    },
    /// A person, through an application.
    Person {
        /// Their sign-in name, where the token says it; for show, not for rights.
        username: Option<String>,
        /// Their name, where the token says it.
        name: Option<String>,
        /// What the application may do for them (`scp`).
        scopes: Vec<String>,
        /// What they were given on this resource (`roles`).
        roles: Vec<String>,
        /// Template ids of their directory roles (`wids`).
        directory_roles: Vec<String>,
    },
}

impl Who {
    fn of(claims: &AccessClaims) -> Self {
        let roles = claims.roles().to_vec();
        let scopes: Vec<String> = claims.scopes().map(str::to_owned).collect();
        if scopes.is_empty() && claims.kind() != Some("user") {
            return Self::Application { roles };
        }
        Self::Person {
            username: claims.sign_in_name().map(str::to_owned),
            name: claims.name().map(str::to_owned),
            scopes,
            roles,
            directory_roles: claims.directory_roles().to_vec(),
        }
    }
}

/// An access token that passed every check. Made by [`super::TokenValidator`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedToken {
    version: TokenVersion,
    audience: String,
    tenant: TenantId,
    object_id: ObjectId,
    client: AppId,
    unique_name: String,
    expires_at: Timestamp,
    who: Who,
}

/// What a token is held against.
pub(super) struct Expected<'a> {
    pub issuer_v1: &'a str,
    pub issuer_v2: &'a str,
    pub tenant: TenantId,
    pub audiences: &'a [String],
    pub skew: doorward_names::Duration,
    pub now: Timestamp,
}

impl ValidatedToken {
    /// Holds claims, whose signature was checked, against what is expected.
    pub(super) fn check(claims: &AccessClaims, expected: &Expected<'_>) -> Result<Self, ValidationError> {
        let (version, issuer) = match claims {
            AccessClaims::V1(_) => (TokenVersion::V1, expected.issuer_v1),
            AccessClaims::V2(_) => (TokenVersion::V2, expected.issuer_v2),
        };
        if claims.unique_id().is_empty() {
            return Err(ValidationError::NotAnAccessToken);
        }
        if claims.issuer() != issuer {
            return Err(ValidationError::WrongIssuer(shown(claims.issuer())));
        }
        if claims.tenant() != expected.tenant {
            return Err(ValidationError::WrongTenant);
        }
        let audience = claims.audience();
        if !expected.audiences.iter().any(|known| known == audience) {
            return Err(ValidationError::WrongAudience(shown(audience)));
        }
        let at = Timestamp::from_unix_seconds;
        if expected.now >= at(claims.expires_at()).plus(expected.skew) {
            return Err(ValidationError::Expired);
        }
        if expected.now.plus(expected.skew) < at(claims.not_before()) {
            return Err(ValidationError::NotYetValid);
        }
        Ok(Self {
            version,
            audience: audience.to_owned(),
            tenant: expected.tenant,
            object_id: claims.object_id(),
            client: claims
                .client()
                .parse()
                .map_err(|_| ValidationError::NotAnAccessToken)?,
            unique_name: claims.unique_id().to_owned(),
            expires_at: at(claims.expires_at()),
            who: Who::of(claims),
        })
    }

    /// The token's form.
    pub fn version(&self) -> TokenVersion {
        self.version
    }
    /// Which of the accepted audiences it is for.
    pub fn audience(&self) -> &str {
        &self.audience
    }
    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
    /// The service principal or person (`oid`): what rights are given to.
    pub fn object_id(&self) -> ObjectId {
        self.object_id
    }
    /// The client application (`appid`, `azp`).
    pub fn client(&self) -> AppId {
        self.client
    }
    /// The token's unique name (`uti`), as it stands in the server's audit.
    pub fn unique_name(&self) -> &str {
        &self.unique_name
    }
    /// When it ends.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    /// Who it is about.
    pub fn who(&self) -> &Who {
        &self.who
    }
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(128).collect()
}
