//! Authorization codes. A code is found by its hash alone: whose it is, it says itself.

use crate::application_settings::{platform_of, platform_word};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::authorization_code::AuthorizationCode;
use doorward_domain::device_grant::Wanted;
use doorward_names::{SecretHash, Timestamp};

fn read(row: &mut Row) -> Result<AuthorizationCode, QueryError> {
    let mac = row.array("hash_mac")?;
    Ok(AuthorizationCode {
        hash: SecretHash::new(row.id("hash_key")?, mac),
        tenant: row.id("tenant")?,
        client: row.id("client")?,
        user: row.id("account")?,
        redirect_uri: row.text("redirect_uri")?,
        // An empty text stands for none: the column is older than clients without one.
        challenge: Some(row.text("challenge")?).filter(|text| !text.is_empty()),
        wanted: Wanted {
            resource: row.opt_text("resource")?,
            scope: row.opt_text("scope")?,
        },
        nonce: row.opt_text("nonce")?,
        methods: row.text("methods")?,
        signed_in_at: row.time("signed_in_at")?,
        created_at: row.time("created_at")?,
        spent_at: row.opt_time("spent_at")?,
        session: row.opt_id("session")?,
        platform: row.word("platform", platform_of)?,
        says_when: row.bool("says_when")?,
    })
}

/// The code with this hash, spent or not.
///
/// # Errors
/// When the store fails.
pub fn find_by_hash(view: &View<'_>, hash: &SecretHash) -> Result<Option<AuthorizationCode>, QueryError> {
    let sql = "SELECT hash_mac, hash_key, tenant, client, account, redirect_uri, challenge, resource, scope, \
               nonce, methods, signed_in_at, created_at, spent_at, session, platform, says_when FROM authorization_code \
               WHERE hash_mac = $1 AND hash_key = $2";
    view.find(
        "authorization_code",
        sql,
        values![hash.as_bytes(), hash.key],
        read,
    )
}

/// Remembers a new code.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, code: &AuthorizationCode) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO authorization_code (hash_mac, hash_key, tenant, client, account, redirect_uri, challenge, \
         resource, scope, nonce, methods, signed_in_at, created_at, platform, says_when) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
        values![
            code.hash.as_bytes(),
            code.hash.key,
            code.tenant,
            code.client,
            code.user,
            code.redirect_uri,
            code.challenge.as_deref().unwrap_or_default(),
            code.wanted.resource,
            code.wanted.scope,
            code.nonce,
            code.methods,
            code.signed_in_at,
            code.created_at,
            platform_word(code.platform),
            code.says_when
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Hash })
    } else {
        Ok(())
    })
}

/// Writes that a code was presented, and which session it gave; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn save(tx: &mut Tx<'_>, code: &AuthorizationCode) -> Result<bool, QueryError> {
    let sql = "UPDATE authorization_code SET spent_at = $4, session = $5 \
               WHERE hash_mac = $1 AND hash_key = $2 AND tenant = $3";
    Ok(tx.execute(
        sql,
        values![
            code.hash.as_bytes(),
            code.hash.key,
            code.tenant,
            code.spent_at,
            code.session
        ],
    )? > 0)
}

/// Forgets the codes that were made before `before`; says how many there were.
///
/// # Errors
/// When the store fails.
pub fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, QueryError> {
    tx.execute(
        "DELETE FROM authorization_code WHERE created_at < $1",
        values![before],
    )
}
