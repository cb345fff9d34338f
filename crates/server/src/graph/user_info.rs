//! `/oidc/userinfo`: who a client's person is (OpenID Connect Core §5.3), where Azure has it: on Microsoft Graph.

use doorward_domain::directory::Permission;
use doorward_domain::directory::rights::Denied;
use doorward_protocol::oauth::UserInfo;
use doorward_store as store;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};

use super::access::{OrFail as _, look};
use super::bearer::{self, BearerKind};
use super::{GraphError, access};
use crate::ctx::Ctx;
use crate::http::{Response, json, method_not_allowed, text};
use crate::sts::{let_everybody_read, pairwise};

const METHODS: &[Method] = &[Method::GET, Method::HEAD, Method::POST];

/// GET and POST /oidc/userinfo. The token alone says who may read it, so pages of any origin can.
pub async fn answer(ctx: &Ctx, head: &Parts) -> Response {
    let response = match &head.method {
        method if METHODS.contains(method) => told(ctx, head).await.unwrap_or_else(|error| error.answer(ctx)),
        &Method::OPTIONS => preflight(),
        _ => method_not_allowed(METHODS),
    };
    let_everybody_read(response)
}

fn preflight() -> Response {
    let mut response = text(StatusCode::NO_CONTENT, String::new());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn told(ctx: &Ctx, head: &Parts) -> Result<Response, GraphError> {
    let bearer = bearer::authenticate(ctx, &head.headers).await?;
    let (client, kind) = (bearer.client, bearer.kind.clone());
    let seat = look(ctx, bearer, move |view, acting| {
        let BearerKind::Person { scopes, openid, .. } = &kind else {
            return Err(access::denied());
        };
        let reads = [Permission::UserRead, Permission::DirectoryAccessAsUserAll];
        if !openid && !reads.iter().any(|scope| scopes.contains(scope)) {
            return Err(GraphError::Denied(Denied::ScopeTooNarrow).into());
        }
        let seat = store::user::seat(view, acting.tenant, acting.id).or_fail()?;
        seat.ok_or_else(access::denied)
    })
    .await?;
    let info = UserInfo {
        sub: pairwise(ctx, &seat.user, client).map_err(|_| GraphError::Unavailable)?,
        name: Some(seat.user.display_name.to_string()),
        email: seat.is_guest().then(|| seat.home.upn.to_string()),
    };
    Ok(json(StatusCode::OK, &info))
}
