//! What an application offers to others, and what it asks of them.

use doorward_names::{AppId, PermissionId};

/// Who can agree to a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentType {
    /// The person themselves, Graph `User`.
    User,
    /// Only an administrator, Graph `Admin`.
    Admin,
}

/// A scope that clients can be given on an application (Graph `permissionScope`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionScope {
    /// Its id.
    pub id: PermissionId,
    /// As it stands in `scp`.
    pub value: String,
    /// Whether it can be asked for.
    pub enabled: bool,
    /// Who can agree to it.
    pub consent: ConsentType,
    /// What administrators read: its name and what it allows.
    pub for_administrators: (String, String),
    /// What people read.
    pub for_people: (Option<String>, Option<String>),
}

/// A client that needs nobody's consent for some of an application's scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreAuthorized {
    /// The client.
    pub client: AppId,
    /// The scopes.
    pub scopes: Vec<PermissionId>,
}

/// Who can have a role in an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleHolders {
    /// People and groups, Graph `User`.
    pub people: bool,
    /// Applications, Graph `Application`.
    pub applications: bool,
}

/// A role that people and applications can have in an application (Graph `appRole`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRole {
    /// Its id.
    pub id: PermissionId,
    /// As it stands in `roles`, if it has such a word.
    pub value: Option<String>,
    /// Whether it can be given.
    pub enabled: bool,
    /// Who can have it.
    pub holders: RoleHolders,
    /// Its name for people.
    pub name: String,
    /// What it allows.
    pub description: String,
}

/// Scope or role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKind {
    /// A scope, for a person.
    Scope,
    /// A role, as itself.
    Role,
}

/// What an application means to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredAccess {
    /// The resource.
    pub resource: AppId,
    /// The scope's or role's id.
    pub id: PermissionId,
    /// Which of the two.
    pub kind: AccessKind,
}
