//! What is above a subscription: management groups, which no path shows.

use std::collections::HashMap;

use doorward_names::{Scope, SubscriptionId};

use super::places::{Level, Line, own_level};
use super::slab::Slab;
use super::table::Table;

const MANAGEMENT_GROUPS: &str = "/providers/microsoft.management/managementgroups/";

/// Management groups, and the subscriptions in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    groups: Slab<Group>,
    by_name: HashMap<Box<str>, u32>,
    /// Subscriptions in management groups.
    placed: Table<Placed>,
}

#[derive(Debug, Clone)]
struct Group {
    key: Box<str>,
    hash: u64,
    /// Whether it is there, and not only named by what is in it.
    known: bool,
    parent: Option<u32>,
    /// How many groups and subscriptions are directly in it.
    children: u32,
}

/// A subscription in a management group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placed {
    /// The id, as keys have it.
    id: [u8; 36],
}

impl Tree {
    /// A scope and all that is above it, narrowest first: what its path shows, the management groups that are known,
    /// and the root.
    pub(super) fn line<'a>(&'a self, scope: &'a Scope) -> Line<'a> {
        let mut line = Line::of_path(scope);
        let top = line.levels().last().copied().unwrap_or(Level::ROOT);
        let (mut next, start) = match top.key.strip_prefix(MANAGEMENT_GROUPS) {
            Some(name) => {
                let start = self.by_name.get(name).copied();
                (self.parent(start), start)
            }
            None => (self.group_of(&top), None),
        };
        let path = line.levels().len();
        while let Some(group) = next.and_then(|number| self.groups.get(number))
            && group.known
            && next != start
        {
            // Round a circle, each counts once.
            let above = line.levels().get(path..).unwrap_or_default();
            if above.iter().any(|level| level.key == &*group.key) {
                break;
            }
            line.push(Level {
                hash: group.hash,
                key: &group.key,
                ..Level::ROOT
            });
            next = group.parent;
        }
        line.push(Level::ROOT);
        line
    }

    fn parent(&self, group: Option<u32>) -> Option<u32> {
        self.groups.get(group?)?.parent
    }

    /// The group that a subscription is in.
    fn group_of(&self, level: &Level<'_>) -> Option<u32> {
        let id = id_in(level.key)?;
        let mut found = self.placed.candidates(level.hash);
        found.find_map(|(group, placed)| (placed.id == *id).then_some(group))
    }

    /// A group is there, below that parent.
    pub(super) fn set_group(&mut self, name: &str, parent: Option<&str>) {
        let parent = parent.and_then(|name| self.enter(name));
        if let Some(number) = self.enter(name) {
            self.change(number, true, parent);
            self.leave(number);
        }
    }

    /// A group is gone; what names it as its parent may stay.
    pub(super) fn remove_group(&mut self, name: &str) {
        if let Some(number) = self.by_name.get(&*name.to_lowercase()).copied() {
            self.change(number, false, None);
            self.forget(number);
        }
    }

    fn change(&mut self, number: u32, known: bool, parent: Option<u32>) {
        if let Some(group) = self.groups.get_mut(number) {
            group.known = known;
            let before = std::mem::replace(&mut group.parent, parent);
            before.into_iter().for_each(|before| self.leave(before));
        }
    }

    /// A subscription is in that group now.
    pub(super) fn place(&mut self, id: SubscriptionId, group: Option<&str>) {
        let scope = Scope::subscription(id);
        let level = own_level(&scope);
        let group = group.and_then(|name| self.enter(name));
        let before = self.group_of(&level);
        let Some(placed) = id_in(level.key).map(|id| Placed { id: *id }) else {
            return;
        };
        if let Some(before) = before {
            self.placed.remove(level.hash, before, placed);
            self.leave(before);
        }
        if let Some(group) = group {
            self.placed.insert(level.hash, group, placed);
        }
    }

    /// The number of a group that something more is in. `None` when no group can have that name.
    fn enter(&mut self, name: &str) -> Option<u32> {
        let scope = Scope::management_group(name).ok()?;
        let name = scope.key().strip_prefix(MANAGEMENT_GROUPS)?;
        let number = match self.by_name.get(name) {
            Some(number) => *number,
            None => {
                let number = self.groups.insert(Group {
                    key: scope.key().into(),
                    hash: own_level(&scope).hash,
                    known: false,
                    parent: None,
                    children: 0,
                });
                self.by_name.insert(name.into(), number);
                number
            }
        };
        self.groups.get_mut(number)?.children += 1;
        Some(number)
    }

    /// Takes back a [`Tree::enter`].
    fn leave(&mut self, number: u32) {
        if let Some(group) = self.groups.get_mut(number) {
            group.children -= 1;
        }
        self.forget(number);
    }

    fn forget(&mut self, number: u32) {
        if let Some(group) = self.groups.get(number)
            && !group.known
            && group.children == 0
            && let Some(name) = group.key.strip_prefix(MANAGEMENT_GROUPS)
        {
            self.by_name.remove(name);
            self.groups.remove(number);
        }
    }
}

/// The id in the key of a subscription.
fn id_in(key: &str) -> Option<&[u8; 36]> {
    key.strip_prefix("/subscriptions/")?.as_bytes().first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn above(tree: &Tree, scope: &Scope) -> Vec<String> {
        let line = tree.line(scope);
        let names = line
            .levels()
            .iter()
            .filter_map(|level| level.key.strip_prefix(MANAGEMENT_GROUPS));
        names.map(str::to_owned).collect()
    }

    /// How many groups are remembered, and how many things are in one.
    fn seen(tree: &Tree, name: &str) -> (usize, usize, Option<u32>) {
        let group = tree.by_name.get(name).and_then(|number| tree.groups.get(*number));
        (
            tree.groups.len(),
            tree.by_name.len(),
            group.map(|group| group.children),
        )
    }

    #[test]
    fn a_group_is_remembered_as_long_as_it_is_there_or_something_is_in_it() {
        let mut tree = Tree::default();
        let subscription = SubscriptionId::from_u128(9);
        let scope = Scope::subscription(subscription);
        tree.set_group("Low", Some("High"));
        assert_eq!(
            (seen(&tree, "low"), seen(&tree, "high")),
            ((2, 2, Some(0)), (2, 2, Some(1)))
        );
        tree.place(subscription, Some("low"));
        tree.set_group("low", Some("high"));
        tree.set_group("high", None);
        assert_eq!(
            (seen(&tree, "low"), seen(&tree, "high")),
            ((2, 2, Some(1)), (2, 2, Some(1)))
        );
        assert_eq!(above(&tree, &scope), ["low", "high"]);
        tree.set_group("low", Some("other"));
        assert_eq!(
            (seen(&tree, "other"), seen(&tree, "high")),
            ((3, 3, Some(1)), (3, 3, Some(0)))
        );
        assert_eq!(above(&tree, &scope), ["low"]);
        tree.remove_group("HIGH");
        tree.remove_group("never");
        assert_eq!(
            (seen(&tree, "high"), seen(&tree, "low")),
            ((2, 2, None), (2, 2, Some(1)))
        );
        tree.remove_group("low");
        assert_eq!(
            (seen(&tree, "other"), seen(&tree, "low")),
            ((1, 1, None), (1, 1, Some(1)))
        );
        assert_eq!(above(&tree, &scope), [] as [&str; 0]);
        tree.place(subscription, None);
        assert_eq!(seen(&tree, "low"), (0, 0, None));
        tree.place(subscription, None);
        assert_eq!(seen(&tree, "low"), (0, 0, None));
    }

    #[test]
    fn a_group_has_above_it_what_it_is_in() {
        let mut tree = Tree::default();
        let group = |name| Scope::management_group(name).unwrap();
        tree.set_group("a", None);
        tree.set_group("b", None);
        tree.set_group("c", Some("a"));
        for (name, all) in [
            ("a", &["a"][..]),
            ("b", &["b"]),
            ("c", &["c", "a"]),
            ("d", &["d"]),
        ] {
            assert_eq!(above(&tree, &group(name)), all);
        }
    }

    #[test]
    fn the_id_in_a_key() {
        let id = SubscriptionId::from_u128(9).to_string();
        let found = id_in(&format!("/subscriptions/{id}")).map(|id| id.to_vec());
        assert_eq!(found.as_deref(), Some(id.as_bytes()));
        assert_eq!(id_in("/subscriptions/short"), None);
        assert_eq!(id_in(&format!("/other/{id}")), None);
    }
}
