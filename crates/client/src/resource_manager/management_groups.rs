//! Management groups: a tree above the subscriptions.

use super::{Ask, ResourceManagerClient, accepted};
use crate::Error;
use doorward_names::{Scope, SubscriptionId};
use doorward_protocol::arm::{Descendant, ManagementGroup, PutManagementGroup};
use doorward_protocol::paths::ArmPath;
use reqwest::Method;

const VERSION: &str = "2023-04-01";

fn scope(name: &str) -> Result<Scope, Error> {
    Scope::management_group(name).map_err(|e| Error::Invalid(e.to_string()))
}

fn at(name: &str) -> Result<ArmPath, Error> {
    Ok(ArmPath::ManagementGroup(scope(name)?))
}

impl ResourceManagerClient {
    /// The management groups that the caller sees.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn management_groups(&self) -> Result<Vec<ManagementGroup>, Error> {
        self.list(&ArmPath::ManagementGroups, VERSION, &[]).await
    }

    /// One management group, with what is in it when `children` is asked for.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn management_group(&self, name: &str, children: bool) -> Result<ManagementGroup, Error> {
        let path = at(name)?;
        let ask = Ask::new(Method::GET, &path, VERSION);
        match children {
            true => self.ask(ask.query(&[("$expand", "children")])).await,
            false => self.ask(ask).await,
        }
    }

    /// Makes a management group, or changes it.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn put_management_group(
        &self,
        name: &str,
        group: &PutManagementGroup,
    ) -> Result<ManagementGroup, Error> {
        let path = at(name)?;
        self.long(Ask::new(Method::PUT, &path, VERSION), Some(group))
            .await?
            .json()
    }

    /// Deletes a management group in which nothing is.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_management_group(&self, name: &str) -> Result<(), Error> {
        let path = at(name)?;
        self.long::<()>(Ask::new(Method::DELETE, &path, VERSION), None)
            .await
            .map(drop)
    }

    /// The management groups and subscriptions below a management group.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn descendants(&self, name: &str) -> Result<Vec<Descendant>, Error> {
        self.list(&ArmPath::Descendants(scope(name)?), VERSION, &[]).await
    }

    /// Puts a subscription into a management group.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn place_subscription(&self, name: &str, subscription: SubscriptionId) -> Result<(), Error> {
        self.placement(Method::PUT, name, subscription).await
    }

    /// Takes a subscription out of a management group, back below the tenant's root group.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn unplace_subscription(&self, name: &str, subscription: SubscriptionId) -> Result<(), Error> {
        self.placement(Method::DELETE, name, subscription).await
    }

    async fn placement(&self, method: Method, name: &str, subscription: SubscriptionId) -> Result<(), Error> {
        let path = ArmPath::ManagementGroupSubscription(scope(name)?, subscription);
        let url = self.url(&Ask::new(method.clone(), &path, VERSION))?;
        accepted(self.raw(method, url, None, true).await?).map(drop)
    }
}
