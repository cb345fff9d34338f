//! Bodies of Microsoft.Authorization: role definitions and assignments, deny assignments, permissions, operations, and
//! the question whether somebody may do something.

use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId};
use serde::{Deserialize, Serialize};

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleDefinition {
    /// `{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}`.
    pub id: String,
    /// `Microsoft.Authorization/roleDefinitions`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its GUID.
    pub name: RoleDefinitionId,
    /// What it says.
    pub properties: RoleDefinitionProperties,
}

/// What a role says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleDefinitionProperties {
    /// Its name for people.
    pub role_name: String,
    /// `BuiltInRole` or `CustomRole`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Where it may be assigned.
    pub assignable_scopes: Vec<String>,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// When it was made, RFC 3339.
    #[serde(default)]
    pub created_on: Option<String>,
    /// When it was changed, RFC 3339.
    #[serde(default)]
    pub updated_on: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub created_by: Option<ObjectId>,
    /// Who changed it.
    #[serde(default)]
    pub updated_by: Option<ObjectId>,
}

/// `PUT …/roleDefinitions/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutRoleDefinition {
    /// What it shall say. Its kind and times are the server's to set, and are left aside.
    pub properties: PutRoleDefinitionProperties,
}

/// What a role shall say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRoleDefinitionProperties {
    /// Its name for people.
    pub role_name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Where it may be assigned.
    #[serde(default)]
    pub assignable_scopes: Vec<String>,
    /// What it allows.
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

/// Patterns of actions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Permission {
    /// Of Resource Manager's operations.
    pub actions: Vec<String>,
    /// Those left out.
    pub not_actions: Vec<String>,
    /// Of operations on what is in a resource.
    pub data_actions: Vec<String>,
    /// Those left out.
    pub not_data_actions: Vec<String>,
}

/// A role assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// `{scope}/providers/Microsoft.Authorization/roleAssignments/{name}`.
    pub id: String,
    /// Its GUID.
    pub name: RoleAssignmentId,
    /// `Microsoft.Authorization/roleAssignments`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    pub properties: RoleAssignmentProperties,
}

/// What a role assignment says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignmentProperties {
    /// The role's id.
    pub role_definition_id: String,
    /// Who has it.
    pub principal_id: ObjectId,
    /// `User`, `Group`, `ServicePrincipal`; not shown by api-version 2015-07-01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_type: Option<String>,
    /// Where.
    pub scope: String,
    /// A condition's expression.
    #[serde(default)]
    pub condition: Option<String>,
    /// The version of its language.
    #[serde(default)]
    pub condition_version: Option<String>,
    /// When it was made, RFC 3339.
    #[serde(default)]
    pub created_on: Option<String>,
    /// When it was changed, RFC 3339.
    #[serde(default)]
    pub updated_on: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub created_by: Option<ObjectId>,
    /// Who changed it.
    #[serde(default)]
    pub updated_by: Option<ObjectId>,
    /// The identity that acts for it in another tenant.
    #[serde(default)]
    pub delegated_managed_identity_resource_id: Option<String>,
    /// What people wrote about it.
    #[serde(default)]
    pub description: Option<String>,
}

/// `PUT …/roleAssignments/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutRoleAssignment {
    /// What it shall say.
    pub properties: PutRoleAssignmentProperties,
}

/// What a role assignment shall say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRoleAssignmentProperties {
    /// The role's id, under whatever scope.
    pub role_definition_id: String,
    /// Who shall have it.
    pub principal_id: String,
    /// `User`, `Group`, `ServicePrincipal`. When it is said, the directory isn't asked whether the principal is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_type: Option<String>,
    /// What people write about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A condition's expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The version of its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition_version: Option<String>,
    /// The identity that acts for it in another tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_managed_identity_resource_id: Option<String>,
}

/// A deny assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenyAssignment {
    /// `{scope}/providers/Microsoft.Authorization/denyAssignments/{name}`.
    pub id: String,
    /// Its GUID.
    pub name: DenyAssignmentId,
    /// `Microsoft.Authorization/denyAssignments`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    pub properties: DenyAssignmentProperties,
}

/// What a deny assignment says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DenyAssignmentProperties {
    /// Its name for people.
    pub deny_assignment_name: String,
    /// What people wrote about it.
    #[serde(default)]
    pub description: Option<String>,
    /// What it takes away.
    pub permissions: Vec<Permission>,
    /// Where; left out when it is made, for the path says it.
    #[serde(default)]
    pub scope: String,
    /// At the scope alone.
    #[serde(default)]
    pub do_not_apply_to_child_scopes: bool,
    /// From whom.
    pub principals: Vec<DenyPrincipal>,
    /// From whom not.
    #[serde(default)]
    pub exclude_principals: Vec<DenyPrincipal>,
    /// Made by the system.
    #[serde(default)]
    pub is_system_protected: bool,
}

/// A principal of a deny assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenyPrincipal {
    /// Its object id; zeros for everyone.
    pub id: ObjectId,
    /// `User`, `Group`, `ServicePrincipal`; `SystemDefined` for everyone.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// `POST …/checkAccess`: may a subject do these?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckAccess {
    /// Who.
    pub subject: CheckAccessSubject,
    /// What, 200 at most.
    pub actions: Vec<CheckAccessAction>,
    /// Where.
    pub resource: CheckAccessResource,
}

/// Who is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckAccessSubject {
    /// Their attributes.
    pub attributes: CheckAccessAttributes,
}

/// Attributes of who is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckAccessAttributes {
    /// The object id.
    pub object_id: ObjectId,
}

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckAccessAction {
    /// The action.
    pub id: String,
    /// Whether it is one on data.
    #[serde(default)]
    pub is_data_action: bool,
}

/// Where it is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckAccessResource {
    /// The scope.
    pub id: String,
}

/// One answer of `checkAccess`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckAccessResult {
    /// `Allowed`, `NotAllowed` or `Denied`.
    pub access_decision: String,
    /// The action.
    pub action_id: String,
    /// Whether it is one on data.
    pub is_data_action: bool,
    /// What allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_assignment: Option<CheckAccessAssignment>,
    /// What denies it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny_assignment: Option<CheckAccessDeny>,
    /// How long the answer may be kept, in milliseconds.
    pub time_to_live_in_ms: u32,
}

/// The assignment that allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckAccessAssignment {
    /// Its id.
    pub id: RoleAssignmentId,
    /// Its role.
    pub role_definition_id: RoleDefinitionId,
    /// Who has it.
    pub principal_id: ObjectId,
    /// Where.
    pub scope: String,
}

/// The assignment that denies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckAccessDeny {
    /// Its id.
    pub id: DenyAssignmentId,
}

/// What a provider offers to be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderOperations {
    /// `/providers/Microsoft.Authorization/providerOperations/{name}`.
    pub id: String,
    /// The namespace.
    pub name: String,
    /// `Microsoft.Authorization/providerOperations`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The namespace in words.
    pub display_name: String,
    /// Its types of resources.
    pub resource_types: Vec<ProviderOperationsType>,
    /// Operations of no type.
    pub operations: Vec<Operation>,
}

/// What a type of resource offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderOperationsType {
    /// `workspaces/computes`.
    pub name: String,
    /// In words.
    pub display_name: String,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// The action.
    pub name: String,
    /// In words.
    pub display_name: String,
    /// In more words.
    pub description: String,
    /// `user,system`.
    pub origin: Option<String>,
    /// Whether it is one on data.
    pub is_data_action: bool,
}
