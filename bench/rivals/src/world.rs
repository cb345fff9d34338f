//! The tenant that all are asked about: as many assignments as wanted, and all else in proportion.
//!
//! A subscription has 200 assignments, 10 resource groups and 50 workspaces; management groups are three deep. There is
//! a person for every five assignments and a group for every fifty (a hundred at least), and each person is in ten
//! groups. Half of the assignments are to groups. The roles are those of Azure that a tenant with workspaces uses.

use std::collections::HashSet;

use doorward_domain::rbac::{
    Change, Operation, Plane, RoleAssignmentEntry, RoleDefinition, built_in_roles, operations,
};
use doorward_names::{ObjectId, RoleAssignmentId, Scope, SubscriptionId};

/// Numbers that look random and are always the same (Marsaglia's xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end
    }

    pub fn id(&mut self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }
}

/// A scope by numbers: of its subscription, its resource group in that, and its workspace in that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Root,
    Company,
    Division(u16),
    Department(u16),
    Subscription(u16),
    Group(u16, u8),
    Workspace(u16, u8, u8),
}

const GROUPS: u8 = 10;
const WORKSPACES: u8 = 5;

impl Place {
    /// The one above.
    pub fn above(self) -> Option<Self> {
        match self {
            Self::Root => None,
            Self::Company => Some(Self::Root),
            Self::Division(_) => Some(Self::Company),
            Self::Department(number) => Some(Self::Division(number / 5)),
            Self::Subscription(number) => Some(Self::Department(number / 10)),
            Self::Group(subscription, _) => Some(Self::Subscription(subscription)),
            Self::Workspace(subscription, group, _) => Some(Self::Group(subscription, group)),
        }
    }

    /// It, and all above it.
    pub fn line(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |place| place.above())
    }

    /// The name of a management group.
    fn name(self) -> Option<String> {
        match self {
            Self::Company => Some("company".to_owned()),
            Self::Division(number) => Some(format!("division-{number}")),
            Self::Department(number) => Some(format!("department-{number}")),
            _ => None,
        }
    }
}

pub struct Assignment {
    pub id: RoleAssignmentId,
    /// A number in `people`, or after those in `groups`.
    pub principal: usize,
    /// A number in `roles`.
    pub role: usize,
    pub place: Place,
}

pub struct World {
    pub people: Vec<ObjectId>,
    pub groups: Vec<ObjectId>,
    /// The groups of each person, by number.
    pub memberships: Vec<Vec<usize>>,
    subscriptions: Vec<SubscriptionId>,
    pub places: Vec<Place>,
    pub roles: Vec<&'static RoleDefinition>,
    pub assignments: Vec<Assignment>,
    pub actions: Vec<&'static Operation>,
}

const ROLES: [&str; 12] = [
    "Owner",
    "Contributor",
    "Reader",
    "User Access Administrator",
    "Role Based Access Control Administrator",
    "AzureML Data Scientist",
    "AzureML Compute Operator",
    "AzureML Metrics Writer (preview)",
    "Managed Identity Operator",
    "Monitoring Reader",
    "Key Vault Contributor",
    "Storage Account Contributor",
];

/// Numbers of a person, an action and a place, and whether it is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    pub person: u32,
    pub action: u32,
    pub place: u32,
    pub allowed: bool,
}

impl World {
    pub fn make(size: usize) -> Self {
        let random = &mut Random::new(size as u64);
        let role = |name: &&str| {
            let found = built_in_roles().iter().find(|role| role.name == **name);
            found.unwrap_or_else(|| panic!("no role {name}"))
        };
        let subscriptions = size.div_ceil(200) as u16;
        let mut world = Self {
            people: (0..size / 5).map(|_| ObjectId::from_u128(random.id())).collect(),
            groups: (0..(size / 50).max(100))
                .map(|_| ObjectId::from_u128(random.id()))
                .collect(),
            memberships: Vec::new(),
            subscriptions: (0..subscriptions)
                .map(|_| SubscriptionId::from_u128(random.id()))
                .collect(),
            places: Vec::new(),
            roles: ROLES.iter().map(role).collect(),
            assignments: Vec::new(),
            actions: operations()
                .iter()
                .filter(|operation| operation.plane == Plane::Control)
                .filter(|operation| operation.provider == "Microsoft.MachineLearningServices")
                .collect(),
        };
        for _ in 0..world.people.len() {
            let mut groups = HashSet::new();
            while groups.len() < 10 {
                groups.insert(random.below(world.groups.len()));
            }
            world.memberships.push(groups.into_iter().collect());
        }
        world.assign(random, size);
        world
    }

    fn assign(&mut self, random: &mut Random, size: usize) {
        let all = self.subscriptions.len() as u16;
        let above = [Place::Root, Place::Company]
            .into_iter()
            .chain((0..all.div_ceil(50)).map(Place::Division))
            .chain((0..all.div_ceil(10)).map(Place::Department));
        let groups = (0..all).flat_map(|subscription| (0..GROUPS).map(move |group| (subscription, group)));
        let workspaces = groups.clone().flat_map(|(subscription, group)| {
            (0..WORKSPACES).map(move |workspace| Place::Workspace(subscription, group, workspace))
        });
        let levels: [Vec<Place>; 4] = [
            above.collect(),
            (0..all).map(Place::Subscription).collect(),
            groups
                .map(|(subscription, group)| Place::Group(subscription, group))
                .collect(),
            workspaces.collect(),
        ];
        for number in 0..size {
            // Of a hundred: one at a management group or the root, 15 at subscriptions, 50 at resource groups.
            let level = match random.below(100) {
                0 => &levels[0],
                1..16 => &levels[1],
                16..66 => &levels[2],
                _ => &levels[3],
            };
            let principal = match number % 2 {
                0 => random.below(self.people.len()),
                _ => self.people.len() + random.below(self.groups.len()),
            };
            self.assignments.push(Assignment {
                id: RoleAssignmentId::from_u128(random.id()),
                principal,
                role: random.below(self.roles.len()),
                place: level[random.below(level.len())],
            });
        }
        self.places = levels.concat();
    }

    pub fn scope(&self, place: Place) -> Scope {
        let subscription = |number: u16| self.subscriptions[usize::from(number)];
        let group = |number: u16, group: u8| {
            let name = format!("rg-machine-learning-{group}").parse().expect("a name");
            Scope::resource_group(subscription(number), &name)
        };
        match place {
            Place::Root => Scope::root(),
            Place::Subscription(number) => Scope::subscription(subscription(number)),
            Place::Group(number, name) => group(number, name),
            Place::Workspace(number, name, workspace) => group(number, name)
                .resource(
                    "Microsoft.MachineLearningServices",
                    &["workspaces", &format!("workspace-{workspace}")],
                )
                .expect("a name"),
            management_group => {
                let name = management_group.name().expect("a management group");
                Scope::management_group(&name).expect("a name")
            }
        }
    }

    pub fn principal(&self, number: usize) -> ObjectId {
        match self.people.get(number) {
            Some(person) => *person,
            None => self.groups[number - self.people.len()],
        }
    }

    /// All of it but the roles.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        let mut members = vec![Vec::new(); self.groups.len()];
        for (person, groups) in self.memberships.iter().enumerate() {
            groups
                .iter()
                .for_each(|group| members[*group].push(self.people[person]));
        }
        let members = self
            .groups
            .iter()
            .zip(members)
            .map(|(group, members)| Change::Members {
                group: *group,
                members,
            });
        let tree = self.places.iter().filter_map(|place| {
            let above = place.above().and_then(Place::name);
            match (place, place.name()) {
                (_, Some(name_key)) => Some(Change::ManagementGroup {
                    name_key,
                    parent: above,
                }),
                (Place::Subscription(number), _) => Some(Change::Subscription {
                    id: self.subscriptions[usize::from(*number)],
                    management_group: above,
                }),
                _ => None,
            }
        });
        members
            .chain(tree)
            .chain(self.assignments.iter().map(|assignment| self.entry(assignment)))
    }

    pub fn entry(&self, assignment: &Assignment) -> Change {
        Change::Assignment(RoleAssignmentEntry {
            id: assignment.id,
            scope: self.scope(assignment.place),
            role: self.roles[assignment.role].id,
            principal: self.principal(assignment.principal),
            has_condition: false,
        })
    }

    /// Distinct random questions, half of them allowed and half refused.
    pub fn questions(&self, count: usize, is_allowed: impl Fn(&Question) -> bool) -> Vec<Question> {
        let mut random = Random::new(7);
        let mut seen = HashSet::new();
        let mut left = [count / 2, count - count / 2];
        let mut found = Vec::with_capacity(count);
        while left != [0, 0] {
            let mut question = Question {
                person: random.below(self.people.len()) as u32,
                action: random.below(self.actions.len()) as u32,
                place: random.below(self.places.len()) as u32,
                allowed: false,
            };
            question.allowed = is_allowed(&question);
            let left = &mut left[usize::from(question.allowed)];
            if *left > 0 && seen.insert((question.person, question.action, question.place)) {
                *left -= 1;
                found.push(question);
            }
        }
        // The rarer ones are found last; now each is as likely anywhere.
        for at in (1..found.len()).rev() {
            found.swap(at, random.below(at + 1));
        }
        found
    }
}
