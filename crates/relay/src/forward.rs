//! What is asked under Azure's names, handed to the server; and the short links that are Microsoft's, handed to them.

use bytes::Bytes;
use doorward_names::SecretString;
use doorward_protocol::azure_hosts::{
    AzureHost, AzurePlane, bad_gateway, below_extension_index, is_own_short_link,
};
use doorward_protocol::run::{ASKED_HOST_HEADER, TICKET_HEADER};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use std::error::Error;
use std::sync::OnceLock;
use url::Url;

/// A body on its way through.
pub type Body = BoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// What concerns one connection only (RFC 9110 §7.6.1), and so is never handed on.
const OF_THIS_CONNECTION: [HeaderName; 9] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// The server that answers, how it is reached, and by which ticket.
pub struct Server {
    origin: Url,
    client: reqwest::Client,
    ticket: HeaderValue,
    others: Option<(Others, OnceLock<Option<reqwest::Client>>)>,
}

/// Makes the client that reaches the rest of the network, when it is first needed.
pub type Others = Box<dyn Fn() -> Option<reqwest::Client> + Send + Sync>;

impl Server {
    /// The server at `origin` (`https://HOST[:PORT]`), reached by `client`, which trusts its certificate; `others`
    /// reaches the rest of the network, unless the run is cut off from it. Nothing when `ticket` is no header value.
    pub fn new(
        origin: Url,
        client: reqwest::Client,
        ticket: &SecretString,
        others: Option<Others>,
    ) -> Option<Self> {
        let mut ticket = HeaderValue::from_str(ticket.expose()).ok()?;
        ticket.set_sensitive(true);
        Some(Self {
            origin,
            client,
            ticket,
            others: others.map(|make| (make, OnceLock::new())),
        })
    }

    /// The answer to `request`, which was asked of `host`.
    pub(crate) async fn answer(&self, host: &AzureHost, request: Request<Incoming>) -> Response<Body> {
        let path = request.uri().path();
        let ours = is_own_short_link(path) || below_extension_index(path).is_some();
        if host.plane() == AzurePlane::ShortLinks && !ours {
            return self.microsofts(host, request).await;
        }
        let (mut head, body) = request.into_parts();
        clean(&mut head.headers);
        head.headers.remove(header::HOST);
        // Whatever the program says about these, it doesn't get through.
        head.headers.insert(TICKET_HEADER, self.ticket.clone());
        match HeaderValue::from_str(host.name()) {
            Ok(name) => head.headers.insert(ASKED_HOST_HEADER, name),
            Err(_) => return plain(StatusCode::BAD_REQUEST, "that is no host name\n"),
        };
        let mut url = self.origin.clone();
        url.set_path(head.uri.path());
        url.set_query(head.uri.query());
        pass(&self.client, (head.method, url, head.headers), body).await
    }

    fn others(&self) -> Option<&reqwest::Client> {
        let (make, made) = self.others.as_ref()?;
        made.get_or_init(make).as_ref()
    }

    /// A short link of Microsoft's: relayed as it is, without a body and without anything that names the person.
    async fn microsofts(&self, host: &AzureHost, request: Request<Incoming>) -> Response<Body> {
        let Some(others) = self.others() else {
            return plain(
                StatusCode::FORBIDDEN,
                "this run is offline, and the link is Microsoft's\n",
            );
        };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return plain(
                StatusCode::FORBIDDEN,
                "the link is Microsoft's, and this run sends nothing there\n",
            );
        }
        let (mut head, body) = request.into_parts();
        clean(&mut head.headers);
        for name in [header::HOST, header::AUTHORIZATION, header::COOKIE] {
            head.headers.remove(name);
        }
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let Ok(url) = Url::parse(&format!("{}{path}", host.url())) else {
            return plain(StatusCode::BAD_REQUEST, "that is no address\n");
        };
        pass(others, (head.method, url, head.headers), body).await
    }

    /// Hands on what a program asked its proxy for: a whole `https` URL that is not ours.
    pub(crate) async fn elsewhere(&self, url: Url, request: Request<Incoming>) -> Response<Body> {
        let Some(others) = self.others() else {
            return plain(StatusCode::FORBIDDEN, "this run is offline\n");
        };
        let (mut head, body) = request.into_parts();
        clean(&mut head.headers);
        head.headers.remove(header::HOST);
        pass(others, (head.method, url, head.headers), body).await
    }
}

async fn pass(
    client: &reqwest::Client,
    (method, url, headers): (Method, Url, HeaderMap),
    body: Incoming,
) -> Response<Body> {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().unwrap_or_default());
    let mut request = client.request(method, url).headers(headers);
    if !body.is_end_stream() {
        request = request.body(reqwest::Body::wrap(body));
    }
    match request.send().await {
        Ok(answer) => {
            let (mut head, body) = Response::<reqwest::Body>::from(answer).into_parts();
            clean(&mut head.headers);
            Response::from_parts(head, body.map_err(Into::into).boxed())
        }
        Err(e) => {
            let reason = e.source().map_or_else(|| e.to_string(), ToString::to_string);
            tracing::warn!(%host, "not reached: {reason}");
            unreached(&format!("doorward run: {host} can't be reached: {reason}"))
        }
    }
}

/// The answer when a server isn't there, as Azure's clients read errors.
fn unreached(message: &str) -> Response<Body> {
    let mut response = plain(StatusCode::BAD_GATEWAY, bad_gateway(message));
    let value = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

/// Takes out what concerns one connection only.
fn clean(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OF_THIS_CONNECTION) {
        headers.remove(name);
    }
}

/// An answer of the relay itself.
pub fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let body = Full::new(text.into()).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let value = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}
