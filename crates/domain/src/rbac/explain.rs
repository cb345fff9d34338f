//! Why something is allowed or isn't, and what would help.

use std::cmp::Reverse;

use doorward_names::{DenyAssignmentId, ObjectId, RoleDefinitionId, Scope};

use super::assignment_rules::assignable;
use super::{Action, Because, Decision, Index, Plane, Request, RoleDefinition, decide};

/// What there is to choose cures from, besides the index.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Operations by which roles are measured: a role that allows fewer of these is narrower.
    pub operations: &'a [(Action, Plane)],
    /// Groups that the principal could be put in.
    pub groups: &'a [ObjectId],
}

/// A decision, and for one that says no, what would make it a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The deny assignments that take it away, by id. No role helps against these: each has to go, or has to leave the
    /// principal out.
    pub lift: Vec<DenyAssignmentId>,
    /// The roles that would allow it, narrowest first: any one is enough once nothing is left to lift. Empty when the
    /// principal's roles allow it already.
    pub roles: Vec<RoleCure>,
    /// The groups such that being in one of them is enough by itself, narrowest first.
    pub groups: Vec<GroupCure>,
}

/// A role to be assigned to the principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleCure {
    /// The role.
    pub role: RoleDefinitionId,
    /// Where: the narrowest scope that helps.
    pub scope: Scope,
    /// How many of the known operations it allows.
    pub allows: usize,
}

/// A group to put the principal in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCure {
    /// The group.
    pub group: ObjectId,
    /// What would allow it then; the group's own, or that of a group it is in.
    pub because: Because,
}

/// Decides, and finds what would help. Looks at every role and every known group, so it takes its time.
pub fn explain(request: &Request<'_>, index: &Index, known: &Known<'_>) -> Explanation {
    let mut explanation = Explanation {
        decision: decide(request, index),
        lift: index.denies_against(request).into_iter().collect(),
        roles: Vec::new(),
        groups: Vec::new(),
    };
    if explanation.decision.is_allowed() {
        return explanation;
    }
    if !index.decide_without_denies(request).is_allowed() {
        explanation.roles = roles(request, index, known);
    }
    explanation.groups = groups(request, index, known);
    explanation
}

fn roles(request: &Request<'_>, index: &Index, known: &Known<'_>) -> Vec<RoleCure> {
    let helps = |role: &&RoleDefinition| {
        index.role_allows(role.id, request.action, request.plane)
            && assignable(role, request.scope, index).is_ok()
    };
    let mut found: Vec<_> = index
        .roles()
        .filter(helps)
        .map(|role| (breadth(role.id, index, known), has_wildcard(role), role))
        .collect();
    found.sort_by(|(a, a_wild, one), (b, b_wild, other)| {
        (a, a_wild, &one.name, one.id).cmp(&(b, b_wild, &other.name, other.id))
    });
    let cure = |(allows, _, role): (usize, bool, &RoleDefinition)| RoleCure {
        role: role.id,
        scope: request.scope.clone(),
        allows,
    };
    found.into_iter().map(cure).collect()
}

fn groups(request: &Request<'_>, index: &Index, known: &Known<'_>) -> Vec<GroupCure> {
    let line = index.ancestors(request.scope);
    let would = |group: &ObjectId| match index.decide_in_group(request, *group)? {
        Decision::Allowed(because) => Some(GroupCure {
            group: *group,
            because,
        }),
        Decision::Denied(_) => None,
    };
    let mut found: Vec<_> = known.groups.iter().filter_map(would).collect();
    // The longer the line from there to the root, the narrower.
    found.sort_by_cached_key(|cure| {
        let scope = cure.because.scope.to_lowercase();
        let narrow = line.iter().rev().position(|key| *key == scope);
        (
            Reverse(narrow),
            breadth(cure.because.role, index, known),
            cure.group,
        )
    });
    found
}

/// How many of the known operations a role allows.
fn breadth(role: RoleDefinitionId, index: &Index, known: &Known<'_>) -> usize {
    let operations = known.operations.iter();
    operations
        .filter(|(action, plane)| index.role_allows(role, action, *plane))
        .count()
}

fn has_wildcard(role: &RoleDefinition) -> bool {
    let mut patterns = role
        .permissions
        .iter()
        .flat_map(|permissions| permissions.actions.iter().chain(&permissions.data_actions));
    patterns.any(|pattern| pattern.wildcards() > 0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SUBSCRIPTION, allowing, given, patterns, role, taken};
    use super::super::{Change, DenyPrincipal, Missing, PrincipalKind, RoleKind};
    use super::*;

    const ANNA: ObjectId = ObjectId::from_u128(0xa);
    const OTHER: &str = "/subscriptions/00000000-0000-0000-0000-000000000002";
    const OPERATIONS: [&str; 6] = [
        "Microsoft.X/a/read",
        "Microsoft.X/a/write",
        "Microsoft.X/a/delete",
        "Microsoft.X/b/read",
        "Microsoft.X/b/write",
        "Microsoft.Y/c/write",
    ];

    fn group(number: u128) -> ObjectId {
        ObjectId::from_u128(0x100 + number)
    }

    fn index() -> Index {
        let roles = [
            ("Owner", &["*"][..]),
            ("Reader", &["*/read"]),
            ("A writer", &["Microsoft.X/*/write"]),
            ("Exact", &["Microsoft.X/a/write", "Microsoft.X/b/write"]),
            ("Another", &["Microsoft.X/a/write", "Microsoft.X/b/read"]),
            ("One", &["Microsoft.X/a/write"]),
            ("Elsewhere", &["Microsoft.X/a/write"]),
        ];
        let roles = roles.into_iter().enumerate().map(|(number, (name, actions))| {
            let id = RoleDefinitionId::from_u128(number as u128);
            let mut role = role(id, vec![allowing(actions, &[])]);
            role.name = name.to_owned();
            if name == "Elsewhere" {
                role.kind = RoleKind::Custom;
                role.assignable_scopes = vec![OTHER.parse().unwrap()];
            }
            role
        });
        Index::new(roles)
    }

    fn told(index: &Index, scope: &str) -> Explanation {
        let action = "Microsoft.X/a/write".parse().unwrap();
        let mut operations: Vec<(Action, Plane)> = OPERATIONS
            .iter()
            .map(|operation| (operation.parse().unwrap(), Plane::Control))
            .collect();
        operations.push((action, Plane::Data));
        let action = "Microsoft.X/a/write".parse().unwrap();
        let groups: Vec<_> = (0..20).map(group).collect();
        explain(
            &Request {
                principal: ANNA,
                action: &action,
                plane: Plane::Control,
                scope: &scope.parse().unwrap(),
            },
            index,
            &Known {
                operations: &operations,
                groups: &groups,
            },
        )
    }

    /// The explanation in short: names of roles, numbers of groups.
    fn short(index: &Index, scope: &str) -> String {
        let told = told(index, scope);
        let name = |id| index.role(id).unwrap().name.clone();
        let decision = match told.decision {
            Decision::Allowed(because) => format!("by {} at {}", name(because.role), because.scope),
            Decision::Denied(missing) => match missing {
                Missing::DeniedBy(id) => {
                    format!("denied by {}", id.to_string().trim_start_matches(['0', '-']))
                }
                other => format!("{other:?}"),
            },
        };
        let lift: Vec<_> = told
            .lift
            .iter()
            .map(|id| id.to_string().replace("00000000-0000-0000-0000-0000000000", ""))
            .collect();
        let roles: Vec<_> = told
            .roles
            .iter()
            .map(|cure| {
                assert_eq!(cure.scope.as_str(), scope);
                format!("{} {}", name(cure.role), cure.allows)
            })
            .collect();
        let groups: Vec<_> = told
            .groups
            .iter()
            .map(|cure| {
                let last = cure.group.as_bytes()[15];
                let through = cure.because.through.unwrap().as_bytes()[15];
                format!(
                    "{last} by {} of {through} at {}",
                    name(cure.because.role),
                    cure.because.scope.replace(SUBSCRIPTION, "…")
                )
            })
            .collect();
        format!(
            "{decision} | lift {} | {} | {}",
            lift.join(", "),
            roles.join(", "),
            groups.join(", ")
        )
    }

    #[test]
    fn roles_are_told_from_the_narrowest_on() {
        let mut index = index();
        insta::assert_snapshot!(short(&index, SUBSCRIPTION), @"NoAssignment | lift  | One 1, Another 2, Exact 2, A writer 2, Owner 6 |");
        index.apply(given(1, ANNA, RoleDefinitionId::from_u128(1), "/"));
        insta::assert_snapshot!(short(&index, OTHER), @"NotInRoles | lift  | Elsewhere 1, One 1, Another 2, Exact 2, A writer 2, Owner 6 |");
        index.apply(given(2, ANNA, RoleDefinitionId::from_u128(0), OTHER));
        insta::assert_snapshot!(short(&index, OTHER), @"by Owner at /subscriptions/00000000-0000-0000-0000-000000000002 | lift  |  |");
        let mut with_data = index.role(RoleDefinitionId::from_u128(5)).unwrap().clone();
        with_data.permissions[0].data_actions = patterns(&["*"]);
        index.apply(Change::Role(with_data));
        insta::assert_snapshot!(short(&index, SUBSCRIPTION), @"NotInRoles | lift  | Another 2, Exact 2, A writer 2, One 2, Owner 6 |");
    }

    #[test]
    fn groups_are_told_from_the_narrowest_scope_on() {
        let mut index = index();
        let role = |number| RoleDefinitionId::from_u128(number);
        let workspace = format!("{SUBSCRIPTION}/resourceGroups/R/providers/Microsoft.X/a/b");
        let resource_group = format!("{SUBSCRIPTION}/resourceGroups/r");
        index.apply(given(1, group(1), role(0), "/"));
        index.apply(given(2, group(2), role(5), SUBSCRIPTION));
        index.apply(given(3, group(3), role(5), &resource_group));
        index.apply(given(4, group(4), role(0), &workspace));
        index.apply(given(5, group(5), role(5), &workspace));
        index.apply(given(6, group(6), role(1), &workspace));
        index.apply(given(7, group(7), role(5), OTHER));
        index.apply(given(8, group(8), role(5), &workspace));
        index.apply(given(9, group(99), role(5), &workspace));
        // Through another group, of which nobody else knows.
        index.apply(Change::Members {
            group: group(99),
            members: vec![group(9)],
        });
        // Already in that one, which is of no use.
        index.apply(Change::Members {
            group: group(6),
            members: vec![ANNA],
        });
        insta::assert_snapshot!(short(&index, &workspace).replace(", ", "\n"), @"
        NotInRoles | lift  | One 1
        Another 2
        Exact 2
        A writer 2
        Owner 6 | 5 by One of 5 at …/resourceGroups/R/providers/Microsoft.X/a/b
        8 by One of 8 at …/resourceGroups/R/providers/Microsoft.X/a/b
        9 by One of 99 at …/resourceGroups/R/providers/Microsoft.X/a/b
        4 by Owner of 4 at …/resourceGroups/R/providers/Microsoft.X/a/b
        3 by One of 3 at …/resourceGroups/r
        2 by One of 2 at …
        1 by Owner of 1 at /
        ");
    }

    #[test]
    fn against_a_deny_assignment_no_role_helps() {
        let mut index = index();
        let everyone = DenyPrincipal::Everyone;
        let mut first = taken(0x31, everyone, &["*/write"], SUBSCRIPTION);
        index.apply(Change::Deny(first.clone()));
        let one = DenyPrincipal::Principal(ANNA, PrincipalKind::User);
        index.apply(Change::Deny(taken(0x30, one, &["*"], "/")));
        insta::assert_snapshot!(short(&index, SUBSCRIPTION), @"denied by 30 | lift 30, 31 | One 1, Another 2, Exact 2, A writer 2, Owner 6 |");
        index.apply(given(1, ANNA, RoleDefinitionId::from_u128(0), SUBSCRIPTION));
        index.apply(given(2, group(2), RoleDefinitionId::from_u128(0), SUBSCRIPTION));
        insta::assert_snapshot!(short(&index, SUBSCRIPTION), @"denied by 30 | lift 30, 31 |  |");
        // Being in a group that is left out helps.
        index.apply(Change::DenyGone(DenyAssignmentId::from_u128(0x30)));
        first.excluded = vec![group(3)];
        index.apply(Change::Deny(first));
        let groups: Vec<_> = told(&index, SUBSCRIPTION).groups;
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].group, groups[0].because.through), (group(3), None));
    }
}
