//! Roles in applications: who was given which. What a role allows is the application's own matter; here it is a word in the
//! tokens that the application gets, and for an application that lets nobody else in, the way in.
//!
//! A role of a group is had by who is in the group itself, not by who is in it through another, as in Azure.

use doorward_names::{ObjectId, PermissionId, Timestamp};

use crate::application::AppRole;
use crate::group::MemberKind;

/// Access to an application without any role in it (Graph: a nil `appRoleId`).
pub const DEFAULT_ACCESS: PermissionId = PermissionId::from_u128(0);

/// Most roles that one principal is given, over all applications (Microsoft Graph service limits).
pub const MAX_OF_PRINCIPAL: usize = 1500;

/// Most roles that groups are given in one application: so many are looked at when somebody signs in to it.
pub const MAX_OF_GROUPS: usize = 1500;

/// A role that somebody was given (Graph `appRoleAssignment`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// Its own id.
    pub id: ObjectId,
    /// Who has it.
    pub principal: ObjectId,
    /// What they are.
    pub kind: MemberKind,
    /// The application's service principal.
    pub resource: ObjectId,
    /// The role, or [`DEFAULT_ACCESS`].
    pub role: PermissionId,
    /// When it was given.
    pub created_at: Timestamp,
}

/// Why a role is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssignmentRefusal {
    /// The application has no such role, or it is switched off.
    #[error("the application has no such role")]
    UnknownRole,
    /// The role is not for principals of this kind.
    #[error("the role is not for principals of this kind")]
    NotForThem,
    /// The principal has too many.
    #[error("the principal has {MAX_OF_PRINCIPAL} roles already")]
    TooManyOfPrincipal,
    /// Groups have too many in the application.
    #[error("groups have {MAX_OF_GROUPS} roles in the application already")]
    TooManyOfGroups,
}

/// Whether the application whose roles these are can give this one to a principal of that kind. Access without a role is for
/// applications that have none for such principals.
///
/// # Errors
/// See [`AssignmentRefusal`].
pub fn admit(roles: &[AppRole], role: PermissionId, kind: MemberKind) -> Result<(), AssignmentRefusal> {
    let is_for_them = |role: &AppRole| match kind {
        MemberKind::User | MemberKind::Group => role.holders.people,
        MemberKind::ServicePrincipal => role.holders.applications,
    };
    let mut enabled = roles.iter().filter(|role| role.enabled);
    if role == DEFAULT_ACCESS {
        return match enabled.any(is_for_them) {
            true => Err(AssignmentRefusal::UnknownRole),
            false => Ok(()),
        };
    }
    match enabled.find(|known| known.id == role) {
        None => Err(AssignmentRefusal::UnknownRole),
        Some(known) if is_for_them(known) => Ok(()),
        Some(_) => Err(AssignmentRefusal::NotForThem),
    }
}

/// What tokens say of the roles that somebody holds in an application (`roles`): their words, in the application's order.
/// What was switched off since says nothing.
pub fn words(roles: &[AppRole], held: &[PermissionId]) -> Vec<String> {
    let is_held = |role: &&AppRole| role.enabled && held.contains(&role.id);
    roles
        .iter()
        .filter(is_held)
        .filter_map(|role| role.value.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::RoleHolders;

    fn role(id: u128, value: Option<&str>, (people, applications): (bool, bool), enabled: bool) -> AppRole {
        AppRole {
            id: PermissionId::from_u128(id),
            value: value.map(str::to_owned),
            enabled,
            holders: RoleHolders { people, applications },
            name: "role".to_owned(),
            description: String::new(),
        }
    }

    #[test]
    fn a_role_is_given_to_whom_it_is_for() {
        use AssignmentRefusal as R;
        let id = PermissionId::from_u128;
        let roles = [
            role(1, Some("Read"), (true, false), true),
            role(2, Some("Run"), (false, true), true),
            role(3, Some("Old"), (true, true), false),
        ];
        let [user, group, robot] = [MemberKind::User, MemberKind::Group, MemberKind::ServicePrincipal];
        for (number, kind, expected) in [
            (1, user, Ok(())),
            (1, group, Ok(())),
            (1, robot, Err(R::NotForThem)),
            (2, robot, Ok(())),
            (2, group, Err(R::NotForThem)),
            (3, user, Err(R::UnknownRole)),
            (4, robot, Err(R::UnknownRole)),
            (0, user, Err(R::UnknownRole)),
            (0, robot, Err(R::UnknownRole)),
        ] {
            assert_eq!(admit(&roles, id(number), kind), expected, "{number} {kind:?}");
        }
        for (of, kind) in [(0..1, robot), (1..2, user), (2..3, user), (0..0, group)] {
            let some = roles.get(of).unwrap();
            assert_eq!(admit(some, DEFAULT_ACCESS, kind), Ok(()), "{kind:?}");
        }
    }

    #[test]
    fn tokens_say_the_words_of_what_is_held_and_there() {
        let roles = [
            role(1, Some("Read"), (true, false), true),
            role(2, None, (true, false), true),
            role(3, Some("Old"), (true, false), false),
            role(4, Some("Write"), (true, true), true),
        ];
        let held: Vec<_> = [4, 3, 2, 1, 99, 0].map(PermissionId::from_u128).into();
        assert_eq!(words(&roles, &held), ["Read", "Write"]);
        assert!(words(&roles, &[]).is_empty());
    }
}
