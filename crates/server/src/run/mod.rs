//! Runs (`doorward run`): tickets, and the requests that a run's relay brings.
//!
//! A ticket is had with an access token for Microsoft Graph and is worth what its maker is worth: once that may not sign
//! in any more, it is dead. Deliberately not here: the relay itself, which runs beside the command.

mod identity;
pub(crate) mod relayed;
mod ticket;
mod tickets;

use bytes::Bytes;
use doorward_protocol::paths::{RUN_TICKET, RUN_TICKETS};
use http::Method;
use http::request::Parts;
use http_body_util::Full;

use crate::ctx::Ctx;
use crate::http::{Response, method_not_allowed};

/// Whether a path belongs to this plane.
pub fn owns(path: &str) -> bool {
    path == RUN_TICKETS || path == RUN_TICKET
}

/// The route table of this plane.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let answer = match (head.uri.path(), &head.method) {
        (RUN_TICKETS, &Method::POST) => tickets::make(ctx, head, body).await,
        (RUN_TICKETS, _) => return method_not_allowed(&[Method::POST]),
        (_, &Method::POST) => ticket::keep(ctx, &head.headers).await,
        (_, &Method::DELETE) => ticket::end(ctx, &head.headers).await,
        _ => return method_not_allowed(&[Method::POST, Method::DELETE]),
    };
    answer.unwrap_or_else(|error| error.answer(ctx))
}

/// Done, with nothing to say.
fn no_content() -> Response {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = http::StatusCode::NO_CONTENT;
    response
}
