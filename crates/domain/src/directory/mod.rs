//! Who may look at and change the directory: roles, ownership, permissions and the one rule that joins them.

pub mod permission;
pub mod query;
pub mod rights;
pub mod role;

pub use permission::Permission;
pub use role::DirectoryRole;
