//! From an account on this machine to calls as that account.

use crate::failure::Failure;
use crate::files::Home;
use crate::local_time;
use crate::profile::{Account, UserKind};
use crate::vault::{Owner, Vault};
use doorward_sdk::directory::DirectoryClient;
use doorward_sdk::resource_manager::ResourceManagerClient;
use doorward_sdk::{
    AccessToken, ClientOptions, Error, ServicePrincipalAuthentication, TokenSource, UserSession,
};
use std::future::Future;
use std::sync::Arc;

/// Runs a command's calls to the server. Made only when a command gets here, so that the others start at once.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(format!("can't start: {e}")))?
        .block_on(work)
}

/// Tokens of an account: those kept on disk first, then new ones, which are kept.
#[derive(Debug)]
pub struct Session {
    home: Home,
    account: Account,
    tenant: String,
    credential: Credential,
}

#[derive(Debug)]
enum Credential {
    Person(UserSession),
    ServicePrincipal(ServicePrincipalAuthentication),
}

impl Session {
    /// The session of an account, in its own tenant or another one.
    pub fn open(home: &Home, account: &Account, tenant: Option<&str>) -> Result<Arc<Self>, Failure> {
        let kind = account.user.kind;
        let secret = Vault::load(home)?
            .credential(&Owner::of(account), kind)
            .ok_or_else(Failure::not_signed_in)?;
        let tenant = tenant.unwrap_or(&account.tenant_id).to_owned();
        let options = account.server.options()?;
        let credential = match kind {
            UserKind::User => {
                let name = tenant
                    .parse()
                    .map_err(|e: doorward_names::InvalidName| Failure::usage(e.to_string()))?;
                Credential::Person(UserSession::resume(options, name, secret))
            }
            UserKind::ServicePrincipal => {
                let id = &account.user.name;
                Credential::ServicePrincipal(
                    ServicePrincipalAuthentication::new(&tenant, id, secret)?.options(options),
                )
            }
        };
        Ok(Arc::new(Self {
            home: home.clone(),
            account: account.clone(),
            tenant,
            credential,
        }))
    }

    /// The directory, as this account.
    pub fn directory(self: &Arc<Self>) -> Result<DirectoryClient, Failure> {
        Ok(DirectoryClient::new(
            self.account.server.options()?,
            Arc::clone(self) as Arc<dyn TokenSource>,
        ))
    }

    /// Resource Manager, as this account.
    pub fn resource_manager(self: &Arc<Self>) -> Result<ResourceManagerClient, Failure> {
        Ok(ResourceManagerClient::of(Arc::clone(self))?)
    }

    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    fn owner(&self) -> Owner {
        Owner::of(&Account {
            tenant_id: self.tenant.clone(),
            ..self.account.clone()
        })
    }

    fn keep(&self, scope: &str, token: &AccessToken) -> Result<(), Failure> {
        let now = local_time::now();
        Vault::change(&self.home, now, |vault| {
            vault.keep_token(&self.owner(), scope, token, now);
            if let Credential::Person(session) = &self.credential {
                vault.keep_credential(
                    &Owner::of(&self.account),
                    UserKind::User,
                    &session.refresh_token(),
                );
            }
        })
    }
}

#[async_trait::async_trait]
impl TokenSource for Session {
    async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        let kept = Vault::load(&self.home).ok();
        if let Some(token) =
            kept.and_then(|vault| vault.token(&self.owner(), resource_or_scope, local_time::now()))
        {
            return Ok(token);
        }
        let token = match &self.credential {
            Credential::Person(session) => session.token(resource_or_scope).await?,
            Credential::ServicePrincipal(principal) => principal.token(resource_or_scope).await?,
        };
        if let Err(failure) = self.keep(resource_or_scope, &token) {
            tracing::warn!(reason = failure.message, "the token could not be kept");
        }
        Ok(token)
    }
    fn server(&self) -> Result<ClientOptions, Error> {
        let options = self.account.server.options();
        options.map_err(|failure| Error::Invalid(failure.message))
    }
}
