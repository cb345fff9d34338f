//! GET and POST /signin: where a person sees how they sign in, sets up an authenticator app, makes new recovery codes or
//! takes the app away.
//!
//! Whoever changes how they sign in has proven themselves within the last ten minutes: by the password for a first app,
//! by a code for anything else. A browser that was left open is not enough.

use askama::Template;
use bytes::Bytes;
use doorward_domain::audit::Event;
use doorward_domain::browser_session::BrowserSession;
use doorward_domain::second_factor::PATIENCE;
use doorward_domain::user::User;
use doorward_names::SecretString;
use doorward_protocol::oauth::Form;
use doorward_protocol::paths::MY_SIGN_IN;
use doorward_store::{self as store, QueryError, Tx, View};
use http::request::Parts;
use http::{Method, StatusCode};

use super::forms::{Browser, FormRefusal};
use super::second_factor::{self, Outcome, Place, Proven};
use super::words::{self, Words};
use super::{authorize, cookies_blocked, known, page, session};
use crate::ctx::Ctx;
use crate::http::{Response, method_not_allowed};
use crate::sts::second_factor as factor;
use crate::sts::{StsError, person, read_form};

#[derive(Template)]
#[template(path = "my_sign_in.html")]
struct OverviewPage<'a> {
    w: &'a Words,
    seal: &'a str,
    account: &'a str,
    enrolled: bool,
    codes_left: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "my_sign_in_password.html")]
struct PasswordPage<'a> {
    w: &'a Words,
    seal: &'a str,
    username: &'a str,
    problem: Option<&'a str>,
}

/// One request of one browser.
struct Visit<'a> {
    ctx: &'a Ctx,
    head: &'a Parts,
    browser: Browser,
    words: &'static Words,
}

/// The route table of this page.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let words = words::chosen(None, head);
    let answer = match head.method {
        Method::GET | Method::HEAD => {
            let browser = Browser::of(head);
            let visit = Visit {
                ctx,
                head,
                browser,
                words,
            };
            visit.show().await
        }
        Method::POST => match read_form(head, body).await {
            Ok(form) => match Browser::of_form(ctx, head, &form) {
                Ok(browser) => {
                    let visit = Visit {
                        ctx,
                        head,
                        browser,
                        words,
                    };
                    visit.post(&form).await
                }
                Err(FormRefusal::NoCookie) => return cookies_blocked(words),
                Err(FormRefusal::NotOurs) => {
                    let browser = Browser::of(head);
                    let visit = Visit {
                        ctx,
                        head,
                        browser,
                        words,
                    };
                    Ok(visit.password_page("", Some(words.stale_form)))
                }
            },
            Err(error) => Err(error),
        },
        _ => return method_not_allowed(&[Method::GET, Method::HEAD, Method::POST]),
    };
    answer.unwrap_or_else(|error| error.answer(ctx))
}

impl Visit<'_> {
    async fn show(&self) -> Result<Response, StsError> {
        match session::of(self.ctx, self.head).await? {
            Some((_, user)) => self.overview(&user, None).await,
            None => Ok(self.password_page("", None)),
        }
    }

    async fn post(&self, form: &Form) -> Result<Response, StsError> {
        if second_factor::is_step(form) {
            let outcome = self.place().take(form).await?;
            return self.end(outcome).await;
        }
        if form.get("step") == Some("sign_in") {
            return self.sign_in(form).await;
        }
        let Some((session, user)) = session::of(self.ctx, self.head).await? else {
            return Ok(self.password_page("", None));
        };
        match form.get("step") {
            Some("set_up") => self.set_up(session, user).await,
            Some("change_password") => Ok(self.change_password(session, user)),
            Some("new_codes") => match factor::prove(self.ctx, &user, second_factor::typed(form)).await {
                Ok(()) => {
                    let codes = factor::renew_codes(self.ctx, &user).await?;
                    Ok(self.place().recovery_codes_page(&of(session, user), &codes))
                }
                Err(error) => self.overview(&user, Some(error)).await,
            },
            Some("remove") => match factor::prove(self.ctx, &user, second_factor::typed(form)).await {
                Ok(()) => {
                    factor::remove(self.ctx, &user).await?;
                    Ok(authorize::found(MY_SIGN_IN))
                }
                Err(error) => self.overview(&user, Some(error)).await,
            },
            _ => self.overview(&user, None).await,
        }
    }

    /// Sets up an app, for who signed in just now and has none.
    async fn set_up(&self, session: BrowserSession, user: User) -> Result<Response, StsError> {
        if self.enrolled(&user).await?.0 {
            return self.overview(&user, None).await;
        }
        if self.ctx.now.since(session.signed_in_at) > PATIENCE {
            return Ok(self.password_page(user.upn.as_str(), Some(self.words.sign_in_again)));
        }
        Ok(self.place().enrol_page(&of(session, user), None, None))
    }

    /// Asks for another password, for who signed in just now.
    fn change_password(&self, session: BrowserSession, user: User) -> Response {
        if self.ctx.now.since(session.signed_in_at) > PATIENCE {
            return self.password_page(user.upn.as_str(), Some(self.words.sign_in_again));
        }
        self.place().new_password_page(&of(session, user), None)
    }

    async fn sign_in(&self, form: &Form) -> Result<Response, StsError> {
        let name = form.get("username").unwrap_or_default().trim();
        let proven = match self.prove(name, form).await {
            Ok(proven) => proven,
            Err(error) => {
                let text = self.words.sign_in_problem(&error);
                return Ok(self.password_page(name, Some(&text)));
            }
        };
        let outcome = self.place().after(proven).await?;
        self.end(outcome).await
    }

    async fn prove(&self, name: &str, form: &Form) -> Result<Proven, StsError> {
        let ctx = self.ctx;
        let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
        let known = self.browser.known();
        let user = person::by_any_password(ctx, None, (name, password), known).await?;
        Ok(Proven::by_password(ctx, user, form))
    }

    async fn end(&self, outcome: Outcome) -> Result<Response, StsError> {
        match outcome {
            Outcome::Done(proven) => self.finish(&proven).await,
            Outcome::Page(response) => Ok(response),
            Outcome::Stale => Ok(self.password_page("", Some(self.words.stale_form))),
        }
    }

    /// Signs the browser in and leads it back to the overview.
    async fn finish(&self, proven: &Proven) -> Result<Response, StsError> {
        let (ctx, user) = (self.ctx, &proven.user);
        let (secret, fresh) = session::fresh(ctx, proven)?;
        let before = session::hashes(ctx, self.head);
        let mut audit = ctx.audit(user.tenant, Event::SignedIn);
        audit.actor = Some(user.id);
        audit.detail = format!("in a browser by {}", proven.methods);
        let write = move |tx: &mut Tx<'_>| session::begin(tx, &before, &fresh, &audit);
        ctx.app.snapshots.write::<_, QueryError>(write).await?;
        let response = session::keep(authorize::found(MY_SIGN_IN), (&secret, proven));
        Ok(known::keep(ctx, (self.browser.known(), user), response))
    }

    fn place(&self) -> Place<'_> {
        Place {
            ctx: self.ctx,
            browser: &self.browser,
            words: self.words,
            action: MY_SIGN_IN.to_owned(),
            hidden: Vec::new(),
            leading_to: None,
            binding: "my sign-in".to_owned(),
            tenant: None,
            purpose: None,
            asked: false,
        }
    }

    async fn enrolled(&self, user: &User) -> Result<(bool, u64), StsError> {
        let (tenant, id) = (user.tenant, user.id);
        let look = move |view: &View<'_>| {
            let enrolled = store::second_factor::exists(view, tenant, id)?;
            Ok::<_, QueryError>((enrolled, store::recovery_code::count(view, tenant, id)?))
        };
        Ok(self.ctx.app.store.read(look).await?)
    }

    async fn overview(&self, user: &User, problem: Option<StsError>) -> Result<Response, StsError> {
        let problem = match problem {
            None => None,
            Some(error @ (StsError::SecondFactor(_) | StsError::Throttled { .. })) => {
                Some(self.words.factor_problem(&error))
            }
            Some(failure) => return Err(failure),
        };
        let (enrolled, left) = self.enrolled(user).await?;
        let template = OverviewPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            account: user.upn.as_str(),
            enrolled,
            codes_left: &(self.words.codes_left)(left),
            problem: problem.as_deref(),
        };
        Ok(self.browser.keep(page(status(problem.is_some()), &template)))
    }

    fn password_page(&self, username: &str, problem: Option<&str>) -> Response {
        let template = PasswordPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            username,
            problem,
        };
        self.browser.keep(page(status(problem.is_some()), &template))
    }
}

fn of(session: BrowserSession, user: User) -> Proven {
    Proven::in_session(&session, user)
}

fn status(problem: bool) -> StatusCode {
    match problem {
        true => StatusCode::BAD_REQUEST,
        false => StatusCode::OK,
    }
}
