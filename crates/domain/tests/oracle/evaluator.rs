//! The second evaluator. It knows nothing of paths, hashes or indexes: scopes are nodes of a tree, and all else is
//! scanned from beginning to end. What depends on two things only is written into tables first.

use doorward_domain::rbac::Plane;
use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId};

use crate::world::World;

/// Which of the rules count; for finding out what each of them decides.
#[derive(Clone, Copy)]
pub struct Rules {
    /// `/*/` is `/` as well.
    lone_slash: bool,
    /// `notActions`, `notDataActions`.
    left_out: bool,
    deny: bool,
    excluded: bool,
    /// Groups in groups.
    nested: bool,
    /// Management groups cover what is in them.
    management_groups: bool,
}

impl Rules {
    pub const ALL: Self = Self {
        lone_slash: true,
        left_out: true,
        deny: true,
        excluded: true,
        nested: true,
        management_groups: true,
    };

    /// All rules but one.
    pub const FEATURES: [(&str, Self); 6] = [
        (
            "a `/*/` for `/`",
            Self {
                lone_slash: false,
                ..Self::ALL
            },
        ),
        (
            "notActions",
            Self {
                left_out: false,
                ..Self::ALL
            },
        ),
        (
            "deny",
            Self {
                deny: false,
                ..Self::ALL
            },
        ),
        (
            "exclusion from deny",
            Self {
                excluded: false,
                ..Self::ALL
            },
        ),
        (
            "nested groups",
            Self {
                nested: false,
                ..Self::ALL
            },
        ),
        (
            "management groups",
            Self {
                management_groups: false,
                ..Self::ALL
            },
        ),
    ];
}

/// An assignment that allows; the least is the one to be named: a direct one, then the narrowest, then the least id.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowing {
    pub through: Option<ObjectId>,
    /// How far above.
    steps: usize,
    pub id: RoleAssignmentId,
    pub role: RoleDefinitionId,
    pub node: usize,
}

#[derive(Debug)]
pub enum Answer {
    Allowed(Allowing),
    /// By this one, the least of those that do.
    DeniedBy(DenyAssignmentId),
    NoAssignment,
    NotInRoles,
    /// The least that would allow it.
    Condition(RoleAssignmentId),
}

impl Answer {
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

pub struct Evaluator<'a> {
    world: &'a World,
    rules: Rules,
    /// Whether a principal is another one or in it.
    belongs: Vec<Vec<bool>>,
    /// How far a node is above another one, if it is.
    above: Vec<Vec<Option<usize>>>,
    /// Whether a role allows an action, on each plane.
    roles: Vec<Vec<[bool; 2]>>,
    denies: Vec<Vec<[bool; 2]>>,
}

impl<'a> Evaluator<'a> {
    pub fn new(world: &'a World, rules: Rules) -> Self {
        let table = |permissions: &[[Vec<String>; 4]]| {
            let row = |action: &String| [0, 2].map(|from| allow(permissions, from, action, rules));
            world.actions.iter().map(row).collect()
        };
        let (principals, nodes) = (world.principals.len(), world.nodes.len());
        let mut new = Self {
            world,
            rules,
            belongs: Vec::new(),
            above: Vec::new(),
            roles: world.roles.iter().map(|role| table(&role.permissions)).collect(),
            denies: world.denies.iter().map(|deny| table(&deny.permissions)).collect(),
        };
        new.belongs = (0..principals)
            .map(|one| {
                (0..principals)
                    .map(|group| new.is_in(one, group, principals))
                    .collect()
            })
            .collect();
        new.above = (0..nodes)
            .map(|wide| (0..nodes).map(|narrow| new.is_above(wide, narrow)).collect())
            .collect();
        new
    }

    fn is_in(&self, one: usize, group: usize, steps: usize) -> bool {
        let through = |(parent, members): &(usize, Vec<usize>)| {
            members.contains(&one)
                && (*parent == group || (self.rules.nested && self.is_in(*parent, group, steps - 1)))
        };
        one == group || (steps > 0 && self.world.members.iter().any(through))
    }

    fn is_above(&self, wide: usize, narrow: usize) -> Option<usize> {
        let (nodes, mut at) = (&self.world.nodes, narrow);
        let is_group = nodes[wide].text.rsplit('/').nth(1) == Some("managementGroups");
        for steps in 0..nodes.len() {
            if at == wide {
                // What a path shows to be in a group isn't placed there.
                let shown = nodes[narrow].text.starts_with(&nodes[wide].text);
                return (self.rules.management_groups || !is_group || shown).then_some(steps);
            }
            match nodes[at].parent {
                Some(parent) => at = parent,
                None => return None,
            }
        }
        // Round a circle of groups one never comes to the root, which is above all the same.
        (wide == 0).then_some(nodes.len())
    }

    pub fn covers(&self, wide: usize, narrow: usize) -> bool {
        self.above[wide][narrow].is_some()
    }

    fn denied_by(
        &self,
        (principal, action, scope, plane): (usize, usize, usize, Plane),
    ) -> Option<DenyAssignmentId> {
        let belongs = |group: &usize| self.belongs[principal][*group];
        let denies = self.world.denies.iter().zip(&self.denies);
        let against = denies.filter(|(deny, takes)| {
            takes[action][plane as usize]
                && deny.principals.iter().any(|one| one.as_ref().is_none_or(belongs))
                && !(self.rules.excluded && deny.excluded.iter().any(belongs))
                && match deny.only_here {
                    true => deny.node == scope,
                    false => self.covers(deny.node, scope),
                }
        });
        against.map(|(deny, _)| deny.id).min()
    }

    pub fn is_allowed(&self, question: (usize, usize, usize, Plane)) -> bool {
        self.answer(question).is_allowed()
    }

    pub fn answer(&self, question: (usize, usize, usize, Plane)) -> Answer {
        let (principal, action, scope, plane) = question;
        if self.rules.deny
            && let Some(id) = self.denied_by(question)
        {
            return Answer::DeniedBy(id);
        }
        let (mut allowing, mut conditional, mut any) = (Vec::new(), Vec::new(), false);
        for assignment in &self.world.assignments {
            let Some(steps) = self.above[assignment.node][scope] else {
                continue;
            };
            if !self.belongs[principal][assignment.principal] {
                continue;
            }
            any = true;
            let role = self
                .world
                .roles
                .iter()
                .position(|role| role.id == assignment.role);
            if !role.is_some_and(|role| self.roles[role][action][plane as usize]) {
                continue;
            }
            let through =
                (assignment.principal != principal).then(|| self.world.principals[assignment.principal]);
            match assignment.has_condition {
                true => conditional.push(assignment.id),
                false => allowing.push(Allowing {
                    through,
                    steps,
                    id: assignment.id,
                    role: assignment.role,
                    node: assignment.node,
                }),
            }
        }
        match (allowing.into_iter().min(), conditional.into_iter().min()) {
            (Some(best), _) => Answer::Allowed(best),
            (None, Some(id)) => Answer::Condition(id),
            (None, None) if any => Answer::NotInRoles,
            (None, None) => Answer::NoAssignment,
        }
    }

    /// Whether there is a role at a node, above or below it.
    pub fn reaches_into(&self, principal: usize, node: usize) -> bool {
        self.world.assignments.iter().any(|assignment| {
            !assignment.has_condition
                && self.belongs[principal][assignment.principal]
                && self.world.roles.iter().any(|role| role.id == assignment.role)
                && (self.covers(assignment.node, node) || self.covers(node, assignment.node))
        })
    }

    /// How many permissions the roles at a node or above have.
    pub fn permissions_at(&self, principal: usize, node: usize) -> usize {
        let has = |role: RoleDefinitionId| {
            self.world.assignments.iter().any(|assignment| {
                !assignment.has_condition
                    && assignment.role == role
                    && self.belongs[principal][assignment.principal]
                    && self.covers(assignment.node, node)
            })
        };
        let roles = self.world.roles.iter().filter(|role| has(role.id));
        roles.map(|role| role.permissions.len()).sum()
    }
}

/// Whether any of the permissions has the action in the list at `from`, and not in the one after it.
fn allow(permissions: &[[Vec<String>; 4]], from: usize, action: &str, rules: Rules) -> bool {
    let action = action.to_lowercase();
    let fits_one = |patterns: &[String]| {
        patterns.iter().any(|pattern| {
            fits(
                pattern.to_lowercase().as_bytes(),
                action.as_bytes(),
                rules.lone_slash,
            )
        })
    };
    permissions
        .iter()
        .any(|lists| fits_one(&lists[from]) && !(rules.left_out && fits_one(&lists[from + 1])))
}

/// Whether a text is what a pattern says, by the definition.
fn fits(pattern: &[u8], text: &[u8], lone_slash: bool) -> bool {
    let lone = lone_slash && pattern.starts_with(b"/*/") && fits(&pattern[2..], text, lone_slash);
    lone || match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skipped| fits(rest, &text[skipped..], lone_slash)),
        Some((byte, rest)) => text.first() == Some(byte) && fits(rest, &text[1..], lone_slash),
    }
}
