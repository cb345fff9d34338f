//! What a closure works on: a [`View`] to look, a [`Tx`] to change. Both speak one SQL to both engines.

use crate::QueryError;
use crate::engine::Link;
use crate::revision::{Bump, Kind};
use crate::row::Row;
use crate::sealing::Keyring;
use crate::value::{Value, values};
use doorward_names::TenantId;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::atomic::AtomicU32;

/// What every closure of one store shares.
pub(crate) struct Context {
    pub(crate) keyring: Keyring,
    pub(crate) entropy: fn(&mut [u8]),
    /// This process's part of audit ids.
    pub(crate) node: [u8; 4],
    pub(crate) sequence: AtomicU32,
}

/// One consistent snapshot of the store.
pub struct View<'a> {
    link: Link<'a>,
    pub(crate) context: &'a Context,
    /// The first error of this closure, whatever the closure made of it.
    failure: RefCell<Option<QueryError>>,
}

/// A change in the making; everything that can be done with a [`View`] can be done with it.
pub struct Tx<'a> {
    view: View<'a>,
    bumps: BTreeSet<(Kind, TenantId)>,
}

impl<'a> Deref for Tx<'a> {
    type Target = View<'a>;
    fn deref(&self) -> &View<'a> {
        &self.view
    }
}

impl<'a> View<'a> {
    pub(crate) fn new(link: Link<'a>, context: &'a Context) -> Self {
        Self {
            link,
            context,
            failure: RefCell::new(None),
        }
    }

    /// Keeps the first error, so that a broken transaction is never committed by mistake.
    pub(crate) fn note<T>(&self, result: Result<T, QueryError>) -> Result<T, QueryError> {
        if let Err(error) = &result {
            self.failure.borrow_mut().get_or_insert_with(|| error.clone());
        }
        result
    }

    pub(crate) fn take_failure(&self) -> Option<QueryError> {
        self.failure.borrow_mut().take()
    }

    /// The rows of a fixed statement.
    pub(crate) fn query(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Vec<Value<'static>>>, QueryError> {
        self.query_composed(sql, values)
    }

    /// The rows of a statement that was composed of fixed parts (filters, lists of ids).
    pub(crate) fn query_composed(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Vec<Value<'static>>>, QueryError> {
        self.note(refuse_nul(values).and_then(|()| self.link.query(sql, values)))
    }

    /// All rows, as domain values.
    pub(crate) fn list<T>(
        &self,
        table: &'static str,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&mut Row) -> Result<T, QueryError>,
    ) -> Result<Vec<T>, QueryError> {
        let rows = self.query_composed(sql, values)?;
        self.note(
            rows.into_iter()
                .map(|row| read(&mut Row::new(table, row)))
                .collect(),
        )
    }

    /// The one row, if it is there.
    pub(crate) fn find<T>(
        &self,
        table: &'static str,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&mut Row) -> Result<T, QueryError>,
    ) -> Result<Option<T>, QueryError> {
        Ok(self.list(table, sql, values, read)?.into_iter().next())
    }

    /// Whether a statement gives any row.
    pub(crate) fn exists(&self, sql: &'static str, values: &[Value<'_>]) -> Result<bool, QueryError> {
        Ok(!self.query(sql, values)?.is_empty())
    }

    fn run(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, QueryError> {
        self.note(refuse_nul(values).and_then(|()| self.link.execute(sql, values)))
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(link: Link<'a>, context: &'a Context) -> Self {
        Self {
            view: View::new(link, context),
            bumps: BTreeSet::new(),
        }
    }

    /// Runs a statement; gives how many rows it wrote.
    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, QueryError> {
        self.view.run(sql, values)
    }

    /// Says that cached things of this kind changed; counted once per transaction, when it commits.
    pub(crate) fn bump(&mut self, kind: Kind, tenant: TenantId) {
        self.bumps.insert((kind, tenant));
    }

    pub(crate) fn has_bumps(&self) -> bool {
        !self.bumps.is_empty()
    }

    /// Writes the counters; the last act before the commit.
    pub(crate) fn write_bumps(&mut self) -> Result<Vec<Bump>, QueryError> {
        let bumps = std::mem::take(&mut self.bumps);
        bumps
            .into_iter()
            .map(|(kind, tenant)| {
                let found = self.view.list(
                    "revision",
                    "INSERT INTO revision (kind, tenant, revision) VALUES ($1, $2, 1) \
                     ON CONFLICT (kind, tenant) DO UPDATE SET revision = revision.revision + 1 RETURNING revision",
                    values![kind.as_str(), tenant],
                    |row| row.int("revision"),
                )?;
                let revision = found.first().copied().and_then(|r| u64::try_from(r).ok()).unwrap_or(0);
                Ok(Bump { kind, tenant, revision })
            })
            .collect()
    }
}

fn refuse_nul(values: &[Value<'_>]) -> Result<(), QueryError> {
    let nul = |value: &Value<'_>| matches!(value, Value::Text(text) if text.contains('\0'));
    if values.iter().any(nul) {
        Err(QueryError::NulCharacter)
    } else {
        Ok(())
    }
}
