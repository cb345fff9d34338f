//! Why somebody may do something, or not: this server's own question, in Resource Manager's form.

use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId};
use serde::{Deserialize, Serialize};

/// `POST {scope}/providers/Microsoft.Authorization/explainAccess`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainAccess {
    /// Who, by object id; a service principal also by the id of its application.
    pub principal_id: ObjectId,
    /// What.
    pub action: String,
    /// Whether it is an action on data.
    #[serde(default)]
    pub is_data_action: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Whether they may.
    pub allowed: bool,
    /// The answer in a sentence.
    pub reason: String,
    /// The assignment that allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_assignment_id: Option<RoleAssignmentId>,
    /// Its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_definition_id: Option<RoleDefinitionId>,
    /// That role's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_name: Option<String>,
    /// Where it is assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The group through which they have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<ObjectId>,
    /// The deny assignment that denies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny_assignment_id: Option<DenyAssignmentId>,
    /// What would help, narrowest first.
    #[serde(default)]
    pub cures: Vec<Cure>,
}

/// Something that would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cure {
    /// In a sentence.
    pub description: String,
    /// The command that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The role to be assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_name: Option<String>,
    /// How many of the known operations it would allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allows: Option<usize>,
}
