//! What each step does.

use doorward_domain::audit::Event;
use doorward_domain::authorization_code::AuthorizationCode;
use doorward_domain::browser_session::BrowserSession;
use doorward_domain::device_grant::Wanted;
use doorward_domain::guest::Seat;
use doorward_domain::user::User;
use doorward_names::{GeneratedSecret, SecretKind, SecretString};
use doorward_protocol::oauth::{AadSts, Form, OAuthError, Prompt};
use doorward_store::{self as store, QueryError, Tx};

use super::Visit;
use super::answer::origin;
use super::pages;
use crate::entropy;
use crate::http::Response;
use crate::sts::{StsError, client, person, seat};
use crate::web::forms::Browser;
use crate::web::second_factor::{Outcome, Place, Proven};
use crate::web::session;

/// What comes of a request of somebody who is signed in.
enum Reply {
    /// The client's answer.
    Back(Response),
    /// A page for the person.
    Page(Response),
    /// The form was not given to this browser, or too long ago.
    Stale,
}

impl Visit<'_> {
    /// Name and password were typed.
    pub async fn sign_in(&self, browser: &Browser, form: &Form) -> Response {
        let name = form.get("username").unwrap_or_default().trim();
        let outcome = match self.prove(name, form).await {
            Ok(proven) => self.place(browser).after(proven).await,
            Err(error) => Err(error),
        };
        match self.end(browser, outcome).await {
            Ok(response) => response,
            Err(StsError::NotInTenant) => {
                self.sign_in_page(browser, name, Some(self.words.other_tenant_app.to_owned()))
            }
            Err(error) => self.sign_in_page(browser, name, Some(self.words.sign_in_problem(&error))),
        }
    }

    /// A step of the second factor was taken.
    pub async fn second_factor(&self, browser: &Browser, form: &Form) -> Response {
        let outcome = self.place(browser).take(form).await;
        match self.end(browser, outcome).await {
            Ok(response) => response,
            Err(StsError::NotInTenant) => self.sign_in_page(browser, self.hint(), None),
            Err(error) => error.answer(self.ctx),
        }
    }

    /// The steps of the second factor, for this request alone.
    fn place<'b>(&'b self, browser: &'b Browser) -> Place<'b> {
        let action = self.action();
        Place {
            ctx: self.ctx,
            browser,
            words: self.words,
            hidden: Vec::new(),
            leading_to: Some(origin(&self.back.redirect_uri)),
            binding: format!("authorize {action}"),
            action,
        }
    }

    async fn end(&self, browser: &Browser, outcome: Result<Outcome, StsError>) -> Result<Response, StsError> {
        match outcome? {
            Outcome::Done(proven) => self.finish(&proven).await,
            Outcome::Page(response) => Ok(response),
            Outcome::Stale => {
                let text = Some(self.words.stale_form.to_owned());
                Ok(self.sign_in_page(browser, self.hint(), text))
            }
        }
    }

    async fn prove(&self, name: &str, form: &Form) -> Result<Proven, StsError> {
        let ctx = self.ctx;
        let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
        let user = person::by_password(ctx, self.wish.tenant, (name, password)).await?;
        // Told now rather than after a second factor.
        seat::take(ctx, self.wish.tenant, user.clone()).await?;
        Ok(Proven {
            user,
            methods: person::PASSWORD.to_owned(),
            at: ctx.now,
        })
    }

    /// Signs the browser in and gives the client its code.
    async fn finish(&self, proven: &Proven) -> Result<Response, StsError> {
        let ctx = self.ctx;
        let user = &proven.user;
        let (secret, fresh) = session::fresh(ctx, user, (&proven.methods, proven.at))?;
        let (seat, _) = seat::take(ctx, self.wish.tenant, user.clone()).await?;
        if let Some(Reply::Back(refused) | Reply::Page(refused)) = self.refusal(&seat.user).await? {
            return Ok(refused);
        }
        let (code, kept) = self.code(&seat.user, &fresh)?;
        let before = session::hashes(ctx, self.head);
        let mut audit = ctx.audit(user.tenant, Event::SignedIn);
        audit.actor = Some(user.id);
        audit.client = Some(self.client.app_id());
        audit.detail = format!("in a browser by {}", proven.methods);
        let write = move |tx: &mut Tx<'_>| {
            session::begin(tx, &before, &fresh, &audit)?;
            store::authorization_code::insert(tx, &kept)
        };
        let written = ctx.app.snapshots.write::<_, QueryError>(write).await?;
        written.map_err(|_| StsError::Unavailable)?;
        Ok(session::keep(self.granted(&code), &secret))
    }

    /// The person goes on as who is signed in, when that still is whom the page named.
    pub async fn go_on(&self, browser: &Browser, form: &Form) -> Response {
        let account = form.get("account").unwrap_or_default();
        match self.grant_in_session(browser, account).await {
            Ok(Some(response)) => response,
            Ok(None) => self.sign_in_page(browser, self.hint(), None),
            Err(error) => error.answer(self.ctx),
        }
    }

    async fn grant_in_session(&self, browser: &Browser, account: &str) -> Result<Option<Response>, StsError> {
        let found = session::seated(self.ctx, self.head, self.wish.tenant).await?;
        let fits = |session: &BrowserSession, seat: &Seat| {
            self.fits(session, seat)
                && self.request.prompt != Prompt::Login
                && seat.home.id.to_string() == account
        };
        let Some(found) = found.filter(|(session, seat)| fits(session, seat)) else {
            return Ok(None);
        };
        Ok(match self.grant(browser, found).await? {
            Reply::Back(response) | Reply::Page(response) => Some(response),
            Reply::Stale => None,
        })
    }

    /// The browser's session serves a client that nobody else can pass for; the person sees a page only where they must.
    pub async fn without_a_word(&self, browser: &Browser, found: (BrowserSession, Seat)) -> Response {
        match self.grant(browser, found).await {
            Ok(Reply::Back(response) | Reply::Page(response)) => response,
            Ok(Reply::Stale) => self.sign_in_page(browser, self.hint(), None),
            Err(error) => error.answer(self.ctx),
        }
    }

    /// As [`Self::without_a_word`], where no page can be seen.
    pub async fn in_silence(&self, browser: &Browser, found: (BrowserSession, Seat)) -> Response {
        match self.grant(browser, found).await {
            Ok(Reply::Back(response)) => response,
            Ok(Reply::Page(_) | Reply::Stale) => self.error(OAuthError::InteractionRequired, AadSts::MustAsk),
            Err(error) => error.answer(self.ctx),
        }
    }

    async fn grant(
        &self,
        browser: &Browser,
        (session, seat): (BrowserSession, Seat),
    ) -> Result<Reply, StsError> {
        let proven = Proven {
            user: seat.home,
            methods: session.methods.clone(),
            at: session.signed_in_at,
        };
        match self.place(browser).after(proven).await? {
            Outcome::Done(_) => {}
            Outcome::Page(response) => return Ok(Reply::Page(response)),
            Outcome::Stale => return Ok(Reply::Stale),
        }
        if let Some(refused) = self.refusal(&seat.user).await? {
            return Ok(refused);
        }
        let (code, kept) = self.code(&seat.user, &session)?;
        let write = move |tx: &mut Tx<'_>| store::authorization_code::insert(tx, &kept);
        let written = self.ctx.app.snapshots.write::<_, QueryError>(write).await?;
        written.map_err(|_| StsError::Unavailable)?;
        Ok(Reply::Back(self.granted(&code)))
    }

    /// What to answer when the person's tenant does not let the client in, as it asks and for what it asks.
    async fn refusal(&self, user: &User) -> Result<Option<Reply>, StsError> {
        let (ctx, tenant) = (self.ctx, user.tenant);
        let back = |error, code| Ok(Some(Reply::Back(self.error(error, code))));
        match client::admit_found(ctx, tenant, self.client.clone()).await {
            Ok(_) => {}
            Err(StsError::Unavailable) => return Err(StsError::Unavailable),
            Err(refusal) => {
                return Ok(Some(Reply::Page(pages::refused(self.words, &refusal.text()))));
            }
        }
        let legacy = client::admits_legacy(ctx, tenant).await?;
        let challenged = self.request.challenge.is_some();
        if self
            .client
            .admit_challenge(self.platform, challenged, legacy)
            .is_err()
        {
            return back(OAuthError::InvalidRequest, AadSts::ChallengeMissing);
        }
        match client::weigh(ctx, tenant, &self.client, &self.request.target).await {
            Ok((_, weighed)) if weighed.missing.is_empty() => Ok(None),
            Ok(_) | Err(StsError::ConsentRequired(_)) => {
                back(OAuthError::ConsentRequired, AadSts::ConsentRequired)
            }
            Err(StsError::Unavailable) => Err(StsError::Unavailable),
            Err(StsError::ScopeUnknown(_)) => back(OAuthError::InvalidScope, AadSts::InvalidScope),
            // A resource that is not there is told when the code is redeemed.
            Err(_) => Ok(None),
        }
    }

    /// A fresh code, and what the store keeps of it.
    fn code(
        &self,
        user: &User,
        session: &BrowserSession,
    ) -> Result<(GeneratedSecret, AuthorizationCode), StsError> {
        let secret = GeneratedSecret::from_entropy(SecretKind::Code, entropy::bytes());
        let requested = Some(self.request.target.requested.clone());
        let wanted = match requested == self.request.scope {
            true => Wanted {
                resource: None,
                scope: requested,
            },
            false => Wanted {
                resource: requested,
                scope: self.request.scope.clone(),
            },
        };
        let code = AuthorizationCode {
            hash: self.ctx.app.hasher.hash(&secret).ok_or(StsError::Unavailable)?,
            tenant: user.tenant,
            client: self.client.app_id(),
            user: user.id,
            redirect_uri: self.back.redirect_uri.clone(),
            platform: self.platform,
            challenge: self.request.challenge.clone(),
            says_when: self.request.max_age.is_some() || self.request.wants_auth_time,
            wanted,
            nonce: self.request.nonce.clone(),
            methods: session.methods.clone(),
            signed_in_at: session.signed_in_at,
            created_at: self.ctx.now,
            spent_at: None,
            session: None,
        };
        Ok((secret, code))
    }
}
