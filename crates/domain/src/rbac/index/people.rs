//! Who is in which groups, through other groups as well.

use doorward_names::ObjectId;
use prefetch_index::prefetch_index;

use super::seats::{Seat, Seats};
use super::slab::Slab;

/// Principals: whoever has a role, is in a group, is a group with members, or is named by a deny assignment.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    all: Slab<Person>,
    /// The ids of all numbers.
    ids: Vec<ObjectId>,
    seats: Seats,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Itself and its groups, when they are more than a seat has room for.
    many: Box<[u32]>,
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
pub(super) struct Caller<'a> {
    /// Who it is; `None` when the index doesn't know them.
    pub(super) own: Option<u32>,
    /// It, and then its groups by their ids.
    pub(super) all: &'a [u32],
}

impl Caller<'_> {
    pub(super) fn is_or_is_in_one_of(&self, people: &[u32]) -> bool {
        self.all.iter().any(|one| people.contains(one))
    }
}

impl People {
    pub(super) fn find(&self, id: ObjectId) -> Option<u32> {
        self.seats.find(id).map(Seat::own)
    }

    /// Has what [`People::id`] reads brought near.
    pub(super) fn prefetch_id(&self, number: u32) {
        prefetch_index(&self.ids, number as usize);
    }

    pub(super) fn id(&self, number: u32) -> Option<ObjectId> {
        self.ids.get(number as usize).copied()
    }

    pub(super) fn get(&self, number: u32) -> Option<&Person> {
        self.all.get(number)
    }

    /// Has what [`People::caller`] reads brought near.
    pub(super) fn prefetch(&self, id: ObjectId) {
        self.seats.prefetch(id);
    }

    #[inline]
    pub(super) fn caller(&self, id: ObjectId) -> Caller<'_> {
        let Some(seat) = self.seats.find(id) else {
            return Caller { own: None, all: &[] };
        };
        let many = || self.all.get(seat.own()).map_or(&[][..], |person| &person.many);
        Caller {
            own: Some(seat.own()),
            all: seat.numbers().unwrap_or_else(many),
        }
    }

    /// What somebody and their groups would be, were they in `group` as well.
    pub(super) fn joined(&self, caller: Caller<'_>, group: u32) -> Vec<u32> {
        self.in_order(
            caller.own,
            caller.all.iter().copied().chain(self.number_with_groups(group)),
        )
    }

    /// The ids of somebody's groups.
    pub(super) fn groups_of(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> {
        let groups = self.caller(id).all.iter().skip(1);
        groups.filter_map(|number| self.id(*number))
    }

    /// The number of an id that is from now on known, at least until the next [`People::forget`].
    pub(super) fn know(&mut self, id: ObjectId) -> u32 {
        self.find(id).unwrap_or_else(|| {
            let number = self.all.insert(Person {
                many: Box::default(),
                parents: Vec::new(),
                members: Vec::new(),
                first: None,
                named: 0,
            });
            match self.ids.get_mut(number as usize) {
                Some(place) => *place = id,
                None => self.ids.push(id),
            }
            self.seats.insert(id, number);
            number
        })
    }

    /// Forgets somebody about whom nothing is known but their id.
    pub(super) fn forget(&mut self, number: u32) {
        if self.all.get(number).is_some_and(Person::is_idle)
            && let Some(id) = self.id(number)
        {
            self.all.remove(number);
            self.seats.remove(id);
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
        let mut all = vec![number];
        self.reach(&mut all, |person| &person.parents);
        let all = self.in_order(Some(number), all.into_iter());
        self.set_groups(number, &all);
    }

    /// Adds a group and its groups to somebody's.
    fn add_groups(&mut self, number: u32, group: u32) {
        let before = self.number_with_groups(number);
        let all = self.in_order(Some(number), before.chain(self.number_with_groups(group)));
        self.set_groups(number, &all);
    }

    fn set_groups(&mut self, number: u32, all: &[u32]) {
        let seat = self.id(number).and_then(|id| self.seats.find_mut(id));
        let (Some(person), Some(seat)) = (self.all.get_mut(number), seat) else {
            return;
        };
        person.many = match seat.set(all) {
            true => Box::default(),
            false => all.into(),
        };
    }

    fn number_with_groups(&self, number: u32) -> impl Iterator<Item = u32> {
        let caller = self.id(number).map(|id| self.caller(id));
        caller.map_or(&[][..], |caller| caller.all).iter().copied()
    }

    /// Somebody first, and then the others, each once, by their ids.
    fn in_order(&self, own: Option<u32>, all: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut ordered: Vec<u32> = own
            .into_iter()
            .chain(all.filter(|one| Some(*one) != own))
            .collect();
        let others = ordered.get_mut(usize::from(own.is_some())..).unwrap_or_default();
        others.sort_unstable_by_key(|one| self.id(*one));
        ordered.dedup();
        ordered
    }
}

/// What is in `these` and not in `those`; both are ascending.
fn difference<'a>(these: &'a [u32], those: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    these
        .iter()
        .copied()
        .filter(|one| those.binary_search(one).is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: fn(u128) -> ObjectId = ObjectId::from_u128;

    fn groups(people: &People, id: u128) -> Vec<u128> {
        people
            .groups_of(ID(id))
            .map(|id| u128::from_be_bytes(*id.as_bytes()))
            .collect()
    }

    #[test]
    fn groups_come_and_go_through_groups() {
        let mut people = People::default();
        people.set_members(ID(20), &[ID(10), ID(20), ID(10)]);
        people.set_members(ID(10), &[ID(1), ID(2)]);
        people.set_members(ID(30), &[ID(20), ID(2)]);
        assert_eq!(
            [groups(&people, 1), groups(&people, 2)],
            [[10, 20, 30], [10, 20, 30]]
        );
        assert_eq!(
            (groups(&people, 10), groups(&people, 20), groups(&people, 30)),
            (vec![20, 30], vec![30], vec![])
        );
        // A circle.
        people.set_members(ID(10), &[ID(1), ID(2), ID(30)]);
        assert_eq!(groups(&people, 30), [10, 20]);
        people.set_members(ID(20), &[]);
        assert_eq!(
            (groups(&people, 1), groups(&people, 2), groups(&people, 10)),
            (vec![10], vec![10, 30], vec![])
        );
        people.set_members(ID(10), &[ID(2)]);
        assert_eq!(
            (people.find(ID(1)), groups(&people, 2), groups(&people, 30)),
            (None, vec![10, 30], vec![])
        );
        people.set_members(ID(10), &[]);
        people.set_members(ID(30), &[]);
        assert_eq!(people.all.len(), 0);
        assert!((1..40).all(|id| people.find(ID(id)).is_none()));
    }

    #[test]
    fn more_groups_than_a_seat_has_room_for() {
        let mut people = People::default();
        for group in 10..40 {
            people.set_members(ID(group), &[ID(1)]);
            assert_eq!(groups(&people, 1), (10..=group).collect::<Vec<_>>());
        }
        let caller = people.caller(ID(1));
        let joined = people.joined(caller, people.find(ID(15)).unwrap());
        assert_eq!(joined, caller.all);
        for group in (10..40).rev() {
            people.set_members(ID(group), &[]);
            assert_eq!(groups(&people, 1), (10..group).collect::<Vec<_>>());
        }
        assert_eq!(people.all.len(), 0);
    }

    #[test]
    fn whoever_nothing_is_known_about_is_forgotten() {
        let mut people = People::default();
        let number = people.know(ID(1));
        people.set_first(number, Some(3));
        people.forget(number);
        assert_eq!(
            (
                people.find(ID(1)),
                people.get(number).and_then(|person| person.first)
            ),
            (Some(number), Some(3))
        );
        people.set_first(number, None);
        people.forget(number);
        assert!(people.find(ID(1)).is_none() && people.get(number).is_none());
        let number = people.name(ID(2));
        assert_eq!(people.name(ID(2)), number);
        people.unname(number);
        assert_eq!(people.find(ID(2)), Some(number));
        people.unname(number);
        assert_eq!((people.find(ID(2)), people.all.len()), (None, 0));
        people.set_members(ID(3), &[ID(4)]);
        for id in [3, 4] {
            people.forget(people.find(ID(id)).unwrap());
        }
        assert_eq!(people.all.len(), 2);
    }
}
