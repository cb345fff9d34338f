//! `doorward serve`: production, from a configuration file.

use doorward_domain::mode::Mode;
use doorward_names::Timestamp;
use doorward_store::{Location, OpenOptions, Store};
use std::sync::Arc;
use std::time::Duration;

use super::data_directory::{DataDirectory, read_master_key};
use super::running::Signals;
use super::{BootError, Running, ServeConfig};
use crate::app::App;
use crate::clock::Clock;
use crate::entropy;
use crate::http::bind;
use crate::tls::files::{CertificateFiles, CertificateSlot};
use crate::tls::server_config;

/// How often the certificate's files are looked at.
const CERTIFICATE_POLL: Duration = Duration::from_secs(10);

/// Starts a production server.
///
/// # Errors
/// One sentence on why not.
pub async fn serve(config: ServeConfig) -> Result<Running, BootError> {
    let signals = Signals::catch()?;
    let data = DataDirectory::prepare(&config.data)?;
    let hold = data.hold()?;
    let slot = CertificateSlot::new(config.certificate.load()?);
    let listener = bind(&config.listen).await.map_err(BootError::Listen)?;
    let clock = Clock::system();
    let store = open(&config, clock.now()).await?;
    let app = production_app(store, &config, clock).await?;
    if !app.is_initialised().await {
        tracing::warn!("the store is empty: only health is answered until `doorward init` has been run");
    }
    let tls = server_config(Arc::clone(&slot) as Arc<_>)?;
    tokio::spawn(renew(slot, config.certificate));
    Ok(Running::start(app, listener, tls, (signals, hold)))
}

/// A production server that listens nowhere, over a store that was opened for production.
///
/// # Errors
/// When the store cannot be read.
pub async fn production_app(store: Store, config: &ServeConfig, clock: Clock) -> Result<Arc<App>, BootError> {
    App::new(
        store,
        config.origins.clone(),
        clock,
        (None, config.trusted_proxies.clone()),
    )
    .await
}

/// Opens production's store beside a server that may be running, for the owner of the data.
///
/// # Errors
/// When this process is not the owner, or the store cannot be opened.
pub async fn open_for_owner(config: &ServeConfig, now: Timestamp) -> Result<Store, BootError> {
    DataDirectory::prepare(&config.data)?.require_owner()?;
    open(config, now).await
}

async fn open(config: &ServeConfig, now: Timestamp) -> Result<Store, BootError> {
    let data = DataDirectory::prepare(&config.data)?;
    let master = read_master_key(&config.master_key_file).map_err(|e| match e {
        BootError::File { path, .. } if !path.exists() => BootError::File {
            reason: format!(
                "there is no master key; make one with `(umask 077; openssl rand -hex 32 > {})`",
                path.display()
            ),
            path,
        },
        other => other,
    })?;
    let location = match &config.postgres {
        Some(url) => Location::Postgres {
            url: url.expose().clone(),
        },
        None => Location::Sqlite {
            path: data.database(),
        },
    };
    let options = OpenOptions {
        location,
        mode: Mode::Production,
        master,
        entropy: entropy::fill,
        now,
    };
    let opened = tokio::task::spawn_blocking(move || Store::open(options)).await;
    Ok(opened.map_err(|e| BootError::Store(e.to_string()))??)
}

/// Puts a renewed certificate in place when its files have changed; a bad one is reported, and the old one stays.
async fn renew(slot: Arc<CertificateSlot>, files: CertificateFiles) {
    let mut seen = files.modified();
    loop {
        tokio::time::sleep(CERTIFICATE_POLL).await;
        let now = files.modified();
        if now == seen || now.is_none() {
            continue;
        }
        match files.load() {
            Ok(certificate) => {
                slot.replace(certificate);
                tracing::info!("the certificate was renewed");
            }
            Err(e) => tracing::error!("the renewed certificate is not used: {e}"),
        }
        seen = now;
    }
}
