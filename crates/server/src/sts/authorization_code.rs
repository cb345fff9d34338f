//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6): a code is spent by being shown, whatever comes of it.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::authorization_code::{AuthorizationCode, CodeRefusal, Presented};
use doorward_names::{AppId, IdentifierUri, SecretHash, SecretKind, SecretString, Timestamp};
use doorward_protocol::oauth::{MICROSOFT_GRAPH, Target, challenge_of};
use doorward_protocol::paths::EndpointVersion;
use doorward_store::{self as store, QueryError, Tx, View};

use super::client::{self, Shown};
use super::device_code::{home, named_or_open, wanted_target};
use super::issue::{IdTokenWish, NewSession, Person, new_session};
use super::seat::Seated;
use super::{StsError, issue_for_person, throttle, to_wire};
use crate::ctx::Ctx;
use crate::http::Response;

/// What the client sent.
pub struct Asked {
    /// The client.
    pub client_id: String,
    /// What it shows.
    pub shown: Shown,
    /// The code.
    pub code: SecretString,
    /// The redirect URI that it came by.
    pub redirect_uri: String,
    /// The secret whose hash came before.
    pub code_verifier: Option<SecretString>,
    /// For what; as before when `None`.
    pub target: Option<Target>,
    /// Whether it wants `client_info`.
    pub client_info: bool,
    /// Whether it understands challenges of a resource.
    pub capable: bool,
}

/// Spends the code, begins the session, issues.
pub async fn grant(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    asked: Asked,
) -> Result<Response, StsError> {
    let client: AppId = asked.client_id.parse().map_err(|_| StsError::CodeUnknown)?;
    let presented = Presented {
        client,
        tenant: named_or_open(ctx, segment).await?,
        redirect_uri: asked.redirect_uri,
        challenge: asked.code_verifier.as_ref().map(challenge_of),
    };
    let hashes = ctx.app.hasher.candidates(SecretKind::Code, asked.code.expose());
    let look = hashes.clone();
    let found = ctx.app.store.read(move |view| find(view, &look)).await?;
    let Some(code) = found else {
        return Err(throttle::unknown_code(ctx).await);
    };
    let target = narrowed(wanted_target(&code.wanted)?, asked.target, version)?;
    let home = home(ctx, (code.tenant, code.user)).await?;
    let proven = (home, code.methods.as_str(), code.signed_in_at);
    let mut new = new_session(ctx, (client, code.platform), proven, None)?;
    if code.challenge.is_none() && code.platform.needs_proof_key() {
        new = new.noting(", of a client of the time before code challenges");
    }
    if client != code.client {
        return spend(ctx, hashes, (presented, new))
            .await
            .and(Err(StsError::CodeUnknown));
    }
    let admitted = client::prove(ctx, code.tenant, (client, code.platform), &asked.shown).await?;
    let (seat, roles) = spend(ctx, hashes, (presented, new.clone())).await?;
    let person = Person {
        capable: asked.capable,
        seat: &seat,
        session: &new.session,
        roles,
        refresh_token: new.refresh_token,
        client: admitted,
        wish: IdTokenWish {
            nonce: code.nonce,
            auth_time: code.says_when.then_some(code.signed_in_at),
        },
    };
    let (granted, requested) = issue_for_person(ctx, version, person, (&target, asked.client_info)).await?;
    Ok(to_wire::token_response(version, &granted, &requested))
}

/// What the person agreed to, in the words of the token request: clients look their tokens up by those.
fn narrowed(agreed: Target, asked: Option<Target>, version: EndpointVersion) -> Result<Target, StsError> {
    let name = |target: &Target| IdentifierUri::fold(target.resource.as_deref().unwrap_or(MICROSOFT_GRAPH));
    let openid = agreed.openid || version == EndpointVersion::V1;
    let target = match asked {
        Some(asked) if asked.resource.is_some() && name(&asked) != name(&agreed) => {
            return Err(StsError::CodeForOtherResource);
        }
        Some(asked) => Target {
            resource: agreed.resource,
            ..asked
        },
        None => agreed,
    };
    Ok(Target { openid, ..target })
}

async fn spend(
    ctx: &Ctx,
    hashes: Vec<SecretHash>,
    (presented, new): (Presented, NewSession),
) -> Result<Seated, StsError> {
    let now = ctx.now;
    let blank = ctx.server_audit(Event::SignedOut);
    ctx.app
        .snapshots
        .write(move |tx| {
            let Some(code) = find(tx, &hashes)? else {
                return Ok::<_, QueryError>(Err(StsError::CodeUnknown));
            };
            match code.redeem(&presented, now) {
                Err(CodeRefusal::Used) => {
                    shown_again(tx, &code, blank.clone(), now)?;
                    return Ok(Err(CodeRefusal::Used.into()));
                }
                Err(refusal) => {
                    mark(tx, &code, None, now)?;
                    return Ok(Err(refusal.into()));
                }
                Ok(()) => {}
            }
            let seat = store::user::seat(tx, code.tenant, code.user)?;
            if let Err(refusal) = new.session.admit(presented.client, seat.as_ref(), now) {
                mark(tx, &code, None, now)?;
                return Ok(Err(refusal.into()));
            }
            mark(tx, &code, Some(&new), now)?;
            let (Some(seat), Ok(())) = (seat, new.begin(tx)?) else {
                return Ok(Err(StsError::Unavailable));
            };
            let roles = store::directory_role::of(tx, seat.user.tenant, seat.user.id)?;
            Ok(Ok((seat, roles)))
        })
        .await?
}

/// Writes down that the code was shown, and what it gave.
fn mark(
    tx: &mut Tx<'_>,
    code: &AuthorizationCode,
    gave: Option<&NewSession>,
    now: Timestamp,
) -> Result<(), QueryError> {
    let spent = AuthorizationCode {
        spent_at: Some(now),
        session: gave.map(|new| new.session.id),
        ..code.clone()
    };
    store::authorization_code::save(tx, &spent).map(|_| ())
}

/// Somebody has the code who should not: what it gave is worth nothing any more.
fn shown_again(
    tx: &mut Tx<'_>,
    code: &AuthorizationCode,
    mut audit: AuditRow,
    now: Timestamp,
) -> Result<(), QueryError> {
    let Some(session) = code.session else {
        return Ok(());
    };
    // The session is of the account at home, which is another tenant's when the code was a guest's.
    let home = store::user::find(tx, code.tenant, code.user)?.and_then(|user| user.home());
    let tenant = home.map_or(code.tenant, |home| home.tenant);
    if store::session::revoke(tx, tenant, session, now)? {
        audit.tenant = Some(code.tenant);
        audit.actor = Some(code.user);
        audit.client = Some(code.client);
        audit.detail = format!("session {session}: its code was presented again");
        store::audit::insert(tx, &audit)?;
    }
    Ok(())
}

fn find(view: &View<'_>, hashes: &[SecretHash]) -> Result<Option<AuthorizationCode>, QueryError> {
    for hash in hashes {
        if let Some(code) = store::authorization_code::find_by_hash(view, hash)? {
            return Ok(Some(code));
        }
    }
    Ok(None)
}
