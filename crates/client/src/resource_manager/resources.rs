//! Resources of any type, and tags.

use super::{Ask, ResourceManagerClient};
use crate::Error;
use doorward_names::Scope;
use doorward_protocol::arm::{Resource, Tags, TagsProperties, TagsResource};
use doorward_protocol::paths::ArmPath;
use reqwest::Method;

const VERSION: &str = "2024-11-01";

impl ResourceManagerClient {
    /// The resources of a subscription or resource group that the caller sees and the OData `filter` lets through, as in
    /// `resourceType eq 'Microsoft.MachineLearningServices/workspaces'`. What their types make of them is left out.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn resources(&self, scope: &Scope, filter: Option<&str>) -> Result<Vec<Resource>, Error> {
        let query: Vec<_> = filter.map(|filter| ("$filter", filter)).into_iter().collect();
        self.list(&ArmPath::Resources(scope.clone()), VERSION, &query)
            .await
    }

    /// The tags of a subscription, resource group or resource.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn tags(&self, scope: &Scope) -> Result<Tags, Error> {
        let found: TagsResource = self.get(&ArmPath::Tags(scope.clone()), VERSION).await?;
        Ok(found.properties.tags)
    }

    /// Gives a subscription, resource group or resource these tags and no others.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn replace_tags(&self, scope: &Scope, tags: Tags) -> Result<Tags, Error> {
        let path = ArmPath::Tags(scope.clone());
        let ask = Ask::new(Method::PUT, &path, VERSION);
        self.change_tags(ask, None, tags).await
    }

    /// Adds these tags to those that are there.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn merge_tags(&self, scope: &Scope, tags: Tags) -> Result<Tags, Error> {
        let path = ArmPath::Tags(scope.clone());
        let ask = Ask::new(Method::PATCH, &path, VERSION);
        self.change_tags(ask, Some("Merge"), tags).await
    }

    async fn change_tags(&self, ask: Ask<'_>, operation: Option<&str>, tags: Tags) -> Result<Tags, Error> {
        let body = TagsResource {
            id: String::new(),
            name: String::new(),
            kind: String::new(),
            operation: operation.map(str::to_owned),
            properties: TagsProperties { tags },
        };
        let now: TagsResource = self.tell(ask, &body).await?;
        Ok(now.properties.tags)
    }
}
