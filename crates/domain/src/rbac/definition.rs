//! What a role allows.

use doorward_names::{ObjectId, RoleDefinitionId, Scope, Timestamp};

use super::{Action, Pattern, Plane};

/// A role: a name for permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDefinition {
    /// Its id; a built-in role's is the same everywhere.
    pub id: RoleDefinitionId,
    /// Its name, unique in the tenant without regard to case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Built in or custom.
    pub kind: RoleKind,
    /// What it allows: whatever any of these does.
    pub permissions: Vec<Permissions>,
    /// Where it may be assigned: there and below.
    pub assignable_scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom; `None` for the built-in ones.
    pub created_by: Option<ObjectId>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: Option<ObjectId>,
}

/// Who made a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoleKind {
    /// There in every tenant, the same, and not to be changed.
    BuiltIn,
    /// Made in a tenant.
    Custom,
}

impl RoleKind {
    /// The word for it, `CustomRole`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "BuiltInRole",
            Self::Custom => "CustomRole",
        }
    }
}

/// What is allowed: `actions` less `not_actions`, and the same for data. What is left out here, another permission or
/// another role may allow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions {
    /// Operations of Resource Manager.
    pub actions: Vec<Pattern>,
    /// Those left out of them.
    pub not_actions: Vec<Pattern>,
    /// Operations on what is in a resource.
    pub data_actions: Vec<Pattern>,
    /// Those left out of them.
    pub not_data_actions: Vec<Pattern>,
}

impl Permissions {
    /// Whether an action is in, and not left out.
    pub fn allow(&self, action: &Action, plane: Plane) -> bool {
        let (allowed, left_out) = match plane {
            Plane::Control => (&self.actions, &self.not_actions),
            Plane::Data => (&self.data_actions, &self.not_data_actions),
        };
        allowed.iter().any(|pattern| pattern.matches(action))
            && !left_out.iter().any(|pattern| pattern.matches(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_azures_words() {
        let words = [RoleKind::BuiltIn, RoleKind::Custom].map(RoleKind::as_str);
        assert_eq!(words, ["BuiltInRole", "CustomRole"]);
    }
}
