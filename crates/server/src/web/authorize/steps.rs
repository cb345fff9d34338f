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
use super::answer::{found, origin};
use super::pages;
use crate::entropy;
use crate::http::Response;
use crate::sts::client::{self, Weighing};
use crate::sts::conditional_access::Purpose;
use crate::sts::{StsError, person, seat};
use crate::web::forms::Browser;
use crate::web::second_factor::{Outcome, Place, Proven};
use crate::web::{known, session};

/// What comes of a request of somebody who is signed in.
enum Reply {
    /// The client's answer.
    Back(Response),
    /// A page for the person.
    Page(Response),
    /// The page that asks the person whether they agree, or says that they can't.
    Consent(Response),
    /// The form was not given to this browser, or too long ago.
    Stale,
}

impl Visit<'_> {
    /// Name and password were typed.
    pub async fn sign_in(&self, browser: &Browser, form: &Form) -> Response {
        let name = form.get("username").unwrap_or_default().trim();
        let outcome = match self.prove(browser, (name, form)).await {
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
            tenant: self.wish.tenant,
            purpose: Some(Purpose {
                client: self.client.app_id(),
                resource: self.request.target.resource.clone(),
            }),
            asked: self.request.claims.second_factor,
        }
    }

    async fn end(&self, browser: &Browser, outcome: Result<Outcome, StsError>) -> Result<Response, StsError> {
        match outcome? {
            Outcome::Done(proven) => self.finish(browser, &proven).await,
            Outcome::Page(response) => Ok(response),
            Outcome::Stale => {
                let text = Some(self.words.stale_form.to_owned());
                Ok(self.sign_in_page(browser, self.hint(), text))
            }
        }
    }

    async fn prove(&self, browser: &Browser, (name, form): (&str, &Form)) -> Result<Proven, StsError> {
        let ctx = self.ctx;
        let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
        let user = person::by_any_password(ctx, self.wish.tenant, (name, password), browser.known()).await?;
        // Told now rather than after a second factor.
        seat::take(ctx, self.wish.tenant, user.clone()).await?;
        Ok(Proven::by_password(ctx, user, form))
    }

    /// Signs the browser in and gives the client its code.
    async fn finish(&self, browser: &Browser, proven: &Proven) -> Result<Response, StsError> {
        let ctx = self.ctx;
        let user = &proven.user;
        let (secret, fresh) = session::fresh(ctx, proven)?;
        let (seat, _) = seat::take(ctx, self.wish.tenant, user.clone()).await?;
        let asks = match self.refusal(browser, &seat.user).await? {
            Some(Reply::Back(refused) | Reply::Page(refused)) => return Ok(refused),
            Some(Reply::Consent(page)) => Some(page),
            Some(Reply::Stale) | None => None,
        };
        let (code, kept) = self.code(&seat.user, &fresh)?;
        let before = session::hashes(ctx, self.head);
        let mut audit = ctx.audit(user.tenant, Event::SignedIn);
        audit.actor = Some(user.id);
        audit.client = Some(self.client.app_id());
        audit.detail = format!("in a browser by {}", proven.methods);
        let gives = asks.is_none();
        let write = move |tx: &mut Tx<'_>| {
            session::begin(tx, &before, &fresh, &audit)?;
            match gives {
                true => store::authorization_code::insert(tx, &kept),
                false => Ok(Ok(())),
            }
        };
        let written = ctx.app.snapshots.write::<_, QueryError>(write).await?;
        written.map_err(|_| StsError::Unavailable)?;
        let answer = asks.unwrap_or_else(|| self.granted(&code));
        let response = session::keep(answer, (&secret, proven));
        Ok(known::keep(ctx, (browser.known(), user), response))
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
            Reply::Back(response) | Reply::Page(response) | Reply::Consent(response) => Some(response),
            Reply::Stale => None,
        })
    }

    /// The browser's session serves a client that nobody else can pass for; the person sees a page only where they must.
    pub async fn without_a_word(&self, browser: &Browser, found: (BrowserSession, Seat)) -> Response {
        match self.grant(browser, found).await {
            Ok(Reply::Back(response) | Reply::Page(response) | Reply::Consent(response)) => response,
            Ok(Reply::Stale) => self.sign_in_page(browser, self.hint(), None),
            Err(error) => error.answer(self.ctx),
        }
    }

    /// As [`Self::without_a_word`], where no page can be seen.
    pub async fn in_silence(&self, browser: &Browser, found: (BrowserSession, Seat)) -> Response {
        match self.grant(browser, found).await {
            Ok(Reply::Back(response)) => response,
            Ok(Reply::Consent(_)) => self.error(OAuthError::ConsentRequired, AadSts::ConsentRequired),
            Ok(Reply::Page(_) | Reply::Stale) => self.error(OAuthError::InteractionRequired, AadSts::MustAsk),
            Err(error) => error.answer(self.ctx),
        }
    }

    async fn grant(
        &self,
        browser: &Browser,
        (session, seat): (BrowserSession, Seat),
    ) -> Result<Reply, StsError> {
        let proven = Proven::in_session(&session, seat.home);
        match self.place(browser).after(proven).await? {
            Outcome::Done(_) => {}
            Outcome::Page(response) => return Ok(Reply::Page(response)),
            Outcome::Stale => return Ok(Reply::Stale),
        }
        if let Some(refused) = self.refusal(browser, &seat.user).await? {
            return Ok(refused);
        }
        let (code, kept) = self.code(&seat.user, &session)?;
        let write = move |tx: &mut Tx<'_>| store::authorization_code::insert(tx, &kept);
        let written = self.ctx.app.snapshots.write::<_, QueryError>(write).await?;
        written.map_err(|_| StsError::Unavailable)?;
        Ok(Reply::Back(self.granted(&code)))
    }

    /// What to answer when the client is not given what it asks for, or not yet.
    async fn refusal(&self, browser: &Browser, user: &User) -> Result<Option<Reply>, StsError> {
        if let Some(hindrance) = self.hindrance(user).await? {
            return Ok(Some(hindrance));
        }
        let back = |error, code| Ok(Some(Reply::Back(self.error(error, code))));
        match self.weigh(user).await {
            Ok(weighed) if weighed.missing.is_empty() => Ok(None),
            Ok(weighed) => {
                let page = self.consent_page(browser, user, &weighed).await?;
                Ok(Some(Reply::Consent(page)))
            }
            Err(StsError::ConsentRequired(_)) => back(OAuthError::ConsentRequired, AadSts::ConsentRequired),
            Err(StsError::Unavailable) => Err(StsError::Unavailable),
            Err(StsError::NotAssigned { .. }) if self.request.prompt == Prompt::None => {
                back(OAuthError::AccessDenied, AadSts::NotAssigned)
            }
            Err(refusal @ StsError::NotAssigned { .. }) => {
                Ok(Some(Reply::Page(pages::refused(self.words, &refusal.text()))))
            }
            Err(StsError::ScopeUnknown(_)) => back(OAuthError::InvalidScope, AadSts::InvalidScope),
            // A resource that is not there is told when the code is redeemed.
            Err(_) => Ok(None),
        }
    }

    async fn weigh(&self, user: &User) -> Result<Weighing, StsError> {
        let person = (user.tenant, user.id);
        client::weigh(self.ctx, person, &self.client, &self.request.target).await
    }

    /// What to answer when the person's tenant does not let the client in, or not as it asks.
    async fn hindrance(&self, user: &User) -> Result<Option<Reply>, StsError> {
        let (ctx, tenant) = (self.ctx, user.tenant);
        match client::admit_found(ctx, tenant, self.client.clone()).await {
            Ok(_) => {}
            Err(StsError::Unavailable) => return Err(StsError::Unavailable),
            Err(refusal) => {
                return Ok(Some(Reply::Page(pages::refused(self.words, &refusal.text()))));
            }
        }
        let legacy = client::admits_legacy(ctx, tenant).await?;
        let challenged = self.request.challenge.is_some();
        let as_it_has_to = self
            .client
            .admit_challenge(self.platform, challenged, legacy)
            .is_ok();
        Ok((!as_it_has_to)
            .then(|| Reply::Back(self.error(OAuthError::InvalidRequest, AadSts::ChallengeMissing))))
    }

    /// The person agreed. A form that is not taken leads to the request again, which asks what there still is to ask.
    pub async fn agree(&self, browser: &Browser, form: &Form) -> Response {
        match self.grant_by_consent(browser, form).await {
            Ok(Some(response)) => response,
            Ok(None) => found(&self.action()),
            Err(error) => error.answer(self.ctx),
        }
    }

    async fn grant_by_consent(&self, browser: &Browser, form: &Form) -> Result<Option<Response>, StsError> {
        let found = session::seated(self.ctx, self.head, self.wish.tenant).await?;
        let Some((session, seat)) = found else {
            return Ok(None);
        };
        let proven = Proven::in_session(&session, seat.home.clone());
        match self.place(browser).after(proven).await? {
            Outcome::Done(_) => {}
            Outcome::Page(response) => return Ok(Some(response)),
            Outcome::Stale => return Ok(None),
        }
        if let Some(Reply::Back(refused) | Reply::Page(refused)) = self.hindrance(&seat.user).await? {
            return Ok(Some(refused));
        }
        let weighed = self.weigh(&seat.user).await?;
        let Some(agreed) = self.agreed(browser, form, (&seat, &weighed)).await? else {
            return Ok(None);
        };
        let (code, kept) = self.code(&seat.user, &session)?;
        let write = move |tx: &mut Tx<'_>| match agreed.write(tx)? {
            true => store::authorization_code::insert(tx, &kept).map(|inserted| Some(inserted.is_ok())),
            false => Ok(None),
        };
        match self.ctx.app.snapshots.write::<_, QueryError>(write).await? {
            Some(true) => Ok(Some(self.granted(&code))),
            Some(false) => Err(StsError::Unavailable),
            None => Ok(None),
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
