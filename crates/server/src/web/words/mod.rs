//! What the sign-in pages say, in the languages they are said in.

mod en;
mod ko;
mod setup;

use doorward_domain::lockout::Counted;
use doorward_protocol::oauth::Form;
use http::header;
use http::request::Parts;

use crate::sts::StsError;
use setup::SetupWords;

/// Every sentence of the sign-in pages in one language.
pub struct Words {
    /// The language's tag.
    pub lang: &'static str,
    /// The page of a one-time link.
    pub setup: SetupWords,
    /// What a device shows: the address of the page, the code.
    pub device_message: fn(&str, &str) -> String,
    /// Title of the page for a device's code.
    pub enter_code: &'static str,
    /// What to do there.
    pub enter_code_text: &'static str,
    /// Label of the code.
    pub code: &'static str,
    /// Goes on.
    pub next: &'static str,
    /// Title of the page for name and password.
    pub sign_in: &'static str,
    /// Why to sign in again for a device.
    pub sign_in_for_device: &'static str,
    /// Label of the sign-in name.
    pub account: &'static str,
    /// Label of the password.
    pub password: &'static str,
    /// Beside the box by which the browser keeps its session.
    pub stay: &'static str,
    /// Title of the question whether a device may act for the person.
    pub approve_title: &'static str,
    /// Who is signed in, before the name.
    pub signed_in_as: &'static str,
    /// Before the application's name.
    pub application: &'static str,
    /// Before the resource and scopes.
    pub wants: &'static str,
    /// Before the address that the request came from.
    pub from_address: &'static str,
    /// Before how long ago that was.
    pub asked_ago: &'static str,
    /// So many seconds.
    pub ago: fn(i64) -> String,
    /// What to look out for.
    pub approve_warning: &'static str,
    /// Says yes.
    pub approve: &'static str,
    /// Says no.
    pub deny: &'static str,
    /// Title after a yes.
    pub approved: &'static str,
    /// What happens then.
    pub approved_text: &'static str,
    /// Title after a no.
    pub declined: &'static str,
    /// What happens then.
    pub declined_text: &'static str,
    /// The page may be closed.
    pub close: &'static str,
    /// No device shows this code.
    pub wrong_code: &'static str,
    /// The code is too old or was used.
    pub code_over: &'static str,
    /// Too many wrong codes came from here.
    pub too_many_codes: &'static str,
    /// The device asked for another organisation's account.
    pub other_tenant: &'static str,
    /// Name or password is wrong.
    pub wrong_password: &'static str,
    /// The account may not sign in.
    pub disabled: &'static str,
    /// The password has to be changed first.
    pub must_change: &'static str,
    /// Too many wrong passwords: so many seconds to wait.
    pub wait: fn(i64) -> String,
    /// Title of the page on which a person chooses a password of their own.
    pub new_password_title: &'static str,
    /// Why, before the account, when the present one is temporary.
    pub new_password_text: &'static str,
    /// Label of the password of before.
    pub old_password: &'static str,
    /// Label of the new one.
    pub new_password: &'static str,
    /// What it has to be like.
    pub password_rule: &'static str,
    /// Label of the second time.
    pub new_password_again: &'static str,
    /// Sets it.
    pub set_password: &'static str,
    /// What ends with it.
    pub new_password_ends: &'static str,
    /// The two are not the same.
    pub passwords_differ: &'static str,
    /// The password of before is wrong.
    pub wrong_old_password: &'static str,
    /// The new password is too short.
    pub password_short: &'static str,
    /// It is too long.
    pub password_long: &'static str,
    /// It is one that is guessed first.
    pub password_common: &'static str,
    /// It is the person's name.
    pub password_name: &'static str,
    /// It is the one of before.
    pub password_same: &'static str,
    /// It holds what can't be typed.
    pub password_unprintable: &'static str,
    /// Leads to that page.
    pub change_password: &'static str,
    /// So many passwords were wrong that none is looked at for so many seconds: why, and what to do.
    pub locked: fn(Counted, i64) -> String,
    /// The server lacks something.
    pub unavailable: &'static str,
    /// The form is not one that was given to this browser, or not for this.
    pub stale_form: &'static str,
    /// Before the name of the application to sign in to.
    pub sign_in_to: &'static str,
    /// The application asked for another organisation's account.
    pub other_tenant_app: &'static str,
    /// Title of the page that offers the account that is signed in.
    pub choose_title: &'static str,
    /// What going on means.
    pub choose_text: &'static str,
    /// Goes on as who is signed in.
    pub go_on: &'static str,
    /// Signs in as somebody else.
    pub other_account: &'static str,
    /// Goes back without signing in.
    pub cancel: &'static str,
    /// Title of the page that leads back to the application.
    pub going_back: &'static str,
    /// What to do where that needs a click.
    pub going_back_text: &'static str,
    /// Title of the page about a request that can't be answered.
    pub bad_request: &'static str,
    /// What to do then.
    pub bad_request_cure: &'static str,
    /// Title after signing out.
    pub signed_out: &'static str,
    /// What that means.
    pub signed_out_text: &'static str,
    /// Title of the page about cookies.
    pub cookies_title: &'static str,
    /// What is wrong with them.
    pub cookies_text: &'static str,
    /// What to do.
    pub cookies_cure: &'static str,
    /// Title of the page that asks for a code.
    pub factor_title: &'static str,
    /// Whose app shows it, before the account.
    pub factor_text: &'static str,
    /// Label of the code of an app.
    pub six_digits: &'static str,
    /// Opens what helps who has lost the app.
    pub no_app: &'static str,
    /// What helps then.
    pub no_app_text: &'static str,
    /// Label of a recovery code.
    pub recovery_code: &'static str,
    /// Goes on with a recovery code.
    pub use_recovery_code: &'static str,
    /// The code is wrong.
    pub wrong_factor: &'static str,
    /// The recovery code is wrong, or was used.
    pub wrong_recovery_code: &'static str,
    /// The code was taken before.
    pub code_used: &'static str,
    /// Title of the page on which an app is set up.
    pub enrol_title: &'static str,
    /// What to do there, before the account.
    pub enrol_text: &'static str,
    /// What the picture is.
    pub qr_label: &'static str,
    /// Why an app has to be set up now, when the person did not ask for it.
    pub enrol_demanded: &'static str,
    /// Before the key, for who can't scan the picture.
    pub enrol_by_hand: &'static str,
    /// Label of the first code of the new app.
    pub enrol_confirm: &'static str,
    /// That code is wrong.
    pub wrong_enrolment: &'static str,
    /// Title of the page with recovery codes.
    pub codes_title: &'static str,
    /// What they are for, and that they are not shown again.
    pub codes_text: &'static str,
    /// Goes on.
    pub codes_kept: &'static str,
    /// Title of the page on which a person sees how they sign in.
    pub my_sign_in: &'static str,
    /// They have an app.
    pub app_there: &'static str,
    /// They have none.
    pub app_missing: &'static str,
    /// Sets one up.
    pub set_up_app: &'static str,
    /// Takes it away.
    pub remove_app: &'static str,
    /// What that takes, and what else it is good for.
    pub remove_app_text: &'static str,
    /// Makes new recovery codes.
    pub new_codes: &'static str,
    /// The sign-in was too long ago for a change.
    pub sign_in_again: &'static str,
    /// Signs out of this browser.
    pub sign_out: &'static str,
    /// Title of the page on which an invitation is accepted.
    pub invited: &'static str,
    /// Before the name of the organisation that invites.
    pub invited_by: &'static str,
    /// What accepting means.
    pub invited_text: &'static str,
    /// Why to sign in for it.
    pub invited_sign_in: &'static str,
    /// Accepts.
    pub accept: &'static str,
    /// The invitation is none, or none any more.
    pub invitation_over: &'static str,
    /// What to do then.
    pub invitation_cure: &'static str,
    /// The account belongs to the organisation that invites.
    pub invited_own: &'static str,
    /// The account is itself a guest's.
    pub invited_guest: &'static str,
    /// The account is a guest there already.
    pub invited_already: &'static str,
    /// Another account was invited.
    pub invited_other: &'static str,
    /// How many recovery codes are left.
    pub codes_left: fn(u64) -> String,
    /// Title of the question whether an application may do what it asks for.
    pub consent_title: &'static str,
    /// What a yes means.
    pub consent_text: &'static str,
    /// Before what the application asks for.
    pub consent_wants: &'static str,
    /// Label of the box by which an administrator agrees for everybody.
    pub consent_for_all: &'static str,
    /// Agrees.
    pub agree: &'static str,
    /// Title of the page that says that an administrator has to agree.
    pub ask_administrator: &'static str,
    /// What to do then.
    pub ask_administrator_text: &'static str,
    /// Goes back to the application with nothing.
    pub go_back: &'static str,
    /// Title of the question whether an application may act for everybody, which administrators alone are asked.
    pub everybody_title: &'static str,
    /// What a yes means.
    pub everybody_text: &'static str,
    /// Before what the application asks for in people's names.
    pub everybody_wants: &'static str,
    /// Before what the application asks for as itself.
    pub itself_wants: &'static str,
    /// It asks for nothing.
    pub wants_nothing: &'static str,
    /// Who is signed in may not answer.
    pub not_administrator: &'static str,
    /// What a scope of a built-in resource allows.
    pub scope: fn(&str) -> Option<&'static str>,
}

impl Words {
    /// Why a sign-in failed.
    pub fn sign_in_problem(&self, error: &StsError) -> String {
        let text = match error {
            StsError::WrongPassword => self.wrong_password,
            StsError::UserDisabled => self.disabled,
            StsError::PasswordMustChange => self.must_change,
            StsError::Throttled { seconds } => return (self.wait)(*seconds),
            StsError::Locked(lockout) => return (self.locked)(lockout.counted, lockout.seconds),
            _ => self.unavailable,
        };
        text.to_owned()
    }
}

/// Those for a request that may wish for a language (OpenID Connect Core §3.1.2.1, and `mkt` as Azure's older clients say it).
pub fn wished(form: Option<&Form>, head: &Parts) -> &'static Words {
    let asked = form.and_then(|form| form.get("ui_locales").or_else(|| form.get("mkt")));
    chosen(asked, head)
}

/// The words for who prefers `asked` (`mkt`, `ui_locales`), else what the browser does.
pub fn chosen(asked: Option<&str>, head: &Parts) -> &'static Words {
    let browser = head
        .headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|list| list.split_ascii_whitespace().find_map(of_tag));
    asked
        .or_else(|| browser.and_then(of_header))
        .unwrap_or(&en::WORDS)
}

fn of_tag(tag: &str) -> Option<&'static Words> {
    let primary = tag.split('-').next().unwrap_or_default();
    [&en::WORDS, &ko::WORDS]
        .into_iter()
        .find(|words| primary.eq_ignore_ascii_case(words.lang))
}

/// The best known language of an Accept-Language header (RFC 9110 §12.5.4).
fn of_header(value: &str) -> Option<&'static Words> {
    let mut best: Option<(f32, &'static Words)> = None;
    for part in value.split(',').take(32) {
        let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
        let weight = match rest.trim().strip_prefix("q=") {
            Some(weight) => weight.trim().parse().unwrap_or(0.0),
            None => 1.0,
        };
        if let Some(words) = of_tag(tag.trim())
            && weight > best.map_or(0.0, |(before, _)| before)
        {
            best = Some((weight, words));
        }
    }
    best.map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(asked: Option<&str>, browser: Option<&str>) -> &'static str {
        let mut request = http::Request::builder();
        if let Some(value) = browser {
            request = request.header(header::ACCEPT_LANGUAGE, value);
        }
        chosen(asked, &request.body(()).unwrap().into_parts().0).lang
    }

    #[test]
    fn what_is_asked_for_wins_over_the_browser() {
        assert_eq!(lang(None, None), "en");
        assert_eq!(lang(None, Some("ko-KR,ko;q=0.9,en;q=0.8")), "ko");
        assert_eq!(lang(None, Some("fr, en;q=0.3, ko;q=0.7")), "ko");
        assert_eq!(lang(None, Some("fr;q=x, ko;q=0, *")), "en");
        assert_eq!(lang(Some("KO"), Some("en")), "ko");
        assert_eq!(lang(Some("fr-FR ko-KR"), Some("en")), "ko");
        assert_eq!(lang(Some("fr"), Some("ko")), "ko");
    }
}
