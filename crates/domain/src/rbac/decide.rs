//! The one decision: whether somebody may do something somewhere, and why or why not.

use std::sync::Arc;

use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, Scope};

use super::{Action, Index, Plane};

/// Who would do what where.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who; the groups they are in are known to the index.
    pub principal: ObjectId,
    /// What.
    pub action: &'a Action,
    /// Whether it is an operation of Resource Manager or of the resource itself.
    pub plane: Plane,
    /// Where.
    pub scope: &'a Scope,
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is allowed.
    Allowed(Because),
    /// It isn't.
    Denied(Missing),
}

impl Decision {
    /// Whether it is allowed.
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

/// What allows it. Where several assignments do, one given directly comes before one through a group, and of these the
/// narrowest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// The assignment.
    pub assignment: RoleAssignmentId,
    /// Its role.
    pub role: RoleDefinitionId,
    /// Its scope, as it was written.
    pub scope: Arc<str>,
    /// The group that it was given to; `None` when it was given to the principal itself.
    pub through: Option<ObjectId>,
}

/// Why it isn't allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A deny assignment takes it away, whatever roles there are.
    DeniedBy(DenyAssignmentId),
    /// There is no assignment at the scope or above.
    NoAssignment,
    /// There are assignments, and none of their roles allows it.
    NotInRoles,
    /// The only assignment that would allow it carries a condition.
    Condition(RoleAssignmentId),
}

/// Whether `request` is allowed, by what `index` knows. Deny assignments come first, then roles; whatever isn't allowed
/// by a role is denied.
pub fn decide(request: &Request<'_>, index: &Index) -> Decision {
    index.decide(request)
}
