//! The data keys of a store, opened with the master key.

use super::blob::{KeyId, Sealer, key_id};
use super::{MasterKey, Place, Purpose};
use crate::revision::EVERYWHERE;
use crate::value::values;
use crate::view::{Tx, View};
use crate::{OpenError, QueryError};
use doorward_names::{Secret, Timestamp};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use zeroize::Zeroizing;

pub(crate) struct Keyring {
    master: Sealer,
    keys: RwLock<Keys>,
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<KeyId, (Purpose, Sealer)>,
    current: HashMap<Purpose, KeyId>,
}

const CHECK: Place<'static> = Place {
    table: "store_info",
    column: "master_check",
    tenant: EVERYWHERE,
    row: b"1",
};
const CHECK_TEXT: &[u8] = b"this store's master key";

fn place(id: &KeyId) -> Place<'_> {
    Place {
        table: "data_key",
        column: "sealed",
        tenant: EVERYWHERE,
        row: id,
    }
}

fn unsealable() -> QueryError {
    QueryError::Statement("a value could not be sealed".to_owned())
}

impl Keyring {
    pub(crate) fn new(master: &MasterKey) -> Result<Self, OpenError> {
        let master = master
            .sealer()
            .map_err(|_| OpenError::Failed("the master key is unusable".to_owned()))?;
        Ok(Self {
            master,
            keys: RwLock::default(),
        })
    }

    /// The blob by which the master key is recognised when the store is opened again.
    pub(crate) fn master_check(&self, entropy: fn(&mut [u8])) -> Result<Vec<u8>, QueryError> {
        self.master
            .seal(&CHECK, CHECK_TEXT, entropy)
            .map_err(|_| unsealable())
    }

    pub(crate) fn is_master_of(&self, check: &[u8]) -> bool {
        self.master
            .unseal(&CHECK, check)
            .is_ok_and(|plain| plain.expose() == CHECK_TEXT)
    }

    /// Whether the key that sealed this blob is here.
    pub(super) fn knows(&self, blob: &[u8]) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        key_id(blob).is_none_or(|id| keys.by_id.contains_key(&id))
    }

    pub(super) fn seal(
        &self,
        purpose: Purpose,
        place: &Place<'_>,
        plain: &[u8],
        entropy: fn(&mut [u8]),
    ) -> Result<Vec<u8>, QueryError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let id = keys.current.get(&purpose).ok_or_else(unsealable)?;
        let (_, sealer) = keys.by_id.get(id).ok_or_else(unsealable)?;
        sealer.seal(place, plain, entropy).map_err(|_| unsealable())
    }

    pub(super) fn unseal(
        &self,
        purpose: Purpose,
        place: &Place<'_>,
        blob: &[u8],
    ) -> Result<Secret<Vec<u8>>, QueryError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let sealer = key_id(blob)
            .and_then(|id| keys.by_id.get(&id))
            .filter(|(found, _)| *found == purpose);
        let (_, sealer) = sealer.ok_or_else(|| place.damaged())?;
        sealer.unseal(place, blob).map_err(|_| place.damaged())
    }

    pub(super) fn add(&self, id: KeyId, purpose: Purpose, key: &[u8; 32]) -> Result<(), QueryError> {
        let sealer = Sealer::new(id, key).map_err(|_| unsealable())?;
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.by_id.insert(id, (purpose, sealer));
        keys.current.insert(purpose, id);
        Ok(())
    }
}

/// Opens every data key in the store; the newest of a purpose is its current one.
pub(crate) fn load_data_keys(view: &View<'_>, keyring: &Keyring) -> Result<(), QueryError> {
    let sql = "SELECT id, purpose, sealed FROM data_key ORDER BY created_at, id";
    let found = view.list("data_key", sql, &[], |row| {
        let id: KeyId = row.array("id")?;
        let purpose = row.word("purpose", Purpose::parse)?;
        let sealed = row.bytes("sealed")?;
        let plain = keyring
            .master
            .unseal(&place(&id), &sealed)
            .map_err(|_| row.corrupt("sealed"))?;
        let key = <[u8; 32]>::try_from(plain.expose().as_slice()).map_err(|_| row.corrupt("sealed"))?;
        Ok((id, purpose, Zeroizing::new(key)))
    })?;
    for (id, purpose, key) in found {
        keyring.add(id, purpose, &key)?;
    }
    Ok(())
}

/// Makes a data key for every purpose that has none.
pub(crate) fn create_data_keys(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), QueryError> {
    let context = tx.context;
    for purpose in Purpose::ALL {
        let word = purpose.as_str();
        if tx.exists("SELECT id FROM data_key WHERE purpose = $1", values![word])? {
            continue;
        }
        let mut id = KeyId::default();
        let mut key = Zeroizing::new([0; 32]);
        (context.entropy)(&mut id);
        (context.entropy)(key.as_mut_slice());
        let sealed = context
            .keyring
            .master
            .seal(&place(&id), &*key, context.entropy)
            .map_err(|_| unsealable())?;
        tx.execute(
            "INSERT INTO data_key (id, purpose, created_at, sealed) VALUES ($1, $2, $3, $4)",
            values![id, word, now, sealed],
        )?;
    }
    Ok(())
}
