//! Counting failures, in the store, so that every node knows of them. Whoever is right is never slowed down: this is
//! reached only after a proof has failed. Passwords are counted in `lockout.rs`.
//!
//! Addresses fall into a bounded number of buckets, so that neither many of them nor a large IPv6 network fill the store.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::throttle::{FREE_FAILURES, Verdict, WINDOW, record, source};
use doorward_names::TenantId;
use doorward_store::{self as store, QueryError, Tx, View};

use super::StsError;
use crate::ctx::Ctx;

/// So many addresses are told apart.
const BUCKETS: u16 = u16::MAX;

/// Under what failures from where a request came from are counted.
pub fn here(ctx: &Ctx) -> String {
    let bucket = ctx.app.hasher.bucket("source", &source(ctx.source), BUCKETS);
    format!("{bucket:04x}")
}

/// Writes down a refusal of a known principal, counts it when it was a guess, and says what to answer.
pub async fn refused(
    ctx: &Ctx,
    principal: &str,
    audit: AuditRow,
    (error, guess): (StsError, bool),
) -> StsError {
    let key = format!("{principal} {}", here(ctx));
    match count(ctx, key, guess, (audit.tenant, Some(audit))).await {
        Ok(Verdict::Plain) => error,
        Ok(Verdict::Wait { seconds }) => StsError::Throttled { seconds },
        Err(failure) => failure,
    }
}

/// Counts a refusal of somebody unknown by where it came from. It leaves an audit row only when the source is told
/// to wait for the first time: a stranger must not be able to fill the disk.
pub async fn unknown_client(ctx: &Ctx, tenant: TenantId, error: StsError) -> StsError {
    let key = format!("{tenant} {}", here(ctx));
    match count(ctx, key, true, (Some(tenant), None)).await {
        Ok(Verdict::Plain) => error,
        Ok(Verdict::Wait { seconds }) => StsError::Throttled { seconds },
        Err(failure) => failure,
    }
}

/// As [`unknown_client`], for a refresh token that nobody has.
pub async fn unknown_refresh_token(ctx: &Ctx) -> StsError {
    unknown_secret(ctx, "refresh", StsError::RefreshTokenUnknown).await
}

/// As [`unknown_client`], for a device code that no device was given.
pub async fn unknown_device_code(ctx: &Ctx) -> StsError {
    unknown_secret(ctx, "device", StsError::DeviceCodeUnknown).await
}

/// As [`unknown_client`], for an authorization code that nobody has.
pub async fn unknown_code(ctx: &Ctx) -> StsError {
    unknown_secret(ctx, "code", StsError::CodeUnknown).await
}

/// Whether what came of a look at a user code may be told: not after so many wrong ones from there, for a user code is
/// short, so that here, unlike with secrets, a right one waits as well. A wrong one is counted. Both are one transaction, in
/// which a right one stands in the way of the wrong ones that were sent with it.
pub async fn tell_of_user_code(ctx: &Ctx, right: bool) -> Result<bool, StsError> {
    let (key, now) = (user_code_key(ctx), ctx.now);
    let blocked = move |view: &View<'_>, key: &str| {
        let before = store::throttle::get(view, key)?;
        let blocked = before.is_some_and(|f| f.count > FREE_FAILURES && now.since(f.since) < WINDOW);
        Ok::<_, QueryError>((before, blocked))
    };
    // Who waits already takes no turn among those that write.
    let looked_up = key.clone();
    let look = move |view: &View<'_>| blocked(view, &looked_up);
    if ctx.app.store.read(look).await?.1 {
        return Ok(false);
    }
    let warning = exceeded(ctx, None);
    let write = move |tx: &mut Tx<'_>| {
        let (before, blocked) = blocked(tx, &key)?;
        if blocked {
            return Ok::<_, QueryError>(false);
        }
        let failures = match right {
            true => before,
            false => Some(record(before, now).0),
        };
        if let Some(failures) = failures {
            store::throttle::put(tx, &key, failures)?;
        }
        if !right && failures.is_some_and(|f| f.count == FREE_FAILURES + 1) {
            store::audit::insert(tx, &warning)?;
        }
        Ok(true)
    };
    Ok(ctx.app.snapshots.write(write).await?)
}

fn user_code_key(ctx: &Ctx) -> String {
    format!("user code {}", here(ctx))
}

/// As [`unknown_client`], for a sign-in name in nobody's domain.
pub async fn unknown_account(ctx: &Ctx) -> StsError {
    unknown_secret(ctx, "sign-in", StsError::WrongPassword).await
}

async fn unknown_secret(ctx: &Ctx, kind: &str, error: StsError) -> StsError {
    let key = format!("{kind} {}", here(ctx));
    match count(ctx, key, true, (None, None)).await {
        Ok(Verdict::Plain) => error,
        Ok(Verdict::Wait { seconds }) => StsError::Throttled { seconds },
        Err(failure) => failure,
    }
}

async fn count(
    ctx: &Ctx,
    key: String,
    guess: bool,
    (tenant, audit): (Option<TenantId>, Option<AuditRow>),
) -> Result<Verdict, StsError> {
    let now = ctx.now;
    let warning = exceeded(ctx, tenant);
    let verdict = ctx
        .app
        .snapshots
        .write(move |tx| {
            if !guess {
                audit.iter().try_for_each(|row| store::audit::insert(tx, row))?;
                return Ok::<_, QueryError>(Verdict::Plain);
            }
            let before = store::throttle::get(tx, &key)?;
            let (failures, verdict) = record(before, now);
            store::throttle::put(tx, &key, failures)?;
            match (verdict, failures.count) {
                (Verdict::Plain, _) => audit.iter().try_for_each(|row| store::audit::insert(tx, row))?,
                (Verdict::Wait { .. }, count) if count == FREE_FAILURES + 1 => {
                    store::audit::insert(tx, &warning)?;
                }
                (Verdict::Wait { .. }, _) => {}
            }
            Ok(verdict)
        })
        .await?;
    Ok(verdict)
}

/// What is written down once of a source that begins to wait.
fn exceeded(ctx: &Ctx, tenant: Option<TenantId>) -> AuditRow {
    AuditRow {
        tenant,
        detail: format!("more than {FREE_FAILURES} failures from {}", source(ctx.source)),
        ..ctx.server_audit(Event::TokenRefused)
    }
}
