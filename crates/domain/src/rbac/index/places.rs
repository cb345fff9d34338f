//! The scopes of assignments, each text kept once, and what is above a scope.

use std::sync::Arc;

use doorward_names::Scope;

use super::hash;
use super::slab::Slab;
use super::table::Table;

/// Scopes at which something is assigned.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    all: Slab<Place>,
    by_key: Table,
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    /// As it was first written.
    pub(super) text: Arc<str>,
    hash: u64,
    anchor: u64,
    /// How many role assignments are here.
    pub(super) assignments: u32,
    /// How many deny assignments are here.
    denies: u32,
}

impl Place {
    /// Whether it is what `level` says.
    pub(super) fn is(&self, level: &Level<'_>) -> bool {
        self.hash == level.hash && is_same(&self.text, level.key)
    }
}

/// What is counted at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Assignment,
    Deny,
}

impl Places {
    pub(super) fn get(&self, number: u32) -> Option<&Place> {
        self.all.get(number)
    }

    /// The level of a place, but for the key.
    pub(super) fn level(&self, number: u32) -> Level<'static> {
        let level = |place: &Place| Level {
            hash: place.hash,
            anchor: place.anchor,
            key: "",
        };
        self.all.get(number).map_or_else(Level::default, level)
    }

    /// The text of a place.
    pub(super) fn text(&self, number: u32) -> Arc<str> {
        self.all
            .get(number)
            .map(|place| Arc::clone(&place.text))
            .unwrap_or_default()
    }

    pub(super) fn find(&self, level: &Level<'_>) -> Option<u32> {
        let mut found = self.by_key.candidates(level.hash).map(|(number, ())| number);
        found.find(|number| self.all.get(*number).is_some_and(|place| place.is(level)))
    }

    /// The number of a scope where there is one thing more.
    pub(super) fn take(&mut self, scope: &Scope, what: Use) -> u32 {
        let level = own_level(scope);
        let number = self.find(&level).unwrap_or_else(|| {
            let number = self.all.insert(Place {
                text: scope.as_str().into(),
                hash: level.hash,
                anchor: level.anchor,
                assignments: 0,
                denies: 0,
            });
            self.by_key.insert(level.hash, number, ());
            number
        });
        if let Some(place) = self.all.get_mut(number) {
            match what {
                Use::Assignment => place.assignments += 1,
                Use::Deny => place.denies += 1,
            }
        }
        number
    }

    /// Takes back a [`Places::take`].
    pub(super) fn give_back(&mut self, number: u32, what: Use) {
        let Some(place) = self.all.get_mut(number) else {
            return;
        };
        match what {
            Use::Assignment => place.assignments -= 1,
            Use::Deny => place.denies -= 1,
        }
        if place.assignments == 0 && place.denies == 0 {
            self.by_key.remove(place.hash, number, ());
            self.all.remove(number);
        }
    }
}

/// One scope of a [`Line`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level<'a> {
    pub(super) hash: u64,
    /// The hash of what many have in common: of the subscription that it is or is in; one for all management groups.
    pub(super) anchor: u64,
    pub(super) key: &'a str,
}

impl Level<'static> {
    /// The root.
    pub(super) const ROOT: Self = Self {
        hash: hash::START,
        anchor: hash::START,
        key: "/",
    };
}

impl Level<'_> {
    /// Whether it is the root or a management group, and not in a subscription.
    pub(super) const fn is_above(&self) -> bool {
        self.anchor == Level::ROOT.anchor
    }
}

const INLINE: usize = 12;

/// A scope and all that is above it. Lives on the stack as long as it isn't very long.
#[derive(Debug)]
pub(super) struct Line<'a> {
    few: [Level<'a>; INLINE],
    filled: usize,
    /// All of them, once they are more than `few` can hold.
    many: Vec<Level<'a>>,
}

impl<'a> Line<'a> {
    /// What the path of a scope shows, narrowest first; without the root.
    pub(super) fn of_path(scope: &'a Scope) -> Self {
        let mut line = Self {
            few: [Level::default(); INLINE],
            filled: 0,
            many: Vec::new(),
        };
        let is_in_subscription = scope.key().starts_with("/subscriptions/");
        let (mut hash, mut anchor, mut told) = (hash::START, hash::START, 0);
        for key in scope.path_keys().rev() {
            hash = hash::extend(hash, key.as_bytes().get(told..).unwrap_or_default());
            if told == 0 && is_in_subscription {
                anchor = hash;
            }
            told = key.len();
            line.push(Level { hash, anchor, key });
        }
        line.levels_mut().reverse();
        line
    }

    pub(super) fn push(&mut self, level: Level<'a>) {
        match self.few.get_mut(self.filled) {
            Some(place) => {
                *place = level;
                self.filled += 1;
            }
            None => {
                if self.many.is_empty() {
                    self.many.extend_from_slice(&self.few);
                }
                self.many.push(level);
            }
        }
    }

    pub(super) fn levels(&self) -> &[Level<'a>] {
        match self.many.is_empty() {
            true => self.few.get(..self.filled).unwrap_or_default(),
            false => &self.many,
        }
    }

    fn levels_mut(&mut self) -> &mut [Level<'a>] {
        match self.many.is_empty() {
            true => self.few.get_mut(..self.filled).unwrap_or_default(),
            false => &mut self.many,
        }
    }
}

/// The level of a scope itself.
pub(super) fn own_level(scope: &Scope) -> Level<'_> {
    let line = Line::of_path(scope);
    line.levels().first().copied().unwrap_or(Level::ROOT)
}

/// Whether a scope, as it was written, has that key.
pub(super) fn is_same(text: &str, key: &str) -> bool {
    match text.is_ascii() {
        true => text.eq_ignore_ascii_case(key),
        false => text.to_lowercase() == key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "/subscriptions/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";

    #[test]
    fn a_place_is_there_as_long_as_something_is_assigned_at_it() {
        let mut places = Places::default();
        let scope: Scope = format!("{SUBSCRIPTION}/resourceGroups/G").parse().unwrap();
        let level = own_level(&scope);
        let number = places.take(&scope, Use::Assignment);
        let count = |places: &Places| places.get(number).map(|place| (place.assignments, place.denies));
        for what in [Use::Assignment, Use::Deny, Use::Deny] {
            assert_eq!(places.take(&scope, what), number);
        }
        assert_eq!(
            (places.find(&level), count(&places)),
            (Some(number), Some((2, 2)))
        );
        for (what, left) in [
            (Use::Assignment, Some((1, 2))),
            (Use::Deny, Some((1, 1))),
            (Use::Assignment, Some((0, 1))),
            (Use::Deny, None),
        ] {
            places.give_back(number, what);
            assert_eq!(count(&places), left);
        }
        assert_eq!((places.find(&level), places.all.len()), (None, 0));
        assert_eq!(places.by_key.candidates(level.hash).count(), 0);
        let number = places.take(&scope, Use::Deny);
        places.take(&scope, Use::Assignment);
        places.give_back(number, Use::Deny);
        assert_eq!(places.find(&level), Some(number));
    }

    #[test]
    fn a_place_is_known_by_its_hash_and_its_text() {
        let mut places = Places::default();
        let scope: Scope = format!("{SUBSCRIPTION}/resourceGroups/Gä").parse().unwrap();
        let number = places.take(&scope, Use::Assignment);
        let (place, level) = (places.get(number).unwrap(), own_level(&scope));
        assert!(place.is(&level));
        assert!(!place.is(&Level {
            hash: level.hash + 1,
            ..level
        }));
        assert!(!place.is(&Level { key: "/", ..level }));
        assert!(is_same("/A", "/a") && !is_same("/A", "/b"));
        assert!(is_same("/Ä", "/ä") && !is_same("/Ä", "/ö"));
    }

    #[test]
    fn what_is_in_a_subscription_has_its_anchor() {
        let anchors = |text: &str| {
            let scope = text.parse().unwrap();
            let line = Line::of_path(&scope);
            let (hash, anchor) = line.levels().last().map(|top| (top.hash, top.anchor)).unwrap();
            assert!(line.levels().iter().all(|level| level.anchor == anchor), "{text}");
            (hash, anchor)
        };
        let (hash, anchor) = anchors(&format!("{SUBSCRIPTION}/resourceGroups/g/providers/A.B/c/d"));
        assert_eq!(hash, anchor);
        let (hash, anchor) = anchors("/providers/Microsoft.Management/managementGroups/m");
        assert!(hash != anchor && anchor == Level::ROOT.anchor);
    }

    #[test]
    fn a_line_may_be_long() {
        let root = Scope::root();
        let mut line = Line::of_path(&root);
        for hash in 1..=20 {
            line.push(Level { hash, ..Level::ROOT });
            assert_eq!(line.levels().len() as u64, hash);
            assert_eq!(line.levels().last().map(|level| level.hash), Some(hash));
        }
        assert!(line.levels().iter().map(|level| level.hash).eq(1..=20));
    }
}
