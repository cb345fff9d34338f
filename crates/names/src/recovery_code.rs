//! The code that lets a person in who has lost their second factor.

use crate::SecretString;
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroize as _;

/// Digits and letters without those that are taken for others (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many letters a code has: 80 bits.
const LENGTH: usize = 16;

/// Random bytes in a code.
pub const RECOVERY_CODE_ENTROPY: usize = 10;

/// A code that a person keeps on paper; shows nothing of itself in logs.
#[derive(Clone)]
pub struct RecoveryCode(SecretString);

/// A text that no code looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a recovery code has sixteen letters and digits")]
pub struct InvalidRecoveryCode;

impl RecoveryCode {
    /// A code out of fresh random bytes; all of them are in it.
    pub fn from_entropy(bytes: [u8; RECOVERY_CODE_ENTROPY]) -> Self {
        let mut rest = bytes
            .iter()
            .fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
        let mut text = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let at = usize::try_from(rest & 31).unwrap_or_default();
            rest >>= 5;
            text.push(LETTERS.get(at).copied().map_or('0', char::from));
        }
        Self(SecretString::new(text))
    }

    /// The sixteen letters and digits.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// As a person reads it: four groups of four.
    pub fn grouped(&self) -> SecretString {
        let mut text = String::with_capacity(LENGTH + 3);
        for (at, letter) in self.expose().chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        SecretString::new(text)
    }
}

impl FromStr for RecoveryCode {
    type Err = InvalidRecoveryCode;

    /// Reads what a person typed: any case, with blanks and dashes wherever they like, and look-alikes for each other.
    fn from_str(text: &str) -> Result<Self, InvalidRecoveryCode> {
        if text.len() > 128 {
            return Err(InvalidRecoveryCode);
        }
        let mut letters = String::with_capacity(LENGTH);
        let typed = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        for letter in typed.take(LENGTH + 1) {
            letters.push(match letter.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            });
        }
        let known = letters.bytes().all(|byte| LETTERS.contains(&byte));
        match known && letters.len() == LENGTH {
            true => Ok(Self(SecretString::new(letters))),
            false => {
                letters.zeroize();
                Err(InvalidRecoveryCode)
            }
        }
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_person_may_type_it_as_they_like() {
        let code: RecoveryCode = " OIl2-abcd EFGH-jkmn ".parse().unwrap();
        assert_eq!(code.expose(), "0112abcdefghjkmn");
        assert_eq!(code.grouped().expose(), "0112-abcd-efgh-jkmn");
        assert_eq!(format!("{code:?} {:?}", code.grouped()), "[redacted] [redacted]");
        for wrong in [
            "",
            "0112abcdefghjkm",
            "0112abcdefghjkmnp",
            "u112abcdefghjkmn",
            "é112abcdefghjkm",
        ] {
            assert!(wrong.parse::<RecoveryCode>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_was_made_is_read_again_and_no_bit_is_lost(
            one: [u8; RECOVERY_CODE_ENTROPY], other: [u8; RECOVERY_CODE_ENTROPY]
        ) {
            let code = RecoveryCode::from_entropy(one);
            let read: RecoveryCode = code.grouped().expose().to_ascii_uppercase().parse().unwrap();
            prop_assert_eq!(read.expose(), code.expose());
            prop_assert_eq!(one == other, code.expose() == RecoveryCode::from_entropy(other).expose());
        }
    }
}
