//! GET /error?code=N: what a number of the token service means, and what to do about it.

use doorward_protocol::oauth::AadSts;
use http::StatusCode;

use super::{MessagePage, page};
use crate::http::Response;
use crate::sts::cure::{cure, meaning};

/// Explains the number in `query`.
pub fn show(query: &str) -> Response {
    let code = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "code")
        .and_then(|(_, value)| AadSts::of_number(value.parse().ok()?));
    match code {
        Some(code) => {
            let title = code.to_string();
            page(
                StatusCode::OK,
                &MessagePage {
                    title: &title,
                    text: meaning(code),
                    cure: cure(code),
                },
            )
        }
        None => {
            let text = "This server gives no error of that number.";
            let cure = "docs/errors.md lists every one.";
            page(
                StatusCode::NOT_FOUND,
                &MessagePage {
                    title: "Unknown number",
                    text,
                    cure,
                },
            )
        }
    }
}
