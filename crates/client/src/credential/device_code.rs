//! Sign-in on another device (RFC 8628): a person enters a code in any browser, and this program waits for them.

use super::user_session::{COMMAND_LINE_CLIENT, SignedIn, UserSession, scopes};
use crate::Error;
use crate::options::ClientOptions;
use crate::token_service::{self, Form};
use crate::transport::{Again, Transport};
use doorward_names::{SecretString, TenantName};
use std::time::Duration;

/// How much longer a server that says `slow_down` wants to be left alone (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// A code that a person has to enter.
#[derive(Debug)]
pub struct DeviceCodeSignIn {
    transport: Transport,
    tenant: TenantName,
    device_code: SecretString,
    interval: Duration,
    message: String,
    user_code: String,
    page: String,
}

impl DeviceCodeSignIn {
    /// Asks for a code, for a first token for `resource`.
    ///
    /// # Errors
    /// As [`Error`] lists.
    pub async fn begin(options: ClientOptions, tenant: TenantName, resource: &str) -> Result<Self, Error> {
        let transport = Transport::new(options);
        let form = Form::empty()
            .with("client_id", COMMAND_LINE_CLIENT)
            .with("scope", &scopes(resource));
        let answer = token_service::device_code(&transport, &tenant, form).await?;
        Ok(Self {
            transport,
            tenant,
            device_code: answer.device_code,
            interval: Duration::from_secs(u64::try_from(answer.interval).unwrap_or(5).max(1)),
            message: answer.message,
            user_code: answer.user_code,
            page: answer.verification_uri,
        })
    }

    /// What to tell the person, in the server's words: the page and the code.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What they type.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Where they type it.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// Waits until they have answered.
    ///
    /// # Errors
    /// [`Error::Refused`] when they said no, or the code has expired; else as [`Error`] lists.
    pub async fn wait(self) -> Result<SignedIn, Error> {
        let mut interval = self.interval;
        loop {
            let form = Form::new(
                "urn:ietf:params:oauth:grant-type:device_code",
                COMMAND_LINE_CLIENT,
            )
            .with("device_code", self.device_code.expose());
            // Not to be repeated by itself: the code is good once.
            match token_service::ask(&self.transport, &self.tenant, form, Again::Never).await {
                Ok(tokens) => return UserSession::from_tokens(self.transport, self.tenant, tokens),
                Err(Error::Refused(message)) if message.code == "authorization_pending" => {}
                Err(Error::Refused(message)) if message.code == "slow_down" => interval += SLOWER,
                Err(error) => return Err(error),
            }
            self.transport.options().clock.sleep(interval).await;
        }
    }
}
