//! What a person sees.

use askama::Template;
use doorward_domain::resource::client;
use doorward_domain::user::User;
use doorward_names::{AppId, TenantId};
use doorward_protocol::oauth::{AadSts, aadsts};
use http::StatusCode;

use super::Visit;
use super::answer::origin;
use crate::ctx::Ctx;
use crate::http::Response;
use crate::sts::{StsError, device_code};
use crate::web::forms::Browser;
use crate::web::words::Words;
use crate::web::{SaidPage, page, page_leading_to};

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(in crate::web) struct SignInPage<'a> {
    pub w: &'a Words,
    pub seal: &'a str,
    pub action: &'a str,
    pub application: &'a str,
    pub username: &'a str,
    pub problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "choose.html")]
struct ChoosePage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    application: &'a str,
    account: &'a str,
    id: String,
}

/// Says why nothing can be sent anywhere.
pub fn refused(w: &Words, text: &str) -> Response {
    let (title, cure) = (w.bad_request, w.bad_request_cure);
    page(StatusCode::BAD_REQUEST, &SaidPage { w, title, text, cure })
}

pub fn unknown_client(client: &str) -> String {
    let shown: String = client.chars().filter(|c| !c.is_control()).take(64).collect();
    format!(
        "{}: {}",
        AadSts::ApplicationNotFound,
        aadsts::application_not_found(&shown, "Doorward")
    )
}

pub fn redirect_mismatch(client: AppId) -> String {
    let text = aadsts::redirect_mismatch(&client.to_string());
    format!("{}: {text}", AadSts::RedirectMismatch)
}

/// The tenant that a path names, or none where it leaves that open; else the page that says that there is none.
pub async fn tenant(ctx: &Ctx, words: &Words, segment: &str) -> Result<Option<TenantId>, Response> {
    match device_code::named_or_open(ctx, segment).await {
        Ok(tenant) => Ok(tenant),
        Err(StsError::TenantUnknown(_) | StsError::TenantNeeded) => {
            let shown: String = segment.chars().filter(|c| !c.is_control()).take(64).collect();
            let text = aadsts::tenant_not_found(&shown);
            Err(refused(words, &format!("{}: {text}", AadSts::TenantNotFound)))
        }
        Err(failure) => Err(failure.answer(ctx)),
    }
}

impl Visit<'_> {
    /// Asks for name and password.
    pub fn sign_in_page(&self, browser: &Browser, username: &str, problem: Option<String>) -> Response {
        let template = SignInPage {
            w: self.words,
            seal: &browser.seal(self.ctx),
            action: &self.action(),
            application: &self.application(),
            username,
            problem: problem.as_deref(),
        };
        let status = match problem {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::OK,
        };
        browser.keep(page_leading_to(
            (&origin(&self.back.redirect_uri), None),
            status,
            &template,
        ))
    }

    /// Asks whether to go on as who is signed in.
    pub fn choose_page(&self, browser: &Browser, user: &User) -> Response {
        let template = ChoosePage {
            w: self.words,
            seal: &browser.seal(self.ctx),
            action: &self.action(),
            application: &self.application(),
            account: user.upn.as_str(),
            id: user.id.to_string(),
        };
        page_leading_to(
            (&origin(&self.back.redirect_uri), None),
            StatusCode::OK,
            &template,
        )
    }

    /// The request itself: every step reads it anew.
    pub fn action(&self) -> String {
        let uri = self.head.uri.path_and_query();
        uri.map(|uri| uri.as_str().to_owned()).unwrap_or_default()
    }

    /// The application, as people call it.
    pub fn application(&self) -> String {
        match self.client.registration() {
            Some(application) => application.display_name.to_string(),
            None => {
                let id = self.client.app_id();
                client::display_name(id).map_or_else(|| id.to_string(), str::to_owned)
            }
        }
    }
}
