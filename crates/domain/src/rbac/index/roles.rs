//! Roles, made ready to be asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorward_names::RoleDefinitionId;

use super::slab::Slab;
use crate::rbac::matcher::Matcher;
use crate::rbac::{Action, Plane, RoleDefinition};

/// Roles that are there, and those that are only assigned.
#[derive(Debug, Clone, Default)]
pub(super) struct Roles {
    all: Slab<Role>,
    by_id: BTreeMap<RoleDefinitionId, u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Role {
    pub(super) id: RoleDefinitionId,
    /// `None` when there is no such role. Copies of an index share it.
    ready: Option<Arc<Ready>>,
    /// How many assignments there are of it.
    pub(super) assignments: u32,
}

#[derive(Debug)]
struct Ready {
    definition: RoleDefinition,
    matcher: Matcher,
}

impl Role {
    pub(super) fn definition(&self) -> Option<&RoleDefinition> {
        self.ready.as_ref().map(|ready| &ready.definition)
    }

    pub(super) fn allows(&self, action: &Action, plane: Plane) -> bool {
        let ready = self.ready.as_ref();
        ready.is_some_and(|ready| ready.matcher.allows(action, plane))
    }
}

impl Roles {
    pub(super) fn find(&self, id: RoleDefinitionId) -> Option<&Role> {
        self.all.get(*self.by_id.get(&id)?)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Role> {
        self.all.get(number)
    }

    /// All that are there, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Role> {
        let roles = self.by_id.values().filter_map(|number| self.all.get(*number));
        roles.filter(|role| role.ready.is_some())
    }

    /// A role is there, or has become this.
    pub(super) fn set(&mut self, definition: RoleDefinition) {
        let number = self.know(definition.id);
        if let Some(role) = self.all.get_mut(number) {
            let matcher = Matcher::new(&definition.permissions);
            role.ready = Some(Arc::new(Ready { definition, matcher }));
        }
    }

    /// A role is gone.
    pub(super) fn unset(&mut self, id: RoleDefinitionId) {
        if let Some(number) = self.by_id.get(&id).copied() {
            if let Some(role) = self.all.get_mut(number) {
                role.ready = None;
            }
            self.forget(number);
        }
    }

    /// The number of a role of which there is one assignment more.
    pub(super) fn take(&mut self, id: RoleDefinitionId) -> u32 {
        let number = self.know(id);
        if let Some(role) = self.all.get_mut(number) {
            role.assignments += 1;
        }
        number
    }

    /// Takes back a [`Roles::take`].
    pub(super) fn give_back(&mut self, number: u32) {
        if let Some(role) = self.all.get_mut(number) {
            role.assignments -= 1;
        }
        self.forget(number);
    }

    fn know(&mut self, id: RoleDefinitionId) -> u32 {
        let all = &mut self.all;
        *self.by_id.entry(id).or_insert_with(|| {
            all.insert(Role {
                id,
                ready: None,
                assignments: 0,
            })
        })
    }

    fn forget(&mut self, number: u32) {
        if let Some(role) = self.all.get(number)
            && role.ready.is_none()
            && role.assignments == 0
        {
            self.by_id.remove(&role.id);
            self.all.remove(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::tests::{allowing, role};

    const ID: RoleDefinitionId = RoleDefinitionId::from_u128(5);

    #[test]
    fn a_role_is_known_as_long_as_it_is_there_or_assigned() {
        let mut roles = Roles::default();
        let definition = role(ID, vec![allowing(&["*"], &[])]);
        let seen = |roles: &Roles| {
            let found = roles.find(ID);
            (
                found.map(|role| (role.assignments, role.definition().is_some())),
                roles.iter().count(),
                roles.all.len(),
            )
        };
        let number = roles.take(ID);
        assert_eq!(seen(&roles), (Some((1, false)), 0, 1));
        roles.set(definition.clone());
        assert_eq!((roles.take(ID), seen(&roles)), (number, (Some((2, true)), 1, 1)));
        roles.unset(ID);
        assert_eq!(seen(&roles), (Some((2, false)), 0, 1));
        roles.give_back(number);
        assert_eq!(seen(&roles), (Some((1, false)), 0, 1));
        roles.give_back(number);
        assert_eq!((seen(&roles), roles.by_id.len()), ((None, 0, 0), 0));
        roles.set(definition);
        let number = roles.take(ID);
        roles.give_back(number);
        assert_eq!(seen(&roles), (Some((0, true)), 1, 1));
        roles.unset(ID);
        assert_eq!((seen(&roles), roles.by_id.len()), ((None, 0, 0), 0));
    }
}
