//! Errors of Microsoft Graph (Microsoft Graph error responses and resource types).

use doorward_names::{CorrelationId, TraceId};
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::Marks;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// An error's word, on which clients branch.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum GraphCode { $($(#[$doc])* $name,)* }

        impl GraphCode {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

codes! {
    /// The request is wrong.
    BadRequest = "Request_BadRequest";
    /// A scope or role that clients may hold is still on.
    StillEnabled = "CannotDeleteOrUpdateEnabledEntitlement";
    /// A query option or body is malformed (OData layer).
    MalformedRequest = "BadRequest";
    /// A query cannot be answered.
    UnsupportedQuery = "Request_UnsupportedQuery";
    /// There is no such object, or the caller may not know of it.
    NotFound = "Request_ResourceNotFound";
    /// There is no such path.
    NoSuchSegment = "ResourceNotFound";
    /// An object with this key exists.
    Duplicate = "Request_MultipleObjectsWithSameKeyValue";
    /// The caller may not.
    Denied = "Authorization_RequestDenied";
    /// The token is missing, malformed, expired or for somebody else.
    InvalidToken = "InvalidAuthenticationToken";
    /// Too many objects.
    QuotaExceeded = "Directory_QuotaExceeded";
    /// The answer would hold too many objects.
    ResultTooLarge = "Directory_ResultSizeLimitExceeded";
    /// Others changed the object meanwhile.
    ConcurrencyViolation = "Directory_ConcurrencyViolation";
    /// Too many requests.
    Throttled = "TooManyRequests";
    /// Something is down.
    Unavailable = "ServiceUnavailable";
    /// Something broke.
    Internal = "InternalServerError";
}

impl fmt::Display for GraphCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The body of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphErrorBody {
    /// The error.
    pub error: GraphError,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphError {
    /// The word.
    pub code: String,
    /// For people.
    #[serde(default)]
    pub message: String,
    /// Which request it was.
    #[serde(rename = "innerError", default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<InnerError>,
}

/// Which request it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InnerError {
    /// When, UTC without a zone.
    #[serde(default)]
    pub date: String,
    /// Our number for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<TraceId>,
    /// The client's number for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<CorrelationId>,
}

impl GraphErrorBody {
    /// The plain form, without marks, in which Resource Manager and others of Azure's services write theirs.
    pub fn plain(code: &str, message: impl Into<String>) -> Self {
        Self {
            error: GraphError {
                code: code.to_owned(),
                message: message.into(),
                inner: None,
            },
        }
    }

    /// The body that says `message` under `code`.
    pub fn new(code: GraphCode, message: impl Into<String>, marks: Marks) -> Self {
        Self {
            error: GraphError {
                code: code.as_str().to_owned(),
                message: message.into(),
                inner: Some(InnerError {
                    date: marks.at.to_rfc3339().trim_end_matches('Z').to_owned(),
                    request_id: Some(marks.trace),
                    client_request_id: Some(marks.correlation),
                }),
            },
        }
    }
}

impl GraphError {
    /// Message of [`GraphCode::NotFound`] for an object.
    pub fn not_found(id: &str) -> String {
        format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        )
    }

    /// Message of [`GraphCode::Denied`].
    pub const DENIED: &'static str = "Insufficient privileges to complete the operation.";

    /// Message of [`GraphCode::InvalidToken`] when there is none.
    pub const NO_TOKEN: &'static str = "Access token is empty.";

    /// Message of [`GraphCode::NoSuchSegment`].
    pub fn no_such_segment(segment: &str) -> String {
        format!("Resource not found for the segment '{segment}'.")
    }
}
