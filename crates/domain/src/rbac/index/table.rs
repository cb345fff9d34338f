//! A table of small numbers by hash.
//!
//! It is split into shards, so that when one grows, it is a small part that grows: a change is taken in within
//! microseconds, however many there are. What the numbers stand for, and whether it is what was looked for, the caller
//! knows.

use std::num::NonZeroU32;

const SHARDS: usize = 64;

const fn shard_of(hash: u64) -> usize {
    (hash >> 58) as usize
}

const fn tag_of(hash: u64) -> u32 {
    hash as u32
}

/// Numbers by hash, each with a little more that is to be had without looking further.
#[derive(Debug, Clone)]
pub(super) struct Table<T = ()> {
    shards: Box<[Shard<T>]>,
}

#[derive(Debug, Clone)]
struct Shard<T> {
    /// As many as a power of two, or none; by linear probing, a quarter or more of them empty.
    slots: Vec<Option<Slot<T>>>,
    filled: usize,
}

/// 32 bits of the hash, which also say where the slot's place is, and the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot<T> {
    tag: u32,
    /// Plus one, so that an empty slot needs no room of its own.
    number: NonZeroU32,
    more: T,
}

impl<T> Slot<T> {
    const fn new(hash: u64, number: u32, more: T) -> Self {
        Self {
            tag: tag_of(hash),
            number: NonZeroU32::MIN.saturating_add(number),
            more,
        }
    }
}

impl<T: Copy + PartialEq> Default for Table<T> {
    fn default() -> Self {
        let empty = || Shard {
            slots: Vec::new(),
            filled: 0,
        };
        Self {
            shards: (0..SHARDS).map(|_| empty()).collect(),
        }
    }
}

impl<T: Copy + PartialEq> Shard<T> {
    const fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    fn put(&mut self, new: Slot<T>) {
        let mask = self.mask();
        let mut at = new.tag as usize & mask;
        while self.slots.get(at).is_some_and(Option::is_some) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Some(new);
        }
    }

    fn grow(&mut self) {
        let wanted = (self.slots.len() * 2).max(8);
        let old = std::mem::replace(&mut self.slots, vec![None; wanted]);
        old.into_iter().flatten().for_each(|slot| self.put(slot));
    }

    fn take(&mut self, old: Slot<T>) -> bool {
        let mask = self.mask();
        let mut hole = old.tag as usize & mask;
        loop {
            match self.slots.get(hole) {
                Some(Some(slot)) if *slot == old => break,
                Some(Some(_)) => hole = (hole + 1) & mask,
                None | Some(None) => return false,
            }
        }
        // Those behind it that the hole keeps from their place move up.
        let mut next = hole;
        loop {
            next = (next + 1) & mask;
            let Some(Some(moved)) = self.slots.get(next).copied() else {
                break;
            };
            let home = moved.tag as usize;
            if next.wrapping_sub(home) & mask >= next.wrapping_sub(hole) & mask {
                if let Some(slot) = self.slots.get_mut(hole) {
                    *slot = Some(moved);
                }
                hole = next;
            }
        }
        if let Some(slot) = self.slots.get_mut(hole) {
            *slot = None;
        }
        true
    }
}

impl<T: Copy + PartialEq> Table<T> {
    /// The numbers under that hash, and perhaps some others.
    #[inline]
    pub(super) fn candidates(&self, hash: u64) -> impl Iterator<Item = (u32, T)> {
        let slots = match self.shards.get(shard_of(hash)) {
            Some(shard) => shard.slots.as_slice(),
            None => &[],
        };
        let (tag, mask) = (tag_of(hash), slots.len().wrapping_sub(1));
        let mut at = tag as usize & mask;
        std::iter::from_fn(move || {
            loop {
                let slot = (*slots.get(at)?)?;
                at = (at + 1) & mask;
                if slot.tag == tag {
                    return Some((slot.number.get() - 1, slot.more));
                }
            }
        })
    }

    /// Puts a number under a hash; the same number isn't there under it yet.
    pub(super) fn insert(&mut self, hash: u64, number: u32, more: T) {
        if let Some(shard) = self.shards.get_mut(shard_of(hash)) {
            if (shard.filled + 1) * 4 > shard.slots.len() * 3 {
                shard.grow();
            }
            shard.filled += 1;
            shard.put(Slot::new(hash, number, more));
        }
    }

    /// Takes a number away from under a hash, where it is with `more`.
    pub(super) fn remove(&mut self, hash: u64, number: u32, more: T) {
        if let Some(shard) = self.shards.get_mut(shard_of(hash))
            && shard.take(Slot::new(hash, number, more))
        {
            shard.filled -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::tests::random;

    fn under(table: &Table<u8>, hash: u64) -> Vec<(u32, u8)> {
        let mut found: Vec<_> = table.candidates(hash).collect();
        found.sort_unstable();
        found
    }

    /// Held against a list, with hashes that often share a shard, a tag or a place.
    #[test]
    fn numbers_come_and_go() {
        let mut random = random(1);
        let mut table = Table::default();
        let mut all: Vec<(u64, u32, u8)> = Vec::new();
        for number in 0..20_000 {
            let hash = (random(3) << 58) + (random(2) << 40) + random(30) * 0x1f;
            match random(5) {
                0..3 if all.len() < 400 => {
                    let more = random(3) as u8;
                    table.insert(hash, number, more);
                    all.push((hash, number, more));
                }
                _ if !all.is_empty() => {
                    let (hash, number, more) = all.swap_remove(random(all.len() as u64) as usize);
                    table.remove(hash, number, more + 3);
                    table.remove(hash, number + 100_000, more);
                    table.remove(hash, number, more);
                }
                _ => {}
            }
            let same = |(other, _, _): &&(u64, u32, u8)| {
                (shard_of(*other), tag_of(*other)) == (shard_of(hash), tag_of(hash))
            };
            let mut expected: Vec<_> = all
                .iter()
                .filter(same)
                .map(|(_, number, more)| (*number, *more))
                .collect();
            expected.sort_unstable();
            assert_eq!(under(&table, hash), expected);
            let filled: usize = table.shards.iter().map(|shard| shard.filled).sum();
            assert_eq!(filled, all.len());
        }
        for (hash, number, more) in all {
            table.remove(hash, number, more);
        }
        assert!(
            table
                .shards
                .iter()
                .flat_map(|shard| &shard.slots)
                .all(Option::is_none)
        );
    }

    #[test]
    fn a_quarter_of_a_shard_stays_empty_and_no_more_than_it_takes() {
        let mut table = Table::default();
        for (filled, slots) in [(1, 8), (6, 8), (7, 16), (12, 16), (13, 32), (24, 32), (25, 64)] {
            while table.shards[0].filled < filled {
                let number = table.shards[0].filled as u32;
                table.insert(u64::from(number), number, ());
            }
            assert_eq!(table.shards[0].slots.len(), slots, "{filled}");
        }
        assert_eq!(table.shards.len(), SHARDS);
        assert!(table.shards[1..].iter().all(|shard| shard.slots.is_empty()));
    }

    #[test]
    fn what_hashes_spread_over() {
        assert_eq!((shard_of(u64::MAX), tag_of(u64::MAX)), (SHARDS - 1, u32::MAX));
        assert_eq!(
            (shard_of(5 << 58 | 7 << 32 | 9), tag_of(5 << 58 | 7 << 32 | 9)),
            (5, 9)
        );
        // Every place of a shard is the home of its tag.
        let mut table = Table::default();
        (0..6).for_each(|number| table.insert(u64::from(number) + 2, number, ()));
        let homes: Vec<_> = table.shards[0]
            .slots
            .iter()
            .map(|slot| slot.map(|slot| slot.number.get() - 1))
            .collect();
        assert_eq!(
            homes,
            [None, None, Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]
        );
    }
}
