//! What each step does.

use doorward_domain::audit::Event;
use doorward_domain::consent::ForEverybody;
use doorward_domain::directory::rights::Action;
use doorward_domain::resource::Resource;
use doorward_domain::second_factor::PATIENCE;
use doorward_domain::user::User;
use doorward_names::{GeneratedSecret, SecretHash, SecretKind, SecretString, Timestamp};
use doorward_protocol::oauth::{AadSts, Form, OAuthError};
use doorward_store::{QueryError, Tx};

use super::Visit;
use super::write::Given;
use crate::entropy;
use crate::http::Response;
use crate::sts::conditional_access::Purpose;
use crate::sts::{StsError, person, seat};
use crate::web::authorize::{found, origin};
use crate::web::consent;
use crate::web::forms::Browser;
use crate::web::second_factor::{Outcome, Place, Proven};
use crate::web::{known, session};

const PURPOSE: &str = "admin consent";

impl Visit<'_> {
    /// Asks who is signed in, when they may answer, and anybody else to sign in.
    pub(super) async fn show(&self, browser: &Browser) -> Result<Response, StsError> {
        let Some((session, seat)) = session::seated(self.ctx, self.head, self.tenant).await? else {
            return Ok(self.sign_in_page(browser, "", None));
        };
        let proven = Proven::in_session(&session, seat.home);
        match self.place(browser).after(proven).await? {
            Outcome::Done(_) => self.ask(browser, &seat.user).await,
            Outcome::Page(response) => Ok(response),
            Outcome::Stale => Ok(self.sign_in_page(browser, "", Some(self.words.stale_form))),
        }
    }

    /// Name and password were typed.
    pub(super) async fn sign_in(&self, browser: &Browser, form: &Form) -> Result<Response, StsError> {
        let name = form.get("username").unwrap_or_default().trim();
        let outcome = match self.prove(browser, (name, form)).await {
            Ok(proven) => self.place(browser).after(proven).await,
            Err(error) => Err(error),
        };
        match self.end(browser, outcome).await {
            Err(StsError::NotInTenant) => {
                Ok(self.sign_in_page(browser, name, Some(self.words.other_tenant_app)))
            }
            Err(error) => {
                let text = self.words.sign_in_problem(&error);
                Ok(self.sign_in_page(browser, name, Some(&text)))
            }
            answered => answered,
        }
    }

    /// A step of the second factor was taken.
    pub(super) async fn second_factor(&self, browser: &Browser, form: &Form) -> Result<Response, StsError> {
        let outcome = self.place(browser).take(form).await;
        self.end(browser, outcome).await
    }

    /// The steps of the second factor, for this request alone.
    fn place<'b>(&'b self, browser: &'b Browser) -> Place<'b> {
        let action = self.action();
        Place {
            ctx: self.ctx,
            browser,
            words: self.words,
            hidden: Vec::new(),
            leading_to: Some(origin(&self.redirect_uri)),
            binding: format!("admin consent {action}"),
            action,
            tenant: self.tenant,
            purpose: Some(Purpose {
                client: self.application.app_id,
                resource: self.target.as_ref().and_then(|target| target.resource.clone()),
            }),
            asked: false,
        }
    }

    async fn prove(&self, browser: &Browser, (name, form): (&str, &Form)) -> Result<Proven, StsError> {
        let ctx = self.ctx;
        let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
        let user = person::by_any_password(ctx, self.tenant, (name, password), browser.known()).await?;
        // Told now rather than after a second factor.
        seat::take(ctx, self.tenant, user.clone()).await?;
        Ok(Proven::by_password(ctx, user, form))
    }

    async fn end(&self, browser: &Browser, outcome: Result<Outcome, StsError>) -> Result<Response, StsError> {
        match outcome? {
            Outcome::Done(proven) => self.finish(browser, &proven).await,
            Outcome::Page(response) => Ok(response),
            Outcome::Stale => Ok(self.sign_in_page(browser, "", Some(self.words.stale_form))),
        }
    }

    /// Signs the browser in and asks.
    async fn finish(&self, browser: &Browser, proven: &Proven) -> Result<Response, StsError> {
        let (ctx, user) = (self.ctx, &proven.user);
        let (seat, _) = seat::take(ctx, self.tenant, user.clone()).await?;
        let (secret, fresh) = session::fresh(ctx, proven)?;
        let before = session::hashes(ctx, self.head);
        let mut audit = ctx.audit(user.tenant, Event::SignedIn);
        audit.actor = Some(user.id);
        audit.client = Some(self.application.app_id);
        audit.detail = format!("in a browser by {}", proven.methods);
        let write = move |tx: &mut Tx<'_>| session::begin(tx, &before, &fresh, &audit);
        ctx.app.snapshots.write::<_, QueryError>(write).await?;
        let page = self.ask(browser, &seat.user).await?;
        let response = session::keep(page, (&secret, proven));
        Ok(known::keep(ctx, (browser.known(), user), response))
    }

    /// Shows what is asked for to who may answer.
    async fn ask(&self, browser: &Browser, user: &User) -> Result<Response, StsError> {
        let ctx = self.ctx;
        let record = ctx
            .app
            .snapshots
            .client(user.tenant, self.application.app_id)
            .await?;
        let is_known = record.is_some_and(|record| record.service_principal.is_some());
        let needed: &[Action] = match is_known {
            true => &[Action::GrantPermission],
            false => &[Action::GrantPermission, Action::CreateServicePrincipal],
        };
        if !consent::may_all(ctx, user, needed).await? {
            return Ok(self.sign_in_page(browser, "", Some(self.words.not_administrator)));
        }
        let wanted = match self.wanted(user.tenant).await {
            Ok(wanted) => wanted,
            Err(refusal) => return self.told(refusal),
        };
        let nonce = GeneratedSecret::from_entropy(SecretKind::Form, entropy::bytes());
        let text = [
            user.id.to_string(),
            ctx.now.micros().to_string(),
            nonce.as_secret().expose().clone(),
        ]
        .join("/");
        let sealed = browser.seal_for(ctx, PURPOSE, &[&self.action(), &text, &named(&wanted)]);
        let consent = format!("{text}/{sealed}");
        Ok(self.question(browser, user, (&wanted, &consent)))
    }

    /// The application hears what it asked for in vain.
    fn told(&self, refusal: StsError) -> Result<Response, StsError> {
        let text = refusal.text();
        match refusal {
            StsError::ScopeUnknown(_) => {
                Ok(self.refused(OAuthError::InvalidScope, AadSts::InvalidScope, Some(&text)))
            }
            StsError::ResourceUnknown { .. } => {
                Ok(self.refused(OAuthError::InvalidResource, AadSts::ResourceNotFound, Some(&text)))
            }
            failure => Err(failure),
        }
    }

    /// The administrator agreed. A form that is not taken leads to the request again, which asks what there still is to ask.
    pub(super) async fn agree(&self, browser: &Browser, form: &Form) -> Result<Response, StsError> {
        let again = Ok(found(&self.action()));
        let Some((session, seat)) = session::seated(self.ctx, self.head, self.tenant).await? else {
            return again;
        };
        let proven = Proven::in_session(&session, seat.home.clone());
        match self.place(browser).after(proven).await? {
            Outcome::Done(_) => {}
            Outcome::Page(response) => return Ok(response),
            Outcome::Stale => return again,
        }
        let user = seat.user;
        let wanted = match self.wanted(user.tenant).await {
            Ok(wanted) => wanted,
            Err(refusal) => return self.told(refusal),
        };
        let Some(form) = self.opened(browser, form, (&user, &wanted)) else {
            return again;
        };
        let tenant = user.tenant;
        match Given::new(self.ctx, (user, &self.application), &wanted, form)
            .write(self.ctx)
            .await?
        {
            true => Ok(self.granted(tenant)),
            false => again,
        }
    }

    /// The hashes of a form's own secret, when the form was given to this browser for this person and exactly this.
    fn opened(
        &self,
        browser: &Browser,
        form: &Form,
        (user, wanted): (&User, &[(Resource, ForEverybody)]),
    ) -> Option<Vec<SecretHash>> {
        let (text, seal) = form.get("consent")?.rsplit_once('/')?;
        let parts = [&*self.action(), text, &named(wanted)];
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

/// All that is asked for, as a text that stands for nothing else.
fn named(wanted: &[(Resource, ForEverybody)]) -> String {
    let of = |(resource, wanted): &(Resource, ForEverybody)| {
        let scopes: Vec<_> = wanted.scopes.iter().map(|scope| scope.value.as_str()).collect();
        let permissions: Vec<_> = wanted.permissions.iter().map(|p| p.name()).collect();
        format!(
            "{} {} / {}",
            resource.app_id,
            scopes.join(" "),
            permissions.join(" ")
        )
    };
    wanted.iter().map(of).collect::<Vec<_>>().join("\n")
}
