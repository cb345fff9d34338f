//! The session that a command line keeps: our own's, else `az`'s (`azureml-core`'s `AzureCliAuthentication`).

use super::TokenSource;
use crate::cache::TokenCache;
use crate::options::{Authority, ClientOptions};
use crate::{AccessToken, Error, config, token_service};
use doorward_names::{SecretString, TenantName, Timestamp};
use doorward_protocol::jose::UnverifiedToken;
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;
use zeroize::Zeroizing;

/// How long a command line may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest complaint that is passed on.
const TEXT: usize = 500;

/// Uses who is signed in by `doorward login`, or, where nobody is, by `az login`.
///
/// ```no_run
/// # async fn example() -> Result<(), doorward_sdk::Error> {
/// use doorward_sdk::{AzureCliAuthentication, Workspace};
///
/// let workspace = Workspace::from_config().auth(AzureCliAuthentication::new()?).await?;
/// # Ok(()) }
/// ```
///
/// The command lines are asked for each token (`account get-access-token`), so theirs stay the only copies of what a
/// session is renewed by. The server is that of the account that `doorward` uses, else that of the environment.
#[derive(Debug, Clone)]
pub struct AzureCliAuthentication {
    tenant: Option<TenantName>,
    programs: Vec<PathBuf>,
    options: ClientOptions,
    cache: Arc<TokenCache>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    #[serde(rename = "expires_on")]
    expires_on: Option<i64>,
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
}

/// Why a command line gave no token.
enum Silent {
    NotThere,
    Said(String),
}

impl AzureCliAuthentication {
    /// Whoever is signed in.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the server's address is none.
    pub fn new() -> Result<Self, Error> {
        let options = match account_server() {
            Some(options) => options,
            None => ClientOptions::from_env()?,
        };
        Ok(Self {
            tenant: None,
            programs: vec![PathBuf::from("doorward"), PathBuf::from("az")],
            options,
            cache: Arc::default(),
        })
    }

    /// The same with tokens of a tenant, by id or domain, rather than that of the account in use.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no tenant's name.
    pub fn tenant_id(self, tenant_id: &str) -> Result<Self, Error> {
        let tenant = tenant_id.parse();
        let tenant = tenant.map_err(|e: doorward_names::InvalidName| Error::Invalid(e.to_string()))?;
        Ok(Self {
            tenant: Some(tenant),
            cache: Arc::default(),
            ..self
        })
    }

    /// The same by these programs, the first of which that gives a token is believed: each takes the words of
    /// `az account get-access-token`.
    #[must_use]
    pub fn programs(self, programs: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            programs: programs.into_iter().collect(),
            cache: Arc::default(),
            ..self
        }
    }

    /// The same for another server: its tokens are shown there.
    #[must_use]
    pub fn options(self, options: ClientOptions) -> Self {
        Self {
            options,
            cache: Arc::default(),
            ..self
        }
    }

    /// A token for a resource (`https://management.azure.com`) or scope (`api://mine/.default`).
    ///
    /// # Errors
    /// [`Error::NoCommandLineSession`] when nobody is signed in, with what each command line said.
    pub async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        let scope = token_service::as_scope(resource_or_scope);
        self.cache
            .get(&*self.options.clock, &scope, || self.ask(&scope))
            .await
    }

    /// The value of an `Authorization` header for Resource Manager: `Bearer …`.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub async fn authentication_header(&self) -> Result<SecretString, Error> {
        let token = self.token("https://management.azure.com").await?;
        Ok(SecretString::new(format!("Bearer {}", token.secret().expose())))
    }

    async fn ask(&self, scope: &str) -> Result<AccessToken, Error> {
        let mut reasons = Vec::new();
        for program in &self.programs {
            let name = program.display();
            match self.ask_program(program, scope).await {
                Ok(token) => return Ok(token),
                Err(Silent::NotThere) => reasons.push(format!("`{name}` is not there")),
                Err(Silent::Said(text)) => reasons.push(format!("`{name}`: {text}")),
            }
        }
        Err(Error::NoCommandLineSession {
            reason: reasons.join("; "),
        })
    }

    async fn ask_program(&self, program: &PathBuf, scope: &str) -> Result<AccessToken, Silent> {
        let resource = scope.strip_suffix("/.default").unwrap_or(scope);
        let mut command = Command::new(program);
        command
            .args([
                "account",
                "get-access-token",
                "--output",
                "json",
                "--resource",
                resource,
            ])
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(tenant) = &self.tenant {
            command.args(["--tenant", &tenant.to_string()]);
        }
        let done = match tokio::time::timeout(PATIENCE, command.output()).await {
            Ok(Ok(done)) => done,
            Ok(Err(e)) if e.kind() == std::io::ErrorKind::NotFound => return Err(Silent::NotThere),
            Ok(Err(e)) => return Err(Silent::Said(e.to_string())),
            Err(_) => {
                return Err(Silent::Said(format!(
                    "it said nothing for {} s",
                    PATIENCE.as_secs()
                )));
            }
        };
        if !done.status.success() {
            let text = String::from_utf8_lossy(&done.stderr);
            let line = text
                .lines()
                .rfind(|line| line.contains("ERROR:"))
                .or_else(|| text.lines().next());
            let line = line.unwrap_or("it failed without a word");
            return Err(Silent::Said(
                line.chars().filter(|c| !c.is_control()).take(TEXT).collect(),
            ));
        }
        let output = Zeroizing::new(done.stdout);
        self.read(&output)
            .ok_or_else(|| Silent::Said("its answer makes no sense".to_owned()))
    }

    fn read(&self, output: &[u8]) -> Option<AccessToken> {
        let answer: Answer = serde_json::from_slice(output).ok()?;
        let secret = SecretString::new(answer.access_token);
        let expires_on = answer.expires_on.or_else(|| {
            // Older versions of `az` say it in local time only.
            let token = UnverifiedToken::parse(secret.expose()).ok()?;
            Some(token.unverified_claims::<Claims>().ok()?.distrusted().exp)
        })?;
        // When it was issued isn't said; taken as now, it is renewed five minutes before its end.
        let now = self.options.clock.now();
        Some(AccessToken::new(
            secret,
            now,
            Timestamp::from_unix_seconds(expires_on),
        ))
    }
}

#[derive(Deserialize)]
struct Profile {
    subscriptions: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    is_default: bool,
    server: Server,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Server {
    authority: String,
    ca_file: Option<PathBuf>,
}

/// The server of the account that our command line uses (`accounts.json`), trusted as it does.
fn account_server() -> Option<ClientOptions> {
    let text = std::fs::read(config::config_directory()?.join("accounts.json")).ok()?;
    let profile: Profile = serde_json::from_slice(&text).ok()?;
    let server = profile
        .subscriptions
        .into_iter()
        .find(|account| account.is_default)?
        .server;
    let options = ClientOptions::new(Authority::parse(&server.authority).ok()?);
    let environment = ClientOptions::from_env().ok()?;
    let about_this = !config::is_authority_set() || environment.authority == options.authority;
    let ca_file = environment.ca_file.filter(|_| about_this).or(server.ca_file);
    Some(ClientOptions { ca_file, ..options })
}

#[async_trait::async_trait]
impl TokenSource for AzureCliAuthentication {
    async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        Self::token(self, resource_or_scope).await
    }

    fn server(&self) -> Result<ClientOptions, Error> {
        Ok(self.options.clone())
    }
}
