//! Service principals: an application's presence in a tenant, to which rights are given.

use doorward_names::{AppId, DisplayName, ObjectId, TenantId, Timestamp};

/// What a service principal stands for (Graph `servicePrincipalType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicePrincipalKind {
    /// A registered application.
    Application,
    /// One of the built-in resources or clients, present in every tenant.
    FirstParty,
    /// The identity of a resource; it has no application, and no credential that anyone could hold.
    ManagedIdentity,
}

/// An application's presence in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    /// Its object id: the `oid` of its tokens, and what roles are assigned to.
    pub id: ObjectId,
    /// The tenant it lives in.
    pub tenant: TenantId,
    /// The application it stands for; unique in the tenant.
    pub app_id: AppId,
    /// The application's home tenant; `None` for a built-in one.
    pub app_owner: Option<TenantId>,
    /// Its name for people.
    pub display_name: DisplayName,
    /// What it stands for.
    pub kind: ServicePrincipalKind,
    /// Whether it may sign in and be asked for tokens.
    pub enabled: bool,
    /// Whether tokens are only for those who were given a role in it (Graph `appRoleAssignmentRequired`).
    pub assignment_required: bool,
    /// When it was made.
    pub created_at: Timestamp,
}
