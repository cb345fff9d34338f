//! Addresses that a program wants a person to open: those of ours are rewritten to the server's address outside, those
//! of Microsoft's are refused, and the others stay as they are.

use doorward_protocol::azure_hosts::{AzureHost, AzurePlane, is_own_short_link};
use url::{Host, Url};

use crate::tunnel::is_machine;

/// Domains of Microsoft's where people sign in or are sent to do so. A person who was sent there by a program that runs
/// here would give a password or code to somebody it isn't meant for.
const MICROSOFT: [&str; 25] = [
    "microsoft.com",
    "microsoft.us",
    "microsoftonline.com",
    "microsoftonline.us",
    "microsoftonline.cn",
    "microsoftonline-p.com",
    "azure.com",
    "azure.us",
    "azure.cn",
    "azure.net",
    "windows.net",
    "windows.com",
    "live.com",
    "office.com",
    "office365.com",
    "msauth.net",
    "msftauth.net",
    "azureml.ms",
    "azurewebsites.net",
    "outlook.com",
    "b2clogin.com",
    "ciamlogin.com",
    "chinacloudapi.cn",
    "usgovcloudapi.net",
    "aka.ms",
];

/// Paths at which Microsoft has people type device codes.
const DEVICE_PAGES: [(&str, &str); 4] = [
    ("microsoft.com", "/devicelogin"),
    ("www.microsoft.com", "/devicelogin"),
    ("login.microsoft.com", "/device"),
    ("www.microsoft.com", "/link"),
];

/// What the person sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The address to open.
    pub url: Url,
    /// The loopback port that the browser is sent back to in the end.
    pub redirect_port: Option<u16>,
}

/// Why an address is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no address of a web page.
    #[error("that is no web address")]
    NotWeb,
    /// It is this machine's, or its cloud's.
    #[error("`{0}` is this machine's own, and another one inside a run than outside")]
    Machine(String),
    /// The run is cut off.
    #[error("the run is offline, and `{0}` is elsewhere")]
    Offline(String),
    /// It is Microsoft's.
    #[error("`{0}` is Microsoft's: nothing of this run leads there")]
    Microsoft(String),
}

/// What a person sees who is sent to `address`, when the server's own address is `outside`; `offline`: whether nothing but
/// the server is to be seen.
///
/// # Errors
/// When nobody is to be sent there.
pub fn see(address: &str, outside: &Url, offline: bool) -> Result<Seen, Refused> {
    let url = Url::parse(address.trim()).map_err(|_| Refused::NotWeb)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refused::NotWeb);
    }
    let user_info = !url.username().is_empty() || url.password().is_some();
    let Some(host) = url.host_str().filter(|_| !user_info) else {
        return Err(Refused::NotWeb);
    };
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let path = url.path().trim_end_matches('/');
    let device_page = DEVICE_PAGES
        .iter()
        .any(|(host, at)| *host == name && at.eq_ignore_ascii_case(path));
    let ours = AzureHost::parse(&name).filter(|host| match host.plane() {
        AzurePlane::Login | AzurePlane::Studio => true,
        AzurePlane::ShortLinks => is_own_short_link(url.path()),
        _ => false,
    });
    // A run within this one has rewritten it already.
    let rewritten = url.origin() == outside.origin();
    let mut seen = if device_page {
        at(outside, "/devicelogin", None)
    } else if ours.is_some() || rewritten {
        at(outside, url.path(), url.query())
    } else if is_microsoft(&name) {
        return Err(Refused::Microsoft(name));
    } else if is_machines(&url) {
        return Err(Refused::Machine(name));
    } else if offline {
        return Err(Refused::Offline(name));
    } else {
        url.clone()
    };
    seen.set_fragment(url.fragment());
    Ok(Seen {
        redirect_port: redirect_port(&url).filter(|_| ours.is_some() || rewritten),
        url: seen,
    })
}

fn is_machines(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => is_machine(ip.into()),
        Some(Host::Ipv6(ip)) => is_machine(ip.into()),
        None => true,
    }
}

fn at(outside: &Url, path: &str, query: Option<&str>) -> Url {
    let mut url = outside.clone();
    url.set_path(path);
    url.set_query(query);
    url
}

fn is_microsoft(name: &str) -> bool {
    MICROSOFT
        .iter()
        .any(|domain| name == *domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

/// The port of a `redirect_uri` on the loopback address (RFC 8252 §7.3).
fn redirect_port(url: &Url) -> Option<u16> {
    let (_, target) = url.query_pairs().find(|(name, _)| name == "redirect_uri")?;
    let target = Url::parse(&target).ok().filter(|url| url.scheme() == "http")?;
    let loopback = match target.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    target.port().filter(|port| loopback && *port >= 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(address: &str) -> Result<String, Refused> {
        see(address, &Url::parse("https://localhost:8443").unwrap(), false).map(|seen| seen.url.to_string())
    }

    #[test]
    fn what_is_ours_is_seen_outside() {
        for (address, expected) in [
            (
                "https://login.microsoftonline.com/T/oauth2/v2.0/authorize?client_id=a&state=b%20c",
                "https://localhost:8443/T/oauth2/v2.0/authorize?client_id=a&state=b%20c",
            ),
            ("https://aka.ms/devicelogin", "https://localhost:8443/devicelogin"),
            (
                "https://microsoft.com/devicelogin",
                "https://localhost:8443/devicelogin",
            ),
            (
                "https://login.microsoft.com/device",
                "https://localhost:8443/devicelogin",
            ),
            ("https://ml.azure.com/?wsid=1", "https://localhost:8443/?wsid=1"),
        ] {
            assert_eq!(seen(address).unwrap(), expected, "{address}");
        }
    }

    #[test]
    fn nobody_is_sent_to_microsoft() {
        for address in [
            "https://aka.ms/azcli",
            "https://portal.azure.com/",
            "https://login.live.com/oauth20_authorize.srf",
            "https://www.microsoft.com/",
            "https://LOGIN.LIVE.COM./x",
            "https://device.login.microsoftonline.com/",
            "https://management.azure.com/",
            "https://login.microsoftonline.us/",
            "https://login.partner.microsoftonline.cn/",
        ] {
            assert!(matches!(seen(address), Err(Refused::Microsoft(_))), "{address}");
        }
    }

    #[test]
    fn the_rest_stays_as_it_is_and_tricks_do_not_work() {
        assert_eq!(
            seen("https://example.com/a?b#c").unwrap(),
            "https://example.com/a?b#c"
        );
        let again = "https://localhost:8443/devicelogin";
        assert_eq!(seen(again).unwrap(), again);
        for address in [
            "http://localhost:5000/",
            "http://127.1/",
            "http://169.254.169.254/x",
            "http://[::1]:80/",
        ] {
            assert!(matches!(seen(address), Err(Refused::Machine(_))), "{address}");
        }
        let outside = Url::parse("https://localhost:8443").unwrap();
        assert!(matches!(
            see("https://example.com/?leak", &outside, true),
            Err(Refused::Offline(_))
        ));
        let foreign = see(
            "https://example.com/?redirect_uri=http://localhost:40000",
            &outside,
            false,
        );
        assert_eq!(foreign.unwrap().redirect_port, None);
        assert_eq!(
            seen("https://notmicrosoft.com/").unwrap(),
            "https://notmicrosoft.com/"
        );
        for address in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "",
            "--help",
            "https://login.microsoftonline.com@evil.example/",
        ] {
            assert_eq!(seen(address), Err(Refused::NotWeb), "{address}");
        }
    }

    #[test]
    fn the_port_of_the_way_back_is_found() {
        let port = |uri: &str| {
            let mut url = Url::parse("https://login.microsoftonline.com/T/oauth2/v2.0/authorize").unwrap();
            url.query_pairs_mut().append_pair("redirect_uri", uri);
            see(
                url.as_str(),
                &Url::parse("https://localhost:8443").unwrap(),
                false,
            )
            .unwrap()
            .redirect_port
        };
        assert_eq!(port("http://localhost:38401"), Some(38401));
        assert_eq!(port("http://127.0.0.1:8400/x"), Some(8400));
        for uri in [
            "https://localhost:38401",
            "http://example.com:38401",
            "http://localhost",
            "http://localhost:22",
        ] {
            assert_eq!(port(uri), None, "{uri}");
        }
    }
}
