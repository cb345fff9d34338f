//! What each step shows.

use askama::Template;
use doorward_domain::second_factor::FactorRefusal;
use doorward_names::{RecoveryCode, SecretString};
use http::StatusCode;

use super::qr::Qr;
use super::{Place, Proven};
use crate::credentials::totp::{TotpSecret, base32, uri};
use crate::http::Response;
use crate::sts::StsError;
use crate::web::words::Words;
use crate::web::{page, page_leading_to};

/// What authenticator apps call an account of this server.
const ISSUER: &str = "Doorward";

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    hidden: &'a [(&'static str, String)],
    proven: &'a str,
    account: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct EnrolPage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    hidden: &'a [(&'static str, String)],
    proven: &'a str,
    account: &'a str,
    secret: &'a str,
    secret_seal: &'a str,
    side: usize,
    path: &'a str,
    key: &'a str,
    demanded: bool,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    hidden: &'a [(&'static str, String)],
    proven: &'a str,
    codes: &'a [SecretString],
}

impl Place<'_> {
    /// Asks for a code.
    pub fn code_page(&self, proven: &Proven, problem: Option<&StsError>) -> Response {
        let problem = problem.map(|error| self.words.factor_problem(error));
        let template = CodePage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            action: &self.action,
            hidden: &self.hidden,
            proven: &proven.seal(self.ctx, (self.browser, &self.binding)),
            account: proven.user.upn.as_str(),
            problem: problem.as_deref(),
        };
        self.show(problem.is_some(), &template)
    }

    /// Shows the secret and asks for a first code.
    pub(super) fn show_enrolment(
        &self,
        proven: &Proven,
        (secret, text, secret_seal): (&TotpSecret, &SecretString, &str),
        problem: Option<&str>,
    ) -> Response {
        let account = proven.user.upn.as_str();
        let qr = Qr::of(&uri(secret, ISSUER, account));
        let key = grouped(&base32(secret));
        let template = EnrolPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            action: &self.action,
            hidden: &self.hidden,
            proven: &proven.seal(self.ctx, (self.browser, &self.binding)),
            account,
            secret: text.expose(),
            secret_seal,
            side: qr.as_ref().map_or(0, |qr| qr.side),
            path: qr.as_ref().map_or("", |qr| qr.path.expose()),
            key: key.expose(),
            demanded: self.purpose.is_some(),
            problem,
        };
        self.show(problem.is_some(), &template)
    }

    /// Shows fresh recovery codes.
    pub(super) fn show_codes(&self, proven: &Proven, codes: &[RecoveryCode]) -> Response {
        let codes: Vec<_> = codes.iter().map(RecoveryCode::grouped).collect();
        let template = CodesPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            action: &self.action,
            hidden: &self.hidden,
            proven: &proven.seal(self.ctx, (self.browser, &self.binding)),
            codes: &codes,
        };
        self.show(false, &template)
    }

    pub(super) fn show(&self, problem: bool, template: &impl Template) -> Response {
        let status = match problem {
            true => StatusCode::BAD_REQUEST,
            false => StatusCode::OK,
        };
        match &self.leading_to {
            Some(origin) => page_leading_to((origin, None), status, template),
            None => page(status, template),
        }
    }
}

impl Words {
    /// Why a second factor was not taken.
    pub fn factor_problem(&self, error: &StsError) -> String {
        let text = match error {
            StsError::SecondFactor(FactorRefusal::Used) => self.code_used,
            StsError::SecondFactor(FactorRefusal::WrongRecoveryCode) => self.wrong_recovery_code,
            StsError::SecondFactor(FactorRefusal::Wrong | FactorRefusal::None) => self.wrong_factor,
            other => return self.sign_in_problem(other),
        };
        text.to_owned()
    }
}

/// In groups of four, as people read it.
fn grouped(text: &SecretString) -> SecretString {
    let mut shown = String::with_capacity(text.expose().len() * 5 / 4);
    for (at, letter) in text.expose().chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push(' ');
        }
        shown.push(letter);
    }
    SecretString::new(shown)
}
