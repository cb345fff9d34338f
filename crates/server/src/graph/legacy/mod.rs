//! The older directory API (1.6), which clients of 2020 speak at `graph.windows.net`: read as calls of Microsoft Graph,
//! answered by the same handlers under the same rights, and shown in the older form.
//!
//! It is there inside a run alone. Deliberately not here: rules of its own, but for secrets that a client made itself.

mod asked;

use bytes::Bytes;
use doorward_domain::resource::FirstParty;
use doorward_names::TenantName;
use doorward_protocol::Marks;
use doorward_protocol::graph::legacy::{self, LegacyErrorBody};
use doorward_protocol::graph::{BodyError as Unread, GraphCode};
use doorward_protocol::odata::QueryOptions;
use doorward_protocol::paths::{GraphPath, LegacyPath};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::{Call, GraphError, MAX_BODY, routes};
use crate::bearer::{self, Unknown};
use crate::ctx::Ctx;
use crate::http::{BodyError, Response, collect, json, method_not_allowed};

/// Answers a call of the older directory API.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Some(asked) = LegacyPath::parse(head.uri.path()) else {
        let text =
            "Of the older directory API, this server has users, groups, applications and service principals.";
        return refused(ctx, StatusCode::NOT_FOUND, GraphCode::NotFound.as_str(), text);
    };
    let method = match head.method {
        Method::HEAD => Method::GET,
        ref other => other.clone(),
    };
    let allowed = methods(&asked.path);
    if !allowed.contains(&method) {
        return method_not_allowed(allowed);
    }
    let answer = match prepare(ctx, &asked, head, body).await {
        Ok(call) => dispatch(&asked, method, call).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => shown(ctx, &asked, answer).await,
        Err(error) => {
            let (status, code, message) = error.row();
            let code = match code {
                GraphCode::InvalidToken => "Authentication_MissingOrMalformed",
                code => code.as_str(),
            };
            refused(ctx, status, code, &message)
        }
    }
}

/// The methods that a path knows; objects are changed by Microsoft Graph alone.
fn methods(path: &GraphPath) -> &'static [Method] {
    match path {
        GraphPath::Applications | GraphPath::ServicePrincipals => &[Method::GET, Method::POST],
        GraphPath::Application(..) | GraphPath::ServicePrincipal(..) => &[Method::GET, Method::DELETE],
        GraphPath::GetByIds => &[Method::POST],
        _ => &[Method::GET],
    }
}

async fn prepare<B>(ctx: &Ctx, asked: &LegacyPath, head: &Parts, body: B) -> Result<Call, GraphError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let ours = |audience: &str| FirstParty::find(audience) == Some(FirstParty::DirectoryGraph);
    let bearer = bearer::authenticate(ctx, &head.headers, ours)
        .await
        .map_err(|unknown| match unknown {
            Unknown::Token(problem) => GraphError::Token(problem),
            Unknown::Store(error) => error.into(),
        })?;
    let query = head.uri.query().unwrap_or_default();
    let version = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "api-version");
    if version.is_none_or(|(_, version)| version != legacy::VERSION) {
        let text = format!("The api-version has to be {}.", legacy::VERSION);
        return Err(GraphError::Invalid(text));
    }
    if let Some(name) = &asked.tenant {
        // Nobody learns here which tenants there are.
        let unknown = || GraphError::NotFound(name.chars().filter(|c| !c.is_control()).take(128).collect());
        let named: TenantName = name.parse().map_err(|_| unknown())?;
        let found = ctx.app.snapshots.tenant(&named).await?;
        if found.is_none_or(|tenant| tenant.id != bearer.tenant) {
            return Err(unknown());
        }
    }
    // az of 2020 sends an empty filter for none.
    let filtered = query
        .split('&')
        .filter(|option| !["$filter=", "%24filter="].contains(option));
    let options = QueryOptions::parse(&filtered.collect::<Vec<_>>().join("&"))?;
    let body = collect(body, MAX_BODY).await.map_err(|e| match e {
        BodyError::TooLarge(limit) => GraphError::BodyTooLarge(limit),
        BodyError::CutOff => GraphError::Body(Unread::NotJson),
    })?;
    if !body.is_empty() && !super::is_json(head) {
        return Err(GraphError::MediaType);
    }
    Ok(Call {
        ctx: ctx.clone(),
        bearer,
        path: asked.path.clone(),
        options,
        body,
    })
}

async fn dispatch(asked: &LegacyPath, method: Method, mut call: Call) -> Result<Response, GraphError> {
    match (&asked.path, &method) {
        (GraphPath::Applications, &Method::POST) => asked::create_application(call).await,
        (path, &Method::POST) => {
            let read = match path {
                GraphPath::GetByIds => legacy::get_by_ids(&call.body)?,
                _ => legacy::create_service_principal(&call.body)?,
            };
            call.body = Bytes::from(read.to_string());
            routes::dispatch(method, call).await
        }
        _ => routes::dispatch(method, call).await,
    }
}

/// Microsoft Graph's answer in the older form.
async fn shown(ctx: &Ctx, asked: &LegacyPath, answer: Response) -> Response {
    let (head, body) = answer.into_parts();
    let Ok(body) = body.collect().await;
    let body = body.to_bytes();
    let Ok(Value::Object(found)) = serde_json::from_slice(&body) else {
        return Response::from_parts(head, body.into());
    };
    let tenant = asked.tenant.as_deref().unwrap_or("myorganization");
    let base = format!("{}/{tenant}", ctx.origin.url());
    let made = head.status == StatusCode::CREATED;
    let value = match asked.collection() {
        Some(collection) if made || !asked.is_list() => legacy::element(&base, collection, found),
        collection => legacy::list(&base, collection, found),
    };
    dressed(json(head.status, &value))
}

fn refused(ctx: &Ctx, status: StatusCode, code: &str, message: &str) -> Response {
    let marks = Marks {
        trace: ctx.trace,
        correlation: ctx.correlation,
        at: ctx.now,
    };
    let mut response = dressed(json(status, &LegacyErrorBody::new(code, message, marks)));
    let more = match status {
        StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer realm=\"\"")),
        StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "1")),
        _ => None,
    };
    if let Some((name, value)) = more {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn dressed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(legacy::CONTENT_TYPE),
    );
    response
}
