//! Every way in which Resource Manager says no, and what it says then.

use doorward_names::{ObjectId, Scope, SubscriptionId, TenantId, Timestamp};
use doorward_protocol::arm::ErrorBody;
use doorward_protocol::paths::{ArmPathProblem, EndpointVersion, StsPath};
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use std::borrow::Cow;
use std::fmt::Display;

use super::catalogue::PLACES;
use crate::bearer::{TokenProblem, Unknown, insufficient_claims};
use crate::ctx::Ctx;
use crate::http::{Response, json};

/// Why Resource Manager says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmError {
    /// The caller is not known.
    Token(TokenProblem),
    /// The subscription is another tenant's than the token's.
    WrongTenant {
        /// The token's issuer.
        issuer: String,
        /// The subscription's.
        expected: String,
        /// Where a token is to be had.
        authority: String,
    },
    /// The caller may not.
    Forbidden {
        /// Sign-in name, or application id.
        name: String,
        /// Object id.
        id: ObjectId,
        /// What.
        action: String,
        /// Where.
        scope: String,
    },
    /// The caller may, but not what it takes elsewhere.
    LinkedForbidden(Box<Linked>),
    /// There is no such subscription.
    SubscriptionNotFound(SubscriptionId),
    /// That is no subscription's id.
    InvalidSubscriptionId(String),
    /// There is no such resource group.
    ResourceGroupNotFound(String),
    /// There is no such resource.
    ResourceNotFound(Scope),
    /// What this would be part of is not there.
    ParentNotFound(Scope),
    /// There is no such thing, in these words.
    NotFound(&'static str, String),
    /// The request is wrong, in these words.
    Invalid(&'static str, String),
    /// The request is wrong in a way that has no word of its own.
    InvalidRequest(String),
    /// The request and what is there don't go together.
    Conflict(&'static str, String),
    /// Somebody else changed it first.
    PreconditionFailed,
    /// No version was asked for.
    MissingApiVersion,
    /// That is no version.
    InvalidApiVersion(String),
    /// The body cannot be read.
    Body(String),
    /// The body has more bytes than this.
    BodyTooLarge(usize),
    /// The body is no JSON by its Content-Type.
    MediaType,
    /// This version doesn't serve that.
    NotServed,
    /// The store is not at hand.
    Unavailable,
}

/// An allowed action, and the one elsewhere that is missing for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Sign-in name, or application id.
    pub name: String,
    /// Object id.
    pub id: ObjectId,
    /// What is allowed.
    pub action: String,
    /// Where.
    pub scope: String,
    /// What isn't.
    pub missing: String,
    /// Where.
    pub linked: String,
}

impl ArmError {
    fn row(&self, now: Timestamp) -> (StatusCode, &'static str, Cow<'static, str>) {
        let (status, code, text) = match self {
            Self::Token(problem) => {
                let (code, text) = token_row(*problem, now);
                return (StatusCode::UNAUTHORIZED, code, text);
            }
            Self::WrongTenant {
                issuer,
                expected,
                authority,
            } => (
                StatusCode::UNAUTHORIZED,
                "InvalidAuthenticationTokenTenant",
                format!(
                    "The access token is from the wrong issuer '{issuer}'. It must match the tenant '{expected}' \
                     associated with this subscription. Please use the authority (URL) '{authority}' to get the token."
                ),
            ),
            Self::Forbidden {
                name,
                id,
                action,
                scope,
            } => (
                StatusCode::FORBIDDEN,
                "AuthorizationFailed",
                format!(
                    "The client '{name}' with object id '{id}' does not have authorization to perform action \
                     '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please \
                     refresh your credentials."
                ),
            ),
            Self::LinkedForbidden(linked) => {
                let Linked {
                    name,
                    id,
                    action,
                    scope,
                    missing,
                    linked,
                } = linked.as_ref();
                (
                    StatusCode::FORBIDDEN,
                    "LinkedAuthorizationFailed",
                    format!(
                        "The client '{name}' with object id '{id}' has permission to perform action '{action}' on \
                         scope '{scope}'; however, it does not have permission to perform action '{missing}' on the \
                         linked scope(s) '{linked}' or the linked scope(s) are invalid."
                    ),
                )
            }
            Self::SubscriptionNotFound(id) => (
                StatusCode::NOT_FOUND,
                "SubscriptionNotFound",
                format!("The subscription '{id}' could not be found."),
            ),
            Self::InvalidSubscriptionId(text) => (
                StatusCode::BAD_REQUEST,
                "InvalidSubscriptionId",
                format!("The provided subscription identifier '{text}' is malformed or invalid."),
            ),
            Self::ResourceGroupNotFound(name) => (
                StatusCode::NOT_FOUND,
                "ResourceGroupNotFound",
                format!("Resource group '{name}' could not be found."),
            ),
            Self::ResourceNotFound(scope) => (
                StatusCode::NOT_FOUND,
                "ResourceNotFound",
                format!(
                    "The Resource '{}' under resource group '{}' was not found. For more details please go to \
                     https://aka.ms/ARMResourceNotFoundFix",
                    interleaved(scope),
                    scope
                        .resource_group_name()
                        .map(|name| name.to_string())
                        .unwrap_or_default()
                ),
            ),
            Self::ParentNotFound(scope) => (
                StatusCode::NOT_FOUND,
                "ParentResourceNotFound",
                format!(
                    "Failed to perform 'write' on resource(s) of type '{}', because the parent resource '{}' \
                     could not be found.",
                    scope.resource_type().unwrap_or_default(),
                    scope
                        .parent()
                        .map(|parent| parent.to_string())
                        .unwrap_or_default()
                ),
            ),
            Self::NotFound(code, text) => (StatusCode::NOT_FOUND, *code, text.clone()),
            Self::Invalid(code, text) => (StatusCode::BAD_REQUEST, *code, text.clone()),
            Self::InvalidRequest(text) => (StatusCode::BAD_REQUEST, "InvalidRequest", text.clone()),
            Self::Conflict(code, text) => (StatusCode::CONFLICT, *code, text.clone()),
            Self::PreconditionFailed => (
                StatusCode::PRECONDITION_FAILED,
                "PreconditionFailed",
                "The condition of the request's If-Match or If-None-Match header isn't met.".to_owned(),
            ),
            Self::MissingApiVersion => (
                StatusCode::BAD_REQUEST,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.".to_owned(),
            ),
            Self::InvalidApiVersion(version) => (
                StatusCode::BAD_REQUEST,
                "InvalidApiVersionParameter",
                format!("The api-version '{version}' is invalid: it is a date, such as 2020-08-01."),
            ),
            Self::Body(why) => (
                StatusCode::BAD_REQUEST,
                "InvalidRequestContent",
                format!("The request content was invalid and could not be deserialized: '{why}'."),
            ),
            Self::BodyTooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestContentTooLarge",
                format!("The request content may have at most {limit} bytes."),
            ),
            Self::MediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UnsupportedMediaType",
                "The request content must be of the media type 'application/json'.".to_owned(),
            ),
            Self::NotServed => (
                StatusCode::NOT_FOUND,
                "NotFound",
                "This server has nothing at this path of Resource Manager.".to_owned(),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "ServerBusy",
                "The server cannot reach its store: try again after a second.".to_owned(),
            ),
        };
        (status, code, Cow::Owned(text))
    }

    /// The refusal of a place that isn't one.
    pub fn no_such_place(location: &str, what: &str) -> Self {
        let shown: String = location.chars().filter(|c| !c.is_control()).take(64).collect();
        let all: Vec<_> = PLACES.iter().map(|place| place.name).collect();
        Self::Invalid(
            match what {
                "resource group" => "LocationNotAvailableForResourceGroup",
                _ => "LocationNotAvailableForResourceType",
            },
            format!(
                "The provided location '{shown}' is not available for {what}. List of available regions is '{}'.",
                all.join(",")
            ),
        )
    }

    /// The error's word, and its sentence.
    pub fn in_words(&self, now: Timestamp) -> (&'static str, String) {
        let (_, code, text) = self.row(now);
        (code, text.into_owned())
    }

    /// Whether it is answered by a challenge.
    pub const fn is_challenge(&self) -> bool {
        matches!(self, Self::Token(_) | Self::WrongTenant { .. })
    }

    /// The answer. A challenge names the tenant of the subscription that was asked for, if there is one: clients that
    /// know a subscription only find its tenant by that.
    pub fn answer(&self, ctx: &Ctx, tenant: Option<TenantId>) -> Response {
        let (status, code, message) = self.row(ctx.now);
        let mut response = json(status, &ErrorBody::new(code, message.clone()));
        let headers = response.headers_mut();
        if self.is_challenge() {
            let where_to = tenant.map_or_else(|| common(ctx), |tenant| ctx.origin.tenant_url(tenant));
            let why = match self {
                Self::Token(TokenProblem::Missing) => {
                    "The authentication failed because of missing 'Authorization' header."
                }
                _ => &message,
            };
            let challenge = match self {
                Self::Token(TokenProblem::SignedOut { capable: true }) => format!(
                    "Bearer authorization_uri=\"{where_to}\", error_description=\"{why}\"{}",
                    insufficient_claims(ctx.now)
                ),
                _ => format!(
                    "Bearer authorization_uri=\"{where_to}\", error=\"invalid_token\", error_description=\"{why}\""
                ),
            };
            if let Ok(value) = HeaderValue::from_str(&challenge) {
                headers.insert(header::WWW_AUTHENTICATE, value);
            }
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A resource as its refusal names it: the provider, then types and names by turns.
fn interleaved(scope: &Scope) -> String {
    let text = scope.as_str();
    let at = scope
        .key()
        .rfind("/providers/")
        .map(|at| at + "/providers/".len());
    // Lower case may be longer or shorter than what was written; then the key has to do.
    match at {
        Some(at) if text.len() == scope.key().len() => text.get(at..).unwrap_or_default().to_owned(),
        Some(at) => scope.key().get(at..).unwrap_or_default().to_owned(),
        None => text.to_owned(),
    }
}

fn common(ctx: &Ctx) -> String {
    let tenant = "common".to_owned();
    let version = EndpointVersion::V1;
    let authorize = StsPath::Authorize { tenant, version };
    format!("{}{authorize}", ctx.origin.login_url())
}

fn token_row(problem: TokenProblem, now: Timestamp) -> (&'static str, Cow<'static, str>) {
    let (code, text) = match problem {
        TokenProblem::Missing => (
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ),
        TokenProblem::Invalid => ("InvalidAuthenticationToken", "The access token is invalid."),
        TokenProblem::Expired { since } => {
            let text = format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                since.to_us_form(),
                now.to_us_form()
            );
            return ("ExpiredAuthenticationToken", Cow::Owned(text));
        }
        TokenProblem::NotYet => ("InvalidAuthenticationToken", "The access token is not yet valid."),
        TokenProblem::Audience => (
            "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for wrong audience or resource.",
        ),
        TokenProblem::Issuer => (
            "InvalidAuthenticationTokenTenant",
            "The access token is from the wrong issuer.",
        ),
        TokenProblem::SignedOut { .. } => (
            "InvalidAuthenticationToken",
            "The session of the access token has ended: sign in again.",
        ),
        TokenProblem::Principal => (
            "InvalidAuthenticationToken",
            "The principal of the access token is disabled, or its session has ended.",
        ),
    };
    (code, Cow::Borrowed(text))
}

impl From<Unknown> for ArmError {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Token(problem) => Self::Token(problem),
            Unknown::Store(error) => error.into(),
        }
    }
}

impl From<ArmPathProblem> for ArmError {
    fn from(problem: ArmPathProblem) -> Self {
        match problem {
            ArmPathProblem::SubscriptionId(text) => Self::InvalidSubscriptionId(text),
            ArmPathProblem::Name(text) => {
                Self::InvalidRequest(format!("The name '{text}' in the path is no GUID."))
            }
            ArmPathProblem::ResourceGroup(text) => Self::Invalid(
                "InvalidResourceGroup",
                format!(
                    "The provided resource group name '{text}' is invalid: it has 1 to 90 letters, digits, '-', '.', \
                     '(', ')' and '_', and doesn't end with a dot."
                ),
            ),
            ArmPathProblem::NotServed => Self::NotServed,
        }
    }
}

/// A failure of the store is logged here, once, and told to the client as "try again".
impl<E: Display> From<StoreError<E>> for ArmError {
    fn from(error: StoreError<E>) -> Self {
        tracing::error!("the store failed: {error}");
        Self::Unavailable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn golden_errors() {
        let mut table = String::new();
        let problems = [
            TokenProblem::Missing,
            TokenProblem::Invalid,
            TokenProblem::Expired {
                since: Timestamp::from_unix_seconds(1_534_864_920),
            },
            TokenProblem::NotYet,
            TokenProblem::Audience,
            TokenProblem::Issuer,
            TokenProblem::SignedOut { capable: false },
            TokenProblem::Principal,
        ];
        let id = ObjectId::from_bytes([7; 16]);
        let scope: Scope =
            "/subscriptions/07070707-0707-0707-0707-070707070707/resourceGroups/g/providers/Microsoft.X/\
                            things/a/parts/b"
                .parse()
                .unwrap();
        let others = [
            ArmError::WrongTenant {
                issuer: "I".into(),
                expected: "J".into(),
                authority: "A".into(),
            },
            ArmError::Forbidden {
                name: "n".into(),
                id,
                action: "Microsoft.X/things/read".into(),
                scope: "/subscriptions/s".into(),
            },
            ArmError::LinkedForbidden(Box::new(Linked {
                name: "n".into(),
                id,
                action: "a".into(),
                scope: "s".into(),
                missing: "m".into(),
                linked: "l".into(),
            })),
            ArmError::SubscriptionNotFound(SubscriptionId::from_bytes([7; 16])),
            ArmError::InvalidSubscriptionId("x".into()),
            ArmError::ResourceGroupNotFound("g".into()),
            ArmError::ResourceNotFound(scope.clone()),
            ArmError::ParentNotFound(scope.clone()),
            ArmError::NotFound("RoleDefinitionDoesNotExist", "Words.".into()),
            ArmError::Invalid("LocationRequired", "Words.".into()),
            ArmError::InvalidRequest("Words.".into()),
            ArmError::Conflict("RoleAssignmentExists", "Words.".into()),
            ArmError::PreconditionFailed,
            ArmError::MissingApiVersion,
            ArmError::InvalidApiVersion("latest".into()),
            ArmError::Body("expected value at line 1 column 1".into()),
            ArmError::BodyTooLarge(9),
            ArmError::MediaType,
            ArmError::NotServed,
            ArmError::Unavailable,
        ];
        for error in problems.into_iter().map(ArmError::Token).chain(others) {
            let (status, code, text) = error.row(Timestamp::from_unix_seconds(1_534_896_309));
            let _ = writeln!(table, "{} {code}: {text}", status.as_u16());
        }
        insta::assert_snapshot!(table);
    }
}
