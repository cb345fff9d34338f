//! The rules for role assignments: which may be made, and which may not be taken away.
//!
//! Whether somebody may give or take roles at a scope, `decide` answers. Source: Azure's documentation of role
//! assignments, "limits" and "troubleshooting".

use doorward_names::{RoleAssignmentId, RoleDefinitionId, Scope, ScopeKind};

use super::{Index, OWNER, RoleAssignmentEntry, RoleDefinition, RoleKind, USER_ACCESS_ADMINISTRATOR};

/// Most assignments in a subscription, at all its scopes.
pub const MAX_IN_SUBSCRIPTION: usize = 4000;
/// Most assignments at a management group.
pub const MAX_AT_MANAGEMENT_GROUP: usize = 500;

/// Who has one of these may give roles to others.
const ADMINISTRATORS: [RoleDefinitionId; 2] = [OWNER, USER_ACCESS_ADMINISTRATOR];

/// What becomes of an assignment that may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// It is new.
    New,
    /// It is there already, the same.
    Same,
}

/// Why an assignment isn't made or deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssignmentRefused {
    /// Conditions can't be evaluated, and aren't ignored.
    #[error("an assignment with a condition isn't accepted, because conditions can't be evaluated")]
    Condition,
    /// There is no such role.
    #[error("there is no role `{0}`")]
    NoSuchRole(RoleDefinitionId),
    /// The name is that of an assignment of another role, to another principal, or elsewhere.
    #[error("assignment `{0}` is another one, and its role, principal and scope don't change")]
    UpdateNotPermitted(RoleAssignmentId),
    /// The principal has the role at the scope already, under another name.
    #[error("assignment `{0}` gives the principal that role at that scope already")]
    Exists(RoleAssignmentId),
    /// The role isn't assignable at the scope.
    #[error("role `{role}` can't be assigned at `{scope}`, which isn't in its assignable scopes")]
    NotAssignable {
        /// The role.
        role: RoleDefinitionId,
        /// The scope.
        scope: Scope,
    },
    /// The role allows data actions.
    #[error("custom role `{0}` has data actions, and can't be assigned at a management group")]
    DataActions(RoleDefinitionId),
    /// The subscription or management group has as many as it may.
    #[error("there are {0} assignments already, and no more may be made")]
    Limit(usize),
    /// Nobody could give roles at the subscription any more.
    #[error("assignment `{0}` is the last one that lets somebody give roles at its subscription")]
    LastAdministrator(RoleAssignmentId),
}

/// Whether an assignment may be made.
///
/// # Errors
/// When it may not.
pub fn assign(wanted: &RoleAssignmentEntry, index: &Index) -> Result<Assigned, AssignmentRefused> {
    if wanted.has_condition {
        return Err(AssignmentRefused::Condition);
    }
    let Some(role) = index.role(wanted.role) else {
        return Err(AssignmentRefused::NoSuchRole(wanted.role));
    };
    if let Some(there) = index.assignment(wanted.id) {
        let same =
            (there.role, there.principal) == (wanted.role, wanted.principal) && there.is_at(&wanted.scope);
        return match same {
            true => Ok(Assigned::Same),
            false => Err(AssignmentRefused::UpdateNotPermitted(wanted.id)),
        };
    }
    let there = index.assigned(wanted.principal, &wanted.scope);
    if let Some(other) = there.iter().find(|there| there.role == wanted.role) {
        return Err(AssignmentRefused::Exists(other.id));
    }
    assignable(role, &wanted.scope, index)?;
    let (there, most) = match (wanted.scope.kind(), wanted.scope.subscription_id()) {
        (ScopeKind::ManagementGroup, _) => (index.count_at(&wanted.scope), MAX_AT_MANAGEMENT_GROUP),
        (_, Some(subscription)) => (index.count_in(subscription), MAX_IN_SUBSCRIPTION),
        (_, None) => (0, MAX_IN_SUBSCRIPTION),
    };
    match there < most {
        true => Ok(Assigned::New),
        false => Err(AssignmentRefused::Limit(there)),
    }
}

/// Whether a role may be assigned at a scope.
///
/// # Errors
/// When the scope isn't in its assignable scopes, or is a management group and the role a custom one with data actions.
pub fn assignable(role: &RoleDefinition, scope: &Scope, index: &Index) -> Result<(), AssignmentRefused> {
    if !role
        .assignable_scopes
        .iter()
        .any(|wide| index.covers(wide, scope))
    {
        return Err(AssignmentRefused::NotAssignable {
            role: role.id,
            scope: scope.clone(),
        });
    }
    let has_data = role
        .permissions
        .iter()
        .any(|permissions| !permissions.data_actions.is_empty());
    match role.kind == RoleKind::Custom && has_data && scope.kind() == ScopeKind::ManagementGroup {
        true => Err(AssignmentRefused::DataActions(role.id)),
        false => Ok(()),
    }
}

/// Whether an assignment may be deleted; also when there is none of that name.
///
/// A subscription keeps one Owner or User Access Administrator, its own or one of above. Azure lets global administrators
/// pass over that, who can give themselves the right back; whoever calls knows about them.
///
/// # Errors
/// When nobody could give roles at the subscription any more.
pub fn unassign(id: RoleAssignmentId, index: &Index) -> Result<(), AssignmentRefused> {
    let is_administrator = |role: RoleDefinitionId| ADMINISTRATORS.contains(&role);
    let Some(old) = index.assignment(id) else {
        return Ok(());
    };
    let Ok(scope) = old.scope.parse::<Scope>() else {
        return Ok(());
    };
    if old.has_condition || !is_administrator(old.role) || scope.kind() != ScopeKind::Subscription {
        return Ok(());
    }
    let line = index.ancestors(&scope);
    let another = index.assignments().any(|other| {
        other.id != id
            && is_administrator(other.role)
            && !other.has_condition
            && line.iter().any(|key| other.has_key(key))
    });
    match another {
        true => Ok(()),
        false => Err(AssignmentRefused::LastAdministrator(id)),
    }
}

#[cfg(test)]
mod tests {
    use doorward_names::ObjectId;

    use super::super::Change;
    use super::super::tests::{SUBSCRIPTION, allowing, given, patterns, role};
    use super::*;

    const ANNA: ObjectId = ObjectId::from_u128(0xa);
    const BEN: ObjectId = ObjectId::from_u128(0xb);
    const READER: RoleDefinitionId = RoleDefinitionId::from_u128(1);
    const CUSTOM: RoleDefinitionId = RoleDefinitionId::from_u128(2);
    const OTHER: &str = "/subscriptions/00000000-0000-0000-0000-000000000002";
    const MANAGED: &str = "/providers/Microsoft.Management/managementGroups/m";

    fn index() -> Index {
        let permissions = vec![allowing(&["*/read"], &[])];
        let mut custom = role(CUSTOM, permissions.clone());
        custom.kind = RoleKind::Custom;
        custom.assignable_scopes = vec![
            MANAGED.parse().unwrap(),
            format!("{OTHER}/resourceGroups/r").parse().unwrap(),
        ];
        let mut index = Index::new([role(READER, permissions.clone()), custom]);
        for administrator in ADMINISTRATORS {
            index.apply(Change::Role(role(administrator, permissions.clone())));
        }
        index.apply(Change::ManagementGroup {
            name_key: "m".to_owned(),
            parent: None,
        });
        index.apply(Change::Subscription {
            id: SUBSCRIPTION.rsplit('/').next().unwrap().parse().unwrap(),
            management_group: Some("m".to_owned()),
        });
        index
    }

    fn entry(id: u128, principal: ObjectId, role: RoleDefinitionId, scope: &str) -> RoleAssignmentEntry {
        match given(id, principal, role, scope) {
            Change::Assignment(entry) => entry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_same_assignment_is_made_once() {
        let mut index = index();
        let wanted = entry(1, ANNA, READER, SUBSCRIPTION);
        assert_eq!(assign(&wanted, &index), Ok(Assigned::New));
        index.apply(Change::Assignment(wanted.clone()));
        assert_eq!(assign(&wanted, &index), Ok(Assigned::Same));
        let refused = Err(AssignmentRefused::UpdateNotPermitted(wanted.id));
        for other in [
            entry(1, BEN, READER, SUBSCRIPTION),
            entry(1, ANNA, ADMINISTRATORS[0], SUBSCRIPTION),
            entry(1, ANNA, READER, OTHER),
        ] {
            assert_eq!(assign(&other, &index), refused);
        }
        assert_eq!(
            assign(&entry(2, ANNA, READER, SUBSCRIPTION), &index),
            Err(AssignmentRefused::Exists(wanted.id))
        );
        for other in [
            entry(2, BEN, READER, SUBSCRIPTION),
            entry(2, ANNA, ADMINISTRATORS[0], SUBSCRIPTION),
            entry(2, ANNA, READER, OTHER),
        ] {
            assert_eq!(assign(&other, &index), Ok(Assigned::New));
        }
        let conditioned = RoleAssignmentEntry {
            has_condition: true,
            ..wanted
        };
        assert_eq!(assign(&conditioned, &index), Err(AssignmentRefused::Condition));
        let unknown = RoleDefinitionId::from_u128(99);
        assert_eq!(
            assign(&entry(3, ANNA, unknown, SUBSCRIPTION), &index),
            Err(AssignmentRefused::NoSuchRole(unknown))
        );
    }

    #[test]
    fn a_role_is_assigned_within_its_assignable_scopes() {
        let mut index = index();
        for (scope, expected) in [
            (MANAGED, true),
            (SUBSCRIPTION, true),
            (&format!("{SUBSCRIPTION}/resourceGroups/any"), true),
            (&format!("{OTHER}/resourceGroups/R"), true),
            (&format!("{OTHER}/resourceGroups/r2"), false),
            (OTHER, false),
            ("/", false),
        ] {
            let wanted = entry(1, ANNA, CUSTOM, scope);
            let refused = AssignmentRefused::NotAssignable {
                role: CUSTOM,
                scope: wanted.scope.clone(),
            };
            let expected = if expected { Ok(Assigned::New) } else { Err(refused) };
            assert_eq!(assign(&wanted, &index), expected, "{scope}");
        }
        let mut with_data = index.role(CUSTOM).unwrap().clone();
        with_data.permissions[0].data_actions = patterns(&["*/read"]);
        index.apply(Change::Role(with_data.clone()));
        let refused = Err(AssignmentRefused::DataActions(CUSTOM));
        assert_eq!(assign(&entry(1, ANNA, CUSTOM, MANAGED), &index), refused);
        assert_eq!(
            assign(&entry(1, ANNA, CUSTOM, SUBSCRIPTION), &index),
            Ok(Assigned::New)
        );
        with_data.kind = RoleKind::BuiltIn;
        index.apply(Change::Role(with_data));
        assert_eq!(
            assign(&entry(1, ANNA, CUSTOM, MANAGED), &index),
            Ok(Assigned::New)
        );
    }

    #[test]
    fn subscriptions_and_management_groups_hold_so_many() {
        let fill = |scope: fn(usize) -> String, count: usize| {
            let mut index = index();
            for number in 0..count {
                let id = 1000 + number as u128;
                index.apply(given(id, ObjectId::from_u128(id), READER, &scope(number)));
            }
            index
        };
        let in_subscription = |number| match number {
            0 => SUBSCRIPTION.to_owned(),
            _ => format!("{SUBSCRIPTION}/resourceGroups/r{}", number % 7),
        };
        let index = fill(in_subscription, 3999);
        let wanted = entry(1, ANNA, READER, &format!("{SUBSCRIPTION}/resourceGroups/q"));
        assert_eq!(assign(&wanted, &index), Ok(Assigned::New));
        let mut index = fill(in_subscription, 4000);
        assert_eq!(assign(&wanted, &index), Err(AssignmentRefused::Limit(4000)));
        for scope in [OTHER, MANAGED, "/"] {
            assert_eq!(assign(&entry(1, ANNA, READER, scope), &index), Ok(Assigned::New));
        }
        index.apply(Change::AssignmentGone(RoleAssignmentId::from_u128(1000)));
        assert_eq!(assign(&wanted, &index), Ok(Assigned::New));
        let wanted = entry(1, ANNA, READER, MANAGED);
        assert_eq!(
            assign(&wanted, &fill(|_| MANAGED.to_owned(), 499)),
            Ok(Assigned::New)
        );
        let index = fill(|_| MANAGED.to_owned(), 500);
        assert_eq!(assign(&wanted, &index), Err(AssignmentRefused::Limit(500)));
        for scope in [
            SUBSCRIPTION,
            "/",
            "/providers/Microsoft.Management/managementGroups/n",
        ] {
            assert_eq!(assign(&entry(1, ANNA, READER, scope), &index), Ok(Assigned::New));
        }
        let index = fill(|_| "/".to_owned(), 5000);
        assert_eq!(assign(&entry(1, ANNA, READER, "/"), &index), Ok(Assigned::New));
    }

    #[test]
    fn a_subscription_keeps_one_who_gives_roles() {
        let [owner, access] = ADMINISTRATORS;
        let id = RoleAssignmentId::from_u128;
        let mut index = index();
        index.apply(given(1, ANNA, owner, SUBSCRIPTION));
        let last = Err(AssignmentRefused::LastAdministrator(id(1)));
        assert_eq!(unassign(id(1), &index), last);
        for (role, scope, expected) in [
            (owner, SUBSCRIPTION, true),
            (access, SUBSCRIPTION, true),
            (owner, MANAGED, true),
            (access, "/", true),
            (READER, SUBSCRIPTION, false),
            (owner, OTHER, false),
            (owner, &format!("{SUBSCRIPTION}/resourceGroups/r"), false),
        ] {
            index.apply(given(2, BEN, role, scope));
            let expected = if expected { Ok(()) } else { last.clone() };
            assert_eq!(unassign(id(1), &index), expected, "{scope}");
        }
        let mut conditioned = entry(2, BEN, owner, SUBSCRIPTION);
        conditioned.has_condition = true;
        index.apply(Change::Assignment(conditioned));
        assert_eq!(unassign(id(1), &index), last);
        for free in [id(2), id(77)] {
            assert_eq!(unassign(free, &index), Ok(()));
        }
        for (role, scope) in [(READER, SUBSCRIPTION), (owner, MANAGED), (owner, "/")] {
            index.apply(given(1, ANNA, role, scope));
            assert_eq!(unassign(id(1), &index), Ok(()), "{scope}");
        }
    }
}
