//! `/tenants` and `/subscriptions`: those that the caller sees.

use super::ResourceManagerClient;
use crate::Error;
use doorward_names::SubscriptionId;
use doorward_protocol::arm::{Location, Subscription, Tenant};
use doorward_protocol::paths::ArmPath;

const VERSION: &str = "2022-12-01";

impl ResourceManagerClient {
    /// The tenants that the caller is in.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, Error> {
        self.list(&ArmPath::Tenants, VERSION, &[]).await
    }

    /// The subscriptions that the caller sees.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        self.list(&ArmPath::Subscriptions, VERSION, &[]).await
    }

    /// One subscription.
    ///
    /// # Errors
    /// [`Error::NoSuchSubscription`], and as [`Error`] says.
    pub async fn subscription(&self, id: SubscriptionId) -> Result<Subscription, Error> {
        self.get(&ArmPath::Subscription(id), VERSION).await
    }

    /// Where a subscription's resources can be.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn locations(&self, id: SubscriptionId) -> Result<Vec<Location>, Error> {
        self.list(&ArmPath::Locations(id), VERSION, &[]).await
    }
}
