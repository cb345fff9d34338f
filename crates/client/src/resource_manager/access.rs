//! What is allowed: deny assignments, the caller's permissions, and the question whether somebody may do something, and
//! why.

use super::{Ask, ResourceManagerClient};
use crate::Error;
use doorward_names::{ObjectId, Scope};
use doorward_protocol::arm::{
    CheckAccess, CheckAccessAction, CheckAccessAttributes, CheckAccessResource, CheckAccessResult,
    CheckAccessSubject, DenyAssignment, ExplainAccess, Explanation, Permission,
};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use reqwest::Method;

const VERSION: &str = "2022-04-01";
const CHECK_ACCESS: &str = "2018-09-01-preview";
const ELEVATE: &str = "2016-07-01";
/// This server's own.
const EXPLAIN: &str = "2026-01-01";

impl ResourceManagerClient {
    /// The deny assignments about a scope that the OData `filter` lets through.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn deny_assignments(
        &self,
        scope: &Scope,
        filter: Option<&str>,
    ) -> Result<Vec<DenyAssignment>, Error> {
        let path = ArmPath::Authorization(scope.clone(), AuthorizationTail::DenyAssignments);
        let query: Vec<_> = filter.map(|filter| ("$filter", filter)).into_iter().collect();
        self.list(&path, VERSION, &query).await
    }

    /// What the caller's own roles allow at a scope.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn permissions(&self, scope: &Scope) -> Result<Vec<Permission>, Error> {
        let path = ArmPath::Authorization(scope.clone(), AuthorizationTail::Permissions);
        self.list(&path, VERSION, &[]).await
    }

    /// Whether a principal may do each of these actions at a scope; 200 actions at most.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn check_access(
        &self,
        scope: &Scope,
        principal: ObjectId,
        actions: Vec<CheckAccessAction>,
    ) -> Result<Vec<CheckAccessResult>, Error> {
        let path = ArmPath::Authorization(scope.clone(), AuthorizationTail::CheckAccess);
        let body = CheckAccess {
            subject: CheckAccessSubject {
                attributes: CheckAccessAttributes { object_id: principal },
            },
            actions,
            resource: CheckAccessResource {
                id: scope.as_str().to_owned(),
            },
        };
        self.tell(Ask::question(&path, CHECK_ACCESS), &body).await
    }

    /// Why a principal may do something at a scope, or what would let them.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn explain(&self, scope: &Scope, question: &ExplainAccess) -> Result<Explanation, Error> {
        let path = ArmPath::Authorization(scope.clone(), AuthorizationTail::ExplainAccess);
        self.tell(Ask::question(&path, EXPLAIN), question).await
    }

    /// Makes the caller User Access Administrator of everything, as a Global Administrator may.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn elevate_access(&self) -> Result<(), Error> {
        let path = ArmPath::Authorization(Scope::root(), AuthorizationTail::ElevateAccess);
        self.send(Ask::new(Method::POST, &path, ELEVATE), None)
            .await
            .map(drop)
    }
}
