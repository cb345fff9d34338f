//! GET and POST /redeem: a person who was invited into another tenant signs in as who they are at home, sees who invites
//! them, and accepts.
//!
//! Looking at the page spends nothing. Accepting spends the invitation, in the transaction that joins the two accounts.

use askama::Template;
use bytes::Bytes;
use doorward_domain::audit::Event;
use doorward_domain::guest::{GuestRefusal, HomeAccount, Invitation};
use doorward_domain::tenant::Tenant;
use doorward_domain::user::User;
use doorward_names::{SecretHash, SecretKind, SecretString, Upn};
use doorward_protocol::oauth::Form;
use doorward_protocol::paths::REDEEM;
use doorward_store::{self as store, QueryError, Tx, View};
use http::request::Parts;
use http::{Method, StatusCode};

use super::authorize::found;
use super::forms::{Browser, FormRefusal};
use super::second_factor::{self, Outcome, Place, Proven};
use super::words::{self, Words};
use super::{SaidPage, cookies_blocked, known, page, page_leading_to, session};
use crate::ctx::Ctx;
use crate::http::{Response, method_not_allowed};
use crate::sts::{StsError, person, read_form};

#[derive(Template)]
#[template(path = "redeem.html")]
struct AcceptPage<'a> {
    w: &'a Words,
    seal: &'a str,
    invitation: &'a str,
    organisation: &'a str,
    account: &'a str,
    id: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "redeem_sign_in.html")]
struct SignInPage<'a> {
    w: &'a Words,
    seal: &'a str,
    invitation: &'a str,
    organisation: &'a str,
    username: &'a str,
    problem: Option<&'a str>,
}

/// Why nothing comes of a step.
enum Problem {
    /// There is no such invitation, or none any more.
    Over,
    /// It is not for who accepts.
    Refused(GuestRefusal),
    /// The sign-in failed, or the server did.
    SignIn(StsError),
}

impl<E: Into<StsError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::SignIn(error.into())
    }
}

/// One request of one browser.
struct Visit<'a> {
    ctx: &'a Ctx,
    head: &'a Parts,
    browser: Browser,
    words: &'static Words,
    /// The invitation's secret.
    secret: SecretString,
}

/// An invitation that stands, the account that it is for, and who invites.
struct Opened {
    invitation: Invitation,
    tenant: Tenant,
    email: String,
}

/// The route table of this page.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let words = words::chosen(None, head);
    let visit = |browser, secret| Visit {
        ctx,
        head,
        browser,
        words,
        secret,
    };
    match head.method {
        Method::GET | Method::HEAD => {
            let query = head.uri.query().unwrap_or_default();
            let secret = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "invitation");
            let secret = SecretString::new(secret.map(|(_, value)| value.into_owned()).unwrap_or_default());
            let visit = visit(Browser::of(head), secret);
            visit.settle(visit.show(None).await)
        }
        Method::POST => match read_form(head, body).await {
            Ok(form) => {
                let secret = form
                    .secret("invitation")
                    .unwrap_or_else(|| SecretString::from(""));
                match Browser::of_form(ctx, head, &form) {
                    Ok(browser) => {
                        let visit = visit(browser, secret);
                        visit.settle(visit.post(&form).await)
                    }
                    Err(FormRefusal::NoCookie) => cookies_blocked(words),
                    Err(FormRefusal::NotOurs) => {
                        let visit = visit(Browser::of(head), secret);
                        visit.settle(visit.show(Some(words.stale_form)).await)
                    }
                }
            }
            Err(error) => error.answer(ctx),
        },
        _ => method_not_allowed(&[Method::GET, Method::HEAD, Method::POST]),
    }
}

impl Visit<'_> {
    /// Asks who is signed in whether they accept, and anybody else to sign in.
    async fn show(&self, problem: Option<&str>) -> Result<Response, Problem> {
        let opened = self.open().await?;
        Ok(match session::of(self.ctx, self.head).await? {
            Some((_, home)) => self.accept_page(&opened, &home, problem),
            None => self.sign_in_page(&opened, &opened.email, problem),
        })
    }

    async fn post(&self, form: &Form) -> Result<Response, Problem> {
        if second_factor::is_step(form) {
            let outcome = self.place().take(form).await?;
            return self.end(outcome).await;
        }
        match form.get("step") {
            Some("sign_in") => self.sign_in(form).await,
            Some("accept") => self.accept(form.get("account").unwrap_or_default()).await,
            Some("other") => Ok(self.sign_in_page(&self.open().await?, "", None)),
            _ => self.show(Some(self.words.stale_form)).await,
        }
    }

    async fn sign_in(&self, form: &Form) -> Result<Response, Problem> {
        let opened = self.open().await?;
        let name = form.get("username").unwrap_or_default().trim();
        let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
        match person::by_any_password(self.ctx, None, (name, password), self.browser.known()).await {
            Ok(user) => {
                let proven = Proven::by_password(self.ctx, user, form);
                let outcome = self.place().after(proven).await?;
                self.end(outcome).await
            }
            Err(error) => {
                let text = self.words.sign_in_problem(&error);
                Ok(self.sign_in_page(&opened, name, Some(&text)))
            }
        }
    }

    async fn end(&self, outcome: Outcome) -> Result<Response, Problem> {
        match outcome {
            Outcome::Done(proven) => self.finish(&proven).await,
            Outcome::Page(response) => Ok(response),
            Outcome::Stale => {
                let opened = self.open().await?;
                Ok(self.sign_in_page(&opened, "", Some(self.words.stale_form)))
            }
        }
    }

    /// Signs the browser in and leads it back to the invitation.
    async fn finish(&self, proven: &Proven) -> Result<Response, Problem> {
        let (ctx, user) = (self.ctx, &proven.user);
        let (secret, fresh) = session::fresh(ctx, proven)?;
        let before = session::hashes(ctx, self.head);
        let mut audit = ctx.audit(user.tenant, Event::SignedIn);
        audit.actor = Some(user.id);
        audit.detail = format!("in a browser by {}", proven.methods);
        let write = move |tx: &mut Tx<'_>| session::begin(tx, &before, &fresh, &audit);
        ctx.app.snapshots.write::<_, QueryError>(write).await?;
        // What is no secret of ours leads nowhere.
        self.open().await?;
        let back = found(&format!("{REDEEM}?invitation={}", self.secret.expose()));
        let response = session::keep(back, (&secret, proven));
        Ok(known::keep(ctx, (self.browser.known(), user), response))
    }

    /// Joins the account of who is signed in to the guest's, when it is the one that the page showed.
    async fn accept(&self, account: &str) -> Result<Response, Problem> {
        let signed_in = session::of(self.ctx, self.head).await?;
        let Some((session, home)) = signed_in.filter(|(_, home)| home.id.to_string() == account) else {
            return self.show(Some(self.words.stale_form)).await;
        };
        let proven = Proven::in_session(&session, home.clone());
        match self.place().after(proven).await? {
            Outcome::Done(_) => {}
            Outcome::Page(response) => return Ok(response),
            Outcome::Stale => return self.show(Some(self.words.stale_form)).await,
        }
        let ctx = self.ctx;
        let (hashes, account, now) = (self.hashes(), home.account(), ctx.now);
        let audit = ctx.server_audit(Event::DirectoryUpdated);
        let write = move |tx: &mut Tx<'_>| {
            let Some(invitation) = find(tx, &hashes)? else {
                return Ok::<_, QueryError>(Err(Problem::Over));
            };
            let user = match join(tx, &invitation, account, now)? {
                Ok(user) => user,
                Err(problem) => return Ok(Err(problem)),
            };
            let mut audit = audit.clone();
            audit.tenant = Some(user.tenant);
            audit.actor = Some(user.id);
            audit.target = Some(user.id);
            audit.detail = format!(
                "user: invitation accepted by {} of {}",
                account.user, account.tenant
            );
            store::audit::insert(tx, &audit)?;
            Ok(Ok(invitation.redirect_url))
        };
        match ctx.app.snapshots.write(write).await? {
            Ok(target) => Ok(found(&target)),
            Err(Problem::Refused(refusal)) if refusal != GuestRefusal::Expired => {
                let opened = self.open().await?;
                Ok(self.accept_page(&opened, &home, Some(self.refusal(refusal))))
            }
            Err(problem) => Err(problem),
        }
    }

    fn refusal(&self, refusal: GuestRefusal) -> &'static str {
        let w = self.words;
        match refusal {
            GuestRefusal::Used | GuestRefusal::Expired => w.invitation_over,
            GuestRefusal::OwnTenant => w.invited_own,
            GuestRefusal::OfGuest => w.invited_guest,
            GuestRefusal::AlreadyGuest => w.invited_already,
            GuestRefusal::SomebodyElse => w.invited_other,
            GuestRefusal::Disabled => w.disabled,
        }
    }

    fn hashes(&self) -> Vec<SecretHash> {
        let hasher = &self.ctx.app.hasher;
        hasher.candidates(SecretKind::Invitation, self.secret.expose())
    }

    async fn open(&self) -> Result<Opened, Problem> {
        let (hashes, now) = (self.hashes(), self.ctx.now);
        let look = move |view: &View<'_>| {
            let Some(invitation) = find(view, &hashes)? else {
                return Ok::<_, QueryError>(None);
            };
            let tenant = store::tenant::find(view, invitation.tenant)?;
            let user = store::user::find(view, invitation.tenant, invitation.user)?;
            let guest = user.and_then(|user| user.guest);
            Ok(tenant.zip(guest).map(|(tenant, guest)| Opened {
                invitation,
                tenant,
                email: guest.email,
            }))
        };
        let opened = self.ctx.app.store.read(look).await?;
        let opened = opened.filter(|opened| opened.invitation.stands(now));
        opened.ok_or(Problem::Over)
    }

    fn place(&self) -> Place<'_> {
        Place {
            ctx: self.ctx,
            browser: &self.browser,
            words: self.words,
            action: REDEEM.to_owned(),
            hidden: vec![("invitation", self.secret.expose().clone())],
            leading_to: None,
            binding: format!("invitation {}", self.secret.expose()),
            tenant: None,
            purpose: None,
            asked: false,
        }
    }

    fn accept_page(&self, opened: &Opened, home: &User, problem: Option<&str>) -> Response {
        let template = AcceptPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            invitation: self.secret.expose(),
            organisation: opened.tenant.display_name.as_str(),
            account: home.upn.as_str(),
            id: &home.id.to_string(),
            problem,
        };
        let target = url::Url::parse(&opened.invitation.redirect_url);
        let origin = target.map(|url| url.origin().ascii_serialization());
        let leading_to = (origin.as_deref().unwrap_or_default(), None);
        self.browser
            .keep(page_leading_to(leading_to, status(problem.is_some()), &template))
    }

    fn sign_in_page(&self, opened: &Opened, username: &str, problem: Option<&str>) -> Response {
        let template = SignInPage {
            w: self.words,
            seal: &self.browser.seal(self.ctx),
            invitation: self.secret.expose(),
            organisation: opened.tenant.display_name.as_str(),
            username,
            problem,
        };
        self.browser.keep(page(status(problem.is_some()), &template))
    }

    fn settle(&self, answer: Result<Response, Problem>) -> Response {
        let w = self.words;
        match answer {
            Ok(response) => response,
            Err(Problem::SignIn(error)) => error.answer(self.ctx),
            Err(Problem::Over) => self.over(w.invitation_over),
            Err(Problem::Refused(refusal)) => self.over(self.refusal(refusal)),
        }
    }

    fn over(&self, text: &str) -> Response {
        let w = self.words;
        let (title, cure) = (w.invited, w.invitation_cure);
        page(StatusCode::NOT_FOUND, &SaidPage { w, title, text, cure })
    }
}

fn find(view: &View<'_>, hashes: &[SecretHash]) -> Result<Option<Invitation>, QueryError> {
    for hash in hashes {
        if let Some(invitation) = store::invitation::find_by_hash(view, hash)? {
            return Ok(Some(invitation));
        }
    }
    Ok(None)
}

/// Joins the guest's account to the one at home, and spends the invitation.
fn join(
    tx: &mut Tx<'_>,
    invitation: &Invitation,
    account: HomeAccount,
    now: doorward_names::Timestamp,
) -> Result<Result<User, Problem>, QueryError> {
    let user = store::user::find(tx, invitation.tenant, invitation.user)?;
    let home = store::user::find(tx, account.tenant, account.user)?;
    let (Some(user), Some(home)) = (user, home.filter(|home| home.enabled)) else {
        return Ok(Err(Problem::Over));
    };
    if store::user::find_guest(tx, invitation.tenant, account)?.is_some() {
        return Ok(Err(Problem::Refused(GuestRefusal::AlreadyGuest)));
    }
    let email = user
        .guest
        .as_ref()
        .and_then(|guest| guest.email.parse::<Upn>().ok());
    let of_address = match email {
        Some(email) => store::tenant::find_by_domain(tx, email.domain())?.map(|tenant| tenant.id),
        None => None,
    };
    let user = match invitation.accept(user, (&home, of_address), now) {
        Ok(user) => user,
        Err(refusal) => return Ok(Err(Problem::Refused(refusal))),
    };
    if store::user::update(tx, &user)?.is_err() {
        return Ok(Err(Problem::Over));
    }
    store::invitation::delete_all_of(tx, user.tenant, user.id)?;
    Ok(Ok(user))
}

fn status(problem: bool) -> StatusCode {
    match problem {
        true => StatusCode::BAD_REQUEST,
        false => StatusCode::OK,
    }
}
