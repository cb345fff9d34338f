//! One connection, its prepared statements, and what its errors mean.

use super::address::Address;
use crate::QueryError;
use crate::engine::Rows;
use crate::value::Value;
use postgres::error::SqlState;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Row, Statement};
use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;

/// Different statements kept prepared on one connection.
const PREPARED: usize = 512;

pub(crate) struct Session {
    client: Client,
    statements: HashMap<Box<str>, Statement>,
}

impl Session {
    /// Connects, and makes sure that a commit that is acknowledged is durable.
    pub(super) fn connect(address: &Address) -> Result<Self, QueryError> {
        let client = address.connect().map_err(|error| match failure(&error) {
            QueryError::Statement(reason) => QueryError::Unavailable(reason),
            other => other,
        })?;
        let mut session = Self {
            client,
            statements: HashMap::new(),
        };
        if !matches!(
            session.setting("SHOW synchronous_commit")?.as_str(),
            "on" | "remote_apply"
        ) {
            session.batch("SET synchronous_commit = on")?;
            let now = session.setting("SHOW synchronous_commit")?;
            if now != "on" {
                return Err(QueryError::Unavailable(format!(
                    "synchronous_commit stays `{now}`, `on` is needed"
                )));
            }
        }
        session.batch("SET statement_timeout = '30s'")?;
        Ok(session)
    }

    /// The text that a statement gives.
    pub(super) fn setting(&mut self, sql: &str) -> Result<String, QueryError> {
        let row = self.client.query_one(sql, &[]).map_err(|error| failure(&error))?;
        row.try_get(0).map_err(|error| failure(&error))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, QueryError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| failure(&error))?;
        if self.statements.len() >= PREPARED {
            self.statements.clear();
        }
        self.statements.insert(sql.into(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Rows, QueryError> {
        let statement = self.prepared(sql)?;
        let rows = self
            .client
            .query(&statement, &parameters(values))
            .map_err(|error| failure(&error))?;
        rows.iter().map(columns).collect()
    }

    pub(crate) fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, QueryError> {
        self.execute_raw(sql, &parameters(values))
    }

    pub(super) fn execute_raw(
        &mut self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, QueryError> {
        let statement = self.prepared(sql)?;
        self.client
            .execute(&statement, values)
            .map_err(|error| failure(&error))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), QueryError> {
        self.client.batch_execute(sql).map_err(|error| failure(&error))
    }
}

fn parameters<'v>(values: &'v [Value<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn columns(row: &Row) -> Result<Vec<Value<'static>>, QueryError> {
    let read = |at: usize, kind: &Type| -> Result<Value<'static>, postgres::Error> {
        Ok(match *kind {
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(at)?
                .map(|bytes| Value::Bytes(Cow::Owned(bytes))),
            Type::TEXT | Type::VARCHAR | Type::NAME => row
                .try_get::<_, Option<String>>(at)?
                .map(|text| Value::Text(Cow::Owned(text))),
            Type::BOOL => row.try_get::<_, Option<bool>>(at)?.map(Value::Bool),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(at)?
                .map(|value| Value::Int(i64::from(value))),
            _ => row.try_get::<_, Option<i64>>(at)?.map(Value::Int),
        }
        .unwrap_or(Value::Null))
    };
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(at, column)| read(at, column.type_()).map_err(|error| failure(&error)))
        .collect()
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) => value.to_sql_checked(kind, out),
            Value::Bool(value) => value.to_sql_checked(kind, out),
            Value::Text(text) => text.as_ref().to_sql_checked(kind, out),
            Value::Bytes(bytes) => bytes.as_ref().to_sql_checked(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What an error of the server or the connection means for a caller.
pub(super) fn failure(error: &postgres::Error) -> QueryError {
    let Some(told) = error.as_db_error() else {
        let reason = std::iter::successors(error.source(), |&cause| cause.source())
            .fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
        return if error.is_closed() || error.source().is_some_and(|cause| cause.is::<std::io::Error>()) {
            QueryError::Unavailable(reason)
        } else {
            QueryError::Statement(reason)
        };
    };
    match told.code() {
        // A unique row that a concurrent transaction wrote: the next try sees it.
        &SqlState::T_R_SERIALIZATION_FAILURE
        | &SqlState::T_R_DEADLOCK_DETECTED
        | &SqlState::UNIQUE_VIOLATION => QueryError::Contended,
        &SqlState::DISK_FULL => QueryError::Full,
        &SqlState::READ_ONLY_SQL_TRANSACTION => QueryError::ReadOnly,
        code => {
            let reason = told.message().to_owned();
            let class = code.code().get(..2).unwrap_or_default();
            if matches!(class, "08" | "28" | "3D" | "53" | "57" | "58") {
                QueryError::Unavailable(reason)
            } else {
                QueryError::Statement(format!("{reason} ({})", code.code()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test script speaks through the environment"
    )]
    fn a_weak_synchronous_commit_is_strengthened() {
        if std::env::var("DOORWARD_TEST_ENGINES").is_ok_and(|engines| engines == "sqlite") {
            return;
        }
        let url = std::env::var("DOORWARD_TEST_POSTGRES")
            .expect("DOORWARD_TEST_POSTGRES is not set: run `./test rust`, which starts one");
        for (asked, kept) in [
            ("off", "on"),
            ("local", "on"),
            ("remote_write", "on"),
            ("remote_apply", "remote_apply"),
        ] {
            let url = format!("{url} options='-c synchronous_commit={asked}'");
            let mut session = Session::connect(&Address::parse(&url).unwrap()).unwrap();
            assert_eq!(session.setting("SHOW synchronous_commit"), Ok(kept.to_owned()));
        }
    }
}
