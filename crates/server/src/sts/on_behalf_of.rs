//! On behalf of a person (Microsoft identity platform, on-behalf-of flow; RFC 7523): a service shows the access token that it
//! was called with, proves itself, and is given one of its own for what it calls in turn. The session that it gets lives no
//! longer than the one that the token came of.

use doorward_domain::application::Platform;
use doorward_domain::client::PlatformRefusal;
use doorward_domain::on_behalf_of::{Assertion, AssertionRefusal};
use doorward_domain::session::Session;
use doorward_names::{AppId, ObjectId, SecretString, SessionId, TenantId, TenantName, Timestamp};
use doorward_protocol::claims::AccessClaims;
use doorward_protocol::oauth::Target;
use doorward_protocol::paths::EndpointVersion;
use doorward_store::{self as store, QueryError, View};

use super::client::{self, Shown};
use super::device_code::named_or_open;
use super::issue::{IdTokenWish, Person, new_session};
use super::seat::Seated;
use super::{StsError, issue_for_person, to_wire};
use crate::bearer;
use crate::ctx::Ctx;
use crate::http::Response;

/// What the service sent.
pub struct Asked {
    /// The service.
    pub client_id: String,
    /// What it shows of itself.
    pub shown: Shown,
    /// The token that it was called with.
    pub assertion: SecretString,
    /// For what it asks.
    pub target: Target,
    /// Whether it wants `client_info`.
    pub client_info: bool,
    /// Whether it understands challenges of a resource.
    pub capable: bool,
}

/// Verifies the assertion and the service, decides, issues, and begins the service's session, as long as the person's still
/// is one. Nothing leaves before that is written.
pub async fn grant(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    asked: Asked,
) -> Result<Response, StsError> {
    let named = named_or_open(ctx, segment).await?;
    let claims = verified(ctx, &asked.assertion).await?;
    let tenant = claims.tenant();
    if named.is_some_and(|named| named != tenant) {
        return Err(AssertionRefusal::Invalid.into());
    }
    let app_id: AppId = asked.client_id.parse().map_err(|_| StsError::ClientUnknown {
        client: asked.client_id.clone(),
        tenant: tenant.to_string(),
    })?;
    let admitted = client::prove(ctx, tenant, (app_id, Platform::Web), &asked.shown).await?;
    let Some(service) = admitted.client().registration() else {
        return Err(StsError::Platform(PlatformRefusal::SecretOfPublic, app_id));
    };
    let presented = Presented {
        tenant,
        person: claims.object_id(),
        session: assertion(&claims)?.admit(service, ctx.now)?,
        client: claims.client().parse().map_err(|_| AssertionRefusal::Invalid)?,
    };
    let look = presented.clone();
    let now = ctx.now;
    let found = ctx.app.store.read(move |view| look.find(view, now)).await??;
    let ((seat, roles), parent) = found;
    parent.admit_run(ctx.ticket.as_ref().map(|ticket| &ticket.hash))?;
    let run = ctx.ticket.as_deref().filter(|_| parent.ticket.is_some());
    let proven = (
        doorward_domain::guest::HomeAccount {
            tenant: parent.tenant,
            user: parent.user,
        },
        parent.methods.as_str(),
        parent.signed_in_at,
    );
    let new = new_session(ctx, (app_id, Platform::Web), proven, run)?
        .below(&parent)
        .noting(&format!(", on behalf of who came by {}", presented.client));
    let person = Person {
        capable: asked.capable,
        seat: &seat,
        session: &new.session,
        roles,
        refresh_token: new.refresh_token.clone(),
        client: admitted,
        wish: IdTokenWish::default(),
    };
    let (granted, requested) =
        issue_for_person(ctx, version, person, (&asked.target, asked.client_info)).await?;
    let kept = new.clone();
    ctx.app
        .snapshots
        .write(move |tx| match presented.find(tx, now)? {
            Err(refusal) => Ok::<_, QueryError>(Err(refusal)),
            // The hash of 240 fresh random bits cannot be in use.
            Ok(_) => Ok(kept.begin(tx)?.map_err(|_| StsError::Unavailable)),
        })
        .await??;
    Ok(to_wire::token_response(version, &granted, &requested))
}

/// Whose token was presented.
#[derive(Clone)]
struct Presented {
    tenant: TenantId,
    person: ObjectId,
    session: SessionId,
    client: AppId,
}

impl Presented {
    /// The person, where they are let in, and their session, as long as it gives tokens.
    fn find(
        &self,
        view: &View<'_>,
        now: Timestamp,
    ) -> Result<Result<(Seated, Session), StsError>, QueryError> {
        let gone = || doorward_domain::session::SessionRefusal::Revoked.into();
        let Some(seat) = store::user::seat(view, self.tenant, self.person)? else {
            return Ok(Err(StsError::UserDisabled));
        };
        let Some(session) = store::session::find(view, seat.home.tenant, self.session)? else {
            return Ok(Err(gone()));
        };
        if let Err(refusal) = session.admit(self.client, Some(&seat), now) {
            return Ok(Err(refusal.into()));
        }
        let roles = store::directory_role::of(view, seat.user.tenant, seat.user.id)?;
        Ok(Ok(((seat, roles), session)))
    }
}

/// The claims of an access token that was issued here, for a tenant that there is.
async fn verified(ctx: &Ctx, token: &SecretString) -> Result<AccessClaims, StsError> {
    let claims = bearer::issued_here(ctx, token.expose()).await?;
    let claims = claims.ok_or(AssertionRefusal::Invalid)?;
    match ctx.app.snapshots.tenant(&TenantName::Id(claims.tenant())).await? {
        Some(_) => Ok(claims),
        None => Err(AssertionRefusal::Invalid.into()),
    }
}

fn assertion(claims: &AccessClaims) -> Result<Assertion, StsError> {
    let session = match claims.session() {
        Some(text) => Some(text.parse().map_err(|_| AssertionRefusal::Invalid)?),
        None => None,
    };
    Ok(Assertion {
        audience: claims.audience().to_owned(),
        not_before: Timestamp::from_unix_seconds(claims.not_before()),
        expires_at: Timestamp::from_unix_seconds(claims.expires_at()),
        session,
    })
}
