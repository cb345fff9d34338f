//! A server that runs, until it is told to stop.

use rustls::ServerConfig;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::data_directory::Hold;
use super::{BootError, background};
use crate::app::App;
use crate::http::Listener;

/// SIGTERM and SIGINT, caught from the moment this is made: before a server opens its door.
pub(super) struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    pub(super) fn catch() -> Result<Self, BootError> {
        let catch = |kind| signal(kind).map_err(BootError::System);
        Ok(Self {
            term: catch(SignalKind::terminate())?,
            int: catch(SignalKind::interrupt())?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

/// A server that runs.
pub struct Running {
    /// What it calls itself.
    pub url: String,
    /// The server; for those in the same process.
    pub app: Arc<App>,
    serving: JoinHandle<()>,
    background: JoinHandle<BootError>,
    stop: watch::Sender<bool>,
    signals: Signals,
    _hold: Hold,
}

impl Running {
    pub(super) fn start(
        app: Arc<App>,
        listener: Listener,
        tls: Arc<ServerConfig>,
        (signals, hold): (Signals, Hold),
    ) -> Self {
        allow_many_files();
        let (stop, stopped) = watch::channel(false);
        let background = tokio::spawn(background::run(Arc::clone(&app)));
        let serving = tokio::spawn(listener.serve(Arc::clone(&app), tls, stopped));
        Self {
            url: app.origins.first().url().to_owned(),
            app,
            serving,
            background,
            stop,
            signals,
            _hold: hold,
        }
    }

    /// Runs until SIGTERM or SIGINT, or until the disk takes no more writes; then finishes what is in flight.
    ///
    /// # Errors
    /// When it stopped by itself.
    pub async fn wait(self) -> Result<(), BootError> {
        let Self {
            app,
            serving,
            mut background,
            stop,
            mut signals,
            _hold,
            ..
        } = self;
        let outcome = tokio::select! {
            () = signals.any() => Ok(()),
            failed = &mut background => Err(failed.unwrap_or_else(|e| BootError::Store(e.to_string()))),
        };
        tracing::info!("stopping: finishing what is in flight");
        background.abort();
        // The listener may be gone already; then there is nobody to tell.
        let _ = stop.send(true);
        let _ = serving.await;
        crate::access_uses::flush(&app).await;
        // The last one out closes the store; what was acknowledged is durable already.
        drop(app);
        outcome
    }
}

/// Every connection is an open file: asks the system for as many as it allows. With fewer, connections wait.
fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(e) = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    ) {
        tracing::warn!("the number of open files stays at its limit: {e}");
    }
}
