//! Workspaces of Microsoft.MachineLearningServices.

use super::{Ask, ResourceManagerClient};
use crate::Error;
use doorward_names::{ResourceGroupName, Scope, SubscriptionId};
use doorward_protocol::arm::Resource;
use doorward_protocol::arm::keys::{NotebookKeys, WorkspaceKeys};
use doorward_protocol::paths::{ArmPath, MACHINE_LEARNING};
use reqwest::Method;
use serde_json::Value;

const VERSION: &str = "2024-04-01";

/// The type of a workspace.
pub const WORKSPACE_TYPE: &str = "Microsoft.MachineLearningServices/workspaces";

impl ResourceManagerClient {
    /// Where a workspace is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `name` can't be a workspace's.
    pub fn workspace_scope(
        subscription: SubscriptionId,
        group: &ResourceGroupName,
        name: &str,
    ) -> Result<Scope, Error> {
        Scope::resource_group(subscription, group)
            .resource(MACHINE_LEARNING, &["workspaces", name])
            .ok()
            .filter(|scope| scope.name() == name)
            .ok_or_else(|| Error::Invalid(format!("`{name}` can't be the name of a workspace")))
    }

    /// The workspaces of a subscription or resource group.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn workspaces(&self, scope: &Scope) -> Result<Vec<Resource>, Error> {
        let path = ArmPath::Collection(scope.clone(), WORKSPACE_TYPE.to_owned());
        self.list(&path, VERSION, &[]).await
    }

    /// One workspace.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn workspace(&self, scope: &Scope) -> Result<Resource, Error> {
        self.get(&ArmPath::Resource(scope.clone()), VERSION).await
    }

    /// Makes a workspace, or replaces what is said of it, and waits until it is there.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn put_workspace(&self, scope: &Scope, workspace: &Resource) -> Result<Resource, Error> {
        let path = ArmPath::Resource(scope.clone());
        self.long(Ask::new(Method::PUT, &path, VERSION), Some(workspace))
            .await?
            .json()
    }

    /// Changes what of a workspace stands in `changes`: `tags`, `sku`, `identity`, `properties`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_workspace(&self, scope: &Scope, changes: &Value) -> Result<Resource, Error> {
        let path = ArmPath::Resource(scope.clone());
        self.long(Ask::new(Method::PATCH, &path, VERSION), Some(changes))
            .await?
            .json()
    }

    /// Deletes a workspace and its computes; one that isn't there is no error.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_workspace(&self, scope: &Scope) -> Result<(), Error> {
        let path = ArmPath::Resource(scope.clone());
        self.long::<()>(Ask::new(Method::DELETE, &path, VERSION), None)
            .await
            .map(drop)
    }

    /// The keys of what belongs to a workspace.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn workspace_keys(&self, scope: &Scope) -> Result<WorkspaceKeys, Error> {
        let path = ArmPath::ResourceAction(scope.clone(), "listKeys".to_owned());
        self.ask(Ask::question(&path, VERSION)).await
    }

    /// The keys of a workspace's notebooks.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn notebook_keys(&self, scope: &Scope) -> Result<NotebookKeys, Error> {
        let path = ArmPath::ResourceAction(scope.clone(), "listNotebookKeys".to_owned());
        self.ask(Ask::question(&path, VERSION)).await
    }
}
