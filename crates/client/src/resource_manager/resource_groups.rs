//! `/subscriptions/{id}/resourceGroups`.

use super::{Ask, ResourceManagerClient, accepted};
use crate::Error;
use doorward_names::{ResourceGroupName, Scope, SubscriptionId};
use doorward_protocol::arm::{PatchResourceGroup, PutResourceGroup, ResourceGroup};
use doorward_protocol::paths::ArmPath;
use reqwest::Method;

const VERSION: &str = "2024-11-01";

fn at(subscription: SubscriptionId, name: &ResourceGroupName) -> ArmPath {
    ArmPath::ResourceGroup(Scope::resource_group(subscription, name))
}

impl ResourceManagerClient {
    /// The resource groups that the caller sees and the OData `filter` lets through, as in
    /// `tagName eq 'team' and tagValue eq 'vision'`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn resource_groups(
        &self,
        subscription: SubscriptionId,
        filter: Option<&str>,
    ) -> Result<Vec<ResourceGroup>, Error> {
        let query: Vec<_> = filter.map(|filter| ("$filter", filter)).into_iter().collect();
        self.list(&ArmPath::ResourceGroups(subscription), VERSION, &query)
            .await
    }

    /// One resource group.
    ///
    /// # Errors
    /// [`Error::NoSuchResourceGroup`], and as [`Error`] says.
    pub async fn resource_group(
        &self,
        subscription: SubscriptionId,
        name: &ResourceGroupName,
    ) -> Result<ResourceGroup, Error> {
        self.get(&at(subscription, name), VERSION).await
    }

    /// Whether there is such a resource group.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn resource_group_exists(
        &self,
        subscription: SubscriptionId,
        name: &ResourceGroupName,
    ) -> Result<bool, Error> {
        let path = at(subscription, name);
        let url = self.url(&Ask::new(Method::HEAD, &path, VERSION))?;
        let response = self.raw(Method::HEAD, url, None, true).await?;
        match response.status {
            404 => Ok(false),
            // The answer to a HEAD can't say why.
            403 => self.resource_group(subscription, name).await.map(|_| true),
            _ => accepted(response).map(|_| true),
        }
    }

    /// Makes a resource group, or changes its tags; its location stays.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn put_resource_group(
        &self,
        subscription: SubscriptionId,
        name: &ResourceGroupName,
        group: &PutResourceGroup,
    ) -> Result<ResourceGroup, Error> {
        let path = at(subscription, name);
        self.tell(Ask::new(Method::PUT, &path, VERSION), group).await
    }

    /// Changes a resource group's tags.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_resource_group(
        &self,
        subscription: SubscriptionId,
        name: &ResourceGroupName,
        changes: &PatchResourceGroup,
    ) -> Result<ResourceGroup, Error> {
        let path = at(subscription, name);
        self.tell(Ask::new(Method::PATCH, &path, VERSION), changes).await
    }

    /// Deletes a resource group and everything in it.
    ///
    /// # Errors
    /// [`Error::NoSuchResourceGroup`], and as [`Error`] says.
    pub async fn delete_resource_group(
        &self,
        subscription: SubscriptionId,
        name: &ResourceGroupName,
    ) -> Result<(), Error> {
        let path = at(subscription, name);
        self.long::<()>(Ask::new(Method::DELETE, &path, VERSION), None)
            .await
            .map(drop)
    }
}
