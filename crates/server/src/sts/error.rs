//! Every way in which the token service says no, and the one table of what it says then.

mod platform;

use doorward_domain::authorization_code::CodeRefusal;
use doorward_domain::client::PlatformRefusal;
use doorward_domain::client_credentials::ClientRefusal;
use doorward_domain::device_grant::PollRefusal;
use doorward_domain::lockout::Lockout;
use doorward_domain::on_behalf_of::AssertionRefusal;
use doorward_domain::second_factor::FactorRefusal;
use doorward_domain::session::SessionRefusal;
use doorward_names::{AppId, ObjectId};
use doorward_protocol::Marks;
use doorward_protocol::oauth::aadsts::{self, AadSts};
use doorward_protocol::oauth::{
    ClaimsError, ErrorBody, FormError, OAuthError, TargetError, TokenRequestError, policies_unmet,
};
use http::{HeaderValue, StatusCode, header};

use crate::ctx::Ctx;
use crate::http::{Response, json};
use platform::{client_row, platform_row};

/// Why the token service says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StsError {
    /// The body has more bytes than this.
    BodyTooLarge(usize),
    /// The body ended half-way.
    BodyCutOff,
    /// A header is not text.
    Malformed,
    /// The form cannot be read.
    Form(FormError),
    /// The form asks for nothing sensible.
    Request(TokenRequestError),
    /// `claims` cannot be read.
    Claims(ClaimsError),
    /// The grant is not one of ours.
    UnsupportedGrant(String),
    /// The authority that instance discovery was asked about is not ours.
    UnknownInstance,
    /// The path names no tenant that exists.
    TenantUnknown(String),
    /// The path says "any tenant" where one is needed.
    TenantNeeded,
    /// The tenant knows no such application.
    ClientUnknown {
        /// What the client called itself.
        client: String,
        /// The tenant's name.
        tenant: String,
    },
    /// The application is registered, but has no service principal in the tenant.
    NoServicePrincipal {
        /// The application.
        client: String,
        /// The tenant's name.
        tenant: String,
    },
    /// The client did not prove itself.
    Client {
        /// How not.
        refusal: ClientRefusal,
        /// The application.
        client: AppId,
        /// The tenant's name.
        tenant: String,
    },
    /// The client is not what it would have to be for this.
    Platform(PlatformRefusal, AppId),
    /// Nobody agreed to what the client asks for.
    ConsentRequired(AppId),
    /// Who asks was given nothing in an application that lets nobody else in.
    NotAssigned {
        /// The application.
        application: AppId,
        /// What people call it.
        name: String,
        /// Whether it is a person who asks, or a client as itself.
        person: bool,
    },
    /// The resource offers no such scope.
    ScopeUnknown(String),
    /// The tenant knows no such resource.
    ResourceUnknown {
        /// What it was asked for as.
        resource: String,
        /// The tenant.
        tenant: String,
    },
    /// Nobody was given this authorization code.
    CodeUnknown,
    /// The authorization code gives nothing.
    Code(CodeRefusal),
    /// The code was asked for with another resource.
    CodeForOtherResource,
    /// No device was given this code.
    DeviceCodeUnknown,
    /// The device gets no tokens, or not yet.
    Device(PollRefusal),
    /// Nobody has this refresh token.
    RefreshTokenUnknown,
    /// A token that a service was called with gives it none.
    Assertion(AssertionRefusal),
    /// The session gives no token.
    Session(SessionRefusal),
    /// A tenant takes no passwords here.
    PasswordGrantOff,
    /// The name or the password is wrong.
    WrongPassword,
    /// Who signed in has no account in the tenant that was named, not even a guest's.
    NotInTenant,
    /// The account may not sign in.
    UserDisabled,
    /// The password was set by an administrator and has to be changed first.
    PasswordMustChange,
    /// The second factor proves nothing.
    SecondFactor(FactorRefusal),
    /// The person has a second factor already.
    SecondFactorThere,
    /// A second factor is needed, which can be proven in a browser alone.
    SecondFactorNeeded {
        /// The policies that demand it; none when the person has one of their own accord.
        policies: Vec<ObjectId>,
        /// The resource as it was asked for.
        resource: String,
    },
    /// So many passwords were wrong that none is looked at for a while, not even a right one.
    Locked(Lockout),
    /// Too many failures from one source.
    Throttled {
        /// Seconds to wait.
        seconds: i64,
    },
    /// Too many tokens are being signed.
    Busy,
    /// The store or the keys are not at hand.
    Unavailable,
}

/// What the table says of an error.
struct Row {
    status: StatusCode,
    error: OAuthError,
    code: AadSts,
    text: String,
    retry_after: Option<i64>,
}

impl StsError {
    /// The table: status, OAuth error, AADSTS number, text.
    fn row(&self) -> Row {
        use AadSts as C;
        use OAuthError as E;
        let (status, error, code, text) = match self {
            Self::BodyTooLarge(limit) => {
                let text = aadsts::malformed_request(&format!("the body is larger than {limit} bytes"));
                (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    E::InvalidRequest,
                    C::MalformedBody,
                    text,
                )
            }
            Self::BodyCutOff => bad(
                C::MalformedBody,
                aadsts::malformed_request("the body was cut off"),
            ),
            Self::Malformed => bad(C::MalformedBody, text_of(C::MalformedBody)),
            Self::Form(FormError::MediaType) => {
                bad(C::UnsupportedContentType, text_of(C::UnsupportedContentType))
            }
            Self::Form(error) => bad(C::MalformedBody, aadsts::malformed_request(&error.to_string())),
            Self::Request(error) => return request_row(error),
            Self::Claims(error) => bad(C::MalformedBody, aadsts::malformed_request(&error.to_string())),
            Self::UnsupportedGrant(grant) => {
                let text = aadsts::unsupported_grant(grant);
                (
                    StatusCode::BAD_REQUEST,
                    E::UnsupportedGrantType,
                    C::UnsupportedGrant,
                    text,
                )
            }
            Self::UnknownInstance => {
                let text = text_of(C::UnknownInstance);
                (
                    StatusCode::BAD_REQUEST,
                    E::InvalidInstance,
                    C::UnknownInstance,
                    text,
                )
            }
            Self::TenantUnknown(tenant) => bad(C::TenantNotFound, aadsts::tenant_not_found(tenant)),
            Self::TenantNeeded => bad(C::NoTenant, text_of(C::NoTenant)),
            Self::ClientUnknown { client, tenant } => {
                let text = aadsts::application_not_found(client, tenant);
                (
                    StatusCode::BAD_REQUEST,
                    E::UnauthorizedClient,
                    C::ApplicationNotFound,
                    text,
                )
            }
            Self::NoServicePrincipal { client, tenant } => {
                let text = aadsts::service_principal_not_found(client, tenant);
                (
                    StatusCode::BAD_REQUEST,
                    E::UnauthorizedClient,
                    C::ServicePrincipalNotFound,
                    text,
                )
            }
            Self::Client {
                refusal,
                client,
                tenant,
            } => return client_row(*refusal, &client.to_string(), tenant),
            Self::Platform(refusal, client) => return platform_row(refusal, &client.to_string()),
            Self::ConsentRequired(_) => grant(C::ConsentRequired, text_of(C::ConsentRequired)),
            Self::NotAssigned {
                application,
                name,
                person: true,
            } => grant(
                C::NotAssigned,
                aadsts::not_assigned(&application.to_string(), name),
            ),
            Self::NotAssigned {
                application, name, ..
            } => {
                let text = aadsts::client_not_assigned(&application.to_string(), name);
                grant(C::ClientNotAssigned, text)
            }
            Self::ScopeUnknown(scope) => (
                StatusCode::BAD_REQUEST,
                E::InvalidScope,
                C::InvalidScope,
                aadsts::invalid_scope(scope),
            ),
            Self::ResourceUnknown { resource, tenant } => {
                let text = aadsts::resource_not_found(resource, tenant);
                (
                    StatusCode::BAD_REQUEST,
                    E::InvalidResource,
                    C::ResourceNotFound,
                    text,
                )
            }
            Self::CodeUnknown | Self::CodeForOtherResource => {
                grant(C::InvalidGrant, text_of(C::InvalidGrant))
            }
            Self::Code(refusal) => {
                let code = match refusal {
                    CodeRefusal::Used => C::CodeRedeemed,
                    CodeRefusal::Expired => C::GrantExpired,
                    CodeRefusal::NotTheirs => C::InvalidGrant,
                    CodeRefusal::WrongVerifier => C::WrongVerifier,
                };
                grant(code, text_of(code))
            }
            Self::DeviceCodeUnknown => device(PollRefusal::OtherClient),
            Self::Device(refusal) => device(*refusal),
            Self::RefreshTokenUnknown => grant(C::InvalidGrant, text_of(C::InvalidGrant)),
            Self::Session(refusal) => {
                let code = match refusal {
                    SessionRefusal::Revoked | SessionRefusal::Reused | SessionRefusal::OtherRun => {
                        C::SessionRevoked
                    }
                    SessionRefusal::Inactive => C::RefreshTokenInactive,
                    SessionRefusal::Ended => C::SinglePageExpired,
                    SessionRefusal::OtherClient => C::InvalidGrant,
                    SessionRefusal::UserDisabled => C::UserDisabled,
                    SessionRefusal::PasswordChanged => C::PasswordChanged,
                };
                grant(code, text_of(code))
            }
            Self::Assertion(refusal) => {
                let code = match refusal {
                    AssertionRefusal::Invalid => C::InvalidAssertion,
                    AssertionRefusal::NotNow => C::AssertionExpired,
                    AssertionRefusal::OtherAudience => C::AssertionAudience,
                    AssertionRefusal::OfApplication => C::AssertionOfApplication,
                };
                grant(code, text_of(code))
            }
            Self::PasswordGrantOff => {
                let text = aadsts::unsupported_grant("password");
                (
                    StatusCode::BAD_REQUEST,
                    E::UnsupportedGrantType,
                    C::UnsupportedGrant,
                    text,
                )
            }
            Self::WrongPassword => grant(C::WrongPassword, text_of(C::WrongPassword)),
            Self::NotInTenant => grant(C::NotInTenant, text_of(C::NotInTenant)),
            Self::UserDisabled => grant(C::UserDisabled, text_of(C::UserDisabled)),
            Self::PasswordMustChange => grant(C::PasswordExpired, text_of(C::PasswordExpired)),
            Self::SecondFactor(_) | Self::SecondFactorThere => {
                grant(C::SecondFactorFailed, text_of(C::SecondFactorFailed))
            }
            Self::SecondFactorNeeded { resource, .. } => (
                StatusCode::BAD_REQUEST,
                E::InteractionRequired,
                C::SecondFactorNeeded,
                aadsts::second_factor_needed(resource),
            ),
            Self::Locked(_) => grant(C::AccountLocked, text_of(C::AccountLocked)),
            Self::Throttled { seconds } => {
                let (status, error) = (StatusCode::TOO_MANY_REQUESTS, E::TemporarilyUnavailable);
                return Row {
                    status,
                    error,
                    code: C::Throttled,
                    text: text_of(C::Throttled),
                    retry_after: Some(*seconds),
                };
            }
            Self::Busy | Self::Unavailable => {
                let code = if *self == Self::Busy {
                    C::Transient
                } else {
                    C::Unavailable
                };
                let (status, error) = (StatusCode::SERVICE_UNAVAILABLE, E::TemporarilyUnavailable);
                return Row {
                    status,
                    error,
                    code,
                    text: text_of(code),
                    retry_after: Some(1),
                };
            }
        };
        Row {
            status,
            error,
            code,
            text,
            retry_after: None,
        }
    }

    /// What a page says of it: the number and the text.
    pub fn text(&self) -> String {
        let row = self.row();
        format!("{}: {}", row.code, row.text)
    }

    /// The answer.
    pub fn answer(&self, ctx: &Ctx) -> Response {
        let row = self.row();
        let marks = Marks {
            trace: ctx.trace,
            correlation: ctx.correlation,
            at: ctx.now,
        };
        let body = ErrorBody::new(row.error, row.code, &row.text, marks).with_error_uri(ctx.outside.url());
        // By these words clients know that they have to sign the person in on a page.
        let body = match self {
            Self::PasswordMustChange => body.with_suberror("user_password_expired"),
            Self::ConsentRequired(_) => body.with_suberror("consent_required"),
            Self::SecondFactorNeeded { policies, .. } if policies.is_empty() => {
                body.with_suberror("basic_action")
            }
            Self::SecondFactorNeeded { policies, .. } => body
                .with_suberror("basic_action")
                .with_claims(policies_unmet(policies)),
            _ => body,
        };
        let mut response = json(row.status, &body);
        if let Some(seconds) = row.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

type Cells = (StatusCode, OAuthError, AadSts, String);

fn bad(code: AadSts, text: String) -> Cells {
    (StatusCode::BAD_REQUEST, OAuthError::InvalidRequest, code, text)
}

fn grant(code: AadSts, text: String) -> Cells {
    (StatusCode::BAD_REQUEST, OAuthError::InvalidGrant, code, text)
}

fn device(refusal: PollRefusal) -> Cells {
    use AadSts as C;
    use OAuthError as E;
    let (error, code) = match refusal {
        PollRefusal::Pending => (E::AuthorizationPending, C::DevicePending),
        PollRefusal::SlowDown => (E::SlowDown, C::DeviceSlowDown),
        PollRefusal::Expired => (E::ExpiredToken, C::DeviceCodeExpired),
        PollRefusal::Declined => (E::AuthorizationDeclined, C::Declined),
        PollRefusal::OtherClient => (E::BadVerificationCode, C::BadVerificationCode),
        PollRefusal::Used => (E::InvalidGrant, C::CodeRedeemed),
    };
    (StatusCode::BAD_REQUEST, error, code, text_of(code))
}

fn text_of(code: AadSts) -> String {
    code.text().unwrap_or("The request was refused.").to_owned()
}

fn request_row(error: &TokenRequestError) -> Row {
    use AadSts as C;
    use OAuthError as E;
    use TokenRequestError as R;
    let (status, error, code, text) = match error {
        R::Missing(name) => bad(C::MissingParameter, aadsts::missing_parameter(name)),
        R::NoClientProof => {
            let text = text_of(C::ClientProofMissing);
            (
                StatusCode::UNAUTHORIZED,
                E::InvalidClient,
                C::ClientProofMissing,
                text,
            )
        }
        R::ClientAssertion => {
            let text = "Client assertions are not accepted: send a client secret.".to_owned();
            (
                StatusCode::UNAUTHORIZED,
                E::InvalidClient,
                C::ClientAssertionFailed,
                text,
            )
        }
        R::ResourceOnV2 => bad(C::ResourceOnV2, text_of(C::ResourceOnV2)),
        R::ConflictingClients | R::MalformedAuthorization | R::OtherTokenUse => {
            bad(C::MalformedBody, aadsts::malformed_request(&error.to_string()))
        }
        R::NotDefaultScope(scope) => (
            StatusCode::BAD_REQUEST,
            E::InvalidScope,
            C::ScopeNotDefault,
            aadsts::scope_not_default(scope),
        ),
        R::Target(TargetError::SeveralResources(one, other)) => {
            let text = aadsts::several_resources(&format!("{one} {other}"));
            (
                StatusCode::BAD_REQUEST,
                E::InvalidScope,
                C::SeveralResources,
                text,
            )
        }
        R::Target(TargetError::Malformed(scope)) => (
            StatusCode::BAD_REQUEST,
            E::InvalidScope,
            C::InvalidScope,
            aadsts::invalid_scope(scope),
        ),
        R::Target(error @ TargetError::DefaultCombined) => {
            let text = aadsts::invalid_scope(&error.to_string());
            (StatusCode::BAD_REQUEST, E::InvalidScope, C::InvalidScope, text)
        }
    };
    Row {
        status,
        error,
        code,
        text,
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sts::cure;
    use doorward_domain::lockout::Counted;
    use std::fmt::Write as _;

    fn every_error() -> Vec<StsError> {
        let (client, tenant) = (AppId::from_bytes([0xaa; 16]), "Contoso".to_owned());
        let of_client = |refusal| StsError::Client {
            refusal,
            client,
            tenant: tenant.clone(),
        };
        vec![
            StsError::BodyTooLarge(65536),
            StsError::BodyCutOff,
            StsError::Malformed,
            StsError::Form(FormError::MediaType),
            StsError::Form(FormError::Encoding),
            StsError::Form(FormError::NullCharacter),
            StsError::Form(FormError::Duplicate("scope".into())),
            StsError::Form(FormError::TooMany),
            StsError::Request(TokenRequestError::Missing("grant_type")),
            StsError::Request(TokenRequestError::NoClientProof),
            StsError::Request(TokenRequestError::ClientAssertion),
            StsError::Request(TokenRequestError::ResourceOnV2),
            StsError::Request(TokenRequestError::ConflictingClients),
            StsError::Request(TokenRequestError::MalformedAuthorization),
            StsError::Request(TokenRequestError::NotDefaultScope(
                "https://management.azure.com/read".into(),
            )),
            StsError::Request(TargetError::Malformed("///".into()).into()),
            StsError::Request(TargetError::SeveralResources("https://a".into(), "https://b".into()).into()),
            StsError::Request(TargetError::DefaultCombined.into()),
            StsError::UnsupportedGrant("urn:x".into()),
            StsError::UnknownInstance,
            StsError::TenantUnknown("nowhere.example".into()),
            StsError::TenantNeeded,
            StsError::ClientUnknown {
                client: client.to_string(),
                tenant: tenant.clone(),
            },
            StsError::NoServicePrincipal {
                client: client.to_string(),
                tenant: tenant.clone(),
            },
            of_client(ClientRefusal::NoSecret),
            of_client(ClientRefusal::WrongSecret),
            of_client(ClientRefusal::ExpiredSecret),
            of_client(ClientRefusal::NotYetValid),
            of_client(ClientRefusal::Disabled),
            of_client(ClientRefusal::PublicClient),
            StsError::Platform(PlatformRefusal::NoChallenge, client),
            StsError::Platform(PlatformRefusal::SecretOfPublic, client),
            StsError::Platform(PlatformRefusal::NotFromPage, client),
            StsError::Platform(
                PlatformRefusal::OtherOrigin("https://evil.example".into()),
                client,
            ),
            StsError::Platform(PlatformRefusal::NotPublic, client),
            StsError::Platform(PlatformRefusal::SingleTenant, client),
            StsError::ConsentRequired(client),
            StsError::Assertion(AssertionRefusal::Invalid),
            StsError::Assertion(AssertionRefusal::NotNow),
            StsError::Assertion(AssertionRefusal::OtherAudience),
            StsError::Assertion(AssertionRefusal::OfApplication),
            StsError::NotAssigned {
                application: client,
                name: "Shop".into(),
                person: true,
            },
            StsError::NotAssigned {
                application: client,
                name: "Shop".into(),
                person: false,
            },
            StsError::ScopeUnknown("Files.Read".into()),
            StsError::ResourceUnknown {
                resource: "https://none".into(),
                tenant: tenant.clone(),
            },
            StsError::CodeUnknown,
            StsError::Code(CodeRefusal::Used),
            StsError::Code(CodeRefusal::Expired),
            StsError::Code(CodeRefusal::NotTheirs),
            StsError::Code(CodeRefusal::WrongVerifier),
            StsError::CodeForOtherResource,
            StsError::DeviceCodeUnknown,
            StsError::Device(PollRefusal::Pending),
            StsError::Device(PollRefusal::SlowDown),
            StsError::Device(PollRefusal::Expired),
            StsError::Device(PollRefusal::Declined),
            StsError::Device(PollRefusal::OtherClient),
            StsError::Device(PollRefusal::Used),
            StsError::RefreshTokenUnknown,
            StsError::Session(SessionRefusal::Revoked),
            StsError::Session(SessionRefusal::Reused),
            StsError::Session(SessionRefusal::Inactive),
            StsError::Session(SessionRefusal::Ended),
            StsError::Session(SessionRefusal::OtherClient),
            StsError::Session(SessionRefusal::UserDisabled),
            StsError::Session(SessionRefusal::PasswordChanged),
            StsError::Session(SessionRefusal::OtherRun),
            StsError::PasswordGrantOff,
            StsError::WrongPassword,
            StsError::NotInTenant,
            StsError::UserDisabled,
            StsError::PasswordMustChange,
            StsError::SecondFactor(FactorRefusal::Wrong),
            StsError::SecondFactorThere,
            StsError::SecondFactorNeeded {
                policies: vec![ObjectId::from_bytes([0xbb; 16])],
                resource: "https://management.azure.com/".into(),
            },
            StsError::Locked(Lockout {
                counted: Counted::Account,
                seconds: 240,
            }),
            StsError::Throttled { seconds: 240 },
            StsError::Busy,
            StsError::Unavailable,
        ]
    }

    /// The table is reviewed in `docs/errors.md`; `DOORWARD_UPDATE_DOCS=1` writes it anew.
    #[test]
    fn golden_errors() {
        let mut page = String::from(PREFACE);
        for error in every_error() {
            let row = error.row();
            let (status, number, text) = (
                row.status.as_u16(),
                row.code.number(),
                row.text.replace('|', "\\|"),
            );
            let _ = writeln!(
                page,
                "| {status} | `{}` | {number} | {text} | {} |",
                row.error,
                cure::cure(row.code)
            );
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        #[expect(clippy::disallowed_methods, reason = "a test that can write what it checks")]
        if std::env::var("DOORWARD_UPDATE_DOCS").is_ok() {
            std::fs::write(path, &page).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            page,
            "docs/errors.md is stale"
        );
    }

    const PREFACE: &str = "\
# Errors of the token service

Every way in which the token endpoints say no, as Azure AD says it: HTTP status, `error`, AADSTS number, text. The text in \
`error_description` is followed by trace id, correlation id and time. `error_uri` leads to a page with the cure. This page \
is made by a test from the one table in `crates/server/src/sts/error.rs`.

| status | error | AADSTS | text | what to do |
| --- | --- | --- | --- | --- |
";
}
