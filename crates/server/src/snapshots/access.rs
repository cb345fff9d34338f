//! The index of access of each tenant, in memory. It is made at the first question, and from then on takes in just what
//! changed. It is never older than the knowledge of revisions, a second at most; when that can't be had, the question
//! fails.

use doorward_domain::rbac::{Index, built_in_roles};
use doorward_names::TenantId;
use doorward_store::revision::Kind;
use doorward_store::{self as store, QueryError};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::Mutex;

use super::{ReadError, Snapshots};

/// An index that knows the built-in roles; copies of it share them.
static BUILT_IN: LazyLock<Index> = LazyLock::new(|| Index::new(built_in_roles().iter().cloned()));

/// The indexes.
#[derive(Default)]
pub(super) struct AccessIndexes(RwLock<HashMap<TenantId, Arc<AccessIndex>>>);

/// The index of one tenant.
pub struct AccessIndex {
    index: RwLock<Index>,
    read: RwLock<Option<Read>>,
    refreshing: Mutex<()>,
}

/// Up to where it has read.
#[derive(Clone, Copy)]
struct Read {
    revision: u64,
    sequence: i64,
}

impl AccessIndex {
    /// The index, for as long as a decision takes: changes wait for it.
    pub fn get(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a rule says by the index, and the number of the last change that it knew.
    pub fn decide<T>(&self, rule: impl Fn(&Index) -> T) -> (i64, T) {
        let index = self.get();
        // Both change together, and this guard keeps the index from changing.
        let sequence = self.read().map_or(0, |read| read.sequence);
        (sequence, rule(&index))
    }

    fn read(&self) -> Option<Read> {
        *self.read.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, read: Read) {
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
    }

    fn is_current(&self, revision: u64) -> bool {
        self.read().is_some_and(|read| read.revision >= revision)
    }
}

impl Snapshots {
    /// What decides on access in a tenant.
    ///
    /// # Errors
    /// When it is not known to be fresh, and the store cannot be read.
    pub async fn access(&self, tenant: TenantId) -> Result<Arc<AccessIndex>, ReadError> {
        let revision = self.revision(Kind::Access, tenant).await?;
        let entry = self.access.entry(tenant);
        if entry.is_current(revision) {
            return Ok(entry);
        }
        let _one_at_a_time = entry.refreshing.lock().await;
        if entry.is_current(revision) {
            return Ok(Arc::clone(&entry));
        }
        let known = entry.read();
        let (read, whole, changes) = self
            .store
            .read(move |view| {
                let read = Read {
                    revision: store::revision::of(view, Kind::Access, tenant)?,
                    sequence: store::access_change::newest(view, tenant)?,
                };
                let changed = match known {
                    Some(known) => store::access_change::since(view, tenant, known.sequence)?,
                    None => None,
                };
                let Some(changed) = changed else {
                    return Ok((read, true, store::access_index::load(view, tenant)?));
                };
                let mut changed: Vec<_> = changed.into_iter().map(|(_, change)| change).collect();
                changed.dedup();
                let changes = store::access_index::read(view, tenant, &changed)?;
                Ok::<_, QueryError>((read, false, changes))
            })
            .await?;
        if whole {
            // Made beside the old one, so that decisions go on meanwhile.
            let mut index = BUILT_IN.clone();
            changes.into_iter().for_each(|change| index.apply(change));
            let mut place = entry.index.write().unwrap_or_else(PoisonError::into_inner);
            *place = index;
            entry.note(read);
        } else {
            let mut index = entry.index.write().unwrap_or_else(PoisonError::into_inner);
            changes.into_iter().for_each(|change| index.apply(change));
            entry.note(read);
        }
        Ok(Arc::clone(&entry))
    }
}

impl AccessIndexes {
    fn entry(&self, tenant: TenantId) -> Arc<AccessIndex> {
        let found = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&tenant)
            .cloned();
        found.unwrap_or_else(|| {
            let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let entry = all.entry(tenant).or_insert_with(|| {
                Arc::new(AccessIndex {
                    index: RwLock::default(),
                    read: RwLock::default(),
                    refreshing: Mutex::default(),
                })
            });
            Arc::clone(entry)
        })
    }
}
