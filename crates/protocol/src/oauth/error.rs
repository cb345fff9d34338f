//! Error bodies of the token service (RFC 6749 §5.2 and Azure's additions).
//!
//! `error_description` is one line that needs no JSON escape: a client in the field borrows it out of the body
//! and shows a parser error instead of the text when it finds an escape.

use doorward_names::{CorrelationId, TraceId};
use serde::{Deserialize, Serialize};
use std::fmt;

use super::AadSts;
use crate::Marks;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// An error word (RFC 6749 §5.2, RFC 8628 §3.5, OpenID Connect Core §3.1.2.6, Azure's own).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum OAuthError { $($(#[$doc])* $name,)* }

        impl OAuthError {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

errors! {
    /// The request is malformed.
    InvalidRequest = "invalid_request";
    /// The client did not prove itself.
    InvalidClient = "invalid_client";
    /// The grant is worthless.
    InvalidGrant = "invalid_grant";
    /// The client may not do this.
    UnauthorizedClient = "unauthorized_client";
    /// The grant is not supported.
    UnsupportedGrantType = "unsupported_grant_type";
    /// The scope is wrong.
    InvalidScope = "invalid_scope";
    /// The resource is unknown.
    InvalidResource = "invalid_resource";
    /// The tenant is unknown (discovery documents).
    InvalidTenant = "invalid_tenant";
    /// The authority is not vouched for.
    InvalidInstance = "invalid_instance";
    /// A person has to do something.
    InteractionRequired = "interaction_required";
    /// A person has to sign in.
    LoginRequired = "login_required";
    /// A person or administrator has to consent.
    ConsentRequired = "consent_required";
    /// Another response type than `code`.
    UnsupportedResponseType = "unsupported_response_type";
    /// A device's person has not answered yet.
    AuthorizationPending = "authorization_pending";
    /// A device asks too often.
    SlowDown = "slow_down";
    /// A device's code has expired.
    ExpiredToken = "expired_token";
    /// A device's person said no.
    AuthorizationDeclined = "authorization_declined";
    /// No device was given this code.
    BadVerificationCode = "bad_verification_code";
    /// Refused by a person or a rule.
    AccessDenied = "access_denied";
    /// Try again later.
    TemporarilyUnavailable = "temporarily_unavailable";
    /// Something broke.
    ServerError = "server_error";
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A token error as it is written and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error word.
    pub error: String,
    /// `AADSTS<n>: text Trace ID: … Correlation ID: … Timestamp: …` on one line.
    #[serde(default)]
    pub error_description: String,
    /// The numbers, at least one.
    #[serde(default)]
    pub error_codes: Vec<u32>,
    /// When it was answered, `YYYY-MM-DD hh:mm:ssZ`.
    #[serde(default)]
    pub timestamp: String,
    /// Our number for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    /// The client's number for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<CorrelationId>,
    /// A page about the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<String>,
    /// A finer word, by which clients choose what to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suberror: Option<String>,
    /// A claims challenge, JSON in a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}

impl ErrorBody {
    /// The body for `text` under its number. The text is made escape-free: `"` → `'`, `\` → `/`, control
    /// characters and runs of blanks → one space.
    pub fn new(error: OAuthError, code: AadSts, text: &str, marks: Marks) -> Self {
        let timestamp = marks.at.to_error_form();
        let description = format!(
            "{code}: {text} Trace ID: {} Correlation ID: {} Timestamp: {timestamp}",
            marks.trace, marks.correlation
        );
        Self {
            error: error.as_str().to_owned(),
            error_description: escape_free(&description),
            error_codes: vec![code.number()],
            timestamp,
            trace_id: Some(marks.trace),
            correlation_id: Some(marks.correlation),
            error_uri: None,
            suberror: None,
            claims: None,
        }
    }

    /// Points `error_uri` to the page about the number on `origin`.
    #[must_use]
    pub fn with_error_uri(mut self, origin: &str) -> Self {
        let code = self.error_codes.first().copied().unwrap_or_default();
        let origin = escape_free(origin.trim_end_matches('/'));
        self.error_uri = Some(format!("{origin}{}?code={code}", crate::paths::ERROR_PAGE));
        self
    }

    /// Adds a finer word.
    #[must_use]
    pub fn with_suberror(mut self, suberror: &str) -> Self {
        self.suberror = Some(escape_free(suberror));
        self
    }

    /// Adds a claims challenge. Its quotation marks do need escapes; the description stays free of them.
    #[must_use]
    pub fn with_claims(mut self, claims: String) -> Self {
        self.claims = Some(claims);
        self
    }
}

/// `text` on one line, without what JSON must escape.
fn escape_free(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '"' => '\'',
            '\\' => '/',
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => ' ',
            c => c,
        };
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_names::Timestamp;
    use proptest::prelude::*;

    fn marks() -> Marks {
        Marks {
            trace: TraceId::from_bytes([0x11; 16]),
            correlation: CorrelationId::from_bytes([0x22; 16]),
            at: Timestamp::from_unix_seconds(1_604_997_000),
        }
    }

    #[test]
    fn the_body_is_azure_s() {
        let text = crate::oauth::aadsts::invalid_client_secret("app");
        let body = ErrorBody::new(
            OAuthError::InvalidClient,
            AadSts::InvalidClientSecret,
            &text,
            marks(),
        )
        .with_error_uri("https://login.example.com:8443/");
        insta::assert_json_snapshot!(body, @r#"
        {
          "error": "invalid_client",
          "error_description": "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'app'. Trace ID: 11111111-1111-1111-1111-111111111111 Correlation ID: 22222222-2222-2222-2222-222222222222 Timestamp: 2020-11-10 08:30:00Z",
          "error_codes": [
            7000215
          ],
          "timestamp": "2020-11-10 08:30:00Z",
          "trace_id": "11111111-1111-1111-1111-111111111111",
          "correlation_id": "22222222-2222-2222-2222-222222222222",
          "error_uri": "https://login.example.com:8443/error?code=7000215"
        }
        "#);
        let json = serde_json::to_string(&body).unwrap();
        assert_eq!(serde_json::from_str::<ErrorBody>(&json).unwrap(), body);
    }

    #[test]
    fn a_minimal_foreign_body_is_read() {
        let body: ErrorBody = serde_json::from_str(r#"{"error":"invalid_grant","more":1}"#).unwrap();
        assert_eq!(
            (body.error.as_str(), body.error_codes.len()),
            ("invalid_grant", 0)
        );
    }

    #[test]
    fn numbers_are_known_once_and_fit_a_signed_word() {
        for (index, code) in AadSts::ALL.iter().enumerate() {
            assert!(i32::try_from(code.number()).is_ok());
            let first = AadSts::ALL
                .iter()
                .position(|other| other.number() == code.number())
                .unwrap();
            assert!(
                first == index || matches!(code, AadSts::UnsupportedContentType | AadSts::DeviceSlowDown),
                "{code}"
            );
            assert_eq!(AadSts::of_number(code.number()), Some(AadSts::ALL[first]));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_said_no_escape_is_needed(text in any::<String>(), sub in any::<String>(), uri in any::<String>()) {
            let body = ErrorBody::new(OAuthError::InvalidRequest, AadSts::InvalidRequest, &text, marks())
                .with_error_uri(&uri)
                .with_suberror(&sub);
            let json = serde_json::to_string(&body).unwrap();
            prop_assert!(!json.contains('\\'), "{}", json);
            prop_assert!(!body.error_description.contains("  "));
            prop_assert!(!body.error_description.chars().any(char::is_control));
            prop_assert!(body.error_description.starts_with("AADSTS90023: "));
            prop_assert!(body.error_description.ends_with("Timestamp: 2020-11-10 08:30:00Z"));
        }
    }
}
