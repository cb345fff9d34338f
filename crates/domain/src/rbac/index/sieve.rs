//! Tells of most pairs of a principal and a scope that there is no assignment, from a few bits for each that has one.
//!
//! What one principal has in one subscription leaves its bits in one line of memory, so that all that a decision asks
//! about one principal is answered by two of them. When bits have become many, they are made anew, a few with each
//! change that is taken in, so that no change has to wait for all.

use std::hint::black_box;
use std::ops::ControlFlow;

use super::hash;
use super::places::Level;

/// Eight words are a line, as big as what a processor reads at once.
const LINE: usize = 8;
/// How many pairs share a line, at most.
const PER_LINE: usize = 40;
/// How many levels are sifted at once.
const FEW: usize = 12;
/// How many principals' lines are read ahead.
const AHEAD: usize = 16;
/// How many pairs are marked anew with each change.
const STEP: u32 = 64;

#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    bits: Bits,
    /// How many pairs left bits, also those that are gone.
    marked: usize,
    /// The next bits, and how many of all assignments' numbers have been gone through for them.
    next: Option<(Bits, u32)>,
}

#[derive(Debug, Clone)]
struct Bits {
    /// Lines, as many as a power of two.
    words: Vec<u64>,
}

impl Default for Bits {
    fn default() -> Self {
        Self { words: vec![0; LINE] }
    }
}

/// Where in the sieve a pair has its bits.
#[derive(Debug, Clone, Copy)]
struct Spot {
    at: usize,
    mask: u64,
}

/// What a level gives to the spots of all its pairs.
#[derive(Clone, Copy, Default)]
struct Marks {
    anchor: u64,
    word: usize,
    mask: u64,
}

impl Marks {
    const fn of(level: &Level<'_>) -> Self {
        let hash = level.hash;
        Self {
            anchor: level.anchor,
            word: (hash >> 61) as usize,
            mask: 1 << (hash >> 32 & 63) | 1 << (hash >> 38 & 63) | 1 << (hash >> 44 & 63),
        }
    }

    /// The principal turns the mask, so that those who share a line differ.
    const fn spot(self, line: usize, principal: u64) -> Spot {
        Spot {
            at: line | (self.word ^ (principal >> 61) as usize),
            mask: self.mask.rotate_left((principal >> 48) as u32 & 63),
        }
    }
}

impl Bits {
    /// Where a line begins.
    const fn line(&self, hash: u64) -> usize {
        hash as usize & self.words.len().wrapping_sub(LINE)
    }

    fn spot(&self, level: &Level<'_>, principal: u32) -> Spot {
        let principal = hash::of_principal(principal);
        Marks::of(level).spot(self.line(hash::of_pair(level.anchor, principal)), principal)
    }

    #[inline]
    fn has(&self, spot: Spot) -> bool {
        let word = self.words.get(spot.at);
        word.is_some_and(|word| word & spot.mask == spot.mask)
    }

    fn mark(&mut self, spot: Spot) {
        if let Some(word) = self.words.get_mut(spot.at) {
            *word |= spot.mask;
        }
    }
}

impl Sieve {
    /// Shows each of the principals with each of the levels of a line at which it may have something: by principal, and
    /// then by level.
    #[inline]
    pub(super) fn sift<'a, B>(
        &self,
        principals: &[u32],
        levels: &'a [Level<'a>],
        mut show: impl FnMut(u32, &'a Level<'a>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let anchor = levels.first().map_or(0, |level| level.anchor);
        let (first, others) = levels.split_at_checked(FEW).unwrap_or((levels, &[]));
        let mut marks = [Marks::default(); FEW];
        marks
            .iter_mut()
            .zip(first)
            .for_each(|(marks, level)| *marks = Marks::of(level));
        let marks = marks.get(..first.len()).unwrap_or_default();
        for some in principals.chunks(AHEAD) {
            self.look_ahead(some, anchor);
            for &principal in some {
                let mut found = self.sift_few(principal, marks, anchor);
                while let Some(level) = first.get(found.trailing_zeros() as usize) {
                    found &= found - 1;
                    show(principal, level)?;
                }
                for level in others {
                    if self.bits.has(self.bits.spot(level, principal)) {
                        show(principal, level)?;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Reads the principals' lines, so that they are near when they are asked for: the processor reads many at the same
    /// time, as long as there is nothing between.
    #[inline]
    fn look_ahead(&self, principals: &[u32], anchor: u64) {
        let mut read = 0;
        for principal in principals {
            let principal = hash::of_principal(*principal);
            for anchor in [anchor, Level::ROOT.anchor] {
                let line = self.bits.line(hash::of_pair(anchor, principal));
                read |= self.bits.words.get(line).copied().unwrap_or(0);
            }
        }
        black_box(read);
    }

    /// For one principal, as bits.
    #[inline]
    fn sift_few(&self, principal: u32, levels: &[Marks], anchor: u64) -> u64 {
        let principal = hash::of_principal(principal);
        // The levels of a line have two anchors at most.
        let near = self.bits.line(hash::of_pair(anchor, principal));
        let far = self.bits.line(hash::of_pair(Level::ROOT.anchor, principal));
        let mut found = 0;
        for (at, marks) in levels.iter().enumerate() {
            let line = if marks.anchor == anchor { near } else { far };
            found |= u64::from(self.bits.has(marks.spot(line, principal))) << at;
        }
        found
    }

    /// Lets a pair through from now on, being one of `all` now.
    pub(super) fn add(&mut self, level: &Level<'_>, principal: u32, all: usize) {
        self.marked += 1;
        if self.next.is_none() && self.marked > self.bits.words.len() / LINE * PER_LINE {
            // With room, so that there is a while until the next time.
            let lines = (all * 2 / PER_LINE).max(1).next_power_of_two();
            let words = vec![0; lines * LINE];
            self.next = Some((Bits { words }, 0));
        }
        self.bits.mark(self.bits.spot(level, principal));
        if let Some((next, _)) = &mut self.next {
            next.mark(next.spot(level, principal));
        }
    }

    /// Marks some more pairs in the next bits: those that `pair` tells by numbers up to `end`.
    pub(super) fn step<'a>(&mut self, end: u32, all: usize, pair: impl Fn(u32) -> Option<(Level<'a>, u32)>) {
        let Some((next, from)) = &mut self.next else {
            return;
        };
        let to = end.min(from.saturating_add(STEP));
        for (level, principal) in (*from..to).filter_map(pair) {
            next.mark(next.spot(&level, principal));
        }
        *from = to;
        if to == end
            && let Some((bits, _)) = self.next.take()
        {
            self.bits = bits;
            self.marked = all;
        }
    }
}
