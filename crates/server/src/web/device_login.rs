//! GET /devicelogin: where a person would enter the code that a device shows.

use http::{Method, StatusCode};

use super::{MessagePage, page};
use crate::http::{Response, method_not_allowed};

/// Says that there is nothing to enter yet.
pub fn show(method: &Method) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return method_not_allowed(&[Method::GET, Method::HEAD]);
    }
    let message = MessagePage {
        title: "Device sign-in is not offered yet",
        text: "This version of Doorward has no codes to enter here.",
        cure: "Sign in with `doorward login`, or as a service principal.",
    };
    page(StatusCode::OK, &message)
}
