//! `/identity/conditionalAccess/policies`: of whom a second factor is demanded.

use super::DirectoryClient;
use crate::Error;
use doorward_protocol::graph::conditional_access::WriteConditionalAccessPolicy;
use doorward_protocol::paths::GraphPath;
use serde_json::Value;

impl DirectoryClient {
    /// All policies, the oldest first.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn policies(&self) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::ConditionalAccessPolicies, None).await
    }

    /// One policy.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn policy(&self, id: &str) -> Result<Value, Error> {
        self.get(&GraphPath::ConditionalAccessPolicy(id.to_owned())).await
    }

    /// Makes a policy.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn create_policy(&self, policy: &WriteConditionalAccessPolicy) -> Result<Value, Error> {
        self.post(&GraphPath::ConditionalAccessPolicies, &written(policy)?)
            .await
    }

    /// Changes a policy; what is `None` stays as it is.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_policy(&self, id: &str, change: &WriteConditionalAccessPolicy) -> Result<(), Error> {
        let path = GraphPath::ConditionalAccessPolicy(id.to_owned());
        self.patch(&path, &written(change)?).await
    }

    /// Takes a policy away.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_policy(&self, id: &str) -> Result<(), Error> {
        self.delete(&GraphPath::ConditionalAccessPolicy(id.to_owned()))
            .await
    }
}

fn written(policy: &WriteConditionalAccessPolicy) -> Result<Value, Error> {
    serde_json::to_value(policy).map_err(|e| Error::Invalid(format!("the policy can't be written: {e}")))
}
