//! Connections taken from a private network, where every address leads to the host: by the address that was dialled,
//! and by the name that is asked for there, each goes to the server, to where it wanted to, or nowhere.

use doorward_protocol::azure_hosts::AzureHost;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};

use crate::hello::{Beginning, begin};
use crate::relay::Relay;
use crate::serve::redirect_to_tls;
use crate::tunnel::splice;

/// What the loopback address of the private network leads to.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Ports that lead to the same port of the host's own loopback address.
    pub host_ports: Vec<u16>,
    /// The host's name servers, for questions over TCP.
    pub name_servers: Vec<SocketAddr>,
}

impl Relay {
    /// Takes connections until the runtime ends.
    pub async fn take(self: Arc<Self>, listener: TcpListener, rules: Arc<Rules>) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (relay, rules) = (Arc::clone(&self), Arc::clone(&rules));
                    tokio::spawn(async move {
                        if let Err(e) = relay.route(stream, &rules).await {
                            tracing::debug!("not connected: {e}");
                        }
                    });
                }
                Err(e) => {
                    tracing::warn!("a connection could not be taken: {e}");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn route(self: Arc<Self>, stream: TcpStream, rules: &Rules) -> io::Result<()> {
        drop(stream.set_nodelay(true));
        let wanted = stream.local_addr()?;
        let wanted = SocketAddr::new(wanted.ip().to_canonical(), wanted.port());
        if !wanted.ip().is_loopback() {
            return self.route_elsewhere(stream, wanted).await;
        }
        match wanted.port() {
            port if port != 443 && rules.host_ports.contains(&port) => match dial_host(port).await {
                Ok(there) => splice(stream, there).await,
                Err(e) => return refuse(&stream, e),
            },
            443 => {
                let (beginning, stream) = begin(stream).await?;
                match beginning {
                    // A client without a name came by the address that only our names have.
                    Beginning::Tls(None) => self.converse(stream).await,
                    Beginning::Tls(Some(name)) if AzureHost::parse(&name).is_some() => {
                        self.converse(stream).await;
                    }
                    _ if rules.host_ports.contains(&443) => splice(stream, dial_host(443).await?).await,
                    _ => {}
                }
            }
            80 => redirect_to_tls(stream).await,
            53 => match rules.name_servers.first() {
                Some(server) if !self.outside.offline => {
                    splice(stream, TcpStream::connect(server).await?).await
                }
                _ => return refuse(&stream, io::ErrorKind::ConnectionRefused.into()),
            },
            _ => return refuse(&stream, io::ErrorKind::ConnectionRefused.into()),
        }
        Ok(())
    }

    /// What was meant for an address of the rest of the network; but nothing that asks for our names goes there,
    /// however it learnt the address.
    async fn route_elsewhere(self: Arc<Self>, stream: TcpStream, wanted: SocketAddr) -> io::Result<()> {
        if self.outside.offline || crate::tunnel::is_machine(wanted.ip()) {
            return refuse(&stream, io::ErrorKind::ConnectionRefused.into());
        }
        if !matches!(wanted.port(), 80 | 443) {
            return match self.outside.dial(wanted, None).await {
                Ok(there) => {
                    splice(stream, there).await;
                    Ok(())
                }
                Err(e) => refuse(&stream, e),
            };
        }
        let (beginning, stream) = begin(stream).await?;
        let name = match beginning {
            Beginning::Tls(Some(name)) if AzureHost::parse(&name).is_some() => {
                self.converse(stream).await;
                return Ok(());
            }
            Beginning::Http(Some(host)) if names_ours(&host) => {
                redirect_to_tls(stream).await;
                return Ok(());
            }
            Beginning::Tls(name) => name,
            Beginning::Http(_) | Beginning::Unknown => None,
        };
        let there = self.outside.dial(wanted, name.as_deref()).await?;
        splice(stream, there).await;
        Ok(())
    }
}

/// Whether a Host header of plain HTTP, with or without a port, names one of our hosts.
pub fn names_ours(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    AzureHost::parse(name).is_some()
}

/// The host's own loopback address, in whichever family somebody listens there.
async fn dial_host(port: u16) -> io::Result<TcpStream> {
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    match TcpStream::connect((v4, port)).await {
        Err(_) => TcpStream::connect((v6, port)).await,
        connected => connected,
    }
}

/// Closes with a reset, as a port where nobody listens would answer.
fn refuse(stream: &TcpStream, reason: io::Error) -> io::Result<()> {
    drop(stream.set_zero_linger());
    Err(reason)
}
