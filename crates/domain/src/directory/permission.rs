//! Microsoft Graph permissions: given to applications as app roles (`roles`), and to clients acting for a person
//! as scopes (`scp`).

use doorward_names::PermissionId;

/// A Graph permission by its published name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// `Directory.Read.All`
    DirectoryReadAll,
    /// `Directory.ReadWrite.All`
    DirectoryReadWriteAll,
    /// `User.Read.All`
    UserReadAll,
    /// `User.ReadWrite.All`
    UserReadWriteAll,
    /// `User.Invite.All`
    UserInviteAll,
    /// `User.RevokeSessions.All`
    UserRevokeSessionsAll,
    /// `Application.Read.All`
    ApplicationReadAll,
    /// `Application.ReadWrite.All`
    ApplicationReadWriteAll,
    /// `Application.ReadWrite.OwnedBy`
    ApplicationReadWriteOwnedBy,
    /// `AppRoleAssignment.ReadWrite.All`
    AppRoleAssignmentReadWriteAll,
    /// `RoleManagement.ReadWrite.Directory`
    RoleManagementReadWriteDirectory,
    /// `Group.Read.All`
    GroupReadAll,
    /// `Group.ReadWrite.All`
    GroupReadWriteAll,
    /// `GroupMember.Read.All`
    GroupMemberReadAll,
    /// `GroupMember.ReadWrite.All`
    GroupMemberReadWriteAll,
    /// `Group.Create`
    GroupCreate,
    /// `AuditLog.Read.All`
    AuditLogReadAll,
    /// `Policy.Read.All`
    PolicyReadAll,
    /// `Policy.ReadWrite.ConditionalAccess`
    PolicyReadWriteConditionalAccess,
    /// `Policy.ReadWrite.Authorization`
    PolicyReadWriteAuthorization,
    /// `User.Read`: the person themselves; as a scope only.
    UserRead,
    /// `Directory.AccessAsUser.All`: whatever the person may; as a scope only.
    DirectoryAccessAsUserAll,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 22] = [
        Self::DirectoryReadAll,
        Self::DirectoryReadWriteAll,
        Self::UserReadAll,
        Self::UserReadWriteAll,
        Self::UserInviteAll,
        Self::UserRevokeSessionsAll,
        Self::ApplicationReadAll,
        Self::ApplicationReadWriteAll,
        Self::ApplicationReadWriteOwnedBy,
        Self::AppRoleAssignmentReadWriteAll,
        Self::RoleManagementReadWriteDirectory,
        Self::GroupReadAll,
        Self::GroupReadWriteAll,
        Self::GroupMemberReadAll,
        Self::GroupMemberReadWriteAll,
        Self::GroupCreate,
        Self::AuditLogReadAll,
        Self::PolicyReadAll,
        Self::PolicyReadWriteConditionalAccess,
        Self::PolicyReadWriteAuthorization,
        Self::UserRead,
        Self::DirectoryAccessAsUserAll,
    ];

    /// Its published name, as it stands in `roles` and `scp`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DirectoryReadAll => "Directory.Read.All",
            Self::DirectoryReadWriteAll => "Directory.ReadWrite.All",
            Self::UserReadAll => "User.Read.All",
            Self::UserReadWriteAll => "User.ReadWrite.All",
            Self::UserInviteAll => "User.Invite.All",
            Self::UserRevokeSessionsAll => "User.RevokeSessions.All",
            Self::ApplicationReadAll => "Application.Read.All",
            Self::ApplicationReadWriteAll => "Application.ReadWrite.All",
            Self::ApplicationReadWriteOwnedBy => "Application.ReadWrite.OwnedBy",
            Self::AppRoleAssignmentReadWriteAll => "AppRoleAssignment.ReadWrite.All",
            Self::RoleManagementReadWriteDirectory => "RoleManagement.ReadWrite.Directory",
            Self::GroupReadAll => "Group.Read.All",
            Self::GroupReadWriteAll => "Group.ReadWrite.All",
            Self::GroupMemberReadAll => "GroupMember.Read.All",
            Self::GroupMemberReadWriteAll => "GroupMember.ReadWrite.All",
            Self::GroupCreate => "Group.Create",
            Self::AuditLogReadAll => "AuditLog.Read.All",
            Self::PolicyReadAll => "Policy.Read.All",
            Self::PolicyReadWriteConditionalAccess => "Policy.ReadWrite.ConditionalAccess",
            Self::PolicyReadWriteAuthorization => "Policy.ReadWrite.Authorization",
            Self::UserRead => "User.Read",
            Self::DirectoryAccessAsUserAll => "Directory.AccessAsUser.All",
        }
    }

    /// The permission of that name (compared as written).
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }

    /// Its id as an app role of Microsoft Graph; `None` for what only a person can delegate.
    pub const fn app_role_id(self) -> Option<PermissionId> {
        Some(PermissionId::from_u128(match self {
            Self::DirectoryReadAll => 0x7ab1d382_f21e_4acd_a863_ba3e13f7da61,
            Self::DirectoryReadWriteAll => 0x19dbc75e_c2e2_444c_a770_ec69d8559fc7,
            Self::UserReadAll => 0xdf021288_bdef_4463_88db_98f22de89214,
            Self::UserReadWriteAll => 0x741f803b_c850_494e_b5df_cde7c675a1ca,
            Self::UserInviteAll => 0x09850681_111b_4a89_9bed_3f2cae46d706,
            Self::UserRevokeSessionsAll => 0x77f3a031_c388_4f99_b373_dc68676a979e,
            Self::ApplicationReadAll => 0x9a5d68dd_52b0_4cc2_bd40_abcf44ac3a30,
            Self::ApplicationReadWriteAll => 0x1bfefb4e_e0b5_418b_a88f_73c46d2cc8e9,
            Self::ApplicationReadWriteOwnedBy => 0x18a4783c_866b_4cc7_a460_3d5e5662c884,
            Self::AppRoleAssignmentReadWriteAll => 0x06b708a9_e830_4db3_a914_8e69da51d44f,
            Self::RoleManagementReadWriteDirectory => 0x9e3f62cf_ca93_4989_b6ce_bf83c28f9fe8,
            Self::GroupReadAll => 0x5b567255_7703_4780_807c_7be8301ae99b,
            Self::GroupReadWriteAll => 0x62a82d76_70ea_41e2_9197_370581804d09,
            Self::GroupMemberReadAll => 0x98830695_27a2_44f7_8c18_0c3ebc9698f6,
            Self::GroupMemberReadWriteAll => 0xdbaae8cf_10b5_4b86_a4a1_f871c94c6695,
            Self::GroupCreate => 0xbf7b1a76_6e77_406b_b258_bf5c7720e98f,
            Self::AuditLogReadAll => 0xb0afded3_3588_46d8_8b3d_9842eff778da,
            Self::PolicyReadAll => 0x246dd0d5_5bd0_4def_940b_0421030a5b68,
            Self::PolicyReadWriteConditionalAccess => 0x01c0a623_fc9b_48e9_b794_0756f8e8f067,
            Self::PolicyReadWriteAuthorization => 0xfb221be6_99f2_473f_bd32_01c6a0e9ca3b,
            Self::UserRead | Self::DirectoryAccessAsUserAll => return None,
        }))
    }

    /// The permission with that app role id.
    pub fn of_app_role_id(id: PermissionId) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.app_role_id() == Some(id))
    }
}
