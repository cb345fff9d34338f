//! Hashes of ids, keys and pairs of them, for the tables of an index.
//!
//! They are quick and spread well; nothing rests on their being hard to invert or to collide, because whatever a table
//! finds is compared in full.

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FIRST: u64 = 0xd6e8_feb8_6659_fd93;
const SECOND: u64 = 0xa076_1d64_78bd_642f;
const THIRD: u64 = 0xe703_7ed1_a0b4_28db;

/// The two halves of a product, folded into one.
const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The hash of a UUID.
pub(super) const fn of_id(bytes: &[u8; 16]) -> u64 {
    let whole = u128::from_le_bytes(*bytes);
    fold(whole as u64 ^ FIRST, (whole >> 64) as u64 ^ SECOND)
}

/// The hash of a scope's key begins with this, and goes on by [`extend`] from each key to those below.
pub(super) const START: u64 = SEED;

/// The hash of a key that goes on with these bytes after the one whose hash is `above`.
pub(super) fn extend(above: u64, bytes: &[u8]) -> u64 {
    let mut state = above ^ (bytes.len() as u64);
    let (pairs, rest) = bytes.as_chunks::<16>();
    for pair in pairs {
        let whole = u128::from_le_bytes(*pair);
        state = fold(whole as u64 ^ FIRST, (whole >> 64) as u64 ^ state);
    }
    let last = match bytes.last_chunk::<16>() {
        // Some of it once more, which does no harm.
        Some(last) => u128::from_le_bytes(*last),
        None => rest.iter().fold(0, |last, byte| last << 8 | u128::from(*byte)),
    };
    fold(last as u64 ^ SECOND, (last >> 64) as u64 ^ state)
}

/// The hash of a principal's number.
pub(super) const fn of_principal(number: u32) -> u64 {
    (number as u64 + 1).wrapping_mul(SEED)
}

/// The hash of a scope and a principal, from those of both.
pub(super) const fn of_pair(scope: u64, principal: u64) -> u64 {
    fold(scope ^ THIRD, principal)
}
