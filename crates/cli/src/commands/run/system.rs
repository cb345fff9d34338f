//! What this machine's own files say about names and networks.

use doorward_relay::NameServer;
use std::fs;
use std::net::SocketAddr;

/// `/etc/hosts`.
pub fn hosts_file() -> String {
    text("/etc/hosts")
}

/// `/etc/resolv.conf`.
pub fn resolv_conf() -> String {
    text("/etc/resolv.conf")
}

/// `/etc/nsswitch.conf`.
pub fn nsswitch_conf() -> String {
    text("/etc/nsswitch.conf")
}

/// The name servers that this machine asks.
pub fn name_servers() -> Vec<SocketAddr> {
    NameServer::of_resolv_conf(&resolv_conf())
}

/// Whether this machine reaches others by IPv6: it has a default route.
pub fn has_ipv6() -> bool {
    const ANY: &str = "00000000000000000000000000000000 00 ";
    let routes = text("/proc/net/ipv6_route");
    routes
        .lines()
        .any(|route| route.starts_with(ANY) && !route.trim_end().ends_with(" lo"))
}

/// A file that isn't there says nothing.
fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
