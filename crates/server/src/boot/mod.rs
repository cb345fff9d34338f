//! Starting and stopping: `doorward up` and `doorward serve`, and what the owner of the data does beside a running
//! server (`init`, `admin recover`, `keys`).

mod background;
pub mod config;
pub mod data_directory;
mod development;
pub mod keys;
mod links;
mod running;
mod sample;
mod seed;
mod serve;
mod up;

pub(crate) use background::ensure_relay_key;
pub use background::{turn_over, write_uses};
pub use config::{ConfigError, ServeConfig, WantedTenant};
pub use links::{create_tenant, init, recover};
pub use running::Running;
pub use seed::{NewTenant, own_subscriptions, plant};
pub use serve::{open_for_owner, production_app, serve};
pub use up::{DEFAULT_PORT, DevMode, DevelopmentInfo, UpOptions, development_app, sign_in, up};

use doorward_store::OpenError;
use std::io;
use std::path::PathBuf;

use crate::tls::TlsError;

/// Why the server does not start, or stops: one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The store cannot be opened.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(String),
    /// No certificate.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// A file or directory cannot be used.
    #[error("`{path}`: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {0}")]
    Listen(io::Error),
    /// Development answers on this machine only.
    #[error(
        "`doorward up` listens on loopback addresses only, and `{0}` is none: use `doorward serve` for others"
    )]
    NotLoopback(std::net::SocketAddr),
    /// Another server has the data directory open.
    #[error("another doorward is running on `{0}`")]
    InUse(PathBuf),
    /// The system refused something else.
    #[error("the system refused: {0}")]
    System(io::Error),
    /// The disk stopped taking writes while the server ran.
    #[error("stopped: {0}; nothing that was acknowledged is lost")]
    Disk(String),
    /// The configuration cannot be used.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// A command for an empty store met one that is not.
    #[error("the store is set up already: use `doorward admin recover UPN` to let an administrator back in")]
    AlreadyInitialised,
    /// A command for a set-up store met an empty one.
    #[error("the store is not set up yet: run `doorward init`")]
    NotInitialised,
    /// The domain of a new tenant names another one.
    #[error("`{0}` is the domain of another tenant")]
    DomainInUse(doorward_names::DomainName),
    /// There is no such account.
    #[error("there is no user `{0}`")]
    NoSuchUser(String),
    /// Only the owner of the data may do this.
    #[error("only the owner of `{0}` may do this")]
    NotOwner(PathBuf),
    /// A key cannot be changed.
    #[error("{0}")]
    Keys(String),
}

impl<E: std::fmt::Display> From<doorward_store::StoreError<E>> for BootError {
    fn from(error: doorward_store::StoreError<E>) -> Self {
        Self::Store(error.to_string())
    }
}
