//! GET /{tenant}/oauth2/logout and /{tenant}/oauth2/v2.0/logout (OpenID Connect RP-Initiated Logout 1.0): ends the
//! browser's session. What programs were given stays theirs until they sign out.

use doorward_domain::audit::Event;
use doorward_domain::redirect_uri;
use doorward_store::{self as store, QueryError};
use http::StatusCode;
use http::request::Parts;

use super::authorize::{outside, redirect};
use super::{SaidPage, forms, page, session, words};
use crate::ctx::Ctx;
use crate::http::Response;
use crate::sts::StsError;

/// Ends the session; leads on only to where a built-in client listens.
pub async fn answer(ctx: &Ctx, head: &Parts) -> Response {
    if let Some(elsewhere) = outside(ctx, head) {
        return elsewhere;
    }
    if let Err(error) = end(ctx, head).await {
        return error.answer(ctx);
    }
    let query = head.uri.query().unwrap_or_default();
    let parameter = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let target = parameter("post_logout_redirect_uri").filter(|uri| redirect_uri::is_loopback(uri));
    let response = match target {
        Some(uri) => {
            let state = parameter("state").map(|state| vec![("state", state)]);
            redirect(&uri, '?', &state.unwrap_or_default())
        }
        None => {
            let ui = parameter("ui_locales").or_else(|| parameter("mkt"));
            let w = words::chosen(ui.as_deref(), head);
            let (title, text, cure) = (w.signed_out, w.signed_out_text, w.close);
            page(StatusCode::OK, &SaidPage { w, title, text, cure })
        }
    };
    forms::forget(session::forget(response))
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
