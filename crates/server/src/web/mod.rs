//! Pages for people, rendered on the server, working without JavaScript.

pub mod admin_consent;
pub mod authorize;
mod consent;
pub mod device_login;
pub mod error;
mod forms;
mod known;
pub mod my_sign_in;
pub mod redeem;
mod second_factor;
mod session;
pub mod setup;
pub mod sign_out;
pub mod words;

use askama::Template;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use crate::http::{Response, text, with_type};

const CSP: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page that says one thing.
#[derive(Template)]
#[template(path = "message.html")]
pub struct MessagePage<'a> {
    /// What it is about.
    pub title: &'a str,
    /// What there is to say.
    pub text: &'a str,
    /// What to do.
    pub cure: &'a str,
}

/// The one style sheet.
pub const STYLE_PATH: &str = "/assets/doorward.css";

/// GET /assets/doorward.css
pub fn style() -> Response {
    let css = Bytes::from_static(include_bytes!("../../assets/doorward.css"));
    let mut response = with_type(StatusCode::OK, "text/css; charset=utf-8", css);
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=3600"),
    );
    response
}

/// A page under the strict content-security policy.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    page_under(CSP, status, template)
}

/// A page whose form may lead on to `target`, an origin, and which may run the script of that nonce.
pub fn page_leading_to(
    (target, nonce): (&str, Option<&str>),
    status: StatusCode,
    template: &impl Template,
) -> Response {
    let script = nonce
        .map(|nonce| format!("script-src 'nonce-{nonce}'; "))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; {script}form-action 'self' {target}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    page_under(&policy, status, template)
}

/// A page that says one thing in the person's language.
#[derive(Template)]
#[template(path = "said.html")]
pub struct SaidPage<'a> {
    /// The language.
    pub w: &'a words::Words,
    /// What it is about.
    pub title: &'a str,
    /// What there is to say.
    pub text: &'a str,
    /// What to do.
    pub cure: &'a str,
}

/// Says that the browser keeps no cookies.
fn cookies_blocked(w: &words::Words) -> Response {
    let (title, text, cure) = (w.cookies_title, w.cookies_text, w.cookies_cure);
    page(StatusCode::BAD_REQUEST, &SaidPage { w, title, text, cure })
}

fn page_under(policy: &str, status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut response = with_type(status, "text/html; charset=utf-8", Bytes::from(html));
            let headers = response.headers_mut();
            let policy = HeaderValue::from_str(policy).unwrap_or(HeaderValue::from_static(CSP));
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
            response
        }
        Err(e) => {
            tracing::error!("a page could not be rendered: {e}");
            text(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n".to_owned())
        }
    }
}
