//! Just as much of HTTP/1.1 as a browser needs to bring a form: one request on each connection, nothing long (RFC 9112).

use doorward_protocol::oauth::{Form, form};
use tokio::io::{AsyncRead, AsyncReadExt};
use zeroize::Zeroizing;

/// Longest head, in bytes: browsers bring all cookies that were ever set for 127.0.0.1.
const HEAD: usize = 64 * 1024;

/// Longest body, in bytes.
const BODY: usize = 16 * 1024;

/// Most headers.
const HEADERS: usize = 100;

/// What a visitor said.
pub(super) struct Request {
    pub method: String,
    pub path: String,
    pub host: String,
    /// `Accept-Language`.
    pub languages: Option<String>,
    /// The body, when it is a form.
    pub form: Option<Form>,
}

/// Why there is no request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The visitor went away, or never said anything.
    Gone,
    /// It is not HTTP, or not as it has to be.
    Malformed,
    /// It goes on for too long.
    TooLong,
}

/// Reads one request.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Request, Fault> {
    let mut bytes = Zeroizing::new(Vec::new());
    let (head, length) = loop {
        more(stream, &mut bytes).await?;
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        match parsed.parse(&bytes) {
            Ok(httparse::Status::Complete(length)) => break (head(&parsed)?, length),
            Ok(httparse::Status::Partial) if bytes.len() <= HEAD => {}
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                return Err(Fault::TooLong);
            }
            Err(_) => return Err(Fault::Malformed),
        }
    };
    if head.body > BODY {
        return Err(Fault::TooLong);
    }
    while bytes.len() < length + head.body {
        more(stream, &mut bytes).await?;
    }
    let body = bytes.get(length..length + head.body).unwrap_or_default();
    Ok(Request {
        form: form::parse(head.content_type.as_deref(), body).ok(),
        ..head.request
    })
}

struct Head {
    request: Request,
    content_type: Option<String>,
    /// How long the body is.
    body: usize,
}

fn head(parsed: &httparse::Request<'_, '_>) -> Result<Head, Fault> {
    let one = |name: &str| {
        let mut named = parsed
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name));
        match (named.next(), named.next()) {
            (None, _) => Ok(None),
            (Some(header), None) => match std::str::from_utf8(header.value) {
                Ok(value) => Ok(Some(value.to_owned())),
                Err(_) => Err(Fault::Malformed),
            },
            (Some(_), Some(_)) => Err(Fault::Malformed),
        }
    };
    if one("transfer-encoding")?.is_some() {
        return Err(Fault::Malformed);
    }
    let body = match one("content-length")? {
        None => 0,
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().map_err(|_| Fault::TooLong)?,
        Some(_) => return Err(Fault::Malformed),
    };
    Ok(Head {
        request: Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: parsed.path.unwrap_or_default().to_owned(),
            host: one("host")?.ok_or(Fault::Malformed)?,
            languages: one("accept-language").unwrap_or_default(),
            form: None,
        },
        content_type: one("content-type")?,
        body,
    })
}

async fn more(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Zeroizing<Vec<u8>>) -> Result<(), Fault> {
    let mut buffer = Zeroizing::new([0; 4096]);
    match stream.read(&mut *buffer).await {
        Ok(0) | Err(_) => Err(Fault::Gone),
        Ok(read) => {
            bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_text(text: &str) -> Result<Request, Fault> {
        read(&mut text.as_bytes()).await
    }

    #[tokio::test]
    async fn a_browsers_form_is_read() {
        let request = read_text(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Accept-Language: ko\r\nContent-Length: 14\r\n\r\ncode=a&state=b",
        )
        .await
        .unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/"));
        assert_eq!(request.host, "127.0.0.1:1");
        assert_eq!(request.languages.as_deref(), Some("ko"));
        let form = request.form.unwrap();
        assert_eq!((form.get("code"), form.get("state")), (Some("a"), Some("b")));
    }

    #[tokio::test]
    async fn what_is_no_request_is_told_apart() {
        let long = format!("GET /{} HTTP/1.1\r\n", "x".repeat(HEAD));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(HEADERS + 1));
        for (text, fault) in [
            ("", Fault::Gone),
            ("GET / HTTP/1.1\r\nHost: h\r\n", Fault::Gone),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nfour",
                Fault::Gone,
            ),
            ("\u{16}\u{3}\u{1}\0\0", Fault::Malformed),
            ("GET / HTTP/1.1\r\n\r\n", Fault::Malformed),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", Fault::Malformed),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Fault::Malformed,
            ),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nfour",
                Fault::Malformed,
            ),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 4\r\n\r\nfour",
                Fault::Malformed,
            ),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 16385\r\n\r\n",
                Fault::TooLong,
            ),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                Fault::TooLong,
            ),
            (&long, Fault::TooLong),
            (&many, Fault::TooLong),
        ] {
            assert_eq!(read_text(text).await.err(), Some(fault), "{:?}", text.get(..60));
        }
    }
}
