//! The same credentials for the clients of `azure_core`.

use super::{
    AzureCliAuthentication, DeviceCodeAuthentication, InteractiveLoginAuthentication,
    ServicePrincipalAuthentication, UserSession,
};
use crate::{AccessToken, Error};
use azure_core::credentials::{AccessToken as AzureToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::time::OffsetDateTime;

fn one_scope<'a>(scopes: &[&'a str]) -> azure_core::Result<&'a str> {
    match scopes {
        [scope] => Ok(scope),
        _ => Err(azure_core::Error::with_message(
            ErrorKind::Credential,
            "exactly one scope is needed",
        )),
    }
}

fn to_azure(token: &AccessToken) -> azure_core::Result<AzureToken> {
    let expires_on = OffsetDateTime::from_unix_timestamp(token.expires_at().unix_seconds())
        .map_err(|e| azure_core::Error::new(ErrorKind::DataConversion, e))?;
    Ok(AzureToken::new(
        Secret::new(token.secret().expose().clone()),
        expires_on,
    ))
}

fn error(error: Error) -> azure_core::Error {
    azure_core::Error::new(ErrorKind::Credential, error)
}

macro_rules! token_credential {
    ($($class:ident),*) => { $(
        #[async_trait::async_trait]
        impl TokenCredential for $class {
            async fn get_token(
                &self,
                scopes: &[&str],
                _: Option<TokenRequestOptions<'_>>,
            ) -> azure_core::Result<AzureToken> {
                to_azure(&self.token(one_scope(scopes)?).await.map_err(error)?)
            }
        }
    )* };
}

token_credential!(
    ServicePrincipalAuthentication,
    UserSession,
    InteractiveLoginAuthentication,
    DeviceCodeAuthentication,
    AzureCliAuthentication
);
