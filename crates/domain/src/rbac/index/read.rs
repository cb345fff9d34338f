//! What can be asked of an index.

use std::collections::BTreeSet;

use doorward_names::{ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, SubscriptionId};

use super::Index;
use super::holdings::Holding;
use super::people::Caller;
use super::places::{is_same, own_level};
use crate::rbac::{Permissions, RoleDefinition};

/// An assignment, as an index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held<'a> {
    /// Its id.
    pub id: RoleAssignmentId,
    /// Its role.
    pub role: RoleDefinitionId,
    /// Who has it.
    pub principal: ObjectId,
    /// Where, as it was written, or as it was written for another assignment at the same scope.
    pub scope: &'a str,
    /// Whether it carries a condition; then it allows nothing.
    pub has_condition: bool,
}

impl Held<'_> {
    /// Whether its scope has that key.
    pub fn has_key(&self, key: &str) -> bool {
        is_same(self.scope, key)
    }

    /// Whether it is at that very scope.
    pub fn is_at(&self, scope: &Scope) -> bool {
        self.has_key(scope.key())
    }
}

impl Index {
    /// The role of that id.
    pub fn role(&self, id: RoleDefinitionId) -> Option<&RoleDefinition> {
        self.roles.find(id)?.definition()
    }

    /// All roles, by id.
    pub fn roles(&self) -> impl Iterator<Item = &RoleDefinition> {
        self.roles.iter().filter_map(|role| role.definition())
    }

    /// The role of that name, in any case.
    pub fn role_named(&self, name: &str) -> Option<&RoleDefinition> {
        let name = name.to_lowercase();
        self.roles().find(|role| role.name.to_lowercase() == name)
    }

    /// Whether anybody has that role anywhere.
    pub fn is_assigned(&self, role: RoleDefinitionId) -> bool {
        self.roles.find(role).is_some_and(|role| role.assignments > 0)
    }

    /// The assignment of that id.
    pub fn assignment(&self, id: RoleAssignmentId) -> Option<Held<'_>> {
        self.held(self.holdings.find(id)?.1)
    }

    /// All assignments, in no order.
    pub fn assignments(&self) -> impl Iterator<Item = Held<'_>> {
        self.holdings.iter().filter_map(|holding| self.held(holding))
    }

    /// The assignments to that very principal at that very scope, by id.
    pub fn assigned(&self, principal: ObjectId, scope: &Scope) -> Vec<Held<'_>> {
        let level = [own_level(scope)];
        let number: Vec<_> = self.people.find(principal).into_iter().collect();
        let found = self.holdings.at(&number, &level);
        let mut found: Vec<_> = found
            .into_iter()
            .filter_map(|holding| self.held(holding))
            .collect();
        found.sort_unstable_by_key(|held| held.id);
        found
    }

    /// The assignments that a principal has, itself or through groups, in no order.
    pub fn held_by(&self, principal: ObjectId) -> impl Iterator<Item = Held<'_>> {
        self.holdings_of(self.people.caller(principal))
            .filter_map(|holding| self.held(holding))
    }

    fn holdings_of<'a>(&'a self, caller: Caller<'a>) -> impl Iterator<Item = &'a Holding> {
        let people = caller.all.iter().filter_map(|number| self.people.get(*number));
        people.flat_map(|person| self.holdings.from(person.first))
    }

    fn held<'a>(&'a self, holding: &'a Holding) -> Option<Held<'a>> {
        Some(Held {
            id: holding.id,
            role: self.roles.get(holding.role)?.id,
            principal: self.people.id(holding.principal)?,
            scope: &holding.scope,
            has_condition: holding.has_condition,
        })
    }

    /// How many assignments there are in a subscription, at all its scopes.
    pub fn count_in(&self, subscription: SubscriptionId) -> usize {
        self.counts.get(&subscription).copied().unwrap_or(0)
    }

    /// How many assignments there are at that very scope.
    pub fn count_at(&self, scope: &Scope) -> usize {
        let place = self.places.find(&own_level(scope));
        place
            .and_then(|number| self.places.get(number))
            .map_or(0, |place| place.assignments as usize)
    }

    /// The groups that a principal is in, directly or through other groups, by id; not itself.
    pub fn groups_of(&self, principal: ObjectId) -> Vec<ObjectId> {
        self.people.groups_of(principal).collect()
    }

    /// The keys of a scope and of all that is above it, narrowest first: what its path shows, then the management
    /// groups that are known, then the root.
    pub fn ancestors(&self, scope: &Scope) -> Vec<String> {
        let line = self.tree.line(scope);
        line.levels().iter().map(|level| level.key.to_owned()).collect()
    }

    /// Whether what is assigned at `assigned` counts at `asked`: it is the same scope, or above.
    pub fn covers(&self, assigned: &Scope, asked: &Scope) -> bool {
        let line = self.tree.line(asked);
        line.levels().iter().any(|level| level.key == assigned.key())
    }

    /// What a principal is allowed at a scope, as `permissions` lists it: every permission of every role that it has
    /// there or above, each role once. An assignment with a condition gives nothing.
    pub fn permissions_at(&self, principal: ObjectId, scope: &Scope) -> Vec<&Permissions> {
        let line = self.tree.line(scope);
        let caller = self.people.caller(principal);
        let held = self.holdings.at(caller.all, line.levels());
        let held = held.iter().filter(|holding| !holding.has_condition);
        let roles: BTreeSet<_> = held
            .filter_map(|holding| Some(self.roles.get(holding.role)?.id))
            .collect();
        let roles = roles.into_iter().filter_map(|id| self.role(id));
        roles.flat_map(|role| &role.permissions).collect()
    }

    /// Whether a principal has any role at a scope, above it, or anywhere below it: whether it may know that the scope
    /// is there.
    pub fn reaches_into(&self, principal: ObjectId, scope: &Scope) -> bool {
        let line = self.tree.line(scope);
        let caller = self.people.caller(principal);
        let counts = |holding: &Holding| {
            let role = self.roles.get(holding.role);
            !holding.has_condition && role.is_some_and(|role| role.definition().is_some())
        };
        let at_or_above = self.holdings.at(caller.all, line.levels());
        let is_within = |holding: &Holding| self.is_within(&holding.scope, scope);
        at_or_above.into_iter().any(counts)
            || self
                .holdings_of(caller)
                .any(|holding| counts(holding) && is_within(holding))
    }

    /// As [`Self::reaches_into`], for what was assigned at the scope itself or below it.
    pub fn holds_within(&self, principal: ObjectId, scope: &Scope) -> bool {
        self.holdings_of(self.people.caller(principal)).any(|holding| {
            let role = self.roles.get(holding.role);
            !holding.has_condition
                && role.is_some_and(|role| role.definition().is_some())
                && self.is_within(&holding.scope, scope)
        })
    }

    /// Whether a scope, as it was written, is another one or below it.
    fn is_within(&self, text: &str, scope: &Scope) -> bool {
        text.parse().is_ok_and(|within| self.covers(scope, &within))
    }
}
