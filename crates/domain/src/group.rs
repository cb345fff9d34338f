//! Security groups: named sets of people, service principals and other groups, to which roles over resources are given.
//!
//! Groups may be nested in a circle: whoever follows memberships has to remember where they were.

use doorward_names::{DisplayName, MailNickname, ObjectId, TenantId, Timestamp};

/// Most members, or owners, that one request may add (Microsoft Graph, `members@odata.bind`).
pub const MAX_ADDED: usize = 20;

/// Most groups that one request may ask about (Microsoft Graph, `checkMemberGroups`).
pub const MAX_CHECKED: usize = 20;

/// Most groups that an object's memberships are told as ids of (Microsoft Graph, `getMemberGroups`).
pub const MAX_MEMBERSHIPS: usize = 11_000;

/// Longest description, in characters (Microsoft Graph, `group.description`).
pub const MAX_DESCRIPTION_CHARS: usize = 1024;

/// A group in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its object id.
    pub id: ObjectId,
    /// The tenant it lives in.
    pub tenant: TenantId,
    /// Its name for people; not unique.
    pub display_name: DisplayName,
    /// Its mail alias; not unique, for no mail reaches it.
    pub mail_nickname: MailNickname,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What can be in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MemberKind {
    /// A person.
    User,
    /// Another group, and through it whoever is in that.
    Group,
    /// An application's presence in the tenant.
    ServicePrincipal,
}

/// Who is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member {
    /// Its object id.
    pub id: ObjectId,
    /// What it is.
    pub kind: MemberKind,
}

/// Why a group does not get a member, or keeps an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupRefusal {
    /// The member would be the group.
    #[error("a group cannot be a member of itself")]
    MemberOfItself,
    /// Nobody else would be left to look after the group.
    #[error("the last person who owns a group stays its owner")]
    LastOwner,
}

/// Whether `member` may be put into `group`. A circle of several groups is no fault.
///
/// # Errors
/// When the two are the same.
pub fn admit(group: ObjectId, member: ObjectId) -> Result<(), GroupRefusal> {
    if group == member {
        Err(GroupRefusal::MemberOfItself)
    } else {
        Ok(())
    }
}

/// Whether `owner` may be made an owner no more; `people` are the owners who are people.
///
/// # Errors
/// When it is the last of them.
pub fn release(owner: ObjectId, people: &[ObjectId]) -> Result<(), GroupRefusal> {
    match people {
        [last] if *last == owner => Err(GroupRefusal::LastOwner),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ObjectId = ObjectId::from_u128(1);
    const B: ObjectId = ObjectId::from_u128(2);

    #[test]
    fn no_group_is_in_itself() {
        assert_eq!(admit(A, B), Ok(()));
        assert_eq!(admit(A, A), Err(GroupRefusal::MemberOfItself));
    }

    #[test]
    fn the_last_person_stays_owner() {
        assert_eq!(release(A, &[A]), Err(GroupRefusal::LastOwner));
        // Who is no person may always go: a service principal, or nobody's owner at all.
        for people in [&[][..], &[B], &[A, B]] {
            assert_eq!(release(A, people), Ok(()), "{people:?}");
        }
    }
}
