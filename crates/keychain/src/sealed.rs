//! Sealing of what is kept on disk: AES-256-GCM, under a key that lies elsewhere.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_names::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long a key is, in bytes.
const KEY: usize = 32;

/// A key. Shows nothing of itself.
#[derive(Debug, Clone)]
pub struct Key(Secret<[u8; KEY]>);

/// What is written in the place of the text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sealed {
    version: u32,
    /// What its key is called in the person's keyring; a key that lies elsewhere has no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    nonce: String,
    sealed: String,
}

/// The system gives no random numbers, or the cipher doesn't work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing can be sealed on this machine")]
pub struct Unsealable;

/// The one version there is.
const VERSION: u32 = 1;

impl Key {
    /// One that nobody has.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn fresh() -> Result<Self, Unsealable> {
        random().map(|bytes| Self(Secret::new(bytes)))
    }

    /// A name for a key, which no other has. It is no secret.
    ///
    /// # Errors
    /// As [`Self::fresh`].
    pub fn fresh_name() -> Result<String, Unsealable> {
        random::<16>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The form in which a key is kept.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.expose()))
    }

    /// The key in the form of [`Self::to_text`].
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        Some(Self(Secret::new(bytes.as_slice().try_into().ok()?)))
    }

    /// Seals `text` for the file called `name`, and for no other.
    ///
    /// # Errors
    /// When the cipher doesn't work.
    pub fn seal(&self, name: &str, text: &[u8]) -> Result<Sealed, Unsealable> {
        let mut buffer = text.to_vec();
        let nonce = self
            .aead()?
            .seal_in_place_append_tag(Aad::from(name), &mut buffer);
        let nonce = nonce.map_err(|_| Unsealable)?;
        Ok(Sealed {
            version: VERSION,
            key: None,
            nonce: STANDARD.encode(nonce.as_ref()),
            sealed: STANDARD.encode(buffer),
        })
    }

    /// Opens what was sealed; nothing when it is of another key or file, or was changed.
    pub fn open(&self, name: &str, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = Nonce::try_assume_unique_for_key(&STANDARD.decode(&sealed.nonce).ok()?).ok()?;
        let mut buffer = Zeroizing::new(STANDARD.decode(&sealed.sealed).ok()?);
        let opened = self
            .aead()
            .ok()?
            .open_in_place(nonce, Aad::from(name), &mut buffer)
            .ok()?
            .len();
        buffer.truncate(opened);
        Some(buffer)
    }

    fn aead(&self) -> Result<RandomizedNonceKey, Unsealable> {
        RandomizedNonceKey::new(&AES_256_GCM, self.0.expose()).map_err(|_| Unsealable)
    }
}

impl Sealed {
    /// Whether it is of a version that this program knows.
    pub fn is_known(&self) -> bool {
        self.version == VERSION
    }

    /// The same, saying what its key is called in the person's keyring.
    #[must_use]
    pub fn by_key(self, name: &str) -> Self {
        Self {
            key: Some(name.to_owned()),
            ..self
        }
    }

    /// What its key is called in the person's keyring, if it lies there.
    pub fn key_name(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

fn random<const N: usize>() -> Result<[u8; N], Unsealable> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Unsealable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_its_key_and_name_alone() {
        let (key, other) = (Key::fresh().unwrap(), Key::fresh().unwrap());
        let sealed = key.seal("a", b"hush").unwrap();
        let text = serde_json::to_string(&sealed).unwrap();
        assert!(!text.contains("hush"));
        assert_eq!(key.open("a", &sealed).unwrap().as_slice(), b"hush");
        assert!(key.open("b", &sealed).is_none());
        assert!(other.open("a", &sealed).is_none());
        let again = Key::from_text(&key.to_text()).unwrap();
        assert_eq!(again.open("a", &sealed).unwrap().as_slice(), b"hush");
        assert_ne!(key.seal("a", b"hush").unwrap().nonce, sealed.nonce);
        for (nonce, body) in [
            ("", sealed.sealed.as_str()),
            (&sealed.nonce, ""),
            (&sealed.nonce, "AAAA"),
            ("?", "?"),
        ] {
            let broken = Sealed {
                version: 1,
                key: None,
                nonce: nonce.to_owned(),
                sealed: body.to_owned(),
            };
            assert!(key.open("a", &broken).is_none());
        }
    }

    #[test]
    fn a_key_is_32_bytes() {
        for text in ["", "AAAA", "no key", &STANDARD.encode([1; 33])] {
            assert!(Key::from_text(text).is_none(), "{text}");
        }
    }
}
