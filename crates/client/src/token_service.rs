//! The token service as a client sees it: one request per grant, one reading of its answers.

use crate::error::ServerMessage;
use crate::transport::{Again, Body, Request, Response, Transport};
use crate::{AccessToken, Error};
use doorward_names::{Duration, SecretString, TenantName};
use doorward_protocol::oauth::{DeviceCodeResponseV2, ErrorBody, TokenResponseV2};
use doorward_protocol::paths::{EndpointVersion, StsPath};
use reqwest::Method;
use url::Url;
use url::form_urlencoded::byte_serialize;
use zeroize::{Zeroize, Zeroizing};

/// A form that holds secrets; wiped when it is dropped.
pub(crate) struct Form(Zeroizing<String>);

impl Form {
    pub fn new(grant_type: &str, client_id: &str) -> Self {
        Self::empty()
            .with("grant_type", grant_type)
            .with("client_id", client_id)
    }

    pub fn empty() -> Self {
        Self(Zeroizing::default())
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0.extend(byte_serialize(value.as_bytes()));
        self
    }
}

/// What the token service gave.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub access: AccessToken,
    pub refresh: Option<SecretString>,
    pub id_token: Option<SecretString>,
    pub scope: Option<String>,
}

/// Asks the v2.0 token endpoint of `tenant`; `again` says what becomes of a lost answer.
pub(crate) async fn ask(
    transport: &Transport,
    tenant: &TenantName,
    form: Form,
    again: Again,
) -> Result<Tokens, Error> {
    let path = StsPath::Token {
        tenant: tenant.to_string(),
        version: EndpointVersion::V2,
    };
    let url = transport.options().authority.at(&path.to_string())?;
    post(transport, url, form, again).await
}

/// Asks the v2.0 device code endpoint of `tenant`.
pub(crate) async fn device_code(
    transport: &Transport,
    tenant: &TenantName,
    form: Form,
) -> Result<DeviceCodeResponseV2, Error> {
    let path = StsPath::DeviceCode {
        tenant: tenant.to_string(),
        version: EndpointVersion::V2,
    };
    let url = transport.options().authority.at(&path.to_string())?;
    let response = send(transport, url, form, Again::Always).await?;
    match response.is_success() {
        true => response.json(),
        false => Err(refusal(&response)),
    }
}

/// Posts `form` to `url` and reads the answer as the token endpoint's.
pub(crate) async fn post(transport: &Transport, url: Url, form: Form, again: Again) -> Result<Tokens, Error> {
    let asked_at = transport.options().clock.now();
    let response = send(transport, url, form, again).await?;
    if !response.is_success() {
        return Err(refusal(&response));
    }
    let answer: TokenResponseV2 = response.json()?;
    let expires_at = asked_at.plus(Duration::seconds(answer.expires_in));
    Ok(Tokens {
        access: AccessToken::new(answer.access_token, asked_at, expires_at),
        refresh: answer.refresh_token,
        id_token: answer.id_token,
        scope: answer.scope,
    })
}

async fn send(transport: &Transport, url: Url, form: Form, again: Again) -> Result<Response, Error> {
    let mut request = Request {
        method: Method::POST,
        url,
        authorization: None,
        header: None,
        body: Body::Form(form.0.as_bytes().to_vec()),
        again,
    };
    let result = transport.send(&request).await;
    if let Body::Form(bytes) = &mut request.body {
        bytes.zeroize();
    }
    result
}

fn refusal(response: &Response) -> Error {
    let Ok(body) = response.json::<ErrorBody>() else {
        let text = format!("{} answered with status {}", response.host, response.status);
        let message = ServerMessage {
            status: response.status,
            code: String::new(),
            text,
            number: None,
        };
        return Error::of_token_service(message, response.retry_after);
    };
    let number = body.error_codes.first().copied();
    let message = ServerMessage {
        status: response.status,
        code: body.error,
        text: body.error_description,
        number,
    };
    Error::of_token_service(message, response.retry_after)
}

/// The scope by which all of a resource's granted permissions are asked for.
///
/// `https://management.azure.com/` becomes `https://management.azure.com//.default`: exactly `/.default` is
/// added, so that the resource keeps the slash it was written with.
pub fn scope_of_resource(resource: &str) -> String {
    format!("{resource}/.default")
}

/// What was asked for: a scope as it stands, a bare resource as its `/.default`.
pub(crate) fn as_scope(resource_or_scope: &str) -> String {
    if resource_or_scope.ends_with("/.default") {
        resource_or_scope.to_owned()
    } else {
        scope_of_resource(resource_or_scope)
    }
}
