use crate::InvalidName;
use std::fmt;
use std::str::FromStr;

/// Schemes by which a browser would run or show something instead of handing an answer on.
const NEVER: [&str; 9] = [
    "javascript",
    "vbscript",
    "data",
    "blob",
    "file",
    "filesystem",
    "about",
    "view-source",
    "ws",
];

/// Where a browser may be sent back to (RFC 6749 §3.1.2): an absolute URI of at most 256 visible ASCII characters without a
/// fragment, kept and compared as it was written. One of `http` or `https` names a host, in lower case, and nobody's
/// password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// The URI as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first colon.
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// Host, port as it is written (with its colon, or nothing), and all that follows; only of `http` and `https`.
    pub fn parts(&self) -> Option<(&str, &str, &str)> {
        let rest = self
            .0
            .strip_prefix("http://")
            .or_else(|| self.0.strip_prefix("https://"))?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let host_end = match authority.starts_with('[') {
            true => authority.find(']')? + 1,
            false => authority.find(':').unwrap_or(authority.len()),
        };
        let (host, port) = authority.split_at(host_end);
        Some((host, port, tail))
    }

    /// Whether it leads to a listener on the person's own machine.
    pub fn is_loopback(&self) -> bool {
        let ours = |host| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        self.scheme() == "http" && self.parts().is_some_and(|(host, ..)| ours(host))
    }

    /// The origin as a browser writes it (`https://host[:port]`, RFC 6454 §6.2); of other schemes the scheme and its colon.
    /// Both are sources of a content-security policy.
    pub fn origin(&self) -> String {
        let scheme = self.scheme();
        match self.parts() {
            Some((host, port, _)) => {
                let usual = if scheme == "http" { ":80" } else { ":443" };
                let port = if port == usual { "" } else { port };
                format!("{scheme}://{host}{port}")
            }
            None => format!("{scheme}:"),
        }
    }
}

impl FromStr for RedirectUri {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| Err(InvalidName::new(text, "redirect URI", reason));
        if text.is_empty() || text.len() > 256 {
            return fail("it has 1 to 256 characters");
        }
        if !text
            .chars()
            .all(|c| c.is_ascii_graphic() && !"\"\\<>^`{|}#*'".contains(c))
        {
            return fail("only visible ASCII characters without quotes, braces, `*` or `#` are allowed");
        }
        let uri = Self(text.to_owned());
        let scheme = uri.scheme();
        let well_formed = scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
            && text.len() > scheme.len() + 1;
        if !well_formed {
            return fail("it starts with a scheme in lower case such as `https://`");
        }
        if NEVER.contains(&scheme) || scheme == "wss" {
            return fail("a browser hands nothing on by this scheme");
        }
        if matches!(scheme, "http" | "https") && !uri.parts().is_some_and(names_a_host) {
            return fail("it names a host in lower case, with a port or without, and nobody's password");
        }
        Ok(uri)
    }
}

fn names_a_host((host, port, _): (&str, &str, &str)) -> bool {
    let name = |host: &str| {
        !host.is_empty()
            && !host.starts_with(['.', '-'])
            && host
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c))
    };
    let address = |host: &str| host.parse::<std::net::Ipv6Addr>().is_ok();
    let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => address(inner),
        None => name(host),
    };
    host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && text.parse::<u16>().is_ok()
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uri(text: &str) -> RedirectUri {
        text.parse().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn origins_are_as_a_browser_writes_them() {
        for (text, origin) in [
            ("https://app.example.com", "https://app.example.com"),
            ("https://app.example.com:443/back?x=1", "https://app.example.com"),
            (
                "https://app.example.com:8443/back",
                "https://app.example.com:8443",
            ),
            ("http://localhost:3000/", "http://localhost:3000"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:3000?x", "http://[::1]:3000"),
            ("https://app.example.com?x:1/@y", "https://app.example.com"),
            ("msalb1b2://auth", "msalb1b2:"),
            ("urn:ietf:wg:oauth:2.0:oob", "urn:"),
        ] {
            assert_eq!(uri(text).origin(), origin);
        }
        assert!(uri("http://localhost").is_loopback() && uri("http://[::1]:1/x").is_loopback());
        for text in [
            "https://localhost",
            "http://localhost.example",
            "localhost://x",
            "http://127.0.0.2",
        ] {
            assert!(!uri(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        for text in [
            "",
            "app.example.com/back",
            "//app.example.com",
            "https:",
            "https:/app.example.com",
            "https:app.example.com",
            "https://",
            "https:///back",
            "https://APP.example.com",
            "HTTPS://app.example.com",
            "https://user@app.example.com",
            "https://user:word@app.example.com/",
            "https://app.example.com:0",
            "https://app.example.com:",
            "https://app.example.com:65536",
            "https://app.example.com:8x",
            "https://[::1",
            "https://[::g]",
            "https://app.example.com/#part",
            "https://*.example.com",
            "https://app.example.com\\@evil.example",
            "https://app.example.com/ x",
            "https://app.example.com/\n",
            "https://앱.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://x",
            "wss://x",
            "1x://y",
        ] {
            assert!(text.parse::<RedirectUri>().is_err(), "{text:?}");
        }
        assert!(
            format!("https://a/{}", "x".repeat(300))
                .parse::<RedirectUri>()
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn what_is_taken_needs_no_escape_in_a_header(text in "[a-z]{1,6}:[ -~]{0,40}") {
            if let Ok(uri) = text.parse::<RedirectUri>() {
                prop_assert_eq!(uri.as_str(), text.as_str());
                let origin = uri.origin();
                prop_assert!(!origin.contains([' ', ';', ',', '\'', '"', '@', '*']), "{}", origin);
            }
        }
    }
}
