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
        None => rest.iter().fold(0, |last, byte| (last << 8) + u128::from(*byte)),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out apart from this program. Other hashes would do as well, if they spread as well.
    #[test]
    fn golden_hashes() {
        let bytes: [u8; 16] = std::array::from_fn(|at| at as u8);
        assert_eq!(of_id(&bytes), 0xaf38_f05b_50f3_2771);
        assert_eq!(of_id(&[0xff; 16]), 0x5333_f083_692b_f899);
        for (key, after_start, after_seven) in [
            ("", 0x6705_27f2_8686_2c69, 0x633a_cdbf_4d2d_bd4d),
            ("/", 0x34a2_be60_7f18_0794, 0xc2c4_b05a_d470_5803),
            ("/subscriptions/", 0xc828_1b25_2a9d_0a56, 0x6b58_64c2_06a8_a2a6),
            ("/resourcegroups/", 0xe878_ea33_0f91_d2d0, 0xa455_c3cf_c2ee_8d26),
            (
                "/resourcegroups/quite-a-long-name/x",
                0xd916_6e98_8008_033f,
                0x4185_d32c_d219_b19d,
            ),
        ] {
            assert_eq!(extend(START, key.as_bytes()), after_start, "{key}");
            assert_eq!(extend(7, key.as_bytes()), after_seven, "{key}");
        }
        assert_eq!(of_principal(0), 0x9e37_79b9_7f4a_7c15);
        assert_eq!(of_principal(41), 0xf519_f86e_e238_5b72);
        assert_eq!(of_pair(START, of_principal(41)), 0xc800_0d9d_6e49_51f9);
        assert_eq!(of_pair(1 << 63 | 5, of_principal(0)), 0xde97_40d1_8f57_c50c);
    }
}
