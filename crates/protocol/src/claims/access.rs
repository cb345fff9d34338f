//! Claims of access tokens, v1 and v2.0.

use super::{ClaimNames, ClaimSources};
use doorward_names::{ObjectId, TenantId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Claims of a v1 access token (`ver` 1.0). Instants are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaimsV1 {
    /// The resource as it was asked for.
    pub aud: String,
    /// `https://HOST/{tid}/`.
    pub iss: String,
    /// When it was issued.
    pub iat: i64,
    /// From when on it is valid.
    pub nbf: i64,
    /// Until when it is valid.
    pub exp: i64,
    /// How well the person proved who they are; `1`, people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Opaque, for the service's own use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aio: Option<String>,
    /// How the person proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// The client.
    pub appid: String,
    /// How the client proved itself: `0` not at all, `1` by a secret, `2` by a certificate.
    pub appidacr: String,
    /// A guest's sign-in name at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The person's groups, by object id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// Which claims stand elsewhere: `groups`, when they are too many.
    #[serde(default, rename = "_claim_names", skip_serializing_if = "Option::is_none")]
    pub claim_names: Option<ClaimNames>,
    /// Where they stand.
    #[serde(default, rename = "_claim_sources", skip_serializing_if = "Option::is_none")]
    pub claim_sources: Option<ClaimSources>,
    /// Where the principal comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idp: Option<String>,
    /// `app` or `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idtyp: Option<String>,
    /// The person's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The principal: user or service principal.
    pub oid: ObjectId,
    /// Opaque, for the service's own use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rh: Option<String>,
    /// App roles on the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// What the client may do for the person, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scp: Option<String>,
    /// The person's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The principal as this resource knows it.
    pub sub: String,
    /// The tenant.
    pub tid: TenantId,
    /// The person's sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
    /// The person's sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// The token's own name.
    pub uti: String,
    /// `1.0`.
    pub ver: String,
    /// The person's directory roles, by template id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wids: Option<Vec<String>>,
    /// What the client said that it understands; `CP1`: challenges of a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xms_cc: Option<Vec<String>>,
}

/// Claims of a v2.0 access token (`ver` 2.0). Instants are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaimsV2 {
    /// The resource's application id.
    pub aud: String,
    /// `https://HOST/{tid}/v2.0`.
    pub iss: String,
    /// When it was issued.
    pub iat: i64,
    /// From when on it is valid.
    pub nbf: i64,
    /// Until when it is valid.
    pub exp: i64,
    /// Opaque, for the service's own use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aio: Option<String>,
    /// The client.
    pub azp: String,
    /// How the client proved itself: `0` not at all, `1` by a secret, `2` by a certificate.
    pub azpacr: String,
    /// A guest's sign-in name at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The person's groups, by object id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// Which claims stand elsewhere: `groups`, when they are too many.
    #[serde(default, rename = "_claim_names", skip_serializing_if = "Option::is_none")]
    pub claim_names: Option<ClaimNames>,
    /// Where they stand.
    #[serde(default, rename = "_claim_sources", skip_serializing_if = "Option::is_none")]
    pub claim_sources: Option<ClaimSources>,
    /// Where the principal comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idp: Option<String>,
    /// `app` or `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idtyp: Option<String>,
    /// The person's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The principal: user or service principal.
    pub oid: ObjectId,
    /// The person's sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// Opaque, for the service's own use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rh: Option<String>,
    /// App roles on the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// What the client may do for the person, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scp: Option<String>,
    /// The person's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The principal as this resource knows it.
    pub sub: String,
    /// The tenant.
    pub tid: TenantId,
    /// The token's own name.
    pub uti: String,
    /// `2.0`.
    pub ver: String,
    /// The person's directory roles, by template id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wids: Option<Vec<String>>,
    /// What the client said that it understands; `CP1`: challenges of a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xms_cc: Option<Vec<String>>,
}

/// Claims of an access token of either form; which one, `ver` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AccessClaims {
    /// `ver` 1.0.
    V1(AccessClaimsV1),
    /// `ver` 2.0.
    V2(AccessClaimsV2),
}

impl<'de> Deserialize<'de> for AccessClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let claims = serde_json::Value::deserialize(deserializer)?;
        match claims.get("ver").and_then(serde_json::Value::as_str) {
            Some("1.0") => serde_json::from_value(claims)
                .map(Self::V1)
                .map_err(D::Error::custom),
            Some("2.0") => serde_json::from_value(claims)
                .map(Self::V2)
                .map_err(D::Error::custom),
            _ => Err(D::Error::custom("`ver` is neither 1.0 nor 2.0")),
        }
    }
}

macro_rules! either {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = |$claims:ident| $one:expr, $two:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self) -> $kind {
            match self {
                Self::V1($claims) => $one,
                Self::V2($claims) => $two,
            }
        }
    )*};
}

impl AccessClaims {
    either! {
        /// `aud`
        audience: &str = |c| &c.aud, &c.aud;
        /// `iss`
        issuer: &str = |c| &c.iss, &c.iss;
        /// `iat`
        issued_at: i64 = |c| c.iat, c.iat;
        /// `nbf`
        not_before: i64 = |c| c.nbf, c.nbf;
        /// `exp`
        expires_at: i64 = |c| c.exp, c.exp;
        /// `tid`
        tenant: TenantId = |c| c.tid, c.tid;
        /// `oid`
        object_id: ObjectId = |c| c.oid, c.oid;
        /// `sub`
        subject: &str = |c| &c.sub, &c.sub;
        /// `appid` or `azp`
        client: &str = |c| &c.appid, &c.azp;
        /// `appidacr` or `azpacr`
        client_proof: &str = |c| &c.appidacr, &c.azpacr;
        /// `idtyp`
        kind: Option<&str> = |c| c.idtyp.as_deref(), c.idtyp.as_deref();
        /// `roles`
        roles: &[String] = |c| c.roles.as_deref().unwrap_or_default(), c.roles.as_deref().unwrap_or_default();
        /// `groups`
        groups: &[String] = |c| c.groups.as_deref().unwrap_or_default(), c.groups.as_deref().unwrap_or_default();
        /// `sid`
        session: Option<&str> = |c| c.sid.as_deref(), c.sid.as_deref();
        /// `upn`, of a guest `unique_name`; or `preferred_username`
        sign_in_name: Option<&str> = |c| c.upn.as_deref().or(c.unique_name.as_deref()), c.preferred_username.as_deref();
        /// `name`
        name: Option<&str> = |c| c.name.as_deref(), c.name.as_deref();
        /// `wids`
        directory_roles: &[String] = |c| c.wids.as_deref().unwrap_or_default(), c.wids.as_deref().unwrap_or_default();
        /// `xms_cc`
        capabilities: &[String] = |c| c.xms_cc.as_deref().unwrap_or_default(), c.xms_cc.as_deref().unwrap_or_default();
        /// `uti`
        unique_id: &str = |c| &c.uti, &c.uti;
        /// `ver`
        version: &str = |c| &c.ver, &c.ver;
    }

    /// `scp`, one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let scopes = match self {
            Self::V1(claims) => claims.scp.as_deref(),
            Self::V2(claims) => claims.scp.as_deref(),
        };
        scopes.unwrap_or_default().split_ascii_whitespace()
    }
}
