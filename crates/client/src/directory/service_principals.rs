//! `/servicePrincipals`: applications' presences in the tenant. Ids are object ids, not application ids.

use super::{DirectoryClient, literal};
use crate::Error;
use doorward_protocol::paths::{GraphPath, ObjectKey, ServicePrincipalTail as Tail};
use serde_json::{Value, json};

fn at(id: &str, tail: Tail) -> GraphPath {
    GraphPath::ServicePrincipal(ObjectKey::Id(id.to_owned()), tail)
}

impl DirectoryClient {
    /// All service principals that the OData `filter` lets through.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn service_principals(&self, filter: Option<&str>) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::ServicePrincipals, filter).await
    }

    /// The service principal with that object id.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn service_principal(&self, id: &str) -> Result<Value, Error> {
        self.get(&at(id, Tail::Itself)).await
    }

    /// The service principal that people name so: by application id, identifier URI or object id.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn find_service_principal(&self, name: &str) -> Result<Value, Error> {
        let filter = format!("servicePrincipalNames/any(c:c eq {})", literal(name));
        match self.service_principals(Some(&filter)).await?.into_iter().next() {
            Some(found) => Ok(found),
            None => self.service_principal(name).await,
        }
    }

    /// Makes the service principal of the application with that application id.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn create_service_principal(&self, app_id: &str) -> Result<Value, Error> {
        self.post(
            &GraphPath::ServicePrincipals,
            &json!({ "appId": app_id, "accountEnabled": true }),
        )
        .await
    }

    /// Changes those properties of a service principal that stand in `changes`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_service_principal(&self, id: &str, changes: &Value) -> Result<(), Error> {
        self.patch(&at(id, Tail::Itself), changes).await
    }

    /// Deletes a service principal; its application stays.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_service_principal(&self, id: &str) -> Result<(), Error> {
        self.delete(&at(id, Tail::Itself)).await
    }

    /// Adds a password, which the answer shows once (`secretText`).
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn add_service_principal_password(&self, id: &str, credential: &Value) -> Result<Value, Error> {
        self.post(
            &at(id, Tail::AddPassword),
            &json!({ "passwordCredential": credential }),
        )
        .await
    }

    /// Removes a password.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn remove_service_principal_password(&self, id: &str, key_id: &str) -> Result<(), Error> {
        self.post(&at(id, Tail::RemovePassword), &json!({ "keyId": key_id }))
            .await
            .map(drop)
    }

    /// Who owns a service principal.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn service_principal_owners(&self, id: &str) -> Result<Vec<Value>, Error> {
        self.list(&at(id, Tail::Owners), None).await
    }
}
