//! Statements on SQLite: `$1` is a name there, which is bound by its number.

use crate::QueryError;
use crate::engine::Rows;
use crate::value::Value;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql, ffi};
use std::borrow::Cow;

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<CachedStatement<'c>, QueryError> {
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    for index in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| QueryError::Statement("a parameter has no value".to_owned()))?;
        statement.raw_bind_parameter(index, value).map_err(failure)?;
    }
    Ok(statement)
}

pub(crate) fn query(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<Rows, QueryError> {
    let mut statement = prepare(connection, sql, values)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failure)? {
        let mut out = Vec::with_capacity(columns);
        for at in 0..columns {
            out.push(match row.get_ref(at).map_err(failure)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(value) => Value::Int(value),
                ValueRef::Text(text) => Value::Text(Cow::Owned(String::from_utf8_lossy(text).into_owned())),
                ValueRef::Blob(bytes) => Value::Bytes(Cow::Owned(bytes.to_vec())),
                ValueRef::Real(_) => return Err(QueryError::Statement("a column holds a float".to_owned())),
            });
        }
        found.push(out);
    }
    Ok(found)
}

pub(crate) fn execute(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<u64, QueryError> {
    let written = prepare(connection, sql, values)?.raw_execute().map_err(failure)?;
    Ok(written as u64)
}

pub(crate) fn batch(connection: &Connection, sql: &str) -> Result<(), QueryError> {
    connection.execute_batch(sql).map_err(failure)
}

/// What SQLite's error means for a caller.
pub(super) fn failure(error: rusqlite::Error) -> QueryError {
    let rusqlite::Error::SqliteFailure(code, _) = &error else {
        return QueryError::Statement(error.to_string());
    };
    match (code.code, code.extended_code) {
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => QueryError::Full,
        (ErrorCode::ReadOnly, _) => QueryError::ReadOnly,
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => QueryError::Contended,
        (ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::PermissionDenied, _) => {
            QueryError::Unavailable(format!("the database file cannot be used ({error})"))
        }
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
            QueryError::Unavailable("the database file is damaged".to_owned())
        }
        _ => QueryError::Statement(error.to_string()),
    }
}
