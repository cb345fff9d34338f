//! Generated secrets: HMAC-SHA-256 under the sealed keys of the store.

use arc_swap::ArcSwap;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::{
    AppId, ChosenSecret, GeneratedSecret, HashKeyId, ObjectId, RecoveryCode, Secret, SecretHash, SecretKind,
    SecretString, TenantId, UserCode,
};
use std::sync::Arc;
use zeroize::Zeroizing;

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

    /// The hash to remember a secret by that a client made; `None` only when the store holds no key.
    pub fn hash_chosen(&self, secret: &ChosenSecret) -> Option<SecretHash> {
        self.hashes_of_chosen(secret).into_iter().next()
    }

    /// The hashes of what a client presents as its secret: one of ours, or of its own making.
    pub fn candidates_of_client(&self, text: &str) -> Vec<SecretHash> {
        match ChosenSecret::new(SecretString::from(text), 1) {
            Some(chosen) => self.hashes_of_chosen(&chosen),
            None => self.candidates(SecretKind::Client, text),
        }
    }

    fn hashes_of_chosen(&self, secret: &ChosenSecret) -> Vec<SecretHash> {
        let text = Zeroizing::new(format!("chosen secret {}", secret.as_secret().expose()));
        let keys = self.keys.load();
        keys.iter()
            .map(|(id, key)| tag(*id, key, text.as_bytes()))
            .collect()
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

    /// The hash to remember a person's code by; `None` only when the store holds no key.
    pub fn hash_code(&self, code: &UserCode) -> Option<SecretHash> {
        self.hashes_of_code(code).into_iter().next()
    }

    /// The hashes of a person's code under every key.
    pub fn hashes_of_code(&self, code: &UserCode) -> Vec<SecretHash> {
        let text = format!("user code {}", code.expose());
        let keys = self.keys.load();
        keys.iter()
            .map(|(id, key)| tag(*id, key, text.as_bytes()))
            .collect()
    }

    /// The hashes of a recovery code under every key, the one in use first.
    pub fn hashes_of_recovery_code(&self, code: &RecoveryCode) -> Vec<SecretHash> {
        let text = Zeroizing::new(format!("recovery code {}", code.expose()));
        let keys = self.keys.load();
        keys.iter()
            .map(|(id, key)| tag(*id, key, text.as_bytes()))
            .collect()
    }

    /// One of `buckets` that `text` always falls into, unforeseeable from outside: for counting what comes in endless
    /// variety within bounds.
    pub fn bucket(&self, purpose: &str, text: &str, buckets: u16) -> u16 {
        let keys = self.keys.load();
        let tag = keys
            .first()
            .map(|(_, key)| hmac::sign(key, format!("bucket {purpose} {text}").as_bytes()));
        let first = tag.and_then(|tag| tag.as_ref().first_chunk::<8>().copied());
        let number = u64::from_be_bytes(first.unwrap_or_default());
        let bucket = number.checked_rem(u64::from(buckets)).unwrap_or(0);
        u16::try_from(bucket).unwrap_or(0)
    }

    /// What proves that we wrote `text` for `purpose`; `None` only when the store holds no key.
    pub fn seal(&self, purpose: &str, text: &str) -> Option<String> {
        let keys = self.keys.load();
        let (_, key) = keys.first()?;
        let mac = hmac::sign(key, format!("{purpose} {text}").as_bytes());
        Some(URL_SAFE_NO_PAD.encode(mac.as_ref()))
    }

    /// The name by which one application knows a person (`sub`; OpenID Connect Core §8.1): base64url of 32 bytes that tell
    /// nothing of the account, the same for ever and on every node. It is made under the store's first key, which stays
    /// while others come; `None` only when the store holds no key.
    pub fn pairwise(&self, (tenant, person): (TenantId, ObjectId), application: AppId) -> Option<String> {
        let keys = self.keys.load();
        let (_, key) = keys.last()?;
        let input = format!("pairwise subject {tenant} {person} {application}");
        Some(URL_SAFE_NO_PAD.encode(hmac::sign(key, input.as_bytes()).as_ref()))
    }

    /// Whether `seal` is ours for `text` and `purpose`.
    pub fn is_sealed(&self, purpose: &str, text: &str, seal: &str) -> bool {
        let Ok(presented) = URL_SAFE_NO_PAD.decode(seal) else {
            return false;
        };
        let input = format!("{purpose} {text}");
        let keys = self.keys.load();
        keys.iter()
            .any(|(_, key)| hmac::verify(key, input.as_bytes(), &presented).is_ok())
    }
}

fn digest(id: HashKeyId, key: &hmac::Key, secret: &GeneratedSecret) -> SecretHash {
    tag(id, key, secret.as_secret().expose().as_bytes())
}

fn tag(id: HashKeyId, key: &hmac::Key, input: &[u8]) -> SecretHash {
    let tag = hmac::sign(key, input);
    let mut mac = [0; 32];
    for (to, from) in mac.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    SecretHash::new(id, mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_s_names_are_keyed_and_outlive_the_key_in_use() {
        let key = |n: u8| (HashKeyId::from_random([n; 16]), Secret::new([n; 32]));
        let [first, two, other] = [vec![key(1)], vec![key(2), key(1)], vec![key(3)]].map(SecretHasher::new);
        let (tenant, person) = (TenantId::from_u128(7), ObjectId::from_u128(8));
        let name = |hasher: &SecretHasher, app: u128| {
            hasher.pairwise((tenant, person), AppId::from_u128(app)).unwrap()
        };
        assert_eq!(name(&first, 9).len(), 43);
        assert_eq!(name(&first, 9), name(&two, 9));
        assert_ne!(name(&first, 9), name(&first, 10));
        assert_ne!(name(&first, 9), name(&other, 9));
        let elsewhere = first.pairwise((TenantId::from_u128(6), person), AppId::from_u128(9));
        assert_ne!(Some(name(&first, 9)), elsewhere);
        assert!(
            SecretHasher::new(Vec::new())
                .pairwise((tenant, person), AppId::from_u128(9))
                .is_none()
        );
    }
}
