//! Resource Manager: subscriptions, resource groups, roles and who has them, workspaces and what runs in them.
//!
//! Bodies are those of [`models`]; places are [`doorward_names::Scope`]s. What takes longer is waited for.
//!
//! ```no_run
//! # async fn example() -> Result<(), doorward_sdk::Error> {
//! use doorward_sdk::ServicePrincipalAuthentication;
//! use doorward_sdk::resource_manager::ResourceManagerClient;
//!
//! let auth = ServicePrincipalAuthentication::from_env()?;
//! let manager = ResourceManagerClient::of(auth)?;
//! for subscription in manager.subscriptions().await? {
//!     println!("{} {}", subscription.subscription_id, subscription.display_name);
//! }
//! # Ok(()) }
//! ```

mod access;
mod computes;
mod deployments;
mod management_groups;
mod polling;
mod providers;
mod resource_groups;
mod resources;
mod role_assignments;
mod role_definitions;
mod subscriptions;
mod workspaces;

pub use computes::{ComputeAction, UnderlyingResource};
pub use role_assignments::AssignmentFilter;
pub use workspaces::WORKSPACE_TYPE;

/// The bodies.
pub use doorward_protocol::arm as models;
pub use doorward_protocol::paths::MACHINE_LEARNING;

use crate::error::ServerMessage;
use crate::transport::{Again, Body, Request, Response, Transport};
use crate::{ClientOptions, Error, TokenSource};
use doorward_protocol::arm::{ErrorBody, List};
use doorward_protocol::paths::ArmPath;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use url::Url;

/// The resource whose tokens Resource Manager accepts.
pub const RESOURCE: &str = "https://management.core.windows.net/";

/// Most pages that a list is followed through.
const MAX_PAGES: usize = 10_000;

/// Calls to one server's Resource Manager, with one caller's tokens.
#[derive(Debug)]
pub struct ResourceManagerClient {
    transport: Transport,
    tokens: Arc<dyn TokenSource>,
}

/// What is asked for, without its body.
struct Ask<'a> {
    method: Method,
    path: &'a ArmPath,
    version: &'static str,
    query: &'a [(&'a str, &'a str)],
    /// Whether it does no harm to have it done twice.
    repeatable: bool,
}

impl<'a> Ask<'a> {
    fn new(method: Method, path: &'a ArmPath, version: &'static str) -> Self {
        Self {
            repeatable: method != Method::POST,
            method,
            path,
            version,
            query: &[],
        }
    }

    /// A POST that only asks.
    fn question(path: &'a ArmPath, version: &'static str) -> Self {
        Self {
            repeatable: true,
            ..Self::new(Method::POST, path, version)
        }
    }

    fn query(self, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..self }
    }
}

impl ResourceManagerClient {
    /// The Resource Manager of the server of `options`, as whoever `tokens` are of.
    pub fn new(options: ClientOptions, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            transport: Transport::new(options),
            tokens,
        }
    }

    /// The Resource Manager of the server that `tokens` are of.
    ///
    /// # Errors
    /// As [`TokenSource::server`].
    pub fn of(tokens: impl TokenSource + 'static) -> Result<Self, Error> {
        Ok(Self::new(tokens.server()?, Arc::new(tokens)))
    }

    /// The same caller in the directory.
    pub fn directory(&self) -> crate::directory::DirectoryClient {
        crate::directory::DirectoryClient::new(self.transport.options().clone(), Arc::clone(&self.tokens))
    }

    fn url(&self, ask: &Ask<'_>) -> Result<Url, Error> {
        let mut url = self.transport.options().authority.at(&ask.path.to_string())?;
        let mut pairs = url.query_pairs_mut();
        pairs.append_pair("api-version", ask.version);
        ask.query.iter().for_each(|(name, value)| {
            pairs.append_pair(name, value);
        });
        drop(pairs);
        Ok(url)
    }

    async fn raw(
        &self,
        method: Method,
        url: Url,
        body: Option<Vec<u8>>,
        repeatable: bool,
    ) -> Result<Response, Error> {
        let token = self.tokens.token(RESOURCE).await?;
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.secret().expose()))
            .map_err(|_| Error::Invalid("the access token is not fit for a header".to_owned()))?;
        header.set_sensitive(true);
        let request = Request {
            method,
            url,
            authorization: Some(header),
            header: None,
            body: body.map_or(Body::None, Body::Json),
            again: Again::when(repeatable),
        };
        self.transport.send(&request).await
    }

    async fn send(&self, ask: Ask<'_>, body: Option<Vec<u8>>) -> Result<Response, Error> {
        let url = self.url(&ask)?;
        accepted(self.raw(ask.method, url, body, ask.repeatable).await?)
    }

    async fn get<T: DeserializeOwned>(&self, path: &ArmPath, version: &'static str) -> Result<T, Error> {
        self.ask(Ask::new(Method::GET, path, version)).await
    }

    async fn ask<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Error> {
        self.send(ask, None).await?.json()
    }

    async fn tell<B: Serialize, T: DeserializeOwned>(&self, ask: Ask<'_>, body: &B) -> Result<T, Error> {
        self.send(ask, Some(encoded(body)?)).await?.json()
    }

    /// All of a list, page after page; a next page on another server is refused.
    async fn list<T: DeserializeOwned>(
        &self,
        path: &ArmPath,
        version: &'static str,
        query: &[(&str, &str)],
    ) -> Result<Vec<T>, Error> {
        let mut url = self.url(&Ask::new(Method::GET, path, version).query(query))?;
        let mut items = Vec::new();
        for _ in 0..MAX_PAGES {
            let page: List<T> = accepted(self.raw(Method::GET, url, None, true).await?)?.json()?;
            items.extend(page.value);
            let Some(next) = page.next_link else {
                return Ok(items);
            };
            url = self.ours(&next, "the next page")?;
        }
        Err(self.nonsense("the list has no end"))
    }

    /// A URL that the server gave, if it is the server's own.
    fn ours(&self, link: &str, what: &str) -> Result<Url, Error> {
        Url::parse(link)
            .ok()
            .filter(|url| self.transport.options().authority.owns(url))
            .ok_or_else(|| self.nonsense(&format!("{what} is on another server")))
    }

    fn nonsense(&self, reason: &str) -> Error {
        Error::Unexpected {
            host: self.transport.options().authority.host(),
            reason: reason.to_owned(),
        }
    }
}

fn encoded<B: Serialize>(body: &B) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|e| Error::Invalid(format!("the request can't be written: {e}")))
}

fn accepted(response: Response) -> Result<Response, Error> {
    if response.is_success() {
        return Ok(response);
    }
    let error = response.json::<ErrorBody>().ok().map(|body| body.error);
    let (code, text) = error.map_or_else(
        || {
            let text = format!("{} answered with status {}", response.host, response.status);
            (String::new(), text)
        },
        |error| (error.code, error.message),
    );
    let message = ServerMessage {
        status: response.status,
        code,
        text,
        number: None,
    };
    Err(Error::of_resource_manager(message, response.retry_after))
}
