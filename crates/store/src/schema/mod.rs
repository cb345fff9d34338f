//! What a store looks like, and how an older one becomes a present one. Everything that is checked is checked
//! before anything is changed.

mod app_roles;
mod applications;
mod conditional_access;
mod migrations;
mod people;

use crate::engine::Link;
use crate::sealing::{create_data_keys, load_data_keys};
use crate::value::values;
use crate::view::{Context, Tx, View};
use crate::{OpenError, QueryError, hash_key};
use doorward_domain::mode::Mode;
use doorward_names::{HashKeyId, Secret, Timestamp};
use migrations::MIGRATIONS;

/// What a look at a database finds.
pub(crate) enum Found {
    /// Nothing: a store can be made here.
    Empty,
    /// Tables, but none of ours.
    Foreign,
    /// A store of this mode and key, at this version.
    Store { version: i64 },
}

/// Why opening stopped: for a reason of ours, or of the engine's.
pub(crate) enum Stop {
    Open(OpenError),
    Query(QueryError),
}

impl From<QueryError> for Stop {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

pub(crate) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Looks, in this order: whose database it is, its mode, its version, its master key.
pub(crate) fn look(link: Link<'_>, context: &Context, mode: Mode) -> Result<Found, Stop> {
    let tables = link.tables()?;
    if !tables.iter().any(|table| table == "store_info") {
        return Ok(if tables.is_empty() {
            Found::Empty
        } else {
            Found::Foreign
        });
    }
    let view = View::new(link, context);
    let sql = "SELECT id, mode, master_check FROM store_info WHERE id = 1";
    let found = view.find("store_info", sql, &[], |row| {
        row.int("id")?;
        Ok((row.word("mode", Mode::parse)?, row.bytes("master_check")?))
    })?;
    let missing = || QueryError::Corrupt {
        table: "store_info",
        column: "id",
        id: "1".to_owned(),
    };
    let (found_mode, check) = found.ok_or_else(missing)?;
    if found_mode != mode {
        return Err(Stop::Open(OpenError::WrongMode {
            found: found_mode,
            asked: mode,
        }));
    }
    let version = version(&view)?;
    if version > newest() {
        return Err(Stop::Open(OpenError::NewerSchema {
            found: version,
            known: newest(),
        }));
    }
    if !context.keyring.is_master_of(&check) {
        return Err(Stop::Open(OpenError::WrongMasterKey));
    }
    Ok(Found::Store { version })
}

fn version(view: &View<'_>) -> Result<i64, QueryError> {
    let sql = "SELECT version FROM migration ORDER BY version DESC LIMIT 1";
    Ok(view
        .find("migration", sql, &[], |row| row.int("version"))?
        .unwrap_or(0))
}

/// Brings a store from `from` to the newest version; from 0 it is made. Runs inside a transaction.
pub(crate) fn migrate(
    link: Link<'_>,
    context: &Context,
    from: i64,
    mode: Mode,
    now: Timestamp,
) -> Result<(), QueryError> {
    let mut tx = Tx::new(link, context);
    for (version, text) in (1_i64..).zip(MIGRATIONS) {
        if version > from {
            link.batch(&link.dialect(text))?;
            let sql = "INSERT INTO migration (version, applied_at) VALUES ($1, $2)";
            tx.execute(sql, values![version, now])?;
        }
    }
    if from == 0 {
        let check = context.keyring.master_check(context.entropy)?;
        tx.execute(
            "INSERT INTO store_info (id, mode, created_at, master_check) VALUES (1, $1, $2, $3)",
            values![mode.as_str(), now, check],
        )?;
    }
    create_data_keys(&mut tx, now)?;
    load_data_keys(&tx, &context.keyring)?;
    if !tx.exists("SELECT id FROM hash_key LIMIT 1", &[])? {
        let mut id = [0; 16];
        let mut key = [0; 32];
        (context.entropy)(&mut id);
        (context.entropy)(&mut key);
        let _ = hash_key::insert(&mut tx, HashKeyId::from_random(id), &Secret::new(key), now)?;
        zeroize::Zeroize::zeroize(&mut key);
    }
    Ok(())
}

/// The words of the engine-neutral schema in SQLite's STRICT tables.
pub(crate) fn sqlite(text: &str) -> String {
    text.replace(" bytes", " BLOB")
        .replace(" bigint", " INTEGER")
        .replace(" boolean", " INTEGER")
        .replace(" text", " TEXT")
        .replace("\n);", "\n) STRICT;")
}

/// The same words for PostgreSQL; texts compare by code point.
pub(crate) fn postgres(text: &str) -> String {
    text.replace(" bytes", " bytea")
        .replace(" text", " text COLLATE \"C\"")
}
