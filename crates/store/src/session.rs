//! People's sessions.

use crate::application_settings::{platform_of, platform_word};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::session::Session;
use doorward_names::{HashKeyId, ObjectId, SecretHash, SessionId, TenantId, Timestamp};

fn read(row: &mut Row) -> Result<Session, QueryError> {
    Ok(Session {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        user: row.id("account")?,
        client: row.id("client")?,
        refresh_hash: row.hash("refresh_key", "refresh_mac")?,
        methods: row.text("methods")?,
        signed_in_at: row.time("signed_in_at")?,
        used_at: row.time("used_at")?,
        revoked_at: row.opt_time("revoked_at")?,
        generation: row.int("generation")?,
        turned_at: row.opt_time("turned_at")?,
        platform: row.word("platform", platform_of)?,
        ends_at: row.opt_time("ends_at")?,
        root: row.opt_id("root")?,
        // The last, for there is less to read where there is none.
        ticket: ticket(row)?,
    })
}

fn ticket(row: &mut Row) -> Result<Option<SecretHash>, QueryError> {
    match row.opt_id::<HashKeyId>("ticket_key")? {
        Some(key) => Ok(Some(SecretHash::new(key, row.array("ticket_mac")?))),
        None => Ok(None),
    }
}

/// The session of which this is the hash of a refresh token, in whichever tenant, and the token's generation.
///
/// # Errors
/// When the store fails.
pub fn find_by_refresh_hash(
    view: &View<'_>,
    hash: &SecretHash,
) -> Result<Option<(Session, i64)>, QueryError> {
    let sql = "SELECT id, tenant, account, client, refresh_key, refresh_mac, methods, signed_in_at, used_at, \
               revoked_at, generation, turned_at, platform, ends_at, root, ticket_key, ticket_mac FROM login_session \
               WHERE refresh_mac = $1 AND refresh_key = $2";
    let first = view.find("login_session", sql, values![hash.as_bytes(), hash.key], read)?;
    if let Some(session) = first {
        return Ok(Some((session, 0)));
    }
    let sql = "SELECT session, tenant, generation FROM refresh_token WHERE hash_mac = $1 AND hash_key = $2";
    let later = view.find("refresh_token", sql, values![hash.as_bytes(), hash.key], |row| {
        Ok((row.id("session")?, row.id("tenant")?, row.int("generation")?))
    })?;
    let Some((id, tenant, generation)) = later else {
        return Ok(None);
    };
    Ok(find(view, tenant, id)?.map(|session| (session, generation)))
}

/// The tenant's session with this id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: SessionId) -> Result<Option<Session>, QueryError> {
    let sql = "SELECT id, tenant, account, client, refresh_key, refresh_mac, methods, signed_in_at, used_at, \
               revoked_at, generation, turned_at, platform, ends_at, root, ticket_key, ticket_mac FROM login_session \
               WHERE tenant = $1 AND id = $2";
    view.find("login_session", sql, values![tenant, id], read)
}

/// Begins a session.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, session: &Session) -> Result<Inserted, QueryError> {
    let sql = "SELECT id FROM login_session WHERE refresh_mac = $1";
    if tx.exists(sql, values![session.refresh_hash.as_bytes()])? {
        return Ok(Err(Conflict { what: Unique::Hash }));
    }
    let ticket = session.ticket.as_ref();
    let written = tx.execute(
        "INSERT INTO login_session (tenant, id, account, client, refresh_key, refresh_mac, methods, \
         signed_in_at, used_at, revoked_at, ticket_key, ticket_mac, generation, turned_at, \
         platform, ends_at, root) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT DO NOTHING",
        values![
            session.tenant,
            session.id,
            session.user,
            session.client,
            session.refresh_hash.key,
            session.refresh_hash.as_bytes(),
            session.methods,
            session.signed_in_at,
            session.used_at,
            session.revoked_at,
            ticket.map(|hash| hash.key),
            ticket.map(|hash| *hash.as_bytes()),
            session.generation,
            session.turned_at,
            platform_word(session.platform),
            session.ends_at,
            session.root
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Id })
    } else {
        Ok(())
    })
}

/// Writes how far a session's refresh tokens have come, and remembers its new one, which is of the session's generation.
///
/// # Errors
/// When the store fails.
pub fn turn(tx: &mut Tx<'_>, session: &Session, fresh: &SecretHash) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO refresh_token (hash_mac, hash_key, tenant, session, generation, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        values![
            fresh.as_bytes(),
            fresh.key,
            session.tenant,
            session.id,
            session.generation,
            session.used_at
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Hash }));
    }
    let sql = "UPDATE login_session SET generation = $3, turned_at = $4, used_at = $5 WHERE tenant = $1 AND id = $2";
    tx.execute(
        sql,
        values![
            session.tenant,
            session.id,
            session.generation,
            session.turned_at,
            session.used_at
        ],
    )?;
    Ok(Ok(()))
}

/// Forgets refresh tokens, but for the first of each session, that give none any more: of sessions that ended or were last
/// used before `before`, and those that were made before it and turned over since. Says how many there were.
///
/// # Errors
/// When the store fails.
pub fn prune_tokens(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, QueryError> {
    let sql = "DELETE FROM refresh_token WHERE EXISTS (SELECT 1 FROM login_session \
               WHERE login_session.tenant = refresh_token.tenant AND login_session.id = refresh_token.session \
               AND (login_session.revoked_at < $1 OR login_session.used_at < $1 \
               OR (refresh_token.created_at < $1 AND refresh_token.generation + 1 < login_session.generation)))";
    tx.execute(sql, values![before])
}

/// Deletes every session of a user, with their refresh tokens.
///
/// # Errors
/// When the store fails.
pub(crate) fn delete_all_of_user(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    user: ObjectId,
) -> Result<(), QueryError> {
    let sql = "DELETE FROM refresh_token WHERE tenant = $1 AND session IN \
               (SELECT id FROM login_session WHERE tenant = $1 AND account = $2)";
    tx.execute(sql, values![tenant, user])?;
    let sql = "DELETE FROM login_session WHERE tenant = $1 AND account = $2";
    tx.execute(sql, values![tenant, user]).map(|_| ())
}

/// Ends a session, and those that began on behalf of its person by its tokens; says whether it was running.
///
/// # Errors
/// When the store fails.
pub fn revoke(tx: &mut Tx<'_>, tenant: TenantId, id: SessionId, now: Timestamp) -> Result<bool, QueryError> {
    let sql =
        "UPDATE login_session SET revoked_at = $3 WHERE tenant = $1 AND root = $2 AND revoked_at IS NULL";
    tx.execute(sql, values![tenant, id, now])?;
    let sql = "UPDATE login_session SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL";
    Ok(tx.execute(sql, values![tenant, id, now])? > 0)
}

/// Ends every running session of a user, those of browsers as well; says how many of the former there were.
///
/// # Errors
/// When the store fails.
pub fn revoke_all_of_user(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    user: ObjectId,
    now: Timestamp,
) -> Result<u64, QueryError> {
    crate::browser_session::delete_all_of_user(tx, tenant, user)?;
    let sql = "UPDATE login_session SET revoked_at = $3 \
               WHERE tenant = $1 AND account = $2 AND revoked_at IS NULL";
    tx.execute(sql, values![tenant, user, now])
}
