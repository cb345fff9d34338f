//! Where a browser may be sent back to.

/// The loopback hosts as they stand in a URI.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether `uri` is where a built-in client listens: `http://` and a loopback host, any port, no path (RFC 8252 §7.3).
/// It is compared as text, so that nothing else than that can be meant by it.
pub fn is_loopback(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    LOOPBACK.iter().any(|host| match authority.strip_prefix(host) {
        Some("") => true,
        Some(tail) => tail.strip_prefix(':').is_some_and(is_port),
        None => false,
    })
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_loopback_listener_without_a_path() {
        for uri in [
            "http://localhost",
            "http://localhost/",
            "http://localhost:8400",
            "http://localhost:65535/",
            "http://127.0.0.1:1",
            "http://[::1]:50000",
        ] {
            assert!(is_loopback(uri), "{uri}");
        }
        for uri in [
            "",
            "https://localhost:8400",
            "HTTP://localhost",
            "http://LOCALHOST",
            "http://localhost.evil.example",
            "http://localhost:8400@evil.example",
            "http://localhost@evil.example",
            "http://evil.example/http://localhost",
            "http://localhost:8400/path",
            "http://localhost:8400//",
            "http://localhost?x",
            "http://localhost#x",
            "http://localhost:",
            "http://localhost:0",
            "http://localhost:080",
            "http://localhost:65536",
            "http://localhost:+80",
            "http://127.0.0.2",
            "http://127.1",
            "http://[::1",
            "http://localhost\\@evil.example",
            "http://localhost\n",
            " http://localhost",
        ] {
            assert!(!is_loopback(uri), "{uri:?}");
        }
    }
}
