//! Role assignments: by their ids, by principal and scope, and by principal.

use std::num::NonZeroU16;
use std::ops::ControlFlow;

use doorward_names::RoleAssignmentId;

use super::hash;
use super::places::{Level, Places};
use super::sieve::Sieve;
use super::slab::Slab;
use super::table::Table;

#[derive(Debug, Clone, Default)]
pub(super) struct Holdings {
    all: Slab<Holding>,
    by_id: Table,
    by_pair: Table<Brief>,
    sieve: Sieve,
}

/// What can be told of an assignment without looking further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Brief {
    /// The number of its role; `None` when that is too great.
    role: Option<NonZeroU16>,
    /// Some of the number of its principal.
    principal: u16,
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

    fn brief(&self) -> Brief {
        let role = u16::try_from(self.role).ok();
        Brief {
            role: role.and_then(|role| NonZeroU16::new(role.wrapping_add(1))),
            principal: self.principal as u16,
        }
    }
}

/// An assignment that may be the one that is looked for.
pub(super) struct Perhaps<'a> {
    all: &'a Slab<Holding>,
    number: u32,
    brief: Brief,
}

impl<'a> Perhaps<'a> {
    /// The number of its role.
    pub(super) fn role(&self) -> Option<u32> {
        match self.brief.role {
            Some(role) => Some(u32::from(role.get()) - 1),
            None => Some(self.all.get(self.number)?.role),
        }
    }

    /// The assignment, when it is that principal's at that place.
    pub(super) fn look(&self, principal: u32, level: &Level<'_>, places: &Places) -> Option<&'a Holding> {
        let holding = self.all.get(self.number)?;
        let is_there = holding.principal == principal && places.get(holding.place)?.is(level);
        is_there.then_some(holding)
    }
}

impl Holdings {
    pub(super) fn find(&self, id: RoleAssignmentId) -> Option<(u32, &Holding)> {
        let mut found = self.by_id.candidates(hash::of_id(id.as_bytes()));
        found
            .find_map(|(number, ())| Some((number, self.all.get(number).filter(|holding| holding.id == id)?)))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.all.iter()
    }

    /// Shows each of the principals with each of the levels at which it may have something, by principal and then by
    /// level, and what it may have. That this is there, is still to be seen.
    #[inline]
    pub(super) fn perhaps<'a, B>(
        &'a self,
        principals: &[u32],
        levels: &'a [Level<'a>],
        mut show: impl FnMut(u32, &'a Level<'a>, &mut dyn Iterator<Item = Perhaps<'a>>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        self.sieve.sift(principals, levels, |principal, level| {
            let found = self.by_pair.candidates(pair(level, principal));
            let found = found.filter(|(_, brief)| brief.principal == principal as u16);
            let mut found = found.map(|(number, brief)| Perhaps {
                all: &self.all,
                number,
                brief,
            });
            show(principal, level, &mut found)
        })
    }

    /// What the principals have at the levels, by principal and then by level.
    pub(super) fn at<'a>(
        &'a self,
        principals: &[u32],
        levels: &'a [Level<'a>],
        places: &'a Places,
    ) -> Vec<&'a Holding> {
        let mut found = Vec::new();
        let _all = self.perhaps(principals, levels, |principal, level, holdings| {
            found.extend(holdings.filter_map(|perhaps| perhaps.look(principal, level, places)));
            ControlFlow::<()>::Continue(())
        });
        found
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

    /// Takes in an assignment, before the others of its principal; its number.
    pub(super) fn insert(&mut self, new: Holding, first: Option<u32>, places: &Places) -> u32 {
        let number = self.all.insert(Holding { next: first, ..new });
        if let Some(second) = first.and_then(|first| self.all.get_mut(first)) {
            second.previous = Some(number);
        }
        self.by_id.insert(hash::of_id(new.id.as_bytes()), number, ());
        if let Some(place) = places.get(new.place) {
            let level = place.level();
            self.by_pair
                .insert(pair(&level, new.principal), number, new.brief());
            self.sieve.add(&level, new.principal, self.all.len());
        }
        let pair = |number| {
            let holding = self.all.get(number)?;
            Some((places.get(holding.place)?.level(), holding.principal))
        };
        self.sieve.step(self.all.end(), self.all.len(), pair);
        number
    }

    /// Takes an assignment out. The first of its principal's, when that is another one now.
    pub(super) fn remove(&mut self, number: u32, places: &Places) -> Option<NewFirst> {
        let old = self.all.remove(number)?;
        self.by_id.remove(hash::of_id(old.id.as_bytes()), number, ());
        if let Some(place) = places.get(old.place) {
            self.by_pair
                .remove(pair(&place.level(), old.principal), number, old.brief());
        }
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

fn pair(level: &Level<'_>, principal: u32) -> u64 {
    hash::of_pair(level.hash, hash::of_principal(principal))
}

#[cfg(test)]
mod tests {
    use doorward_names::Scope;

    use super::super::places::{Use, own_level};
    use super::*;

    const ID: fn(u128) -> RoleAssignmentId = RoleAssignmentId::from_u128;

    #[test]
    fn a_principals_are_linked_the_newest_first() {
        let (mut holdings, mut places) = (Holdings::default(), Places::default());
        let root = places.take(&Scope::root(), Use::Assignment);
        let mut first = None;
        for id in 1..=4 {
            first = Some(holdings.insert(Holding::new(ID(id), 9, root, 0), first, &places));
        }
        let ids = |holdings: &Holdings, first| -> Vec<_> {
            holdings.from(first).map(|holding| holding.id).collect()
        };
        assert_eq!(ids(&holdings, first), [4, 3, 2, 1].map(ID));
        for (gone, rest) in [(2, &[4, 3, 1][..]), (1, &[4, 3]), (4, &[3]), (3, &[])] {
            let number = holdings.find(ID(gone)).unwrap().0;
            if let Some(NewFirst(new)) = holdings.remove(number, &places) {
                first = new;
            }
            let rest: Vec<_> = rest.iter().copied().map(ID).collect();
            assert_eq!(ids(&holdings, first), rest);
            assert!(holdings.find(ID(gone)).is_none());
        }
        assert!(holdings.remove(0, &places).is_none());
    }

    #[test]
    fn what_may_be_there_is_looked_at() {
        let (mut holdings, mut places) = (Holdings::default(), Places::default());
        let [scope, other]: [Scope; 2] =
            ["/", "/providers/Microsoft.Management/managementGroups/m"].map(|text| text.parse().unwrap());
        let place = places.take(&scope, Use::Assignment);
        let great = u32::from(u16::MAX);
        for (id, role) in [(1, 0), (2, great - 1), (3, great), (4, great + 1)] {
            let number = holdings.insert(Holding::new(ID(id), 9, place, role), None, &places);
            let brief = holdings.all.get(number).unwrap().brief();
            let perhaps = Perhaps {
                all: &holdings.all,
                number,
                brief,
            };
            assert_eq!((brief.role.is_some(), perhaps.role()), (role < great, Some(role)));
            let is = |principal, scope| perhaps.look(principal, &own_level(scope), &places).is_some();
            assert!(is(9, &scope) && !is(8, &scope) && !is(9, &other));
        }
    }

    #[test]
    fn pairs_have_hashes_of_their_own() {
        let mut hashes: Vec<_> = (0..100)
            .flat_map(|hash| (0..100).map(move |principal| pair(&Level { hash, ..Level::ROOT }, principal)))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 10_000);
    }
}
