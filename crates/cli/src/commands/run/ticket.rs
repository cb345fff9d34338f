//! The run's ticket: had as the person who is signed in, or, within another run, from that one; kept alive, and ended.

use super::shim::{self, Inherited};
use crate::config;
use crate::context::Context;
use crate::failure::Failure;
use crate::output;
use crate::profile::NO_SUBSCRIPTION;
use doorward_names::SecretString;
use doorward_protocol::run::RunIdentity;
use doorward_sdk::run::RunClient;
use doorward_sdk::{Authority, ClientOptions, Error};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often a ticket is kept alive; it lives four times as long.
const KEEP: Duration = Duration::from_secs(30);

/// How long the end of a ticket is waited for; it ends by itself soon after.
const PATIENCE: Duration = Duration::from_secs(3);

/// The failure, with what helps when it is about the identity that was asked for.
fn advised(error: Error, identity: Option<&str>) -> Failure {
    let about_identity = matches!(error, Error::NotFound(_) | Error::NotAllowed(_));
    let failure = Failure::from(error);
    match identity {
        Some(_) if about_identity => failure.cure(
            "`--as` takes an enabled service principal that you own or administer (`doorward ad sp list`; an application \
             gets one by `doorward ad sp create --id <appId>`), or you yourself by your user principal name",
        ),
        _ => failure,
    }
}

/// A run's ticket.
pub struct Ticket {
    secret: SecretString,
    tenant: String,
    subscription: Option<String>,
    identity: Option<RunIdentity>,
    origin: String,
    ca_file: Option<PathBuf>,
    options: ClientOptions,
    /// Nothing for a ticket that belongs to the run around this one.
    client: Option<RunClient>,
}

impl Ticket {
    /// Asks the server of the account in use.
    pub async fn begin(identity: Option<&str>, context: &Context) -> Result<Self, Failure> {
        let account = match context.account() {
            Ok(account) => account,
            Err(nobody) => match config::run() {
                Some(socket) if identity.is_none() => return Self::inherit(&shim::inherit(&socket)?),
                _ => return Err(nobody),
            },
        };
        let session = context.session()?;
        let options = account.server.options()?;
        let client = RunClient::new(options.clone(), session);
        let answer = client.begin(identity).await.map_err(|e| advised(e, identity))?;
        Ok(Self {
            secret: answer.ticket,
            tenant: answer.tenant_id.to_string(),
            subscription: (account.name != NO_SUBSCRIPTION).then(|| account.id.clone()),
            identity: answer.identity,
            origin: account.server.authority.clone(),
            ca_file: account.server.trusted(),
            options,
            client: Some(client),
        })
    }

    fn inherit(from: &Inherited) -> Result<Self, Failure> {
        let options = ClientOptions::new(Authority::parse(&from.origin)?);
        Ok(Self {
            secret: SecretString::from(from.ticket.as_str()),
            tenant: from.tenant.clone(),
            subscription: from.subscription.clone(),
            identity: from.identity.clone(),
            origin: from.origin.clone(),
            options: match &from.ca_file {
                Some(path) => options.ca_file(path),
                None => options,
            },
            ca_file: from.ca_file.clone(),
            client: None,
        })
    }

    /// The file of the server's certificate authority, when the system doesn't know it.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// What a run within this one gets; `ca_file`: where it finds the server's certificate authority.
    pub fn to_inherit(&self, ca_file: Option<PathBuf>) -> Inherited {
        Inherited {
            origin: self.origin.clone(),
            ca_file,
            ticket: self.secret.expose().clone(),
            tenant: self.tenant.clone(),
            subscription: self.subscription.clone(),
            identity: self.identity.clone(),
        }
    }

    /// The ticket itself.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// The tenant's id.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The subscription in use, if there is one.
    pub fn subscription(&self) -> Option<&str> {
        self.subscription.as_deref()
    }

    /// What the command signs in by, if it has an identity of its own.
    pub fn identity(&self) -> Option<&RunIdentity> {
        self.identity.as_ref()
    }

    /// The server's address outside: `https://HOST[:PORT]`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How the server is reached.
    pub fn options(&self) -> &ClientOptions {
        &self.options
    }

    /// Keeps it alive until it has ended.
    pub async fn keep_alive(self: Arc<Self>) {
        let Some(client) = &self.client else {
            return;
        };
        loop {
            tokio::time::sleep(KEEP).await;
            match client.keep(&self.secret).await {
                Ok(_) => {}
                Err(Error::NotFound(_)) => {
                    output::warn(
                        "doorward run: the run's ticket has ended: Azure's names are not answered any more; leave it, and start `doorward run` again",
                    );
                    return;
                }
                Err(e) => tracing::warn!("the run's ticket could not be kept alive yet: {e}"),
            }
        }
    }

    /// Ends it.
    pub async fn end(&self) {
        if let Some(client) = &self.client {
            match tokio::time::timeout(PATIENCE, client.end(&self.secret)).await {
                Ok(Ok(())) => {}
                Ok(Err(e)) => tracing::warn!("the run's ticket ends by itself: {e}"),
                Err(_) => tracing::warn!("the run's ticket ends by itself: the server doesn't answer"),
            }
        }
    }
}
