//! The one function through which every request goes: who is asked for, by whom, and the plane that answers.

use bytes::Bytes;
use doorward_names::{CorrelationId, TraceId};
use doorward_protocol::azure_hosts::is_own_short_link;
use doorward_protocol::paths::{EXTENSIONS, GraphPath, StsPath};
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::Full;
use std::net::IpAddr;
use std::sync::Arc;

use super::body::Lent;
use crate::app::App;
use crate::ctx::Ctx;
use crate::origin::Origin;
use crate::run::relayed::Relayed;
use crate::{arm, entropy, extension, graph, run, sts, web};

/// An answer, whole.
pub type Response = http::Response<Full<Bytes>>;

/// A request whose body has not been read yet.
pub type Request<B> = http::Request<B>;

/// Answers one request from `peer`.
pub async fn respond<B>(app: &Arc<App>, peer: IpAddr, request: Request<B>) -> Response
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let trace = TraceId::from_random(entropy::bytes());
    let correlation = correlation(request.headers(), trace);
    let (head, body) = request.into_parts();
    let (body, rest) = Lent::new(body);
    let is_head = head.method == Method::HEAD;
    let request = Request::from_parts(head, body);
    let mut response = route(app, peer, request, (trace, correlation)).await;
    rest.read_to_end().await;
    dress(&mut response, trace, correlation);
    match is_head {
        true => without_body(response),
        false => response,
    }
}

/// The answer to a HEAD: what a GET would say, but for the body, and how long that is (RFC 9110 §9.3.2).
fn without_body(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    if let Some(length) = http_body::Body::size_hint(&body).exact() {
        head.headers.insert(header::CONTENT_LENGTH, length.into());
    }
    Response::from_parts(head, Full::default())
}

async fn route<B>(
    app: &Arc<App>,
    peer: IpAddr,
    request: Request<B>,
    ids: (TraceId, CorrelationId),
) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    if head.uri.path() == doorward_protocol::paths::HEALTH {
        return crate::ops::health(app, &head.method).await;
    }
    let Some(origin) = host(&head).and_then(|host| app.origins.of_host(host)) else {
        let name = app.origins.first().url();
        return text(
            StatusCode::MISDIRECTED_REQUEST,
            format!("this server is {name}; no other name is answered\n"),
        );
    };
    let now = app.clock.now();
    let forwarded = head.headers.get("x-forwarded-for").and_then(|v| v.to_str().ok());
    let mut ctx = Ctx {
        app: Arc::clone(app),
        origin: Arc::clone(origin),
        outside: Arc::clone(origin),
        ticket: None,
        now,
        trace: ids.0,
        correlation: ids.1,
        source: app.trusted_proxies.source(peer, forwarded),
    };
    if !app.is_initialised().await {
        return text(
            StatusCode::SERVICE_UNAVAILABLE,
            "not set up yet: run `doorward init`\n".to_owned(),
        );
    }
    match run::relayed::read(app, &head, now).await {
        Ok(None) => {}
        Ok(Some(Relayed { host, ticket })) => {
            ctx.origin = Arc::new(Origin::azure(host.clone()));
            ctx.ticket = Some(Arc::new(ticket));
            return super::relayed::answer(&ctx, &host, &head, body).await;
        }
        Err(refusal) => return refusal.answer(),
    }
    let path = head.uri.path();
    if let Some(path) = GraphPath::parse(path) {
        graph::answer(&ctx, path, &head, body).await
    } else if graph::owns(path) {
        graph::unknown_path(&ctx, path)
    } else if arm::owns(path) {
        arm::answer(&ctx, &head, body).await
    } else if doorward_protocol::paths::is_discovery(path) {
        arm::discover(&ctx, &head.method)
    } else if doorward_protocol::paths::is_metadata_endpoints(path) {
        sts::metadata(&ctx, head.uri.query().unwrap_or_default())
    } else if path == doorward_protocol::paths::ERROR_PAGE {
        web::error::show(head.uri.query().unwrap_or_default())
    } else if path == web::STYLE_PATH {
        web::style()
    } else if path == doorward_protocol::paths::SETUP {
        web::setup::answer(&ctx, &head, body).await
    } else if path == doorward_protocol::paths::MY_SIGN_IN {
        web::my_sign_in::answer(&ctx, &head, body).await
    } else if path == doorward_protocol::paths::REDEEM {
        web::redeem::answer(&ctx, &head, body).await
    } else if run::owns(path) {
        run::answer(&ctx, &head, body).await
    } else if let Some(below) = path.strip_prefix(EXTENSIONS) {
        let base = format!("{}{EXTENSIONS}", ctx.origin.url());
        extension::answer(&base, below, &head.method)
    } else if is_own_short_link(path) {
        web::device_login::answer(&ctx, &head, body).await
    } else if let Some(path) = StsPath::parse(path) {
        sts::answer(&ctx, path, &head, body).await
    } else {
        text(StatusCode::NOT_FOUND, "no such page here\n".to_owned())
    }
}

/// The name that the client asks for: `:authority` on HTTP/2, the one Host header on HTTP/1.1.
fn host(head: &http::request::Parts) -> Option<&str> {
    if let Some(authority) = head.uri.authority() {
        return Some(authority.as_str());
    }
    let mut hosts = head.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

fn correlation(headers: &HeaderMap, trace: TraceId) -> CorrelationId {
    headers
        .get("client-request-id")
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or_else(|| CorrelationId::from_bytes(*trace.as_bytes()))
}

/// The headers that every answer carries.
fn dress(response: &mut Response, trace: TraceId, correlation: CorrelationId) {
    const ALWAYS: [(HeaderName, &str); 4] = [
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::PRAGMA, "no-cache"),
    ];
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    for (name, id) in [
        ("x-ms-request-id", trace.to_string()),
        ("request-id", trace.to_string()),
        ("client-request-id", correlation.to_string()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&id) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// An answer in JSON.
pub fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => with_type(status, "application/json; charset=utf-8", Bytes::from(bytes)),
        Err(e) => {
            tracing::error!("an answer could not be written: {e}");
            text(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n".to_owned())
        }
    }
}

/// An answer in plain words.
pub fn text(status: StatusCode, body: String) -> Response {
    with_type(status, "text/plain; charset=utf-8", Bytes::from(body))
}

/// An answer of any type.
pub fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The answer to a method that a path does not know.
pub fn method_not_allowed(allowed: &'static [Method]) -> Response {
    let list = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, format!("only {list} here\n"));
    if let Ok(value) = HeaderValue::from_str(&list) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
