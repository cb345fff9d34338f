//! Who calls: an access token, checked for one plane alone.

use doorward_domain::directory::Permission;
use doorward_domain::token::{CLOCK_SKEW, TokenVersion};
use doorward_names::{AppId, ObjectId, SessionId, TenantId, TenantName, Timestamp};
use doorward_protocol::claims::AccessClaims;
use doorward_protocol::jose::UnverifiedToken;
use doorward_protocol::oauth::{CAPABLE, issued_since};
use http::{HeaderMap, header};

use crate::ctx::Ctx;
use crate::origin::Origin;
use crate::snapshots::ReadError;

/// What is wrong with an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    /// There is none.
    #[error("Access token is empty.")]
    Missing,
    /// It is no token of ours.
    #[error("Access token validation failure. The token is malformed, or its signature is not ours.")]
    Invalid,
    /// Its time is over.
    #[error("Lifetime validation failed, the token is expired.")]
    Expired {
        /// Since when.
        since: Timestamp,
    },
    /// Its time has not come.
    #[error("Lifetime validation failed, the token is not yet valid.")]
    NotYet,
    /// It is for another resource.
    #[error("Access token validation failure. Invalid audience.")]
    Audience,
    /// It was issued under a name that is not ours, or for a tenant that is not here.
    #[error("Access token validation failure. Invalid issuer.")]
    Issuer,
    /// Its person was signed out.
    #[error("Access token validation failure. The session has ended: sign in again.")]
    SignedOut {
        /// Whether the client said that it understands a challenge.
        capable: bool,
    },
    /// Its principal is gone or disabled, or its session has ended.
    #[error("Access token validation failure. The principal is disabled, or its session has ended.")]
    Principal,
}

/// What a challenge says besides to who understands it: a token is needed that was issued from now on.
pub fn insufficient_claims(now: Timestamp) -> String {
    format!(
        ", error=\"insufficient_claims\", claims=\"{}\"",
        issued_since(now)
    )
}

/// A principal whose token was checked; only [`authenticate`] makes one.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The tenant of the token, and of everything it can reach.
    pub tenant: TenantId,
    /// The object id.
    pub id: ObjectId,
    /// The client.
    pub client: AppId,
    /// Person or application.
    pub kind: BearerKind,
}

/// Person or application.
#[derive(Debug, Clone)]
pub enum BearerKind {
    /// A person, through a client with scopes, in a session.
    Person {
        /// What the client may do for them.
        scopes: Vec<Permission>,
        /// Whether the client may know who they are (`openid`).
        openid: bool,
        /// Their session.
        session: SessionId,
        /// Whether the client said that it understands challenges (`xms_cc`).
        capable: bool,
    },
    /// An application as itself.
    Application,
}

/// Why a caller is not known.
pub enum Unknown {
    /// What is wrong with the token.
    Token(TokenProblem),
    /// The store cannot be read.
    Store(ReadError),
}

impl From<TokenProblem> for Unknown {
    fn from(problem: TokenProblem) -> Self {
        Self::Token(problem)
    }
}

impl From<ReadError> for Unknown {
    fn from(error: ReadError) -> Self {
        Self::Store(error)
    }
}

/// Checks the access token of a request, for the plane whose audiences `is_ours` knows.
///
/// # Errors
/// What is wrong with it.
pub async fn authenticate(
    ctx: &Ctx,
    headers: &HeaderMap,
    is_ours: impl Fn(&str) -> bool,
) -> Result<Bearer, Unknown> {
    let token = token(headers).ok_or(TokenProblem::Missing)?;
    let unverified = UnverifiedToken::parse(token).map_err(|_| TokenProblem::Invalid)?;
    let set = ctx.app.keyring.set(&ctx.app.snapshots, &ctx.app.store).await?;
    let kid = unverified.header().kid.as_deref().ok_or(TokenProblem::Invalid)?;
    let key = set
        .find(ctx.origin.key_use(), kid, ctx.now)
        .ok_or(TokenProblem::Invalid)?;
    let verified = unverified
        .verify::<AccessClaims>(key.pair.public_key())
        .map_err(|_| TokenProblem::Invalid)?;
    let claims = verified.get();
    check(claims, ctx, is_ours)?;
    let tenant = TenantName::Id(claims.tenant());
    if ctx.app.snapshots.tenant(&tenant).await?.is_none() {
        return Err(TokenProblem::Issuer.into());
    }
    Ok(bearer(claims).ok_or(TokenProblem::Invalid)?)
}

/// The claims of an access token, when it was issued here under a name that goes with the one that was asked; whatever it is
/// for, and for whenever. `None` when it was not.
///
/// # Errors
/// When the store cannot be read.
pub async fn issued_here(ctx: &Ctx, token: &str) -> Result<Option<AccessClaims>, ReadError> {
    let Ok(unverified) = UnverifiedToken::parse(token) else {
        return Ok(None);
    };
    let set = ctx.app.keyring.set(&ctx.app.snapshots, &ctx.app.store).await?;
    let kid = unverified.header().kid.as_deref().unwrap_or_default();
    let Some(key) = set.find(ctx.origin.key_use(), kid, ctx.now) else {
        return Ok(None);
    };
    let Ok(verified) = unverified.verify::<AccessClaims>(key.pair.public_key()) else {
        return Ok(None);
    };
    let claims = verified.into_inner();
    Ok(is_ours(&claims, ctx).then_some(claims))
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Whether a token was issued under a name that goes with the one that was asked.
fn is_ours(claims: &AccessClaims, ctx: &Ctx) -> bool {
    let issued_by = |origin: &Origin| {
        [TokenVersion::V1, TokenVersion::V2]
            .into_iter()
            .any(|version| origin.issuer(version, claims.tenant()) == claims.issuer())
    };
    // A token of one of the server's own names opens the others as well; Azure's names keep to themselves.
    match ctx.origin.azure_host() {
        Some(_) => issued_by(&ctx.origin),
        None => ctx.app.origins.iter().any(|origin| issued_by(origin)),
    }
}

/// The checks that need no store.
fn check(claims: &AccessClaims, ctx: &Ctx, is_for_us: impl Fn(&str) -> bool) -> Result<(), TokenProblem> {
    if !is_ours(claims, ctx) {
        return Err(TokenProblem::Issuer);
    }
    if !is_for_us(claims.audience()) {
        return Err(TokenProblem::Audience);
    }
    let now = ctx.now;
    let expires_at = Timestamp::from_unix_seconds(claims.expires_at());
    let not_before = Timestamp::from_unix_seconds(claims.not_before());
    if now >= expires_at.plus(CLOCK_SKEW) {
        return Err(TokenProblem::Expired { since: expires_at });
    }
    if now < not_before.minus(CLOCK_SKEW) {
        return Err(TokenProblem::NotYet);
    }
    Ok(())
}

fn bearer(claims: &AccessClaims) -> Option<Bearer> {
    let scopes: Vec<_> = claims.scopes().collect();
    let kind = if scopes.is_empty() {
        BearerKind::Application
    } else {
        BearerKind::Person {
            openid: scopes.contains(&"openid"),
            scopes: scopes.into_iter().filter_map(Permission::of_name).collect(),
            session: claims.session()?.parse().ok()?,
            capable: claims
                .capabilities()
                .iter()
                .any(|c| c.eq_ignore_ascii_case(CAPABLE)),
        }
    };
    Some(Bearer {
        tenant: claims.tenant(),
        id: claims.object_id(),
        client: claims.client().parse().ok()?,
        kind,
    })
}
