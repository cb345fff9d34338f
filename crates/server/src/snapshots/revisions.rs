//! The revisions that this node knows, and how old that knowledge is.

use doorward_names::TenantId;
use doorward_store::Store;
use doorward_store::revision::{self, Kind};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

use super::ReadError;

/// How old the knowledge may be before a request looks itself.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The revisions that something was read under, in the order they were asked for.
pub(super) type Tag = Vec<u64>;

#[derive(Default)]
pub(super) struct Revisions {
    known: RwLock<Known>,
    polling: Mutex<()>,
}

#[derive(Default)]
struct Known {
    of: HashMap<(Kind, TenantId), u64>,
    at: Option<Instant>,
}

impl Revisions {
    pub(super) fn of(&self, kind: Kind, tenant: TenantId) -> u64 {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.of.get(&(kind, tenant)).copied().unwrap_or(0)
    }

    pub(super) fn tag(&self, of: &[(Kind, TenantId)]) -> Tag {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        of.iter()
            .map(|key| known.of.get(key).copied().unwrap_or(0))
            .collect()
    }

    pub(super) fn learn(&self, revisions: impl Iterator<Item = (Kind, TenantId, u64)>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for (kind, tenant, revision) in revisions {
            let entry = known.of.entry((kind, tenant)).or_insert(0);
            // A poll that began earlier may end later.
            *entry = revision.max(*entry);
        }
    }

    pub(super) async fn ensure_fresh(&self, store: &Store) -> Result<(), ReadError> {
        if self.is_fresh() {
            return Ok(());
        }
        let _one_at_a_time = self.polling.lock().await;
        if self.is_fresh() {
            Ok(())
        } else {
            self.poll(store).await
        }
    }

    pub(super) async fn poll(&self, store: &Store) -> Result<(), ReadError> {
        // The knowledge is as old as the moment the look began.
        let began = Instant::now();
        let all = store.read(revision::all).await?;
        self.learn(all.into_iter());
        self.known.write().unwrap_or_else(PoisonError::into_inner).at = Some(began);
        Ok(())
    }

    fn is_fresh(&self) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.at.is_some_and(|at| at.elapsed() < MAX_AGE)
    }
}
