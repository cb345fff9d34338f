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

/// Whether both are the same place: the same text, but that an empty path is `/` (RFC 3986 §6.2.3). A browser is sent to
/// the one where a client named the other, and some clients then name what their browser was sent to.
pub fn is_same(one: &str, other: &str) -> bool {
    without_empty_path(one) == without_empty_path(other)
}

fn without_empty_path(uri: &str) -> &str {
    let bare = uri.strip_suffix('/').filter(|bare| {
        let after_scheme = bare.split_once("://").map(|(_, rest)| rest);
        after_scheme.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#']))
    });
    bare.unwrap_or(uri)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_path_alone_may_be_written_in_two_ways() {
        for (one, other) in [
            ("http://localhost:8400", "http://localhost:8400/"),
            ("https://app.example", "https://app.example/"),
            ("https://app.example/cb", "https://app.example/cb"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("https://app.example/cb", "https://app.example/cb/"),
            ("https://app.example", "https://app.example//"),
            ("https://app.example?x", "https://app.example?x/"),
            ("https://app.example#x", "https://app.example#x/"),
            ("http://localhost:8400", "http://localhost:8401/"),
            ("http://localhost", "http://LOCALHOST/"),
            ("https:", "https:/"),
            ("https://", "https:///"),
            ("", "/"),
        ] {
            assert!(!is_same(one, other) && !is_same(other, one), "{one} {other}");
        }
    }

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
