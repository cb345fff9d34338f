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
            at: line + (self.word ^ (principal >> 61) as usize),
            mask: self.mask.rotate_left((principal >> 48) as u32),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::tests::random;

    const fn level(hash: u64, anchor: u64) -> Level<'static> {
        Level {
            hash,
            anchor,
            key: "",
        }
    }

    /// Worked out apart from this program, for 64 lines.
    #[test]
    fn golden_spots() {
        let bits = Bits { words: vec![0; 512] };
        for ((hash, anchor, principal), (at, mask)) in [
            ((0xf123456789abcdef, 0x123456789abcdef, 0), (155, 0x80040001000)),
            ((0xf123456789abcdef, 0x123456789abcdef, 41), (416, 0x400000002001)),
            ((0x5a5a1b2c3d4e5f60, 0x9e3779b97f4a7c15, 7), (173, 0x8010000000)),
            ((0x5a5a1b2c3d4e5f60, 0xabcdef, 7), (29, 0x8010000000)),
            // Of three bits, two are one.
            ((0x924500000000, 0x3, 1), (217, 0x88000000000000)),
            ((0x914500000000, 0x3, 1), (217, 0x88000000000000)),
        ] {
            let spot = bits.spot(&level(hash, anchor), principal);
            assert_eq!((spot.at, spot.mask), (at, mask), "{hash:x}");
        }
        assert_eq!((bits.line(u64::MAX), Bits::default().line(u64::MAX)), (504, 0));
    }

    /// Which pairs of those principals and levels are let through.
    fn sifted(sieve: &Sieve, principals: &[u32], levels: &[Level<'_>]) -> Vec<(u32, u64)> {
        let mut found = Vec::new();
        let all = sieve.sift(principals, levels, |principal, level| {
            found.push((principal, level.hash));
            ControlFlow::<()>::Continue(())
        });
        assert!(all.is_continue());
        found
    }

    #[test]
    fn pairs_are_shown_by_principal_and_level_until_one_is_enough() {
        let mut random = random(3);
        let mut number = || random(1 << 31) << 33 | random(1 << 31) << 2;
        let anchor = number();
        // More levels than are sifted at once, and more principals than are read ahead.
        let levels: Vec<_> = (0..20)
            .map(|at| level(number(), if at < 10 { anchor } else { Level::ROOT.anchor }))
            .collect();
        let principals: Vec<u32> = (100..140).collect();
        let mut sieve = Sieve {
            bits: Bits {
                words: vec![0; 8 * 1024],
            },
            ..Sieve::default()
        };
        assert_eq!(sifted(&sieve, &principals, &levels), []);
        let mut expected = Vec::new();
        for (at, principal) in principals.iter().enumerate() {
            for (height, level) in levels.iter().enumerate() {
                if (at * 7 + height) % 11 == 0 {
                    sieve.add(level, *principal, 1);
                    expected.push((*principal, level.hash));
                }
            }
        }
        let found = sifted(&sieve, &principals, &levels);
        assert!(expected.iter().all(|pair| found.contains(pair)));
        assert!(
            found.len() < expected.len() + 10,
            "{} {}",
            found.len(),
            expected.len()
        );
        let place = |(principal, hash): &(u32, u64)| {
            (*principal, levels.iter().position(|level| level.hash == *hash))
        };
        assert!(found.is_sorted_by_key(place));
        for enough in [1, 30, expected.len()] {
            let mut shown = 0;
            let stopped = sieve.sift(&principals, &levels, |principal, level| {
                shown += 1;
                match shown == enough {
                    true => ControlFlow::Break((principal, level.hash)),
                    false => ControlFlow::Continue(()),
                }
            });
            assert_eq!(stopped, ControlFlow::Break(found[enough - 1]));
        }
    }

    #[test]
    fn bits_are_made_anew_before_they_are_too_many() {
        let mut sieve = Sieve::default();
        let pair = |number: u32| (level(u64::from(number) << 40, 7), number);
        let all: Vec<_> = (0..500).map(pair).collect();
        let there = |sieve: &Sieve, range: std::ops::Range<usize>| {
            all[range]
                .iter()
                .all(|(level, principal)| sieve.bits.has(sieve.bits.spot(level, *principal)))
        };
        let add = |sieve: &mut Sieve, number: usize, all: usize| {
            sieve.add(&pair(number as u32).0, number as u32, all)
        };
        for number in 0..PER_LINE {
            add(&mut sieve, number, number + 1);
            assert!(sieve.next.is_none());
            sieve.step(number as u32 + 1, number + 1, |number| Some(pair(number)));
        }
        assert!(sieve.next.is_none() && sieve.marked == PER_LINE);
        // One more is too many for a line; with room for as many again.
        add(&mut sieve, PER_LINE, PER_LINE + 1);
        let (next, from) = sieve.next.as_ref().unwrap();
        assert_eq!((next.words.len(), *from), (2 * LINE, 0));
        // What comes meanwhile is in both, and no third is begun.
        (PER_LINE + 1..400).for_each(|number| add(&mut sieve, number, 400));
        assert_eq!(sieve.next.as_ref().unwrap().0.words.len(), 2 * LINE);
        for from in [64, 128, 192, 256, 320, 384] {
            assert!(there(&sieve, 0..400));
            sieve.step(400, 250, |number| Some(pair(number)));
            assert_eq!(sieve.next.as_ref().unwrap().1, from);
        }
        sieve.step(400, 250, |number| Some(pair(number)));
        assert!(sieve.next.is_none());
        assert_eq!((sieve.marked, sieve.bits.words.len()), (250, 2 * LINE));
        assert!(there(&sieve, 0..400));
        // Numbers without a thing are passed over, and nothing happens when nothing is to be made.
        sieve.step(500, 1, |_| None);
        assert_eq!(sieve.marked, 250);
        add(&mut sieve, 400, 251);
        assert_eq!(sieve.next.as_ref().unwrap().0.words.len(), 16 * LINE);
        (0..7).for_each(|_| sieve.step(401, 251, |number| (number != 3).then(|| pair(number))));
        assert!(sieve.next.is_none() && there(&sieve, 4..401) && !there(&sieve, 3..4));
    }
}
