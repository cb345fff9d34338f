//! Tells of most pairs of a principal and a scope that there is no assignment, from a few bits for each that has one.
//!
//! What one principal has in one subscription leaves its bits in one line of memory, and what all have in one
//! subscription in a few pages, so that all that a decision asks about is read at the same time. When bits have become
//! many, they are made anew, a few with each change that is taken in, so that no change has to wait for all.

use prefetch_index::prefetch_index;

use super::hash;
use super::places::Level;

/// Eight words are a line, as big as what a processor reads at once.
const LINE: usize = 8;
/// How many lines there are for a subscription: enough for the 4,000 assignments that it may have.
const BLOCK: u64 = 512;
/// How many pairs share a line, at most.
const PER_LINE: usize = 40;
/// How many levels are sifted at once; those that come after are let through.
pub(super) const LEVELS: usize = 12;
/// How many principals are sifted at once.
pub(super) const PRINCIPALS: usize = 16;
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
    word: usize,
    mask: u64,
}

impl Marks {
    const fn of(level: &Level<'_>) -> Self {
        let hash = level.hash;
        Self {
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
    /// Where the line of a principal begins: in the block of a subscription, and anywhere for what is above.
    fn line(&self, anchor: u64, principal: u64) -> usize {
        let line = match anchor == Level::ROOT.anchor {
            true => principal >> 32,
            false => anchor / BLOCK * BLOCK + (principal >> 32) % BLOCK,
        };
        (line as usize).wrapping_mul(LINE) & self.words.len().wrapping_sub(LINE)
    }

    fn spot(&self, level: &Level<'_>, principal: u32) -> Spot {
        let principal = hash::of_principal(principal);
        Marks::of(level).spot(self.line(level.anchor, principal), principal)
    }

    /// Has the lines of principals brought near.
    #[inline]
    fn prefetch(&self, anchor: u64, principals: &[u32]) {
        for principal in principals {
            prefetch_index(&self.words, self.line(anchor, hash::of_principal(*principal)));
        }
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

/// For each principal, at which levels it may have something, as bits.
pub(super) type Sifted = [u16; PRINCIPALS];

impl Sieve {
    /// Sifts as many as [`PRINCIPALS`] at as many as [`LEVELS`] of one anchor. Nothing rests on what was read before, so
    /// the processor reads the lines of all at the same time.
    #[inline]
    pub(super) fn sift(&self, principals: &[u32], levels: &[Level<'_>]) -> Sifted {
        let mut marks = [Marks::default(); LEVELS];
        for (marks, level) in marks.iter_mut().zip(levels) {
            *marks = Marks::of(level);
        }
        let marks = marks.get(..levels.len()).unwrap_or(&marks);
        let anchor = levels.first().map_or(0, |level| level.anchor);
        self.bits.prefetch(anchor, principals);
        let mut sifted = Sifted::default();
        for (found, principal) in sifted.iter_mut().zip(principals) {
            let principal = hash::of_principal(*principal);
            let line = self.bits.line(anchor, principal);
            for (at, marks) in marks.iter().enumerate() {
                *found |= u16::from(self.bits.has(marks.spot(line, principal))) << at;
            }
        }
        sifted
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::rbac::tests::random;

    const fn level(hash: u64, anchor: u64) -> Level<'static> {
        Level {
            hash,
            anchor,
            key: "",
        }
    }

    /// Worked out apart from this program, for 4,096 lines.
    #[test]
    fn golden_spots() {
        let bits = Bits {
            words: vec![0; 4096 * LINE],
        };
        for ((hash, anchor, principal), (at, mask)) in [
            ((0xf123456789abcdef, 0x123456789abcdef, 0), (28107, 0x80040001000)),
            (
                (0xf123456789abcdef, 0x123456789abcdef, 41),
                (25456, 0x400000002001),
            ),
            ((0x5a5a1b2c3d4e5f60, Level::ROOT.anchor, 7), (28253, 0x8010000000)),
            (
                (0x5a5a1b2c3d4e5f60, Level::ROOT.anchor, 41),
                (17269, 0x400000000000020),
            ),
            ((0x5a5a1b2c3d4e5f60, 0xabcd2f, 7), (28253, 0x8010000000)),
            ((0x924500000000, 0x3, 1), (2961, 0x88000000000000)),
            ((0x914500000000, 0x3, 1), (2961, 0x88000000000000)),
            ((0x914500000000, 0x200, 1), (7057, 0x88000000000000)),
        ] {
            let spot = bits.spot(&level(hash, anchor), principal);
            assert_eq!(
                (spot.at, spot.mask),
                (at, mask),
                "{hash:x} {anchor:x} {principal}"
            );
        }
    }

    #[test]
    fn what_all_have_in_one_subscription_lies_in_one_block() {
        let mut random = random(4);
        let mut number = || random(1 << 31) << 33 | random(1 << 31) << 2 | random(4);
        let bits = Bits {
            words: vec![0; 4096 * LINE],
        };
        for _ in 0..20 {
            let anchor = number();
            let lines: BTreeSet<_> = (0..10_000).map(|_| bits.line(anchor, number()) / LINE).collect();
            assert!(lines.iter().all(|line| line / 512 == anchor as usize / 512 % 8));
            assert_eq!(lines.len(), 512);
        }
        let above = (0..80_000).map(|_| bits.line(Level::ROOT.anchor, number()));
        assert_eq!(above.collect::<BTreeSet<_>>().len(), 4096);
        assert!(Bits::default().line(u64::MAX, u64::MAX) == 0);
    }

    #[test]
    fn pairs_that_were_added_are_sifted_out_and_few_others() {
        let mut random = random(3);
        let mut number = || random(1 << 31) << 33 | random(1 << 31) << 2;
        let principals: Vec<u32> = (100..100 + PRINCIPALS as u32).collect();
        for anchor in [number(), Level::ROOT.anchor] {
            let levels: Vec<_> = (0..LEVELS).map(|_| level(number(), anchor)).collect();
            let words = vec![0; 1024 * LINE];
            let mut sieve = Sieve {
                bits: Bits { words },
                ..Sieve::default()
            };
            assert_eq!(sieve.sift(&principals, &levels), Sifted::default());
            let mut expected = Sifted::default();
            for (at, principal) in principals.iter().enumerate() {
                for (height, level) in levels.iter().enumerate() {
                    if (at * 7 + height) % 5 == 0 {
                        sieve.add(level, *principal, 1);
                        expected[at] |= 1 << height;
                    }
                }
            }
            let sifted = sieve.sift(&principals, &levels);
            let others = sifted.iter().zip(expected).map(|(found, wanted)| {
                assert_eq!(found & wanted, wanted);
                (found ^ wanted).count_ones()
            });
            assert!(others.sum::<u32>() < 6);
            // Of fewer, as of all.
            let fewer = sieve.sift(&principals[..3], &levels[..4]);
            assert_eq!(fewer[..3], [0, 1, 2].map(|at| sifted[at] & 0xf));
            assert_eq!(fewer[3..], Sifted::default()[3..]);
            assert_eq!(sieve.sift(&principals, &[]), Sifted::default());
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
