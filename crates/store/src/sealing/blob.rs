//! The sealed form: version (1 byte), key id (16), nonce (12), ciphertext, tag (16).

use super::Place;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use doorward_names::Secret;

const VERSION: u8 = 1;

/// A name for one key.
pub(super) type KeyId = [u8; 16];

pub(super) struct Sealer {
    id: KeyId,
    key: LessSafeKey,
}

impl Sealer {
    pub(super) fn new(id: KeyId, key: &[u8; 32]) -> Result<Self, Unspecified> {
        Ok(Self {
            id,
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?),
        })
    }

    pub(super) fn seal(
        &self,
        place: &Place<'_>,
        plain: &[u8],
        entropy: fn(&mut [u8]),
    ) -> Result<Vec<u8>, Unspecified> {
        let mut nonce = [0; NONCE_LEN];
        entropy(&mut nonce);
        let mut body = plain.to_vec();
        let aad = Aad::from(place.associated_data());
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body)?;
        let mut blob = vec![VERSION];
        blob.extend(self.id);
        blob.extend(nonce);
        blob.extend(body);
        Ok(blob)
    }

    pub(super) fn unseal(&self, place: &Place<'_>, blob: &[u8]) -> Result<Secret<Vec<u8>>, Unspecified> {
        let (id, nonce, body) = split(blob).ok_or(Unspecified)?;
        if id != self.id {
            return Err(Unspecified);
        }
        let mut body = zeroize::Zeroizing::new(body.to_vec());
        let aad = Aad::from(place.associated_data());
        let plain = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(nonce), aad, &mut body)?;
        Ok(Secret::new(plain.to_vec()))
    }
}

fn split(blob: &[u8]) -> Option<(KeyId, [u8; NONCE_LEN], &[u8])> {
    let (version, rest) = blob.split_first()?;
    let (id, rest) = rest.split_first_chunk()?;
    let (nonce, body) = rest.split_first_chunk()?;
    (*version == VERSION).then_some((*id, *nonce, body))
}

/// Under which key a blob was sealed.
pub(super) fn key_id(blob: &[u8]) -> Option<KeyId> {
    split(blob).map(|(id, ..)| id)
}
