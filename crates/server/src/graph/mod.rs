//! Microsoft Graph v1.0: the directory.

use ::http::StatusCode;
use ::http::request::Parts;
use bytes::Bytes;
use doorward_protocol::paths::GraphPath;

use crate::ctx::Ctx;
use crate::http::{Response, text};

/// Whether a path belongs to this plane.
pub fn owns(path: &str) -> bool {
    path.get(..6)
        .is_some_and(|start| start.eq_ignore_ascii_case("/v1.0/"))
}

/// Placeholder.
pub async fn answer<B>(_ctx: &Ctx, _path: GraphPath, _head: &Parts, _body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
{
    text(StatusCode::NOT_IMPLEMENTED, String::new())
}

/// The answer for a path that is not served.
pub fn unknown_path(_ctx: &Ctx) -> Response {
    text(StatusCode::BAD_REQUEST, String::new())
}
