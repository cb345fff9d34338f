//! Changes that are decided by the index of access: decided, then written if nothing that the index knows has changed
//! meanwhile; else decided again.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::rbac::Index;
use doorward_store::{self as store, QueryError, Tx};
use std::sync::Arc;

use super::ArmError;
use super::access::Authorized;
use super::call::Call;

/// How often a change is decided again before the caller is asked to.
const TRIES: usize = 16;

/// What is written down of a change.
pub struct Change<'a> {
    /// What allows it.
    pub authorized: &'a Authorized,
    /// What kind it is.
    pub event: Event,
    /// What it is about, in words.
    pub about: &'a str,
}

enum Outcome {
    Stale,
    Done(Result<(), ArmError>),
}

/// Decides by the index, and writes what was decided.
pub async fn change<T: Clone + Send + Sync + 'static>(
    call: &Call,
    what: Change<'_>,
    decide: impl Fn(&Index) -> Result<T, ArmError>,
    apply: impl Fn(&mut Tx<'_>, &T) -> Result<Result<(), ArmError>, QueryError> + Send + Sync + 'static,
) -> Result<T, ArmError> {
    let tenant = call.tenant();
    let apply = Arc::new(apply);
    let row = Arc::new(what.authorized.row(call, what.event, what.about));
    let mut access = Arc::clone(&call.access);
    for _ in 0..TRIES {
        // The right is looked at with the same eyes as the change: whoever lost it meanwhile changes nothing more.
        let rule = |index: &Index| (what.authorized.holds(call.caller.id(), index), decide(index));
        let (sequence, (allowed, decided)) = access.decide(rule);
        if !allowed {
            call.require(what.authorized.action(), what.authorized.scope())
                .await?;
            continue;
        }
        let decided = decided?;
        let (new, apply, row) = (decided.clone(), Arc::clone(&apply), Arc::clone(&row));
        let outcome = call
            .ctx
            .app
            .snapshots
            .write(move |tx| {
                if store::access_change::newest(tx, tenant)? != sequence {
                    return Ok::<_, QueryError>(Outcome::Stale);
                }
                let done = apply(tx, &new)?;
                if done.is_ok() {
                    let row: &AuditRow = &row;
                    store::audit::insert(tx, row)?;
                }
                Ok(Outcome::Done(done))
            })
            .await?;
        match outcome {
            Outcome::Done(done) => return done.map(|()| decided),
            // The write that came first raised the revision: a poll brings it here, and the index follows.
            Outcome::Stale => {
                call.ctx.app.snapshots.poll().await?;
                access = call.ctx.app.snapshots.access(tenant).await?;
            }
        }
    }
    Err(ArmError::Unavailable)
}
