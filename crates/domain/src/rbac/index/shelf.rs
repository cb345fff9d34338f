//! Some of the role assignments, by principal and scope.

use std::num::NonZeroU16;
use std::ops::ControlFlow;

use super::hash;
use super::holdings::Holding;
use super::places::{Level, Places, is_same};
use super::sieve::{self, Sieve, Sifted};
use super::slab::Slab;
use super::table::Table;

/// Assignments under numbers that are the shelf's own.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    all: Slab<Holding>,
    by_pair: Table<Brief>,
    sieve: Sieve,
}

/// What can be told of an assignment without looking further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Brief {
    /// The number of its role; `None` when that is too great.
    role: Option<NonZeroU16>,
    /// Some of the number of its principal.
    principal: u16,
}

impl Brief {
    fn of(holding: &Holding) -> Self {
        let role = u16::try_from(holding.role).ok();
        Self {
            role: role.and_then(|role| NonZeroU16::new(role.wrapping_add(1))),
            principal: holding.principal as u16,
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
    pub(super) fn look(&self, principal: u32, level: &Level<'_>) -> Option<&'a Holding> {
        let holding = self.all.get(self.number)?;
        let is_there = holding.principal == principal && is_same(&holding.scope, level.key);
        is_there.then_some(holding)
    }
}

impl Shelf {
    pub(super) fn get(&self, number: u32) -> Option<&Holding> {
        self.all.get(number)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Holding> {
        self.all.get_mut(number)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.all.iter()
    }

    /// What [`Sieve::sift`] says.
    #[inline]
    pub(super) fn sift(&self, principals: &[u32], levels: &[Level<'_>]) -> Sifted {
        self.sieve.sift(principals, levels)
    }

    /// Shows a principal with each of the levels at which it may have something: those that were sifted out, and those
    /// that are too many to be sifted.
    #[inline]
    pub(super) fn show<'a, 'l, B>(
        &'a self,
        principal: u32,
        levels: &'l [Level<'l>],
        sifted: u16,
        show: &mut impl FnMut(u32, &'l Level<'l>, &mut dyn Iterator<Item = Perhaps<'a>>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut show_one = |level: &'l Level<'l>| {
            let found = self.by_pair.candidates(pair(level, principal));
            let found = found.filter(|(_, brief)| brief.principal == principal as u16);
            let mut found = found.map(|(number, brief)| {
                self.all.prefetch(number);
                Perhaps {
                    all: &self.all,
                    number,
                    brief,
                }
            });
            show(principal, level, &mut found)
        };
        let mut left = sifted;
        while left != 0
            && let Some(level) = levels.get(left.trailing_zeros() as usize)
        {
            left &= left - 1;
            show_one(level)?;
        }
        let others = levels.get(sieve::LEVELS..).unwrap_or_default();
        others.iter().try_for_each(show_one)
    }

    /// Takes in an assignment; its number.
    pub(super) fn insert(&mut self, new: Holding, places: &Places) -> u32 {
        let (level, principal, brief) = (places.level(new.place), new.principal, Brief::of(&new));
        let number = self.all.insert(new);
        self.by_pair.insert(pair(&level, principal), number, brief);
        self.sieve.add(&level, principal, self.all.len());
        self.sieve.step(self.all.end(), self.all.len(), |number| {
            let holding = self.all.get(number)?;
            Some((places.level(holding.place), holding.principal))
        });
        number
    }

    /// Takes an assignment out.
    pub(super) fn remove(&mut self, number: u32, places: &Places) -> Option<Holding> {
        let old = self.all.remove(number)?;
        let pair = pair(&places.level(old.place), old.principal);
        self.by_pair.remove(pair, number, Brief::of(&old));
        Some(old)
    }
}

fn pair(level: &Level<'_>, principal: u32) -> u64 {
    hash::of_pair(level.hash, hash::of_principal(principal))
}

#[cfg(test)]
mod tests {
    use doorward_names::{RoleAssignmentId, Scope};

    use super::super::places::{Use, own_level};
    use super::*;

    const ID: fn(u128) -> RoleAssignmentId = RoleAssignmentId::from_u128;

    #[test]
    fn what_may_be_there_is_looked_at() {
        let (mut shelf, mut places) = (Shelf::default(), Places::default());
        let [scope, other]: [Scope; 2] =
            ["/", "/providers/Microsoft.Management/managementGroups/m"].map(|text| text.parse().unwrap());
        let place = places.take(&scope, Use::Assignment);
        let great = u32::from(u16::MAX);
        for (id, role) in [(1, 0), (2, great - 1), (3, great), (4, great + 1)] {
            let number = shelf.insert(
                Holding::new(ID(id), 9, (place, places.text(place)), role),
                &places,
            );
            let brief = Brief::of(shelf.get(number).unwrap());
            let perhaps = Perhaps {
                all: &shelf.all,
                number,
                brief,
            };
            assert_eq!((brief.role.is_some(), perhaps.role()), (role < great, Some(role)));
            let is = |principal, scope| perhaps.look(principal, &own_level(scope)).is_some();
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
