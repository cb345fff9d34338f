//! Generated secrets: HMAC-SHA-256 under the sealed keys of the store.

use arc_swap::ArcSwap;
use aws_lc_rs::hmac;
use doorward_names::{GeneratedSecret, HashKeyId, Secret, SecretHash, SecretKind};
use std::sync::Arc;

/// Hashes generated secrets with HMAC-SHA-256 under the store's keys; the first key is the one in use.
pub struct SecretHasher {
    keys: ArcSwap<Vec<(HashKeyId, hmac::Key)>>,
}

impl SecretHasher {
    /// A hasher with these keys, the one in use first.
    pub fn new(keys: Vec<(HashKeyId, Secret<[u8; 32]>)>) -> Self {
        let keys = keys
            .into_iter()
            .map(|(id, key)| (id, hmac::Key::new(hmac::HMAC_SHA256, key.expose())))
            .collect();
        Self {
            keys: ArcSwap::new(Arc::new(keys)),
        }
    }

    /// The hash to remember a fresh secret by; `None` only when the store holds no key.
    pub fn hash(&self, secret: &GeneratedSecret) -> Option<SecretHash> {
        let keys = self.keys.load();
        keys.first().map(|(id, key)| digest(*id, key, secret))
    }

    /// The hashes of a presented text under every key, or none when it cannot be one of our secrets.
    pub fn candidates(&self, kind: SecretKind, text: &str) -> Vec<SecretHash> {
        match GeneratedSecret::parse(kind, text) {
            Some(secret) => self
                .keys
                .load()
                .iter()
                .map(|(id, key)| digest(*id, key, &secret))
                .collect(),
            None => Vec::new(),
        }
    }
}

fn digest(id: HashKeyId, key: &hmac::Key, secret: &GeneratedSecret) -> SecretHash {
    let tag = hmac::sign(key, secret.as_secret().expose().as_bytes());
    let mut mac = [0; 32];
    for (to, from) in mac.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    SecretHash::new(id, mac)
}
