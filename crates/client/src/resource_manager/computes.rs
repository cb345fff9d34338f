//! Computes of a workspace: instances and clusters.

use super::{Ask, ResourceManagerClient};
use crate::Error;
use doorward_names::Scope;
use doorward_protocol::arm::Resource;
use doorward_protocol::paths::ArmPath;
use reqwest::Method;
use serde_json::Value;

const VERSION: &str = "2024-04-01";

/// What can be done with a compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComputeAction {
    /// Start an instance.
    Start,
    /// Stop an instance.
    Stop,
    /// Restart an instance.
    Restart,
}

impl ComputeAction {
    const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
        }
    }
}

/// What becomes of the machine when its compute goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnderlyingResource {
    /// It goes as well.
    Delete,
    /// It stays: for what was attached.
    Detach,
}

impl ResourceManagerClient {
    /// Where a compute is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `name` can't be a compute's.
    pub fn compute_scope(workspace: &Scope, name: &str) -> Result<Scope, Error> {
        workspace
            .child("computes", name)
            .ok()
            .filter(|scope| scope.name() == name)
            .ok_or_else(|| Error::Invalid(format!("`{name}` can't be the name of a compute")))
    }

    /// The computes of a workspace.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn computes(&self, workspace: &Scope) -> Result<Vec<Resource>, Error> {
        let path = ArmPath::ResourceAction(workspace.clone(), "computes".to_owned());
        self.list(&path, VERSION, &[]).await
    }

    /// One compute.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn compute(&self, scope: &Scope) -> Result<Resource, Error> {
        self.get(&ArmPath::Resource(scope.clone()), VERSION).await
    }

    /// Makes a compute, or changes it, and waits until it is there.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn put_compute(&self, scope: &Scope, compute: &Resource) -> Result<Resource, Error> {
        let path = ArmPath::Resource(scope.clone());
        self.long(Ask::new(Method::PUT, &path, VERSION), Some(compute))
            .await?
            .json()
    }

    /// Starts, stops or restarts a compute, and waits until that is done.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn act_on_compute(&self, scope: &Scope, action: ComputeAction) -> Result<(), Error> {
        let path = ArmPath::ResourceAction(scope.clone(), action.word().to_owned());
        self.long::<()>(Ask::new(Method::POST, &path, VERSION), None)
            .await
            .map(drop)
    }

    /// Deletes a compute, and waits until it is gone; one that isn't there is no error.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_compute(&self, scope: &Scope, underlying: UnderlyingResource) -> Result<(), Error> {
        let path = ArmPath::Resource(scope.clone());
        let word = match underlying {
            UnderlyingResource::Delete => "Delete",
            UnderlyingResource::Detach => "Detach",
        };
        let query = [("underlyingResourceAction", word)];
        self.long::<()>(Ask::new(Method::DELETE, &path, VERSION).query(&query), None)
            .await
            .map(drop)
    }

    /// What somebody needs to reach the applications of a compute instance.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn application_access(&self, scope: &Scope) -> Result<Value, Error> {
        self.compute_question(scope, "applicationaccess").await
    }

    /// The keys of a compute; which there are depends on its kind.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn compute_keys(&self, scope: &Scope) -> Result<Value, Error> {
        self.compute_question(scope, "listKeys").await
    }

    /// The nodes of a cluster.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn compute_nodes(&self, scope: &Scope) -> Result<Value, Error> {
        self.compute_question(scope, "listNodes").await
    }

    async fn compute_question(&self, scope: &Scope, word: &str) -> Result<Value, Error> {
        let path = ArmPath::ResourceAction(scope.clone(), word.to_owned());
        let response = self.send(Ask::question(&path, VERSION), None).await?;
        match response.body.is_empty() {
            true => Ok(Value::Null),
            false => response.json(),
        }
    }
}
