//! For operators: whether the server is there, and can read its store.

use http::{Method, StatusCode};

use crate::app::App;
use crate::http::{Response, method_not_allowed, text};

/// GET /healthz, under any host name: 200 `ok`, or 503 with the reason in a word.
pub async fn health(app: &App, method: &Method) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return method_not_allowed(&[Method::GET, Method::HEAD]);
    }
    match app.snapshots.all_tenants().await {
        Ok(tenants) if tenants.is_empty() => text(StatusCode::OK, "ok, not set up yet\n".to_owned()),
        Ok(_) => text(StatusCode::OK, "ok\n".to_owned()),
        Err(_) => text(
            StatusCode::SERVICE_UNAVAILABLE,
            "the store cannot be read\n".to_owned(),
        ),
    }
}
