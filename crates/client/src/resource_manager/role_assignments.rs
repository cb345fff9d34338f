//! Role assignments: who has which role where.

use super::{Ask, ResourceManagerClient};
use crate::{Error, entropy};
use doorward_names::{ObjectId, RoleAssignmentId, Scope};
use doorward_protocol::arm::{PutRoleAssignment, PutRoleAssignmentProperties, RoleAssignment};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use reqwest::Method;

const VERSION: &str = "2022-04-01";

/// Which assignments of a scope are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentFilter {
    /// Those at the scope, above it and below it.
    All,
    /// Those at the scope and above it.
    AtScope,
    /// Those of one principal, at the scope, above it and below it.
    Principal(ObjectId),
    /// Those of a user or service principal and of the groups that they are in, at the scope, above it and below it.
    AssignedTo(ObjectId),
    /// The same without those below.
    AtScopeAssignedTo(ObjectId),
}

impl AssignmentFilter {
    /// The OData condition; none for all.
    fn text(self) -> Option<String> {
        Some(match self {
            Self::All => return None,
            Self::AtScope => "atScope()".to_owned(),
            Self::Principal(id) => format!("principalId eq '{id}'"),
            Self::AssignedTo(id) => format!("assignedTo('{id}')"),
            Self::AtScopeAssignedTo(id) => format!("atScope() and assignedTo('{id}')"),
        })
    }
}

fn at(scope: &Scope, id: RoleAssignmentId) -> ArmPath {
    ArmPath::Authorization(scope.clone(), AuthorizationTail::RoleAssignment(id))
}

impl ResourceManagerClient {
    /// Role assignments about a scope.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn role_assignments(
        &self,
        scope: &Scope,
        filter: AssignmentFilter,
    ) -> Result<Vec<RoleAssignment>, Error> {
        let path = ArmPath::Authorization(scope.clone(), AuthorizationTail::RoleAssignments);
        let filter = filter.text();
        let query: Vec<_> = filter.iter().map(|text| ("$filter", text.as_str())).collect();
        self.list(&path, VERSION, &query).await
    }

    /// One role assignment.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn role_assignment(
        &self,
        scope: &Scope,
        id: RoleAssignmentId,
    ) -> Result<RoleAssignment, Error> {
        self.get(&at(scope, id), VERSION).await
    }

    /// Gives somebody a role at a scope, under a new GUID.
    ///
    /// # Errors
    /// [`Error::Refused`] with the code `RoleAssignmentExists` when they have it there, and as [`Error`] says.
    pub async fn create_role_assignment(
        &self,
        scope: &Scope,
        assignment: PutRoleAssignmentProperties,
    ) -> Result<RoleAssignment, Error> {
        let id = RoleAssignmentId::from_random(entropy::id_bytes());
        self.put_role_assignment(scope, id, assignment).await
    }

    /// Gives somebody a role at a scope, under that GUID.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn put_role_assignment(
        &self,
        scope: &Scope,
        id: RoleAssignmentId,
        assignment: PutRoleAssignmentProperties,
    ) -> Result<RoleAssignment, Error> {
        let body = PutRoleAssignment {
            properties: assignment,
        };
        self.tell(Ask::new(Method::PUT, &at(scope, id), VERSION), &body)
            .await
    }

    /// Takes a role back; whether it was given is the answer.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_role_assignment(&self, scope: &Scope, id: RoleAssignmentId) -> Result<bool, Error> {
        let response = self
            .send(Ask::new(Method::DELETE, &at(scope, id), VERSION), None)
            .await?;
        Ok(response.status != 204)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_those_that_the_server_knows() {
        let id = ObjectId::from_bytes([7; 16]);
        let text = |filter: AssignmentFilter| filter.text().unwrap_or_default();
        assert_eq!(text(AssignmentFilter::All), "");
        assert_eq!(text(AssignmentFilter::AtScope), "atScope()");
        assert_eq!(
            text(AssignmentFilter::Principal(id)),
            format!("principalId eq '{id}'")
        );
        assert_eq!(
            text(AssignmentFilter::AtScopeAssignedTo(id)),
            format!("atScope() and assignedTo('{id}')")
        );
    }
}
