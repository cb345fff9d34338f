//! Deny assignments, by where they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use doorward_names::DenyAssignmentId;

use super::people::{Caller, People};
use super::places::{Line, Places, Use};
use crate::rbac::matcher::Matcher;
use crate::rbac::{DenyAssignment, DenyPrincipal, Request};

#[derive(Debug, Clone, Default)]
pub(super) struct Denies {
    all: BTreeMap<DenyAssignmentId, Deny>,
    by_place: HashMap<u32, BTreeSet<DenyAssignmentId>>,
}

#[derive(Debug, Clone)]
struct Deny {
    place: u32,
    only_here: bool,
    matcher: Matcher,
    everyone: bool,
    from: Vec<u32>,
    excluded: Vec<u32>,
}

impl Denies {
    pub(super) fn set(&mut self, deny: &DenyAssignment, people: &mut People, places: &mut Places) {
        // The new one's principals and scope are taken before the old one's are given back: most are the same.
        let place = places.take(&deny.scope, Use::Deny);
        let mut from = Vec::new();
        let mut everyone = false;
        for principal in &deny.principals {
            match principal {
                DenyPrincipal::Everyone => everyone = true,
                DenyPrincipal::Principal(id, _) => from.push(people.name(*id)),
            }
        }
        let new = Deny {
            place,
            only_here: deny.only_here,
            matcher: Matcher::new(&deny.permissions),
            everyone,
            from,
            excluded: deny.excluded.iter().map(|id| people.name(*id)).collect(),
        };
        self.unset(deny.id, people, places);
        self.all.insert(deny.id, new);
        self.by_place.entry(place).or_default().insert(deny.id);
    }

    pub(super) fn unset(&mut self, id: DenyAssignmentId, people: &mut People, places: &mut Places) {
        let Some(old) = self.all.remove(&id) else {
            return;
        };
        if let Some(here) = self.by_place.get_mut(&old.place) {
            here.remove(&id);
            if here.is_empty() {
                self.by_place.remove(&old.place);
            }
        }
        for number in old.from.into_iter().chain(old.excluded) {
            people.unname(number);
        }
        places.give_back(old.place, Use::Deny);
    }

    /// Those that take away what is asked for, by id.
    pub(super) fn against(
        &self,
        request: &Request<'_>,
        caller: Caller<'_>,
        line: &Line<'_>,
        places: &Places,
    ) -> BTreeSet<DenyAssignmentId> {
        let mut found = BTreeSet::new();
        if self.all.is_empty() {
            return found;
        }
        for (above, level) in line.levels().iter().enumerate() {
            let here = places.find(level).and_then(|place| self.by_place.get(&place));
            for id in here.into_iter().flatten() {
                let takes = |deny: &Deny| {
                    (above == 0 || !deny.only_here)
                        && (deny.everyone || caller.is_or_is_in_one_of(&deny.from))
                        && !caller.is_or_is_in_one_of(&deny.excluded)
                        && deny.matcher.allows(request.action, request.plane)
                };
                if self.all.get(id).is_some_and(takes) {
                    found.insert(*id);
                }
            }
        }
        found
    }
}
