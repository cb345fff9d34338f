//! The directory over Microsoft Graph v1.0: users, groups, applications, service principals, roles.
//!
//! Objects are passed through as JSON: what a caller reads in them is the caller's business.

mod applications;
mod audits;
mod groups;
mod policies;
mod principals;
mod roles;
mod service_principals;
mod tenant_settings;
mod users;

pub use audits::AuditQuery;
pub use principals::{Principal, PrincipalKind};
pub use tenant_settings::TenantSettings;

use crate::error::ServerMessage;
use crate::transport::{Again, Body, Request, Response, Transport};
use crate::{ClientOptions, Error, TokenSource};
use doorward_protocol::graph::{GraphErrorBody, List};
use doorward_protocol::paths::GraphPath;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::Value;
use std::sync::Arc;
use url::Url;

/// The resource whose tokens the directory accepts.
pub const RESOURCE: &str = "https://graph.microsoft.com/";

/// Most pages that a list is followed through.
const MAX_PAGES: usize = 10_000;

/// Calls to one server's directory, with one caller's tokens.
#[derive(Debug)]
pub struct DirectoryClient {
    transport: Transport,
    tokens: Arc<dyn TokenSource>,
}

impl DirectoryClient {
    /// The directory of the server of `options`, as whoever `tokens` are of.
    pub fn new(options: ClientOptions, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            transport: Transport::new(options),
            tokens,
        }
    }

    fn url(&self, path: &GraphPath, filter: Option<&str>) -> Result<Url, Error> {
        let mut url = self.transport.options().authority.at(&path.to_string())?;
        if let Some(filter) = filter {
            url.query_pairs_mut().append_pair("$filter", filter);
        }
        Ok(url)
    }

    async fn send(&self, method: Method, url: Url, body: Option<&Value>) -> Result<Response, Error> {
        let token = self.tokens.token(RESOURCE).await?;
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.secret().expose()))
            .map_err(|_| Error::Invalid("the access token is not fit for a header".to_owned()))?;
        header.set_sensitive(true);
        let bytes = body.map(serde_json::to_vec).transpose();
        let body = match bytes.map_err(|e| Error::Invalid(format!("the request can't be written: {e}")))? {
            Some(bytes) => Body::Json(bytes),
            None => Body::None,
        };
        let repeatable = method != Method::POST;
        let request = Request {
            method,
            url,
            authorization: Some(header),
            header: None,
            body,
            again: Again::when(repeatable),
        };
        let response = self.transport.send(&request).await?;
        if response.is_success() {
            Ok(response)
        } else {
            Err(refusal(&response))
        }
    }

    pub(crate) async fn get(&self, path: &GraphPath) -> Result<Value, Error> {
        self.send(Method::GET, self.url(path, None)?, None).await?.json()
    }

    /// All objects of a list, page after page; a next page on another server is refused.
    pub(crate) async fn list(&self, path: &GraphPath, filter: Option<&str>) -> Result<Vec<Value>, Error> {
        let mut url = self.url(path, filter)?;
        let mut objects = Vec::new();
        for _ in 0..MAX_PAGES {
            let page: List<Value> = self.send(Method::GET, url, None).await?.json()?;
            objects.extend(page.value);
            let Some(next) = page.next_link else {
                return Ok(objects);
            };
            url = self.next(&next)?;
        }
        Err(self.nonsense("the list has no end"))
    }

    fn next(&self, link: &str) -> Result<Url, Error> {
        Url::parse(link)
            .ok()
            .filter(|url| self.transport.options().authority.owns(url))
            .ok_or_else(|| self.nonsense("the next page is on another server"))
    }

    fn nonsense(&self, reason: &str) -> Error {
        Error::Unexpected {
            host: self.transport.options().authority.host(),
            reason: reason.to_owned(),
        }
    }

    pub(crate) async fn post(&self, path: &GraphPath, body: &Value) -> Result<Value, Error> {
        let response = self.send(Method::POST, self.url(path, None)?, Some(body)).await?;
        if response.body.is_empty() {
            Ok(Value::Null)
        } else {
            response.json()
        }
    }

    pub(crate) async fn patch(&self, path: &GraphPath, body: &Value) -> Result<(), Error> {
        self.send(Method::PATCH, self.url(path, None)?, Some(body))
            .await
            .map(drop)
    }

    pub(crate) async fn delete(&self, path: &GraphPath) -> Result<(), Error> {
        self.send(Method::DELETE, self.url(path, None)?, None)
            .await
            .map(drop)
    }

    /// `{"@odata.id": …}` for an object of this directory.
    pub(crate) fn reference(&self, object_id: &str) -> Result<Value, Error> {
        let url = self.url(&GraphPath::DirectoryObject(object_id.to_owned()), None)?;
        Ok(serde_json::json!({ "@odata.id": url.as_str() }))
    }
}

pub(crate) fn refusal(response: &Response) -> Error {
    let body = response.json::<GraphErrorBody>().ok().map(|body| body.error);
    let (code, text) = body.map_or_else(
        || {
            (
                String::new(),
                format!("{} answered with status {}", response.host, response.status),
            )
        },
        |error| (error.code, error.message),
    );
    Error::of_directory(
        ServerMessage {
            status: response.status,
            code,
            text,
            number: None,
        },
        response.retry_after,
    )
}

/// `text` as an OData string literal: in quotes, with quotes in it doubled.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
