//! Role assignments: by their ids, by principal and scope, and by principal.

use std::ops::ControlFlow;
use std::sync::Arc;

use doorward_names::RoleAssignmentId;

use super::hash;
use super::places::{Level, Places};
use super::shelf::{Perhaps, Shelf};
use super::sieve;
use super::table::Table;

/// Those at the root and at management groups are few, and every decision asks about them: so they lie together, apart
/// from the many in subscriptions.
#[derive(Debug, Clone, Default)]
pub(super) struct Holdings {
    within: Shelf,
    above: Shelf,
    by_id: Table,
}

/// An assignment, in one line of memory; numbers stand for the principal, the place and the role.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Holding {
    pub(super) id: RoleAssignmentId,
    /// The scope, as its place has it.
    pub(super) scope: Arc<str>,
    pub(super) principal: u32,
    pub(super) place: u32,
    pub(super) role: u32,
    pub(super) has_condition: bool,
    /// The others of its principal.
    next: Option<u32>,
    previous: Option<u32>,
}

impl Holding {
    /// An assignment at a place, of which the number and the text are given.
    pub(super) fn new(
        id: RoleAssignmentId,
        principal: u32,
        (place, scope): (u32, Arc<str>),
        role: u32,
    ) -> Self {
        Self {
            id,
            scope,
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
    /// The shelf of a number of all, and its number there: the lowest bit says which one.
    const fn shelf(&self, number: u32) -> (&Shelf, u32) {
        match number % 2 {
            0 => (&self.within, number / 2),
            _ => (&self.above, number / 2),
        }
    }

    const fn shelf_mut(&mut self, number: u32) -> (&mut Shelf, u32) {
        match number % 2 {
            0 => (&mut self.within, number / 2),
            _ => (&mut self.above, number / 2),
        }
    }

    fn get(&self, number: u32) -> Option<&Holding> {
        let (shelf, number) = self.shelf(number);
        shelf.get(number)
    }

    fn get_mut(&mut self, number: u32) -> Option<&mut Holding> {
        let (shelf, number) = self.shelf_mut(number);
        shelf.get_mut(number)
    }

    pub(super) fn find(&self, id: RoleAssignmentId) -> Option<(u32, &Holding)> {
        let mut found = self.by_id.candidates(hash::of_id(id.as_bytes()));
        found.find_map(|(number, ())| Some((number, self.get(number).filter(|holding| holding.id == id)?)))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.within.iter().chain(self.above.iter())
    }

    /// Shows each of the principals with each of the levels at which it may have something, by principal and then by
    /// level, and what it may have. That this is there, is still to be seen.
    #[inline]
    pub(super) fn perhaps<'a, 'l, B>(
        &'a self,
        principals: &[u32],
        levels: &'l [Level<'l>],
        mut show: impl FnMut(u32, &'l Level<'l>, &mut dyn Iterator<Item = Perhaps<'a>>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (within, above) = levels.split_at(levels.partition_point(|level| !level.is_above()));
        for principals in principals.chunks(sieve::PRINCIPALS) {
            let sifted = self.within.sift(principals, within).into_iter();
            let sifted = sifted.zip(self.above.sift(principals, above));
            for (principal, (in_within, in_above)) in principals.iter().zip(sifted) {
                self.within.show(*principal, within, in_within, &mut show)?;
                self.above.show(*principal, above, in_above, &mut show)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// What the principals have at the levels, by principal and then by level.
    pub(super) fn at<'a>(&'a self, principals: &[u32], levels: &[Level<'_>]) -> Vec<&'a Holding> {
        let mut found = Vec::new();
        let _all = self.perhaps(principals, levels, |principal, level, holdings| {
            found.extend(holdings.filter_map(|perhaps| perhaps.look(principal, level)));
            ControlFlow::<()>::Continue(())
        });
        found
    }

    /// What a principal has, from its first one on.
    pub(super) fn from(&self, first: Option<u32>) -> impl Iterator<Item = &Holding> {
        let mut next = first;
        std::iter::from_fn(move || {
            let holding = self.get(next?)?;
            next = holding.next;
            Some(holding)
        })
    }

    /// Takes in an assignment, before the others of its principal; its number.
    pub(super) fn insert(&mut self, new: Holding, first: Option<u32>, places: &Places) -> u32 {
        let new = Holding { next: first, ..new };
        let (id, is_above) = (new.id, places.level(new.place).is_above());
        let number = match is_above {
            false => self.within.insert(new, places) * 2,
            true => self.above.insert(new, places) * 2 + 1,
        };
        if let Some(second) = first.and_then(|first| self.get_mut(first)) {
            second.previous = Some(number);
        }
        self.by_id.insert(hash::of_id(id.as_bytes()), number, ());
        number
    }

    /// Takes an assignment out, if it is there; with the first of its principal's, when that is another one now.
    pub(super) fn remove(
        &mut self,
        id: RoleAssignmentId,
        places: &Places,
    ) -> Option<(Holding, Option<NewFirst>)> {
        let number = self.find(id)?.0;
        let (shelf, on_shelf) = self.shelf_mut(number);
        let old = shelf.remove(on_shelf, places)?;
        self.by_id.remove(hash::of_id(id.as_bytes()), number, ());
        if let Some(next) = old.next.and_then(|next| self.get_mut(next)) {
            next.previous = old.previous;
        }
        let new_first = match old.previous.and_then(|previous| self.get_mut(previous)) {
            Some(previous) => {
                previous.next = old.next;
                None
            }
            None => Some(NewFirst(old.next)),
        };
        Some((old, new_first))
    }
}

/// Which of a principal's assignments is the first now, if any.
pub(super) struct NewFirst(pub(super) Option<u32>);

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
            first = Some(holdings.insert(Holding::new(ID(id), 9, (root, "/".into()), 0), first, &places));
        }
        let ids = |holdings: &Holdings, first| -> Vec<_> {
            holdings.from(first).map(|holding| holding.id).collect()
        };
        assert_eq!(ids(&holdings, first), [4, 3, 2, 1].map(ID));
        for (gone, rest) in [(2, &[4, 3, 1][..]), (1, &[4, 3]), (4, &[3]), (3, &[])] {
            let (old, new_first) = holdings.remove(ID(gone), &places).unwrap();
            assert_eq!(old.id, ID(gone));
            if let Some(NewFirst(new)) = new_first {
                first = new;
            }
            let rest: Vec<_> = rest.iter().copied().map(ID).collect();
            assert_eq!(ids(&holdings, first), rest);
            assert!(holdings.find(ID(gone)).is_none());
        }
        assert!(holdings.remove(ID(1), &places).is_none());
    }

    /// A level of each kind more than are sifted at once, and some principals more.
    #[test]
    fn what_there_is_is_shown_by_principal_and_level_until_one_is_enough() {
        let mut places = Places::default();
        let group = |at| format!("/providers/Microsoft.Management/managementGroups/m{at}");
        let below = |at| format!("/subscriptions/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10/resourceGroups/g{at}");
        let scopes: Vec<Scope> = [below, group]
            .into_iter()
            .flat_map(|text| (0..=sieve::LEVELS + 4).map(move |at| text(at).parse().unwrap()))
            .collect();
        let levels: Vec<_> = scopes.iter().map(own_level).collect();
        let principals: Vec<u32> = (0..2 * sieve::PRINCIPALS as u32 + 3).map(|at| at * 7).collect();
        let mut holdings = Holdings::default();
        let mut expected = Vec::new();
        for principal in &principals {
            for (at, scope) in scopes.iter().enumerate() {
                let at = at as u32;
                if (principal + at).is_multiple_of(5) {
                    let place = places.take(scope, Use::Assignment);
                    let id = u128::from(principal * 100 + at) + 1;
                    let new = Holding::new(ID(id), *principal, (place, places.text(place)), at);
                    holdings.insert(new, None, &places);
                    expected.push((*principal, at));
                }
            }
        }
        let pair = |holding: &Holding| (holding.principal, holding.role);
        let found = holdings.at(&principals, &levels).into_iter().map(pair);
        assert_eq!(found.collect::<Vec<_>>(), expected);
        let above = |pair: &&(u32, u32)| pair.1 > sieve::LEVELS as u32 + 4;
        let lying = (holdings.above.iter().count(), holdings.iter().count());
        assert_eq!(lying, (expected.iter().filter(above).count(), expected.len()));
        for enough in [1, 30, expected.len()] {
            let mut left = enough;
            let stopped = holdings.perhaps(&principals, &levels, |principal, level, holdings| {
                let found = holdings
                    .filter_map(|perhaps| perhaps.look(principal, level))
                    .next();
                left -= usize::from(found.is_some());
                match (left, found) {
                    (0, Some(holding)) => ControlFlow::Break(pair(holding)),
                    _ => ControlFlow::Continue(()),
                }
            });
            assert_eq!(stopped, ControlFlow::Break(expected[enough - 1]));
        }
        for (principal, at) in &expected {
            let (old, _) = holdings
                .remove(ID(u128::from(principal * 100 + at) + 1), &places)
                .unwrap();
            assert_eq!(pair(&old), (*principal, *at));
        }
        assert!(holdings.at(&principals, &levels).is_empty() && holdings.iter().next().is_none());
    }
}
