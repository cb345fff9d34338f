//! Who is in which groups, through other groups as well.

use doorward_names::ObjectId;

use super::hash;
use super::slab::Slab;
use super::table::Table;

/// Principals: whoever has a role, is in a group, is a group with members, or is named by a deny assignment.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    all: Slab<Person>,
    /// What decisions need of each of them.
    seats: Vec<Seat>,
    by_id: Table,
}

/// How many numbers a seat has room for.
const ROOM: usize = 11;

/// Somebody's id and groups, in one line of memory.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Seat {
    id: ObjectId,
    /// Itself, and the groups that it is in, through others as well, by their ids. When these are more, they are in
    /// `Person`.
    all: [u32; ROOM],
    count: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: ObjectId,
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
        Some(self.seat_of(id)?.0)
    }

    fn seat_of(&self, id: ObjectId) -> Option<(u32, &Seat)> {
        let mut found = self.by_id.candidates(hash::of_id(id.as_bytes()));
        found.find_map(|(number, ())| {
            let seat = self.seats.get(number as usize)?;
            (seat.id == id).then_some((number, seat))
        })
    }

    fn with_groups<'a>(&'a self, number: u32, seat: &'a Seat) -> &'a [u32] {
        match seat.all.get(..seat.count as usize) {
            Some(all) => all,
            None => self.all.get(number).map_or(&[], |person| &*person.many),
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&Person> {
        self.all.get(number)
    }

    pub(super) fn caller(&self, id: ObjectId) -> Caller<'_> {
        match self.seat_of(id) {
            Some((number, seat)) => Caller {
                own: Some(number),
                all: self.with_groups(number, seat),
            },
            None => Caller { own: None, all: &[] },
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
        groups.filter_map(|number| Some(self.all.get(*number)?.id))
    }

    /// The number of an id that is from now on known, at least until the next [`People::forget`].
    pub(super) fn know(&mut self, id: ObjectId) -> u32 {
        self.find(id).unwrap_or_else(|| {
            let number = self.all.insert(Person {
                id,
                many: Box::default(),
                parents: Vec::new(),
                members: Vec::new(),
                first: None,
                named: 0,
            });
            let seat = Seat {
                id,
                all: [number; ROOM],
                count: 1,
            };
            match self.seats.get_mut(number as usize) {
                Some(place) => *place = seat,
                None => self.seats.push(seat),
            }
            self.by_id.insert(hash::of_id(id.as_bytes()), number, ());
            number
        })
    }

    /// Forgets somebody about whom nothing is known but their id.
    pub(super) fn forget(&mut self, number: u32) {
        if self.all.get(number).is_some_and(Person::is_idle)
            && let Some(person) = self.all.remove(number)
        {
            self.by_id.remove(hash::of_id(person.id.as_bytes()), number, ());
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
        let (Some(person), Some(seat)) = (self.all.get_mut(number), self.seats.get_mut(number as usize))
        else {
            return;
        };
        seat.count = all.len() as u32;
        person.many = Box::default();
        match seat.all.get_mut(..all.len()) {
            Some(place) => place.copy_from_slice(all),
            None => person.many = all.into(),
        }
    }

    fn number_with_groups(&self, number: u32) -> impl Iterator<Item = u32> {
        let seat = self.seats.get(number as usize);
        let all = seat.map_or(&[][..], |seat| self.with_groups(number, seat));
        all.iter().copied()
    }

    /// Somebody first, and then the others, each once, by their ids.
    fn in_order(&self, own: Option<u32>, all: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut ordered: Vec<u32> = own
            .into_iter()
            .chain(all.filter(|one| Some(*one) != own))
            .collect();
        let others = ordered.get_mut(usize::from(own.is_some())..).unwrap_or_default();
        others.sort_unstable_by_key(|one| self.seats.get(*one as usize).map(|seat| seat.id));
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
