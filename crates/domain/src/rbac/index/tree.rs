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
