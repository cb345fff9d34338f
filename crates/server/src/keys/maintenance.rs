//! The turn-over of signing keys: there is always one that signs, and always a next one that verifiers know already.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::signing_key::{KeyError, KeyName, KeyUse, SigningKey, Stage};
use doorward_domain::token;
use doorward_names::{CorrelationId, Duration, Timestamp, TraceId};
use doorward_store::signing_key::StoredKey;
use doorward_store::{self as store, QueryError, Tx, View};

use super::NewKey;
use crate::entropy;

/// How long a key signs before the next one takes over by itself.
const TURN_OVER: Duration = Duration::days(90);

/// When a change of keys happens, and its number in the audit table.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// When.
    pub now: Timestamp,
    /// Its number.
    pub trace: TraceId,
}

impl Occasion {
    /// A change at `now`, under a fresh number.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            trace: TraceId::from_random(entropy::bytes()),
        }
    }
}

/// Why the keys stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The key's stage forbids it.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no key of that name.
    #[error("there is no signing key `{0}`")]
    Unknown(String),
    /// There is no next key to take over.
    #[error("there is no next key yet: it is made while the server runs")]
    NoNext,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] QueryError),
}

/// Makes sure that a key of this use signs and a next one waits; rotates by itself when the time has come. `fresh` is
/// used when one is missing. Returns whether anything changed.
///
/// # Errors
/// When the store fails.
pub fn ensure_keys(
    tx: &mut Tx<'_>,
    key_use: KeyUse,
    fresh: &NewKey,
    on: Occasion,
) -> Result<bool, ChangeError> {
    let keys = of_use(tx, key_use)?;
    let Some(current) = keys.iter().find(|k| k.key.signs()) else {
        insert(tx, fresh, SigningKey::first(fresh.name.clone(), key_use, on.now))?;
        record(tx, on, &fresh.name, "made; signs at once")?;
        return Ok(true);
    };
    let Some(next) = keys.iter().find(|k| matches!(k.key.stage, Stage::Next { .. })) else {
        insert(
            tx,
            fresh,
            SigningKey::published(fresh.name.clone(), key_use, on.now),
        )?;
        record(tx, on, &fresh.name, "made; published, signs later")?;
        return Ok(true);
    };
    let due = matches!(current.key.stage, Stage::Current { since } if on.now.since(since) > TURN_OVER);
    if due && next.key.may_sign_from().is_some_and(|from| from <= on.now) {
        let (current, next) = (current.key.clone(), next.key.clone());
        hand_over(tx, current, next.promote(on.now)?, on)?;
        return Ok(true);
    }
    Ok(false)
}

/// Whether [`ensure_keys`] would need a fresh key of this use or change something. The relay's first key is not made
/// here but at the first ticket, so that a server without runs never has one.
pub fn needs_attention(keys: &[StoredKey], key_use: KeyUse, now: Timestamp) -> bool {
    let keys = || keys.iter().filter(|k| k.key.key_use == key_use);
    if key_use == KeyUse::Relay && keys().next().is_none() {
        return false;
    }
    let current = keys().find(|k| k.key.signs());
    let next = keys().any(|k| matches!(k.key.stage, Stage::Next { .. }));
    let due = current
        .is_none_or(|k| matches!(k.key.stage, Stage::Current { since } if now.since(since) > TURN_OVER));
    due || !next
}

/// The next key of this use takes over, and `fresh` becomes the next.
///
/// # Errors
/// When the next key has not been published for a day.
pub fn rotate(
    tx: &mut Tx<'_>,
    key_use: KeyUse,
    fresh: &NewKey,
    on: Occasion,
) -> Result<KeyName, ChangeError> {
    let keys = of_use(tx, key_use)?;
    let next = keys
        .iter()
        .find(|k| matches!(k.key.stage, Stage::Next { .. }))
        .ok_or(ChangeError::NoNext)?;
    let next = next.key.clone().promote(on.now)?;
    let name = next.name.clone();
    match keys.iter().find(|k| k.key.signs()) {
        Some(current) => hand_over(tx, current.key.clone(), next, on)?,
        None => {
            store::signing_key::set_stage(tx, &next)?;
        }
    }
    insert(
        tx,
        fresh,
        SigningKey::published(fresh.name.clone(), key_use, on.now),
    )?;
    Ok(name)
}

/// Makes a stolen key worthless at once. When it was the one that signs, the next one of its use, or `fresh`, takes over.
///
/// # Errors
/// When there is no such key.
pub fn revoke(tx: &mut Tx<'_>, name: &str, fresh: &NewKey, on: Occasion) -> Result<(), ChangeError> {
    let keys = store::signing_key::list(tx)?;
    let stolen = keys
        .iter()
        .find(|k| k.key.name.0 == name)
        .ok_or_else(|| ChangeError::Unknown(name.to_owned()))?
        .key
        .clone();
    let (signed, key_use) = (stolen.signs(), stolen.key_use);
    let stolen = stolen.revoke(on.now);
    store::signing_key::set_stage(tx, &stolen)?;
    record(tx, on, &stolen.name, "revoked as compromised")?;
    if signed {
        let next = of_use(tx, key_use)?
            .into_iter()
            .find(|k| matches!(k.key.stage, Stage::Next { .. }));
        match next {
            Some(next) => {
                let next = next.key.promote_in_emergency(on.now)?;
                store::signing_key::set_stage(tx, &next)?;
                record(tx, on, &next.name, "signs from now on, in an emergency")?;
            }
            None => {
                insert(tx, fresh, SigningKey::first(fresh.name.clone(), key_use, on.now))?;
                record(tx, on, &fresh.name, "made; signs at once")?;
            }
        }
    }
    Ok(())
}

fn of_use(view: &View<'_>, key_use: KeyUse) -> Result<Vec<StoredKey>, QueryError> {
    let mut keys = store::signing_key::list(view)?;
    keys.retain(|k| k.key.key_use == key_use);
    Ok(keys)
}

fn hand_over(
    tx: &mut Tx<'_>,
    current: SigningKey,
    next: SigningKey,
    on: Occasion,
) -> Result<(), ChangeError> {
    let retired = current.retire(on.now, token::LIFETIME)?;
    store::signing_key::set_stage(tx, &retired)?;
    store::signing_key::set_stage(tx, &next)?;
    record(tx, on, &retired.name, "retired")?;
    record(tx, on, &next.name, "signs from now on")
}

fn insert(tx: &mut Tx<'_>, fresh: &NewKey, key: SigningKey) -> Result<(), ChangeError> {
    let stored = StoredKey {
        key,
        certificate: fresh.certificate.clone(),
        private: fresh.private.clone(),
    };
    // A name is the hash of a fresh random key: it cannot be in use, unless this closure runs a second time.
    let _ = store::signing_key::insert(tx, &stored)?;
    Ok(())
}

fn record(tx: &mut Tx<'_>, on: Occasion, name: &KeyName, what: &str) -> Result<(), ChangeError> {
    store::audit::insert(
        tx,
        &AuditRow {
            at: on.now,
            tenant: None,
            event: Event::KeyChanged,
            actor: None,
            client: None,
            target: None,
            uti: None,
            action: None,
            scope: None,
            detail: format!("key {}: {what}", name.0),
            trace: on.trace,
            correlation: CorrelationId::from_bytes(*on.trace.as_bytes()),
        },
    )?;
    Ok(())
}
