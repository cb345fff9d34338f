//! What a person sees.

use askama::Template;
use doorward_domain::consent::ForEverybody;
use doorward_domain::resource::Resource;
use doorward_domain::user::User;
use http::StatusCode;

use super::Visit;
use crate::http::Response;
use crate::web::authorize::{origin, pages::SignInPage};
use crate::web::consent::of_resource;
use crate::web::forms::Browser;
use crate::web::page_leading_to;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "admin_consent.html")]
struct AdminConsentPage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    application: &'a str,
    account: &'a str,
    wanted: &'a [(String, Vec<String>)],
    itself: &'a [String],
    consent: &'a str,
}

impl Visit<'_> {
    /// Asks for name and password.
    pub(super) fn sign_in_page(&self, browser: &Browser, username: &str, problem: Option<&str>) -> Response {
        let template = SignInPage {
            w: self.words,
            seal: &browser.seal(self.ctx),
            action: &self.action(),
            application: self.application.display_name.as_str(),
            username,
            problem,
        };
        let status = match problem {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::OK,
        };
        let leading_to = (&*origin(&self.redirect_uri), None);
        browser.keep(page_leading_to(leading_to, status, &template))
    }

    /// Shows an administrator what is asked for.
    pub(super) fn question(
        &self,
        browser: &Browser,
        user: &User,
        (wanted, consent): (&[(Resource, ForEverybody)], &str),
    ) -> Response {
        let w = self.words;
        let scopes = wanted.iter().filter(|(_, wanted)| !wanted.scopes.is_empty());
        let scopes: Vec<_> = scopes
            .map(|(resource, wanted)| of_resource(w, (resource, &wanted.scopes)))
            .collect();
        let permissions = wanted.iter().flat_map(|(_, wanted)| &wanted.permissions);
        let itself: Vec<_> = permissions
            .map(|permission| match (w.scope)(permission.name()) {
                Some(known) => format!("{known} ({})", permission.name()),
                None => permission.name().to_owned(),
            })
            .collect();
        let template = AdminConsentPage {
            w,
            seal: &browser.seal(self.ctx),
            action: &self.action(),
            application: self.application.display_name.as_str(),
            account: user.upn.as_str(),
            wanted: &scopes,
            itself: &itself,
            consent,
        };
        page_leading_to((&*origin(&self.redirect_uri), None), StatusCode::OK, &template)
    }
}
