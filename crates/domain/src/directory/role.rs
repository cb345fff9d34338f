//! Directory roles, by the template ids that they have in every tenant (Microsoft Entra built-in roles).

use doorward_names::RoleTemplateId;

/// A directory role. These give no right over resources, and Resource Manager's roles give none here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DirectoryRole {
    /// Everything in the directory.
    GlobalAdministrator,
    /// Gives and takes roles.
    PrivilegedRoleAdministrator,
    /// Applications and service principals, their credentials included.
    ApplicationAdministrator,
    /// Users without a role.
    UserAdministrator,
    /// Sign-in methods of users without a role.
    AuthenticationAdministrator,
    /// Invites guests.
    GuestInviter,
    /// Reads the directory.
    DirectoryReaders,
    /// Groups, their members and owners.
    GroupsAdministrator,
}

impl DirectoryRole {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::GlobalAdministrator,
        Self::PrivilegedRoleAdministrator,
        Self::ApplicationAdministrator,
        Self::UserAdministrator,
        Self::AuthenticationAdministrator,
        Self::GuestInviter,
        Self::DirectoryReaders,
        Self::GroupsAdministrator,
    ];

    /// The id it has in every tenant.
    pub const fn template_id(self) -> RoleTemplateId {
        RoleTemplateId::from_u128(match self {
            Self::GlobalAdministrator => 0x62e90394_69f5_4237_9190_012177145e10,
            Self::PrivilegedRoleAdministrator => 0xe8611ab8_c189_46e8_94e1_60213ab1f814,
            Self::ApplicationAdministrator => 0x9b895d92_2cd3_44c7_9d02_a6ac2d5ea5c3,
            Self::UserAdministrator => 0xfe930be7_5e62_47db_91af_98c3a49a38b1,
            Self::AuthenticationAdministrator => 0xc4e39bd9_1100_46d3_8c65_fb160da0071f,
            Self::GuestInviter => 0x95e79109_95c0_4d8e_aee3_d01accf2d47b,
            Self::DirectoryReaders => 0x88d8e3e3_8f55_4a1e_953a_9b9898b8876b,
            Self::GroupsAdministrator => 0xfdd7a751_b60b_444a_984c_02652fe8fa1c,
        })
    }

    /// The name that people know it by.
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "Global Administrator",
            Self::PrivilegedRoleAdministrator => "Privileged Role Administrator",
            Self::ApplicationAdministrator => "Application Administrator",
            Self::UserAdministrator => "User Administrator",
            Self::AuthenticationAdministrator => "Authentication Administrator",
            Self::GuestInviter => "Guest Inviter",
            Self::DirectoryReaders => "Directory Readers",
            Self::GroupsAdministrator => "Groups Administrator",
        }
    }

    /// The role of that template id.
    pub fn of_template(id: RoleTemplateId) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.template_id() == id)
    }
}
