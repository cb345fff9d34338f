//! Role assignments: by their ids, by principal and scope, and by principal.

use doorward_names::RoleAssignmentId;

use super::hash;
use super::places::{Level, Places};
use super::slab::Slab;
use super::table::{Sieve, Table};

#[derive(Debug, Clone, Default)]
pub(super) struct Holdings {
    all: Slab<Holding>,
    by_id: Table,
    by_pair: Table,
    sieve: Sieve,
}

/// An assignment; numbers stand for the principal, the scope and the role.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding {
    pub(super) id: RoleAssignmentId,
    pub(super) principal: u32,
    pub(super) place: u32,
    pub(super) role: u32,
    pub(super) has_condition: bool,
    /// The others of its principal.
    next: Option<u32>,
    previous: Option<u32>,
}

impl Holding {
    pub(super) const fn new(id: RoleAssignmentId, principal: u32, place: u32, role: u32) -> Self {
        Self {
            id,
            principal,
            place,
            role,
            has_condition: false,
            next: None,
            previous: None,
        }
    }
}

impl Holdings {
    pub(super) fn find(&self, id: RoleAssignmentId) -> Option<(u32, &Holding)> {
        let mut found = self.by_id.candidates(hash::of_id(id.as_bytes()));
        found.find_map(|number| Some((number, self.all.get(number).filter(|holding| holding.id == id)?)))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.all.iter()
    }

    /// What a principal has at one place, in no order.
    #[inline]
    pub(super) fn at<'a, 'b>(
        &'a self,
        principal: u32,
        level: &'b Level<'b>,
        places: &'a Places,
    ) -> impl Iterator<Item = &'a Holding> + use<'a, 'b> {
        let hash = hash::of_pair(level.hash, principal);
        let candidates = self
            .sieve
            .lets_through(hash)
            .then(|| self.by_pair.candidates(hash));
        candidates.into_iter().flatten().filter_map(move |number| {
            let holding = self.all.get(number)?;
            let place = places.get(holding.place)?;
            (holding.principal == principal && place.is(level)).then_some(holding)
        })
    }

    /// What a principal has, from its first one on.
    pub(super) fn from(&self, first: Option<u32>) -> impl Iterator<Item = &Holding> {
        let mut next = first;
        std::iter::from_fn(move || {
            let holding = self.all.get(next?)?;
            next = holding.next;
            Some(holding)
        })
    }

    /// Takes in an assignment at the place whose hash is given, before the others of its principal; its number.
    pub(super) fn insert(&mut self, new: Holding, place: u64, first: Option<u32>) -> u32 {
        let pair = hash::of_pair(place, new.principal);
        let id = hash::of_id(new.id.as_bytes());
        let number = self.all.insert(Holding { next: first, ..new });
        if let Some(second) = first.and_then(|first| self.all.get_mut(first)) {
            second.previous = Some(number);
        }
        self.by_id.insert(id, number);
        self.by_pair.insert(pair, number);
        self.sieve.add(pair, &self.by_pair);
        number
    }

    /// Takes an assignment out. The first of its principal's, when that is another one now.
    pub(super) fn remove(&mut self, number: u32, place: u64) -> Option<NewFirst> {
        let old = self.all.remove(number)?;
        self.by_id.remove(hash::of_id(old.id.as_bytes()), number);
        self.by_pair.remove(hash::of_pair(place, old.principal), number);
        if let Some(next) = old.next.and_then(|next| self.all.get_mut(next)) {
            next.previous = old.previous;
        }
        match old.previous.and_then(|previous| self.all.get_mut(previous)) {
            Some(previous) => {
                previous.next = old.next;
                None
            }
            None => Some(NewFirst(old.next)),
        }
    }
}

/// Which of a principal's assignments is the first now, if any.
pub(super) struct NewFirst(pub(super) Option<u32>);
