//! Secrets: what they look like, and how they are kept out of logs and compared.

use crate::HashKeyId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// A value that must never be shown: prints as `[redacted]` and is wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

/// A secret text.
pub type SecretString = Secret<String>;

impl<T: Zeroize> Secret<T> {
    /// Wraps `value`.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }
    /// The value itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl SecretString {
    /// Whether `text` is this secret, in time that depends on its length only.
    pub fn is(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

/// What a generated secret is for; each kind has its own prefix, so that a leaked one names itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// An application's password credential, `dwc~…`.
    Client,
    /// A refresh token, `dwr~…`.
    Refresh,
    /// A one-time set-up or recovery link, `dws~…`.
    Setup,
    /// A generated password of a person, `dwp~…`.
    Password,
    /// A run's ticket, `dwt~…`.
    Ticket,
    /// A device's code, `dwd~…`.
    Device,
    /// An authorization code, `dwa~…`.
    Code,
    /// A browser's session, `dwb~…`.
    Browser,
    /// What a page's form holds, so that only who was shown it can send it, `dwf~…`.
    Form,
    /// A guest's invitation, `dwi~…`.
    Invitation,
}

impl SecretKind {
    /// The four characters that every secret of this kind starts with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Client => "dwc~",
            Self::Refresh => "dwr~",
            Self::Setup => "dws~",
            Self::Password => "dwp~",
            Self::Ticket => "dwt~",
            Self::Device => "dwd~",
            Self::Code => "dwa~",
            Self::Browser => "dwb~",
            Self::Form => "dwf~",
            Self::Invitation => "dwi~",
        }
    }
}

/// Random bytes in a generated secret (240 bits).
pub const GENERATED_SECRET_ENTROPY: usize = 30;

const BODY: usize = 40;
const CHECKSUM: usize = 6;

/// A secret that we made: prefix, 40 characters of randomness, 6 of checksum; 50 characters out of
/// `A–Z a–z 0–9 - _ ~`, never starting with `-`, so that it needs no escaping in a URL, a form or a shell.
#[derive(Debug, Clone)]
pub struct GeneratedSecret {
    kind: SecretKind,
    text: SecretString,
}

impl GeneratedSecret {
    /// Makes a secret out of fresh random bytes.
    pub fn from_entropy(kind: SecretKind, entropy: [u8; GENERATED_SECRET_ENTROPY]) -> Self {
        let body = Zeroizing::new(URL_SAFE_NO_PAD.encode(entropy));
        let text = format!("{}{}{}", kind.prefix(), *body, checksum(kind, &body));
        Self {
            kind,
            text: Secret::new(text),
        }
    }

    /// Recognises a secret of this kind by prefix, length and checksum.
    ///
    /// `None` means that no such secret was ever issued: it can be refused without a look into the store.
    pub fn parse(kind: SecretKind, text: &str) -> Option<Self> {
        let rest = text.strip_prefix(kind.prefix())?;
        if rest.len() != BODY + CHECKSUM || !rest.is_ascii() {
            return None;
        }
        let (body, sum) = rest.split_at(BODY);
        (checksum(kind, body) == sum).then(|| Self {
            kind,
            text: Secret::from(text),
        })
    }

    /// What the secret is for.
    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    /// The secret text.
    pub fn as_secret(&self) -> &SecretString {
        &self.text
    }

    /// The first characters after the prefix, by which a person recognises a secret (Graph `hint`).
    pub fn hint(&self) -> String {
        self.text.expose().chars().take(7).collect()
    }
}

fn checksum(kind: SecretKind, body: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(kind.prefix().as_bytes());
    hasher.update(body.as_bytes());
    URL_SAFE_NO_PAD.encode(hasher.finalize().to_be_bytes())
}

/// Fewest characters of a secret that a client made, where everybody may reach the server. A keyed hash is quick, so that
/// such a text has to be more than a word that somebody thought of.
pub const MIN_CHOSEN_SECRET: usize = 32;

/// Most characters of a secret that a client made.
pub const MAX_CHOSEN_SECRET: usize = 256;

/// A client's secret of its own making: printable, at most [`MAX_CHOSEN_SECRET`] characters, and none that could be one
/// of ours.
#[derive(Debug, Clone)]
pub struct ChosenSecret(SecretString);

impl ChosenSecret {
    /// Reads a text with at least `min` characters.
    pub fn new(text: SecretString, min: usize) -> Option<Self> {
        let length = text.expose().chars().count();
        let fits = (min.max(1)..=MAX_CHOSEN_SECRET).contains(&length)
            && !text.expose().chars().any(char::is_control)
            && !text.expose().starts_with(SecretKind::Client.prefix());
        fits.then_some(Self(text))
    }

    /// The text.
    pub fn as_secret(&self) -> &SecretString {
        &self.0
    }

    /// The first characters, by which a person recognises it (Graph `hint`); nothing of a short one.
    pub fn hint(&self) -> String {
        let shown = if self.0.expose().chars().count() < MIN_CHOSEN_SECRET {
            0
        } else {
            3
        };
        self.0.expose().chars().take(shown).collect()
    }
}

/// A keyed hash (HMAC-SHA-256) of a high-entropy secret, and the key it was made under.
#[derive(Clone)]
pub struct SecretHash {
    /// Which key.
    pub key: HashKeyId,
    mac: [u8; 32],
}

impl SecretHash {
    /// The hash with these bytes.
    pub fn new(key: HashKeyId, mac: [u8; 32]) -> Self {
        Self { key, mac }
    }
    /// The 32 bytes, to be stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.mac
    }
    /// Whether both are the same hash under the same key, in time that depends on neither.
    pub fn matches(&self, other: &Self) -> bool {
        self.key == other.key && bool::from(self.mac.ct_eq(&other.mac))
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretHash({}, [redacted])", self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_generated_secret_is_recognised_and_needs_no_escape(entropy: [u8; GENERATED_SECRET_ENTROPY]) {
            let secret = GeneratedSecret::from_entropy(SecretKind::Client, entropy);
            let text = secret.as_secret().expose();
            prop_assert_eq!(text.len(), 50);
            prop_assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)));
            prop_assert!(text.starts_with("dwc~"));
            prop_assert!(GeneratedSecret::parse(SecretKind::Client, text).is_some());
            prop_assert!(GeneratedSecret::parse(SecretKind::Refresh, text).is_none());
        }

        #[test]
        fn one_changed_character_is_noticed(entropy: [u8; GENERATED_SECRET_ENTROPY], at in 4usize..50) {
            let secret = GeneratedSecret::from_entropy(SecretKind::Client, entropy);
            let mut bytes = secret.as_secret().expose().clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let text = String::from_utf8(bytes).unwrap();
            prop_assert!(GeneratedSecret::parse(SecretKind::Client, &text).is_none());
        }
    }

    #[test]
    fn a_chosen_secret_is_long_enough_and_none_of_ours() {
        let read = |text: &str, min| ChosenSecret::new(SecretString::from(text), min);
        let long = "x".repeat(MIN_CHOSEN_SECRET);
        assert!(read(&long, MIN_CHOSEN_SECRET).is_some() && read("p", 1).is_some());
        let ours = GeneratedSecret::from_entropy(SecretKind::Client, [7; GENERATED_SECRET_ENTROPY]);
        let most = "x".repeat(MAX_CHOSEN_SECRET);
        for (text, min) in [
            ("", 0),
            (&long[1..], MIN_CHOSEN_SECRET),
            (&format!("{most}x"), 1),
            ("a\nb", 1),
            (ours.as_secret().expose(), 1),
        ] {
            assert!(read(text, min).is_none(), "{text}");
        }
        assert!(read(&most, 1).is_some());
        assert_eq!(read(&long, 1).unwrap().hint(), "xxx");
        assert_eq!(read("short", 1).unwrap().hint(), "");
        assert!(!format!("{:?}", read("short", 1)).contains("short"));
    }

    #[test]
    fn a_secret_is_itself_alone() {
        let secret = SecretString::from("hush");
        assert!(secret.is("hush"));
        for other in ["", "hus", "hush ", "husH"] {
            assert!(!secret.is(other), "{other}");
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secret = GeneratedSecret::from_entropy(SecretKind::Client, [7; GENERATED_SECRET_ENTROPY]);
        let shown = format!(
            "{secret:?} {:?}",
            SecretHash::new(HashKeyId::from_bytes([1; 16]), [9; 32])
        );
        assert!(!shown.contains(&secret.as_secret().expose()[4..20]), "{shown}");
        assert!(shown.contains("[redacted]"));
    }
}
