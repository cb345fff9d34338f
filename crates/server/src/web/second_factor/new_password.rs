//! The step on which a person chooses a password of their own: instead of a temporary one, before that lets them in, or
//! instead of their own, because they want to.
//!
//! What its form proves is sealed for this step alone, so that nobody comes to it who still lacks a second factor.

use askama::Template;
use doorward_domain::new_password::PasswordRefusal;
use doorward_names::SecretString;
use doorward_protocol::oauth::Form;

use super::{Outcome, Place, Proven};
use crate::http::Response;
use crate::sts::{StsError, own_password, person};
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPasswordPage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    hidden: &'a [(&'static str, String)],
    proven: &'a str,
    account: &'a str,
    temporary: bool,
    problem: Option<&'a str>,
}

impl Place<'_> {
    /// The end of the sign-in, unless the password is a temporary one.
    pub(super) fn with_own_password(&self, proven: Proven) -> Outcome {
        match proven.user.must_change_password() {
            true => Outcome::Page(self.new_password_page(&proven, None)),
            false => Outcome::Done(Box::new(proven)),
        }
    }

    /// Asks for a new password, and for the one of before unless that is a temporary one, which was typed just now.
    pub fn new_password_page(&self, proven: &Proven, problem: Option<&str>) -> Response {
        let template = NewPasswordPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            action: &self.action,
            hidden: &self.hidden,
            proven: &proven.seal(self.ctx, (self.browser, &self.own_password_binding())),
            account: proven.user.upn.as_str(),
            temporary: proven.user.must_change_password(),
            problem,
        };
        self.show(problem.is_some(), &template)
    }

    pub(super) async fn new_password(&self, form: &Form, sealed: &str) -> Result<Outcome, StsError> {
        let binding = self.own_password_binding();
        let Some(proven) = Proven::open(self.ctx, (self.browser, &binding), sealed).await? else {
            return Ok(Outcome::Stale);
        };
        let secret = |name| form.secret(name).unwrap_or_else(|| SecretString::from(""));
        let (user, chosen) = (&proven.user, secret("new_password"));
        let again = |text: &str| Ok(Outcome::Page(self.new_password_page(&proven, Some(text))));
        if chosen.expose() != secret("new_password_again").expose() {
            return again(self.words.passwords_differ);
        }
        if !user.must_change_password() {
            let typed = (user.upn.as_str(), secret("password"));
            let known = self.browser.known();
            match person::by_password(self.ctx, Some(user.tenant), typed, known).await {
                Ok(found) if found.id == user.id => {}
                Ok(_) => return Ok(Outcome::Stale),
                Err(StsError::WrongPassword) => return again(self.words.wrong_old_password),
                Err(error @ StsError::Locked(_)) => return again(&self.words.sign_in_problem(&error)),
                Err(failure) => return Err(failure),
            }
        }
        if let Err(refusal) = own_password::admit(self.ctx, user, &chosen).await {
            return again(self.words.password_problem(refusal));
        }
        let Some(user) = own_password::set(self.ctx, user, chosen).await? else {
            return Ok(Outcome::Stale);
        };
        let at = self.ctx.now;
        Ok(self.with_own_password(Proven { user, at, ..proven }))
    }

    fn own_password_binding(&self) -> String {
        format!("own password {}", self.binding)
    }
}

impl Words {
    /// Why a new password is not taken.
    pub const fn password_problem(&self, refusal: PasswordRefusal) -> &'static str {
        match refusal {
            PasswordRefusal::TooShort => self.password_short,
            PasswordRefusal::TooLong => self.password_long,
            PasswordRefusal::SameAsBefore => self.password_same,
            PasswordRefusal::Common => self.password_common,
            PasswordRefusal::Name => self.password_name,
            PasswordRefusal::Unprintable => self.password_unprintable,
        }
    }
}
