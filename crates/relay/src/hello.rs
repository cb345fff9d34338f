//! The beginning of a connection, read without being taken away from it: a TLS client hello with the name that it asks
//! for (RFC 6066 §3), or the Host line of plain HTTP.

use rustls::server::Acceptor;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// How long a client may take to begin.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest beginning that is looked at; a client hello with post-quantum keys takes about 2 KiB.
const LONGEST: usize = 16 * 1024;

/// A stream whose first bytes were read already, and are read again.
#[derive(Debug)]
pub struct Rewound<S> {
    first: Vec<u8>,
    read: usize,
    stream: S,
}

/// What a client begins with.
#[derive(Debug, PartialEq, Eq)]
pub enum Beginning {
    /// TLS, for that name; none when the client gives none.
    Tls(Option<String>),
    /// HTTP, for that host.
    Http(Option<String>),
    /// Neither, or too slow.
    Unknown,
}

/// Reads the beginning of `stream`.
pub async fn begin<S: AsyncRead + Unpin>(mut stream: S) -> io::Result<(Beginning, Rewound<S>)> {
    let mut first = Vec::new();
    let read = tokio::time::timeout(PATIENCE, look(&mut stream, &mut first)).await;
    let beginning = match read {
        Ok(beginning) => beginning?,
        Err(_) => Beginning::Unknown,
    };
    let rewound = Rewound {
        first,
        read: 0,
        stream,
    };
    Ok((beginning, rewound))
}

async fn look<S: AsyncRead + Unpin>(stream: &mut S, first: &mut Vec<u8>) -> io::Result<Beginning> {
    let mut acceptor = Acceptor::default();
    let mut buffer = vec![0; 4096];
    loop {
        let length = stream.read(&mut buffer).await?;
        let new = buffer.get(..length).unwrap_or_default();
        first.extend_from_slice(new);
        if length == 0 {
            return Ok(Beginning::Unknown);
        }
        // A TLS record of the kind "handshake" (RFC 8446 §5.1).
        if first.first() == Some(&22) {
            let mut unread = new;
            while !unread.is_empty() {
                acceptor.read_tls(&mut unread)?;
            }
            match acceptor.accept() {
                Ok(Some(accepted)) => {
                    let name = accepted.client_hello().server_name().map(str::to_owned);
                    return Ok(Beginning::Tls(name));
                }
                Ok(None) if first.len() < LONGEST => {}
                // Who knows which name it asks for? It goes nowhere.
                Ok(None) | Err(_) => return Err(io::ErrorKind::InvalidData.into()),
            }
        } else if let Some(end) = end_of_header(first) {
            return Ok(http(first.get(..end).unwrap_or_default()));
        } else if !looks_like_http(first) {
            return Ok(Beginning::Unknown);
        } else if first.len() >= LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

/// Where an empty line stands; lines may end without a carriage return (RFC 9112 §2.2).
fn end_of_header(bytes: &[u8]) -> Option<usize> {
    let whole = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    whole.or_else(|| bytes.windows(2).position(|two| two == b"\n\n"))
}

/// A method is a word in capitals.
fn looks_like_http(bytes: &[u8]) -> bool {
    let word = bytes.split(|b| *b == b' ').next().unwrap_or_default();
    !word.is_empty() && word.len() <= 20 && word.iter().all(u8::is_ascii_uppercase)
}

fn http(header: &[u8]) -> Beginning {
    let Ok(text) = std::str::from_utf8(header) else {
        return Beginning::Unknown;
    };
    let mut lines = text.lines().map(str::trim_end);
    let request = lines.next().unwrap_or_default();
    if !request.ends_with("HTTP/1.1") && !request.ends_with("HTTP/1.0") {
        return Beginning::Unknown;
    }
    // A whole address in the request line goes before the header (RFC 9112 §3.2.2).
    let target = request.split(' ').nth(1).unwrap_or_default();
    let in_target = target
        .split_once("://")
        .map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned());
    let in_header = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("host"))
        .map(|(_, value)| value.trim().to_owned());
    let host = in_target.or(in_header);
    Beginning::Http(host)
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = self.first.get(self.read..).unwrap_or_default();
        if rest.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let length = rest.len().min(buffer.remaining());
        buffer.put_slice(rest.get(..length).unwrap_or_default());
        self.read += length;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(bytes: &'static [u8]) -> Beginning {
        let (beginning, mut rewound) = begin(bytes).await.unwrap();
        let mut again = Vec::new();
        rewound.read_to_end(&mut again).await.unwrap();
        assert_eq!(again, bytes, "nothing is lost");
        beginning
    }

    #[tokio::test]
    async fn plain_http_names_its_host() {
        assert_eq!(
            of(b"GET / HTTP/1.1\r\nAccept: */*\r\nhost: login.microsoftonline.com\r\n\r\nbody").await,
            Beginning::Http(Some("login.microsoftonline.com".to_owned()))
        );
        assert_eq!(of(b"GET / HTTP/1.0\r\n\r\n").await, Beginning::Http(None));
        for bytes in [
            &b"GET / HTTP/1.1\nHost: graph.microsoft.com\n\n"[..],
            b"GET http://graph.microsoft.com/x HTTP/1.1\r\nHost: other\r\n\r\n",
        ] {
            assert_eq!(
                of(bytes).await,
                Beginning::Http(Some("graph.microsoft.com".to_owned()))
            );
        }
    }

    #[tokio::test]
    async fn a_client_hello_names_its_server() {
        let hello = hello("graph.microsoft.com");
        let (beginning, mut rewound) = begin(&hello[..]).await.unwrap();
        assert_eq!(beginning, Beginning::Tls(Some("graph.microsoft.com".to_owned())));
        let mut again = Vec::new();
        rewound.read_to_end(&mut again).await.unwrap();
        assert_eq!(again, hello);
    }

    #[tokio::test]
    async fn anything_else_is_unknown() {
        for bytes in [
            &b""[..],
            b"SSH-2.0-x\r\n",
            b"GET /",
            b"\xff\xff\xff",
            b"GET / HTTP/2\r\n\r\n",
        ] {
            assert_eq!(of(bytes).await, Beginning::Unknown, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn what_hides_its_name_goes_nowhere() {
        let mut long = b"GET / HTTP/1.1\r\nX: ".to_vec();
        long.resize(LONGEST + 4096, b'x');
        for bytes in [&b"\x16\x03\x01\x00\x05hello"[..], &long] {
            assert!(begin(bytes).await.is_err());
        }
    }

    fn hello(name: &str) -> Vec<u8> {
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let name = rustls_pki_types::ServerName::try_from(name.to_owned()).unwrap();
        let mut client = rustls::ClientConnection::new(std::sync::Arc::new(config), name).unwrap();
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        bytes
    }
}
