//! The audit table: rows in the order of their time, with no index but that order.

use crate::row::Row;
use crate::value::{AsValue, values};
use crate::view::Context;
use crate::{QueryError, Tx, View};
use doorward_domain::audit::{AuditRow, Event};
use doorward_names::{ObjectId, TenantId, Timestamp};
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

const SELECT: &str = "SELECT id, at, tenant, event, actor, client, target, uti, action, scope, detail, trace, \
                      correlation FROM audit";

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
        action: row.opt_text("action")?,
        scope: row.opt_text("scope")?,
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
    let sql = format!("{SELECT} WHERE id > $1 ORDER BY id LIMIT $2");
    view.list("audit", &sql, &[after.value(), limit.value()], read)
}

/// Which rows of a tenant are listed.
#[derive(Debug, Clone, Copy)]
pub struct Between {
    /// Not before this instant.
    pub since: Timestamp,
    /// Not at or after this one.
    pub until: Timestamp,
    /// Of this actor alone.
    pub actor: Option<ObjectId>,
    /// After this row.
    pub after: Option<AuditCursor>,
    /// This many at most.
    pub limit: usize,
}

/// One page of a tenant's rows, oldest first.
///
/// # Errors
/// When the store fails.
pub fn page_of_tenant(
    view: &View<'_>,
    tenant: TenantId,
    between: &Between,
) -> Result<Vec<(AuditCursor, AuditRow)>, QueryError> {
    // A row's id begins with its time, so the primary key finds where to begin.
    let from = between
        .after
        .map_or_else(|| first_id(between.since), |cursor| cursor.0);
    let to = first_id(between.until);
    let limit = i64::try_from(between.limit).unwrap_or(i64::MAX);
    match between.actor {
        Some(actor) => {
            let sql = format!(
                "{SELECT} WHERE id > $1 AND id < $2 AND tenant = $3 AND actor = $4 ORDER BY id LIMIT $5"
            );
            view.list("audit", &sql, values![from, to, tenant, actor, limit], read)
        }
        None => {
            let sql = format!("{SELECT} WHERE id > $1 AND id < $2 AND tenant = $3 ORDER BY id LIMIT $4");
            view.list("audit", &sql, values![from, to, tenant, limit], read)
        }
    }
}

/// What every id of that microsecond or later is greater than.
fn first_id(at: Timestamp) -> [u8; 16] {
    let micros = u64::try_from(at.micros()).unwrap_or(0);
    let mut id = [0; 16];
    for (slot, byte) in id.iter_mut().zip(micros.to_be_bytes()) {
        *slot = byte;
    }
    id
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
        action,
        scope,
        detail,
        trace,
        correlation,
    } = row;
    tx.execute(
        "INSERT INTO audit (id, at, tenant, event, actor, client, target, uti, action, scope, detail, trace, \
         correlation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        values![
            id,
            at,
            tenant,
            event.as_str(),
            actor,
            client,
            target,
            uti,
            action,
            scope,
            detail,
            trace,
            correlation
        ],
    )
    .map(|_| ())
}
