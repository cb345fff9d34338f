//! Directory roles (Graph `directoryRole`, `unifiedRoleDefinition`, `unifiedRoleAssignment`).

use doorward_names::{ObjectId, RoleTemplateId};
use serde::{Deserialize, Serialize};

use super::RequestBody;
use crate::{NoItems, Null};

/// An activated role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryRole {
    /// Its id in the tenant.
    pub id: String,
    /// Always null here.
    #[serde(default)]
    pub deleted_date_time: Null,
    /// What it gives, for people.
    #[serde(default)]
    pub description: Option<String>,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its id in every tenant.
    pub role_template_id: RoleTemplateId,
}

/// A role that can be assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleDefinition {
    /// Its id; for built-in roles the template id.
    pub id: String,
    /// What it gives, for people.
    #[serde(default)]
    pub description: Option<String>,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Whether it is in every tenant.
    #[serde(default)]
    pub is_built_in: bool,
    /// Whether it can be assigned.
    #[serde(default)]
    pub is_enabled: bool,
    /// `/`: the whole tenant.
    #[serde(default)]
    pub resource_scopes: Vec<String>,
    /// Its id in every tenant.
    #[serde(default)]
    pub template_id: Option<RoleTemplateId>,
    /// `1`.
    #[serde(default)]
    pub version: Option<String>,
    /// What it gives, as actions.
    #[serde(default)]
    pub role_permissions: Vec<RolePermission>,
}

/// What a role gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolePermission {
    /// Actions, such as `microsoft.directory/applications/create`.
    #[serde(default)]
    pub allowed_resource_actions: Vec<String>,
    /// Always null here.
    #[serde(default)]
    pub condition: Null,
    /// Always empty here.
    #[serde(default, skip_serializing)]
    pub excluded_resource_actions: NoItems,
}

/// A role that was given to a principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignment {
    /// Its id, opaque.
    pub id: String,
    /// To whom.
    pub principal_id: ObjectId,
    /// Which role.
    pub role_definition_id: String,
    /// `/`: the whole tenant.
    #[serde(default)]
    pub directory_scope_id: Option<String>,
}

/// Body of `POST /roleManagement/directory/roleAssignments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRoleAssignment {
    /// To whom.
    pub principal_id: ObjectId,
    /// Which role.
    pub role_definition_id: String,
    /// `/`: the whole tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_scope_id: Option<String>,
}

impl RequestBody for CreateRoleAssignment {
    const KEPT: &'static [&'static str] = &["principalId", "roleDefinitionId", "directoryScopeId"];
    const EMPTY_ONLY: &'static [&'static str] = &["appScopeId", "condition"];
}
