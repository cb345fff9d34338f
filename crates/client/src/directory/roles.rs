//! `/roleManagement/directory`: who holds which directory role.

use super::DirectoryClient;
use crate::Error;
use doorward_protocol::paths::GraphPath;
use serde_json::{Value, json};

impl DirectoryClient {
    /// All directory role assignments that the OData `filter` lets through.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn role_assignments(&self, filter: Option<&str>) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::RoleAssignments, filter).await
    }

    /// All directory roles.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn role_definitions(&self) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::RoleDefinitions, None).await
    }

    /// Gives a directory role, over the whole directory.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn create_role_assignment(
        &self,
        role_definition: &str,
        principal: &str,
    ) -> Result<Value, Error> {
        let body = json!({
            "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
            "roleDefinitionId": role_definition,
            "principalId": principal,
            "directoryScopeId": "/",
        });
        self.post(&GraphPath::RoleAssignments, &body).await
    }

    /// Takes a directory role back.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_role_assignment(&self, id: &str) -> Result<(), Error> {
        self.delete(&GraphPath::RoleAssignment(id.to_owned())).await
    }
}
