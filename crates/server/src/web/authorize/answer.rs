//! How an answer gets back to the client: exactly by the response mode that it asked for.

use askama::Template;
use doorward_names::{GeneratedSecret, RedirectUri};
use doorward_protocol::Marks;
use doorward_protocol::oauth::{
    AadSts, AuthorizeError, ErrorBody, OAuthError, ResponseMode, ReturnAddress, TargetError,
    TokenRequestError,
};
use http::{HeaderValue, StatusCode, header};

use super::Visit;
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::{Response, text};
use crate::web::page_leading_to;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    w: &'a Words,
    action: &'a str,
    fields: &'a [(&'static str, String)],
    nonce: &'a str,
}

impl Visit<'_> {
    /// The code goes back.
    pub fn granted(&self, code: &GeneratedSecret) -> Response {
        let fields = vec![("code", code.as_secret().expose().clone())];
        send((&self.back, self.words), fields)
    }

    /// An error goes back.
    pub fn error(&self, error: OAuthError, code: AadSts) -> Response {
        refusal(
            self.ctx,
            (&self.back, self.words),
            (error, code),
            code.text().unwrap_or_default(),
        )
    }
}

/// The fault of a request goes back to the client that sent it.
pub fn fault(ctx: &Ctx, to: (&ReturnAddress, &Words), error: &AuthorizeError) -> Response {
    use AadSts as C;
    use OAuthError as E;
    let words = match error {
        AuthorizeError::Missing(_) | AuthorizeError::Target(TokenRequestError::Missing(_)) => {
            (E::InvalidRequest, C::MissingParameter)
        }
        AuthorizeError::ResponseType => (E::UnsupportedResponseType, C::ResponseType),
        AuthorizeError::ResponseMode => (E::InvalidRequest, C::ResponseMode),
        AuthorizeError::Challenge => (E::InvalidRequest, C::ChallengeMissing),
        AuthorizeError::Prompt | AuthorizeError::MaxAge | AuthorizeError::Claims(_) => {
            (E::InvalidRequest, C::InvalidRequest)
        }
        AuthorizeError::Target(TokenRequestError::ResourceOnV2) => (E::InvalidRequest, C::ResourceOnV2),
        AuthorizeError::Target(TokenRequestError::Target(TargetError::SeveralResources(..))) => {
            (E::InvalidScope, C::SeveralResources)
        }
        AuthorizeError::Target(_) => (E::InvalidScope, C::InvalidScope),
    };
    refusal(ctx, to, words, &error.to_string())
}

fn refusal(
    ctx: &Ctx,
    to: (&ReturnAddress, &Words),
    (error, code): (OAuthError, AadSts),
    text: &str,
) -> Response {
    let marks = Marks {
        trace: ctx.trace,
        correlation: ctx.correlation,
        at: ctx.now,
    };
    let body = ErrorBody::new(error, code, text, marks);
    let fields = vec![
        ("error", body.error),
        ("error_description", body.error_description),
    ];
    send(to, fields)
}

fn send((back, words): (&ReturnAddress, &Words), mut fields: Vec<(&'static str, String)>) -> Response {
    if let Some(state) = &back.state {
        fields.push(("state", state.clone()));
    }
    match back.mode {
        ResponseMode::Query => redirect(&back.redirect_uri, '?', &fields),
        ResponseMode::Fragment => redirect(&back.redirect_uri, '#', &fields),
        ResponseMode::FormPost => {
            let nonce: String = entropy::bytes::<16>()
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            let template = FormPost {
                w: words,
                action: &back.redirect_uri,
                fields: &fields,
                nonce: &nonce,
            };
            let target = origin(&back.redirect_uri);
            let leading_to = (target.as_str(), Some(nonce.as_str()));
            page_leading_to(leading_to, StatusCode::OK, &template)
        }
    }
}

/// The origin of a verified redirect URI, for the content-security policy.
pub fn origin(redirect_uri: &str) -> String {
    let uri = redirect_uri.parse::<RedirectUri>();
    uri.map(|uri| uri.origin()).unwrap_or_default()
}

/// Leads the browser to a verified URI with `fields` behind `mark`.
pub fn redirect(uri: &str, mark: char, fields: &[(&'static str, String)]) -> Response {
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(fields);
    let has_no_path = uri
        .parse::<RedirectUri>()
        .is_ok_and(|uri| uri.parts().is_some_and(|(.., tail)| !tail.starts_with('/')));
    let mut target = uri.to_owned();
    if has_no_path {
        // A browser would put it there as well; some programs look at what they wrote.
        let end = target.find('?').unwrap_or(target.len());
        target.insert(end, '/');
    }
    if !fields.is_empty() {
        let has_query = mark == '?' && target.contains('?');
        target.push(if has_query { '&' } else { mark });
        target.push_str(&encoded.finish());
    }
    found(&target)
}

/// Leads the browser on. The page says nothing: what stands in the address may be a code.
pub fn found(target: &str) -> Response {
    let mut response = text(StatusCode::FOUND, String::new());
    if let Ok(value) = HeaderValue::from_str(target) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
