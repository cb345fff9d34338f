//! The refresh token grant (RFC 6749 §6) for people's sessions with built-in clients.

use doorward_domain::directory::DirectoryRole;
use doorward_domain::session::Session;
use doorward_domain::user::User;
use doorward_names::{AppId, Duration, SecretKind, SecretString};
use doorward_protocol::oauth::Target;
use doorward_protocol::paths::EndpointVersion;
use doorward_store::{self as store, QueryError, View};

use super::issue::Person;
use super::{StsError, issue_for_person, tenant, throttle, to_wire};
use crate::ctx::Ctx;
use crate::http::Response;

/// How exactly a session's last use is remembered.
const USE_RESOLUTION: Duration = Duration::minutes(1);

/// What the client sent.
pub struct Asked {
    /// The client.
    pub client_id: String,
    /// The refresh token.
    pub refresh_token: SecretString,
    /// For what; Microsoft Graph when `None`.
    pub target: Option<Target>,
    /// Whether it wants `client_info`.
    pub client_info: bool,
}

/// Finds the session, decides, issues.
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
    let found = ctx.app.store.read(move |view| find(view, &hashes)).await?;
    let Some((session, user, roles)) = found else {
        return Err(throttle::unknown_refresh_token(ctx).await);
    };
    // The tenant in the path has to be the session's, unless a shared word stands there.
    if !matches!(segment.to_ascii_lowercase().as_str(), "common" | "organizations")
        && tenant::named(ctx, segment).await?.id != session.tenant
    {
        return Err(StsError::RefreshTokenUnknown);
    }
    session.admit_run(ctx.ticket.as_ref().map(|ticket| &ticket.hash))?;
    session.admit(client, user.as_ref(), ctx.now)?;
    let user = user.ok_or(StsError::RefreshTokenUnknown)?;
    if ctx.now.since(session.used_at) > USE_RESOLUTION {
        let (used, now) = (session.clone(), ctx.now);
        ctx.app
            .snapshots
            .write(move |tx| store::session::touch(tx, &used, now))
            .await?;
    }
    let target = match asked.target {
        Some(target) => target,
        None => Target::from_scope("https://graph.microsoft.com/.default")?,
    };
    let person = Person {
        user: &user,
        session: &session,
        roles,
        refresh_token: asked.refresh_token,
        nonce: None,
    };
    let (granted, requested) = issue_for_person(ctx, version, person, (&target, asked.client_info)).await?;
    Ok(to_wire::token_response(version, &granted, &requested))
}

type Found = (Session, Option<User>, Vec<DirectoryRole>);

fn find(view: &View<'_>, hashes: &[doorward_names::SecretHash]) -> Result<Option<Found>, QueryError> {
    for hash in hashes {
        if let Some(session) = store::session::find_by_refresh_hash(view, hash)? {
            let user = store::user::find(view, session.tenant, session.user)?;
            let roles = store::directory_role::of(view, session.tenant, session.user)?;
            return Ok(Some((session, user, roles)));
        }
    }
    Ok(None)
}
