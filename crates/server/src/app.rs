//! The server as its handlers see it: everything that outlives a request.

use doorward_domain::mode::Mode;
use doorward_domain::token::Validity;
use doorward_names::Timestamp;
use doorward_store::{self as store, Store};
use std::sync::Arc;

use crate::access_uses::AccessUses;
use crate::boot::{BootError, DevMode};
use crate::clock::Clock;
use crate::credentials::{Passwords, SecretHasher};
use crate::http::TrustedProxies;
use crate::keys::{Keyring, Signer};
use crate::origin::Origins;
use crate::snapshots::Snapshots;

/// The server.
pub struct App {
    /// The truth.
    pub store: Arc<Store>,
    /// Hot reads.
    pub snapshots: Snapshots,
    /// The time.
    pub clock: Clock,
    /// The names it answers under.
    pub origins: Origins,
    /// The signing keys in use.
    pub keyring: Keyring,
    /// The pool that signs.
    pub signer: Signer,
    /// Hashes generated secrets.
    pub hasher: SecretHasher,
    /// Hashes people's passwords.
    pub passwords: Passwords,
    /// There only when the server was started for development.
    pub development: Option<DevMode>,
    /// How often allowed actions were used.
    pub access_uses: AccessUses,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
}

impl App {
    pub(crate) async fn new(
        store: Store,
        origins: Origins,
        clock: Clock,
        (development, trusted_proxies): (Option<DevMode>, TrustedProxies),
    ) -> Result<Arc<Self>, BootError> {
        let store = Arc::new(store);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let keys = store.read(store::hash_key::all).await?;
        Ok(Arc::new(Self {
            snapshots: Snapshots::new(Arc::clone(&store)),
            keyring: Keyring::default(),
            signer: Signer::start(cores).map_err(BootError::System)?,
            hasher: SecretHasher::new(keys),
            passwords: Passwords::new(cores),
            store,
            clock,
            origins,
            development,
            access_uses: AccessUses::default(),
            trusted_proxies,
        }))
    }

    /// Development or production.
    pub fn mode(&self) -> Mode {
        match self.development {
            Some(_) => Mode::Development,
            None => Mode::Production,
        }
    }

    /// The instants of a token that is issued at `now`.
    pub fn validity(&self, now: Timestamp) -> Validity {
        match self.development.and_then(DevMode::token_lifetime) {
            Some(lifetime) => Validity::lasting(now, lifetime),
            None => Validity::starting(now),
        }
    }

    /// Whether there is a tenant; without one only health is answered.
    pub async fn is_initialised(&self) -> bool {
        self.snapshots.any_tenant().await
    }
}
