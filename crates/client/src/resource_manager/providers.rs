//! Resource providers: what kinds of resources there are, and what can be done with them.

use super::{Ask, ResourceManagerClient};
use crate::Error;
use doorward_names::{Scope, SubscriptionId};
use doorward_protocol::arm::{Provider, ProviderOperations};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use reqwest::Method;

const VERSION: &str = "2024-11-01";
const OPERATIONS: &str = "2022-04-01";

impl ResourceManagerClient {
    /// The providers, as a subscription knows them.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn providers(&self, subscription: SubscriptionId) -> Result<Vec<Provider>, Error> {
        self.list(&ArmPath::Providers(Some(subscription)), VERSION, &[])
            .await
    }

    /// One provider, as a subscription knows it.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn provider(&self, subscription: SubscriptionId, namespace: &str) -> Result<Provider, Error> {
        self.get(
            &ArmPath::Provider(Some(subscription), namespace.to_owned()),
            VERSION,
        )
        .await
    }

    /// Lets a subscription use a provider.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn register_provider(
        &self,
        subscription: SubscriptionId,
        namespace: &str,
    ) -> Result<Provider, Error> {
        let path = ArmPath::Register(subscription, namespace.to_owned());
        self.ask(Ask::new(Method::POST, &path, VERSION)).await
    }

    /// Lets a subscription use a provider no more.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn unregister_provider(
        &self,
        subscription: SubscriptionId,
        namespace: &str,
    ) -> Result<Provider, Error> {
        let path = ArmPath::Unregister(subscription, namespace.to_owned());
        self.ask(Ask::new(Method::POST, &path, VERSION)).await
    }

    /// What all providers offer to be allowed.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn all_provider_operations(&self) -> Result<Vec<ProviderOperations>, Error> {
        let path = ArmPath::Authorization(Scope::root(), AuthorizationTail::ProviderOperations);
        self.list(&path, OPERATIONS, &[("$expand", "resourceTypes")])
            .await
    }

    /// What one provider offers to be allowed.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn provider_operations(&self, namespace: &str) -> Result<ProviderOperations, Error> {
        let tail = AuthorizationTail::ProviderOperationsOf(namespace.to_owned());
        let path = ArmPath::Authorization(Scope::root(), tail);
        self.ask(Ask::new(Method::GET, &path, OPERATIONS).query(&[("$expand", "resourceTypes")]))
            .await
    }
}
