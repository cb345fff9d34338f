//! Counting failures, in the store, so that every node knows of them. Whoever is right is never slowed down: this is
//! reached only after a proof has failed.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::throttle::{FREE_FAILURES, Verdict, record, source};
use doorward_names::TenantId;
use doorward_store::{self as store, QueryError};

use super::StsError;
use crate::ctx::Ctx;

/// Writes down a refusal of a known principal, counts it when it was a guess, and says what to answer.
pub async fn refused(
    ctx: &Ctx,
    principal: &str,
    audit: AuditRow,
    (error, guess): (StsError, bool),
) -> StsError {
    let key = format!("{principal} {}", source(ctx.source));
    match count(ctx, key, guess, (audit.tenant, Some(audit))).await {
        Ok(Verdict::Plain) => error,
        Ok(Verdict::Wait { seconds }) => StsError::Throttled { seconds },
        Err(failure) => failure,
    }
}

/// Counts a refusal of somebody unknown by where it came from. It leaves an audit row only when the source is told
/// to wait for the first time: a stranger must not be able to fill the disk.
pub async fn unknown_client(ctx: &Ctx, tenant: TenantId, error: StsError) -> StsError {
    let key = format!("{tenant} {}", source(ctx.source));
    match count(ctx, key, true, (Some(tenant), None)).await {
        Ok(Verdict::Plain) => error,
        Ok(Verdict::Wait { seconds }) => StsError::Throttled { seconds },
        Err(failure) => failure,
    }
}

/// As [`unknown_client`], for a refresh token that nobody has.
pub async fn unknown_refresh_token(ctx: &Ctx) -> StsError {
    let key = format!("refresh {}", source(ctx.source));
    match count(ctx, key, true, (None, None)).await {
        Ok(Verdict::Plain) => StsError::RefreshTokenUnknown,
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
    let warning = AuditRow {
        tenant,
        detail: format!("more than {FREE_FAILURES} failures from {}", source(ctx.source)),
        ..ctx.server_audit(Event::TokenRefused)
    };
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
