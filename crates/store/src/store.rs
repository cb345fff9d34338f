//! The one way in: open, look, change, append.

use crate::engine::Engine;
use crate::job::{self, Append};
use crate::revision::Committed;
use crate::sealing::Keyring;
use crate::view::{Context, Tx, View};
use crate::{MasterKey, OpenError, QueryError, StoreError};
use doorward_domain::audit::AuditRow;
use doorward_domain::mode::Mode;
use doorward_names::Timestamp;
use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use tokio::sync::oneshot;

/// Where a store is.
#[derive(Clone)]
pub enum Location {
    /// An SQLite file, made when it is missing; its directory has to exist.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A PostgreSQL database, which has to exist.
    Postgres {
        /// A libpq connection string, keywords or URI.
        url: String,
    },
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => f.debug_struct("Sqlite").field("path", path).finish(),
            // The string may hold a password.
            Self::Postgres { .. } => f.write_str("Postgres { [redacted] }"),
        }
    }
}

/// How a store is opened.
#[derive(Debug)]
pub struct OpenOptions {
    /// Where it is.
    pub location: Location,
    /// What for; a new store keeps this for ever, another one has to have been made for it.
    pub mode: Mode,
    /// The key that wraps its data keys.
    pub master: MasterKey,
    /// Fills a buffer with random bytes.
    pub entropy: fn(&mut [u8]),
    /// The present instant, written into what opening makes.
    pub now: Timestamp,
}

/// An open store. Its threads end when it is dropped.
pub struct Store {
    engine: Engine,
    is_new: bool,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.engine_name())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store, making or migrating it when needed. Blocks.
    ///
    /// # Errors
    /// One sentence that says why not; an existing store was not changed then.
    pub fn open(options: OpenOptions) -> Result<Self, OpenError> {
        let mut node = [0; 4];
        (options.entropy)(&mut node);
        let context = Arc::new(Context {
            keyring: Keyring::new(&options.master)?,
            entropy: options.entropy,
            node,
            sequence: AtomicU32::new(0),
        });
        let (engine, is_new) = Engine::open(&options.location, options.mode, options.now, &context)?;
        Ok(Self { engine, is_new })
    }

    /// Whether opening made the store.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// `sqlite` or `postgres`.
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// Runs `f` on one consistent snapshot.
    ///
    /// `f` runs on a store thread, may run twice, and does no I/O.
    ///
    /// # Errors
    /// `Refused` with the closure's own error; everything else is the store's failure.
    pub async fn read<T, E>(
        &self,
        f: impl Fn(&View<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, StoreError<E>>
    where
        T: Send + 'static,
        E: From<QueryError> + Send + 'static,
    {
        let (job, answer) = job::read(f);
        self.engine.read(job);
        job::answer(answer).await
    }

    /// Runs `f` in one transaction. `Ok` commits, a refusal among the values included; `Err` rolls back what this
    /// closure did. The answer comes after the durable commit; dropping the future once it was polled cancels
    /// nothing.
    ///
    /// `f` runs on a store thread, may run twice, and does no I/O.
    ///
    /// # Errors
    /// `Refused` with the closure's own error; everything else is the store's failure.
    pub async fn write<T, E>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Committed<T>, StoreError<E>>
    where
        T: Send + 'static,
        E: From<QueryError> + Send + 'static,
    {
        let (job, answer) = job::write(f);
        self.engine.write(job);
        job::answer(answer).await
    }

    /// Writes one audit row; resolves when it is durable.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn append(&self, row: AuditRow) -> Result<(), StoreError<Infallible>> {
        let (reply, answer) = oneshot::channel();
        self.engine.append(Append { row, reply });
        job::answer(answer).await
    }

    /// Finishes the queued work, folds SQLite's log into its file and ends the threads, as dropping does. Blocks.
    pub fn close(self) {
        drop(self);
    }
}
