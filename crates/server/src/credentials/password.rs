//! People's passwords: Argon2id, a few at a time.

use argon2::password_hash::{PasswordHash as Phc, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use doorward_domain::user::PasswordHash;
use doorward_names::SecretString;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;

use crate::entropy;

/// Fewest characters of a person's password (NIST SP 800-63B §3.1.1.2 asks for 8 at least).
const MIN_CHARS: usize = 8;

/// Most bytes of a person's password.
const MAX_BYTES: usize = 1024;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    /// It is too short.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// It is too long.
    #[error("a password has at most 1024 bytes")]
    TooLong,
    /// It is the one that is to be changed.
    #[error("a new password differs from the one of before")]
    SameAsBefore,
    /// It cannot be typed.
    #[error("a password must not contain control characters")]
    Unprintable,
}

/// Hashes people's passwords with Argon2id at OWASP's parameters (19 MiB, 2 passes), a few at a time.
pub struct Passwords {
    slots: Arc<Semaphore>,
    decoy: PasswordHash,
    worked: AtomicU64,
}

impl Passwords {
    /// A pool that works on at most `parallel` passwords at a time.
    pub fn new(parallel: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(parallel.max(1))),
            decoy: PasswordHash::new(DECOY.to_owned()),
            worked: AtomicU64::new(0),
        }
    }

    /// Checks the rules for a new password.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn admit(password: &SecretString) -> Result<(), PasswordRefusal> {
        let text = password.expose();
        if text.chars().count() < MIN_CHARS {
            return Err(PasswordRefusal::TooShort);
        }
        if text.len() > MAX_BYTES {
            return Err(PasswordRefusal::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordRefusal::Unprintable);
        }
        Ok(())
    }

    /// Hashes a password; `None` when the machine cannot (memory).
    pub async fn hash(&self, password: SecretString) -> Option<PasswordHash> {
        self.run(move || hash_now(&password)).await.flatten()
    }

    /// Whether `password` is the one behind `hash`. Without a hash the same work is done for nothing, so that an
    /// unknown name takes as long as a wrong password.
    pub async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> bool {
        if password.expose().len() > MAX_BYTES {
            return false;
        }
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let verified = self.run(move || {
            Phc::new(hash.as_str()).is_ok_and(|phc| {
                Argon2::default()
                    .verify_password(password.expose().as_bytes(), &phc)
                    .is_ok()
            })
        });
        verified.await.unwrap_or(false) && known
    }

    /// How many passwords were hashed or compared so far.
    pub fn worked(&self) -> u64 {
        self.worked.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        self.worked.fetch_add(1, Ordering::Relaxed);
        let _slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// Hashes a password on the calling thread.
pub fn hash_now(password: &SecretString) -> Option<PasswordHash> {
    let params = Params::new(19 * 1024, 2, 1, None).ok()?;
    let salt = SaltString::encode_b64(&entropy::bytes::<16>()).ok()?;
    let phc = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.expose().as_bytes(), &salt)
        .ok()?;
    Some(PasswordHash::new(phc.to_string()))
}

/// A hash that no password has, at the same cost as a true one.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZG9vcndhcmRkZWNveXNhbHQ$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let pool = Passwords::new(1);
        let hash = pool.hash("correct horse".into()).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(pool.verify("correct horse".into(), Some(hash.clone())).await);
        assert!(!pool.verify("wrong horse".into(), Some(hash)).await);
        assert!(!pool.verify("correct horse".into(), None).await);
        assert!(Phc::new(DECOY).is_ok());
    }
}
