//! One-time links that the owner of the data prints: for the first administrator, and for one who lost the way in.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::conditional_access::Policy;
use doorward_domain::setup_link::{Purpose, SetupLink};
use doorward_names::{
    CorrelationId, DisplayName, GeneratedSecret, ObjectId, SecretKind, SecretString, TenantId, Timestamp,
    TraceId, Upn,
};
use doorward_store::{self as store, QueryError, Store};

use super::keys::{self, StoreAccess};
use super::seed::{NewTenant, plant};
use super::{BootError, ServeConfig, WantedTenant, open_for_owner};
use crate::clock::Clock;
use crate::credentials::SecretHasher;
use crate::entropy;

/// The name of the policy that a production store begins with.
const FOR_ADMINISTRATORS: &str = "Second factor for administrators";

/// Makes the first tenant of an empty store, with a policy that asks administrators for a second factor, and a link for its
/// first administrator. While nobody has used one, it may
/// be run again for another link.
///
/// # Errors
/// When there is an administrator already, or the configuration names no tenant.
pub async fn init(config: &ServeConfig) -> Result<SecretString, BootError> {
    let clock = Clock::system();
    let store = open_for_owner(config, clock.now()).await?;

    init_store(config, &store, clock.now()).await
}

async fn init_store(config: &ServeConfig, store: &Store, now: Timestamp) -> Result<SecretString, BootError> {
    let first = config.tenant.clone().ok_or_else(|| {
        BootError::Store("the configuration has no [tenant] with `name` and `domain` to make".to_owned())
    })?;
    let new = NewTenant::draw(first.name, first.domain, first.subscription, now)
        .map_err(|e| BootError::Store(e.to_string()))?;
    let (secret, hash) = draw(store).await?;
    let trace = TraceId::from_random(entropy::bytes());
    let name = DisplayName::new(FOR_ADMINISTRATORS).map_err(|e| BootError::Store(e.to_string()))?;
    let key = (ObjectId::from_random(entropy::bytes()), new.tenant.id);
    let policy = Policy::for_administrators(key, name, now);
    let made = store
        .write(move |tx| {
            let tenant = match store::tenant::list(tx)?.first() {
                Some(tenant) if !store::directory_role::list(tx, tenant.id)?.is_empty() => return Ok(false),
                Some(tenant) => tenant.id,
                None => {
                    if !plant(tx, &new)? || store::conditional_access::insert(tx, &policy)?.is_err() {
                        return Ok(false);
                    }
                    new.tenant.id
                }
            };
            let link = SetupLink {
                hash: hash.clone(),
                tenant,
                purpose: Purpose::FirstAdministrator,
                created_at: now,
                used_at: None,
            };
            store::audit::insert(tx, &printed(&link, trace, now))?;
            Ok::<_, QueryError>(store::setup_link::insert(tx, &link)?.is_ok())
        })
        .await?;
    if made.value {
        Ok(url(config, &secret))
    } else {
        Err(BootError::AlreadyInitialised)
    }
}

/// Makes a further tenant, beside those that are there, and draws the secret of a link for its first administrator. While
/// nobody has used one, it may be run again for another link.
///
/// # Errors
/// When the store is empty, or the domain is another tenant's.
pub async fn create_tenant(
    access: &StoreAccess,
    wanted: WantedTenant,
) -> Result<(TenantId, SecretString), BootError> {
    let now = Clock::system().now();
    create_tenant_in(&keys::open(access).await?, wanted, now).await
}

async fn create_tenant_in(
    store: &Store,
    wanted: WantedTenant,
    now: Timestamp,
) -> Result<(TenantId, SecretString), BootError> {
    let domain = wanted.domain.clone();
    let new = NewTenant::draw(wanted.name, wanted.domain, wanted.subscription, now)
        .map_err(|e| BootError::Store(e.to_string()))?;
    let (secret, hash) = draw(store).await?;
    let trace = TraceId::from_random(entropy::bytes());
    let sought = domain.clone();
    let made = store
        .write(move |tx| {
            let tenants = store::tenant::list(tx)?;
            if tenants.is_empty() {
                return Ok::<_, QueryError>(Err(BootError::NotInitialised));
            }
            let in_use = || Ok(Err(BootError::DomainInUse(sought.clone())));
            let tenant = match store::tenant::find_by_domain(tx, &sought)? {
                // Made before, and nobody's yet.
                Some(there)
                    if there.display_name == new.tenant.display_name
                        && tenants.first().is_some_and(|first| first.id != there.id)
                        && store::directory_role::list(tx, there.id)?.is_empty() =>
                {
                    there.id
                }
                Some(_) => return in_use(),
                None => {
                    if !plant(tx, &new)? {
                        return in_use();
                    }
                    new.tenant.id
                }
            };
            let link = SetupLink {
                hash: hash.clone(),
                tenant,
                purpose: Purpose::FirstAdministrator,
                created_at: now,
                used_at: None,
            };
            store::audit::insert(tx, &printed(&link, trace, now))?;
            // Nobody else has the hash of a secret that was drawn just now.
            let _ = store::setup_link::insert(tx, &link)?;
            Ok(Ok(tenant))
        })
        .await?;
    Ok((made.value?, secret.as_secret().clone()))
}

/// Makes a link by which `upn` sets a new password.
///
/// # Errors
/// When there is no such user.
pub async fn recover(config: &ServeConfig, upn: &Upn) -> Result<SecretString, BootError> {
    let clock = Clock::system();
    let store = open_for_owner(config, clock.now()).await?;

    recover_in(config, &store, upn, clock.now()).await
}

async fn recover_in(
    config: &ServeConfig,
    store: &Store,
    upn: &Upn,
    now: Timestamp,
) -> Result<SecretString, BootError> {
    let (secret, hash) = draw(store).await?;
    let trace = TraceId::from_random(entropy::bytes());
    let sought = upn.clone();
    let made = store
        .write(move |tx| {
            let Some(tenant) = store::tenant::find_by_domain(tx, sought.domain())? else {
                return Ok(false);
            };
            let found = store::user::find_by_upn(tx, tenant.id, &sought)?;
            // A guest's password is another tenant's.
            let Some(user) = found.filter(|user| user.guest.is_none()) else {
                return Ok(false);
            };
            let link = SetupLink {
                hash: hash.clone(),
                tenant: tenant.id,
                purpose: Purpose::Recover(user.id),
                created_at: now,
                used_at: None,
            };
            store::audit::insert(tx, &printed(&link, trace, now))?;
            Ok::<_, QueryError>(store::setup_link::insert(tx, &link)?.is_ok())
        })
        .await?;
    if made.value {
        Ok(url(config, &secret))
    } else {
        Err(BootError::NoSuchUser(upn.to_string()))
    }
}

async fn draw(store: &Store) -> Result<(GeneratedSecret, doorward_names::SecretHash), BootError> {
    let keys = store.read(store::hash_key::all).await?;
    let secret = GeneratedSecret::from_entropy(SecretKind::Setup, entropy::bytes());
    let hash = SecretHasher::new(keys).hash(&secret);
    let hash = hash.ok_or_else(|| BootError::Store("the store holds no hash key".to_owned()))?;
    Ok((secret, hash))
}

fn url(config: &ServeConfig, secret: &GeneratedSecret) -> SecretString {
    let (origin, path) = (config.origins.first().url(), doorward_protocol::paths::SETUP);
    doorward_names::Secret::new(format!("{origin}{path}?link={}", secret.as_secret().expose()))
}

fn printed(link: &SetupLink, trace: TraceId, now: Timestamp) -> AuditRow {
    let (target, detail) = match link.purpose {
        Purpose::FirstAdministrator => (None, "for the first administrator"),
        Purpose::Recover(user) => (Some(user), "for a new password"),
    };
    AuditRow {
        at: now,
        tenant: Some::<TenantId>(link.tenant),
        event: Event::LinkPrinted,
        actor: None,
        client: None,
        target,
        uti: None,
        action: None,
        scope: None,
        detail: format!("{detail}, by the owner of the data"),
        trace,
        correlation: CorrelationId::from_bytes(*trace.as_bytes()),
    }
}
