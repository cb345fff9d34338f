//! `doorward up`: development, on loopback only, everything made at the first start.

use doorward_domain::application::Platform;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::mode::Mode;
use doorward_domain::resource::client::COMMAND_LINE;
use doorward_domain::subscription::Subscription;
use doorward_domain::tenant::Tenant;
use doorward_domain::token::LIFETIME;
use doorward_domain::user::{Password, User, UserKind};
use doorward_names::{
    DisplayName, Duration, GeneratedSecret, ObjectId, SecretKind, SecretString, SubscriptionId, TenantId,
    Timestamp, Upn,
};
use doorward_store::directory_role::RoleAssignment;
use doorward_store::{self as store, Location, OpenOptions, QueryError, Store};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use super::data_directory::{DataDirectory, make_master_key, read_master_key};
use super::development::{self, DevCredentials};
use super::running::Signals;
use super::sample::Sample;
use super::seed::{NewTenant, own_subscriptions, plant};
use super::{BootError, Running};
use crate::app::App;
use crate::clock::Clock;
use crate::credentials::hash_now;
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::{TrustedProxies, bind, loopback};
use crate::origin::{Origin, Origins};
use crate::tls::files::CertificateSlot;
use crate::tls::server_config;

/// The port of development when none is chosen.
pub const DEFAULT_PORT: u16 = 8443;

/// Shows that the server was started by [`up`]. What helps tests is built from this value alone, and nothing else
/// can make one.
#[derive(Debug, Clone, Copy)]
pub struct DevMode {
    token_lifetime: Option<Duration>,
}

impl DevMode {
    /// How long access tokens are valid, where it isn't [`doorward_domain::token::LIFETIME`].
    pub fn token_lifetime(self) -> Option<Duration> {
        self.token_lifetime
    }
}

/// How to start.
#[derive(Debug, Clone)]
pub struct UpOptions {
    /// The data directory.
    pub data: PathBuf,
    /// Where to listen; both loopback addresses on port 8443 when `None`. Port 0 picks a free one.
    pub listen: Option<SocketAddr>,
    /// A PostgreSQL connection string instead of SQLite.
    pub postgres: Option<SecretString>,
    /// Without the sample: a workspace, and a service principal that may read it.
    pub bare: bool,
    /// How long access tokens are valid; at most [`doorward_domain::token::LIFETIME`], which it is when `None`.
    pub token_lifetime: Option<Duration>,
}

/// What a developer needs to know.
#[derive(Debug, Clone)]
pub struct DevelopmentInfo {
    /// The private authority's certificate.
    pub ca_file: PathBuf,
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// Its domain.
    pub tenant_domain: String,
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its name.
    pub subscription_name: String,
    /// The administrator's sign-in name.
    pub admin_upn: String,
    /// The administrator's password.
    pub admin_password: SecretString,
    admin: ObjectId,
}

/// Starts a development server.
///
/// # Errors
/// One sentence on why not.
pub async fn up(options: UpOptions) -> Result<(Running, DevelopmentInfo), BootError> {
    let signals = Signals::catch()?;
    let data = DataDirectory::prepare(&options.data)?;
    let hold = data.hold()?;
    let listen = match options.listen {
        Some(address) if !address.ip().is_loopback() => return Err(BootError::NotLoopback(address)),
        Some(address) if address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST) => loopback(address.port()).to_vec(),
        Some(address) => vec![address],
        None => loopback(DEFAULT_PORT).to_vec(),
    };
    // Before anything is written: a taken port leaves no trace.
    let listener = bind(&listen).await.map_err(BootError::Listen)?;
    let clock = Clock::system();
    let store = open(&data, &options, clock.now()).await?;
    let (certificate, ca_file) = development::certificate(&data, &store, clock.now()).await?;
    let info = information(&data, &store, (ca_file, options.bare), clock.now()).await?;
    let tls = server_config(CertificateSlot::new(certificate))?;
    let lifetime = options.token_lifetime;
    let app = development_app(store, Origin::localhost(listener.port()), clock, lifetime).await?;
    Ok((Running::start(app, listener, tls, (signals, hold)), info))
}

/// A development server that listens nowhere, over a store that was opened for development. What retires a key waits for
/// tokens of the usual time, so none may be valid for longer.
///
/// # Errors
/// When the store cannot be read.
pub async fn development_app(
    store: Store,
    origin: Origin,
    clock: Clock,
    token_lifetime: Option<Duration>,
) -> Result<Arc<App>, BootError> {
    let token_lifetime = token_lifetime.map(|lifetime| lifetime.min(LIFETIME));
    App::new(
        store,
        Origins::new(origin, vec![]),
        clock,
        (Some(DevMode { token_lifetime }), TrustedProxies::default()),
    )
    .await
}

/// Begins a session of the administrator with the local command line, and returns its refresh token.
///
/// # Errors
/// When the store fails.
pub async fn sign_in(running: &Running, info: &DevelopmentInfo) -> Result<SecretString, BootError> {
    let ctx = Ctx::internal(&running.app);
    let (tenant, admin) = (info.tenant, info.admin);
    let user = running
        .app
        .store
        .read(move |view| store::user::find(view, tenant, admin))
        .await?;
    let user = user.ok_or_else(|| BootError::NoSuchUser(info.admin_upn.clone()))?;
    let session = crate::sts::start_session(&ctx, (COMMAND_LINE, Platform::Public), &user, "pwd", None).await;
    session
        .map(|(_, token)| token)
        .map_err(|_| BootError::Store("no session could be begun".to_owned()))
}

async fn open(data: &DataDirectory, options: &UpOptions, now: Timestamp) -> Result<Store, BootError> {
    let key_file = data.file("master.key");
    let location = match &options.postgres {
        Some(url) => Location::Postgres {
            url: url.expose().clone(),
        },
        None => Location::Sqlite {
            path: data.database(),
        },
    };
    // A key is made for a store that is about to be made, never for one that is there.
    let master = match key_file.exists() || data.database().exists() {
        true => read_master_key(&key_file)?,
        false => make_master_key(&key_file)?,
    };
    let options = OpenOptions {
        location,
        mode: Mode::Development,
        master,
        entropy: entropy::fill,
        now,
    };
    let opened = tokio::task::spawn_blocking(move || Store::open(options)).await;
    Ok(opened.map_err(|e| BootError::Store(e.to_string()))??)
}

async fn information(
    data: &DataDirectory,
    store: &Store,
    (ca_file, bare): (PathBuf, bool),
    now: Timestamp,
) -> Result<DevelopmentInfo, BootError> {
    let tenants = store.read(store::tenant::list).await?;
    let tenant = match tenants.into_iter().min_by_key(|t| t.created_at) {
        Some(tenant) => tenant,
        None => first_start(data, store, (now, bare)).await?,
    };
    let gone = |what: &str| BootError::Store(format!("the first tenant has no {what} any more"));
    let id = tenant.id;
    let subscriptions = store
        .read(move |view| store::subscription::list(view, id))
        .await?;
    let first = subscriptions
        .into_iter()
        .min_by_key(|s: &Subscription| s.created_at);
    let subscription = first.ok_or_else(|| gone("subscription"))?;
    let credentials = DevCredentials::load(data)?.ok_or_else(|| BootError::File {
        path: data.path().to_path_buf(),
        reason: "holds no `dev-credentials` for this store".to_owned(),
    })?;
    let upn: Upn = credentials.admin_upn.parse().map_err(|_| gone("administrator"))?;
    let admin = store
        .read(move |view| store::user::find_by_upn(view, id, &upn))
        .await?;
    let admin = admin.ok_or_else(|| gone("administrator"))?.id;
    // A store that an earlier release made has no roles yet; one from which they were taken stays without.
    let owned = store
        .write(move |tx| match store::access_change::newest(tx, id)? {
            0 => own_subscriptions(tx, (id, admin), now),
            _ => Ok(()),
        })
        .await;
    owned.map_err(|e: store::StoreError<QueryError>| BootError::Store(e.to_string()))?;
    Ok(DevelopmentInfo {
        ca_file,
        tenant: tenant.id,
        tenant_name: tenant.display_name.as_str().to_owned(),
        tenant_domain: tenant.default_domain.as_str().to_owned(),
        subscription: subscription.id,
        subscription_name: subscription.display_name.as_str().to_owned(),
        admin_upn: credentials.admin_upn,
        admin_password: credentials.admin_password,
        admin,
    })
}

/// The first tenant, its subscription, and its administrator with a password that is generated here.
async fn first_start(
    data: &DataDirectory,
    store: &Store,
    (now, bare): (Timestamp, bool),
) -> Result<Tenant, BootError> {
    let name = |text: &str| DisplayName::new(text).map_err(|e| BootError::Store(e.to_string()));
    let domain = "doorward.test"
        .parse()
        .map_err(|e: doorward_names::InvalidName| BootError::Store(e.to_string()))?;
    let new = NewTenant::draw(name("Doorward Development")?, domain, name("Development")?, now)
        .map_err(|e| BootError::Store(e.to_string()))?;
    let upn: Upn = format!("admin@{}", new.tenant.default_domain)
        .parse()
        .map_err(|e: doorward_names::InvalidName| BootError::Store(e.to_string()))?;
    // A start that was cut off between this file and the database finds the password again.
    let password = match DevCredentials::load(data)? {
        Some(kept) => kept.admin_password,
        None => {
            let generated = GeneratedSecret::from_entropy(SecretKind::Password, entropy::bytes());
            let admin_password = generated.as_secret().clone();
            DevCredentials {
                admin_upn: upn.as_str().to_owned(),
                admin_password: admin_password.clone(),
            }
            .save(data)?;
            admin_password
        }
    };
    let hash = tokio::task::spawn_blocking(move || hash_now(&password))
        .await
        .ok()
        .flatten();
    let hash = hash.ok_or_else(|| BootError::Store("the password cannot be hashed".to_owned()))?;
    let admin = User {
        id: ObjectId::from_random(entropy::bytes()),
        tenant: new.tenant.id,
        mail_nickname: upn.local_part().to_owned(),
        upn,
        display_name: name("Administrator")?,
        kind: UserKind::Member,
        enabled: true,
        password: Some(Password {
            hash,
            must_change: false,
            set_at: now,
        }),
        guest: None,
        created_at: now,
        sessions_revoked_at: None,
    };
    let role = RoleAssignment {
        id: ObjectId::from_random(entropy::bytes()),
        role: DirectoryRole::GlobalAdministrator,
        principal: admin.id,
    };
    let tenant = new.tenant.clone();
    let place = (tenant.id, new.subscription.id);
    let sample = Sample::draw(place, (admin.id, admin.upn.as_str()), now);
    let sample = sample.map_err(|e| BootError::Store(e.to_string()))?;
    let planted = store
        .write(move |tx| {
            let mut planted = plant(tx, &new)?;
            planted &= store::user::insert(tx, &admin)?.is_ok();
            planted &= store::directory_role::insert(tx, new.tenant.id, &role)?.is_ok();
            own_subscriptions(tx, (new.tenant.id, admin.id), now)?;
            if !bare {
                planted &= sample.plant(tx)?;
            }
            Ok::<_, QueryError>(planted)
        })
        .await?;
    if planted.value {
        Ok(tenant)
    } else {
        Err(BootError::Store("the first tenant could not be made".to_owned()))
    }
}
