//! Which claims an access token carries (Microsoft identity platform, access token claims reference).

use doorward_names::{AppId, ObjectId, SessionId, TenantId};

use super::optional::Optional;
use super::{TokenVersion, Validity};
use crate::directory::DirectoryRole;
use crate::guest::Seat;
use crate::user::UserKind;

/// How a client proved itself (`appidacr`, `azpacr`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientProof {
    /// Not at all: a public client.
    None,
    /// By a secret.
    Secret,
}

impl ClientProof {
    /// The claim's value.
    pub const fn acr(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Secret => "1",
        }
    }
}

/// Who the token is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A service principal acting as itself.
    Application {
        /// Its object id: `oid`.
        service_principal: ObjectId,
        /// Roles and permissions that it was given on the resource (`roles`).
        roles: Vec<String>,
    },
    /// A person, through a client.
    Person {
        /// Their object id.
        oid: ObjectId,
        /// Their sign-in name; at home, for a guest.
        upn: String,
        /// The tenant that a guest comes from (`idp`).
        from: Option<TenantId>,
        /// Their name for people.
        name: String,
        /// Member or guest.
        kind: UserKind,
        /// What the resource is told besides.
        told: Told,
        /// How they proved who they are (`amr`).
        methods: Vec<String>,
        /// Their session (`sid`).
        session: SessionId,
        /// What the client may do for them (`scp`).
        scopes: Vec<String>,
    },
}

impl Subject {
    /// The subject that a person is in `session`.
    pub fn person(seat: &Seat, session: &crate::session::Session, told: Told, scopes: Vec<String>) -> Self {
        Self::Person {
            oid: seat.user.id,
            upn: seat.home.upn.as_str().to_owned(),
            from: seat.is_guest().then_some(seat.home.tenant),
            name: seat.user.display_name.as_str().to_owned(),
            kind: seat.user.kind,
            told,
            methods: session.methods.split(' ').map(str::to_owned).collect(),
            session: session.id,
            scopes,
        }
    }
}

/// Most groups that a token names; whoever is in more is asked about (Microsoft identity platform, groups overage claim).
pub const MAX_GROUPS: usize = 200;

/// What an application is told of a person besides who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Their roles in it (`roles`).
    pub roles: Vec<String>,
    /// Their groups (`groups`).
    pub groups: Groups,
    /// Their directory roles (`wids`).
    pub directory_roles: Vec<DirectoryRole>,
}

/// What is told of somebody's groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Groups {
    /// Nothing: the application doesn't wish for it, or there are none.
    #[default]
    None,
    /// All of them.
    All(Vec<ObjectId>),
    /// That they are more than [`MAX_GROUPS`].
    TooMany,
}

impl From<Vec<ObjectId>> for Groups {
    fn from(groups: Vec<ObjectId>) -> Self {
        match groups.len() {
            0 => Self::None,
            many if many > MAX_GROUPS => Self::TooMany,
            _ => Self::All(groups),
        }
    }
}

/// Everything an access token says, before it is written as JSON and signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The token's form.
    pub version: TokenVersion,
    /// `aud`: the resource as it was asked for (v1), or its application id (v2).
    pub audience: String,
    /// `tid`.
    pub tenant: TenantId,
    /// `appid` or `azp`: the client.
    pub client: AppId,
    /// `appidacr` or `azpacr`.
    pub proof: ClientProof,
    /// `sub`: an application's object id; the name by which the resource knows a person.
    pub sub: String,
    /// `oid` and all about them.
    pub subject: Subject,
    /// `iat`, `nbf`, `exp`.
    pub validity: Validity,
    /// `xms_cc`: whether the client said that it understands a resource's challenges.
    pub capable: bool,
    /// `uti`: the token's unique name, base64url of 16 random bytes.
    pub uti: String,
    /// What the resource wishes to hear besides.
    pub optional: Optional,
}
