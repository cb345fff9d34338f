//! Requests to the token endpoints (RFC 6749 §4.3, 4.4, 6), typed per grant.

use doorward_names::SecretString;

use super::{Form, Target, TargetError, basic};
use crate::paths::EndpointVersion;

/// A client's secret and where it stood.
#[derive(Debug, Clone)]
pub struct ClientSecret {
    /// The secret itself.
    pub text: SecretString,
    /// Whether it came in an `Authorization: Basic` header; refusals are then 401 with a challenge
    /// (RFC 6749 §5.2).
    pub in_header: bool,
}

/// A request to a token endpoint. A client id is any text: not every one is a known form.
#[derive(Debug, Clone)]
pub enum TokenRequest {
    /// `client_credentials`
    ClientCredentials {
        /// The client.
        client_id: String,
        /// Its secret.
        secret: ClientSecret,
        /// What for; always with a resource.
        target: Target,
    },
    /// `refresh_token`
    RefreshToken {
        /// The client.
        client_id: String,
        /// Its secret, from clients that have one.
        secret: Option<ClientSecret>,
        /// The refresh token.
        refresh_token: SecretString,
        /// What for; `None` for the resource of the first sign-in.
        target: Option<Target>,
        /// Whether `client_info` is wanted in the answer.
        client_info: bool,
    },
    /// `password`
    Password {
        /// The client.
        client_id: String,
        /// Its secret, from clients that have one.
        secret: Option<ClientSecret>,
        /// The sign-in name as typed.
        username: String,
        /// The password.
        password: SecretString,
        /// What for.
        target: Target,
        /// Whether `client_info` is wanted in the answer.
        client_info: bool,
    },
    /// A grant that is not known here, by its name (cut to 128 characters).
    Other(String),
}

/// Why a form is no token request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRequestError {
    /// A parameter that the grant needs is missing.
    #[error("parameter `{0}` is missing")]
    Missing(&'static str),
    /// The client gave neither secret nor assertion.
    #[error("the client gave no secret")]
    NoClientProof,
    /// The client proves itself by an assertion.
    #[error("client assertions are not supported")]
    ClientAssertion,
    /// `resource` on the v2.0 endpoint.
    #[error("parameter `resource` is not supported on the v2.0 endpoint")]
    ResourceOnV2,
    /// The `Authorization` header names another client or secret than the body.
    #[error("the client is named differently in header and body")]
    ConflictingClients,
    /// The `Authorization: Basic` header cannot be read.
    #[error("the authorization header is malformed")]
    MalformedAuthorization,
    /// The client credentials grant takes `{resource}/.default` only.
    #[error("scope `{0}` is not a resource with `/.default`")]
    NotDefaultScope(String),
    /// The scope cannot be asked for.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl TokenRequest {
    /// Reads a form and, where there is one, the `Authorization` header's value (other schemes than Basic are
    /// left aside).
    ///
    /// # Errors
    /// See [`TokenRequestError`]. `grant_type` is looked at first, then the client, then the rest.
    pub fn parse(
        version: EndpointVersion,
        form: &Form,
        authorization: Option<&str>,
    ) -> Result<Self, TokenRequestError> {
        let grant = form
            .get("grant_type")
            .ok_or(TokenRequestError::Missing("grant_type"))?;
        if !matches!(grant, "client_credentials" | "refresh_token" | "password") {
            let shown = grant.chars().filter(|c| !c.is_control()).take(128).collect();
            return Ok(Self::Other(shown));
        }
        let (client_id, secret) = client(form, authorization)?;
        let client_info = form.get("client_info") == Some("1");
        match grant {
            "client_credentials" => {
                let secret = secret.ok_or(TokenRequestError::NoClientProof)?;
                let target = target(version, form)?;
                let one_default = target.resource.is_some() && target.is_default();
                if version == EndpointVersion::V2 && !one_default {
                    return Err(TokenRequestError::NotDefaultScope(target.requested));
                }
                Ok(Self::ClientCredentials {
                    client_id,
                    secret,
                    target,
                })
            }
            "refresh_token" => {
                let refresh_token = form
                    .secret("refresh_token")
                    .ok_or(TokenRequestError::Missing("refresh_token"))?;
                let target = match target(version, form) {
                    Err(TokenRequestError::Missing(_)) => None,
                    other => Some(other?),
                };
                Ok(Self::RefreshToken {
                    client_id,
                    secret,
                    refresh_token,
                    target,
                    client_info,
                })
            }
            _ => {
                let username = form
                    .get("username")
                    .ok_or(TokenRequestError::Missing("username"))?
                    .to_owned();
                let password = form
                    .secret("password")
                    .ok_or(TokenRequestError::Missing("password"))?;
                let target = target(version, form)?;
                Ok(Self::Password {
                    client_id,
                    secret,
                    username,
                    password,
                    target,
                    client_info,
                })
            }
        }
    }
}

fn target(version: EndpointVersion, form: &Form) -> Result<Target, TokenRequestError> {
    match version {
        EndpointVersion::V1 => {
            let resource = form
                .get("resource")
                .ok_or(TokenRequestError::Missing("resource"))?;
            Ok(Target::from_resource(resource, form.get("scope")))
        }
        EndpointVersion::V2 => {
            if form.get("resource").is_some() {
                return Err(TokenRequestError::ResourceOnV2);
            }
            let scope = form.get("scope").ok_or(TokenRequestError::Missing("scope"))?;
            Ok(Target::from_scope(scope)?)
        }
    }
}

fn client(
    form: &Form,
    authorization: Option<&str>,
) -> Result<(String, Option<ClientSecret>), TokenRequestError> {
    let (id, secret) = (form.get("client_id"), form.secret("client_secret"));
    let header = match authorization {
        None => None,
        Some(value) => basic::parse(value).map_err(|()| TokenRequestError::MalformedAuthorization)?,
    };
    if let Some((header_id, header_secret)) = header {
        let same_id = id.is_none_or(|id| id == header_id);
        let same_secret = secret.is_none_or(|secret| secret.expose() == header_secret.expose());
        if !same_id || !same_secret {
            return Err(TokenRequestError::ConflictingClients);
        }
        if header_id.is_empty() {
            return Err(TokenRequestError::Missing("client_id"));
        }
        let secret = (!header_secret.expose().is_empty()).then_some(ClientSecret {
            text: header_secret,
            in_header: true,
        });
        return Ok((header_id, secret));
    }
    let id = id.ok_or(TokenRequestError::Missing("client_id"))?.to_owned();
    if secret.is_none() && form.get("client_assertion").is_some() {
        return Err(TokenRequestError::ClientAssertion);
    }
    Ok((
        id,
        secret.map(|text| ClientSecret {
            text,
            in_header: false,
        }),
    ))
}
