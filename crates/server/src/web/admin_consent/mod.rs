//! GET and POST /{tenant}/adminconsent and /{tenant}/v2.0/adminconsent: an administrator agrees for everybody to what an
//! application asks for, and the browser goes back to it (Microsoft identity platform, "Admin consent on the Microsoft identity
//! platform").
//!
//! The request stays in the URL through every step, and is read and verified again at each. Nothing is sent to a redirect URI
//! before it is known to be the application's.

mod pages;
mod request;
mod steps;
mod write;

use bytes::Bytes;
use doorward_domain::application::Application;
use doorward_names::TenantId;
use doorward_protocol::oauth::{AadSts, ErrorBody, OAuthError, Target};
use doorward_protocol::paths::EndpointVersion;
use http::Method;
use http::request::Parts;

use super::authorize::{COOKIE_GIVEN, found, outside, redirect};
use super::forms::{Browser, FormRefusal};
use super::words::Words;
use super::{cookies_blocked, second_factor};
use crate::ctx::Ctx;
use crate::http::Response;
use crate::sts::read_form;

/// One request of one browser, verified.
struct Visit<'a> {
    ctx: &'a Ctx,
    head: &'a Parts,
    words: &'static Words,
    /// The tenant in the path; `None` where the person's decides.
    tenant: Option<TenantId>,
    application: Application,
    redirect_uri: String,
    state: Option<String>,
    /// What is asked for on v2.0; on v1 it is all that the application registered.
    target: Option<Target>,
}

/// The route table of this page; GET, HEAD or POST.
pub async fn answer<B>(ctx: &Ctx, path: (&str, EndpointVersion), head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if let Some(elsewhere) = outside(ctx, head) {
        return elsewhere;
    }
    let visit = match Visit::read(ctx, path, head).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let answered = match head.method {
        Method::POST => match read_form(head, body).await {
            Ok(form) => visit.post(&form).await,
            Err(error) => Err(error),
        },
        _ => visit.get().await,
    };
    answered.unwrap_or_else(|error| error.answer(ctx))
}

impl Visit<'_> {
    async fn get(&self) -> Result<Response, crate::sts::StsError> {
        let browser = Browser::of(self.head);
        match browser.is_fresh() {
            true => Ok(self.give_cookie(&browser)),
            false => self.show(&browser).await,
        }
    }

    /// Gives the browser its cookie and looks whether it brings it again.
    fn give_cookie(&self, browser: &Browser) -> Response {
        let query = self.head.uri.query().unwrap_or_default();
        if url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == COOKIE_GIVEN) {
            return cookies_blocked(self.words);
        }
        let target = format!("{}?{query}&{COOKIE_GIVEN}=1", self.head.uri.path());
        browser.keep(found(&target))
    }

    async fn post(&self, form: &doorward_protocol::oauth::Form) -> Result<Response, crate::sts::StsError> {
        let browser = match Browser::of_form(self.ctx, self.head, form) {
            Ok(browser) => browser,
            Err(FormRefusal::NoCookie) => return Ok(cookies_blocked(self.words)),
            Err(FormRefusal::NotOurs) => {
                let browser = Browser::of(self.head);
                return Ok(self.sign_in_page(&browser, "", Some(self.words.stale_form)));
            }
        };
        if second_factor::is_step(form) {
            return self.second_factor(&browser, form).await;
        }
        match form.get("step") {
            Some("sign_in") => self.sign_in(&browser, form).await,
            Some("agree") => self.agree(&browser, form).await,
            Some("cancel") => Ok(self.declined()),
            _ => Ok(self.sign_in_page(&browser, "", None)),
        }
    }

    /// The administrator agreed.
    fn granted(&self, tenant: TenantId) -> Response {
        let mut fields = vec![
            ("admin_consent", "True".to_owned()),
            ("tenant", tenant.to_string()),
        ];
        if let Some(target) = &self.target {
            fields.push(("scope", target.requested.clone()));
        }
        self.back(fields)
    }

    /// They didn't.
    fn declined(&self) -> Response {
        self.refused(OAuthError::AccessDenied, AadSts::Declined, None)
    }

    fn refused(&self, error: OAuthError, code: AadSts, text: Option<&str>) -> Response {
        let marks = doorward_protocol::Marks {
            trace: self.ctx.trace,
            correlation: self.ctx.correlation,
            at: self.ctx.now,
        };
        let text = text.or(code.text()).unwrap_or_default();
        let body = ErrorBody::new(error, code, text, marks);
        self.back(vec![
            ("error", body.error),
            ("error_description", body.error_description),
        ])
    }

    fn back(&self, mut fields: Vec<(&'static str, String)>) -> Response {
        if let Some(state) = &self.state {
            fields.push(("state", state.clone()));
        }
        redirect(&self.redirect_uri, '?', &fields)
    }

    /// The request itself: every step reads it anew.
    fn action(&self) -> String {
        let uri = self.head.uri.path_and_query();
        uri.map(|uri| uri.as_str().to_owned()).unwrap_or_default()
    }
}
