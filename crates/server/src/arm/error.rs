//! Every way in which Resource Manager says no, and what it says then.

use doorward_names::SubscriptionId;
use doorward_protocol::arm::ErrorBody;
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};
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
    fn row(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::Token(problem) => {
                let (code, text) = token_row(*problem);
                (StatusCode::UNAUTHORIZED, code, text.to_owned())
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

    /// The answer.
    pub fn answer(&self, ctx: &Ctx) -> Response {
        let (status, code, message) = self.row();
        let mut response = json(status, &ErrorBody::new(code, message.clone()));
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            let login = ctx.origin.login_url();
            let challenge = format!(
                "Bearer authorization_uri=\"{login}/common/oauth2/authorize\", error=\"invalid_token\", \
                 error_description=\"{message}\""
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

const fn token_row(problem: TokenProblem) -> (&'static str, &'static str) {
    match problem {
        TokenProblem::Missing => (
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ),
        TokenProblem::Invalid => ("InvalidAuthenticationToken", "The access token is invalid."),
        TokenProblem::Expired => (
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time is earlier than current UTC time.",
        ),
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
    }
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
            TokenProblem::Expired,
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
            let (status, code, text) = error.row();
            let _ = writeln!(table, "{} {code}: {text}", status.as_u16());
        }
        insta::assert_snapshot!(table, @"
        401 AuthenticationFailed: Authentication failed. The 'Authorization' header is missing.
        401 InvalidAuthenticationToken: The access token is invalid.
        401 ExpiredAuthenticationToken: The access token expiry UTC time is earlier than current UTC time.
        401 InvalidAuthenticationTokenAudience: The access token has been obtained for wrong audience or resource.
        401 InvalidAuthenticationTokenTenant: The access token is from the wrong issuer.
        401 InvalidAuthenticationToken: The principal of the access token is disabled, or its session has ended.
        404 SubscriptionNotFound: The subscription '07070707-0707-0707-0707-070707070707' could not be found.
        404 ResourceNotFound: Of Resource Manager, this version of Doorward serves tenants and subscriptions only.
        503 ServerBusy: The server cannot reach its store: try again after a second.
        ");
    }
}
