//! Roles in applications, and permissions on Microsoft Graph, that were given (Graph `appRoleAssignment`).

use doorward_names::{ObjectId, PermissionId, Timestamp};
use serde::{Deserialize, Serialize};

use super::RequestBody;
use crate::{Null, wire};

/// A role or permission on a resource that somebody was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRoleAssignment {
    /// Its id, opaque.
    pub id: String,
    /// Always null here.
    #[serde(default)]
    pub deleted_date_time: Null,
    /// Which permission.
    pub app_role_id: PermissionId,
    /// When it was given.
    #[serde(default, with = "wire::optional_instant")]
    pub created_date_time: Option<Timestamp>,
    /// Name of whom it was given to.
    #[serde(default)]
    pub principal_display_name: Option<String>,
    /// To whom.
    pub principal_id: ObjectId,
    /// `User`, `Group`, `ServicePrincipal`.
    #[serde(default)]
    pub principal_type: Option<String>,
    /// Name of the resource.
    #[serde(default)]
    pub resource_display_name: Option<String>,
    /// The resource's service principal.
    pub resource_id: ObjectId,
}

/// Body of `POST …/appRoleAssignments` and `POST /servicePrincipals/{id}/appRoleAssignedTo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateAppRoleAssignment {
    /// Which permission.
    pub app_role_id: PermissionId,
    /// To whom; below `appRoleAssignments`, the object in the path.
    pub principal_id: ObjectId,
    /// The resource's service principal.
    pub resource_id: ObjectId,
}

impl RequestBody for CreateAppRoleAssignment {
    const KEPT: &'static [&'static str] = &["appRoleId", "principalId", "resourceId"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}
