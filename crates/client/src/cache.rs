//! Tokens that were had once are given again; of many callers that need one, one asks for it.

use crate::clock::Clock;
use crate::{AccessToken, Error};
use doorward_names::{Duration, Timestamp};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// After a renewal that failed while the old token is still good, the next try comes no sooner than this.
const PAUSE_AFTER_FAILURE: Duration = Duration::seconds(30);

/// One token per name (a scope).
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

#[derive(Debug, Default)]
struct Slot {
    /// What is known; never held across a wait.
    known: Mutex<Known>,
    /// Held by the one caller that asks.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default, Clone)]
struct Known {
    token: Option<AccessToken>,
    /// How many requests have come to their end.
    finished: u64,
    failure: Option<Error>,
    next_try: Option<Timestamp>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept is replaced as a whole, so a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TokenCache {
    /// The token called `name`: the one that is kept, or what `ask` brings.
    ///
    /// A token that is due is renewed by the first caller that notices; the others meanwhile get the old one, and
    /// so does the first when the renewal fails. Callers without a token wait for the same request and share its
    /// failure.
    pub async fn get<F, R>(&self, clock: &dyn Clock, name: &str, ask: F) -> Result<AccessToken, Error>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<AccessToken, Error>>,
    {
        let slot = Arc::clone(lock(&self.slots).entry(name.to_owned()).or_default());
        let known = lock(&slot.known).clone();
        let now = clock.now();
        let valid = known.token.filter(|token| token.is_valid(now));
        let turn = match &valid {
            Some(token) if !token.is_due(now) || known.next_try.is_some_and(|at| now < at) => {
                return Ok(token.clone());
            }
            Some(token) => match slot.asking.try_lock() {
                Ok(turn) => turn,
                Err(_) => return Ok(token.clone()),
            },
            None => slot.asking.lock().await,
        };
        let latest = lock(&slot.known).clone();
        if latest.finished != known.finished {
            let now = clock.now();
            return match (latest.token.filter(|token| token.is_valid(now)), latest.failure) {
                (Some(token), _) => Ok(token),
                (None, Some(failure)) => Err(failure),
                (None, None) => Err(Error::Invalid(
                    "the token that was had is not valid any more".to_owned(),
                )),
            };
        }
        let result = ask().await;
        slot.finish(clock.now(), &result);
        drop(turn);
        match (result, valid) {
            (Err(failure), Some(token)) if token.is_valid(clock.now()) => {
                tracing::warn!(error = %failure, "a token could not be renewed and is kept until it ends");
                Ok(token)
            }
            (result, _) => result,
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        lock(&self.slots).clear();
    }
}

impl Slot {
    fn finish(&self, now: Timestamp, result: &Result<AccessToken, Error>) {
        let mut known = lock(&self.known);
        known.finished += 1;
        match result {
            Ok(token) => {
                known.token = Some(token.clone());
                known.failure = None;
                known.next_try = None;
            }
            Err(failure) => {
                known.failure = Some(failure.clone());
                known.next_try = Some(now.plus(PAUSE_AFTER_FAILURE));
            }
        }
    }
}
