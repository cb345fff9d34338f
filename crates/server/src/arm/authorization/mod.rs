//! Microsoft.Authorization: roles, who has them, what is denied, and questions about it.

mod assignment_filter;
pub mod check_access;
pub mod deny_assignments;
pub mod elevate_access;
pub mod explain_access;
pub mod permissions;
pub mod provider_operations;
pub mod role_assignments;
pub mod role_definitions;
