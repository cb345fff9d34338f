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
