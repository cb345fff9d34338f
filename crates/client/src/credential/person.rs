//! What the classes have in common that ask a person: a session that is kept, and a sign-in where there is none.

use super::browser_sign_in::SignInHints;
use super::sign_in::{SignIn, Way};
use super::user_session::{SignedIn, UserSession};
use crate::cache::TokenCache;
use crate::options::ClientOptions;
use crate::persistence::{Kept, SessionFile, Turn};
use crate::{AccessToken, Error, token_service};
use doorward_names::{SecretString, TenantName};
use doorward_protocol::jose::UnverifiedToken;
use serde::Deserialize;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where a person is told what to do.
pub(super) type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// How a person is to be asked, and where what they answered is kept.
#[derive(Clone)]
pub(super) struct Asking {
    pub sign_in: SignIn,
    /// Sign in even where a session is kept.
    pub force: bool,
    pub tell: Tell,
    pub file: Option<SessionFile>,
}

/// A person who signs in when a token is first needed, and again when their session has ended.
pub(super) struct Person {
    asking: Asking,
    cache: TokenCache,
    /// The session, where it isn't in a file. Whoever asks or renews holds it, so that one does.
    known: Arc<tokio::sync::Mutex<Option<Kept>>>,
    forced: AtomicBool,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("sign_in", &self.asking.sign_in)
            .field("file", &self.asking.file)
            .finish_non_exhaustive()
    }
}

impl Asking {
    /// The server of the environment, the person's own tenant, standard error, and the file in the person's home.
    pub fn new(way: Way) -> Result<Self, Error> {
        Ok(Self {
            sign_in: SignIn {
                options: ClientOptions::from_env()?,
                tenant: TenantName::Organizations,
                way,
                hints: SignInHints::default(),
            },
            force: false,
            // Nobody can be told that standard error is gone.
            tell: Arc::new(|text| drop(writeln!(std::io::stderr(), "{text}"))),
            file: SessionFile::of_person(),
        })
    }

    pub fn tenant_id(self, tenant: &str) -> Result<Self, Error> {
        let tenant = tenant
            .parse()
            .map_err(|e: doorward_names::InvalidName| Error::Invalid(e.to_string()))?;
        Ok(self.with(|sign_in| SignIn { tenant, ..sign_in }))
    }

    pub fn with(mut self, change: impl FnOnce(SignIn) -> SignIn) -> Self {
        self.sign_in = change(self.sign_in);
        self
    }

    pub fn cache_directory(self, directory: Option<&Path>) -> Self {
        let file = directory.map(SessionFile::new);
        Self { file, ..self }
    }
}

impl Person {
    pub fn new(asking: Asking) -> Arc<Self> {
        Arc::new(Self {
            forced: AtomicBool::new(asking.force),
            asking,
            cache: TokenCache::default(),
            known: Arc::default(),
        })
    }

    /// How it asks; a copy of that, changed, makes another one.
    pub fn asking(&self) -> &Asking {
        &self.asking
    }

    pub async fn token(self: &Arc<Self>, resource_or_scope: &str) -> Result<AccessToken, Error> {
        let scope = token_service::as_scope(resource_or_scope);
        let clock = Arc::clone(&self.asking.sign_in.options.clock);
        self.cache.get(&*clock, &scope, || self.ask(&scope)).await
    }

    /// Forgets the session, here and in the file.
    pub async fn forget(&self) -> Result<(), Error> {
        let mut known = self.known.lock().await;
        *known = None;
        self.cache.clear();
        if let Some(file) = &self.asking.file {
            let turn = file.turn().await?;
            let mut all = file.read().await?;
            if let Some(asked) = all
                .find(self.authority(), &self.asked())
                .map(|kept| kept.asked().to_owned())
            {
                all.forget(self.authority(), &asked);
                file.write(&turn, &all).await?;
            }
        }
        Ok(())
    }

    fn authority(&self) -> &str {
        self.asking.sign_in.options.authority().as_str()
    }

    fn asked(&self) -> String {
        self.asking.sign_in.tenant.to_string().to_lowercase()
    }

    async fn ask(self: &Arc<Self>, scope: &str) -> Result<AccessToken, Error> {
        let mut known = Arc::clone(&self.known).lock_owned().await;
        if !self.forced.load(Ordering::SeqCst) {
            let (this, scope) = (Arc::clone(self), scope.to_owned());
            // A renewal that was begun is brought to its end, also when nobody waits for it any more: the server may have
            // given another refresh token already.
            let renewal = tokio::spawn(async move {
                let renewed = this.renewed(&mut known, &scope).await;
                (known, renewed)
            });
            let fail = |e| Error::Invalid(format!("the renewal was cut off: {e}"));
            let (back, renewed) = renewal.await.map_err(fail)?;
            if let Some(token) = renewed? {
                return Ok(token);
            }
            known = back;
        }
        // No other process waits for this one while a person does.
        let signed_in = self.asking.sign_in.run(scope, &*self.asking.tell).await?;
        self.forced.store(false, Ordering::SeqCst);
        let now = self.asking.sign_in.options.clock.now();
        let refresh = signed_in.session.refresh_token();
        let kept = Kept::new(self.authority(), &self.asked(), tenant_of(&signed_in), &refresh);
        let kept = kept.with(&refresh, scope, &signed_in.token, now);
        match &self.asking.file {
            Some(file) => {
                let turn = file.turn().await?;
                self.write(file, &turn, kept).await?;
            }
            None => *known = Some(kept),
        }
        Ok(signed_in.token)
    }

    /// A token of the session that is kept; nothing when there is none, or it has ended.
    async fn renewed(&self, known: &mut Option<Kept>, scope: &str) -> Result<Option<AccessToken>, Error> {
        let Some(file) = &self.asking.file else {
            let Some(kept) = known.take() else {
                return Ok(None);
            };
            let renewed = self.renew(kept.clone(), scope).await;
            *known = match &renewed {
                Ok(renewed) => renewed.as_ref().map(|(kept, _)| kept.clone()),
                Err(_) => Some(kept),
            };
            return Ok(renewed?.map(|(_, token)| token));
        };
        let turn = file.turn().await?;
        let Some(kept) = file.read().await?.find(self.authority(), &self.asked()).cloned() else {
            return Ok(None);
        };
        let Some((kept, token)) = self.renew(kept, scope).await? else {
            return Ok(None);
        };
        self.write(file, &turn, kept).await?;
        Ok(Some(token))
    }

    async fn write(&self, file: &SessionFile, turn: &Turn, kept: Kept) -> Result<(), Error> {
        let mut all = file.read().await?;
        all.keep(kept);
        file.write(turn, &all).await
    }

    /// A token of that session, and the session as it is then; nothing when the person has to sign in again.
    async fn renew(&self, kept: Kept, scope: &str) -> Result<Option<(Kept, AccessToken)>, Error> {
        let clock = &self.asking.sign_in.options.clock;
        if let Some(token) = kept.token(scope, clock.now()) {
            return Ok(Some((kept, token)));
        }
        let (options, tenant) = (
            self.asking.sign_in.options.clone(),
            self.asking.sign_in.tenant.clone(),
        );
        let session = UserSession::resume(options, tenant, kept.refresh_token());
        match session.token(scope).await {
            Ok(token) => {
                let kept = kept.with(&session.refresh_token(), scope, &token, clock.now());
                Ok(Some((kept, token)))
            }
            Err(Error::SessionEnded(_)) => Ok(None),
            Err(Error::Refused(message)) if message.code == "interaction_required" => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What every class has that asks a person.
macro_rules! asks_a_person {
    ($class:ident) => {
        impl $class {
            /// The same for a tenant, by id or domain, rather than the person's own.
            ///
            /// # Errors
            /// [`Error::Invalid`] when it is no tenant's name.
            pub fn tenant_id(self, tenant_id: &str) -> Result<Self, Error> {
                Ok(Self(Person::new(
                    self.0.asking().clone().tenant_id(tenant_id)?,
                )))
            }

            /// The same, where the person signs in even if a session is kept.
            #[must_use]
            pub fn force(self, force: bool) -> Self {
                self.changed(|asking| Asking { force, ..asking })
            }

            /// The same with another place where the person is told what to do; standard error when nobody says.
            #[must_use]
            pub fn tell(self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
                let tell: Tell = Arc::new(tell);
                self.changed(|asking| Asking { tell, ..asking })
            }

            /// The same at another server.
            #[must_use]
            pub fn options(self, options: ClientOptions) -> Self {
                self.changed(|asking| asking.with(|sign_in| SignIn { options, ..sign_in }))
            }

            /// The same with sessions kept in that directory, sealed; with none, in memory only.
            #[must_use]
            pub fn cache_directory(self, directory: Option<&Path>) -> Self {
                self.changed(|asking| asking.cache_directory(directory))
            }

            fn changed(self, change: impl FnOnce(Asking) -> Asking) -> Self {
                Self(Person::new(change(self.0.asking().clone())))
            }

            /// A token for a resource (`https://management.azure.com`) or scope (`api://mine/.default`). The person is
            /// asked when no session is kept, or it has ended.
            ///
            /// # Errors
            /// [`Error::NoAnswer`] when they never come; [`Error::Refused`] when they say no; else as [`Error`] says.
            pub async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
                self.0.token(resource_or_scope).await
            }

            /// The value of an `Authorization` header for Resource Manager: `Bearer …`.
            ///
            /// # Errors
            /// As [`Self::token`].
            pub async fn authentication_header(&self) -> Result<SecretString, Error> {
                let token = self.token("https://management.azure.com").await?;
                Ok(SecretString::new(format!(
                    "Bearer {}",
                    token.secret().expose()
                )))
            }

            /// Forgets the session on this machine; the next call asks the person.
            ///
            /// # Errors
            /// [`Error::Invalid`] when the file can't be changed.
            pub async fn forget(&self) -> Result<(), Error> {
                self.0.forget().await
            }
        }

        #[async_trait::async_trait]
        impl TokenSource for $class {
            async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
                Self::token(self, resource_or_scope).await
            }

            fn server(&self) -> Result<ClientOptions, Error> {
                Ok(self.0.asking().sign_in.options.clone())
            }
        }
    };
}
pub(super) use asks_a_person;

#[derive(Deserialize)]
struct Hints {
    tid: Option<String>,
}

fn tenant_of(signed_in: &SignedIn) -> Option<String> {
    let token: &SecretString = signed_in.id_token.as_ref()?;
    let token = UnverifiedToken::parse(token.expose()).ok()?;
    token.unverified_claims::<Hints>().ok()?.distrusted().tid.clone()
}
