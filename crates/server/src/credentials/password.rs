//! People's passwords: Argon2id, a few at a time.

use argon2::password_hash::{PasswordHash as Phc, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use doorward_domain::new_password::MAX_BYTES;
use doorward_domain::user::PasswordHash;
use doorward_names::SecretString;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::entropy;

/// Cost of the hashes that are made now: OWASP's, 19 MiB and 2 passes on one lane.
const COST: [u32; 3] = [19 * 1024, 2, 1];

/// Hashes people's passwords with Argon2id at OWASP's parameters (19 MiB, 2 passes), a few at a time.
pub struct Passwords {
    slots: Arc<Semaphore>,
    parallel: u32,
    decoy: PasswordHash,
    worked: AtomicU64,
}

impl Passwords {
    /// A pool that works on at most `parallel` passwords at a time.
    pub fn new(parallel: usize) -> Self {
        let parallel = u32::try_from(parallel).unwrap_or(u32::MAX).max(1);
        Self {
            slots: Arc::new(Semaphore::new(parallel as usize)),
            parallel,
            decoy: PasswordHash::new(DECOY.to_owned()),
            worked: AtomicU64::new(0),
        }
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

    /// Whether `hash` was made at the cost of now. Another is made anew when its password is typed.
    pub fn is_current(hash: &PasswordHash) -> bool {
        let Ok(phc) = Phc::new(hash.as_str()) else {
            return false;
        };
        let cost = Params::try_from(&phc).map(|p| [p.m_cost(), p.t_cost(), p.p_cost()]);
        phc.algorithm == Algorithm::Argon2id.ident()
            && phc.version == Some(Version::V0x13.into())
            && cost == Ok(COST)
    }

    /// Takes every place: until the answer is dropped nothing is hashed or compared, and what comes stands in line.
    pub async fn pause(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots)
            .acquire_many_owned(self.parallel)
            .await
            .ok()
    }

    /// How many passwords were hashed or compared so far, or stand in line.
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
    let [memory, passes, lanes] = COST;
    let params = Params::new(memory, passes, lanes, None).ok()?;
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
        assert!(Passwords::is_current(&PasswordHash::new(DECOY.to_owned())));
    }

    #[test]
    fn a_hash_of_another_cost_or_kind_is_not_current() {
        let current = hash_now(&"correct horse".into()).unwrap();
        assert!(Passwords::is_current(&current));
        for (from, to) in [
            ("m=19456", "m=8192"),
            ("t=2", "t=3"),
            ("p=1", "p=2"),
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("$", ""),
        ] {
            let other = current.as_str().replace(from, to);
            assert!(
                !Passwords::is_current(&PasswordHash::new(other.clone())),
                "{other}"
            );
        }
    }
}
