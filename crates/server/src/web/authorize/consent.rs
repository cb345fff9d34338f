//! Whether an application may do what it asks for: the question, and what was answered.
//!
//! The form is for one browser, one request, one person and exactly what the page named, for ten minutes, and is taken once: what
//! is asked for meanwhile asks again.

use askama::Template;
use doorward_domain::guest::Seat;
use doorward_domain::second_factor::PATIENCE;
use doorward_domain::user::User;
use doorward_names::{GeneratedSecret, SecretHash, SecretKind, Timestamp};
use doorward_protocol::oauth::Form;
use http::StatusCode;

use super::Visit;
use super::answer::origin;
use crate::entropy;
use crate::http::Response;
use crate::sts::StsError;
use crate::sts::client::Weighing;
use crate::web::consent::{self, Agreed, Reach};
use crate::web::forms::Browser;
use crate::web::page_leading_to;
use crate::web::words::Words;

const PURPOSE: &str = "consent";

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    application: &'a str,
    account: &'a str,
    wanted: &'a [(String, Vec<String>)],
    consent: &'a str,
    for_all: bool,
}

#[derive(Template)]
#[template(path = "ask_administrator.html")]
struct AskAdministrator<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    application: &'a str,
    account: &'a str,
    wanted: &'a [(String, Vec<String>)],
}

impl Visit<'_> {
    /// Asks the person, or says who could be asked.
    pub async fn consent_page(
        &self,
        browser: &Browser,
        user: &User,
        weighed: &Weighing,
    ) -> Result<Response, StsError> {
        let (ctx, w) = (self.ctx, self.words);
        let reach = consent::reach(ctx, user, weighed).await?;
        let wanted = consent::shown(w, weighed);
        let (seal, action, application) = (browser.seal(ctx), self.action(), self.application());
        let target = origin(&self.back.redirect_uri);
        let leading_to = (target.as_str(), None);
        if reach == Reach::Nobody {
            let template = AskAdministrator {
                w,
                seal: &seal,
                action: &action,
                application: &application,
                account: user.upn.as_str(),
                wanted: &wanted,
            };
            return Ok(page_leading_to(leading_to, StatusCode::OK, &template));
        }
        let nonce = GeneratedSecret::from_entropy(SecretKind::Form, entropy::bytes());
        let text = [
            user.id.to_string(),
            ctx.now.micros().to_string(),
            nonce.as_secret().expose().clone(),
        ]
        .join("/");
        let named = consent::named(weighed);
        let sealed = browser.seal_for(ctx, PURPOSE, &[&action, &text, &named]);
        let template = ConsentPage {
            w,
            seal: &seal,
            action: &action,
            application: &application,
            account: user.upn.as_str(),
            wanted: &wanted,
            consent: &format!("{text}/{sealed}"),
            for_all: reach == Reach::Everybody,
        };
        Ok(page_leading_to(leading_to, StatusCode::OK, &template))
    }

    /// What the person of `seat` agreed to by a form; `None` when the form is not for this, or not theirs to agree to.
    pub async fn agreed(
        &self,
        browser: &Browser,
        form: &Form,
        (seat, weighed): (&Seat, &Weighing),
    ) -> Result<Option<Agreed>, StsError> {
        let (ctx, user) = (self.ctx, &seat.user);
        let Some(nonce) = self.opened(browser, form, (user, weighed)) else {
            return Ok(None);
        };
        let for_all = form.get("for_all") == Some("1");
        let asked = (self.client.app_id(), weighed);
        Agreed::by(ctx, (user, for_all), asked, nonce).await
    }

    /// The hashes of a form's own secret, when the form was given to this browser for this person and exactly this.
    fn opened(
        &self,
        browser: &Browser,
        form: &Form,
        (user, weighed): (&User, &Weighing),
    ) -> Option<Vec<SecretHash>> {
        let (text, seal) = form.get("consent")?.rsplit_once('/')?;
        let parts = [&self.action(), text, &consent::named(weighed)];
        if !browser.is_sealed_for(self.ctx, PURPOSE, &parts, seal) {
            return None;
        }
        let mut parts = text.split('/');
        let (person, made_at, nonce) = (parts.next()?, parts.next()?, parts.next()?);
        let made_at = Timestamp::from_micros(made_at.parse().ok()?);
        let theirs = person == user.id.to_string() && self.ctx.now.since(made_at) <= PATIENCE;
        theirs.then(|| self.ctx.app.hasher.candidates(SecretKind::Form, nonce))
    }
}
