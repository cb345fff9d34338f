//! The loopback proxy, where there can be no private network: CONNECT and absolute-form (RFC 9110 §9.3.6, RFC 9112
//! §3.2.2). Whoever shows the run's credential, or belongs to its command, may use it; Azure's names end here, the rest
//! is let through untouched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_names::SecretString;
use doorward_protocol::azure_hosts::AzureHost;
use http::header::{PROXY_AUTHENTICATE, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::authority::entropy;
use crate::forward::{Body, plain};
use crate::hello::{Beginning, begin};
use crate::relay::Relay;
use crate::serve::to_tls;
use crate::take::names_ours;
use crate::tunnel::{is_machine, splice};

/// How long a request's header may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The user name that goes with the credential; it says nothing.
const USER: &str = "run";

/// What the command's programs show to the proxy.
#[derive(Clone)]
pub struct Credential(SecretString);

impl Credential {
    /// 256 fresh random bits.
    pub fn make() -> Self {
        let mut bytes = [0; 32];
        entropy(&mut bytes);
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        Self(doorward_names::Secret::new(text))
    }

    /// `http://run:CREDENTIAL@127.0.0.1:PORT`, the value of HTTPS_PROXY.
    pub fn url(&self, port: u16) -> SecretString {
        let text = format!("http://{USER}:{}@127.0.0.1:{port}", self.0.expose());
        doorward_names::Secret::new(text)
    }

    fn admits(&self, value: &HeaderValue) -> bool {
        let Some(encoded) = value.to_str().ok().and_then(|text| text.strip_prefix("Basic ")) else {
            return false;
        };
        let Ok(pair) = STANDARD.decode(encoded.trim()) else {
            return false;
        };
        let wanted = format!("{USER}:{}", self.0.expose());
        pair.ct_eq(wanted.as_bytes()).into()
    }
}

/// Says whether the process at the other end of a loopback connection belongs to the run's command. For clients that
/// can't show a credential to a proxy, such as Java's.
pub type Peer = Arc<dyn Fn(SocketAddr) -> bool + Send + Sync>;

/// Who may use the proxy.
#[derive(Clone)]
pub struct Admission {
    /// Whoever shows this.
    pub credential: Credential,
    /// And whoever is one of these.
    pub peer: Peer,
}

impl Relay {
    /// Serves the proxy until the runtime ends.
    pub async fn proxy(self: Arc<Self>, listener: TcpListener, admission: Admission) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let (relay, admission) = (Arc::clone(&self), admission.clone());
                    tokio::spawn(relay.attend(stream, peer, admission));
                }
                Err(e) => {
                    tracing::warn!("a connection could not be taken: {e}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn attend(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, admission: Admission) {
        drop(stream.set_nodelay(true));
        let service = hyper::service::service_fn(move |request| {
            let (relay, admission) = (Arc::clone(&self), admission.clone());
            async move { Ok::<_, Infallible>(relay.asked(request, peer, &admission).await) }
        });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
            .await;
        if let Err(e) = served {
            tracing::debug!("connection ended: {e}");
        }
    }

    async fn asked(
        self: &Arc<Self>,
        request: Request<Incoming>,
        peer: SocketAddr,
        admission: &Admission,
    ) -> Response<Body> {
        let shown = request.headers().get(PROXY_AUTHORIZATION);
        let admitted = match shown {
            Some(value) => admission.credential.admits(value),
            None => {
                let belongs = Arc::clone(&admission.peer);
                tokio::task::spawn_blocking(move || belongs(peer))
                    .await
                    .unwrap_or(false)
            }
        };
        if !admitted {
            let mut response = plain(
                StatusCode::PROXY_AUTHENTICATION_REQUIRED,
                "this proxy belongs to a run of doorward, and you don't\n",
            );
            let challenge = HeaderValue::from_static("Basic realm=\"doorward run\"");
            response.headers_mut().insert(PROXY_AUTHENTICATE, challenge);
            return response;
        }
        if *request.method() == Method::CONNECT {
            return self.connect(request).await;
        }
        match request.uri().scheme_str() {
            Some("https") => self.absolute_https(request).await,
            Some("http") => self.absolute_http(request).await,
            _ => plain(
                StatusCode::BAD_REQUEST,
                "this is a proxy: ask it for a whole address\n",
            ),
        }
    }

    async fn connect(self: &Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let Some((host, port)) = target(request.uri()) else {
            return plain(StatusCode::BAD_REQUEST, "CONNECT takes HOST:PORT\n");
        };
        let ours = AzureHost::parse(&host).is_some();
        let there = match (ours, port) {
            (true, 443) => None,
            (true, _) => {
                return plain(
                    StatusCode::FORBIDDEN,
                    "Azure's names are answered on port 443 only\n",
                );
            }
            (false, _) => match self.outside.dial_name(&host, port, true).await {
                Ok(there) => Some(there),
                Err(e) => return unreachable(&host, &e),
            },
        };
        let relay = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(upgraded) = hyper::upgrade::on(request).await else {
                return;
            };
            let stream = TokioIo::new(upgraded);
            match there {
                None => relay.converse(stream).await,
                Some(there) if port != 443 => splice(stream, there).await,
                // A program that knows an address of its own doesn't carry our names away either.
                Some(there) => match begin(stream).await {
                    Ok((Beginning::Tls(Some(name)), stream)) if AzureHost::parse(&name).is_some() => {
                        relay.converse(stream).await;
                    }
                    Ok((_, stream)) => splice(stream, there).await,
                    Err(_) => {}
                },
            }
        });
        let mut response = plain(StatusCode::OK, "");
        response.headers_mut().clear();
        response
    }

    /// Some clients hand a proxy the whole request instead of a tunnel.
    async fn absolute_https(&self, request: Request<Incoming>) -> Response<Body> {
        let Some((host, port)) = target(request.uri()) else {
            return plain(StatusCode::BAD_REQUEST, "that is no address\n");
        };
        match AzureHost::parse(&host) {
            Some(ours) if port == 443 => self.server.answer(&ours, request).await,
            Some(_) => plain(
                StatusCode::FORBIDDEN,
                "Azure's names are answered on port 443 only\n",
            ),
            None => match Url::parse(&request.uri().to_string()) {
                Ok(url) if url.host_str().is_some_and(|host| !is_machine_name(host)) => {
                    self.server.elsewhere(url, request).await
                }
                _ => plain(
                    StatusCode::FORBIDDEN,
                    "this machine's own services are not reached from a run\n",
                ),
            },
        }
    }

    async fn absolute_http(&self, request: Request<Incoming>) -> Response<Body> {
        let Some((host, port)) = target(request.uri()) else {
            return plain(StatusCode::BAD_REQUEST, "that is no address\n");
        };
        if names_ours(&host) {
            return to_tls(&request);
        }
        let there = match self.outside.dial_name(&host, port, true).await {
            Ok(there) => there,
            Err(e) => return unreachable(&host, &e),
        };
        match hand_over(request, there).await {
            Ok(response) => response,
            Err(e) => plain(StatusCode::BAD_GATEWAY, format!("doorward run: {host}: {e}\n")),
        }
    }
}

fn unreachable(host: &str, reason: &std::io::Error) -> Response<Body> {
    plain(
        StatusCode::BAD_GATEWAY,
        format!("doorward run: {host} is not reached: {reason}\n"),
    )
}

/// Whether a host is written as an address of the machine's own.
fn is_machine_name(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse().is_ok_and(is_machine)
}

fn target(uri: &Uri) -> Option<(String, u16)> {
    let authority = uri.authority()?;
    let default = match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    };
    let port = authority.port_u16().or(default)?;
    Some((authority.host().to_owned(), port))
}

/// One request over a connection of its own, in the form that a server takes (RFC 9112 §3.2.1).
async fn hand_over(mut request: Request<Incoming>, there: TcpStream) -> hyper::Result<Response<Body>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(there)).await?;
    tokio::spawn(connection);
    // A name and password in the address are nobody's business but the client's.
    if let Some(authority) = request.uri().authority().cloned()
        && let Ok(host) = HeaderValue::from_str(authority.as_str().rsplit('@').next().unwrap_or_default())
    {
        request.headers_mut().insert(http::header::HOST, host);
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if let Ok(uri) = path.parse() {
        *request.uri_mut() = uri;
    }
    for name in [PROXY_AUTHORIZATION.as_str(), "proxy-connection"] {
        request.headers_mut().remove(name);
    }
    let response = sender.send_request(request).await?;
    Ok(response.map(|body| body.map_err(Into::into).boxed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_runs_credential_is_admitted() {
        let (credential, other) = (Credential::make(), Credential::make());
        let shown = |credential: &Credential| {
            let pair = format!("run:{}", credential.0.expose());
            HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).unwrap()
        };
        assert!(credential.admits(&shown(&credential)));
        assert!(!credential.admits(&shown(&other)));
        for text in ["", "Basic", "Basic !", "Bearer x", "Basic cnVuOg=="] {
            assert!(
                !credential.admits(&HeaderValue::from_str(text).unwrap()),
                "{text}"
            );
        }
    }
}
