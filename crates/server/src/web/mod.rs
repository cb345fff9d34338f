//! Pages for people, rendered on the server, working without JavaScript.

pub mod device_login;
pub mod error;
mod forms;
pub mod setup;
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
    match template.render() {
        Ok(html) => {
            let mut response = with_type(status, "text/html; charset=utf-8", Bytes::from(html));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
            response
        }
        Err(e) => {
            tracing::error!("a page could not be rendered: {e}");
            text(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n".to_owned())
        }
    }
}
