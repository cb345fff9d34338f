//! Where a request comes from. A proxy's word is taken only from the addresses that the configuration names.

use std::net::IpAddr;
use std::str::FromStr;

/// The addresses whose `X-Forwarded-For` is believed; none by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpAddr>);

/// Why a text is no proxy address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IP address")]
pub struct InvalidProxy(String);

impl TrustedProxies {
    /// Takes addresses as written in a configuration.
    ///
    /// # Errors
    /// The first that is no IP address.
    pub fn parse(texts: &[String]) -> Result<Self, InvalidProxy> {
        let addresses = texts
            .iter()
            .map(|t| IpAddr::from_str(t).map_err(|_| InvalidProxy(t.clone())));
        Ok(Self(
            addresses
                .map(|a| a.map(|a| a.to_canonical()))
                .collect::<Result<_, _>>()?,
        ))
    }

    /// The address a request really comes from: `peer`, or, when that is a trusted proxy, the last entry of
    /// `X-Forwarded-For` that is not one itself.
    pub fn source(&self, peer: IpAddr, forwarded_for: Option<&str>) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.0.contains(&peer) {
            return peer;
        }
        let mut source = peer;
        for entry in forwarded_for.unwrap_or_default().rsplit(',') {
            match entry.trim().parse::<IpAddr>() {
                Ok(address) => source = address.to_canonical(),
                Err(_) => break,
            }
            if !self.0.contains(&source) {
                break;
            }
        }
        source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let none = TrustedProxies::default();
        assert_eq!(none.source(ip("10.0.0.1"), Some("192.0.2.9")), ip("10.0.0.1"));
        let proxies = TrustedProxies::parse(&["10.0.0.1".into(), "10.0.0.2".into()]).unwrap();
        assert_eq!(
            proxies.source(ip("10.0.0.1"), Some("6.6.6.6, 192.0.2.9, 10.0.0.2")),
            ip("192.0.2.9")
        );
        assert_eq!(proxies.source(ip("10.0.0.1"), Some("garbage")), ip("10.0.0.1"));
        assert_eq!(proxies.source(ip("192.0.2.9"), Some("1.1.1.1")), ip("192.0.2.9"));
        assert!(TrustedProxies::parse(&["proxy".into()]).is_err());
    }
}
