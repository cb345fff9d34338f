//! Hot reads from memory. What is kept here carries the revisions it was read under; a newer revision makes it
//! worthless. Revisions are learnt at once from writes of this node, and within a second from other nodes and
//! processes; when the last look at them is older, a request looks itself, and fails when it cannot.

mod access;
mod clients;
mod revisions;

pub use access::AccessIndex;
pub use clients::ClientRecord;

use doorward_domain::conditional_access::Policy;
use doorward_domain::resource::{FirstParty, Resource};
use doorward_domain::tenant::Tenant;
use doorward_names::{AppId, IdentifierUri, TenantId, TenantName};
use doorward_store::revision::{EVERYWHERE, Kind};
use doorward_store::{self as store, QueryError, Store, StoreError, Tx};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use revisions::{Revisions, Tag};

/// Entries of one kind that are kept at most; a full map is emptied.
const MAX_ENTRIES: usize = 100_000;

/// Why nothing could be read.
pub type ReadError = StoreError<QueryError>;

/// The server's memory of what it reads all the time.
pub struct Snapshots {
    store: Arc<Store>,
    revisions: Revisions,
    tenants: RwLock<Option<Kept<Vec<Arc<Tenant>>>>>,
    clients: Map<(TenantId, AppId), ClientRecord>,
    resources: Map<(TenantId, String), Option<Resource>>,
    policies: Map<TenantId, Vec<Policy>>,
    access: access::AccessIndexes,
}

type Map<K, V> = RwLock<HashMap<K, Kept<V>>>;

struct Kept<V> {
    tag: Tag,
    value: Arc<V>,
}

impl Snapshots {
    /// An empty memory over `store`.
    pub fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            revisions: Revisions::default(),
            tenants: RwLock::default(),
            clients: RwLock::default(),
            resources: RwLock::default(),
            policies: RwLock::default(),
            access: access::AccessIndexes::default(),
        }
    }

    /// Writes, and learns at once what that made stale.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write<T, E>(
        &self,
        change: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, StoreError<E>>
    where
        T: Send + 'static,
        E: From<QueryError> + Send + 'static,
    {
        let committed = self.store.write(change).await?;
        self.revisions
            .learn(committed.bumped.iter().map(|b| (b.kind, b.tenant, b.revision)));
        Ok(committed.value)
    }

    /// Looks at the revisions in the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn poll(&self) -> Result<(), ReadError> {
        self.revisions.poll(&self.store).await
    }

    /// The revision of `kind` in `tenant`, not older than a second.
    ///
    /// # Errors
    /// When it is older, and the store cannot be read.
    pub async fn revision(&self, kind: Kind, tenant: TenantId) -> Result<u64, ReadError> {
        self.revisions.ensure_fresh(&self.store).await?;
        Ok(self.revisions.of(kind, tenant))
    }

    /// Whether there is any tenant; yes when that cannot be read, for then whoever reads next says so in its own form.
    pub async fn any_tenant(&self) -> bool {
        self.all_tenants()
            .await
            .map_or(true, |tenants| !tenants.is_empty())
    }

    /// The tenant of that id or domain.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tenant(&self, name: &TenantName) -> Result<Option<Arc<Tenant>>, ReadError> {
        let tenants = self.all_tenants().await?;
        let found = match name {
            TenantName::Id(id) => tenants.iter().find(|t| t.id == *id),
            TenantName::Domain(domain) => tenants.iter().find(|t| t.domains.contains(domain)),
            TenantName::Common | TenantName::Organizations | TenantName::Consumers => None,
        };
        Ok(found.cloned())
    }

    /// Every tenant.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all_tenants(&self) -> Result<Arc<Vec<Arc<Tenant>>>, ReadError> {
        let tag = self.tag(&[(Kind::Directory, EVERYWHERE)]).await?;
        if let Some(kept) = self
            .tenants
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            && kept.tag == tag
        {
            return Ok(Arc::clone(&kept.value));
        }
        let all = self.store.read(store::tenant::list).await?;
        let value = Arc::new(all.into_iter().map(Arc::new).collect());
        let kept = Kept {
            tag,
            value: Arc::clone(&value),
        };
        *self.tenants.write().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(value)
    }

    /// The resource that a client of `tenant` names by application id or URI; `None` when there is none, or its
    /// service principal is missing or disabled there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn resource(&self, tenant: TenantId, name: &str) -> Result<Option<Resource>, ReadError> {
        let folded = IdentifierUri::fold(name);
        let key = (tenant, folded.clone());
        let tag = self.tag(&[(Kind::Client, tenant)]).await?;
        if let Some(kept) = look(&self.resources, &key, &tag) {
            return Ok((*kept).clone());
        }
        let found = self
            .store
            .read(move |view| find_resource(view, tenant, &folded))
            .await?;
        // Only what exists is kept: names that nobody has could fill the memory.
        if found.is_some() {
            keep(&self.resources, key, tag, Arc::new(found.clone()));
        }
        Ok(found)
    }

    /// The policies of conditional access of a tenant, those that don't count included.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn policies(&self, tenant: TenantId) -> Result<Arc<Vec<Policy>>, ReadError> {
        let tag = self.tag(&[(Kind::Directory, tenant)]).await?;
        if let Some(kept) = look(&self.policies, &tenant, &tag) {
            return Ok(kept);
        }
        let list = move |view: &store::View<'_>| store::conditional_access::list(view, tenant);
        let found = Arc::new(self.store.read(list).await?);
        keep(&self.policies, tenant, tag, Arc::clone(&found));
        Ok(found)
    }

    async fn tag(&self, of: &[(Kind, TenantId)]) -> Result<Tag, ReadError> {
        self.revisions.ensure_fresh(&self.store).await?;
        Ok(self.revisions.tag(of))
    }
}

fn find_resource(
    view: &store::View<'_>,
    tenant: TenantId,
    folded: &str,
) -> Result<Option<Resource>, QueryError> {
    let found = match FirstParty::find(folded) {
        Some(first_party) => Resource::from(first_party),
        None => {
            let application = match folded.parse::<AppId>() {
                Ok(id) => store::application::find_by_app_id(view, tenant, id)?,
                Err(_) => store::application::find_by_identifier_uri(view, tenant, folded)?,
            };
            let Some(application) = application else {
                return Ok(None);
            };
            Resource::from(application)
        }
    };
    let principal = store::service_principal::find_by_app_id(view, tenant, found.app_id)?;
    Ok(principal.filter(|p| p.enabled).map(|p| found.seen_by(&p)))
}

fn look<K: Eq + Hash, V>(map: &Map<K, V>, key: &K, tag: &Tag) -> Option<Arc<V>> {
    let map = map.read().unwrap_or_else(PoisonError::into_inner);
    map.get(key)
        .filter(|kept| kept.tag == *tag)
        .map(|kept| Arc::clone(&kept.value))
}

fn keep<K: Eq + Hash, V>(map: &Map<K, V>, key: K, tag: Tag, value: Arc<V>) {
    let mut map = map.write().unwrap_or_else(PoisonError::into_inner);
    if map.len() >= MAX_ENTRIES {
        map.clear();
    }
    map.insert(key, Kept { tag, value });
}
