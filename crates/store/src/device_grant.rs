//! Devices that wait for a person to sign in. A code is found by its hash alone: who shows it need not name a tenant.

use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::device_grant::{DeviceGrant, SignedInPerson, Stage, Wanted};
use doorward_names::{HashKeyId, SecretHash, Timestamp};

fn read(row: &mut Row) -> Result<DeviceGrant, QueryError> {
    let mac = row.array("device_mac")?;
    Ok(DeviceGrant {
        device: SecretHash::new(row.id("device_key")?, mac),
        user_code: row.hash("user_code_key", "user_code_mac")?,
        tenant: row.opt_id("tenant")?,
        client: row.id("client")?,
        wanted: Wanted {
            resource: row.opt_text("resource")?,
            scope: row.opt_text("scope")?,
        },
        second_factor: row.bool("second_factor")?,
        source: row.text("source")?,
        created_at: row.time("created_at")?,
        polled_at: row.opt_time("polled_at")?,
        stage: stage(row)?,
    })
}

fn stage(row: &mut Row) -> Result<Stage, QueryError> {
    let word = row.text("stage")?;
    match word.as_str() {
        "waiting" => Ok(Stage::Waiting),
        "declined" => Ok(Stage::Declined),
        "redeemed" => Ok(Stage::Redeemed),
        "approved" => Ok(Stage::Approved(person(row)?)),
        "signed_in" => Ok(Stage::SignedIn {
            person: person(row)?,
            proof: row.hash("proof_key", "proof_mac")?,
        }),
        _ => Err(row.corrupt("stage")),
    }
}

fn person(row: &mut Row) -> Result<SignedInPerson, QueryError> {
    Ok(SignedInPerson {
        tenant: row.id("person_tenant")?,
        user: row.id("person")?,
        methods: row.text("methods")?,
        at: row.time("signed_in_at")?,
    })
}

/// The grant whose device code has this hash.
///
/// # Errors
/// When the store fails.
pub fn find_by_device_code(view: &View<'_>, hash: &SecretHash) -> Result<Option<DeviceGrant>, QueryError> {
    let sql = "SELECT device_mac, device_key, user_code_key, user_code_mac, tenant, client, resource, scope, \
               second_factor, source, created_at, polled_at, stage, person_tenant, person, methods, signed_in_at, proof_key, \
               proof_mac FROM device_grant WHERE device_mac = $1 AND device_key = $2";
    view.find("device_grant", sql, values![hash.as_bytes(), hash.key], read)
}

/// The grant whose person's code has this hash.
///
/// # Errors
/// When the store fails.
pub fn find_by_user_code(view: &View<'_>, hash: &SecretHash) -> Result<Option<DeviceGrant>, QueryError> {
    let sql = "SELECT device_mac, device_key, user_code_key, user_code_mac, tenant, client, resource, scope, \
               second_factor, source, created_at, polled_at, stage, person_tenant, person, methods, signed_in_at, proof_key, \
               proof_mac FROM device_grant WHERE user_code_mac = $1 AND user_code_key = $2";
    view.find("device_grant", sql, values![hash.as_bytes(), hash.key], read)
}

/// Remembers a new grant.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, grant: &DeviceGrant) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO device_grant (device_mac, device_key, user_code_key, user_code_mac, tenant, client, \
         resource, scope, second_factor, source, created_at, stage) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting') ON CONFLICT DO NOTHING",
        values![
            grant.device.as_bytes(),
            grant.device.key,
            grant.user_code.key,
            grant.user_code.as_bytes(),
            grant.tenant,
            grant.client,
            grant.wanted.resource,
            grant.wanted.scope,
            grant.second_factor,
            grant.source,
            grant.created_at
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Hash })
    } else {
        Ok(())
    })
}

/// Writes how far a grant has come; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn save(tx: &mut Tx<'_>, grant: &DeviceGrant) -> Result<bool, QueryError> {
    let (word, person, proof) = match &grant.stage {
        Stage::Waiting => ("waiting", None, None),
        Stage::SignedIn { person, proof } => ("signed_in", Some(person), Some(proof)),
        Stage::Approved(person) => ("approved", Some(person), None),
        Stage::Declined => ("declined", None, None),
        Stage::Redeemed => ("redeemed", None, None),
    };
    let proof_key: Option<HashKeyId> = proof.map(|hash| hash.key);
    let sql = "UPDATE device_grant SET stage = $3, person_tenant = $4, person = $5, methods = $6, \
               signed_in_at = $7, proof_key = $8, proof_mac = $9, polled_at = $10 \
               WHERE device_mac = $1 AND device_key = $2";
    let written = tx.execute(
        sql,
        values![
            grant.device.as_bytes(),
            grant.device.key,
            word,
            person.map(|person| person.tenant),
            person.map(|person| person.user),
            person.map(|person| person.methods.as_str()),
            person.map(|person| person.at),
            proof_key,
            proof.map(|hash| *hash.as_bytes()),
            grant.polled_at
        ],
    )?;
    Ok(written > 0)
}

/// Forgets the grants that began before `before`; says how many there were.
///
/// # Errors
/// When the store fails.
pub fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, QueryError> {
    tx.execute("DELETE FROM device_grant WHERE created_at < $1", values![before])
}
