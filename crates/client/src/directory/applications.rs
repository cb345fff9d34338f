//! `/applications`: registrations, their passwords and owners. Ids are object ids, not application ids.

use super::{DirectoryClient, literal};
use crate::Error;
use doorward_protocol::paths::{ApplicationTail as Tail, GraphPath, ObjectKey};
use serde_json::{Value, json};

fn at(id: &str, tail: Tail) -> GraphPath {
    GraphPath::Application(ObjectKey::Id(id.to_owned()), tail)
}

impl DirectoryClient {
    /// All applications that the OData `filter` lets through.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn applications(&self, filter: Option<&str>) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::Applications, filter).await
    }

    /// The application with that object id.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn application(&self, id: &str) -> Result<Value, Error> {
        self.get(&at(id, Tail::Itself)).await
    }

    /// The application that people name so: by application id, identifier URI or object id.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn find_application(&self, name: &str) -> Result<Value, Error> {
        let quoted = literal(name);
        let filter = format!("appId eq {quoted}");
        if let Some(found) = self.applications(Some(&filter)).await?.into_iter().next() {
            return Ok(found);
        }
        if name.contains(':') {
            let filter = format!("identifierUris/any(c:c eq {quoted})");
            if let Some(found) = self.applications(Some(&filter)).await?.into_iter().next() {
                return Ok(found);
            }
        }
        self.application(name).await
    }

    /// Registers an application.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn create_application(&self, application: &Value) -> Result<Value, Error> {
        self.post(&GraphPath::Applications, application).await
    }

    /// Changes those properties of an application that stand in `changes`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_application(&self, id: &str, changes: &Value) -> Result<(), Error> {
        self.patch(&at(id, Tail::Itself), changes).await
    }

    /// Deletes an application and its service principal.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_application(&self, id: &str) -> Result<(), Error> {
        self.delete(&at(id, Tail::Itself)).await
    }

    /// Adds a password, which the answer shows once (`secretText`).
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn add_application_password(&self, id: &str, credential: &Value) -> Result<Value, Error> {
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
    pub async fn remove_application_password(&self, id: &str, key_id: &str) -> Result<(), Error> {
        self.post(&at(id, Tail::RemovePassword), &json!({ "keyId": key_id }))
            .await
            .map(drop)
    }

    /// Who owns an application.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn application_owners(&self, id: &str) -> Result<Vec<Value>, Error> {
        self.list(&at(id, Tail::Owners), None).await
    }

    /// Makes a user or service principal an owner.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn add_application_owner(&self, id: &str, owner: &str) -> Result<(), Error> {
        self.post(&at(id, Tail::OwnerReferences), &self.reference(owner)?)
            .await
            .map(drop)
    }

    /// Makes an owner one no more.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn remove_application_owner(&self, id: &str, owner: &str) -> Result<(), Error> {
        self.delete(&at(id, Tail::OwnerReference(owner.to_owned()))).await
    }
}
