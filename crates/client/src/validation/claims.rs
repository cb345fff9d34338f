//! The claims of an access token, v1 and v2.0, and the checked form of them.

use super::ValidationError;
use doorward_names::{AppId, ObjectId, TenantId, Timestamp};
use serde::Deserialize;
use std::fmt::Display;
use std::str::FromStr;

/// The claims as they are read; what must be there is asked for in [`ValidatedToken::check`].
#[derive(Deserialize)]
pub(super) struct Claims {
    ver: Option<String>,
    iss: Option<String>,
    aud: Option<String>,
    exp: Option<i64>,
    nbf: Option<i64>,
    tid: Option<String>,
    oid: Option<String>,
    sub: Option<String>,
    uti: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    scp: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    wids: Vec<String>,
    name: Option<String>,
    upn: Option<String>,
    unique_name: Option<String>,
    preferred_username: Option<String>,
}

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

fn need<T>(value: Option<T>, name: &'static str) -> Result<T, ValidationError> {
    value.ok_or(ValidationError::NotAnAccessToken(name))
}

fn parse<T: FromStr<Err: Display>>(value: Option<String>, name: &'static str) -> Result<T, ValidationError> {
    need(value.and_then(|text| text.parse().ok()), name)
}

impl ValidatedToken {
    /// Holds claims, whose signature was checked, against what is expected.
    pub(super) fn check(claims: Claims, expected: &Expected<'_>) -> Result<Self, ValidationError> {
        let (version, issuer, client) = match claims.ver.as_deref() {
            Some("1.0") => (
                TokenVersion::V1,
                expected.issuer_v1,
                parse(claims.appid, "appid")?,
            ),
            Some("2.0") => (TokenVersion::V2, expected.issuer_v2, parse(claims.azp, "azp")?),
            _ => return Err(ValidationError::NotAnAccessToken("ver")),
        };
        let unique_name = need(claims.uti.filter(|uti| !uti.is_empty()), "uti")?;
        need(claims.sub, "sub")?;
        let from = need(claims.iss, "iss")?;
        if from != issuer {
            return Err(ValidationError::WrongIssuer(shown(&from)));
        }
        if parse::<TenantId>(claims.tid, "tid")? != expected.tenant {
            return Err(ValidationError::WrongTenant);
        }
        let audience = need(claims.aud, "aud")?;
        if !expected.audiences.contains(&audience) {
            return Err(ValidationError::WrongAudience(shown(&audience)));
        }
        let expires_at = Timestamp::from_unix_seconds(need(claims.exp, "exp")?);
        if expected.now >= expires_at.plus(expected.skew) {
            return Err(ValidationError::Expired);
        }
        if claims
            .nbf
            .is_some_and(|nbf| expected.now.plus(expected.skew) < Timestamp::from_unix_seconds(nbf))
        {
            return Err(ValidationError::NotYetValid);
        }
        let who = match claims.scp {
            None => Who::Application { roles: claims.roles },
            Some(scopes) => Who::Person {
                username: claims.upn.or(claims.preferred_username).or(claims.unique_name),
                name: claims.name,
                scopes: scopes.split_ascii_whitespace().map(str::to_owned).collect(),
                roles: claims.roles,
                directory_roles: claims.wids,
            },
        };
        let object_id = parse(claims.oid, "oid")?;
        let tenant = expected.tenant;
        Ok(Self {
            version,
            audience,
            tenant,
            object_id,
            client,
            unique_name,
            expires_at,
            who,
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
