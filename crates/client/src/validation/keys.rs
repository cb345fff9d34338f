//! The server's published keys: kept, and fetched again for a key that isn't among them, but not too often.

use crate::Error;
use crate::transport::{Request, Transport};
use doorward_names::{Duration, TenantId, Timestamp};
use doorward_protocol::jose::{JwkSet, PublicKey};
use doorward_protocol::paths::{EndpointVersion, StsPath};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// For an unknown key the set is fetched no more often than this.
const PAUSE: Duration = Duration::seconds(30);
/// After this the set is fetched again, so that a revoked key goes.
const FRESH: Duration = Duration::hours(1);
/// A set that can't be fetched again is used this long.
const STALE: Duration = Duration::hours(24);

/// The keys of one tenant.
#[derive(Debug)]
pub(super) struct KeyCache {
    tenant: TenantId,
    known: Mutex<Known>,
    /// Held by the one caller that fetches.
    fetching: tokio::sync::Mutex<()>,
}

type Keys = HashMap<String, PublicKey>;

#[derive(Debug, Default, Clone)]
struct Known {
    keys: Arc<Keys>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    /// How the last try failed, if it did.
    failure: Option<Error>,
}

impl Known {
    fn key(&self, kid: &str, oldest: Timestamp) -> Option<PublicKey> {
        self.fetched_at.filter(|at| *at > oldest)?;
        self.keys.get(kid).cloned()
    }

    fn may_fetch(&self, now: Timestamp) -> bool {
        self.tried_at.is_none_or(|at| now >= at.plus(PAUSE) || now < at)
    }
}

impl KeyCache {
    pub fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // What is kept is replaced as a whole, so a panic elsewhere leaves nothing half done.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key called `kid`; `None` when the server publishes none of that name.
    ///
    /// # Errors
    /// When the keys were never had, or not for 24 hours, and can't be fetched.
    pub async fn get(&self, transport: &Transport, kid: &str) -> Result<Option<PublicKey>, Error> {
        let now = transport.options().clock.now();
        if let Some(key) = self.known().key(kid, now.minus(FRESH)) {
            return Ok(Some(key));
        }
        let turn = self.fetching.lock().await;
        let now = transport.options().clock.now();
        let known = self.known().clone();
        if let Some(key) = known.key(kid, now.minus(FRESH)) {
            return Ok(Some(key));
        }
        if known.may_fetch(now) {
            let result = self.fetch(transport).await;
            let mut known = self.known();
            known.tried_at = Some(now);
            match result {
                Ok(keys) => {
                    known.keys = Arc::new(keys);
                    known.fetched_at = Some(now);
                    known.failure = None;
                }
                Err(failure) => {
                    tracing::warn!(error = %failure, "the signing keys could not be fetched");
                    known.failure = Some(failure);
                }
            }
        }
        drop(turn);
        let known = self.known().clone();
        match (known.key(kid, now.minus(STALE)), known.failure) {
            (Some(key), _) => Ok(Some(key)),
            (None, Some(failure)) => Err(failure),
            (None, None) => Ok(None),
        }
    }

    async fn fetch(&self, transport: &Transport) -> Result<Keys, Error> {
        let path = StsPath::Keys {
            tenant: self.tenant.to_string(),
            version: EndpointVersion::V2,
        };
        let url = transport.options().authority.at(&path.to_string())?;
        let response = transport.send(&Request::get(url)).await?;
        if !response.is_success() {
            let reason = format!("asked for its keys it answered with status {}", response.status);
            return Err(Error::Unexpected {
                host: response.host,
                reason,
            });
        }
        let set: JwkSet = response.json()?;
        // A key of another kind is not ours to verify with, and no reason to refuse the others.
        Ok(set
            .keys
            .into_iter()
            .filter_map(|jwk| jwk.public_key().ok().map(|key| (jwk.kid, key)))
            .collect())
    }
}
