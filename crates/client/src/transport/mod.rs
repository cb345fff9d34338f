//! HTTP: one connection pool per client, made at the first request; what is repeated and what is not.

mod failure;
mod retry;
mod tls;

pub use retry::RetryPolicy;

use crate::options::{ClientOptions, host_of};
use crate::{Error, entropy};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);
/// How long after the first time a lost answer is asked for that the server gives again for a minute only, and how long each
/// is waited for.
const SOON: doorward_names::Duration = doorward_names::Duration::seconds(40);
const SOON_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest answer that is read.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// A request, kept so that it can be sent again.
pub(crate) struct Request {
    pub method: Method,
    pub url: Url,
    pub authorization: Option<HeaderValue>,
    /// One more header.
    pub header: Option<(HeaderName, HeaderValue)>,
    pub body: Body,
    /// Whether it does no harm to have it done twice.
    pub again: Again,
}

/// Whether a request may be sent again when nobody knows whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// Within [`SOON`].
    Soon,
    Always,
}

impl Again {
    pub fn when(repeatable: bool) -> Self {
        if repeatable { Self::Always } else { Self::Never }
    }
}

pub(crate) enum Body {
    None,
    Form(Vec<u8>),
    Json(Vec<u8>),
}

impl Request {
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            authorization: None,
            header: None,
            body: Body::None,
            again: Again::Always,
        }
    }
}

/// An answer of any status, read to its end.
pub(crate) struct Response {
    pub status: u16,
    pub body: Vec<u8>,
    pub retry_after: Option<Duration>,
    /// Where it says how far it is (`Azure-AsyncOperation`), of something that takes longer.
    pub operation: Option<String>,
    /// Where the result will be (`Location`).
    pub location: Option<String>,
    pub host: String,
}

impl Response {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON of type `T`.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|e| Error::Unexpected {
            host: self.host.clone(),
            reason: format!("status {}, {e}", self.status),
        })
    }
}

/// Sends requests, and sends them again where that may help.
#[derive(Debug)]
pub(crate) struct Transport {
    options: ClientOptions,
    client: OnceLock<reqwest::Client>,
}

impl Transport {
    pub fn new(options: ClientOptions) -> Self {
        Self {
            options,
            client: OnceLock::new(),
        }
    }

    pub fn options(&self) -> &ClientOptions {
        &self.options
    }

    fn client(&self) -> Result<&reqwest::Client, Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = build(
            builder(
                &self.options,
                tls::configuration(self.options.ca_file.as_deref())?,
            )
            .timeout(TOTAL_TIMEOUT)
            .user_agent(concat!("doorward-sdk/", env!("CARGO_PKG_VERSION"))),
        )?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Sends `request` until it is answered with anything but 429 or 5xx, or patience ends.
    ///
    /// # Errors
    /// When no answer was had at all. A refusal is an answer.
    pub async fn send(&self, request: &Request) -> Result<Response, Error> {
        let mut made = 0;
        let began = self.options.clock.now();
        loop {
            made += 1;
            let answer = self.once(request).await;
            let repeatable = match request.again {
                Again::Never => false,
                Again::Soon => self.options.clock.now().since(began) < SOON,
                Again::Always => true,
            };
            let (result, asked_for) = match answer {
                Ok(response) if !worth_repeating(response.status, repeatable) => return Ok(response),
                Ok(response) => {
                    let asked_for = response.retry_after;
                    (Ok(response), asked_for)
                }
                Err(failure) if failure.is_final(repeatable) => return Err(failure.into()),
                Err(failure) => (Err(failure.into()), None),
            };
            let Some(pause) = self.options.retry.wait(made, asked_for) else {
                return result;
            };
            tracing::debug!(host = %host_of(&request.url), attempt = made, pause_ms = pause.as_millis(), "asking again");
            self.options.clock.sleep(pause).await;
        }
    }

    async fn once(&self, request: &Request) -> Result<Response, failure::Failure> {
        let host = host_of(&request.url);
        let fail = |e: reqwest::Error| failure::Failure::of(&host, &e);
        let mut builder = self
            .client()?
            .request(request.method.clone(), request.url.clone())
            .headers(self.headers(request));
        if request.again == Again::Soon {
            builder = builder.timeout(SOON_TIMEOUT);
        }
        builder = match &request.body {
            Body::None => builder,
            Body::Form(bytes) => builder
                .header("content-type", "application/x-www-form-urlencoded")
                .body(bytes.clone()),
            Body::Json(bytes) => builder
                .header("content-type", "application/json")
                .body(bytes.clone()),
        };
        let mut response = builder.send().await.map_err(fail)?;
        let status = response.status().as_u16();
        let header = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.trim().to_owned())
        };
        let retry_after = header("retry-after")
            .and_then(|value| value.parse().ok())
            .map(Duration::from_secs);
        let (operation, location) = (header("azure-asyncoperation"), header("location"));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(fail)? {
            if body.len() + chunk.len() > MAX_BODY {
                let reason = format!("it is longer than {MAX_BODY} bytes");
                return Err(Error::Unexpected { host, reason }.into());
            }
            body.extend_from_slice(&chunk);
        }
        tracing::debug!(http.method = %request.method, http.path = request.url.path(), http.status = status, %host, "answered");
        Ok(Response {
            status,
            body,
            retry_after,
            operation,
            location,
            host,
        })
    }

    fn headers(&self, request: &Request) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(&entropy::request_id().to_string()) {
            headers.insert("client-request-id", id);
        }
        if let Some(value) = &request.authorization {
            headers.insert("authorization", value.clone());
        }
        if let Some((name, value)) = &request.header {
            headers.insert(name, value.clone());
        }
        headers
    }
}

/// A client that passes on other people's requests: it may take as long as the answer takes, names no user agent of its
/// own, and speaks HTTP/2 where the server does.
pub(crate) fn pass_through(options: &ClientOptions) -> Result<reqwest::Client, Error> {
    let mut tls = tls::configuration(options.ca_file.as_deref())?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    build(builder(options, tls))
}

fn builder(options: &ClientOptions, tls: rustls::ClientConfig) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT);
    if options.authority.is_loopback() {
        builder.no_proxy()
    } else {
        builder
    }
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder
        .build()
        .map_err(|e| Error::Invalid(format!("the HTTP client can't be set up: {e}")))
}

/// 429 and 503 say that nothing was done; after the others nobody knows.
fn worth_repeating(status: u16, repeatable: bool) -> bool {
    matches!(status, 429 | 503) || repeatable && matches!(status, 408 | 500 | 502 | 504)
}
