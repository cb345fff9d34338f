//! `/users` and `/me`.

use super::DirectoryClient;
use crate::Error;
use doorward_protocol::paths::{AuthenticationTail, GraphPath};
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

    /// Invites somebody of another organisation as a guest; what comes back holds `inviteRedeemUrl`, by which they accept.
    /// Whoever has that can, so hand it to nobody else.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn invite_guest(&self, invitation: &Value) -> Result<Value, Error> {
        self.post(&GraphPath::Invitations, invitation).await
    }

    /// Changes those properties of a user that stand in `changes`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_user(&self, id_or_upn: &str, changes: &Value) -> Result<(), Error> {
        self.patch(&user(id_or_upn), changes).await
    }

    /// By what a user signs in.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn sign_in_methods(&self, id_or_upn: &str) -> Result<Vec<Value>, Error> {
        let path = GraphPath::UserAuthentication(id_or_upn.to_owned(), AuthenticationTail::Methods);
        self.list(&path, None).await
    }

    /// Takes a user's second factor and recovery codes away, so that they set up others; gives how many there were.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn reset_second_factor(&self, id_or_upn: &str) -> Result<usize, Error> {
        let of = |tail| GraphPath::UserAuthentication(id_or_upn.to_owned(), tail);
        let found = self
            .list(&of(AuthenticationTail::SoftwareOathMethods), None)
            .await?;
        let ids = found.iter().filter_map(|method| method.get("id")?.as_str());
        for id in ids {
            self.delete(&of(AuthenticationTail::SoftwareOathMethod(id.to_owned())))
                .await?;
        }
        Ok(found.len())
    }

    /// Signs a user out everywhere: every session ends, and what was issued in one before opens nothing more.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn revoke_sign_in_sessions(&self, id_or_upn: &str) -> Result<(), Error> {
        let path = GraphPath::RevokeSessions(id_or_upn.to_owned());
        self.post(&path, &Value::Object(serde_json::Map::new()))
            .await
            .map(drop)
    }

    /// Deletes a user.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_user(&self, id_or_upn: &str) -> Result<(), Error> {
        self.delete(&user(id_or_upn)).await
    }
}
