//! GET and POST /{tenant}/oauth2/logout and /{tenant}/oauth2/v2.0/logout (OpenID Connect RP-Initiated Logout 1.0): ends the
//! browser's session. What programs were given stays theirs until they sign out.

use bytes::Bytes;
use doorward_domain::audit::Event;
use doorward_domain::redirect_uri;
use doorward_names::AppId;
use doorward_protocol::jose::UnverifiedToken;
use doorward_protocol::oauth::{Form, form};
use doorward_store::{self as store, QueryError};
use http::request::Parts;
use http::{Method, StatusCode};

use super::authorize::{found, outside, redirect};
use super::{SaidPage, forms, page, session, words};
use crate::ctx::Ctx;
use crate::http::Response;
use crate::sts::{StsError, client, read_form};

/// What a request says.
const PARAMETERS: [&str; 6] = [
    "client_id",
    "id_token_hint",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
    "mkt",
];

/// Ends the session; leads on only to an address of the client that is named, or to where a program listens.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if let Some(elsewhere) = outside(ctx, head) {
        return elsewhere;
    }
    let query = head.uri.query().unwrap_or_default();
    let asked = match head.method {
        Method::POST => read_form(head, body).await,
        _ => form::parse(None, query.as_bytes()).map_err(StsError::from),
    };
    let answered = match &asked {
        // With another site's form a browser sends no cookie of ours; to the page that it is led to, it does.
        Ok(form) if head.method == Method::POST => Ok(as_link(head, form)),
        Ok(form) => end_and_lead_on(ctx, head, form).await,
        // Whatever else is wrong, who wants to be signed out is.
        Err(_) => end(ctx, head)
            .await
            .map(|()| forms::forget(session::forget(said(head, None)))),
    };
    answered.unwrap_or_else(|error| error.answer(ctx))
}

async fn end_and_lead_on(ctx: &Ctx, head: &Parts, form: &Form) -> Result<Response, StsError> {
    end(ctx, head).await?;
    let response = match target(ctx, form).await? {
        Some(uri) => {
            let state = form.get("state").map(|state| vec![("state", state.to_owned())]);
            redirect(&uri, '?', &state.unwrap_or_default())
        }
        None => said(head, Some(form)),
    };
    Ok(forms::forget(session::forget(response)))
}

fn said(head: &Parts, form: Option<&Form>) -> Response {
    let w = words::wished(form, head);
    let (title, text, cure) = (w.signed_out, w.signed_out_text, w.close);
    page(StatusCode::OK, &SaidPage { w, title, text, cure })
}

/// The same request as a link.
fn as_link(head: &Parts, form: &Form) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in PARAMETERS {
        if let Some(value) = form.get(name) {
            query.append_pair(name, value);
        }
    }
    let mut response = found(&format!("{}?{}", head.uri.path(), query.finish()));
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
}

/// Where the browser may be led on to: an address that is registered for the client. Who names no client is led to the
/// person's own machine alone.
async fn target(ctx: &Ctx, form: &Form) -> Result<Option<String>, StsError> {
    let Some(uri) = form.get("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let named = form.get("client_id").map(|id| id.parse::<AppId>().ok());
    let hinted = match form.get("id_token_hint") {
        Some(token) => Some(client_of(ctx, token).await?),
        None => None,
    };
    let client = match (named, hinted) {
        (None, None) => return Ok(redirect_uri::is_loopback(uri).then(|| uri.to_owned())),
        (Some(named), Some(hinted)) if named != hinted => None,
        (Some(id), _) | (None, Some(id)) => id,
    };
    let found = match client {
        Some(id) => client::find(ctx, id).await?,
        None => None,
    };
    let registered = found.is_some_and(|client| client.platform_of(uri).is_some());
    Ok(registered.then(|| uri.to_owned()))
}

/// Whose an id_token of ours is, however old.
async fn client_of(ctx: &Ctx, token: &str) -> Result<Option<AppId>, StsError> {
    #[derive(serde::Deserialize)]
    struct Hint {
        aud: AppId,
    }
    let Ok(unverified) = UnverifiedToken::parse(token) else {
        return Ok(None);
    };
    let set = ctx.app.keyring.set(&ctx.app.snapshots, &ctx.app.store).await?;
    let kid = unverified.header().kid.clone().unwrap_or_default();
    let Some(key) = set.find(ctx.origin.key_use(), &kid, ctx.now) else {
        return Ok(None);
    };
    let verified = unverified.verify::<Hint>(key.pair.public_key());
    Ok(verified.ok().map(|hint| hint.into_inner().aud))
}

async fn end(ctx: &Ctx, head: &Parts) -> Result<(), StsError> {
    let hashes = session::hashes(ctx, head);
    if hashes.is_empty() {
        return Ok(());
    }
    let blank = ctx.server_audit(Event::SignedOut);
    ctx.app
        .snapshots
        .write(move |tx| {
            for hash in &hashes {
                let Some(session) = store::browser_session::find_by_hash(tx, hash)? else {
                    continue;
                };
                store::browser_session::delete(tx, hash)?;
                let mut audit = blank.clone();
                audit.tenant = Some(session.tenant);
                audit.actor = Some(session.user);
                audit.detail = "of a browser".to_owned();
                store::audit::insert(tx, &audit)?;
            }
            Ok::<_, QueryError>(())
        })
        .await?;
    Ok(())
}
