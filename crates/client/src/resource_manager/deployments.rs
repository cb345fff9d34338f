//! Deployments: several resources from one template, all or none.

use super::{Ask, ResourceManagerClient};
use crate::Error;
use doorward_names::Scope;
use doorward_protocol::arm::{Deployment, PutDeployment};
use doorward_protocol::paths::{ArmPath, DeploymentTail};
use reqwest::Method;

const VERSION: &str = "2022-09-01";

impl ResourceManagerClient {
    /// Deploys a template at a scope, and waits until that is done.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn deploy(&self, scope: &Scope, name: &str, what: &PutDeployment) -> Result<Deployment, Error> {
        let path = ArmPath::Deployments(scope.clone(), DeploymentTail::One(name.to_owned()));
        self.long(Ask::new(Method::PUT, &path, VERSION), Some(what))
            .await?
            .json()
    }

    /// One deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn deployment(&self, scope: &Scope, name: &str) -> Result<Deployment, Error> {
        let path = ArmPath::Deployments(scope.clone(), DeploymentTail::One(name.to_owned()));
        self.get(&path, VERSION).await
    }
}
