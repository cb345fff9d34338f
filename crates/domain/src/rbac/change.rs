//! What happens to an index: one thing was made, changed or deleted.

use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, SubscriptionId};

use super::{DenyAssignment, RoleAssignment, RoleDefinition};

/// One change of what decides on access. The same change twice is the same as once, and what isn't there may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A role is there, or has become this.
    Role(RoleDefinition),
    /// A role is gone; what is left of its assignments allows nothing.
    RoleGone(RoleDefinitionId),
    /// An assignment is there, or has become this.
    Assignment(RoleAssignmentEntry),
    /// An assignment is gone.
    AssignmentGone(RoleAssignmentId),
    /// A deny assignment is there, or has become this.
    Deny(DenyAssignment),
    /// A deny assignment is gone.
    DenyGone(DenyAssignmentId),
    /// Who is in a group: these, directly, and nobody else.
    Members {
        /// The group.
        group: ObjectId,
        /// All that are in it; none when it is gone.
        members: Vec<ObjectId>,
    },
    /// A management group is there, below that parent.
    ManagementGroup {
        /// Its name in lower case.
        name_key: String,
        /// Its parent's name in lower case; `None` for those directly under the root.
        parent: Option<String>,
    },
    /// A management group is gone.
    ManagementGroupGone(String),
    /// A subscription is in that management group.
    Subscription {
        /// The subscription.
        id: SubscriptionId,
        /// The management group's name in lower case; `None` when it is directly under the root, or gone.
        management_group: Option<String>,
    },
}

/// What an index keeps of a [`RoleAssignment`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignmentEntry {
    /// Its id.
    pub id: RoleAssignmentId,
    /// Where.
    pub scope: Scope,
    /// Which role.
    pub role: RoleDefinitionId,
    /// Who.
    pub principal: ObjectId,
    /// Whether it carries a condition; then it allows nothing.
    pub has_condition: bool,
}

impl From<&RoleAssignment> for RoleAssignmentEntry {
    fn from(assignment: &RoleAssignment) -> Self {
        Self {
            id: assignment.id,
            scope: assignment.scope.clone(),
            role: assignment.role,
            principal: assignment.principal,
            has_condition: assignment.condition.is_some(),
        }
    }
}
