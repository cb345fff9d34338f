//! A table of small numbers by hash, and a sieve in front of one.
//!
//! Both are split into shards, so that when one grows, it is a small part that grows: a change is taken in within
//! microseconds, however many there are. What the numbers stand for, and whether it is what was looked for, the caller
//! knows.

const SHARDS: usize = 64;

const fn shard_of(hash: u64) -> usize {
    (hash >> 58) as usize
}

const fn tag_of(hash: u64) -> u32 {
    hash as u32
}

/// Numbers by hash. Each slot holds 32 bits of the hash, which also say where its place is, and the number plus one.
#[derive(Debug, Clone)]
pub(super) struct Table {
    shards: Box<[Shard]>,
}

#[derive(Debug, Clone, Default)]
struct Shard {
    /// As many as a power of two, or none; by linear probing, an eighth or more of them zero.
    slots: Vec<u64>,
    filled: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            shards: vec![Shard::default(); SHARDS].into(),
        }
    }
}

const fn slot(tag: u32, number: u32) -> u64 {
    ((tag as u64) << 32) | (number as u64 + 1)
}

const fn tag_in(slot: u64) -> u32 {
    (slot >> 32) as u32
}

impl Shard {
    const fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    fn put(&mut self, new: u64) {
        let mask = self.mask();
        let mut at = tag_in(new) as usize & mask;
        while self.slots.get(at).is_some_and(|slot| *slot != 0) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = new;
        }
    }

    fn grow(&mut self) {
        let wanted = (self.slots.len() * 2).max(8);
        let old = std::mem::replace(&mut self.slots, vec![0; wanted]);
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            self.put(slot);
        }
    }

    fn take(&mut self, old: u64) -> bool {
        let mask = self.mask();
        let mut hole = tag_in(old) as usize & mask;
        loop {
            match self.slots.get(hole) {
                None | Some(0) => return false,
                Some(slot) if *slot == old => break,
                Some(_) => hole = (hole + 1) & mask,
            }
        }
        // Those behind it that the hole keeps from their place move up.
        let mut next = hole;
        loop {
            next = (next + 1) & mask;
            let moved = self.slots.get(next).copied().unwrap_or(0);
            if moved == 0 {
                break;
            }
            let home = tag_in(moved) as usize;
            if next.wrapping_sub(home) & mask >= next.wrapping_sub(hole) & mask {
                if let Some(slot) = self.slots.get_mut(hole) {
                    *slot = moved;
                }
                hole = next;
            }
        }
        if let Some(slot) = self.slots.get_mut(hole) {
            *slot = 0;
        }
        true
    }
}

impl Table {
    /// The numbers under that hash, and perhaps some others.
    pub(super) fn candidates(&self, hash: u64) -> impl Iterator<Item = u32> {
        let slots = match self.shards.get(shard_of(hash)) {
            Some(shard) => shard.slots.as_slice(),
            None => &[],
        };
        let (tag, mask) = (tag_of(hash), slots.len().wrapping_sub(1));
        let mut at = tag as usize & mask;
        std::iter::from_fn(move || {
            loop {
                let slot = *slots.get(at)?;
                if slot == 0 {
                    return None;
                }
                at = (at + 1) & mask;
                if tag_in(slot) == tag {
                    return Some((slot as u32).wrapping_sub(1));
                }
            }
        })
    }

    /// Puts a number under a hash; the same number isn't there under it yet.
    pub(super) fn insert(&mut self, hash: u64, number: u32) {
        if let Some(shard) = self.shards.get_mut(shard_of(hash)) {
            if (shard.filled + 1) * 4 > shard.slots.len() * 3 {
                shard.grow();
            }
            shard.filled += 1;
            shard.put(slot(tag_of(hash), number));
        }
    }

    /// Takes a number away from under a hash.
    pub(super) fn remove(&mut self, hash: u64, number: u32) {
        if let Some(shard) = self.shards.get_mut(shard_of(hash))
            && shard.take(slot(tag_of(hash), number))
        {
            shard.filled -= 1;
        }
    }
}

/// Tells of most hashes that aren't in a [`Table`] that they aren't, from a few bits for each that is.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    shards: Box<[Holes]>,
}

#[derive(Debug, Clone, Default)]
struct Holes {
    /// As many as a power of two, or none; each hash has three bits in one of them.
    words: Vec<u64>,
    /// How many hashes left bits here, also those that are gone.
    marked: usize,
}

/// How many hashes share a word, at most.
const PER_WORD: usize = 5;

impl Default for Sieve {
    fn default() -> Self {
        Self {
            shards: vec![Holes::default(); SHARDS].into(),
        }
    }
}

const fn bits(tag: u32) -> u64 {
    1 << (tag >> 26) | 1 << ((tag >> 20) & 63) | 1 << ((tag >> 14) & 63)
}

impl Sieve {
    /// Whether a hash may be in the table. No means no.
    #[inline]
    pub(super) fn lets_through(&self, hash: u64) -> bool {
        let words = match self.shards.get(shard_of(hash)) {
            Some(holes) => holes.words.as_slice(),
            None => &[],
        };
        let tag = tag_of(hash);
        let at = tag as usize & words.len().wrapping_sub(1);
        words.get(at).is_some_and(|word| word & bits(tag) == bits(tag))
    }

    /// Lets a hash through from now on; `table` has it already. When bits have become many, they are made anew from
    /// what the table has, those of hashes that are gone left out.
    pub(super) fn add(&mut self, hash: u64, table: &Table) {
        let at = shard_of(hash);
        let (Some(holes), Some(shard)) = (self.shards.get_mut(at), table.shards.get(at)) else {
            return;
        };
        holes.marked += 1;
        if holes.marked > holes.words.len() * PER_WORD {
            let wanted = (shard.filled / PER_WORD + 1).next_power_of_two();
            // With room, so that there is a while until the next time.
            let wanted = if shard.filled * 4 > wanted * PER_WORD * 3 {
                wanted * 2
            } else {
                wanted
            };
            *holes = Holes {
                words: vec![0; wanted],
                marked: shard.filled,
            };
            let tags = shard.slots.iter().filter(|slot| **slot != 0);
            tags.for_each(|slot| holes.mark(tag_in(*slot)));
        } else {
            holes.mark(tag_of(hash));
        }
    }
}

impl Holes {
    fn mark(&mut self, tag: u32) {
        let at = tag as usize & self.words.len().wrapping_sub(1);
        if let Some(word) = self.words.get_mut(at) {
            *word |= bits(tag);
        }
    }
}
