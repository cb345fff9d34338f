//! Microsoft Graph v1.0: the directory, and who may change it.

pub(crate) mod access;
mod app_role_assignments;
mod application_parts;
mod applications;
mod audits;
mod authentication;
pub(crate) mod bearer;
mod conditional_access;
mod directory_objects;
mod directory_roles;
mod error;
mod groups;
mod holder;
mod invitations;
pub mod legacy;
mod members;
mod memberships;
mod organization;
mod owners;
mod passwords;
mod permission_grants;
mod query;
mod role_assignments;
mod routes;
mod service_principals;
mod tenant_settings;
mod to_wire;
mod user_info;
mod users;

pub use bearer::is_graph;
pub use error::GraphError;
pub use user_info::answer as user_info;

use bytes::Bytes;
use doorward_protocol::graph::{CONTENT_TYPE, Entity, RequestBody, context, parse_body};
use doorward_protocol::odata::QueryOptions;
use doorward_protocol::paths::{GRAPH_VERSION, GraphPath};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;

use crate::ctx::Ctx;
use crate::http::{BodyError, Response, collect, json, method_not_allowed};
use bearer::Bearer;

/// Largest body of a request, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// A call whose token has been checked.
pub struct Call {
    /// The request.
    pub ctx: Ctx,
    /// Who calls.
    pub bearer: Bearer,
    /// The path, for links to the next page.
    pub path: GraphPath,
    /// `$filter`, `$select` and the like.
    pub options: QueryOptions,
    body: Bytes,
}

impl Call {
    /// The body, read as `T`.
    pub fn body<T: RequestBody>(&self) -> Result<T, GraphError> {
        Ok(parse_body(&self.body)?)
    }
}

/// Whether a path belongs to this plane.
pub fn owns(path: &str) -> bool {
    let mut segments = path.split('/');
    segments.next() == Some("")
        && segments
            .next()
            .is_some_and(|first| first.eq_ignore_ascii_case(GRAPH_VERSION))
}

/// Answers a call: method, token, body, handler.
pub async fn answer<B>(ctx: &Ctx, path: GraphPath, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let allowed = routes::methods(&path);
    // A HEAD is a GET whose body the connection leaves out.
    let method = if head.method == Method::HEAD {
        &Method::GET
    } else {
        &head.method
    };
    if !allowed.contains(method) {
        return method_not_allowed(allowed);
    }
    let answer = match prepare(ctx, path, head, body).await {
        Ok(call) => routes::dispatch(method.clone(), call).await,
        Err(error) => Err(error),
    };
    let mut response = answer.unwrap_or_else(|error| error.answer(ctx));
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static("odata-version"),
        HeaderValue::from_static("4.0"),
    );
    if headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    }
    response
}

async fn prepare<B>(ctx: &Ctx, path: GraphPath, head: &Parts, body: B) -> Result<Call, GraphError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bearer = bearer::authenticate(ctx, &head.headers).await?;
    let options = QueryOptions::parse(head.uri.query().unwrap_or_default())?;
    let body = collect(body, MAX_BODY).await.map_err(|e| match e {
        BodyError::TooLarge(limit) => GraphError::BodyTooLarge(limit),
        BodyError::CutOff => GraphError::Body(doorward_protocol::graph::BodyError::NotJson),
    })?;
    if !body.is_empty() && !is_json(head) {
        return Err(GraphError::MediaType);
    }
    Ok(Call {
        ctx: ctx.clone(),
        bearer,
        path,
        options,
        body,
    })
}

pub(crate) fn is_json(head: &Parts) -> bool {
    let value = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    value
        .split(';')
        .next()
        .is_some_and(|t| t.trim().eq_ignore_ascii_case("application/json"))
}

/// The answer for a path under this plane that is not served.
pub fn unknown_path(ctx: &Ctx, path: &str) -> Response {
    let segment = path.split('/').nth(2).unwrap_or_default();
    let shown: String = segment.chars().filter(|c| !c.is_control()).take(64).collect();
    GraphError::NoSegment(shown).answer(ctx)
}

/// One object.
fn entity(call: &Call, what: &str, object: &impl Serialize) -> Response {
    let what = format!("{what}/$entity");
    let context = Some(context(call.ctx.origin.url(), &what));
    json(
        StatusCode::OK,
        &Entity {
            context,
            value: query::selected(&call.options, object),
        },
    )
}

/// One object that was just made.
fn created(call: &Call, what: &str, object: &impl Serialize) -> Response {
    let mut response = entity(call, what, object);
    *response.status_mut() = StatusCode::CREATED;
    response
}

/// Done, with nothing to say.
fn no_content() -> Response {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
