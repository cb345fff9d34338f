//! A person's session: signed in once, then tokens by the refresh token grant (RFC 6749 §6).

use super::TokenSource;
use crate::cache::TokenCache;
use crate::options::ClientOptions;
use crate::token_service::{self, Form, Tokens};
use crate::transport::{Again, Transport};
use crate::{AccessToken, Error};
use doorward_names::{SecretString, TenantName, Upn};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// The Azure command line's application id, by which ours signs in as well.
pub const COMMAND_LINE_CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

const OPENID_SCOPES: &str = "offline_access openid profile";

/// A signed-in person. Tokens are kept and renewed before they end; clones share them, and what they are renewed by.
#[derive(Debug, Clone)]
pub struct UserSession {
    tenant: TenantName,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    cache: TokenCache,
    refresh_token: Mutex<SecretString>,
    /// Held by the one that renews, whatever for: each use of the refresh token makes another of it.
    renewing: tokio::sync::Mutex<()>,
}

/// What a sign-in gives.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session from which further tokens are had.
    pub session: UserSession,
    /// The first access token.
    pub token: AccessToken,
    /// For which scopes it is, as the server said.
    pub scope: Option<String>,
    /// Who signed in, as the server says; for the client's own use, its signature isn't checked here.
    pub id_token: Option<SecretString>,
}

impl UserSession {
    /// A session that was begun before.
    pub fn resume(options: ClientOptions, tenant: TenantName, refresh_token: SecretString) -> Self {
        Self::begin(Transport::new(options), tenant, refresh_token)
    }

    /// Signs in by user name and password (RFC 6749 §4.3), where the server allows it.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] and the others that [`Error`] lists.
    pub async fn sign_in(
        options: ClientOptions,
        tenant: TenantName,
        upn: &Upn,
        password: &SecretString,
        resource: &str,
    ) -> Result<SignedIn, Error> {
        let transport = Transport::new(options);
        let form = Form::new("password", COMMAND_LINE_CLIENT)
            .with("username", upn.as_str())
            .with("password", password.expose())
            .with("scope", &scopes(resource));
        let tokens = token_service::ask(&transport, &tenant, form, Again::Always).await?;
        Self::from_tokens(transport, tenant, tokens)
    }

    /// Signs in by a one-time link, which sets the password as well. The first administrator's link makes the account
    /// `username`; a link that lets somebody back in knows whose it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the link is not on the server; else as [`Error`] lists.
    pub async fn sign_in_by_link(
        options: ClientOptions,
        link: &str,
        username: Option<&str>,
        password: &SecretString,
    ) -> Result<SignedIn, Error> {
        let (url, token) = split_link(&options, link)?;
        let form = Form::empty()
            .with("link", token.expose())
            .with("username", username.unwrap_or_default())
            .with("password", password.expose())
            .with("client_id", COMMAND_LINE_CLIENT);
        let transport = Transport::new(options);
        let tokens = token_service::post(&transport, url, form, Again::Never).await?;
        Self::from_tokens(transport, TenantName::Organizations, tokens)
    }

    fn begin(transport: Transport, tenant: TenantName, refresh_token: SecretString) -> Self {
        let cache = TokenCache::default();
        Self {
            tenant,
            shared: Arc::new(Shared {
                transport,
                cache,
                refresh_token: Mutex::new(refresh_token),
                renewing: tokio::sync::Mutex::default(),
            }),
        }
    }

    pub(super) fn from_tokens(
        transport: Transport,
        tenant: TenantName,
        tokens: Tokens,
    ) -> Result<SignedIn, Error> {
        let Some(refresh) = tokens.refresh else {
            let host = transport.options().authority.host();
            return Err(Error::Unexpected {
                host,
                reason: "it holds no refresh token".to_owned(),
            });
        };
        let session = Self::begin(transport, tenant, refresh);
        Ok(SignedIn {
            session,
            token: tokens.access,
            scope: tokens.scope,
            id_token: tokens.id_token,
        })
    }

    /// A token for a resource (`https://management.azure.com`) or scope (`https://graph.microsoft.com/.default`).
    ///
    /// # Errors
    /// [`Error::SessionEnded`] when the person has to sign in again; else as [`Error`] lists.
    pub async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        let scope = token_service::as_scope(resource_or_scope);
        let clock = &*self.shared.transport.options().clock;
        self.shared.cache.get(clock, &scope, || self.ask(&scope)).await
    }

    /// The refresh token as it is now; it changes when the server gives another.
    pub fn refresh_token(&self) -> SecretString {
        self.shared
            .refresh_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn ask(&self, scope: &str) -> Result<AccessToken, Error> {
        let (this, scope) = (self.clone(), scope.to_owned());
        // What was begun is brought to its end, also when nobody waits for it any more: the server may have turned the
        // refresh token over by then.
        let renewal = tokio::spawn(async move { this.renew(&scope).await });
        renewal
            .await
            .map_err(|e| Error::Invalid(format!("the renewal was cut off: {e}")))?
    }

    async fn renew(&self, scope: &str) -> Result<AccessToken, Error> {
        let _turn = self.shared.renewing.lock().await;
        let form = Form::new("refresh_token", COMMAND_LINE_CLIENT)
            .with("refresh_token", self.refresh_token().expose())
            .with("scope", &format!("{scope} {OPENID_SCOPES}"));
        let tokens = token_service::ask(&self.shared.transport, &self.tenant, form, Again::Soon).await?;
        if let Some(refresh) = tokens.refresh {
            *self
                .shared
                .refresh_token
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = refresh;
        }
        Ok(tokens.access)
    }
}

pub(super) fn scopes(resource: &str) -> String {
    format!("{} {OPENID_SCOPES}", token_service::as_scope(resource))
}

/// The link without its token, and the token: from `?link=`, or what follows `#`.
fn split_link(options: &ClientOptions, link: &str) -> Result<(Url, SecretString), Error> {
    let fail = |reason: &str| Error::Invalid(format!("that is not a set-up link: {reason}"));
    let mut url = Url::parse(link.trim()).map_err(|_| fail("it is no URL"))?;
    if !options.authority.owns(&url) {
        return Err(fail(&format!(
            "it does not lead to {}",
            options.authority.as_str()
        )));
    }
    let from_query = url
        .query_pairs()
        .find(|(name, _)| name == "link")
        .map(|(_, value)| value.into_owned());
    let token = from_query
        .or_else(|| url.fragment().map(str::to_owned))
        .filter(|token| !token.is_empty());
    url.set_query(None);
    url.set_fragment(None);
    token
        .map(|token| (url, SecretString::new(token)))
        .ok_or_else(|| fail("it holds no token"))
}

#[async_trait::async_trait]
impl TokenSource for UserSession {
    async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        Self::token(self, resource_or_scope).await
    }

    fn server(&self) -> Result<ClientOptions, Error> {
        Ok(self.shared.transport.options().clone())
    }
}
