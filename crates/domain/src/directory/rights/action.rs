//! What can be asked for in the directory.

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// See the tenant's name and domains.
    ReadTenant,
    /// See a user.
    ReadUser,
    /// Make a user.
    CreateUser,
    /// Invite somebody from another organization.
    InviteGuest,
    /// Change a user: name, alias, enabled or not.
    UpdateUser,
    /// Delete a user.
    DeleteUser,
    /// Set another person's password.
    ResetPassword,
    /// Sign a person out everywhere.
    RevokeSessions,
    /// See by what a person signs in.
    ReadSignInMethods,
    /// Take another person's second factor away, so that they set up another.
    ResetSecondFactor,
    /// See an application or service principal.
    ReadApplication,
    /// Register an application.
    CreateApplication,
    /// Change an application or service principal.
    UpdateApplication,
    /// Delete an application or service principal.
    DeleteApplication,
    /// Make a service principal for an application.
    CreateServicePrincipal,
    /// Give an application or service principal a credential.
    AddCredential,
    /// Take a credential away.
    RemoveCredential,
    /// Make someone an owner.
    AddOwner,
    /// Take ownership away.
    RemoveOwner,
    /// See who holds which directory role.
    ReadRoles,
    /// Give or take a directory role.
    AssignRole,
    /// See which permissions an application was given.
    ReadPermissions,
    /// Give or take a permission.
    GrantPermission,
    /// Give or take a role in an application.
    AssignAppRole,
    /// See a group, its members and owners.
    ReadGroup,
    /// See which groups somebody is in, and nothing of the groups but their ids.
    ReadMemberships,
    /// Make a group.
    CreateGroup,
    /// Change a group: name, alias, description.
    UpdateGroup,
    /// Delete a group.
    DeleteGroup,
    /// Put somebody into a group.
    AddMember,
    /// Take somebody out of a group.
    RemoveMember,
    /// Make somebody an owner of a group.
    AddGroupOwner,
    /// Take ownership of a group away.
    RemoveGroupOwner,
    /// See what was done and refused in the tenant; no look that everyone may take.
    ReadAudit,
    /// See what is demanded of whom at sign-in; no look that everyone may take.
    ReadPolicy,
    /// Make, change or delete such a policy.
    ManagePolicy,
    /// See what people and programs may do without an administrator; no look that everyone may take.
    ReadTenantSettings,
    /// Allow or forbid it.
    ManageTenantSettings,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 38] = [
        Self::ReadTenant,
        Self::ReadUser,
        Self::CreateUser,
        Self::InviteGuest,
        Self::UpdateUser,
        Self::DeleteUser,
        Self::ResetPassword,
        Self::RevokeSessions,
        Self::ReadSignInMethods,
        Self::ResetSecondFactor,
        Self::ReadApplication,
        Self::CreateApplication,
        Self::UpdateApplication,
        Self::DeleteApplication,
        Self::CreateServicePrincipal,
        Self::AddCredential,
        Self::RemoveCredential,
        Self::AddOwner,
        Self::RemoveOwner,
        Self::ReadRoles,
        Self::AssignRole,
        Self::ReadPermissions,
        Self::GrantPermission,
        Self::AssignAppRole,
        Self::ReadGroup,
        Self::ReadMemberships,
        Self::CreateGroup,
        Self::UpdateGroup,
        Self::DeleteGroup,
        Self::AddMember,
        Self::RemoveMember,
        Self::AddGroupOwner,
        Self::RemoveGroupOwner,
        Self::ReadAudit,
        Self::ReadPolicy,
        Self::ManagePolicy,
        Self::ReadTenantSettings,
        Self::ManageTenantSettings,
    ];

    /// Whether it only looks.
    pub const fn reads(self) -> bool {
        matches!(
            self,
            Self::ReadTenant
                | Self::ReadUser
                | Self::ReadApplication
                | Self::ReadRoles
                | Self::ReadPermissions
                | Self::ReadGroup
                | Self::ReadMemberships
        )
    }

    /// Whether it would let the caller act as the target, or take the target over.
    pub(super) const fn takes_over(self) -> bool {
        matches!(
            self,
            Self::ResetPassword
                | Self::ResetSecondFactor
                | Self::UpdateUser
                | Self::DeleteUser
                | Self::AddCredential
                | Self::AddOwner
                | Self::UpdateApplication
        )
    }

    /// Whether it changes a group that is there. Who owns the group may do all of these.
    pub(super) const fn manages_group(self) -> bool {
        matches!(
            self,
            Self::UpdateGroup
                | Self::DeleteGroup
                | Self::AddMember
                | Self::RemoveMember
                | Self::AddGroupOwner
                | Self::RemoveGroupOwner
        )
    }
}
