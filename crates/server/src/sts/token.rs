//! POST /{tenant}/oauth2/token and POST /{tenant}/oauth2/v2.0/token

use bytes::Bytes;
use doorward_protocol::oauth::{ClaimsRequest, ClientSecret, Form, TokenRequest, form};
use doorward_protocol::paths::EndpointVersion;
use http::header::{self, HeaderName};
use http::request::Parts;

use super::client::{Shown, not_from_page};
use super::{
    StsError, authorization_code, client_credentials, cors, device_code, on_behalf_of, password,
    refresh_token,
};
use crate::ctx::Ctx;
use crate::http::{BodyError, Response, collect};

/// Largest body that a token request may have, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// Reads the form and hands it to its grant.
pub async fn post<B>(
    ctx: &Ctx,
    (tenant, version): (&str, EndpointVersion),
    head: &Parts,
    body: B,
) -> Result<Response, StsError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let form = read_form(head, body).await?;
    let capable = ClaimsRequest::parse(form.get("claims"))
        .map_err(StsError::Claims)?
        .capable;
    let origin = cors::origin(head)?;
    let request = TokenRequest::parse(version, &form, text(head, header::AUTHORIZATION)?)?;
    let shown = |secret: Option<ClientSecret>| Shown { secret, origin };
    match request {
        TokenRequest::ClientCredentials {
            client_id,
            secret,
            target,
        } => {
            not_from_page(&shown(None), &client_id)?;
            let asked = client_credentials::Asked {
                client_id,
                secret,
                target,
                capable,
            };
            client_credentials::grant(ctx, (tenant, version), asked).await
        }
        TokenRequest::RefreshToken {
            client_id,
            secret,
            refresh_token,
            target,
            client_info,
        } => {
            let asked = refresh_token::Asked {
                client_id,
                shown: shown(secret),
                refresh_token,
                target,
                client_info,
                capable,
            };
            refresh_token::grant(ctx, (tenant, version), asked).await
        }
        TokenRequest::Password {
            client_id,
            secret,
            username,
            password,
            target,
            client_info,
        } => {
            let shown = shown(secret);
            not_from_page(&shown, &client_id)?;
            let asked = password::Asked {
                client_id,
                shown,
                username,
                password,
                target,
                client_info,
                capable,
            };
            password::grant(ctx, (tenant, version), asked).await
        }
        TokenRequest::AuthorizationCode {
            client_id,
            secret,
            code,
            redirect_uri,
            code_verifier,
            target,
            client_info,
        } => {
            let asked = authorization_code::Asked {
                client_id,
                shown: shown(secret),
                code,
                redirect_uri,
                code_verifier,
                target,
                client_info,
                capable,
            };
            authorization_code::grant(ctx, (tenant, version), asked).await
        }
        TokenRequest::DeviceCode {
            client_id,
            secret,
            device_code,
            client_info,
        } => {
            let shown = shown(secret);
            not_from_page(&shown, &client_id)?;
            let asked = device_code::Asked {
                client_id,
                shown,
                device_code,
                client_info,
                capable,
            };
            device_code::grant(ctx, (tenant, version), asked).await
        }
        TokenRequest::OnBehalfOf {
            client_id,
            secret,
            assertion,
            target,
            client_info,
        } => {
            let shown = shown(Some(secret));
            not_from_page(&shown, &client_id)?;
            let asked = on_behalf_of::Asked {
                client_id,
                shown,
                assertion,
                target,
                client_info,
                capable,
            };
            on_behalf_of::grant(ctx, (tenant, version), asked).await
        }
        TokenRequest::Other(grant) => Err(StsError::UnsupportedGrant(grant)),
    }
}

/// Reads a body as a form.
pub async fn read_form<B>(head: &Parts, body: B) -> Result<Form, StsError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let body = collect(body, MAX_BODY).await.map_err(|e| match e {
        BodyError::TooLarge(limit) => StsError::BodyTooLarge(limit),
        BodyError::CutOff => StsError::BodyCutOff,
    })?;
    Ok(form::parse(text(head, header::CONTENT_TYPE)?, &body)?)
}

fn text(head: &Parts, name: HeaderName) -> Result<Option<&str>, StsError> {
    head.headers
        .get(name)
        .map(|v| v.to_str().map_err(|_| StsError::Malformed))
        .transpose()
}
