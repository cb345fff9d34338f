//! The refresh token grant (RFC 6749 §6) for people's sessions. Each use turns the token over: the
//! answer holds the next one, and one that comes again later ends the session (RFC 9700 §4.14.2).

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::guest::Seat;
use doorward_domain::session::{Session, SessionRefusal};
use doorward_domain::user::User;
use doorward_names::{AppId, GeneratedSecret, SecretHash, SecretKind, SecretString, TenantId, Timestamp};
use doorward_protocol::oauth::Target;
use doorward_protocol::paths::EndpointVersion;
use doorward_store::{self as store, QueryError, Tx, View};

use super::client::{self, Shown};
use super::device_code::named_or_open;
use super::issue::{IdTokenWish, Person};
use super::seat::{self, Seated};
use super::{StsError, issue_for_person, throttle, to_wire};
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::Response;

/// What the client sent.
pub struct Asked {
    /// The client.
    pub client_id: String,
    /// What it shows.
    pub shown: Shown,
    /// The refresh token.
    pub refresh_token: SecretString,
    /// For what; Microsoft Graph when `None`.
    pub target: Option<Target>,
    /// Whether it wants `client_info`.
    pub client_info: bool,
    /// Whether it understands challenges of a resource.
    pub capable: bool,
}

/// Finds the session, decides, issues, and turns the token over, as long as it still gives one. Nothing leaves before that is
/// written, and where issuing fails the client's token is as good as before.
pub async fn grant(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    asked: Asked,
) -> Result<Response, StsError> {
    let client: AppId = asked
        .client_id
        .parse()
        .map_err(|_| StsError::RefreshTokenUnknown)?;
    let hashes = ctx
        .app
        .hasher
        .candidates(SecretKind::Refresh, asked.refresh_token.expose());
    // A session reaches every tenant that its person is a guest of; a shared word stands for the one at home.
    let asked_tenant = named_or_open(ctx, segment).await?;
    let look = hashes.clone();
    let found = ctx
        .app
        .store
        .read(move |view| find(view, &look, asked_tenant))
        .await?;
    let Some(found) = found else {
        return Err(throttle::unknown_refresh_token(ctx).await);
    };
    found
        .session
        .admit_run(ctx.ticket.as_ref().map(|ticket| &ticket.hash))?;
    let fresh = GeneratedSecret::from_entropy(SecretKind::Refresh, entropy::bytes());
    let hash = ctx.app.hasher.hash(&fresh).ok_or(StsError::Unavailable)?;
    let turn = Turn {
        hashes,
        tenant: asked_tenant,
        client,
        fresh: hash,
        now: ctx.now,
        copied: ctx.server_audit(Event::SignedOut),
    };
    let (seat, roles) = match turn.decide(&found) {
        Ok((_, seated)) => seated.clone(),
        Err(StsError::Session(SessionRefusal::Reused)) => {
            return turn.write(ctx).await.and(Err(StsError::Unavailable));
        }
        Err(refusal) => return Err(refusal),
    };
    let session = &found.session;
    let platform = session.platform;
    let admitted = client::prove(ctx, seat.user.tenant, (client, platform), &asked.shown).await?;
    let target = match asked.target {
        Some(target) => target,
        None => Target::from_scope("https://graph.microsoft.com/.default")?,
    };
    let person = Person {
        capable: asked.capable,
        seat: &seat,
        session: &found.session,
        roles,
        refresh_token: fresh.as_secret().clone(),
        client: admitted,
        wish: IdTokenWish::default(),
    };
    let (granted, requested) = issue_for_person(ctx, version, person, (&target, asked.client_info)).await?;
    turn.write(ctx).await?;
    Ok(to_wire::token_response(version, &granted, &requested))
}

/// Whose the refresh token is that was presented, and which of theirs.
struct Found {
    session: Session,
    generation: i64,
    /// The account at home.
    home: Option<User>,
    /// The one in the tenant that was asked for.
    seated: Option<Seated>,
}

/// One use of a refresh token.
#[derive(Clone)]
struct Turn {
    /// What the presented one may be known as.
    hashes: Vec<SecretHash>,
    /// The tenant that the path names.
    tenant: Option<TenantId>,
    client: AppId,
    /// The one that is to be given.
    fresh: SecretHash,
    now: Timestamp,
    /// What is written down of a copy, but for whose it is.
    copied: AuditRow,
}

impl Turn {
    /// The session after this use, and where its person is let in. A copy is one at whichever door it is shown.
    fn decide<'a>(&self, found: &'a Found) -> Result<(Session, &'a Seated), StsError> {
        let session = &found.session;
        let home = found.home.clone().map(Seat::of);
        session
            .admit(self.client, home.as_ref(), self.now)
            .map_err(|refusal| refusal.cause(found.home.as_ref()))?;
        let turned = session.turned(found.generation, self.now)?;
        let seated = found.seated.as_ref().ok_or(StsError::NotInTenant)?;
        session.admit(self.client, Some(&seated.0), self.now)?;
        Ok((turned, seated))
    }

    /// Decides on what stands in the store now, and writes that down: the next token, or the end of the session.
    async fn write(self, ctx: &Ctx) -> Result<(), StsError> {
        ctx.app
            .snapshots
            .write(move |tx| {
                let Some(found) = find(tx, &self.hashes, self.tenant)? else {
                    return Ok::<_, QueryError>(Err(StsError::RefreshTokenUnknown));
                };
                match self.decide(&found) {
                    Ok((turned, _)) => {
                        let turned = store::session::turn(tx, &turned, &self.fresh)?;
                        // The hash of 240 fresh random bits cannot be in use.
                        Ok(turned.map_err(|_| StsError::Unavailable))
                    }
                    Err(refusal) => {
                        if refusal == SessionRefusal::Reused.into() {
                            self.end(tx, &found.session)?;
                        }
                        Ok(Err(refusal))
                    }
                }
            })
            .await?
    }

    /// Somebody has a copy, and nobody knows who of the two: neither has any use for the session from now on.
    fn end(&self, tx: &mut Tx<'_>, session: &Session) -> Result<(), QueryError> {
        if store::session::revoke(tx, session.tenant, session.id, self.now)? {
            let audit = AuditRow {
                tenant: Some(session.tenant),
                actor: Some(session.user),
                client: Some(session.client),
                detail: format!("session {}: the refresh token was used before", session.id),
                ..self.copied.clone()
            };
            store::audit::insert(tx, &audit)?;
        }
        Ok(())
    }
}

fn find(
    view: &View<'_>,
    hashes: &[SecretHash],
    tenant: Option<TenantId>,
) -> Result<Option<Found>, QueryError> {
    for hash in hashes {
        if let Some((session, generation)) = store::session::find_by_refresh_hash(view, hash)? {
            let home = store::user::find(view, session.tenant, session.user)?;
            let seated = match &home {
                Some(home) => seat::find(view, tenant, home)?,
                None => None,
            };
            return Ok(Some(Found {
                session,
                generation,
                home,
                seated,
            }));
        }
    }
    Ok(None)
}
