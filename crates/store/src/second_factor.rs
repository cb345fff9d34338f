//! People's authenticator apps: one for each account, the secret sealed.

use crate::sealing::{Place, Purpose};
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View, recovery_code};
use doorward_domain::second_factor::{SECRET_BYTES, SecondFactor};
use doorward_names::{ObjectId, Secret, TenantId, Timestamp};

const fn place(tenant: TenantId, user: &ObjectId) -> Place<'_> {
    Place {
        table: "second_factor",
        column: "sealed",
        tenant,
        row: user.as_bytes(),
    }
}

/// The authenticator app of an account.
///
/// # Errors
/// When the store fails, or the secret is not what was sealed here.
pub fn find(view: &View<'_>, tenant: TenantId, user: ObjectId) -> Result<Option<SecondFactor>, QueryError> {
    let sql =
        "SELECT id, sealed, last_step, enrolled_at FROM second_factor WHERE tenant = $1 AND account = $2";
    let found = view.find("second_factor", sql, values![tenant, user], |row| {
        let (id, sealed): (ObjectId, _) = (row.id("id")?, row.bytes("sealed")?);
        let (last_step, enrolled_at): (_, Timestamp) = (row.int("last_step")?, row.time("enrolled_at")?);
        Ok((id, sealed, last_step, enrolled_at))
    })?;
    let Some((id, sealed, last_step, enrolled_at)) = found else {
        return Ok(None);
    };
    let plain = view.unseal(Purpose::SecondFactor, &place(tenant, &user), &sealed)?;
    let corrupt = || QueryError::Corrupt {
        table: "second_factor",
        column: "sealed",
        id: user.to_string(),
    };
    let secret = <[u8; SECRET_BYTES]>::try_from(plain.expose().as_slice()).map_err(|_| corrupt());
    Ok(Some(SecondFactor {
        id,
        tenant,
        user,
        secret: Secret::new(view.note(secret)?),
        last_step,
        enrolled_at,
    }))
}

/// Whether an account has one.
///
/// # Errors
/// When the store fails.
pub fn exists(view: &View<'_>, tenant: TenantId, user: ObjectId) -> Result<bool, QueryError> {
    let sql = "SELECT id FROM second_factor WHERE tenant = $1 AND account = $2";
    view.exists(sql, values![tenant, user])
}

/// Enrols an app for an account that has none.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, factor: &SecondFactor) -> Result<Inserted, QueryError> {
    let place = place(factor.tenant, &factor.user);
    let sealed = tx.seal(Purpose::SecondFactor, &place, factor.secret.expose())?;
    let sql = "INSERT INTO second_factor (tenant, account, id, sealed, last_step, enrolled_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let written = tx.execute(
        sql,
        values![
            factor.tenant,
            factor.user,
            factor.id,
            sealed,
            factor.last_step,
            factor.enrolled_at
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Id })
    } else {
        Ok(())
    })
}

/// Writes the last step that was taken; says whether it is later than the one before.
///
/// # Errors
/// When the store fails.
pub fn save(tx: &mut Tx<'_>, factor: &SecondFactor) -> Result<bool, QueryError> {
    let sql = "UPDATE second_factor SET last_step = $4 \
               WHERE tenant = $1 AND account = $2 AND id = $3 AND last_step < $4";
    let written = tx.execute(
        sql,
        values![factor.tenant, factor.user, factor.id, factor.last_step],
    )?;
    Ok(written > 0)
}

/// Takes an account's app and recovery codes away; says whether there was an app.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, user: ObjectId) -> Result<bool, QueryError> {
    recovery_code::delete_all(tx, tenant, user)?;
    let sql = "DELETE FROM second_factor WHERE tenant = $1 AND account = $2";
    Ok(tx.execute(sql, values![tenant, user])? > 0)
}
