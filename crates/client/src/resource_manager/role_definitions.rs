//! Role definitions: the built-in ones, and a tenant's own.

use super::{Ask, ResourceManagerClient, accepted};
use crate::directory::literal;
use crate::{Error, entropy};
use doorward_names::{RoleDefinitionId, Scope};
use doorward_protocol::arm::{PutRoleDefinition, PutRoleDefinitionProperties, RoleDefinition};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use reqwest::Method;

const VERSION: &str = "2022-04-01";

fn at(scope: &Scope, id: RoleDefinitionId) -> ArmPath {
    ArmPath::Authorization(scope.clone(), AuthorizationTail::RoleDefinition(id))
}

impl ResourceManagerClient {
    /// The roles that can be assigned at a scope and that the OData `filter` lets through, as in
    /// `roleName eq 'Reader'` or `type eq 'CustomRole'`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn role_definitions(
        &self,
        scope: &Scope,
        filter: Option<&str>,
    ) -> Result<Vec<RoleDefinition>, Error> {
        let path = ArmPath::Authorization(scope.clone(), AuthorizationTail::RoleDefinitions);
        let query: Vec<_> = filter.map(|filter| ("$filter", filter)).into_iter().collect();
        self.list(&path, VERSION, &query).await
    }

    /// One role.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn role_definition(
        &self,
        scope: &Scope,
        id: RoleDefinitionId,
    ) -> Result<RoleDefinition, Error> {
        self.get(&at(scope, id), VERSION).await
    }

    /// The roles that people name so, assignable at a scope or below it: by name, in any case, or by GUID.
    ///
    /// # Errors
    /// As [`Error`] says; that there is none is no error.
    pub async fn find_role_definitions(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Vec<RoleDefinition>, Error> {
        if let Ok(id) = name.parse() {
            return match self.role_definition(scope, id).await {
                Ok(found) => Ok(vec![found]),
                Err(Error::NotFound(_)) => Ok(Vec::new()),
                Err(e) => Err(e),
            };
        }
        let filter = format!("atScopeAndBelow() and roleName eq {}", literal(name));
        self.role_definitions(scope, Some(&filter)).await
    }

    /// Makes a role of the tenant's own.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn create_role_definition(
        &self,
        scope: &Scope,
        role: PutRoleDefinitionProperties,
    ) -> Result<RoleDefinition, Error> {
        let id = RoleDefinitionId::from_random(entropy::id_bytes());
        self.put_role_definition(scope, id, role).await
    }

    /// Makes a role of the tenant's own under that GUID, or changes it.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn put_role_definition(
        &self,
        scope: &Scope,
        id: RoleDefinitionId,
        role: PutRoleDefinitionProperties,
    ) -> Result<RoleDefinition, Error> {
        let body = PutRoleDefinition { properties: role };
        self.tell(Ask::new(Method::PUT, &at(scope, id), VERSION), &body)
            .await
    }

    /// Deletes a role of the tenant's own that nobody has; one that isn't there is no error.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_role_definition(&self, scope: &Scope, id: RoleDefinitionId) -> Result<(), Error> {
        let path = at(scope, id);
        let url = self.url(&Ask::new(Method::DELETE, &path, VERSION))?;
        accepted(self.raw(Method::DELETE, url, None, true).await?).map(drop)
    }
}
