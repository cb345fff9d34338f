//! Who asks for tokens: a service principal by its secret, a person who signs in, a session that was begun before, or the
//! session of a command line.

mod azure;
mod azure_cli;
mod browser_sign_in;
mod device_code;
mod interactive;
mod person;
mod service_principal;
mod sign_in;
mod user_session;

pub use azure_cli::AzureCliAuthentication;
pub use browser_sign_in::{BrowserSignIn, SignInHints};
pub use device_code::DeviceCodeSignIn;
pub use interactive::{DeviceCodeAuthentication, InteractiveLoginAuthentication};
pub use service_principal::ServicePrincipalAuthentication;
pub use sign_in::{SignIn, Way};
pub use user_session::{COMMAND_LINE_CLIENT, SignedIn, UserSession};

use crate::{AccessToken, ClientOptions, Error};
use std::sync::Arc;

/// Whatever has access tokens for a resource or scope.
#[async_trait::async_trait]
pub trait TokenSource: Send + Sync + std::fmt::Debug {
    /// A token for `resource_or_scope`: a resource (`https://management.azure.com`) or a scope
    /// (`https://graph.microsoft.com/.default`).
    ///
    /// # Errors
    /// As [`Error`] says.
    async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error>;

    /// The server that the tokens are of. When a source doesn't say, it is that of the environment.
    ///
    /// # Errors
    /// As [`ClientOptions::from_env`].
    fn server(&self) -> Result<ClientOptions, Error> {
        ClientOptions::from_env()
    }
}

#[async_trait::async_trait]
impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    async fn token(&self, resource_or_scope: &str) -> Result<AccessToken, Error> {
        (**self).token(resource_or_scope).await
    }

    fn server(&self) -> Result<ClientOptions, Error> {
        (**self).server()
    }
}
