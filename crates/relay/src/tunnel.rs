//! The rest of the network, untouched: dialling from outside the run, and copying until both ends have had enough.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// How long dialling may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Azure's address for services of the machine itself (its agent, DNS).
const WIRE_SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16));

/// How the run reaches the rest of the network.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Whether it reaches it at all.
    pub offline: bool,
    /// The proxy by which the person reaches it.
    pub proxy: Option<UpstreamProxy>,
    /// Hosts that are reached without that proxy, as in `NO_PROXY`.
    pub without_proxy: Vec<String>,
}

/// An HTTP proxy that understands CONNECT.
#[derive(Clone)]
pub struct UpstreamProxy {
    address: String,
    authorization: Option<String>,
}

impl std::fmt::Debug for UpstreamProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpstreamProxy")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl UpstreamProxy {
    /// Reads `http://[USER:PASSWORD@]HOST:PORT`, or the same without `http://`; nothing for other kinds of proxies.
    pub fn parse(text: &str) -> Option<Self> {
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let url = Url::parse(&with_scheme)
            .ok()
            .filter(|url| url.scheme() == "http")?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let authorization = (!url.username().is_empty()).then(|| {
            let password = url.password().unwrap_or_default();
            let pair = format!("{}:{}", decoded(url.username()), decoded(password));
            format!("Basic {}", STANDARD.encode(pair))
        });
        Some(Self {
            address: format!("{}:{}", url.host_str()?, url.port_or_known_default()?),
            authorization,
        })
    }
}

/// Whether an address belongs to this machine or its cloud rather than to a network: what listens there may hand out
/// the machine's own identity.
pub fn is_machine(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || v4.is_loopback()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || IpAddr::V4(v4) == WIRE_SERVER
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unicast_link_local()
                // fd00:ec2::254, another cloud's metadata service.
                || v6.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]
        }
    }
}

impl Outside {
    /// Dials an address that a program inside dialled; `name` is what it is called there, if that is known.
    ///
    /// # Errors
    /// When it can't be reached, or must not be.
    pub async fn dial(&self, address: SocketAddr, name: Option<&str>) -> io::Result<TcpStream> {
        if self.offline || is_machine(address.ip()) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let host = name.map_or_else(|| bracketed(address.ip()), str::to_owned);
        match self.proxy_for(&host) {
            Some(proxy) => connect_by(proxy, &host, address.port()).await,
            None => patiently(TcpStream::connect(address)).await,
        }
    }

    /// Dials a host by its name. `local`: whether this machine's own loopback address may be meant.
    ///
    /// # Errors
    /// When it can't be reached, or must not be.
    pub async fn dial_name(&self, host: &str, port: u16, local: bool) -> io::Result<TcpStream> {
        if self.offline {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if bare.parse::<IpAddr>().is_err()
            && let Some(proxy) = self.proxy_for(host)
        {
            return connect_by(proxy, host, port).await;
        }
        let mut last = io::Error::from(io::ErrorKind::PermissionDenied);
        for address in patiently(tokio::net::lookup_host((bare, port))).await? {
            let ip = address.ip().to_canonical();
            if is_machine(ip) && !(local && ip.is_loopback()) {
                continue;
            }
            match self.proxy_for(&bracketed(ip)).filter(|_| !ip.is_loopback()) {
                Some(proxy) => return connect_by(proxy, host, port).await,
                None => match patiently(TcpStream::connect(address)).await {
                    Ok(stream) => return Ok(stream),
                    Err(e) => last = e,
                },
            }
        }
        Err(last)
    }

    fn proxy_for(&self, host: &str) -> Option<&UpstreamProxy> {
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_ascii_lowercase();
        let excepted = self.without_proxy.iter().any(|entry| {
            let entry = entry.trim().trim_start_matches('.').to_ascii_lowercase();
            entry == "*" || !entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}")))
        });
        self.proxy.as_ref().filter(|_| !excepted)
    }
}

fn bracketed(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V6(v6) => format!("[{v6}]"),
        v4 => v4.to_string(),
    }
}

async fn patiently<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// A tunnel through a proxy (RFC 9110 §9.3.6).
async fn connect_by(proxy: &UpstreamProxy, host: &str, port: u16) -> io::Result<TcpStream> {
    let mut stream = patiently(TcpStream::connect(&proxy.address)).await?;
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(authorization) = &proxy.authorization {
        request.push_str(&format!("Proxy-Authorization: {authorization}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await?;
    patiently(async {
        let mut answer = Vec::new();
        // Byte by byte: what follows the header belongs to the tunnel.
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() > 8192 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            answer.push(stream.read_u8().await?);
        }
        let status = answer.split(|b| *b == b' ').nth(1).unwrap_or_default();
        match status {
            [b'2', ..] => Ok(()),
            _ => Err(io::Error::new(
                io::ErrorKind::ConnectionRefused,
                format!(
                    "the proxy {} answered with {}",
                    proxy.address,
                    String::from_utf8_lossy(status)
                ),
            )),
        }
    })
    .await?;
    Ok(stream)
}

/// Copies both ways until both ends are done.
pub async fn splice<A, B>(mut one: A, mut other: B)
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    // How a tunnel ends is the business of its two ends.
    drop(tokio::io::copy_bidirectional(&mut one, &mut other).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_addresses_are_never_dialled() {
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "168.63.129.16",
            "127.0.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "224.0.0.1",
        ] {
            assert!(is_machine(address.parse().unwrap()), "{address}");
        }
        for address in ["192.0.2.1", "10.0.0.1", "2001:db8::1"] {
            assert!(!is_machine(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_proxy_is_taken_as_clients_take_it() {
        let proxy = UpstreamProxy::parse("http://me:s%40crt@proxy.example:3128").unwrap();
        assert_eq!(proxy.address, "proxy.example:3128");
        assert_eq!(proxy.authorization.as_deref(), Some("Basic bWU6c0BjcnQ="));
        assert!(!format!("{proxy:?}").contains("bWU6"));
        assert_eq!(UpstreamProxy::parse("proxy:8080").unwrap().address, "proxy:8080");
        assert!(UpstreamProxy::parse("socks5://proxy:1080").is_none());
        let outside = Outside {
            proxy: UpstreamProxy::parse("proxy:8080"),
            without_proxy: vec![".corp.example".to_owned(), "10.0.0.1".to_owned()],
            ..Outside::default()
        };
        assert!(outside.proxy_for("example.com").is_some());
        assert!(outside.proxy_for("git.corp.example").is_none() && outside.proxy_for("10.0.0.1").is_none());
    }
}
