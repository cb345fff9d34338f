//! Azure role-based access control: who may do what where, decided by one function over one index.
//!
//! A role definition says which actions, an assignment gives a role to a principal at a scope, and a deny assignment
//! takes actions away again; groups and scopes above count. Nothing that isn't allowed is allowed. Deliberately not
//! here: the directory's own roles (`directory/rights.rs`), how any of it is stored, and the wire's form of it.

mod action;
mod assignment;
pub mod assignment_rules;
mod built_in;
mod change;
pub mod custom_role;
mod decide;
mod definition;
mod explain;
mod index;
mod matcher;
mod operations;
mod pattern;
#[cfg(test)]
mod tests;

pub use action::{Action, InvalidAction, Plane};
pub use assignment::{Condition, DenyAssignment, DenyPrincipal, PrincipalKind, RoleAssignment};
pub use built_in::{
    COMPUTE_OPERATOR, CONTRIBUTOR, DATA_SCIENTIST, OWNER, READER, USER_ACCESS_ADMINISTRATOR, built_in,
    built_in_roles,
};
pub use change::{Change, RoleAssignmentEntry};
pub use decide::{Because, Decision, Missing, Request, decide};
pub use definition::{Permissions, RoleDefinition, RoleKind};
pub use explain::{Explanation, GroupCure, Known, RoleCure, explain};
pub use index::{Held, Index};
pub use operations::{Operation, operations, operations_by_provider, operations_by_type};
pub use pattern::{InvalidPattern, Pattern};
