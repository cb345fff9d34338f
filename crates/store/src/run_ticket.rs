//! Runs' tickets.

use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::run_ticket::{ActsAs, Identity, Maker, RunTicket};
use doorward_names::{ObjectId, SecretHash, TenantId, Timestamp};

fn read(row: &mut Row) -> Result<RunTicket, QueryError> {
    let mac = row.array("hash_mac")?;
    Ok(RunTicket {
        hash: SecretHash::new(row.id("hash_key")?, mac),
        tenant: row.id("tenant")?,
        maker: Maker {
            id: row.id("maker")?,
            client: row.id("maker_client")?,
            session: row.opt_id("maker_session")?,
        },
        made_at: row.time("made_at")?,
        expires_at: row.time("expires_at")?,
        identity: identity(row)?,
    })
}

fn identity(row: &mut Row) -> Result<Option<Identity>, QueryError> {
    let Some(word) = row.opt_text("identity_kind")? else {
        return Ok(None);
    };
    Ok(Some(Identity {
        kind: ActsAs::parse(&word).ok_or_else(|| row.corrupt("identity_kind"))?,
        id: row.id("identity_id")?,
        client: row.id("identity_client")?,
        secret: row.hash("identity_key", "identity_mac")?,
    }))
}

/// The ticket with this hash, alive or not.
///
/// # Errors
/// When the store fails.
pub fn find_by_hash(view: &View<'_>, hash: &SecretHash) -> Result<Option<RunTicket>, QueryError> {
    let sql = "SELECT hash_mac, hash_key, tenant, maker, maker_client, maker_session, made_at, expires_at, \
               identity_kind, identity_id, identity_client, identity_key, identity_mac FROM run_ticket \
               WHERE hash_mac = $1 AND hash_key = $2";
    view.find("run_ticket", sql, values![hash.as_bytes(), hash.key], read)
}

/// How many tickets of a principal live at `now`.
///
/// # Errors
/// When the store fails.
pub fn count_alive(
    view: &View<'_>,
    tenant: TenantId,
    maker: ObjectId,
    now: Timestamp,
) -> Result<u64, QueryError> {
    let sql = "SELECT count(*) FROM run_ticket WHERE tenant = $1 AND maker = $2 AND expires_at > $3";
    let found = view.find("run_ticket", sql, values![tenant, maker, now], |row| {
        row.int("count")
    })?;
    Ok(found.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Remembers a new ticket.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, ticket: &RunTicket) -> Result<Inserted, QueryError> {
    let identity = ticket.identity.as_ref();
    let written = tx.execute(
        "INSERT INTO run_ticket (hash_mac, hash_key, tenant, maker, maker_client, maker_session, made_at, \
         expires_at, identity_kind, identity_id, identity_client, identity_key, identity_mac) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
        values![
            ticket.hash.as_bytes(),
            ticket.hash.key,
            ticket.tenant,
            ticket.maker.id,
            ticket.maker.client,
            ticket.maker.session,
            ticket.made_at,
            ticket.expires_at,
            identity.map(|i| i.kind.as_str()),
            identity.map(|i| i.id),
            identity.map(|i| i.client),
            identity.map(|i| i.secret.key),
            identity.map(|i| *i.secret.as_bytes())
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Hash })
    } else {
        Ok(())
    })
}

/// Writes until when a ticket lives; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn save(tx: &mut Tx<'_>, ticket: &RunTicket) -> Result<bool, QueryError> {
    let sql = "UPDATE run_ticket SET expires_at = $3 WHERE hash_mac = $1 AND hash_key = $2";
    Ok(tx.execute(
        sql,
        values![ticket.hash.as_bytes(), ticket.hash.key, ticket.expires_at],
    )? > 0)
}

/// Forgets a ticket; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, hash: &SecretHash) -> Result<bool, QueryError> {
    let sql = "DELETE FROM run_ticket WHERE hash_mac = $1 AND hash_key = $2";
    Ok(tx.execute(sql, values![hash.as_bytes(), hash.key])? > 0)
}

/// Forgets the tickets that are dead at `now`; says how many there were.
///
/// # Errors
/// When the store fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, QueryError> {
    tx.execute("DELETE FROM run_ticket WHERE expires_at <= $1", values![now])
}
