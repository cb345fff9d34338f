//! Redirects to the loopback address of a private network: the person's browser is outside, so the host listens on that
//! port for it and hands the connection in.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::tunnel::splice;

/// How long the person may take to sign in.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Makes connections to the loopback address inside.
#[async_trait::async_trait]
pub trait Inside: Send + Sync + 'static {
    /// A connection to `port` there.
    async fn connect(&self, port: u16) -> io::Result<TcpStream>;
}

/// The ports that the host listens on for the person's browser.
pub struct Redirects {
    inside: Arc<dyn Inside>,
    open: Mutex<Vec<(u16, JoinHandle<()>)>>,
}

impl Redirects {
    /// None yet.
    pub fn new(inside: Arc<dyn Inside>) -> Self {
        Self {
            inside,
            open: Mutex::default(),
        }
    }

    /// Listens on `port` of the host's loopback addresses for a quarter of an hour.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn expect(&self, port: u16) -> io::Result<()> {
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.retain(|(_, task)| !task.is_finished());
            if open.iter().any(|(known, _)| *known == port) {
                return Ok(());
            }
        }
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        // A browser that prefers IPv6 finds us there too, where there is IPv6.
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
        let inside = Arc::clone(&self.inside);
        let task = tokio::spawn(async move {
            let both = async {
                tokio::join!(hand_in(Some(v4), port, &inside), hand_in(v6, port, &inside));
            };
            drop(tokio::time::timeout(PATIENCE, both).await);
        });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push((port, task));
        Ok(())
    }
}

async fn hand_in(listener: Option<TcpListener>, port: u16, inside: &Arc<dyn Inside>) {
    let Some(listener) = listener else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let inside = Arc::clone(inside);
        tokio::spawn(async move {
            match inside.connect(port).await {
                Ok(there) => splice(stream, there).await,
                Err(e) => tracing::debug!(port, "nobody listens inside: {e}"),
            }
        });
    }
}
