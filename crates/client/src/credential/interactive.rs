//! A person signs in in a browser, or by a code where there is none: `azureml-core`'s `InteractiveLoginAuthentication`
//! and `DeviceCodeAuthentication`.

use super::TokenSource;
use super::person::{Asking, Person, Tell, asks_a_person};
use super::sign_in::{SignIn, Way};
use crate::browser::Browser;
use crate::options::ClientOptions;
use crate::{AccessToken, Error};
use doorward_names::SecretString;
use std::path::Path;
use std::sync::Arc;

/// Signs a person in in a browser on this machine; by a code that they enter in any other one where none can be opened.
///
/// ```no_run
/// # async fn example() -> Result<(), doorward_sdk::Error> {
/// use doorward_sdk::{InteractiveLoginAuthentication, Workspace};
///
/// let auth = InteractiveLoginAuthentication::new()?.tenant_id("contoso.com")?;
/// let workspace = Workspace::from_config().auth(auth).await?;
/// # Ok(()) }
/// ```
///
/// Nobody is asked before a token is needed, and nobody again while the session lasts: it is kept, sealed, below the
/// person's home (`DOORWARD_CONFIG_DIR`, else `~/.doorward`), where other programs of theirs find it. The server is chosen
/// as by [`super::ServicePrincipalAuthentication`]. Clones share one session.
#[derive(Debug, Clone)]
pub struct InteractiveLoginAuthentication(Arc<Person>);

/// Signs a person in by a code that they enter in any browser (RFC 8628).
///
/// Everything else is as with [`InteractiveLoginAuthentication`], with which it shares the sessions that are kept.
#[derive(Debug, Clone)]
pub struct DeviceCodeAuthentication(Arc<Person>);

impl InteractiveLoginAuthentication {
    /// In the person's own tenant, by their browser.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `DOORWARD_URL` is no address.
    pub fn new() -> Result<Self, Error> {
        Ok(Self(Person::new(Asking::new(Way::Browser(Browser::find()))?)))
    }

    /// The same by that browser; with none, by a code.
    #[must_use]
    pub fn browser(self, browser: Option<Browser>) -> Self {
        let way = Way::Browser(browser);
        self.changed(|asking| asking.with(|sign_in| SignIn { way, ..sign_in }))
    }

    /// The same with a name that stands on the page already.
    #[must_use]
    pub fn login_hint(self, name: &str) -> Self {
        let name = name.to_owned();
        self.changed(|mut asking| {
            asking.sign_in.hints.login_hint = Some(name);
            asking
        })
    }
}

impl DeviceCodeAuthentication {
    /// In the person's own tenant.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `DOORWARD_URL` is no address.
    pub fn new() -> Result<Self, Error> {
        Ok(Self(Person::new(Asking::new(Way::Code)?)))
    }
}

asks_a_person!(InteractiveLoginAuthentication);
asks_a_person!(DeviceCodeAuthentication);
