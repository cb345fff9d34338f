//! Bodies of Microsoft Graph v1.0 (Microsoft Graph REST reference, one page per resource), and the older
//! directory API's shape of a service principal.
//!
//! Properties that this directory does not keep are written as the constants that a fresh object of the real
//! service shows. Deliberately not here: who may see or change what, and HTTP statuses.

mod app_role_assignment;
mod application;
mod application_parts;
mod audit;
mod authentication;
pub mod authorization_policy;
mod body;
pub mod conditional_access;
mod credential;
mod directory_object;
mod envelope;
mod error;
mod group;
mod invitation;
pub mod legacy;
mod organization;
mod permission_grant;
mod role;
mod service_principal;
pub mod sign_in_policy;
mod user;

pub use app_role_assignment::{AppRoleAssignment, CreateAppRoleAssignment};
pub use application::{Application, ApplicationConstants, CreateApplication, UpdateApplication};
pub use application_parts::{
    ApplicationApi, ApplicationWeb, ImplicitGrantSettings, OptionalClaim, OptionalClaims, PermissionScope,
    PreAuthorizedApplication, RedirectUriSetting, RedirectUris, RequestedApi, RequestedParts,
    RequestedRedirectUris, RequestedWeb, RequiredResourceAccess, ResourceAccess,
};
pub use audit::{AuditApp, AuditDetail, AuditInitiator, AuditResult, AuditTarget, AuditUser, DirectoryAudit};
pub use authentication::{AuthenticationMethod, PASSWORD_METHOD};
pub use body::{BodyError, RequestBody, parse_body};
pub use credential::{AddPassword, PasswordCredential, RemovePassword, RequestedPassword};
pub use directory_object::{DirectoryObject, GetByIds, MAX_IDS, Reference, object_id};
pub use envelope::{Done, Entity, List, context};
pub use error::{GraphCode, GraphError, GraphErrorBody, InnerError};
pub use group::{
    CheckMemberGroups, CreateGroup, GetMemberGroups, Group, GroupConstants, UpdateGroup, security_identifier,
};
pub use invitation::{CreateInvitation, Invitation, InvitedUser};
pub use organization::{Organization, VerifiedDomain};
pub use permission_grant::{CreatePermissionGrant, PermissionGrant, UpdatePermissionGrant};
pub use role::{CreateRoleAssignment, DirectoryRole, RoleAssignment, RoleDefinition, RolePermission};
pub use service_principal::{
    AppRole, CreateServicePrincipal, ServicePrincipal, ServicePrincipalConstants, UpdateServicePrincipal,
};
pub use user::{CreateUser, PasswordProfile, UpdateUser, User};

/// Content type of every answer with a body.
pub const CONTENT_TYPE: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

#[cfg(test)]
mod tests;
