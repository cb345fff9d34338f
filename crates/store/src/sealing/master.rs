//! The master key, which wraps the data keys.

use super::blob::{KeyId, Sealer};
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt;
use zeroize::Zeroizing;

/// The key under which all data keys are sealed. It never enters the store.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A name that says nothing about the key: blobs carry it, so that they can be wrapped anew one by one.
    fn id(&self) -> KeyId {
        let mut input = Zeroizing::new(b"doorward master key id\0".to_vec());
        input.extend_from_slice(&*self.0);
        let mut id = KeyId::default();
        for (slot, byte) in id.iter_mut().zip(digest(&SHA256, &input).as_ref()) {
            *slot = *byte;
        }
        id
    }

    pub(super) fn sealer(&self) -> Result<Sealer, aws_lc_rs::error::Unspecified> {
        Sealer::new(self.id(), &self.0)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([redacted])")
    }
}
