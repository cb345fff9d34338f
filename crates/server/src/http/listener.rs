//! Listening, TLS, and connections that end in time.

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::respond::respond;
use crate::app::App;

/// Connections that may stand at a time.
const MAX_CONNECTIONS: usize = 10_000;

/// How long a TLS handshake, and then a request's header, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long requests in flight may take once the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Sockets that accept connections, all on one port.
pub struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
}

impl Listener {
    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves until `stop` turns true, then lets requests in flight finish.
    pub async fn serve(self, app: Arc<App>, tls: Arc<ServerConfig>, stop: watch::Receiver<bool>) {
        let gate = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let graceful = Arc::new(GracefulShutdown::new());
        let accepting: Vec<_> = self
            .sockets
            .into_iter()
            .map(|socket| {
                let door = Door {
                    app: Arc::clone(&app),
                    tls: TlsAcceptor::from(Arc::clone(&tls)),
                    gate: Arc::clone(&gate),
                    graceful: Arc::clone(&graceful),
                };
                tokio::spawn(door.accept(socket, stop.clone()))
            })
            .collect();
        for task in accepting {
            let _ = task.await;
        }
        if let Ok(graceful) = Arc::try_unwrap(graceful)
            && tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err()
        {
            tracing::warn!(
                "requests were still in flight after {} s; closing them",
                DRAIN.as_secs()
            );
        }
    }
}

/// Binds `addresses`; port 0 of the first picks a free one, which the others then share.
///
/// # Errors
/// When an address is taken or not allowed; the error names it.
pub async fn bind(addresses: &[SocketAddr]) -> io::Result<Listener> {
    let mut sockets: Vec<TcpListener> = Vec::new();
    let mut port = 0;
    for address in addresses {
        let mut address = *address;
        if port != 0 && address.port() == 0 {
            address.set_port(port);
        }
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{address}: {e}"));
        match TcpListener::bind(address).await {
            Ok(socket) => {
                port = socket.local_addr()?.port();
                sockets.push(socket);
            }
            // A machine without IPv6 is no reason not to start on IPv4.
            Err(e) if e.kind() == io::ErrorKind::AddrNotAvailable && !sockets.is_empty() => {
                tracing::warn!("not listening on {address}: {e}");
            }
            Err(e) => return Err(named(e)),
        }
    }
    Ok(Listener { sockets, port })
}

/// Both loopback addresses with one port.
pub fn loopback(port: u16) -> [SocketAddr; 2] {
    [
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port),
        SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), port),
    ]
}

struct Door {
    app: Arc<App>,
    tls: TlsAcceptor,
    gate: Arc<Semaphore>,
    graceful: Arc<GracefulShutdown>,
}

impl Door {
    async fn accept(self, socket: TcpListener, mut stop: watch::Receiver<bool>) {
        loop {
            let Ok(permit) = Arc::clone(&self.gate).acquire_owned().await else {
                return;
            };
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let talk = converse(
                        Arc::clone(&self.app),
                        self.tls.clone(),
                        self.graceful.watcher(),
                        (stream, peer.ip()),
                    );
                    tokio::spawn(async move {
                        talk.await;
                        drop(permit);
                    });
                }
                Err(e) => {
                    // Out of file descriptors or memory: let those that stand finish first.
                    tracing::warn!("cannot accept a connection: {e}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

async fn converse(app: Arc<App>, tls: TlsAcceptor, watcher: Watcher, (stream, peer): (TcpStream, IpAddr)) {
    // A socket that cannot be told so is merely slower.
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await else {
        return;
    };
    let service = hyper::service::service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(respond(&app, peer, request).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(64 * 1024)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(PATIENCE);
    let connection = builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned();
    if let Err(e) = watcher.watch(connection).await {
        tracing::debug!("connection ended: {e}");
    }
}
