//! HTTP under Azure's names: over TLS, every request is handed on; without TLS, none is.

use doorward_protocol::azure_hosts::AzureHost;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use crate::forward::{Body, plain};
use crate::relay::Relay;

/// How long a TLS handshake, and then a request's header, may take.
const PATIENCE: Duration = Duration::from_secs(30);

impl Relay {
    /// Ends TLS and answers until the client has had enough.
    pub(crate) async fn converse<S>(self: Arc<Self>, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.leaf.tls));
        let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await else {
            return;
        };
        let service = hyper::service::service_fn(move |request| {
            let relay = Arc::clone(&self);
            async move { Ok::<_, Infallible>(relay.answer(request).await) }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(64 * 1024);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(64 * 1024);
        if let Err(e) = builder.serve_connection(TokioIo::new(stream), service).await {
            tracing::debug!("connection ended: {e}");
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let is_head = *request.method() == Method::HEAD;
        let answer = match asked(&request) {
            Some(host) => self.server.answer(&host, request).await,
            None => plain(
                StatusCode::MISDIRECTED_REQUEST,
                "this certificate is for Azure's names inside a run; the request names another host\n",
            ),
        };
        match is_head {
            true => answer.map(|_| Full::default().map_err(|never| match never {}).boxed()),
            false => answer,
        }
    }
}

/// The one host that a request names: `:authority` on HTTP/2, else the Host header.
fn asked(request: &Request<Incoming>) -> Option<AzureHost> {
    if let Some(authority) = request.uri().authority() {
        return AzureHost::parse(authority.as_str());
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => AzureHost::parse(host.to_str().ok()?),
        _ => None,
    }
}

/// Answers plain HTTP under Azure's names: nothing is read from it but where it leads, and nothing goes on.
pub async fn redirect_to_tls<S>(stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(|request: Request<Incoming>| async move {
        Ok::<_, Infallible>(to_tls(&request))
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(e) = served {
        tracing::debug!("connection ended: {e}");
    }
}

/// 301 to the same address over TLS.
pub fn to_tls(request: &Request<Incoming>) -> Response<Body> {
    let mut response = plain(
        StatusCode::MOVED_PERMANENTLY,
        "Azure's names are answered over TLS only\n",
    );
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let location = asked(request).map(|host| format!("{}{path}", host.url()));
    match location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        Some(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        None => plain(
            StatusCode::BAD_REQUEST,
            "Azure's names are answered over TLS only\n",
        ),
    }
}
