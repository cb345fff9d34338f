//! The HMAC keys under which secrets are hashed. The first is made with the store.

use crate::revision::EVERYWHERE;
use crate::sealing::{Place, Purpose};
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_names::{HashKeyId, Secret, Timestamp};

/// A key and its id.
pub type HashKey = (HashKeyId, Secret<[u8; 32]>);

fn place(id: &HashKeyId) -> Place<'_> {
    Place {
        table: "hash_key",
        column: "sealed",
        tenant: EVERYWHERE,
        row: id.as_bytes(),
    }
}

/// Every key, the newest, under which new secrets are hashed, first.
///
/// # Errors
/// When the store fails, or a key is not what was sealed here.
pub fn all(view: &View<'_>) -> Result<Vec<HashKey>, QueryError> {
    let sql = "SELECT id, sealed FROM hash_key ORDER BY created_at DESC, id DESC";
    let found = view.list("hash_key", sql, &[], |row| {
        Ok((row.id::<HashKeyId>("id")?, row.bytes("sealed")?))
    })?;
    found
        .into_iter()
        .map(|(id, sealed)| {
            let plain = view.unseal(Purpose::SecretHash, &place(&id), &sealed)?;
            let key = <[u8; 32]>::try_from(plain.expose().as_slice());
            let corrupt = || QueryError::Corrupt {
                table: "hash_key",
                column: "sealed",
                id: id.to_string(),
            };
            Ok((id, Secret::new(view.note(key.map_err(|_| corrupt()))?)))
        })
        .collect()
}

/// Adds a key, which becomes the current one.
///
/// # Errors
/// When the store fails.
pub fn insert(
    tx: &mut Tx<'_>,
    id: HashKeyId,
    key: &Secret<[u8; 32]>,
    now: Timestamp,
) -> Result<Inserted, QueryError> {
    let sealed = tx.seal(Purpose::SecretHash, &place(&id), key.expose())?;
    let sql = "INSERT INTO hash_key (id, created_at, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let written = tx.execute(sql, values![id, now, sealed])?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Id })
    } else {
        Ok(())
    })
}
