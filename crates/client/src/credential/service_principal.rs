//! A service principal's own tokens, by the client credentials grant (RFC 6749 §4.4).

use super::TokenSource;
use crate::cache::TokenCache;
use crate::clock::Clock;
use crate::options::{Authority, ClientOptions};
use crate::token_service::{self, Form};
use crate::transport::{Again, RetryPolicy, Transport};
use crate::{AccessToken, Error, config};
use doorward_names::{SecretString, TenantName};
use std::path::Path;
use std::sync::Arc;

/// Signs a service principal in by its secret.
///
/// ```no_run
/// # async fn example() -> Result<(), doorward_sdk::Error> {
/// use doorward_sdk::ServicePrincipalAuthentication;
///
/// let auth = ServicePrincipalAuthentication::from_env()?;
/// let token = auth.token("https://management.azure.com").await?;
/// # Ok(()) }
/// ```
///
/// The server is `DOORWARD_URL` (else `https://localhost:8443`), trusted by the system and `DOORWARD_CA`, unless
/// [`Self::authority`] and [`Self::ca_file`] say otherwise. Tokens are kept and renewed before they end; clones
/// share them.
#[derive(Debug, Clone)]
pub struct ServicePrincipalAuthentication {
    tenant: TenantName,
    client_id: String,
    secret: SecretString,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    cache: TokenCache,
}

impl ServicePrincipalAuthentication {
    /// The service principal of application `service_principal_id` in the tenant of that id or domain.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the tenant is no tenant's name, the id is blank, or `DOORWARD_URL` is no address.
    pub fn new(
        tenant_id: &str,
        service_principal_id: &str,
        service_principal_password: impl Into<SecretString>,
    ) -> Result<Self, Error> {
        let tenant = tenant_id
            .parse()
            .map_err(|e: doorward_names::InvalidName| Error::Invalid(e.to_string()))?;
        if service_principal_id.trim().is_empty() {
            return Err(Error::Invalid("the service principal's id is empty".to_owned()));
        }
        Ok(Self {
            tenant,
            client_id: service_principal_id.trim().to_owned(),
            secret: service_principal_password.into(),
            shared: Shared::new(ClientOptions::from_env()?),
        })
    }

    /// The service principal of `AML_TENANT_ID`, `AML_PRINCIPAL_ID` and `AML_PRINCIPAL_PASS`.
    ///
    /// # Errors
    /// [`Error::MissingVariable`], which names the first one that isn't set; else as [`Self::new`].
    pub fn from_env() -> Result<Self, Error> {
        let tenant = config::required(config::TENANT_ID)?;
        let id = config::required(config::PRINCIPAL_ID)?;
        Self::new(&tenant, &id, config::required_secret(config::PRINCIPAL_PASS)?)
    }

    /// The same at another server; tokens had before are forgotten.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `url` is no origin.
    pub fn authority(self, url: &str) -> Result<Self, Error> {
        let authority = Authority::parse(url)?;
        Ok(self.changed(|options| ClientOptions { authority, ..options }))
    }

    /// The same with a certificate authority (PEM) beside the system's.
    #[must_use]
    pub fn ca_file(self, path: impl AsRef<Path>) -> Self {
        self.changed(|options| options.ca_file(path))
    }

    /// The same with other rules for trying again.
    #[must_use]
    pub fn retry(self, retry: RetryPolicy) -> Self {
        self.changed(|options| options.retry(retry))
    }

    /// The same by another clock.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        self.changed(|options| options.clock(clock))
    }

    /// The same with all options given.
    #[must_use]
    pub fn options(self, options: ClientOptions) -> Self {
        self.changed(|_| options)
    }

    fn changed(self, change: impl FnOnce(ClientOptions) -> ClientOptions) -> Self {
        let shared = Shared::new(change(self.shared.transport.options().clone()));
        Self { shared, ..self }
    }

    /// A token for a resource (`https://management.azure.com`) or scope (`api://mine/.default`).
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        let scope = token_service::as_scope(resource_or_scope);
        let clock = &*self.shared.transport.options().clock;
        self.shared.cache.get(clock, &scope, || self.ask(&scope)).await
    }

    /// The value of an `Authorization` header for Resource Manager: `Bearer …`.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub async fn authentication_header(&self) -> Result<SecretString, Error> {
        let token = self.token("https://management.azure.com").await?;
        Ok(SecretString::new(format!("Bearer {}", token.secret().expose())))
    }

    /// Forgets all tokens, so that the next call asks for a new one.
    pub fn forget_tokens(&self) {
        self.shared.cache.clear();
    }

    async fn ask(&self, scope: &str) -> Result<AccessToken, Error> {
        let form = Form::new("client_credentials", &self.client_id)
            .with("client_secret", self.secret.expose())
            .with("scope", scope);
        Ok(
            token_service::ask(&self.shared.transport, &self.tenant, form, Again::Always)
                .await?
                .access,
        )
    }
}

impl Shared {
    fn new(options: ClientOptions) -> Arc<Self> {
        Arc::new(Self {
            transport: Transport::new(options),
            cache: TokenCache::default(),
        })
    }
}

#[async_trait::async_trait]
impl TokenSource for ServicePrincipalAuthentication {
    async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        Self::token(self, resource_or_scope).await
    }

    fn server(&self) -> Result<ClientOptions, Error> {
        Ok(self.shared.transport.options().clone())
    }
}
