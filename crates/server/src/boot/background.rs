//! What the server does by itself: looks at revisions, turns signing keys over, forgets old failures and dead tickets,
//! and notices a disk that takes no more writes.

use doorward_domain::browser_session::{MAX_AGE, MAX_AGE_STAYING};
use doorward_domain::session::MAX_INACTIVE;
use doorward_domain::signing_key::KeyUse;
use doorward_domain::throttle::{Failures, LONGEST};
use doorward_store::{self as store, QueryError, StoreError};
use std::sync::Arc;
use std::time::Duration;

use super::BootError;
use crate::app::App;
use crate::keys::{Occasion, ensure_keys, make_signing_key, needs_attention};

/// How often revisions are looked at: twice within the second that knowledge of them may be old.
const POLL: Duration = Duration::from_millis(450);

/// How often a write is tried, and what is over is forgotten.
const PROBE: Duration = Duration::from_secs(5);

/// How often refresh tokens that give nothing any more are looked for.
const OLD_TOKENS: Duration = Duration::from_hours(1);

/// Tries in a row that may fail before the server stops.
const PATIENCE: u32 = 3;

/// How often the signing keys are looked at.
const KEYS: Duration = Duration::from_secs(60);

/// How often counted uses of access are written down.
const USES: Duration = Duration::from_secs(10);

/// How long codes are remembered: a while longer than they are good, so that who presents one again is told.
const CODES: doorward_names::Duration = doorward_names::Duration::hours(1);

/// How long invitations are remembered.
const INVITATIONS: doorward_names::Duration = doorward_domain::guest::LIFETIME;

/// How long what became of an operation can be asked for.
const OPERATIONS: doorward_names::Duration = doorward_names::Duration::days(1);

/// Runs for as long as the server does; ends with the reason to stop.
pub async fn run(app: Arc<App>) -> BootError {
    let poll = every(POLL, || async {
        // A failure shows itself to the next request that needs fresh knowledge.
        let _ = app.snapshots.poll().await;
    });
    let keys = every(KEYS, || turn_over(&app));
    let uses = every(USES, || write_uses(&app));
    let old_tokens = every(OLD_TOKENS, || forget_old_tokens(&app));
    tokio::select! {
        reason = watch_disk(&app) => reason,
        () = poll => BootError::Store("the revision poll ended".to_owned()),
        () = keys => BootError::Store("the key turn-over ended".to_owned()),
        () = old_tokens => BootError::Store("the search for old refresh tokens ended".to_owned()),
        () = uses => BootError::Store("the count of uses ended".to_owned()),
    }
}

async fn every<F: Future<Output = ()>>(period: Duration, work: impl Fn() -> F) {
    loop {
        work().await;
        tokio::time::sleep(period).await;
    }
}

/// Forgets the later refresh tokens of sessions that ended so long ago that not even who used them last still asks.
async fn forget_old_tokens(app: &App) {
    let before = app.clock.now().minus(MAX_INACTIVE);
    let forgotten = app
        .snapshots
        .write(move |tx| store::session::prune_tokens(tx, before));
    if let Err::<_, StoreError<QueryError>>(error) = forgotten.await {
        tracing::warn!("old refresh tokens are kept until the next hour: {error}");
    }
}

/// Writes down what was counted of uses of access.
pub async fn write_uses(app: &App) {
    crate::access_uses::flush(app).await;
}

/// Makes sure that a signing key signs and the next one waits; hands over when the time has come.
pub async fn turn_over(app: &App) {
    for key_use in KeyUse::ALL {
        // Twice on a new store: the key that signs, then the next one.
        for _ in 0..2 {
            match turn_over_once(app, key_use).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(reason) => return tracing::error!("signing keys could not be looked after: {reason}"),
            }
        }
    }
}

async fn turn_over_once(app: &App, key_use: KeyUse) -> Result<bool, String> {
    let now = app.clock.now();
    let keys = app.store.read(store::signing_key::list).await;
    let keys = keys.map_err(|e: StoreError<QueryError>| e.to_string())?;
    if !needs_attention(&keys, key_use, now) {
        return Ok(false);
    }
    make(app, key_use).await
}

/// Makes sure that there is a key that signs under Azure's names; the first ticket needs it.
pub async fn ensure_relay_key(app: &App) -> Result<(), String> {
    let there = || async {
        let set = app.keyring.set(&app.snapshots, &app.store).await;
        let set = set.map_err(|e: StoreError<QueryError>| e.to_string())?;
        Ok::<_, String>(set.current(KeyUse::Relay).is_some())
    };
    if there().await? {
        return Ok(());
    }
    let _turn = app.keyring.turn_to_make().await;
    if !there().await? {
        make(app, KeyUse::Relay).await?;
    }
    Ok(())
}

async fn make(app: &App, key_use: KeyUse) -> Result<bool, String> {
    let now = app.clock.now();
    let fresh = tokio::task::spawn_blocking(move || make_signing_key(now)).await;
    let fresh = fresh.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
    let on = Occasion::at(now);
    app.snapshots
        .write(move |tx| ensure_keys(tx, key_use, &fresh, on))
        .await
        .map_err(|e| e.to_string())
}

/// Tries a small write again and again. A full or read-only disk is given some time; then the server stops, so that
/// whoever supervises it sees it.
async fn watch_disk(app: &App) -> BootError {
    let mut failed = 0;
    loop {
        tokio::time::sleep(PROBE).await;
        let now = app.clock.now();
        let probe = app.snapshots.write(move |tx| {
            store::throttle::prune(tx, now.minus(LONGEST))?;
            store::run_ticket::prune(tx, now)?;
            store::authorization_code::prune(tx, now.minus(CODES))?;
            store::browser_session::prune(tx, now.minus(MAX_AGE), now.minus(MAX_AGE_STAYING))?;
            store::device_grant::prune(tx, now.minus(CODES))?;
            store::invitation::prune(tx, now.minus(INVITATIONS))?;
            store::resource::prune_operations(tx, now.minus(OPERATIONS))?;
            store::throttle::put(tx, "probe", Failures { since: now, count: 0 })
        });
        match probe.await {
            Err(error @ (StoreError::<QueryError>::Full | StoreError::ReadOnly)) => {
                failed += 1;
                tracing::error!("{error}");
                if failed >= PATIENCE {
                    return BootError::Disk(error.to_string());
                }
            }
            Ok(()) | Err(_) => failed = 0,
        }
    }
}
