//! The audit table: rows in the order of their time, with no index but that order.

use crate::row::Row;
use crate::value::{AsValue, values};
use crate::view::Context;
use crate::{QueryError, Tx, View};
use doorward_domain::audit::{AuditRow, Event};
use std::sync::atomic::Ordering;

/// A row's place in the order: its microsecond, then the process that wrote it, then that process's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditCursor([u8; 16]);

impl AuditCursor {
    /// The cursor with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A new row's id. Instants before 1970 sort first.
pub(crate) fn next_id(context: &Context, row: &AuditRow) -> [u8; 16] {
    let micros = u64::try_from(row.at.micros()).unwrap_or(0);
    let sequence = context.sequence.fetch_add(1, Ordering::Relaxed);
    let mut id = [0; 16];
    let parts = micros
        .to_be_bytes()
        .into_iter()
        .chain(context.node)
        .chain(sequence.to_be_bytes());
    for (slot, byte) in id.iter_mut().zip(parts) {
        *slot = byte;
    }
    id
}

fn read(row: &mut Row) -> Result<(AuditCursor, AuditRow), QueryError> {
    let cursor = AuditCursor(row.array("id")?);
    let row = AuditRow {
        at: row.time("at")?,
        tenant: row.opt_id("tenant")?,
        event: row.word("event", Event::parse)?,
        actor: row.opt_id("actor")?,
        client: row.opt_id("client")?,
        target: row.opt_id("target")?,
        uti: row.opt_text("uti")?,
        detail: row.text("detail")?,
        trace: row.id("trace")?,
        correlation: row.id("correlation")?,
    };
    Ok((cursor, row))
}

/// At most `limit` rows after `after`, oldest first.
///
/// # Errors
/// When the store fails.
pub fn page(
    view: &View<'_>,
    after: Option<AuditCursor>,
    limit: usize,
) -> Result<Vec<(AuditCursor, AuditRow)>, QueryError> {
    let after = after.map_or_else(Vec::new, |cursor| cursor.0.to_vec());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = "SELECT id, at, tenant, event, actor, client, target, uti, detail, trace, correlation FROM audit \
               WHERE id > $1 ORDER BY id LIMIT $2";
    view.list("audit", sql, &[after.value(), limit.value()], read)
}

/// How many rows there are.
///
/// # Errors
/// When the store fails.
pub fn count(view: &View<'_>) -> Result<u64, QueryError> {
    let found = view.find("audit", "SELECT count(*) FROM audit", &[], |row| row.int("count"))?;
    Ok(found.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Writes a row as part of a change.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, row: &AuditRow) -> Result<(), QueryError> {
    let id = next_id(tx.context, row);
    let AuditRow {
        at,
        tenant,
        event,
        actor,
        client,
        target,
        uti,
        detail,
        trace,
        correlation,
    } = row;
    tx.execute(
        "INSERT INTO audit (id, at, tenant, event, actor, client, target, uti, detail, trace, correlation) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            id,
            at,
            tenant,
            event.as_str(),
            actor,
            client,
            target,
            uti,
            detail,
            trace,
            correlation
        ],
    )
    .map(|_| ())
}
