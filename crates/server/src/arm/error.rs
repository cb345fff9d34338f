//! Every way in which Resource Manager says no, and what it says then.

use doorward_names::{SubscriptionId, TenantId, Timestamp};
use doorward_protocol::arm::ErrorBody;
use doorward_protocol::paths::{EndpointVersion, StsPath};
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use std::borrow::Cow;
use std::fmt::Display;

use crate::bearer::{TokenProblem, Unknown};
use crate::ctx::Ctx;
use crate::http::{Response, json};

/// Why Resource Manager says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmError {
    /// The caller is not known.
    Token(TokenProblem),
    /// There is no such subscription in the caller's tenant.
    SubscriptionNotFound(SubscriptionId),
    /// This version doesn't serve that.
    NotServed,
    /// The store is not at hand.
    Unavailable,
}

impl ArmError {
    fn row(&self, now: Timestamp) -> (StatusCode, &'static str, String) {
        match self {
            Self::Token(problem) => {
                let (code, text) = token_row(*problem, now);
                (StatusCode::UNAUTHORIZED, code, text.into_owned())
            }
            Self::SubscriptionNotFound(id) => (
                StatusCode::NOT_FOUND,
                "SubscriptionNotFound",
                format!("The subscription '{id}' could not be found."),
            ),
            Self::NotServed => (
                StatusCode::NOT_FOUND,
                "ResourceNotFound",
                "Of Resource Manager, this version of Doorward serves tenants and subscriptions only."
                    .to_owned(),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "ServerBusy",
                "The server cannot reach its store: try again after a second.".to_owned(),
            ),
        }
    }

    /// The answer. A challenge names the tenant of the subscription that was asked for, if there is one: clients that
    /// know a subscription only find its tenant by that.
    pub fn answer(&self, ctx: &Ctx, tenant: Option<TenantId>) -> Response {
        let (status, code, message) = self.row(ctx.now);
        let mut response = json(status, &ErrorBody::new(code, message.clone()));
        let headers = response.headers_mut();
        if let Self::Token(problem) = self {
            let where_to = tenant.map_or_else(|| common(ctx), |tenant| ctx.origin.tenant_url(tenant));
            let why = match problem {
                TokenProblem::Missing => {
                    "The authentication failed because of missing 'Authorization' header."
                }
                _ => &message,
            };
            let challenge = format!(
                "Bearer authorization_uri=\"{where_to}\", error=\"invalid_token\", error_description=\"{why}\""
            );
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
            TokenProblem::Principal,
        ];
        let others = [
            ArmError::SubscriptionNotFound(SubscriptionId::from_bytes([7; 16])),
            ArmError::NotServed,
            ArmError::Unavailable,
        ];
        for error in problems.into_iter().map(ArmError::Token).chain(others) {
            let (status, code, text) = error.row(Timestamp::from_unix_seconds(1_534_896_309));
            let _ = writeln!(table, "{} {code}: {text}", status.as_u16());
        }
        insta::assert_snapshot!(table, @"
        401 AuthenticationFailed: Authentication failed. The 'Authorization' header is missing.
        401 InvalidAuthenticationToken: The access token is invalid.
        401 ExpiredAuthenticationToken: The access token expiry UTC time '8/21/2018 3:22:00 PM' is earlier than current UTC time '8/22/2018 12:05:09 AM'.
        401 InvalidAuthenticationToken: The access token is not yet valid.
        401 InvalidAuthenticationTokenAudience: The access token has been obtained for wrong audience or resource.
        401 InvalidAuthenticationTokenTenant: The access token is from the wrong issuer.
        401 InvalidAuthenticationToken: The principal of the access token is disabled, or its session has ended.
        404 SubscriptionNotFound: The subscription '07070707-0707-0707-0707-070707070707' could not be found.
        404 ResourceNotFound: Of Resource Manager, this version of Doorward serves tenants and subscriptions only.
        503 ServerBusy: The server cannot reach its store: try again after a second.
        ");
    }
}
