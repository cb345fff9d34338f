//! What each step shows.

use askama::Template;
use doorward_domain::client::Client;
use doorward_domain::device_grant::{DeviceGrant, EntryRefusal};
use doorward_domain::resource::{FirstParty, client as built_in};
use doorward_domain::user::User;
use doorward_names::{SecretString, UserCode};
use doorward_protocol::oauth::{DEFAULT_SCOPE, MICROSOFT_GRAPH};
use http::StatusCode;

use super::{CONSENT, Problem, Visit};
use crate::http::Response;
use crate::sts::{StsError, client, device_code};
use crate::web::consent::{self, Reach};
use crate::web::words::Words;
use crate::web::{SaidPage, page};

#[derive(Template)]
#[template(path = "device_code.html")]
struct CodePage<'a> {
    w: &'a Words,
    seal: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "device_sign_in.html")]
struct SignInPage<'a> {
    w: &'a Words,
    seal: &'a str,
    user_code: &'a str,
    username: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "device_answer.html")]
struct AnswerPage<'a> {
    w: &'a Words,
    seal: &'a str,
    user_code: &'a str,
    proof: &'a str,
    account: &'a str,
    application: &'a str,
    resource: &'a str,
    scopes: &'a [String],
    address: &'a str,
    ago: &'a str,
    wanted: &'a [(String, Vec<String>)],
    consent: &'a str,
    may: bool,
    for_all: bool,
}

impl Visit<'_> {
    /// Asks for the code.
    pub fn code_page(&self, problem: Option<String>) -> Response {
        let template = CodePage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            problem: problem.as_deref(),
        };
        self.browser.keep(page(status(problem.is_some()), &template))
    }

    /// Asks for name and password.
    pub fn sign_in_page(&self, code: &UserCode, username: &str, problem: Option<String>) -> Response {
        let template = SignInPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            user_code: code.expose(),
            username,
            problem: problem.as_deref(),
        };
        page(status(problem.is_some()), &template)
    }

    /// Shows who asks for what, and asks for a yes or no: `user` as they signed in, `seated` where they are let in.
    pub async fn answer_page(
        &self,
        code: &UserCode,
        grant: &DeviceGrant,
        (user, seated, proof): (&User, &User, &SecretString),
    ) -> Result<Response, StsError> {
        let ctx = self.ctx;
        let (resource, scopes) = wanted(grant);
        let (reach, wanted, consent) = match self.missing(grant, seated).await? {
            None => (Reach::Themselves, Vec::new(), String::new()),
            Some(missing) => {
                let parts = [code.expose(), &*consent::named(&missing)];
                (
                    consent::reach(ctx, seated, &missing).await?,
                    consent::shown(self.words, &missing),
                    self.browser.seal_for(ctx, CONSENT, &parts),
                )
            }
        };
        let application = match client::find(ctx, grant.client).await? {
            Some(Client::Registered(application)) => application.display_name.to_string(),
            Some(Client::BuiltIn(_)) | None => {
                built_in::display_name(grant.client).map_or_else(|| grant.client.to_string(), str::to_owned)
            }
        };
        let template = AnswerPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            user_code: code.expose(),
            proof: proof.expose(),
            account: user.upn.as_str(),
            application: &application,
            resource: &resource,
            scopes: &scopes,
            address: &grant.source,
            ago: &(self.words.ago)(ctx.now.since(grant.created_at).as_seconds()),
            wanted: &wanted,
            consent: &consent,
            may: reach != Reach::Nobody,
            for_all: reach == Reach::Everybody && !wanted.is_empty(),
        };
        Ok(page(StatusCode::OK, &template))
    }

    /// Says that the answer was taken.
    pub fn answered_page(&self, yes: bool) -> Response {
        let w = self.words;
        let (title, text) = match yes {
            true => (w.approved, w.approved_text),
            false => (w.declined, w.declined_text),
        };
        let cure = w.close;
        page(StatusCode::OK, &SaidPage { w, title, text, cure })
    }

    /// A problem in the person's language.
    pub fn sentence(&self, problem: &Problem) -> String {
        let w = self.words;
        let text = match problem {
            Problem::TooManyCodes => w.too_many_codes,
            Problem::WrongCode => w.wrong_code,
            Problem::Entry(EntryRefusal::OtherTenant) => w.other_tenant,
            Problem::Entry(EntryRefusal::Expired | EntryRefusal::Used) => w.code_over,
            Problem::Entry(EntryRefusal::NotSignedIn) => w.stale_form,
            Problem::SignIn(StsError::NotInTenant) => w.other_tenant,
            Problem::SignIn(
                error @ (StsError::ClientUnknown { .. }
                | StsError::NoServicePrincipal { .. }
                | StsError::Client { .. }
                | StsError::Platform(..)),
            ) => return error.text(),
            Problem::SignIn(error) => return w.sign_in_problem(error),
        };
        text.to_owned()
    }
}

/// The resource, by the name that people know where there is one, and the scopes on it.
fn wanted(grant: &DeviceGrant) -> (String, Vec<String>) {
    let Ok(target) = device_code::wanted_target(&grant.wanted) else {
        return (String::new(), Vec::new());
    };
    let resource = target.resource.unwrap_or_else(|| MICROSOFT_GRAPH.to_owned());
    let shown = match FirstParty::find(&resource) {
        Some(known) => format!("{} ({resource})", known.display_name()),
        None => resource,
    };
    // "Everything that was granted": the resource says that already.
    let mut scopes = target.scopes;
    scopes.retain(|scope| scope != DEFAULT_SCOPE);
    (shown, scopes)
}

fn status(problem: bool) -> StatusCode {
    match problem {
        true => StatusCode::BAD_REQUEST,
        false => StatusCode::OK,
    }
}
