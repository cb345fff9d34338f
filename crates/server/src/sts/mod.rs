//! The token service: OAuth 2.0 and OpenID Connect 1.0 as Azure AD speaks them, v1 and v2.0.

mod authorization_code;
pub(crate) mod client;
mod client_credentials;
pub(crate) mod conditional_access;
mod cors;
pub(crate) mod cure;
pub(crate) mod device_code;
mod discovery;
mod error;
mod into_error;
mod issue;
mod keys;
pub(crate) mod lockout;
mod on_behalf_of;
pub(crate) mod own_password;
mod password;
pub(crate) mod person;
mod refresh_token;
pub(crate) mod resource;
pub(crate) mod seat;
pub(crate) mod second_factor;
pub(crate) mod tenant;
pub(crate) mod throttle;
mod to_wire;
mod token;
mod told;
mod user_realm;

pub(crate) use cors::let_everybody_read;
pub(crate) use discovery::metadata;
pub use error::StsError;
pub(crate) use issue::{IdTokenWish, Person, issue_for_person, pairwise, start_session};
pub(crate) use to_wire::token_response;
pub(crate) use token::read_form;

use bytes::Bytes;
use doorward_protocol::paths::StsPath;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};

use crate::ctx::Ctx;
use crate::http::{Response, method_not_allowed};
use crate::web;

const GET: &[Method] = &[Method::GET, Method::HEAD];
const FORM: &[Method] = &[Method::GET, Method::HEAD, Method::POST];
const POST: &[Method] = &[Method::POST];

/// The route table of the token service.
pub async fn answer<B>(ctx: &Ctx, path: StsPath, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let allowed = match path {
        StsPath::Token { .. } | StsPath::DeviceCode { .. } => POST,
        StsPath::Authorize { .. }
        | StsPath::AdminConsent { .. }
        | StsPath::Logout { .. }
        | StsPath::DeviceAuth => FORM,
        StsPath::OpenIdConfiguration { .. }
        | StsPath::Keys { .. }
        | StsPath::InstanceDiscovery
        | StsPath::UserRealm { .. } => GET,
    };
    let for_pages = matches!(path, StsPath::Token { .. });
    if for_pages && head.method == Method::OPTIONS {
        return cors::preflight(ctx, head).await;
    }
    if !allowed.contains(&head.method) {
        return method_not_allowed(allowed);
    }
    let answer = match path {
        StsPath::Token { tenant, version } => token::post(ctx, (&tenant, version), head, body).await,
        StsPath::OpenIdConfiguration { tenant, version } => {
            let answer = discovery::openid(ctx, &tenant, version).await;
            answer.map(cors::let_everybody_read)
        }
        StsPath::Keys { tenant, version } => {
            let answer = keys::get(ctx, &tenant, version).await;
            answer.map(cors::let_everybody_read)
        }
        StsPath::InstanceDiscovery => {
            let answer = discovery::instance(ctx, head.uri.query().unwrap_or_default()).await;
            answer.map(cors::let_everybody_read)
        }
        StsPath::UserRealm { upn } => user_realm::get(ctx, &upn).await,
        StsPath::DeviceCode { tenant, version } => {
            device_code::begin(ctx, (&tenant, version), head, body).await
        }
        StsPath::DeviceAuth => return web::device_login::answer(ctx, head, body).await,
        StsPath::Authorize { tenant, version } => {
            return web::authorize::answer(ctx, (&tenant, version), head, body).await;
        }
        StsPath::AdminConsent { tenant, version } => {
            return web::admin_consent::answer(ctx, (&tenant, version), head, body).await;
        }
        StsPath::Logout { .. } => return web::sign_out::answer(ctx, head, body).await,
    };
    let mut response = answer.unwrap_or_else(|error| error.answer(ctx));
    if response.status() == StatusCode::UNAUTHORIZED && head.headers.contains_key(header::AUTHORIZATION) {
        // RFC 6749 §5.2: for a client that tried the header. Others would take it for a challenge and hide the body.
        let value = HeaderValue::from_static("Basic realm=\"token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    match for_pages {
        true => cors::let_registered_read(ctx, head, response).await,
        false => response,
    }
}
