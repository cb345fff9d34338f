//! Who is in which groups, through other groups as well.

use doorward_names::ObjectId;

use super::hash;
use super::slab::Slab;
use super::table::Table;

/// Principals: whoever has a role, is in a group, is a group with members, or is named by a deny assignment.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    all: Slab<Person>,
    by_id: Table,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: ObjectId,
    /// The groups that it is in, through others as well, by their ids.
    groups: Box<[u32]>,
    /// The groups that it is in itself, in no order.
    parents: Vec<u32>,
    /// Who is in it, ascending.
    members: Vec<u32>,
    /// The first of its assignments.
    pub(super) first: Option<u32>,
    /// How many deny assignments' lists name it.
    named: u32,
}

impl Person {
    fn is_idle(&self) -> bool {
        self.parents.is_empty() && self.members.is_empty() && self.first.is_none() && self.named == 0
    }
}

/// Somebody, and the groups that they are in.
#[derive(Debug, Clone, Copy)]
pub(in crate::rbac) struct Caller<'a> {
    /// Who it is; `None` when the index doesn't know them.
    pub(super) own: Option<u32>,
    /// The groups, by their ids.
    pub(super) groups: &'a [u32],
}

impl Caller<'_> {
    /// It, and then its groups.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        self.own.into_iter().chain(self.groups.iter().copied())
    }

    pub(super) fn is_or_is_in_one_of(&self, people: &[u32]) -> bool {
        self.all().any(|one| people.contains(&one))
    }
}

impl People {
    pub(super) fn find(&self, id: ObjectId) -> Option<u32> {
        let is_it = |number: &u32| self.all.get(*number).is_some_and(|person| person.id == id);
        self.by_id.candidates(hash::of_id(id.as_bytes())).find(is_it)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Person> {
        self.all.get(number)
    }

    pub(super) fn caller(&self, id: ObjectId) -> Caller<'_> {
        let own = self.find(id);
        let person = own.and_then(|number| self.all.get(number));
        Caller {
            own,
            groups: person.map_or(&[], |person| &*person.groups),
        }
    }

    /// What somebody's groups would be, were they in `group` as well.
    pub(super) fn joined(&self, caller: Caller<'_>, group: u32) -> Vec<u32> {
        let mut groups = caller.groups.to_vec();
        groups.extend(self.groups_with(group));
        self.in_order(groups, caller.own)
    }

    /// The groups that an id stands for.
    pub(super) fn ids<'a>(&'a self, numbers: &'a [u32]) -> impl Iterator<Item = ObjectId> + 'a {
        numbers
            .iter()
            .filter_map(|number| Some(self.all.get(*number)?.id))
    }

    /// The number of an id that is from now on known, at least until the next [`People::forget`].
    pub(super) fn know(&mut self, id: ObjectId) -> u32 {
        self.find(id).unwrap_or_else(|| {
            let number = self.all.insert(Person {
                id,
                groups: Box::default(),
                parents: Vec::new(),
                members: Vec::new(),
                first: None,
                named: 0,
            });
            self.by_id.insert(hash::of_id(id.as_bytes()), number);
            number
        })
    }

    /// Forgets somebody about whom nothing is known but their id.
    pub(super) fn forget(&mut self, number: u32) {
        if self.all.get(number).is_some_and(Person::is_idle)
            && let Some(person) = self.all.remove(number)
        {
            self.by_id.remove(hash::of_id(person.id.as_bytes()), number);
        }
    }

    /// Notes which assignment is the first of somebody's.
    pub(super) fn set_first(&mut self, number: u32, first: Option<u32>) {
        if let Some(person) = self.all.get_mut(number) {
            person.first = first;
        }
    }

    /// Knows somebody whom a deny assignment names.
    pub(super) fn name(&mut self, id: ObjectId) -> u32 {
        let number = self.know(id);
        if let Some(person) = self.all.get_mut(number) {
            person.named += 1;
        }
        number
    }

    /// Takes back a [`People::name`].
    pub(super) fn unname(&mut self, number: u32) {
        if let Some(person) = self.all.get_mut(number) {
            person.named -= 1;
        }
        self.forget(number);
    }

    /// Sets who is in a group. The groups of all who were or are in it, also through others, follow.
    pub(super) fn set_members(&mut self, group: ObjectId, members: &[ObjectId]) {
        let number = self.know(group);
        let mut after: Vec<u32> = members
            .iter()
            .filter(|member| **member != group)
            .map(|member| self.know(*member))
            .collect();
        after.sort_unstable();
        after.dedup();
        let before = match self.all.get_mut(number) {
            Some(person) => std::mem::replace(&mut person.members, after.clone()),
            None => Vec::new(),
        };
        for gone in difference(&before, &after) {
            if let Some(person) = self.all.get_mut(gone) {
                person.parents.retain(|parent| *parent != number);
            }
        }
        for gone in difference(&before, &after) {
            for one in self.below(gone) {
                self.look_again(one);
            }
        }
        for new in difference(&after, &before) {
            if let Some(person) = self.all.get_mut(new) {
                person.parents.push(number);
            }
            for one in self.below(new) {
                self.add_groups(one, number);
            }
        }
        difference(&before, &after).for_each(|gone| self.forget(gone));
        self.forget(number);
    }

    /// Somebody, and all who are in it when it is a group.
    fn below(&self, number: u32) -> Vec<u32> {
        let mut found = vec![number];
        self.reach(&mut found, |person| &person.members);
        found
    }

    /// Adds to `found` what is reached from those in it.
    fn reach(&self, found: &mut Vec<u32>, links: impl Fn(&Person) -> &Vec<u32>) {
        // Most have few links, for which a set costs more than a look at each.
        let mut seen = std::collections::HashSet::new();
        let mut next = 0;
        while let Some(number) = found.get(next) {
            next += 1;
            let Some(person) = self.all.get(*number) else {
                continue;
            };
            if links(person).is_empty() {
                continue;
            }
            if seen.is_empty() {
                seen.extend(found.iter().copied());
            }
            found.extend(links(person).iter().copied().filter(|link| seen.insert(*link)));
        }
    }

    /// Finds somebody's groups anew.
    fn look_again(&mut self, number: u32) {
        let mut groups = vec![number];
        self.reach(&mut groups, |person| &person.parents);
        let groups = self.in_order(groups, Some(number));
        if let Some(person) = self.all.get_mut(number) {
            person.groups = groups.into();
        }
    }

    /// Adds a group and its groups to somebody's.
    fn add_groups(&mut self, number: u32, group: u32) {
        let Some(person) = self.all.get(number) else {
            return;
        };
        let mut groups = person.groups.to_vec();
        groups.extend(self.groups_with(group));
        let groups = self.in_order(groups, Some(number));
        if let Some(person) = self.all.get_mut(number) {
            person.groups = groups.into();
        }
    }

    fn groups_with(&self, group: u32) -> impl Iterator<Item = u32> {
        let above = self.all.get(group).map_or(&[][..], |person| &person.groups);
        std::iter::once(group).chain(above.iter().copied())
    }

    /// Each once, by their ids, and without `own`.
    fn in_order(&self, mut groups: Vec<u32>, own: Option<u32>) -> Vec<u32> {
        groups.retain(|group| Some(*group) != own);
        groups.sort_unstable_by_key(|group| self.all.get(*group).map(|person| person.id));
        groups.dedup();
        groups
    }
}

/// What is in `these` and not in `those`; both are ascending.
fn difference<'a>(these: &'a [u32], those: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    these
        .iter()
        .copied()
        .filter(|one| those.binary_search(one).is_err())
}
