//! What one tenant's decisions are made from, in memory: roles, assignments, groups, and what is above what.
//!
//! Principals, scopes and roles are numbered, and an assignment is found by its principal's number and a hash of its
//! scope, which is made from each scope to those below in one walk along a path. A decision asks for each of a
//! principal and its groups at each scope of the line up to the root; a sieve of a few bits for each assignment answers
//! nearly all of these with no. With a million assignments it isn't computing that takes time, but memory that is far
//! away: so a principal's groups lie beside its id, and are found when members change and not when somebody asks; what
//! else a no needs lies close together; and what will be read is prefetched as soon as its address is known. A change
//! takes as long as the change is big, and never as the index is.

mod denies;
mod hash;
mod holdings;
mod judge;
mod people;
mod places;
mod read;
mod roles;
mod seats;
mod shelf;
mod sieve;
mod slab;
mod table;
mod tree;

use std::collections::HashMap;

use doorward_names::{RoleAssignmentId, Scope, SubscriptionId};

use super::{Change, RoleAssignmentEntry, RoleDefinition};
use denies::Denies;
use holdings::{Holding, Holdings, NewFirst};
use people::People;
use places::{Places, Use};
use roles::Roles;
use tree::Tree;

pub use read::Held;

/// All that decides on access in one tenant. Changes are applied one by one. A copy shares the roles.
#[derive(Debug, Clone, Default)]
pub struct Index {
    roles: Roles,
    people: People,
    places: Places,
    tree: Tree,
    holdings: Holdings,
    denies: Denies,
    /// How many assignments are in each subscription.
    counts: HashMap<SubscriptionId, usize>,
}

impl Index {
    /// An index that knows these roles and nothing else.
    pub fn new(built_in: impl IntoIterator<Item = RoleDefinition>) -> Self {
        let mut index = Self::default();
        built_in.into_iter().for_each(|role| index.roles.set(role));
        index
    }

    /// Takes a change in.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Role(role) => self.roles.set(role),
            Change::RoleGone(id) => self.roles.unset(id),
            Change::Assignment(entry) => self.assign(&entry),
            Change::AssignmentGone(id) => self.unassign(id),
            Change::Deny(deny) => self.denies.set(&deny, &mut self.people, &mut self.places),
            Change::DenyGone(id) => self.denies.unset(id, &mut self.people, &mut self.places),
            Change::Members { group, members } => self.people.set_members(group, &members),
            Change::ManagementGroup { name_key, parent } => self.tree.set_group(&name_key, parent.as_deref()),
            Change::ManagementGroupGone(name_key) => self.tree.remove_group(&name_key),
            Change::Subscription { id, management_group } => self.tree.place(id, management_group.as_deref()),
        }
    }

    fn assign(&mut self, entry: &RoleAssignmentEntry) {
        self.unassign(entry.id);
        let principal = self.people.know(entry.principal);
        let place = self.places.take(&entry.scope, Use::Assignment);
        let role = self.roles.take(entry.role);
        let mut new = Holding::new(entry.id, principal, (place, self.places.text(place)), role);
        new.has_condition = entry.has_condition;
        let first = self.people.get(principal).and_then(|person| person.first);
        let number = self.holdings.insert(new, first, &self.places);
        self.people.set_first(principal, Some(number));
        if let Some(subscription) = entry.scope.subscription_id() {
            *self.counts.entry(subscription).or_default() += 1;
        }
    }

    fn unassign(&mut self, id: RoleAssignmentId) {
        let Some((old, new_first)) = self.holdings.remove(id, &self.places) else {
            return;
        };
        if let Some(NewFirst(first)) = new_first {
            self.people.set_first(old.principal, first);
        }
        if let Some(count) = subscription_of(&old.scope).and_then(|id| self.counts.get_mut(&id)) {
            *count -= 1;
        }
        self.people.forget(old.principal);
        self.places.give_back(old.place, Use::Assignment);
        self.roles.give_back(old.role);
    }
}

/// The subscription that a scope is in.
fn subscription_of(scope: &str) -> Option<SubscriptionId> {
    scope.parse::<Scope>().ok()?.subscription_id()
}
