//! Who has which role where, and from whom which actions are taken away.

use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, Timestamp};

use super::Permissions;

/// A role, given to a principal, at a scope and everywhere below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Its id, unique in the tenant.
    pub id: RoleAssignmentId,
    /// Where.
    pub scope: Scope,
    /// Which role.
    pub role: RoleDefinitionId,
    /// Who; may be gone from the directory by now.
    pub principal: ObjectId,
    /// What the principal is.
    pub principal_kind: PrincipalKind,
    /// What people wrote about it.
    pub description: Option<String>,
    /// Under which condition; as long as conditions can't be evaluated, none that has one is accepted.
    pub condition: Option<Condition>,
    /// The identity that acts for it in another tenant; kept, without meaning here.
    pub delegated_identity: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom; `None` for the system.
    pub created_by: Option<ObjectId>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: Option<ObjectId>,
}

/// A condition of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The expression.
    pub expression: String,
    /// The version of its language: `2.0`.
    pub version: String,
}

/// What an assignment's principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A group; whoever is in it, through other groups too, has the role.
    Group,
    /// An application or managed identity.
    ServicePrincipal,
    /// A group of another tenant.
    ForeignGroup,
    /// A device.
    Device,
}

impl PrincipalKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::Group,
        Self::ServicePrincipal,
        Self::ForeignGroup,
        Self::Device,
    ];

    /// The word for it, `ServicePrincipal`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::ServicePrincipal => "ServicePrincipal",
            Self::ForeignGroup => "ForeignGroup",
            Self::Device => "Device",
        }
    }

    /// The kind of that word, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(word))
    }
}

/// Actions taken away, whatever roles say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenyAssignment {
    /// Its id, unique in the tenant.
    pub id: DenyAssignmentId,
    /// Its name, unique at its scope.
    pub name: String,
    /// What people wrote about it.
    pub description: String,
    /// Where.
    pub scope: Scope,
    /// At the scope alone, and not below.
    pub only_here: bool,
    /// What it takes away: `actions` without `notActions`, and the same for data.
    pub permissions: Vec<Permissions>,
    /// From whom.
    pub principals: Vec<DenyPrincipal>,
    /// From whom not, though they are, or are in, one of `principals`.
    pub excluded: Vec<ObjectId>,
    /// Made by the system, and not to be changed by people.
    pub system_protected: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// From whom a [`DenyAssignment`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenyPrincipal {
    /// Everyone; on the wire the id of zeros, `SystemDefined`.
    Everyone,
    /// A principal, or everyone in that group.
    Principal(ObjectId, PrincipalKind),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_a_word() {
        for (kind, word) in PrincipalKind::ALL.into_iter().zip([
            "User",
            "Group",
            "ServicePrincipal",
            "ForeignGroup",
            "Device",
        ]) {
            assert_eq!(kind.as_str(), word);
            assert_eq!(PrincipalKind::parse(&word.to_uppercase()), Some(kind));
        }
        assert_eq!(PrincipalKind::parse("Users"), None);
        assert_eq!(PrincipalKind::parse(""), None);
    }
}
