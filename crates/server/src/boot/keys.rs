//! `doorward keys`: the owner of the data looks at signing keys and turns them over, beside a running server, which
//! notices within a second.

pub use doorward_domain::signing_key::KeyUse;

use doorward_domain::signing_key::{SigningKey, Stage};
use doorward_names::{SecretString, Timestamp};
use doorward_store::{self as store, Location, OpenOptions, Store, StoreError};
use std::path::PathBuf;

use super::data_directory::{DataDirectory, read_master_key};
use super::{BootError, ServeConfig, open_for_owner};
use crate::clock::Clock;
use crate::entropy;
use crate::keys as turn_over;
use crate::keys::{ChangeError, Occasion, make_signing_key};

/// Whose keys.
pub enum StoreAccess {
    /// A development store in this data directory, or beside it on PostgreSQL.
    Development(PathBuf, Option<SecretString>),
    /// A production store.
    Production(Box<ServeConfig>),
}

/// One key, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyLine {
    /// `kid` and `x5t`.
    pub name: String,
    /// `origin`: signs under the server's own names; `relay`: under Azure's, within `doorward run`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// `next`, `current`, `retired` or `revoked`.
    pub stage: &'static str,
    /// Since when it is in that stage (RFC 3339).
    pub since: String,
    /// Until when it is published, or from when on it may sign (RFC 3339).
    pub until: Option<String>,
}

/// Every signing key.
///
/// # Errors
/// When the store cannot be opened.
pub async fn list(access: &StoreAccess) -> Result<Vec<KeyLine>, BootError> {
    let store = open(access).await?;
    let keys = store.read(store::signing_key::list).await;
    Ok(keys?.iter().map(|stored| line(&stored.key)).collect())
}

/// The next key of this use takes over; returns its name.
///
/// # Errors
/// When it has not been published for 24 hours.
pub async fn rotate(access: &StoreAccess, key_use: KeyUse) -> Result<String, BootError> {
    rotate_in(&open(access).await?, key_use, Clock::system().now()).await
}

/// As [`rotate`], in a store that is open.
///
/// # Errors
/// As [`rotate`].
pub async fn rotate_in(store: &Store, key_use: KeyUse, now: Timestamp) -> Result<String, BootError> {
    let (fresh, on) = (make_signing_key(now)?, Occasion::at(now));
    let rotated = store
        .write(move |tx| turn_over::rotate(tx, key_use, &fresh, on))
        .await;
    rotated.map(|done| done.value.0).map_err(refused)
}

/// Makes a stolen key worthless at once.
///
/// # Errors
/// When there is no key of that name.
pub async fn revoke(access: &StoreAccess, name: &str) -> Result<(), BootError> {
    revoke_in(&open(access).await?, name, Clock::system().now()).await
}

/// As [`revoke`], in a store that is open.
///
/// # Errors
/// As [`revoke`].
pub async fn revoke_in(store: &Store, name: &str, now: Timestamp) -> Result<(), BootError> {
    let (fresh, on, name) = (make_signing_key(now)?, Occasion::at(now), name.to_owned());
    let revoked = store
        .write(move |tx| turn_over::revoke(tx, &name, &fresh, on))
        .await;
    revoked.map(|done| done.value).map_err(refused)
}

fn refused(error: StoreError<ChangeError>) -> BootError {
    match error {
        StoreError::Refused(refusal) => BootError::Keys(refusal.to_string()),
        other => BootError::Store(other.to_string()),
    }
}

/// Opens a store for its owner, beside a server that runs, perhaps.
pub(super) async fn open(access: &StoreAccess) -> Result<Store, BootError> {
    let now = Clock::system().now();
    match access {
        StoreAccess::Production(config) => open_for_owner(config, now).await,
        StoreAccess::Development(path, postgres) => {
            let data = DataDirectory::prepare(path)?;
            data.require_owner()?;
            if postgres.is_none() && !data.database().exists() {
                return Err(BootError::File {
                    path: path.clone(),
                    reason: "holds no store".to_owned(),
                });
            }
            let options = OpenOptions {
                location: match postgres {
                    Some(url) => Location::Postgres {
                        url: url.expose().clone(),
                    },
                    None => Location::Sqlite {
                        path: data.database(),
                    },
                },
                mode: doorward_domain::mode::Mode::Development,
                master: read_master_key(&data.file("master.key"))?,
                entropy: entropy::fill,
                now,
            };
            let opened = tokio::task::spawn_blocking(move || Store::open(options)).await;
            Ok(opened.map_err(|e| BootError::Store(e.to_string()))??)
        }
    }
}

fn line(key: &SigningKey) -> KeyLine {
    let (stage, since, until) = match key.stage {
        Stage::Next { published_at } => ("next", published_at, key.may_sign_from()),
        Stage::Current { since } => ("current", since, None),
        Stage::Retired { at, until } => ("retired", at, Some(until)),
        Stage::Revoked { at } => ("revoked", at, None),
    };
    KeyLine {
        name: key.name.0.clone(),
        key_use: key.key_use.as_str(),
        stage,
        since: since.to_rfc3339(),
        until: until.map(Timestamp::to_rfc3339),
    }
}
