//! How often each allowed action was used: counted in memory, written down every ten seconds.

use doorward_domain::rbac::Action;
use doorward_names::{ObjectId, Scope, TenantId, Timestamp};
use doorward_store::access_use::AccessUse;
use doorward_store::{self as store, QueryError, StoreError};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::app::App;

/// Counts that wait at most; more different ones than that within ten seconds are left out.
const MAX_WAITING: usize = 100_000;

/// The counts that wait to be written.
#[derive(Default)]
pub struct AccessUses(Mutex<HashMap<AccessUse, i64>>);

impl AccessUses {
    /// Counts one use.
    pub fn count(&self, tenant: TenantId, principal: ObjectId, what: (&Action, &Scope), now: Timestamp) {
        let used = AccessUse {
            tenant,
            principal,
            action: what.0.folded().to_owned(),
            scope_key: what.1.key().to_owned(),
            hour: AccessUse::hour_of(now),
        };
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = waiting.len() >= MAX_WAITING;
        match waiting.get_mut(&used) {
            Some(count) => *count += 1,
            None if full => {}
            None => {
                waiting.insert(used, 1);
            }
        }
    }

    fn take(&self) -> HashMap<AccessUse, i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put_back(&self, counts: HashMap<AccessUse, i64>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (used, count) in counts {
            *waiting.entry(used).or_insert(0) += count;
        }
    }
}

/// Writes down what was counted. What can't be written waits for the next time.
pub async fn flush(app: &App) {
    let counts = app.access_uses.take();
    if counts.is_empty() {
        return;
    }
    let written = counts.clone();
    let done = app.store.write(move |tx| {
        written
            .iter()
            .try_for_each(|(used, times)| store::access_use::add(tx, used, *times))
    });
    if let Err(error) = done.await {
        let error: StoreError<QueryError> = error;
        tracing::warn!("uses of access could not be written down yet: {error}");
        app.access_uses.put_back(counts);
    }
}
