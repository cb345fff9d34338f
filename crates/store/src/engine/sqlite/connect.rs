//! Opening the file: look first, change later.

use super::statement::{batch, execute, failure};
use crate::engine::Link;
use crate::schema::{self, Found, Stop};
use crate::view::Context;
use crate::{OpenError, QueryError};
use doorward_domain::mode::Mode;
use doorward_names::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::{Access, access};
use rustix::io::Errno;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// How long a process waits for another one that is writing.
const BUSY: Duration = Duration::from_secs(10);

/// Different statements kept prepared on one connection.
const PREPARED: usize = 256;

/// Opens the writing connection; says whether the store was made.
pub(super) fn open(
    path: &Path,
    mode: Mode,
    now: Timestamp,
    context: &Context,
) -> Result<(Connection, bool), OpenError> {
    create_if_missing(path)?;
    {
        let connection = connect(path)?;
        // A refused store is left exactly as it was, its log included.
        let kept = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        kept.map_err(|error| explain(path, failure(error)))?;
        check(&connection, path, mode, context)?;
    }
    let connection = connect(path)?;
    if connection.is_readonly("main").unwrap_or(true) {
        return Err(OpenError::ReadOnly {
            place: format!("`{}`", path.display()),
        });
    }
    durable(&connection, path)?;
    let change = || -> Result<bool, Stop> {
        execute(&connection, "BEGIN IMMEDIATE", &[])?;
        // Another process may have made or migrated it in between.
        let from = match schema::look(Link::Sqlite(&connection), context, mode)? {
            Found::Store { version } => version,
            Found::Empty | Found::Foreign => 0,
        };
        schema::migrate(Link::Sqlite(&connection), context, from, mode, now)?;
        execute(&connection, "COMMIT", &[])?;
        Ok(from == 0)
    };
    let is_new = change().map_err(|stop| stopped(path, stop))?;
    Ok((connection, is_new))
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path)?;
    durable(&connection, path)?;
    batch(&connection, "PRAGMA query_only = ON; PRAGMA cache_size = -512")
        .map_err(|error| explain(path, error))?;
    Ok(connection)
}

/// A missing file is made for its owner alone, and its name made durable.
fn create_if_missing(path: &Path) -> Result<(), OpenError> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::StorageFull => OpenError::Full {
            place: format!("`{}`", path.display()),
        },
        ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly {
            place: format!("`{}`", path.display()),
        },
        _ => OpenError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        },
    };
    let new = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match new {
        Ok(file) => {
            file.sync_all().map_err(unreadable)?;
            let directory = path
                .parent()
                .filter(|p| !p.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            File::open(directory)
                .and_then(|directory| directory.sync_all())
                .map_err(unreadable)
        }
        // An existing file: say why it cannot be used before SQLite hides the reason. It must not be opened for
        // that: closing it would drop the locks that this process may hold on it.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            access(path, Access::READ_OK).map_err(|error| unreadable(error.into()))?;
            access(path, Access::WRITE_OK).map_err(|error| match error {
                Errno::ACCESS | Errno::ROFS => OpenError::ReadOnly {
                    place: format!("`{}`", path.display()),
                },
                other => unreadable(other.into()),
            })
        }
        Err(error) => Err(unreadable(error)),
    }
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| explain(path, failure(error)))?;
    connection
        .busy_timeout(BUSY)
        .map_err(|error| explain(path, failure(error)))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

/// Whether the file may be opened, or a store be made in it.
fn check(connection: &Connection, path: &Path, mode: Mode, context: &Context) -> Result<(), OpenError> {
    let header = connection.query_row("PRAGMA schema_version", [], |row| row.get::<_, i64>(0));
    if let Err(error) = header {
        return Err(match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::NotADatabase {
                path: path.display().to_string(),
            },
            _ => explain(path, failure(error)),
        });
    }
    match schema::look(Link::Sqlite(connection), context, mode).map_err(|stop| stopped(path, stop))? {
        Found::Store { .. } | Found::Empty => Ok(()),
        Found::Foreign => Err(OpenError::Foreign {
            place: format!("`{}`", path.display()),
        }),
    }
}

/// Sets what durability needs, and reads it back.
fn durable(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let explained = |error| explain(path, failure(error));
    let journal: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(explained)?;
    batch(
        connection,
        "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF",
    )
    .map_err(|error| explain(path, error))?;
    let synchronous: i64 = connection
        .query_row("PRAGMA synchronous", [], |row| row.get(0))
        .map_err(explained)?;
    if journal != "wal" || synchronous != 2 {
        return Err(OpenError::NotDurable(format!(
            "SQLite answers journal_mode `{journal}` and synchronous {synchronous} where `wal` and 2 are needed"
        )));
    }
    Ok(())
}

fn stopped(path: &Path, stop: Stop) -> OpenError {
    match stop {
        Stop::Open(error) => error,
        Stop::Query(error) => explain(path, error),
    }
}

fn explain(path: &Path, error: QueryError) -> OpenError {
    let place = format!("`{}`", path.display());
    match error {
        QueryError::Full => OpenError::Full { place },
        QueryError::ReadOnly => OpenError::ReadOnly { place },
        QueryError::Contended => OpenError::Locked {
            path: path.display().to_string(),
        },
        QueryError::Unavailable(reason) => OpenError::Unreadable {
            path: path.display().to_string(),
            reason,
        },
        QueryError::Corrupt {
            table: "data_key",
            id,
            ..
        } => OpenError::DamagedKey(id),
        other => OpenError::Failed(other.to_string()),
    }
}
