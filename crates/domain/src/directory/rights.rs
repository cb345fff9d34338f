//! The one rule of who may look at and change the directory.
//!
//! A right comes from a directory role, from ownership, from what every member or guest may do, or from a Graph
//! permission. Two limits stand above them all: a client that acts for a person may do no more than its scopes say,
//! and nobody gives a credential to, or resets, a principal that is more privileged than themselves. Resource
//! Manager's roles give no right here.

mod action;

use super::{DirectoryRole, Permission};
use crate::user::UserKind;
use DirectoryRole as R;
use Permission as P;
pub use action::Action;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Person or application.
    pub standing: Standing,
    /// Directory roles held now.
    pub roles: Vec<DirectoryRole>,
}

/// What kind of principal asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A person, through a client that may do what `scopes` say.
    Person {
        /// Member or guest.
        kind: UserKind,
        /// The client's scopes.
        scopes: Vec<Permission>,
    },
    /// An application as itself.
    Application {
        /// Permissions it was given.
        permissions: Vec<Permission>,
    },
}

/// What it is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// It is the caller.
    pub is_caller: bool,
    /// The caller owns it.
    pub is_owned: bool,
    /// Directory roles it holds; for an application, those of its service principal.
    pub roles: Vec<DirectoryRole>,
    /// Permissions it was given.
    pub permissions: Vec<Permission>,
}

/// Why something is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// By this role.
    Role(DirectoryRole),
    /// By this permission.
    Permission(Permission),
    /// The caller owns the target.
    Owner,
    /// The target is the caller.
    Itself,
    /// Every member may.
    Member,
}

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nothing gives the right.
    #[error("no directory role, ownership or permission of the caller allows this")]
    NoRight,
    /// The right exists, but the target is more privileged than the caller.
    #[error("the target holds a role or permission that the caller does not")]
    TargetMorePrivileged,
    /// The person may, but the client may not do it for them.
    #[error("the client's scopes do not cover this")]
    ScopeTooNarrow,
}

/// Decides.
///
/// # Errors
/// The reason for a refusal.
pub fn decide(caller: &Caller, action: Action, target: &Target) -> Result<Because, Denied> {
    let because = right(caller, action, target).ok_or(Denied::NoRight)?;
    if let Standing::Person { scopes, .. } = &caller.standing
        && !scopes.iter().any(|scope| scope_covers(*scope, action, target))
    {
        return Err(Denied::ScopeTooNarrow);
    }
    // Who sees to it that nobody goes on with a stolen session must not stop at an administrator's; among people that is a
    // matter of rank.
    let by_person = matches!(caller.standing, Standing::Person { .. });
    let by_rank = action.takes_over() || by_person && action == Action::RevokeSessions;
    if by_rank && !target.is_caller && !dominates(caller, target) {
        return Err(Denied::TargetMorePrivileged);
    }
    Ok(because)
}

/// Whether the caller may lend their whole identity to a command. A client that may do less than the person must not
/// come by all of it that way.
///
/// # Errors
/// The reason for a refusal.
pub fn lends_itself(caller: &Caller) -> Result<(), Denied> {
    match &caller.standing {
        Standing::Person { scopes, .. } if scopes.contains(&P::DirectoryAccessAsUserAll) => Ok(()),
        Standing::Person { .. } => Err(Denied::ScopeTooNarrow),
        Standing::Application { .. } => Err(Denied::NoRight),
    }
}

fn right(caller: &Caller, action: Action, target: &Target) -> Option<Because> {
    let by_role = caller
        .roles
        .iter()
        .copied()
        .find(|role| role_allows(*role, action))
        .map(Because::Role);
    let own = match &caller.standing {
        _ if target.is_owned && (action.manages_group() || action == Action::ReadGroup) => {
            Some(Because::Owner)
        }
        Standing::Person { kind, .. } => person_allows(*kind, action, target),
        Standing::Application { permissions } => permissions
            .iter()
            .copied()
            .find(|permission| permission_allows(*permission, action, target.is_owned))
            .map(Because::Permission),
    };
    by_role.or(own)
}

fn role_allows(role: DirectoryRole, action: Action) -> bool {
    use Action as A;
    if action.reads() {
        return role != R::GuestInviter;
    }
    match role {
        R::GlobalAdministrator => true,
        R::PrivilegedRoleAdministrator => matches!(
            action,
            A::AssignRole
                | A::GrantPermission
                | A::AssignAppRole
                | A::ReadTenantSettings
                | A::ManageTenantSettings
        ),
        R::ApplicationAdministrator => matches!(
            action,
            A::CreateApplication
                | A::UpdateApplication
                | A::DeleteApplication
                | A::CreateServicePrincipal
                | A::AddCredential
                | A::RemoveCredential
                | A::AddOwner
                | A::RemoveOwner
                | A::AssignAppRole
        ),
        R::UserAdministrator => {
            let users = matches!(
                action,
                A::CreateUser
                    | A::InviteGuest
                    | A::UpdateUser
                    | A::DeleteUser
                    | A::ResetPassword
                    | A::RevokeSessions
            );
            users || action == A::CreateGroup || action.manages_group()
        }
        R::GroupsAdministrator => action == A::CreateGroup || action.manages_group(),
        R::AuthenticationAdministrator => matches!(
            action,
            A::ResetPassword | A::RevokeSessions | A::ReadSignInMethods | A::ResetSecondFactor
        ),
        R::GuestInviter => action == A::InviteGuest,
        R::DirectoryReaders => false,
    }
}

fn person_allows(kind: UserKind, action: Action, target: &Target) -> Option<Because> {
    use Action as A;
    let own = matches!(
        action,
        A::ReadUser | A::ReadMemberships | A::ReadSignInMethods | A::RevokeSessions
    );
    if own && target.is_caller {
        return Some(Because::Itself);
    }
    let by_ownership = matches!(
        action,
        A::ReadApplication
            | A::UpdateApplication
            | A::DeleteApplication
            | A::CreateServicePrincipal
            | A::AddCredential
            | A::RemoveCredential
            | A::AddOwner
            | A::RemoveOwner
            | A::ReadPermissions
            | A::AssignAppRole
    );
    if target.is_owned && by_ownership {
        return Some(Because::Owner);
    }
    match kind {
        UserKind::Member
            if action.reads() || matches!(action, A::CreateApplication | A::CreateGroup | A::InviteGuest) =>
        {
            Some(Because::Member)
        }
        UserKind::Guest if action == A::ReadTenant => Some(Because::Member),
        UserKind::Member | UserKind::Guest => None,
    }
}

/// What a permission allows an application, or the most that a scope lets a client do for a person.
fn permission_allows(permission: Permission, action: Action, owned: bool) -> bool {
    use Action as A;
    let manages_applications = matches!(
        action,
        A::ReadApplication
            | A::ReadPermissions
            | A::CreateApplication
            | A::UpdateApplication
            | A::DeleteApplication
            | A::CreateServicePrincipal
            | A::AddCredential
            | A::RemoveCredential
            | A::AddOwner
            | A::RemoveOwner
    );
    match permission {
        P::DirectoryAccessAsUserAll => true,
        P::DirectoryReadAll => action.reads(),
        P::DirectoryReadWriteAll => {
            action.reads()
                || matches!(
                    action,
                    A::CreateUser | A::InviteGuest | A::UpdateUser | A::RevokeSessions | A::CreateGroup
                )
                || (manages_applications && action != A::DeleteApplication)
                || (action.manages_group() && action != A::DeleteGroup)
        }
        P::UserReadAll => matches!(action, A::ReadUser | A::ReadTenant),
        P::UserReadWriteAll => {
            matches!(
                action,
                A::ReadUser
                    | A::ReadTenant
                    | A::CreateUser
                    | A::InviteGuest
                    | A::UpdateUser
                    | A::DeleteUser
                    | A::RevokeSessions
            )
        }
        P::UserInviteAll => action == A::InviteGuest,
        P::UserRevokeSessionsAll => action == A::RevokeSessions,
        P::ApplicationReadAll => matches!(action, A::ReadApplication | A::ReadPermissions),
        P::ApplicationReadWriteAll => manages_applications,
        P::ApplicationReadWriteOwnedBy => {
            matches!(action, A::ReadApplication | A::CreateApplication) || (manages_applications && owned)
        }
        P::AppRoleAssignmentReadWriteAll => {
            matches!(action, A::ReadPermissions | A::GrantPermission | A::AssignAppRole)
        }
        P::RoleManagementReadWriteDirectory => matches!(action, A::ReadRoles | A::AssignRole),
        P::AuditLogReadAll => action == A::ReadAudit,
        P::PolicyReadAll => matches!(action, A::ReadPolicy | A::ReadTenantSettings),
        P::PolicyReadWriteAuthorization => {
            matches!(action, A::ReadTenantSettings | A::ManageTenantSettings)
        }
        P::PolicyReadWriteConditionalAccess => matches!(action, A::ReadPolicy | A::ManagePolicy),
        P::GroupReadAll | P::GroupMemberReadAll => matches!(action, A::ReadGroup | A::ReadMemberships),
        P::GroupReadWriteAll => {
            matches!(action, A::ReadGroup | A::ReadMemberships | A::CreateGroup) || action.manages_group()
        }
        P::GroupMemberReadWriteAll => {
            matches!(
                action,
                A::ReadGroup | A::ReadMemberships | A::AddMember | A::RemoveMember
            )
        }
        P::GroupCreate => action == A::CreateGroup,
        P::UserRead => false,
    }
}

fn scope_covers(scope: Permission, action: Action, target: &Target) -> bool {
    match scope {
        P::UserRead => matches!(action, Action::ReadUser | Action::ReadMemberships) && target.is_caller,
        other => permission_allows(other, action, target.is_owned),
    }
}

/// Whether the caller could already do all that the target can.
fn dominates(caller: &Caller, target: &Target) -> bool {
    let holds = |role: DirectoryRole| caller.roles.contains(&role);
    let manages_groups = holds(R::GroupsAdministrator) || holds(R::UserAdministrator);
    let makes_groups = matches!(
        &caller.standing,
        Standing::Person {
            kind: UserKind::Member,
            ..
        }
    );
    if holds(R::GlobalAdministrator) {
        return true;
    }
    let roles = target.roles.iter().all(|role| match role {
        R::GlobalAdministrator => false,
        R::GuestInviter | R::DirectoryReaders => true,
        R::GroupsAdministrator => manages_groups,
        other => holds(*other),
    });
    let own: &[Permission] = match &caller.standing {
        Standing::Application { permissions } => permissions,
        Standing::Person { .. } => &[],
    };
    let permissions = target.permissions.iter().all(|permission| {
        own.contains(permission)
            || match permission {
                P::DirectoryReadAll
                | P::UserReadAll
                | P::ApplicationReadAll
                | P::GroupReadAll
                | P::GroupMemberReadAll
                | P::UserRead => true,
                P::GroupReadWriteAll | P::GroupMemberReadWriteAll => manages_groups,
                P::GroupCreate => manages_groups || makes_groups,
                P::ApplicationReadWriteAll | P::ApplicationReadWriteOwnedBy => {
                    holds(R::ApplicationAdministrator)
                }
                P::UserInviteAll => makes_groups || holds(R::UserAdministrator) || holds(R::GuestInviter),
                P::UserReadWriteAll => holds(R::UserAdministrator),
                P::UserRevokeSessionsAll => {
                    holds(R::UserAdministrator) || holds(R::AuthenticationAdministrator)
                }
                P::AppRoleAssignmentReadWriteAll
                | P::RoleManagementReadWriteDirectory
                | P::PolicyReadWriteAuthorization => holds(R::PrivilegedRoleAdministrator),
                P::DirectoryReadWriteAll
                | P::DirectoryAccessAsUserAll
                | P::AuditLogReadAll
                | P::PolicyReadAll
                | P::PolicyReadWriteConditionalAccess => false,
            }
    });
    roles && permissions
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn person(kind: UserKind, roles: &[DirectoryRole]) -> Caller {
        Caller {
            standing: Standing::Person {
                kind,
                scopes: vec![P::DirectoryAccessAsUserAll],
            },
            roles: roles.to_vec(),
        }
    }

    fn application(permissions: &[Permission]) -> Caller {
        Caller {
            standing: Standing::Application {
                permissions: permissions.to_vec(),
            },
            roles: vec![],
        }
    }

    /// Every caller that the golden table has a column for.
    fn callers() -> Vec<(String, Caller)> {
        let mut all: Vec<_> = DirectoryRole::ALL
            .into_iter()
            .map(|role| (role.display_name().to_owned(), person(UserKind::Member, &[role])))
            .collect();
        all.push(("member".into(), person(UserKind::Member, &[])));
        all.push(("guest".into(), person(UserKind::Guest, &[])));
        all.push(("application without permission".into(), application(&[])));
        for permission in Permission::ALL.into_iter().filter(|p| p.app_role_id().is_some()) {
            all.push((permission.name().into(), application(&[permission])));
        }
        all
    }

    #[test]
    fn golden_caller_action_target() {
        let plain = Target::default();
        let owned = Target {
            is_owned: true,
            ..Target::default()
        };
        let itself = Target {
            is_caller: true,
            ..Target::default()
        };
        let admin = Target {
            roles: vec![R::GlobalAdministrator],
            ..Target::default()
        };
        let powerful = Target {
            is_owned: true,
            permissions: vec![P::DirectoryReadWriteAll],
            ..Target::default()
        };
        let mut table = String::new();
        for (name, caller) in callers() {
            let _ = writeln!(table, "{name}");
            for action in Action::ALL {
                let cell = |target| match decide(&caller, action, target) {
                    Ok(_) => '+',
                    Err(Denied::NoRight) => '-',
                    Err(Denied::TargetMorePrivileged) => '^',
                    Err(Denied::ScopeTooNarrow) => 's',
                };
                let row: String = [&plain, &owned, &itself, &admin, &powerful]
                    .map(cell)
                    .iter()
                    .collect();
                let _ = writeln!(table, "  {:<24}{row}", format!("{action:?}"));
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn only_a_client_that_may_do_all_lends_a_person_on() {
        let person = |scopes| Caller {
            standing: Standing::Person {
                kind: UserKind::Guest,
                scopes,
            },
            roles: vec![],
        };
        assert_eq!(lends_itself(&person(vec![P::DirectoryAccessAsUserAll])), Ok(()));
        for scopes in [vec![], vec![P::UserRead], vec![P::DirectoryReadWriteAll]] {
            assert_eq!(lends_itself(&person(scopes)), Err(Denied::ScopeTooNarrow));
        }
        assert_eq!(lends_itself(&application(&[])), Err(Denied::NoRight));
    }

    #[test]
    fn a_guest_invites_others_only_by_a_role() {
        let invites = |kind, roles: &[DirectoryRole]| {
            decide(&person(kind, roles), Action::InviteGuest, &Target::default())
        };
        assert_eq!(invites(UserKind::Member, &[]), Ok(Because::Member));
        for roles in [&[][..], &[R::DirectoryReaders]] {
            assert_eq!(invites(UserKind::Guest, roles), Err(Denied::NoRight));
        }
        for role in [R::GuestInviter, R::UserAdministrator, R::GlobalAdministrator] {
            assert_eq!(invites(UserKind::Guest, &[role]), Ok(Because::Role(role)));
        }
    }

    #[test]
    fn nobody_takes_over_a_more_privileged_principal() {
        let target = Target {
            roles: vec![R::GlobalAdministrator],
            is_owned: true,
            ..Target::default()
        };
        for (name, caller) in callers()
            .into_iter()
            .filter(|(name, _)| name != "Global Administrator")
        {
            for action in Action::ALL.into_iter().filter(|a| a.takes_over()) {
                assert!(decide(&caller, action, &target).is_err(), "{name} {action:?}");
            }
        }
    }

    #[test]
    fn a_scope_narrows_what_an_administrator_may_do_through_a_client() {
        let caller = Caller {
            standing: Standing::Person {
                kind: UserKind::Member,
                scopes: vec![P::UserRead],
            },
            roles: vec![R::GlobalAdministrator],
        };
        let itself = Target {
            is_caller: true,
            ..Target::default()
        };
        assert!(decide(&caller, Action::ReadUser, &itself).is_ok());
        assert_eq!(
            decide(&caller, Action::ReadUser, &Target::default()),
            Err(Denied::ScopeTooNarrow)
        );
        assert_eq!(
            decide(&caller, Action::CreateUser, &Target::default()),
            Err(Denied::ScopeTooNarrow)
        );
    }
}
