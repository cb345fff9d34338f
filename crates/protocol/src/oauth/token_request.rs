//! Requests to the token endpoints (RFC 6749 §4.3, 4.4, 6; RFC 8628 §3.4), typed per grant.

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
    /// `authorization_code`
    AuthorizationCode {
        /// The client.
        client_id: String,
        /// Its secret, from clients that have one.
        secret: Option<ClientSecret>,
        /// The code.
        code: SecretString,
        /// The redirect URI that it came by.
        redirect_uri: String,
        /// The secret whose hash the client sent before, if it did (RFC 7636 §4.5).
        code_verifier: Option<SecretString>,
        /// What for; `None` for what was asked for before.
        target: Option<Target>,
        /// Whether `client_info` is wanted in the answer.
        client_info: bool,
    },
    /// `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4), on v1 `device_code`
    DeviceCode {
        /// The client.
        client_id: String,
        /// Its secret, from clients that have one.
        secret: Option<ClientSecret>,
        /// The device's code, as `device_code` or `code`.
        device_code: SecretString,
        /// Whether `client_info` is wanted in the answer.
        client_info: bool,
    },
    /// `urn:ietf:params:oauth:grant-type:jwt-bearer` with `requested_token_use=on_behalf_of`
    OnBehalfOf {
        /// The service.
        client_id: String,
        /// Its secret.
        secret: ClientSecret,
        /// The access token that it was called with.
        assertion: SecretString,
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
    /// The client authenticates in header and body, or is named differently there (RFC 6749 §2.3).
    #[error("the client authenticates twice, or is named differently in header and body")]
    ConflictingClients,
    /// The `Authorization: Basic` header cannot be read.
    #[error("the authorization header is malformed")]
    MalformedAuthorization,
    /// The client credentials grant takes `{resource}/.default` only.
    #[error("scope `{0}` is not a resource with `/.default`")]
    NotDefaultScope(String),
    /// An assertion is shown for something else than to act on behalf of its person.
    #[error("parameter `requested_token_use` is not `on_behalf_of`")]
    OtherTokenUse,
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
        let known = [
            "client_credentials",
            "refresh_token",
            "password",
            "authorization_code",
            "device_code",
            DEVICE_CODE,
            JWT_BEARER,
        ];
        if !known.contains(&grant) {
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
            "authorization_code" => {
                let needed = |name| form.secret(name).ok_or(TokenRequestError::Missing(name));
                Ok(Self::AuthorizationCode {
                    client_id,
                    secret,
                    code: needed("code")?,
                    redirect_uri: needed("redirect_uri")?.expose().clone(),
                    code_verifier: form.secret("code_verifier"),
                    target: match target(version, form) {
                        Err(TokenRequestError::Missing(_)) => None,
                        other => Some(other?),
                    },
                    client_info,
                })
            }
            "device_code" | DEVICE_CODE => {
                let device_code = form
                    .secret("device_code")
                    .or_else(|| form.secret("code"))
                    .ok_or(TokenRequestError::Missing("device_code"))?;
                Ok(Self::DeviceCode {
                    client_id,
                    secret,
                    device_code,
                    client_info,
                })
            }
            JWT_BEARER => {
                let secret = secret.ok_or(TokenRequestError::NoClientProof)?;
                let needed = |name| form.get(name).ok_or(TokenRequestError::Missing(name));
                if needed("requested_token_use")? != "on_behalf_of" {
                    return Err(TokenRequestError::OtherTokenUse);
                }
                let assertion = form
                    .secret("assertion")
                    .ok_or(TokenRequestError::Missing("assertion"))?;
                Ok(Self::OnBehalfOf {
                    client_id,
                    secret,
                    assertion,
                    target: target(version, form)?,
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

/// The name under which an access token is shown to act on behalf of its person (RFC 7523 §2.1).
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The device grant's name in RFC 8628; the older clients say `device_code`.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(super) fn target(version: EndpointVersion, form: &Form) -> Result<Target, TokenRequestError> {
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
        // RFC 6749 §2.3: one way of authenticating in each request, even when two would agree.
        if !same_id || secret.is_some() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::form;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    const V1: EndpointVersion = EndpointVersion::V1;
    const V2: EndpointVersion = EndpointVersion::V2;

    fn parse(version: EndpointVersion, body: &str) -> Result<TokenRequest, TokenRequestError> {
        TokenRequest::parse(version, &form::parse(None, body.as_bytes()).unwrap(), None)
    }

    fn with_basic(body: &str, pair: &str) -> Result<TokenRequest, TokenRequestError> {
        let header = format!("basic {}", STANDARD.encode(pair));
        TokenRequest::parse(V2, &form::parse(None, body.as_bytes()).unwrap(), Some(&header))
    }

    #[test]
    fn client_credentials_on_both_generations() {
        let body =
            "grant_type=client_credentials&client_id=app&client_secret=s&resource=https%3A%2F%2Fm%2F&x=y";
        let TokenRequest::ClientCredentials {
            client_id,
            secret,
            target,
        } = parse(V1, body).unwrap()
        else {
            panic!("another grant");
        };
        assert_eq!(
            (
                client_id.as_str(),
                secret.text.expose().as_str(),
                secret.in_header
            ),
            ("app", "s", false)
        );
        assert_eq!(target.resource.as_deref(), Some("https://m/"));
        let body = "grant_type=client_credentials&client_id=app&client_secret=s&client_info=1&scope=https://m//.default";
        let TokenRequest::ClientCredentials { target, .. } = parse(V2, body).unwrap() else {
            panic!("another grant");
        };
        assert_eq!(target.resource.as_deref(), Some("https://m/"));
    }

    #[test]
    fn refresh_and_password() {
        let body = "grant_type=refresh_token&client_id=c&refresh_token=r&client_info=1";
        let TokenRequest::RefreshToken {
            refresh_token,
            target,
            client_info,
            secret,
            ..
        } = parse(V2, body).unwrap()
        else {
            panic!("another grant");
        };
        assert_eq!(refresh_token.expose(), "r");
        assert!(target.is_none() && client_info && secret.is_none());
        let body = "grant_type=password&client_id=c&username=alice%40contoso.com&password=p+w&resource=r&scope=openid";
        let TokenRequest::Password {
            username,
            password,
            target,
            client_info,
            ..
        } = parse(V1, body).unwrap()
        else {
            panic!("another grant");
        };
        assert_eq!(
            (username.as_str(), password.expose().as_str()),
            ("alice@contoso.com", "p w")
        );
        assert!(target.openid && !client_info);
    }

    #[test]
    fn device_code_in_every_spelling() {
        let urn = "urn:ietf:params:oauth:grant-type:device_code";
        for body in [
            format!("grant_type={urn}&client_id=c&device_code=d&code=d&client_info=1"),
            "grant_type=device_code&client_id=c&device_code=d&scope=s&client_info=1".to_owned(),
            "grant_type=device_code&client_id=c&resource=r&code=d&client_info=1".to_owned(),
        ] {
            for version in [V1, V2] {
                let TokenRequest::DeviceCode {
                    device_code,
                    client_info,
                    ..
                } = parse(version, &body).unwrap()
                else {
                    panic!("another grant");
                };
                assert!(device_code.expose() == "d" && client_info);
            }
        }
        let bare = parse(V2, "grant_type=device_code&client_id=c").unwrap_err();
        assert_eq!(bare, TokenRequestError::Missing("device_code"));
    }

    #[test]
    fn causes() {
        use TokenRequestError as E;
        let error = |version, body: &str| parse(version, body).unwrap_err();
        assert_eq!(error(V1, ""), E::Missing("grant_type"));
        let client = "grant_type=client_credentials&client_id=c";
        assert_eq!(
            error(V1, "grant_type=client_credentials"),
            E::Missing("client_id")
        );
        assert_eq!(error(V1, client), E::NoClientProof);
        assert_eq!(
            error(V1, &format!("{client}&client_assertion=x")),
            E::ClientAssertion
        );
        let client = "grant_type=client_credentials&client_id=c&client_secret=s";
        assert_eq!(error(V1, client), E::Missing("resource"));
        assert_eq!(error(V2, client), E::Missing("scope"));
        assert_eq!(
            error(V2, &format!("{client}&resource=r&scope=r/.default")),
            E::ResourceOnV2
        );
        assert_eq!(
            error(V2, &format!("{client}&scope=User.Read")),
            E::NotDefaultScope("User.Read".into())
        );
        assert_eq!(
            error(V2, &format!("{client}&scope=openid")),
            E::NotDefaultScope("openid".into())
        );
        assert_eq!(
            error(V2, &format!("{client}&scope=https://a")),
            E::Target(TargetError::Malformed("https://a".into()))
        );
        assert_eq!(
            error(V1, "grant_type=refresh_token&client_id=c"),
            E::Missing("refresh_token")
        );
        assert_eq!(
            error(
                V2,
                "grant_type=refresh_token&client_id=c&refresh_token=r&resource=x"
            ),
            E::ResourceOnV2
        );
        assert_eq!(
            error(V1, "grant_type=password&client_id=c&username=a"),
            E::Missing("password")
        );
        assert_eq!(
            error(V1, "grant_type=password&client_id=c&password=a"),
            E::Missing("username")
        );
    }

    #[test]
    fn on_behalf_of_a_person() {
        let body = format!(
            "grant_type={JWT_BEARER}&client_id=c&client_secret=s&scope=r/x+offline_access&client_info=1"
        );
        let error = |more: &str| parse(V2, &format!("{body}{more}")).unwrap_err();
        assert_eq!(error(""), TokenRequestError::Missing("requested_token_use"));
        assert_eq!(
            error("&requested_token_use=x&assertion=a"),
            TokenRequestError::OtherTokenUse
        );
        let use_it = "&requested_token_use=on_behalf_of";
        assert_eq!(error(use_it), TokenRequestError::Missing("assertion"));
        let shown = parse(V2, &format!("{body}{use_it}&assertion=hunter2")).unwrap();
        assert!(!format!("{shown:?}").contains("hunter2"));
        let TokenRequest::OnBehalfOf {
            assertion,
            target,
            client_info,
            ..
        } = shown
        else {
            panic!("another grant");
        };
        assert!(assertion.expose() == "hunter2" && target.offline_access && client_info);
        let public = parse(V2, &format!("grant_type={JWT_BEARER}&client_id=c")).unwrap_err();
        assert_eq!(public, TokenRequestError::NoClientProof);
    }

    #[test]
    fn unknown_grants_are_named() {
        for grant in [
            "implicit",
            "urn:ietf:params:oauth:grant-type:saml2-bearer",
            "Client_Credentials",
        ] {
            let request = parse(V2, &format!("grant_type={grant}")).unwrap();
            assert!(matches!(request, TokenRequest::Other(name) if name == grant));
        }
    }

    #[test]
    fn basic_authentication() {
        let body = "grant_type=client_credentials&scope=r/.default";
        let TokenRequest::ClientCredentials {
            client_id, secret, ..
        } = with_basic(body, "a%3Ab:s%2B+%7E").unwrap()
        else {
            panic!("another grant");
        };
        assert_eq!(
            (
                client_id.as_str(),
                secret.text.expose().as_str(),
                secret.in_header
            ),
            ("a:b", "s+ ~", true)
        );
        let named = format!("{body}&client_id=c");
        assert!(with_basic(&named, "c:s").is_ok());
        let twice = format!("{named}&client_secret=s");
        for (form, header) in [(&named, "d:s"), (&named, "C:s"), (&twice, "c:s"), (&twice, "c:t")] {
            assert_eq!(
                with_basic(form, header).unwrap_err(),
                TokenRequestError::ConflictingClients,
                "{header}"
            );
        }
        assert_eq!(
            with_basic(body, "c").unwrap_err(),
            TokenRequestError::MalformedAuthorization
        );
        assert_eq!(
            with_basic(body, "c:%zz").unwrap_err(),
            TokenRequestError::MalformedAuthorization
        );
        assert_eq!(
            with_basic(body, "c:").unwrap_err(),
            TokenRequestError::NoClientProof
        );
        let form = form::parse(None, twice.as_bytes()).unwrap();
        assert!(TokenRequest::parse(V2, &form, Some("Basic ???")).is_err());
        assert!(TokenRequest::parse(V2, &form, Some("Bearer x")).is_ok());
    }

    #[test]
    fn nothing_prints_a_secret() {
        for body in [
            "grant_type=client_credentials&client_id=c&client_secret=hunter2&resource=r",
            "grant_type=refresh_token&client_id=c&refresh_token=hunter2&client_secret=hunter2",
            "grant_type=password&client_id=c&username=a&password=hunter2&resource=r",
        ] {
            let shown = format!("{:?}", parse(V1, body).unwrap());
            assert!(
                shown.contains("[redacted]") && !shown.contains("hunter2"),
                "{shown}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(header in ".*", pair: Vec<u8>) {
            let form = form::parse(None, b"grant_type=client_credentials").unwrap();
            let _ = TokenRequest::parse(V2, &form, Some(&header));
            let _ = TokenRequest::parse(V2, &form, Some(&format!("Basic {}", STANDARD.encode(pair))));
        }
    }
}
