//! From an account on this machine to calls as that account.

use crate::failure::Failure;
use crate::files::Home;
use crate::local_time;
use crate::profile::{Account, UserKind};
use crate::vault::{Owner, Vault};
use doorward_names::{SecretString, TenantName};
use doorward_sdk::directory::DirectoryClient;
use doorward_sdk::resource_manager::ResourceManagerClient;
use doorward_sdk::{
    AccessToken, ClientOptions, Error, RetryPolicy, ServicePrincipalAuthentication, TokenSource, UserSession,
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
#[derive(Debug, Clone)]
pub struct Session {
    home: Home,
    account: Account,
    tenant: String,
    options: ClientOptions,
    credential: Credential,
}

#[derive(Debug, Clone)]
enum Credential {
    /// A person's refresh token is read when it is used: another process may have turned it over.
    Person(TenantName),
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
                Credential::Person(name)
            }
            UserKind::ServicePrincipal => {
                let id = &account.user.name;
                let principal = ServicePrincipalAuthentication::new(&tenant, id, secret)?;
                Credential::ServicePrincipal(principal.options(options.clone()))
            }
        };
        Ok(Arc::new(Self {
            home: home.clone(),
            account: account.clone(),
            tenant,
            options,
            credential,
        }))
    }

    /// The directory, as this account.
    pub fn directory(self: &Arc<Self>) -> Result<DirectoryClient, Failure> {
        Ok(DirectoryClient::new(
            self.options.clone(),
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

    fn kept(&self, scope: &str) -> Option<AccessToken> {
        let vault = Vault::load(&self.home).ok()?;
        vault.token(&self.owner(), scope, local_time::now())
    }

    /// Keeps a token, and the refresh token that came with it in the place of the one it was had by.
    fn keep(&self, scope: &str, token: &AccessToken, turned: Option<(&SecretString, &SecretString)>) {
        let now = local_time::now();
        let kept = Vault::change(&self.home, now, |vault| {
            let account = Owner::of(&self.account);
            if turned.is_none_or(|turned| vault.replace_credential(&account, UserKind::User, turned)) {
                vault.keep_token(&self.owner(), scope, token, now);
            }
        });
        if let Err(failure) = kept {
            tracing::warn!(reason = failure.message, "the token could not be kept");
        }
    }

    /// A token that the server gives now, by a person's refresh token; by the one that is kept where `unless_kept`, and
    /// another process had one while this one waited for its turn.
    async fn renew(self, tenant: TenantName, scope: String, unless_kept: bool) -> Result<AccessToken, Error> {
        let home = self.home.clone();
        let turn = tokio::task::spawn_blocking(move || home.turn_to_renew()).await;
        let _turn = turn.map_err(|e| cut_off(&e))?.map_err(invalid)?;
        if let Some(token) = self.kept(&scope).filter(|_| unless_kept) {
            return Ok(token);
        }
        let old = Vault::load(&self.home)
            .map_err(invalid)?
            .credential(&Owner::of(&self.account), UserKind::User)
            .ok_or_else(|| invalid(Failure::not_signed_in()))?;
        let session = UserSession::resume(self.options.clone(), tenant, old.clone());
        let token = session.token(&scope).await?;
        self.keep(&scope, &token, Some((&old, &session.refresh_token())));
        Ok(token)
    }

    /// Whether the server still takes this session for good; a person's alone can end. It isn't asked twice.
    pub async fn is_alive(&self) -> Result<bool, Error> {
        let Credential::Person(tenant) = &self.credential else {
            return Ok(true);
        };
        let this = Self {
            options: self.options.clone().retry(RetryPolicy::NEVER),
            ..self.clone()
        };
        match this.renew(tenant.clone(), GRAPH.to_owned(), false).await {
            Ok(_) => Ok(true),
            Err(Error::SessionEnded(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

const GRAPH: &str = "https://graph.microsoft.com/";

fn invalid(failure: Failure) -> Error {
    Error::Invalid(failure.message)
}

fn cut_off(error: &tokio::task::JoinError) -> Error {
    Error::Invalid(format!("the renewal was cut off: {error}"))
}

#[async_trait::async_trait]
impl TokenSource for Session {
    async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        if let Some(token) = self.kept(resource_or_scope) {
            return Ok(token);
        }
        match &self.credential {
            Credential::Person(tenant) => {
                let renewal = self
                    .clone()
                    .renew(tenant.clone(), resource_or_scope.to_owned(), true);
                // What was begun is brought to its end and kept, also when nobody waits for it any more.
                tokio::spawn(renewal).await.map_err(|e| cut_off(&e))?
            }
            Credential::ServicePrincipal(principal) => {
                let token = principal.token(resource_or_scope).await?;
                self.keep(resource_or_scope, &token, None);
                Ok(token)
            }
        }
    }

    fn server(&self) -> Result<ClientOptions, Error> {
        Ok(self.options.clone())
    }
}
