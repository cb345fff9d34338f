//! What one tenant's decisions are made from, in memory: roles, assignments, groups, and what is above what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use doorward_names::{
    DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, ScopeKind, SubscriptionId,
};

use super::{
    Change, DenyAssignment, DenyPrincipal, Permissions, Request, RoleAssignmentEntry, RoleDefinition,
};

/// An assignment, as an index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held<'a> {
    /// Its id.
    pub id: RoleAssignmentId,
    /// Its role.
    pub role: RoleDefinitionId,
    /// Who has it.
    pub principal: ObjectId,
    /// Where, as it was written.
    pub scope: &'a str,
    /// Whether it carries a condition; then it allows nothing.
    pub has_condition: bool,
}

impl<'a> Held<'a> {
    fn of(entry: &'a RoleAssignmentEntry) -> Self {
        Self {
            id: entry.id,
            role: entry.role,
            principal: entry.principal,
            scope: entry.scope.as_str(),
            has_condition: entry.has_condition,
        }
    }

    /// Whether its scope has that key.
    pub fn has_key(&self, key: &str) -> bool {
        match self.scope.is_ascii() {
            true => self.scope.eq_ignore_ascii_case(key),
            false => self.scope.to_lowercase() == key,
        }
    }

    /// Whether it is at that very scope.
    pub fn is_at(&self, scope: &Scope) -> bool {
        self.has_key(scope.key())
    }
}

/// All that decides on access in one tenant. Changes are applied one by one.
#[derive(Debug, Clone, Default)]
pub struct Index {
    roles: BTreeMap<RoleDefinitionId, RoleDefinition>,
    assignments: HashMap<RoleAssignmentId, RoleAssignmentEntry>,
    held: HashMap<ObjectId, HashMap<String, BTreeSet<RoleAssignmentId>>>,
    denies: BTreeMap<DenyAssignmentId, DenyAssignment>,
    members: HashMap<ObjectId, Vec<ObjectId>>,
    member_of: HashMap<ObjectId, BTreeSet<ObjectId>>,
    management_groups: HashMap<String, Option<String>>,
    placements: HashMap<SubscriptionId, String>,
}

impl Index {
    /// An index that knows these roles and nothing else.
    pub fn new(built_in: impl IntoIterator<Item = RoleDefinition>) -> Self {
        Self {
            roles: built_in.into_iter().map(|role| (role.id, role)).collect(),
            ..Self::default()
        }
    }

    /// Takes a change in.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Role(role) => {
                self.roles.insert(role.id, role);
            }
            Change::RoleGone(id) => {
                self.roles.remove(&id);
            }
            Change::Assignment(entry) => {
                self.drop_assignment(entry.id);
                self.held
                    .entry(entry.principal)
                    .or_default()
                    .entry(entry.scope.key().to_owned())
                    .or_default()
                    .insert(entry.id);
                self.assignments.insert(entry.id, entry);
            }
            Change::AssignmentGone(id) => self.drop_assignment(id),
            Change::Deny(deny) => {
                self.denies.insert(deny.id, deny);
            }
            Change::DenyGone(id) => {
                self.denies.remove(&id);
            }
            Change::Members { group, members } => self.set_members(group, members),
            Change::ManagementGroup { name_key, parent } => {
                self.management_groups.insert(name_key, parent);
            }
            Change::ManagementGroupGone(name_key) => {
                self.management_groups.remove(&name_key);
            }
            Change::Subscription { id, management_group } => {
                match management_group {
                    Some(name) => self.placements.insert(id, name),
                    None => self.placements.remove(&id),
                };
            }
        }
    }

    fn drop_assignment(&mut self, id: RoleAssignmentId) {
        let Some(old) = self.assignments.remove(&id) else {
            return;
        };
        let Some(places) = self.held.get_mut(&old.principal) else {
            return;
        };
        if let Some(ids) = places.get_mut(old.scope.key()) {
            ids.remove(&id);
            if ids.is_empty() {
                places.remove(old.scope.key());
            }
        }
        if places.is_empty() {
            self.held.remove(&old.principal);
        }
    }

    fn set_members(&mut self, group: ObjectId, members: Vec<ObjectId>) {
        for member in self.members.remove(&group).unwrap_or_default() {
            if let Some(groups) = self.member_of.get_mut(&member) {
                groups.remove(&group);
                if groups.is_empty() {
                    self.member_of.remove(&member);
                }
            }
        }
        for &member in &members {
            self.member_of.entry(member).or_default().insert(group);
        }
        if !members.is_empty() {
            self.members.insert(group, members);
        }
    }

    /// The role of that id.
    pub fn role(&self, id: RoleDefinitionId) -> Option<&RoleDefinition> {
        self.roles.get(&id)
    }

    /// All roles, by id.
    pub fn roles(&self) -> impl Iterator<Item = &RoleDefinition> {
        self.roles.values()
    }

    /// The groups that a principal is in, directly or through other groups, by id; not itself.
    pub fn groups_of(&self, principal: ObjectId) -> Vec<ObjectId> {
        let mut found = BTreeSet::new();
        let mut next = vec![principal];
        while let Some(one) = next.pop() {
            for &group in self.member_of.get(&one).into_iter().flatten() {
                if group != principal && found.insert(group) {
                    next.push(group);
                }
            }
        }
        found.into_iter().collect()
    }

    /// A principal, and then its groups.
    pub(super) fn with_groups(&self, principal: ObjectId) -> Vec<ObjectId> {
        let mut all = vec![principal];
        all.extend(self.groups_of(principal));
        all
    }

    /// The keys of a scope and of all that is above it, narrowest first: what its path shows, then management groups,
    /// then the root.
    pub fn ancestors(&self, scope: &Scope) -> Vec<String> {
        let mut keys: Vec<String> = scope.path_keys().map(str::to_owned).collect();
        let top = keys.last().cloned().unwrap_or_default();
        let mut name = match scope.subscription_id() {
            Some(id) => self.placements.get(&id),
            None => management_group_of(&top).and_then(|name| self.parent_of(name)),
        };
        // A group counts as long as it is known.
        while let Some((next, parent)) = name.and_then(|name| self.management_groups.get_key_value(name)) {
            let Ok(group) = Scope::management_group(next) else {
                break;
            };
            if keys.iter().any(|key| key == group.key()) {
                break;
            }
            keys.push(group.key().to_owned());
            name = parent.as_ref();
        }
        keys.push(Scope::root().key().to_owned());
        keys
    }

    fn parent_of(&self, management_group: &str) -> Option<&String> {
        self.management_groups.get(management_group)?.as_ref()
    }

    /// Whether what is assigned at `assigned` counts at `asked`: it is the same scope, or above.
    pub fn covers(&self, assigned: &Scope, asked: &Scope) -> bool {
        match assigned.kind() {
            ScopeKind::ManagementGroup => self.ancestors(asked).iter().any(|key| key == assigned.key()),
            _ => assigned.contains(asked),
        }
    }

    /// The assignment of that id.
    pub fn assignment(&self, id: RoleAssignmentId) -> Option<Held<'_>> {
        self.assignments.get(&id).map(Held::of)
    }

    /// All assignments, in no order.
    pub fn assignments(&self) -> impl Iterator<Item = Held<'_>> {
        self.assignments.values().map(Held::of)
    }

    /// The assignments to that very principal at that very scope, by id.
    pub fn assigned(&self, principal: ObjectId, scope: &Scope) -> impl Iterator<Item = Held<'_>> {
        self.entries(principal, scope.key()).map(Held::of)
    }

    /// The role of that name, in any case.
    pub fn role_named(&self, name: &str) -> Option<&RoleDefinition> {
        let name = name.to_lowercase();
        self.roles().find(|role| role.name.to_lowercase() == name)
    }

    /// Whether anybody has that role anywhere.
    pub fn is_assigned(&self, role: RoleDefinitionId) -> bool {
        self.assignments().any(|held| held.role == role)
    }

    /// How many assignments there are in a subscription, at all its scopes.
    pub fn count_in(&self, subscription: SubscriptionId) -> usize {
        let entries = self.assignments.values();
        entries
            .filter(|entry| entry.scope.subscription_id() == Some(subscription))
            .count()
    }

    /// How many assignments there are at that very scope.
    pub fn count_at(&self, scope: &Scope) -> usize {
        self.assignments
            .values()
            .filter(|entry| entry.scope == *scope)
            .count()
    }

    pub(super) fn entries(
        &self,
        principal: ObjectId,
        scope_key: &str,
    ) -> impl Iterator<Item = &RoleAssignmentEntry> {
        let ids = self.held.get(&principal).and_then(|places| places.get(scope_key));
        ids.into_iter()
            .flatten()
            .filter_map(|id| self.assignments.get(id))
    }

    /// The first deny assignment, by id, that takes what is asked for away.
    pub(super) fn denied_by(
        &self,
        request: &Request<'_>,
        everyone: &[ObjectId],
        line: &[String],
    ) -> Option<DenyAssignmentId> {
        let is_for = |deny: &DenyAssignment| {
            let named = deny.principals.iter().any(|principal| match principal {
                DenyPrincipal::Everyone => true,
                DenyPrincipal::Principal(id, _) => everyone.contains(id),
            });
            named && !deny.excluded.iter().any(|id| everyone.contains(id))
        };
        let is_here = |deny: &DenyAssignment| match deny.only_here {
            true => deny.scope == *request.scope,
            false => line.iter().any(|key| key == deny.scope.key()),
        };
        let takes = |deny: &DenyAssignment| {
            deny.permissions
                .iter()
                .any(|permissions| permissions.allow(request.action, request.plane))
        };
        self.denies
            .values()
            .find(|deny| is_here(deny) && is_for(deny) && takes(deny))
            .map(|deny| deny.id)
    }

    /// What a principal is allowed at a scope, as `permissions` lists it: every permission of every role that it has
    /// there or above, each role once. An assignment with a condition gives nothing.
    pub fn permissions_at(&self, principal: ObjectId, scope: &Scope) -> Vec<&Permissions> {
        let line = self.ancestors(scope);
        let mut roles = BTreeSet::new();
        for one in self.with_groups(principal) {
            for key in &line {
                roles.extend(
                    self.entries(one, key)
                        .filter(|entry| !entry.has_condition)
                        .map(|entry| entry.role),
                );
            }
        }
        roles
            .into_iter()
            .filter_map(|id| self.role(id))
            .flat_map(|role| &role.permissions)
            .collect()
    }

    /// Whether a principal has any role at a scope, above it, or anywhere below it: whether it may know that the scope
    /// is there.
    pub fn reaches_into(&self, principal: ObjectId, scope: &Scope) -> bool {
        self.with_groups(principal).into_iter().any(|one| {
            self.held
                .get(&one)
                .into_iter()
                .flat_map(HashMap::values)
                .flatten()
                .filter_map(|id| self.assignments.get(id))
                .any(|entry| {
                    !entry.has_condition
                        && self.role(entry.role).is_some()
                        && (self.covers(&entry.scope, scope) || self.covers(scope, &entry.scope))
                })
        })
    }
}

/// The management group's name in the key of its scope.
fn management_group_of(key: &str) -> Option<&str> {
    let name = key.strip_prefix("/providers/microsoft.management/managementgroups/")?;
    (!name.contains('/')).then_some(name)
}
