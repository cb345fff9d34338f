//! The signing keys as this node knows them.

use arc_swap::ArcSwap;
use doorward_domain::signing_key::{KeyName, KeyUse, SigningKey};
use doorward_names::Timestamp;
use doorward_protocol::jose::{Jwk, SigningKeyPair};
use doorward_store::revision::{EVERYWHERE, Kind};
use doorward_store::signing_key::StoredKey;
use doorward_store::{self as store, Store};
use std::sync::Arc;
use std::time::Duration;

use super::SignError;
use crate::snapshots::{ReadError, Snapshots};

/// How long a request waits for the very first key, which is made in the background.
const FIRST_KEY: Duration = Duration::from_secs(20);

/// A key that verifiers are given.
#[derive(Clone)]
pub struct PublishedKey {
    /// Its place in its life.
    pub key: SigningKey,
    /// Its public half.
    pub jwk: Jwk,
    /// Its private half, for signing and for checking our own tokens.
    pub pair: Arc<SigningKeyPair>,
}

/// The keys at one revision.
#[derive(Clone, Default)]
pub struct KeySet {
    revision: Option<u64>,
    keys: Vec<PublishedKey>,
}

impl KeySet {
    /// The key of this use that signs.
    pub fn current(&self, key_use: KeyUse) -> Option<&PublishedKey> {
        self.of_use(key_use).find(|k| k.key.signs())
    }

    /// The keys of this use that verifiers may know at `now`, the one that signs first.
    pub fn published(&self, key_use: KeyUse, now: Timestamp) -> impl Iterator<Item = &PublishedKey> {
        self.of_use(key_use).filter(move |k| k.key.is_published(now))
    }

    /// The published key of this use and name.
    pub fn find(&self, key_use: KeyUse, name: &str, now: Timestamp) -> Option<&PublishedKey> {
        self.published(key_use, now).find(|k| k.key.name.0 == name)
    }

    fn of_use(&self, key_use: KeyUse) -> impl Iterator<Item = &PublishedKey> {
        self.keys.iter().filter(move |k| k.key.key_use == key_use)
    }
}

/// The keys in use.
#[derive(Default)]
pub struct Keyring {
    set: ArcSwap<KeySet>,
    loading: tokio::sync::Mutex<()>,
    making: tokio::sync::Mutex<()>,
}

impl Keyring {
    /// The keys at the present revision.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn set(&self, snapshots: &Snapshots, store: &Store) -> Result<Arc<KeySet>, ReadError> {
        let revision = snapshots.revision(Kind::SigningKey, EVERYWHERE).await?;
        let known = self.set.load_full();
        if known.revision == Some(revision) {
            return Ok(known);
        }
        let _one_at_a_time = self.loading.lock().await;
        let known = self.set.load_full();
        if known.revision == Some(revision) {
            return Ok(known);
        }
        let stored = store.read(store::signing_key::list).await?;
        let mut keys: Vec<_> = stored.iter().filter_map(publish).collect();
        keys.sort_by_key(|k| !k.key.signs());
        let set = Arc::new(KeySet {
            revision: Some(revision),
            keys,
        });
        self.set.store(Arc::clone(&set));
        Ok(set)
    }

    /// Waits for its turn to make a key of which there is none yet, so that many at once make only one.
    pub async fn turn_to_make(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.making.lock().await
    }

    /// The key of this use that signs; waits for the first one of a new store.
    ///
    /// # Errors
    /// [`SignError::NoKey`] when there is none after all, or the store cannot be read.
    pub async fn current(
        &self,
        key_use: KeyUse,
        snapshots: &Snapshots,
        store: &Store,
    ) -> Result<PublishedKey, SignError> {
        let wait = async {
            loop {
                let set = self.set(snapshots, store).await.map_err(|_| SignError::NoKey)?;
                if let Some(key) = set.current(key_use) {
                    return Ok(key.clone());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(FIRST_KEY, wait)
            .await
            .unwrap_or(Err(SignError::NoKey))
    }
}

fn publish(stored: &StoredKey) -> Option<PublishedKey> {
    let KeyName(name) = &stored.key.name;
    let pair = match SigningKeyPair::from_pkcs8(stored.private.expose()) {
        Ok(pair) => Arc::new(pair),
        Err(_) => {
            tracing::error!(key.name = %name, "a stored signing key cannot be read; it is left out");
            return None;
        }
    };
    let jwk = Jwk::rsa_signing(name, pair.public_key(), &[&stored.certificate], None);
    Some(PublishedKey {
        key: stored.key.clone(),
        jwk,
        pair,
    })
}
