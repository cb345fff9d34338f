//! Made-up worlds: a tree of scopes, people and groups, roles, and who has what where.

use doorward_domain::rbac::{
    Change, DenyAssignment, DenyPrincipal, Permissions, Plane, PrincipalKind, RoleAssignmentEntry,
    RoleDefinition, RoleKind,
};
use doorward_names::{
    DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, SubscriptionId, Timestamp,
};

/// Numbers that look random and are always the same (Marsaglia's xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn some(&mut self, least: usize, most: usize, of: &[&str]) -> Vec<String> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| (*self.one(of)).to_owned()).collect()
    }

    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            things.swap(at, self.below(at + 1));
        }
    }

    /// The same text in some case.
    pub fn case(&mut self, text: &str) -> String {
        match self.below(3) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text.to_owned(),
        }
    }
}

/// A scope, and the one above it.
pub struct Node {
    pub text: String,
    pub parent: Option<usize>,
}

pub struct Role {
    pub id: RoleDefinitionId,
    /// actions, notActions, dataActions, notDataActions, for each permission.
    pub permissions: Vec<[Vec<String>; 4]>,
}

pub struct Assignment {
    pub id: RoleAssignmentId,
    pub node: usize,
    pub scope: String,
    /// Perhaps of a role that isn't there.
    pub role: RoleDefinitionId,
    pub principal: usize,
    pub has_condition: bool,
}

pub struct Deny {
    pub id: DenyAssignmentId,
    pub node: usize,
    pub only_here: bool,
    pub permissions: Vec<[Vec<String>; 4]>,
    /// `None` is everyone.
    pub principals: Vec<Option<usize>>,
    pub excluded: Vec<usize>,
}

pub struct World {
    pub principals: Vec<ObjectId>,
    /// Who is directly in which: (group, members).
    pub members: Vec<(usize, Vec<usize>)>,
    pub nodes: Vec<Node>,
    /// Names of management groups, and of their parents, of those that are known.
    management_groups: Vec<(String, Option<String>)>,
    placements: Vec<(SubscriptionId, Option<String>)>,
    pub roles: Vec<Role>,
    pub assignments: Vec<Assignment>,
    pub denies: Vec<Deny>,
    pub actions: Vec<String>,
}

const ALLOWED: [&str; 14] = [
    "*",
    "*/read",
    "Microsoft.X/*",
    "Microsoft.X/a/*",
    "Microsoft.X/a/*/read",
    "Microsoft.X/a/*/write",
    "Microsoft.X/a/*/write",
    "Microsoft.X/*/delete",
    "Microsoft.X/a/*/b/*/go/action",
    "Microsoft.X/a/w*",
    "Microsoft.X/a/read",
    "Microsoft.X/a/b/write",
    "*/action",
    "Microsoft.Y/*/write",
];
const LEFT_OUT: [&str; 6] = [
    "Microsoft.X/a/*/write",
    "*/delete",
    "Microsoft.X/a/b/*",
    "Microsoft.X/a/read",
    "Microsoft.Y/*",
    "*/action",
];
const ACTIONS: [&str; 10] = [
    "Microsoft.X/a/read",
    "Microsoft.X/a/write",
    "Microsoft.X/a/delete",
    "Microsoft.X/a/b/read",
    "Microsoft.X/a/b/write",
    "Microsoft.X/a/b/go/action",
    "Microsoft.X/a/q/b/r/go/action",
    "Microsoft.X/ab/read",
    "Microsoft.Y/c/write",
    "Microsoft.Y/c/delete",
];
const USERS: usize = 5;
const GROUPS: usize = 6;
const MANAGEMENT_GROUPS: usize = 4;

impl World {
    pub fn make(random: &mut Random) -> Self {
        let principals = (0..USERS + GROUPS).map(|number| ObjectId::from_u128(0x1000 + number as u128));
        let mut world = Self {
            principals: principals.collect(),
            members: Vec::new(),
            nodes: Vec::new(),
            management_groups: Vec::new(),
            placements: Vec::new(),
            roles: Vec::new(),
            assignments: Vec::new(),
            denies: Vec::new(),
            actions: ACTIONS.map(str::to_owned).to_vec(),
        };
        world.make_scopes(random);
        world.make_groups(random);
        for number in 0..6 {
            let count = 1 + random.below(2);
            world.roles.push(Role {
                id: RoleDefinitionId::from_u128(0x2000 + number),
                permissions: (0..count).map(|_| permissions(random, 3)).collect(),
            });
        }
        for number in 0..30 + random.below(60) {
            let node = random.below(world.nodes.len());
            world.assignments.push(Assignment {
                id: RoleAssignmentId::from_u128(0x3000 + number as u128),
                node,
                scope: random.case(&world.nodes[node].text),
                role: RoleDefinitionId::from_u128(0x2000 + random.below(7) as u128),
                principal: random.below(world.principals.len()),
                has_condition: random.one_in(10),
            });
        }
        for number in 0..1 + random.below(4) {
            let principals = match random.one_in(2) {
                true => vec![None],
                false => (0..2).map(|_| Some(random.below(USERS + GROUPS))).collect(),
            };
            world.denies.push(Deny {
                id: DenyAssignmentId::from_u128(0x4000 + number as u128),
                // Nearer to the root more often.
                node: random.below(world.nodes.len()) * random.below(3) / 2,
                only_here: random.one_in(4),
                permissions: vec![permissions(random, 2)],
                principals,
                excluded: (0..random.below(3))
                    .map(|_| random.below(USERS + GROUPS))
                    .collect(),
            });
        }
        world
    }

    fn make_scopes(&mut self, random: &mut Random) {
        self.nodes.push(Node {
            text: "/".to_owned(),
            parent: None,
        });
        // One of them may not be known: then it is a scope below the root, and nothing is in it.
        let known = MANAGEMENT_GROUPS - random.below(2);
        for number in 0..MANAGEMENT_GROUPS {
            let parent = random.below(MANAGEMENT_GROUPS + 1);
            let parent = (parent < MANAGEMENT_GROUPS && parent != number).then_some(parent);
            if number < known {
                self.management_groups.push((
                    format!("group{number}"),
                    parent.map(|parent| format!("group{parent}")),
                ));
            }
            self.nodes.push(Node {
                text: format!("/providers/Microsoft.Management/managementGroups/Group{number}"),
                parent: match parent {
                    Some(parent) if parent < known && number < known => Some(1 + parent),
                    _ => Some(0),
                },
            });
        }
        self.add(1, "/providers/Microsoft.Z/settings/s");
        for number in 0..3_u128 {
            let id = SubscriptionId::from_u128(0x5000 + number);
            let group = random.below(MANAGEMENT_GROUPS + 1);
            let group = (group < MANAGEMENT_GROUPS).then_some(group);
            self.placements
                .push((id, group.map(|group| format!("group{group}"))));
            self.nodes.push(Node {
                text: format!("/subscriptions/{id}"),
                parent: match group {
                    Some(group) if group < known => Some(1 + group),
                    _ => Some(0),
                },
            });
            let subscription = self.nodes.len() - 1;
            self.add(subscription, "/providers/Microsoft.X/a/direct");
            for name in ["rg", "rg1"] {
                let group = self.add(subscription, &format!("/resourceGroups/{name}"));
                let resource = self.add(group, "/providers/Microsoft.X/a/thing");
                if number == 0 {
                    let child = self.add(resource, "/b/child");
                    self.add(child, "/providers/Microsoft.Z/settings/s/parts/p");
                }
            }
        }
    }

    fn add(&mut self, parent: usize, rest: &str) -> usize {
        // A type and name below a type and name are a scope of their own.
        let parent = match rest.strip_suffix("/parts/p") {
            Some(upper) => self.add(parent, upper),
            None => parent,
        };
        let rest = if rest.ends_with("/parts/p") {
            "/parts/p"
        } else {
            rest
        };
        self.nodes.push(Node {
            text: format!("{}{rest}", self.nodes[parent].text),
            parent: Some(parent),
        });
        self.nodes.len() - 1
    }

    fn make_groups(&mut self, random: &mut Random) {
        for group in USERS..USERS + GROUPS {
            let mut members: Vec<usize> = (0..USERS).filter(|_| random.one_in(5)).collect();
            members.extend((USERS..USERS + GROUPS).filter(|other| *other != group && random.one_in(6)));
            self.members.push((group, members));
        }
    }

    /// All of it, as changes to an index of nothing.
    pub fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for role in &self.roles {
            changes.push(Change::Role(RoleDefinition {
                id: role.id,
                name: role.id.to_string(),
                description: String::new(),
                kind: RoleKind::Custom,
                permissions: role.permissions.iter().map(parsed).collect(),
                assignable_scopes: vec![Scope::root()],
                created_at: Timestamp::from_micros(0),
                created_by: None,
                updated_at: Timestamp::from_micros(0),
                updated_by: None,
            }));
        }
        for assignment in &self.assignments {
            changes.push(Change::Assignment(RoleAssignmentEntry {
                id: assignment.id,
                scope: assignment.scope.parse().unwrap(),
                role: assignment.role,
                principal: self.principals[assignment.principal],
                has_condition: assignment.has_condition,
            }));
        }
        for deny in &self.denies {
            let principal = |number: &Option<usize>| match number {
                None => DenyPrincipal::Everyone,
                Some(number) => DenyPrincipal::Principal(self.principals[*number], PrincipalKind::User),
            };
            changes.push(Change::Deny(DenyAssignment {
                id: deny.id,
                name: deny.id.to_string(),
                description: String::new(),
                scope: self.nodes[deny.node].text.parse().unwrap(),
                only_here: deny.only_here,
                permissions: deny.permissions.iter().map(parsed).collect(),
                principals: deny.principals.iter().map(principal).collect(),
                excluded: deny
                    .excluded
                    .iter()
                    .map(|number| self.principals[*number])
                    .collect(),
                system_protected: true,
                created_at: Timestamp::from_micros(0),
                updated_at: Timestamp::from_micros(0),
            }));
        }
        for (group, members) in &self.members {
            changes.push(Change::Members {
                group: self.principals[*group],
                members: members.iter().map(|number| self.principals[*number]).collect(),
            });
        }
        for (name_key, parent) in &self.management_groups {
            changes.push(Change::ManagementGroup {
                name_key: name_key.clone(),
                parent: parent.clone(),
            });
        }
        for (id, management_group) in &self.placements {
            changes.push(Change::Subscription {
                id: *id,
                management_group: management_group.clone(),
            });
        }
        changes
    }

    /// What takes away all that is here and that the other world has nothing in the place of.
    pub fn undone(&self, other: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for role in self.roles.iter().skip(other.roles.len()) {
            changes.push(Change::RoleGone(role.id));
        }
        for assignment in self.assignments.iter().skip(other.assignments.len()) {
            changes.push(Change::AssignmentGone(assignment.id));
        }
        for deny in self.denies.iter().skip(other.denies.len()) {
            changes.push(Change::DenyGone(deny.id));
        }
        for (name, _) in self.management_groups.iter().skip(other.management_groups.len()) {
            changes.push(Change::ManagementGroupGone(name.clone()));
        }
        changes
    }

    pub fn tell(&self, (principal, action, scope, plane): (usize, usize, usize, Plane)) -> String {
        let node = &self.nodes[scope];
        format!(
            "principal {principal}, {} {plane:?}, {}\n{:?}",
            self.actions[action],
            node.text,
            self.changes()
        )
    }
}

fn permissions(random: &mut Random, most: usize) -> [Vec<String>; 4] {
    [
        random.some(1, most, &ALLOWED),
        random.some(0, 2, &LEFT_OUT),
        random.some(0, most, &ALLOWED),
        random.some(0, 1, &LEFT_OUT),
    ]
}

fn parsed(lists: &[Vec<String>; 4]) -> Permissions {
    let list = |at: usize| lists[at].iter().map(|text| text.parse().unwrap()).collect();
    Permissions {
        actions: list(0),
        not_actions: list(1),
        data_actions: list(2),
        not_data_actions: list(3),
    }
}
