//! One call: who asks, what for, and with what.

use bytes::Bytes;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::resource::FirstParty;
use doorward_domain::token::TokenVersion;
use doorward_names::{ObjectId, SubscriptionId, TenantId};

use doorward_store::{self as store, QueryError};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

use super::ArmError;
use super::query::Query;
use crate::bearer::{self, Bearer, BearerKind, TokenProblem};
use crate::ctx::Ctx;
use crate::graph::access::{Stop, standing};
use crate::graph::{GraphError, is_json};
use crate::http::{BodyError, Response, collect, json};
use crate::snapshots::AccessIndex;

/// Largest body of a request, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// A principal whose token is good and who may still sign in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What the token says.
    pub bearer: Bearer,
    /// Sign-in name of a person, application id of an application.
    pub name: String,
    /// Directory roles held now.
    pub roles: Vec<DirectoryRole>,
}

impl Caller {
    /// The object id.
    pub const fn id(&self) -> ObjectId {
        self.bearer.id
    }

    /// The tenant.
    pub const fn tenant(&self) -> TenantId {
        self.bearer.tenant
    }
}

/// A call that may be decided on.
pub struct Call {
    /// The request.
    pub ctx: Ctx,
    /// Who calls.
    pub caller: Caller,
    /// How; a HEAD is one.
    pub method: Method,
    /// The query string.
    pub query: Query,
    /// What decides on access.
    pub access: Arc<AccessIndex>,
    /// The path as it came, for links to the next page.
    pub raw_path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// Reads what is left of a request.
    pub async fn read<B>(ctx: &Ctx, caller: Caller, head: &Parts, body: B) -> Result<Self, ArmError>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let query = Query::parse(head.uri.query().unwrap_or_default())?;
        let body = collect(body, MAX_BODY).await.map_err(|e| match e {
            BodyError::TooLarge(limit) => ArmError::BodyTooLarge(limit),
            BodyError::CutOff => ArmError::Body("the content was cut off".to_owned()),
        })?;
        if !body.is_empty() && !is_json(head) {
            return Err(ArmError::MediaType);
        }
        Ok(Self {
            access: ctx.app.snapshots.access(caller.tenant()).await?,
            ctx: ctx.clone(),
            caller,
            method: head.method.clone(),
            query,
            raw_path: head.uri.path().to_owned(),
            headers: head.headers.clone(),
            body,
        })
    }

    /// The caller's tenant, which everything within reach is in.
    pub const fn tenant(&self) -> TenantId {
        self.caller.tenant()
    }

    /// The body, read as `T`.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, ArmError> {
        parse(&self.body)
    }

    /// The body, or `T`'s default when there is none.
    pub fn body_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, ArmError> {
        match self.body.is_empty() {
            true => Ok(T::default()),
            false => self.body(),
        }
    }

    /// The conditions of the request, for a closure.
    pub fn conditions(&self) -> Conditions {
        let text = |name| {
            let value = self.headers.get(name)?;
            Some(value.to_str().unwrap_or_default().to_owned())
        };
        Conditions {
            matches: text(header::IF_MATCH),
            none_matches: text(header::IF_NONE_MATCH),
        }
    }

    /// The subscription of a path, if it is the caller's tenant's.
    pub async fn subscription(&self, id: SubscriptionId) -> Result<(), ArmError> {
        let found = self
            .ctx
            .app
            .store
            .read(move |view| store::subscription::tenant_of(view, id))
            .await?;
        match found {
            Some(tenant) if tenant == self.tenant() => Ok(()),
            Some(other) => {
                let origin = &self.ctx.origin;
                Err(ArmError::WrongTenant {
                    issuer: origin.issuer(TokenVersion::V1, self.tenant()),
                    expected: origin.issuer(TokenVersion::V1, other),
                    authority: origin.tenant_url(other),
                })
            }
            None => Err(ArmError::SubscriptionNotFound(id)),
        }
    }

    /// The link to the page after `last`.
    pub fn next_link(&self, last: &str) -> String {
        format!(
            "{}{}?{}",
            self.ctx.origin.url(),
            self.raw_path,
            self.query.next(last)
        )
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ArmError> {
    let parsed: serde_json::Value =
        serde_json::from_slice(body).map_err(|e| ArmError::Body(one_line(&e.to_string())))?;
    if holds_nul(&parsed) {
        return Err(ArmError::Body(
            "a text in it holds the character U+0000".to_owned(),
        ));
    }
    serde_json::from_value(parsed).map_err(|e| ArmError::Body(one_line(&e.to_string())))
}

/// Deep nesting was refused by the parser before.
fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// What If-Match and If-None-Match say.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    matches: Option<String>,
    none_matches: Option<String>,
}

/// Refuses when the conditions aren't met by what is there (RFC 9110 §13.1).
pub fn precondition(conditions: &Conditions, version: Option<u64>) -> Result<(), ArmError> {
    let names = |text: &str| {
        text.split(',').map(str::trim).any(|tag| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag == "*" && version.is_some() || version.is_some_and(|version| tag == etag(version))
        })
    };
    let met = conditions.matches.as_deref().is_none_or(names)
        && !conditions.none_matches.as_deref().is_some_and(names);
    if met {
        Ok(())
    } else {
        Err(ArmError::PreconditionFailed)
    }
}

/// A version as an entity tag.
pub fn etag(version: u64) -> String {
    format!("\"{version:x}\"")
}

/// Who calls, if the token is for this plane and its principal may still sign in. Before that nothing is said.
pub async fn authenticate(ctx: &Ctx, head: &Parts) -> Result<Caller, ArmError> {
    let is_ours = |audience: &str| FirstParty::find(audience) == Some(FirstParty::ResourceManager);
    let bearer = bearer::authenticate(ctx, &head.headers, is_ours).await?;
    let (asked, now) = (bearer.clone(), ctx.now);
    let found = ctx
        .app
        .store
        .read(move |view| {
            let standing = match standing(view, &asked, now) {
                Ok(standing) => standing,
                Err(Stop::Refused(GraphError::Token(problem))) => return Ok(Err(problem)),
                Err(Stop::Refused(_)) => return Ok(Err(TokenProblem::Principal)),
                Err(Stop::Failed(failure)) => return Err::<_, QueryError>(failure),
            };
            let name = match &asked.kind {
                BearerKind::Application => Some(asked.client.to_string()),
                BearerKind::Person { .. } => {
                    let user = store::user::find(view, asked.tenant, asked.id)?;
                    user.map(|user| user.upn.to_string())
                }
            };
            let named = name.map(|name| (name, standing.roles));
            Ok(named.ok_or(TokenProblem::Principal))
        })
        .await?;
    let (name, roles) = found.map_err(ArmError::Token)?;
    Ok(Caller { bearer, name, roles })
}

/// 200 with a body.
pub fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// 201 with a body.
pub fn created(body: &impl Serialize) -> Response {
    json(StatusCode::CREATED, body)
}

/// A status alone.
pub fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// 204 to a HEAD that asks whether something is there, which is how clients read it.
pub fn is_there(call: &Call, response: Response) -> Response {
    match call.method == Method::HEAD && response.status() == StatusCode::OK {
        true => bare(StatusCode::NO_CONTENT),
        false => response,
    }
}

/// With the entity tag of what is shown.
pub fn tagged(mut response: Response, version: u64) -> Response {
    if let Ok(value) = HeaderValue::from_str(&etag(version)) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}
