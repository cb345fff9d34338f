//! What each step does.

use doorward_domain::audit::Event;
use doorward_domain::authorization_code::AuthorizationCode;
use doorward_domain::browser_session::BrowserSession;
use doorward_domain::device_grant::Wanted;
use doorward_domain::user::User;
use doorward_names::{GeneratedSecret, SecretKind, SecretString};
use doorward_protocol::oauth::{Form, Prompt};
use doorward_store::{self as store, QueryError, Tx};

use super::Visit;
use crate::entropy;
use crate::http::Response;
use crate::sts::{StsError, person, tenant, throttle};
use crate::web::forms::Browser;
use crate::web::session;

/// Why a sign-in failed.
enum Problem {
    OtherTenant,
    SignIn(StsError),
}

impl<E: Into<StsError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::SignIn(error.into())
    }
}

impl Visit<'_> {
    /// Name and password were typed.
    pub async fn sign_in(&self, browser: &Browser, form: &Form) -> Response {
        let name = form.get("username").unwrap_or_default().trim();
        match self.prove(name, form).await {
            Ok(response) => response,
            Err(problem) => {
                let text = match problem {
                    Problem::OtherTenant => self.words.other_tenant_app.to_owned(),
                    Problem::SignIn(error) => self.words.sign_in_problem(&error),
                };
                self.sign_in_page(browser, name, Some(text))
            }
        }
    }

    async fn prove(&self, name: &str, form: &Form) -> Result<Response, Problem> {
        let ctx = self.ctx;
        let tenant = match tenant::named_or_of_user(ctx, "organizations", name).await {
            Ok(tenant) => tenant,
            Err(StsError::TenantUnknown(_) | StsError::TenantNeeded) => {
                return Err(throttle::unknown_account(ctx).await.into());
            }
            Err(failure) => return Err(failure.into()),
        };
        if self.wish.tenant.is_some_and(|asked| asked != tenant.id) {
            return Err(Problem::OtherTenant);
        }
        let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
        let (user, _) = person::by_password(ctx, tenant.id, (name, password)).await?;
        let (secret, fresh) = session::fresh(ctx, &user, person::PASSWORD)?;
        let (code, kept) = self.code(&user, &fresh)?;
        let before = session::hashes(ctx, self.head);
        let mut audit = ctx.audit(user.tenant, Event::SignedIn);
        audit.actor = Some(user.id);
        audit.client = Some(self.client);
        audit.detail = format!("in a browser by {}", person::PASSWORD);
        let write = move |tx: &mut Tx<'_>| {
            // The session of before ends: what a browser was given by somebody else is worth nothing afterwards.
            for hash in &before {
                store::browser_session::delete(tx, hash)?;
            }
            store::audit::insert(tx, &audit)?;
            let session = store::browser_session::insert(tx, &fresh)?;
            let code = store::authorization_code::insert(tx, &kept)?;
            Ok::<_, QueryError>(session.and(code))
        };
        let written = ctx.app.snapshots.write(write).await.map_err(StsError::from)?;
        written.map_err(|_| StsError::Unavailable)?;
        Ok(session::keep(self.granted(&code), &secret))
    }

    /// The person goes on as who is signed in, when that still is whom the page named.
    pub async fn go_on(&self, browser: &Browser, form: &Form) -> Response {
        match self
            .grant_in_session(form.get("account").unwrap_or_default())
            .await
        {
            Ok(Some(response)) => response,
            Ok(None) => self.sign_in_page(browser, self.hint(), None),
            Err(error) => error.answer(self.ctx),
        }
    }

    async fn grant_in_session(&self, account: &str) -> Result<Option<Response>, StsError> {
        let found = session::of(self.ctx, self.head).await?;
        let fits = |session: &BrowserSession, user: &User| {
            self.fits(session, user) && self.request.prompt != Prompt::Login && user.id.to_string() == account
        };
        let Some((session, user)) = found.filter(|(session, user)| fits(session, user)) else {
            return Ok(None);
        };
        let (code, kept) = self.code(&user, &session)?;
        let write = move |tx: &mut Tx<'_>| store::authorization_code::insert(tx, &kept);
        let written = self.ctx.app.snapshots.write::<_, QueryError>(write).await?;
        written.map_err(|_| StsError::Unavailable)?;
        Ok(Some(self.granted(&code)))
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
            client: self.client,
            user: user.id,
            redirect_uri: self.back.redirect_uri.clone(),
            challenge: self.request.challenge.clone(),
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
