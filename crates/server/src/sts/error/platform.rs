//! What is said to clients that are not what they would have to be.

use doorward_domain::client::PlatformRefusal;
use doorward_domain::client_credentials::ClientRefusal;
use doorward_protocol::oauth::OAuthError as E;
use doorward_protocol::oauth::aadsts::{self, AadSts as C};
use http::StatusCode;

use super::{Row, bad, text_of};

/// The rows of the table for [`PlatformRefusal`].
pub(super) fn platform_row(refusal: &PlatformRefusal, client: &str) -> Row {
    let unproven = |code| (StatusCode::UNAUTHORIZED, E::InvalidClient, code, text_of(code));
    let (status, error, code, text) = match refusal {
        PlatformRefusal::NoChallenge => bad(C::ChallengeMissing, text_of(C::ChallengeMissing)),
        PlatformRefusal::SecretOfPublic => unproven(C::PublicClientSecret),
        PlatformRefusal::NotFromPage => bad(C::NotCrossOrigin, text_of(C::NotCrossOrigin)),
        PlatformRefusal::OtherOrigin(origin) => bad(C::CrossOrigin, aadsts::cross_origin(origin)),
        PlatformRefusal::NotPublic => unproven(C::ClientProofMissing),
        PlatformRefusal::SingleTenant => bad(C::SingleTenant, aadsts::single_tenant(client)),
    };
    Row {
        status,
        error,
        code,
        text,
        retry_after: None,
    }
}

/// The rows of the table for [`ClientRefusal`].
pub(super) fn client_row(refusal: ClientRefusal, client: &str, tenant: &str) -> Row {
    let (status, error, code, text) = match refusal {
        ClientRefusal::NoSecret => (
            StatusCode::UNAUTHORIZED,
            E::InvalidClient,
            C::ClientProofMissing,
            text_of(C::ClientProofMissing),
        ),
        ClientRefusal::WrongSecret | ClientRefusal::NotYetValid => {
            let text = aadsts::invalid_client_secret(client);
            (
                StatusCode::UNAUTHORIZED,
                E::InvalidClient,
                C::InvalidClientSecret,
                text,
            )
        }
        ClientRefusal::ExpiredSecret => {
            let text = aadsts::client_secret_expired(client);
            (
                StatusCode::UNAUTHORIZED,
                E::InvalidClient,
                C::ClientSecretExpired,
                text,
            )
        }
        ClientRefusal::Disabled => {
            let text = aadsts::application_disabled(client);
            (
                StatusCode::BAD_REQUEST,
                E::UnauthorizedClient,
                C::ApplicationDisabled,
                text,
            )
        }
        ClientRefusal::PublicClient => {
            let text = aadsts::service_principal_not_found(client, tenant);
            (
                StatusCode::BAD_REQUEST,
                E::UnauthorizedClient,
                C::ServicePrincipalNotFound,
                text,
            )
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
