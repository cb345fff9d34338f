//! Every way in which this plane says no, and the one table of what it says then.

use doorward_domain::app_role::AssignmentRefusal;
use doorward_domain::application::ApplicationRefusal;
use doorward_domain::conditional_access::PolicyRefusal;
use doorward_domain::directory::rights::Denied;
use doorward_domain::group::{GroupRefusal, MAX_MEMBERSHIPS};
use doorward_domain::resource::FirstParty;
use doorward_protocol::Marks;
use doorward_protocol::graph::{BodyError, GraphCode, GraphError as Wire, GraphErrorBody};
use doorward_protocol::odata::QueryError as QueryOptionError;
use doorward_protocol::paths::{EndpointVersion, StsPath};
use doorward_store::{Conflict, StoreError, Unique};
use http::{HeaderValue, StatusCode, header};
use std::fmt::Display;

use super::bearer::TokenProblem;
use crate::bearer::insufficient_claims;
use crate::ctx::Ctx;
use crate::http::{Response, json};

/// Why Graph says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphError {
    /// The access token is missing or wrong.
    Token(TokenProblem),
    /// The caller may not.
    Denied(Denied),
    /// There is no such object in the caller's tenant.
    NotFound(String),
    /// There is no such path.
    NoSegment(String),
    /// The body cannot be read.
    Body(BodyError),
    /// The body has more bytes than this.
    BodyTooLarge(usize),
    /// The body is no JSON by its Content-Type.
    MediaType,
    /// A query option cannot be read.
    Query(QueryOptionError),
    /// A filter asks by something that is not filtered by.
    UnsupportedFilter(String),
    /// A value is not what it has to be.
    Invalid(String),
    /// An application may not say this of itself.
    Application(ApplicationRefusal),
    /// A role in an application is not given.
    AppRole(AssignmentRefusal),
    /// Something that must be unique is in use.
    Duplicate(Unique),
    /// The object has as many credentials as it may.
    TooManyCredentials,
    /// It would leave the tenant without an administrator.
    LastAdministrator,
    /// A group has its members and owners by rules.
    Group(GroupRefusal),
    /// This is no policy of conditional access.
    Policy(PolicyRefusal),
    /// These are members or owners already.
    AlreadyReferenced(&'static str),
    /// The object is in more groups than one answer holds.
    TooManyMemberships,
    /// A built-in application is what it is.
    BuiltIn,
    /// It is forbidden whatever the caller's rights, for this reason.
    Forbidden(String),
    /// The caller has as many runs as it may.
    TooManyTickets,
    /// The run's ticket is dead or was never made.
    TicketGone,
    /// The store or the keys are not at hand.
    Unavailable,
}

impl GraphError {
    /// The table: status, code, message.
    pub(super) fn row(&self) -> (StatusCode, GraphCode, String) {
        use GraphCode as C;
        let bad = |code, text: String| (StatusCode::BAD_REQUEST, code, text);
        match self {
            Self::Token(problem) => (StatusCode::UNAUTHORIZED, C::InvalidToken, problem.to_string()),
            Self::Denied(_) => (StatusCode::FORBIDDEN, C::Denied, Wire::DENIED.to_owned()),
            Self::NotFound(id) => (StatusCode::NOT_FOUND, C::NotFound, Wire::not_found(id)),
            Self::NoSegment(segment) => bad(C::MalformedRequest, Wire::no_such_segment(segment)),
            Self::Body(error @ BodyError::NotJson) => bad(C::MalformedRequest, error.to_string()),
            Self::Body(error) => bad(C::BadRequest, error.to_string()),
            Self::BodyTooLarge(limit) => {
                let text = format!("The request body is larger than {limit} bytes.");
                (StatusCode::PAYLOAD_TOO_LARGE, C::MalformedRequest, text)
            }
            Self::MediaType => {
                let text = "The request body has to be JSON: send Content-Type application/json.".to_owned();
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, C::MalformedRequest, text)
            }
            Self::Query(error) => bad(C::MalformedRequest, error.to_string()),
            Self::UnsupportedFilter(what) => bad(
                C::UnsupportedQuery,
                format!("Unsupported or invalid query filter clause specified for property '{what}'."),
            ),
            Self::Invalid(text) => bad(C::BadRequest, text.clone()),
            Self::Application(refusal @ ApplicationRefusal::StillEnabled(_)) => bad(
                C::StillEnabled,
                format!("Property has an invalid value: {refusal}."),
            ),
            Self::Application(refusal) => bad(
                C::BadRequest,
                format!("One or more property values specified are invalid: {refusal}."),
            ),
            Self::AppRole(
                refusal @ (AssignmentRefusal::TooManyOfPrincipal | AssignmentRefusal::TooManyOfGroups),
            ) => bad(C::QuotaExceeded, sentence(refusal)),
            Self::AppRole(refusal) => bad(
                C::BadRequest,
                format!("Permission being assigned was not found on application: {refusal}."),
            ),
            Self::Duplicate(what) => {
                let text = format!("Another object with the same value for {what} already exists.");
                bad(C::Duplicate, text)
            }
            Self::TooManyCredentials => bad(
                C::QuotaExceeded,
                "The object has as many credentials as it may. Remove one first.".to_owned(),
            ),
            Self::LastAdministrator => bad(
                C::BadRequest,
                "The last Global Administrator of a tenant has to stay one.".to_owned(),
            ),
            Self::Group(GroupRefusal::MemberOfItself) => {
                bad(C::BadRequest, "A group cannot be a member of itself.".to_owned())
            }
            Self::Group(GroupRefusal::LastOwner) => bad(
                C::BadRequest,
                "The group must have at least one owner, hence this owner cannot be removed.".to_owned(),
            ),
            Self::Policy(refusal @ PolicyRefusal::TooMany) => bad(C::QuotaExceeded, sentence(refusal)),
            Self::Policy(refusal) => bad(C::BadRequest, sentence(refusal)),
            Self::AlreadyReferenced(property) => bad(
                C::BadRequest,
                format!(
                    "One or more added object references already exist for the following modified properties: \
                     '{property}'."
                ),
            ),
            Self::TooManyMemberships => bad(
                C::ResultTooLarge,
                format!("The object is in more than {MAX_MEMBERSHIPS} groups."),
            ),
            Self::BuiltIn => {
                let text = "A built-in application can be disabled, and nothing else.".to_owned();
                (StatusCode::FORBIDDEN, C::Denied, text)
            }
            Self::Forbidden(text) => (StatusCode::FORBIDDEN, C::Denied, text.clone()),
            Self::TooManyTickets => {
                let text =
                    "There are as many runs as one principal may have. Wait for some to end.".to_owned();
                (StatusCode::TOO_MANY_REQUESTS, C::Throttled, text)
            }
            Self::TicketGone => {
                let text = "The run's ticket has ended. Run the command again.".to_owned();
                (StatusCode::NOT_FOUND, C::NotFound, text)
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                C::Unavailable,
                "Try again after a second.".to_owned(),
            ),
        }
    }

    /// The answer.
    pub fn answer(&self, ctx: &Ctx) -> Response {
        let (status, code, message) = self.row();
        let marks = Marks {
            trace: ctx.trace,
            correlation: ctx.correlation,
            at: ctx.now,
        };
        let mut response = json(status, &GraphErrorBody::new(code, message, marks));
        if let Self::Token(problem) = self {
            let tenant = "common".to_owned();
            let authorize = StsPath::Authorize {
                tenant,
                version: EndpointVersion::V1,
            };
            let claims = match problem {
                TokenProblem::SignedOut { capable: true } => insufficient_claims(ctx.now),
                _ => String::new(),
            };
            let challenge = format!(
                "Bearer realm=\"\", authorization_uri=\"{}{authorize}\", client_id=\"{}\"{claims}",
                ctx.origin.login_url(),
                FirstParty::MicrosoftGraph.app_id()
            );
            if let Ok(value) = HeaderValue::from_str(&challenge) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            }
        }
        let wait = match status {
            StatusCode::SERVICE_UNAVAILABLE => Some("1"),
            // A run that was cut off is forgotten after two minutes.
            StatusCode::TOO_MANY_REQUESTS => Some("120"),
            _ => None,
        };
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        response
    }
}

impl From<ApplicationRefusal> for GraphError {
    fn from(refusal: ApplicationRefusal) -> Self {
        Self::Application(refusal)
    }
}

impl From<Denied> for GraphError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<PolicyRefusal> for GraphError {
    fn from(refusal: PolicyRefusal) -> Self {
        Self::Policy(refusal)
    }
}

impl From<AssignmentRefusal> for GraphError {
    fn from(refusal: AssignmentRefusal) -> Self {
        Self::AppRole(refusal)
    }
}

impl From<GroupRefusal> for GraphError {
    fn from(refusal: GroupRefusal) -> Self {
        Self::Group(refusal)
    }
}

impl From<Conflict> for GraphError {
    fn from(conflict: Conflict) -> Self {
        Self::Duplicate(conflict.what)
    }
}

impl From<BodyError> for GraphError {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<QueryOptionError> for GraphError {
    fn from(error: QueryOptionError) -> Self {
        Self::Query(error)
    }
}

impl From<doorward_names::InvalidName> for GraphError {
    fn from(error: doorward_names::InvalidName) -> Self {
        Self::Invalid(format!("Invalid value: {error}."))
    }
}

/// A failure of the store is logged here, once, and told to the client as "try again".
impl<E: Display> From<StoreError<E>> for GraphError {
    fn from(error: StoreError<E>) -> Self {
        match error {
            StoreError::NulCharacter => Self::Invalid("A value holds the character U+0000.".to_owned()),
            error => {
                tracing::error!("the store failed: {error}");
                Self::Unavailable
            }
        }
    }
}

/// A cause as a sentence: with a capital and a full stop.
fn sentence(cause: &impl Display) -> String {
    let text = cause.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_names::{PermissionId, Timestamp};
    use std::fmt::Write as _;

    #[test]
    fn golden_errors() {
        let all = [
            GraphError::Token(TokenProblem::Missing),
            GraphError::Token(TokenProblem::Invalid),
            GraphError::Token(TokenProblem::Expired {
                since: Timestamp::from_unix_seconds(0),
            }),
            GraphError::Token(TokenProblem::NotYet),
            GraphError::Token(TokenProblem::Audience),
            GraphError::Token(TokenProblem::Issuer),
            GraphError::Token(TokenProblem::SignedOut { capable: false }),
            GraphError::Token(TokenProblem::Principal),
            GraphError::Denied(Denied::NoRight),
            GraphError::Denied(Denied::TargetMorePrivileged),
            GraphError::Denied(Denied::ScopeTooNarrow),
            GraphError::NotFound("x".into()),
            GraphError::NoSegment("things".into()),
            GraphError::Body(BodyError::NotJson),
            GraphError::Body(BodyError::UnknownProperty("colour".into())),
            GraphError::Body(BodyError::Unsupported("web".into())),
            GraphError::Body(BodyError::Invalid("missing field `appId`".into())),
            GraphError::BodyTooLarge(262_144),
            GraphError::MediaType,
            GraphError::Query(QueryOptionError::Unsupported("$orderby".into())),
            GraphError::UnsupportedFilter("mail".into()),
            GraphError::Invalid("Invalid value".into()),
            GraphError::Application(ApplicationRefusal::Value("a b".into())),
            GraphError::Application(ApplicationRefusal::StillEnabled(PermissionId::from_u128(1))),
            GraphError::AppRole(AssignmentRefusal::UnknownRole),
            GraphError::AppRole(AssignmentRefusal::NotForThem),
            GraphError::AppRole(AssignmentRefusal::TooManyOfPrincipal),
            GraphError::AppRole(AssignmentRefusal::TooManyOfGroups),
            GraphError::Duplicate(Unique::Upn),
            GraphError::Duplicate(Unique::ServicePrincipal),
            GraphError::TooManyCredentials,
            GraphError::LastAdministrator,
            GraphError::Group(GroupRefusal::MemberOfItself),
            GraphError::Group(GroupRefusal::LastOwner),
            GraphError::Policy(PolicyRefusal::NoPeople),
            GraphError::Policy(PolicyRefusal::NoApplications),
            GraphError::Policy(PolicyRefusal::ExceptsEveryone),
            GraphError::Policy(PolicyRefusal::TooManyNamed),
            GraphError::Policy(PolicyRefusal::TooMany),
            GraphError::AlreadyReferenced("members"),
            GraphError::TooManyMemberships,
            GraphError::BuiltIn,
            GraphError::Forbidden("Not here.".into()),
            GraphError::TooManyTickets,
            GraphError::TicketGone,
            GraphError::Unavailable,
        ];
        let mut table = String::new();
        for error in all {
            let (status, code, message) = error.row();
            let _ = writeln!(table, "{error:?}\n  {} {code}: {message}", status.as_u16());
        }
        insta::assert_snapshot!(table);
    }
}
