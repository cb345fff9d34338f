//! Sealing: AES-256-GCM under one data key per purpose, bound to the place where the blob lies. The data keys are
//! themselves sealed under the master key, which never is in the store.
//!
//! Deliberately not here: where the master key comes from.

mod blob;
mod keyring;
mod master;

pub(crate) use keyring::{Keyring, create_data_keys, load_data_keys};
pub use master::MasterKey;

use crate::QueryError;
use crate::view::View;
use doorward_names::{Secret, TenantId};

/// What a data key seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Private halves of signing keys.
    SigningKey,
    /// Private keys of TLS certificates.
    Tls,
    /// Keys under which secrets are hashed.
    SecretHash,
    /// Secrets that belong to resources, and are shown to who may see them.
    ResourceSecret,
    /// What people's authenticator apps know.
    SecondFactor,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [
        Self::SigningKey,
        Self::Tls,
        Self::SecretHash,
        Self::ResourceSecret,
        Self::SecondFactor,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SigningKey => "signing_key",
            Self::Tls => "tls",
            Self::SecretHash => "secret_hash",
            Self::ResourceSecret => "resource_secret",
            Self::SecondFactor => "second_factor",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }
}

/// Where a sealed blob lies; it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) tenant: TenantId,
    pub(crate) row: &'a [u8],
}

impl Place<'_> {
    /// The associated data: every part with its length, so that no two places share one.
    fn associated_data(&self) -> Vec<u8> {
        let parts: [&[u8]; 5] = [
            b"doorward seal 1",
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.tenant.as_bytes(),
            self.row,
        ];
        let mut data = Vec::new();
        for part in parts {
            data.extend((part.len() as u64).to_be_bytes());
            data.extend(part);
        }
        data
    }

    fn damaged(&self) -> QueryError {
        let id = match std::str::from_utf8(self.row) {
            Ok(text) if self.row.iter().all(u8::is_ascii_graphic) => text.to_owned(),
            _ => self.row.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        QueryError::Corrupt {
            table: self.table,
            column: self.column,
            id,
        }
    }
}

impl View<'_> {
    /// Seals for this place.
    pub(crate) fn seal(
        &self,
        purpose: Purpose,
        place: &Place<'_>,
        plain: &[u8],
    ) -> Result<Vec<u8>, QueryError> {
        let sealed = self
            .context
            .keyring
            .seal(purpose, place, plain, self.context.entropy);
        self.note(sealed)
    }

    /// Opens what was sealed for this place. A data key that another process made is fetched first.
    pub(crate) fn unseal(
        &self,
        purpose: Purpose,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Secret<Vec<u8>>, QueryError> {
        let keyring = &self.context.keyring;
        if !keyring.knows(sealed) {
            load_data_keys(self, keyring)?;
        }
        self.note(keyring.unseal(purpose, place, sealed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entropy(buffer: &mut [u8]) {
        // Different from call to call, which is all that a nonce needs in a test.
        use std::sync::atomic::{AtomicU8, Ordering};
        static COUNT: AtomicU8 = AtomicU8::new(1);
        buffer.fill(COUNT.fetch_add(1, Ordering::Relaxed));
    }

    const HERE: Place<'static> = Place {
        table: "signing_key",
        column: "private",
        tenant: TenantId::from_u128(1),
        row: b"kid",
    };

    fn keyring() -> Keyring {
        let keyring = Keyring::new(&MasterKey::from_bytes([1; 32])).unwrap();
        keyring.add([2; 16], Purpose::SigningKey, &[3; 32]).unwrap();
        keyring.add([4; 16], Purpose::Tls, &[5; 32]).unwrap();
        keyring
    }

    #[test]
    fn a_blob_opens_only_where_it_was_sealed() {
        let keyring = keyring();
        let blob = keyring
            .seal(Purpose::SigningKey, &HERE, b"plain", entropy)
            .unwrap();
        assert_eq!(
            keyring
                .unseal(Purpose::SigningKey, &HERE, &blob)
                .unwrap()
                .expose(),
            b"plain"
        );
        for elsewhere in [
            Place {
                table: "tls_certificate",
                ..HERE
            },
            Place {
                column: "certificate",
                ..HERE
            },
            Place {
                tenant: TenantId::from_u128(2),
                ..HERE
            },
            Place { row: b"kie", ..HERE },
            Place {
                table: "signing_keyp",
                column: "rivate",
                ..HERE
            },
        ] {
            assert!(
                keyring.unseal(Purpose::SigningKey, &elsewhere, &blob).is_err(),
                "{elsewhere:?}"
            );
        }
        assert!(keyring.unseal(Purpose::Tls, &HERE, &blob).is_err());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let keyring = keyring();
        let blob = keyring
            .seal(Purpose::SigningKey, &HERE, b"plain", entropy)
            .unwrap();
        for at in 0..blob.len() * 8 {
            let mut flipped = blob.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            assert!(
                keyring.unseal(Purpose::SigningKey, &HERE, &flipped).is_err(),
                "bit {at}"
            );
        }
        for length in 0..blob.len() {
            assert!(
                keyring
                    .unseal(Purpose::SigningKey, &HERE, &blob[..length])
                    .is_err(),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn two_seals_of_one_text_differ() {
        let keyring = keyring();
        let seal = || keyring.seal(Purpose::Tls, &HERE, b"plain", entropy).unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn another_master_key_is_recognised() {
        let check = keyring().master_check(entropy).unwrap();
        assert!(keyring().is_master_of(&check));
        assert!(
            !Keyring::new(&MasterKey::from_bytes([9; 32]))
                .unwrap()
                .is_master_of(&check)
        );
        assert_eq!(
            format!("{:?}", MasterKey::from_bytes([1; 32])),
            "MasterKey([redacted])"
        );
    }
}
