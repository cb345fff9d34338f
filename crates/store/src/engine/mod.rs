//! The two engines behind one set of words. Both run closures on threads of their own.

mod postgres;
mod sqlite;

use crate::job::{Append, ReadJob, WriteJob};
use crate::value::Value;
use crate::view::Context;
use crate::{Location, OpenError, QueryError, schema};
use doorward_domain::mode::Mode;
use doorward_names::Timestamp;
use std::cell::RefCell;
use std::sync::Arc;

pub(crate) enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Engine {
    pub(crate) fn open(
        location: &Location,
        mode: Mode,
        now: Timestamp,
        context: &Arc<Context>,
    ) -> Result<(Self, bool), OpenError> {
        match location {
            Location::Sqlite { path } => {
                let (engine, is_new) = sqlite::Sqlite::open(path, mode, now, context)?;
                Ok((Self::Sqlite(engine), is_new))
            }
            Location::Postgres { url } => {
                let (engine, is_new) = postgres::Postgres::open(url, mode, now, context)?;
                Ok((Self::Postgres(engine), is_new))
            }
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    pub(crate) fn read(&self, job: Box<dyn ReadJob>) {
        match self {
            Self::Sqlite(engine) => engine.read(job),
            Self::Postgres(engine) => engine.read(job),
        }
    }

    pub(crate) fn write(&self, job: Box<dyn WriteJob>) {
        match self {
            Self::Sqlite(engine) => engine.write(job),
            Self::Postgres(engine) => engine.write(job),
        }
    }

    pub(crate) fn append(&self, append: Append) {
        match self {
            Self::Sqlite(engine) => engine.write(Box::new(append)),
            Self::Postgres(engine) => engine.append(append),
        }
    }
}

/// A connection inside a transaction.
#[derive(Clone, Copy)]
pub(crate) enum Link<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a RefCell<postgres::Session>),
}

/// Rows as they come.
pub(crate) type Rows = Vec<Vec<Value<'static>>>;

impl Link<'_> {
    pub(crate) fn query(self, sql: &str, values: &[Value<'_>]) -> Result<Rows, QueryError> {
        match self {
            Self::Sqlite(connection) => sqlite::query(connection, sql, values),
            Self::Postgres(session) => postgres::session(session)?.query(sql, values),
        }
    }

    pub(crate) fn execute(self, sql: &str, values: &[Value<'_>]) -> Result<u64, QueryError> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, sql, values),
            Self::Postgres(session) => postgres::session(session)?.execute(sql, values),
        }
    }

    /// Several statements without parameters.
    pub(crate) fn batch(self, sql: &str) -> Result<(), QueryError> {
        match self {
            Self::Sqlite(connection) => sqlite::batch(connection, sql),
            Self::Postgres(session) => postgres::session(session)?.batch(sql),
        }
    }

    /// The names of the tables that are there.
    pub(crate) fn tables(self) -> Result<Vec<String>, QueryError> {
        let sql = match self {
            Self::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Self::Postgres(_) => {
                "SELECT CAST(table_name AS text) FROM information_schema.tables WHERE table_schema = current_schema()"
            }
        };
        let name = |row: Vec<Value<'static>>| match row.into_iter().next() {
            Some(Value::Text(name)) => Some(name.into_owned()),
            _ => None,
        };
        Ok(self.query(sql, &[])?.into_iter().filter_map(name).collect())
    }

    /// A migration in this engine's words.
    pub(crate) fn dialect(self, text: &str) -> String {
        match self {
            Self::Sqlite(_) => schema::sqlite(text),
            Self::Postgres(_) => schema::postgres(text),
        }
    }
}
