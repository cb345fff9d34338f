//! The short code that a device shows and a person types elsewhere (RFC 8628 §6.1).

use crate::SecretString;
use std::fmt;
use std::str::FromStr;

/// Consonants that are hard to mistake for each other or for a digit, and spell no words.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// How many letters a code has: 34 bits.
const LENGTH: usize = 8;

/// A code that a person types; shows nothing of itself in logs.
#[derive(Clone)]
pub struct UserCode(SecretString);

/// A text that no code looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has eight letters")]
pub struct InvalidUserCode;

impl UserCode {
    /// A code out of fresh random bytes; each letter is as likely as the others to within 2⁻⁹³.
    pub fn from_entropy(bytes: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(bytes);
        let mut text = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let at = usize::try_from(rest % 20).unwrap_or_default();
            rest /= 20;
            text.push(LETTERS.get(at).copied().map_or('B', char::from));
        }
        Self(SecretString::new(text))
    }

    /// The letters.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl FromStr for UserCode {
    type Err = InvalidUserCode;

    /// Reads what a person typed: any case, with blanks and dashes wherever they like.
    fn from_str(text: &str) -> Result<Self, InvalidUserCode> {
        if text.len() > 64 {
            return Err(InvalidUserCode);
        }
        let letters: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let known = letters.bytes().all(|byte| LETTERS.contains(&byte));
        match known && letters.len() == LENGTH {
            true => Ok(Self(SecretString::new(letters))),
            false => Err(InvalidUserCode),
        }
    }
}

impl fmt::Debug for UserCode {
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
        let code: UserCode = " bcdf-ghjk ".parse().unwrap();
        assert_eq!(code.expose(), "BCDFGHJK");
        assert_eq!(format!("{code:?}"), "[redacted]");
        for wrong in ["", "BCDFGHJ", "BCDFGHJKL", "ABCDFGHJ", "BCDFGHJ0", "BCDFGHJÉ"] {
            assert!(wrong.parse::<UserCode>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_was_made_is_read_again(entropy: [u8; 16]) {
            let code = UserCode::from_entropy(entropy);
            let read: UserCode = code.expose().to_ascii_lowercase().parse().unwrap();
            prop_assert_eq!(read.expose(), code.expose());
        }
    }
}
