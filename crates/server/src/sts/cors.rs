//! What pages of other origins may read (Fetch standard, CORS protocol): what is public, everybody; the answers of the token
//! endpoint, single-page applications from the origins that they are registered for.

use doorward_store::{self as store, QueryError, View};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};

use super::StsError;
use crate::ctx::Ctx;
use crate::http::{Response, text};

/// Headers that MSAL's and ADAL's pages send along.
const HEADERS: HeaderValue = HeaderValue::from_static(
    "content-type, client-request-id, return-client-request-id, x-client-sku, x-client-ver, x-client-os, x-client-cpu, \
     x-client-current-telemetry, x-client-last-telemetry, x-ms-lib-capability, x-anchormailbox, x-app-name, x-app-ver",
);

/// The origin that the browser names; `None` for programs.
///
/// # Errors
/// When it is no text.
pub fn origin(head: &Parts) -> Result<Option<String>, StsError> {
    let value = head.headers.get(header::ORIGIN);
    let text = value.map(|value| value.to_str().map_err(|_| StsError::Malformed));
    Ok(text.transpose()?.map(str::to_owned))
}

/// The answer to a preflight request for the token endpoint.
pub async fn preflight(ctx: &Ctx, head: &Parts) -> Response {
    let mut response = text(StatusCode::NO_CONTENT, String::new());
    if head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) && is_registered(ctx, head).await {
        let headers = response.headers_mut();
        let methods = HeaderValue::from_static("POST");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    let_registered_read(ctx, head, response).await
}

/// Lets the page that asks read the answer, if its origin is one of a single-page application's.
pub async fn let_registered_read(ctx: &Ctx, head: &Parts, mut response: Response) -> Response {
    let Some(origin) = head.headers.get(header::ORIGIN).cloned() else {
        return response;
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if is_registered(ctx, head).await {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let shown = HeaderValue::from_static("client-request-id, x-ms-request-id, retry-after");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
    }
    response
}

/// Lets every page read the answer: it says what everybody may know.
pub fn let_everybody_read(mut response: Response) -> Response {
    let everybody = HeaderValue::from_static("*");
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    response
}

/// A page is told nothing while the store cannot be read.
async fn is_registered(ctx: &Ctx, head: &Parts) -> bool {
    let Ok(Some(origin)) = origin(head) else {
        return false;
    };
    if origin.len() > 256 {
        return false;
    }
    let look = move |view: &View<'_>| store::application::is_page_origin(view, &origin);
    let found = ctx.app.store.read::<_, QueryError>(look).await;
    found.unwrap_or_else(|error| {
        tracing::error!("the store failed: {error}");
        false
    })
}
