//! `/users` and `/me`.

use super::DirectoryClient;
use crate::Error;
use doorward_protocol::paths::GraphPath;
use serde_json::Value;

fn user(id_or_upn: &str) -> GraphPath {
    GraphPath::User(id_or_upn.to_owned())
}

impl DirectoryClient {
    /// The signed-in person.
    ///
    /// # Errors
    /// As [`Error`] says; a service principal is refused.
    pub async fn me(&self) -> Result<Value, Error> {
        self.get(&GraphPath::Me).await
    }

    /// The user with that object id or user principal name.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn user(&self, id_or_upn: &str) -> Result<Value, Error> {
        self.get(&user(id_or_upn)).await
    }

    /// All users that the OData `filter` lets through.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn users(&self, filter: Option<&str>) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::Users, filter).await
    }

    /// Makes a user.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn create_user(&self, user: &Value) -> Result<Value, Error> {
        self.post(&GraphPath::Users, user).await
    }

    /// Changes those properties of a user that stand in `changes`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_user(&self, id_or_upn: &str, changes: &Value) -> Result<(), Error> {
        self.patch(&user(id_or_upn), changes).await
    }

    /// Deletes a user.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_user(&self, id_or_upn: &str) -> Result<(), Error> {
        self.delete(&user(id_or_upn)).await
    }
}
