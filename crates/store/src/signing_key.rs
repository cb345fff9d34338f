//! Signing keys: certificate in the open, private key sealed.

use crate::revision::{EVERYWHERE, Kind};
use crate::sealing::{Place, Purpose};
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::signing_key::{KeyName, KeyUse, SigningKey, Stage};
use doorward_names::{Secret, Timestamp};

/// A signing key with what it needs to sign and to be verified.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Name and stage.
    pub key: SigningKey,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The private key, PKCS#8 DER; sealed at rest.
    pub private: Secret<Vec<u8>>,
}

const fn columns(stage: Stage) -> (&'static str, Timestamp, Option<Timestamp>) {
    match stage {
        Stage::Next { published_at } => ("next", published_at, None),
        Stage::Current { since } => ("current", since, None),
        Stage::Retired { at, until } => ("retired", at, Some(until)),
        Stage::Revoked { at } => ("revoked", at, None),
    }
}

fn place(name: &KeyName) -> Place<'_> {
    Place {
        table: "signing_key",
        column: "private",
        tenant: EVERYWHERE,
        row: name.0.as_bytes(),
    }
}

/// Every key, in every stage, by name.
///
/// # Errors
/// When the store fails, or a private key is not what was sealed here.
pub fn list(view: &View<'_>) -> Result<Vec<StoredKey>, QueryError> {
    let sql = "SELECT name, key_use, stage, stage_at, stage_until, certificate, private FROM signing_key \
               ORDER BY name";
    let found = view.list("signing_key", sql, &[], |row| {
        let name = KeyName(row.text("name")?);
        let key_use = row.word("key_use", KeyUse::parse)?;
        let word = row.text("stage")?;
        let at = row.time("stage_at")?;
        let stage = match (word.as_str(), row.opt_time("stage_until")?) {
            ("next", None) => Stage::Next { published_at: at },
            ("current", None) => Stage::Current { since: at },
            ("retired", Some(until)) => Stage::Retired { at, until },
            ("revoked", None) => Stage::Revoked { at },
            _ => return Err(row.corrupt("stage")),
        };
        Ok((
            SigningKey { name, key_use, stage },
            row.bytes("certificate")?,
            row.bytes("private")?,
        ))
    })?;
    found
        .into_iter()
        .map(|(key, certificate, sealed)| {
            let private = view.unseal(Purpose::SigningKey, &place(&key.name), &sealed)?;
            Ok(StoredKey {
                key,
                certificate,
                private,
            })
        })
        .collect()
}

/// Adds a key, sealing its private half.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, stored: &StoredKey) -> Result<Inserted, QueryError> {
    let name = &stored.key.name;
    let (stage, at, until) = columns(stored.key.stage);
    let sealed = tx.seal(Purpose::SigningKey, &place(name), stored.private.expose())?;
    let written = tx.execute(
        "INSERT INTO signing_key (name, key_use, stage, stage_at, stage_until, certificate, private) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        values![
            name.0,
            stored.key.key_use.as_str(),
            stage,
            at,
            until,
            stored.certificate,
            sealed
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict {
            what: Unique::KeyName,
        }));
    }
    tx.bump(Kind::SigningKey, EVERYWHERE);
    Ok(Ok(()))
}

/// Writes a key's stage; says whether the key was there.
///
/// # Errors
/// When the store fails.
pub fn set_stage(tx: &mut Tx<'_>, key: &SigningKey) -> Result<bool, QueryError> {
    let (stage, at, until) = columns(key.stage);
    let sql = "UPDATE signing_key SET stage = $2, stage_at = $3, stage_until = $4 WHERE name = $1";
    let written = tx.execute(sql, values![key.name.0, stage, at, until])?;
    if written > 0 {
        tx.bump(Kind::SigningKey, EVERYWHERE);
    }
    Ok(written > 0)
}
