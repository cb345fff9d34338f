//! The cookie by which a browser is known in which somebody has signed in: see [`Known`].

use doorward_domain::lockout::KNOWN_FOR;
use doorward_domain::user::User;
use http::request::Parts;
use http::{HeaderValue, header};

use super::forms::cookie_within;
use crate::credentials::known_browser::{Known, MAX_BYTES};
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::Response;

const COOKIE: &str = "__Host-doorward-known";

/// What a browser brings, or nothing.
pub fn brought(head: &Parts) -> String {
    cookie_within(head, COOKIE, MAX_BYTES).unwrap_or_default()
}

/// Makes the browser known for `user`, who has signed in there just now.
pub fn keep(ctx: &Ctx, (known, user): (Known<'_>, &User), mut response: Response) -> Response {
    let kept = known.with(&ctx.app.hasher, user, (entropy::bytes(), ctx.now));
    let cookie = kept.map(|kept| {
        let seconds = KNOWN_FOR.as_seconds();
        format!("{COOKIE}={kept}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}")
    });
    if let Some(Ok(value)) = cookie.map(|text| HeaderValue::from_str(&text)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
