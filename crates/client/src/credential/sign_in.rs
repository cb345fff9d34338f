//! A person signs in by the way that this machine has.

use super::browser_sign_in::{BrowserSignIn, SignInHints};
use super::device_code::DeviceCodeSignIn;
use super::user_session::SignedIn;
use crate::Error;
use crate::browser::Browser;
use crate::options::ClientOptions;
use doorward_names::TenantName;

/// By what a person signs in.
#[derive(Debug, Clone)]
pub enum Way {
    /// In a browser on this machine; by a code where none can be opened.
    Browser(Option<Browser>),
    /// By a code, in any browser.
    Code,
}

/// A sign-in that is to be made: where, by what, and what is known of the person.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The server.
    pub options: ClientOptions,
    /// The tenant.
    pub tenant: TenantName,
    /// By what.
    pub way: Way,
    /// What the server is told beforehand; a code's page is told nothing.
    pub hints: SignInHints,
}

impl SignIn {
    /// Asks the person, with a first token for `resource`. `tell` shows them where to go.
    ///
    /// # Errors
    /// As [`BrowserSignIn::wait`] and [`DeviceCodeSignIn::wait`].
    pub async fn run(&self, resource: &str, tell: &(dyn Fn(&str) + Send + Sync)) -> Result<SignedIn, Error> {
        match &self.way {
            Way::Browser(Some(browser)) => self.in_browser(browser, resource, tell).await,
            Way::Browser(None) => {
                tell("No web browser can be opened here, so a code is used.");
                self.by_code(resource, tell).await
            }
            Way::Code => self.by_code(resource, tell).await,
        }
    }

    async fn in_browser(
        &self,
        browser: &Browser,
        resource: &str,
        tell: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<SignedIn, Error> {
        let (options, tenant) = (self.options.clone(), self.tenant.clone());
        let begun = BrowserSignIn::begin(options, tenant, resource, &self.hints).await?;
        let reason = match browser.open(begun.page()) {
            Err(e) => e.to_string(),
            Ok(opened) => {
                tell(&format!(
                    "A web browser has been opened for you to sign in. If it hasn't, open this address in a browser on this machine: {}",
                    begun.page()
                ));
                tokio::select! {
                    signed_in = begun.wait() => return signed_in,
                    reason = opened.failed() => reason,
                }
            }
        };
        tell(&format!(
            "The web browser could not be opened ({reason}), so a code is used."
        ));
        self.by_code(resource, tell).await
    }

    async fn by_code(&self, resource: &str, tell: &(dyn Fn(&str) + Send + Sync)) -> Result<SignedIn, Error> {
        let begun = DeviceCodeSignIn::begin(self.options.clone(), self.tenant.clone(), resource).await?;
        tell(begun.message());
        begun.wait().await
    }
}
