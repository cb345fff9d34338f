//! Who is signed in to a browser: the cookie `__Host-doorward`, of which the store keeps a hash.

use doorward_domain::audit::AuditRow;
use doorward_domain::browser_session::{BrowserSession, MAX_AGE_STAYING};
use doorward_domain::guest::Seat;
use doorward_domain::user::User;
use doorward_names::{Duration, GeneratedSecret, SecretHash, SecretKind, TenantId};
use doorward_store::{self as store, QueryError, Tx, View};
use http::request::Parts;
use http::{HeaderValue, header};

use super::forms::cookie;
use super::second_factor::Proven;
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::Response;
use crate::sts::{StsError, seat};

const COOKIE: &str = "__Host-doorward";

/// How exactly the last use is remembered.
const USE_RESOLUTION: Duration = Duration::minutes(1);

/// The session that a browser brings, and whose it is, when it still stands.
pub async fn of(ctx: &Ctx, head: &Parts) -> Result<Option<(BrowserSession, User)>, StsError> {
    let hashes = hashes(ctx, head);
    let found = ctx
        .app
        .store
        .read(move |view| {
            for hash in &hashes {
                if let Some(session) = store::browser_session::find_by_hash(view, hash)? {
                    let user = store::user::find(view, session.tenant, session.user)?;
                    return Ok::<_, QueryError>(Some((session, user)));
                }
            }
            Ok(None)
        })
        .await?;
    let Some((session, user)) = found else {
        return Ok(None);
    };
    if !session.stands_for(user.as_ref(), ctx.now) {
        return Ok(None);
    }
    if ctx.now.since(session.used_at) > USE_RESOLUTION {
        let (used, now) = (session.clone(), ctx.now);
        ctx.app
            .snapshots
            .write(move |tx| store::browser_session::touch(tx, &used, now))
            .await?;
    }
    Ok(user.map(|user| (session, user)))
}

/// As [`of`], with the seat that the person has in the tenant that is asked for; nothing where they have none.
pub async fn seated(
    ctx: &Ctx,
    head: &Parts,
    asked: Option<TenantId>,
) -> Result<Option<(BrowserSession, Seat)>, StsError> {
    let Some((session, home)) = of(ctx, head).await? else {
        return Ok(None);
    };
    let find = move |view: &View<'_>| seat::find(view, asked, &home);
    let found = ctx.app.store.read::<_, QueryError>(find).await?;
    Ok(found.map(|(seat, _)| (session, seat)))
}

/// The hashes of the cookie that a browser brings.
pub fn hashes(ctx: &Ctx, head: &Parts) -> Vec<SecretHash> {
    match cookie(head, COOKIE) {
        Some(text) => ctx.app.hasher.candidates(SecretKind::Browser, &text),
        None => Vec::new(),
    }
}

/// A session that begins: the secret for the cookie, and what the store keeps.
pub fn fresh(ctx: &Ctx, proven: &Proven) -> Result<(GeneratedSecret, BrowserSession), StsError> {
    let secret = GeneratedSecret::from_entropy(SecretKind::Browser, entropy::bytes());
    let session = BrowserSession {
        hash: ctx.app.hasher.hash(&secret).ok_or(StsError::Unavailable)?,
        tenant: proven.user.tenant,
        user: proven.user.id,
        methods: proven.methods.clone(),
        signed_in_at: proven.at,
        used_at: ctx.now,
        stays: proven.stays,
    };
    Ok((secret, session))
}

/// Writes down that a session begins, and ends those of before: what a browser was given by somebody else is worth
/// nothing afterwards.
pub fn begin(
    tx: &mut Tx<'_>,
    before: &[SecretHash],
    fresh: &BrowserSession,
    audit: &AuditRow,
) -> Result<(), QueryError> {
    for hash in before {
        store::browser_session::delete(tx, hash)?;
    }
    store::audit::insert(tx, audit)?;
    // Nobody else has the hash of a secret that was drawn just now.
    store::browser_session::insert(tx, fresh).map(|_| ())
}

/// Gives the browser its cookie; it keeps it beyond its own end where the person stays signed in.
pub fn keep(response: Response, (secret, proven): (&GeneratedSecret, &Proven)) -> Response {
    let stays = match proven.stays {
        true => format!("; Max-Age={}", MAX_AGE_STAYING.as_seconds()),
        false => String::new(),
    };
    let text = format!(
        "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax{stays}",
        secret.as_secret().expose()
    );
    with_cookie(response, &text)
}

/// Takes it away.
pub fn forget(response: Response) -> Response {
    let text = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    with_cookie(response, &text)
}

fn with_cookie(mut response: Response, text: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
