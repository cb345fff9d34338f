//! Development's private certificate authority: it may sign for `localhost` and the loopback addresses, and for
//! nothing else.

use doorward_authority::Confines;
pub use doorward_authority::{Authority, Credential, SanType};
use doorward_names::{Duration, Timestamp};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::TlsError;
use crate::entropy;

fn confines() -> Confines {
    Confines {
        name: "Doorward development",
        dns: vec!["localhost".to_owned()],
        lifetime: Duration::days(3650),
        leaf_lifetime: Duration::days(397),
    }
}

/// Makes an authority.
///
/// # Errors
/// When a key cannot be made.
pub fn make(now: Timestamp) -> Result<Authority, TlsError> {
    Ok(Authority::make(&confines(), now, entropy::fill)?)
}

/// Signs a server certificate for `localhost`, 127.0.0.1 and ::1.
///
/// # Errors
/// When the authority cannot be read, or a key not be made.
pub fn sign_loopback_leaf(authority: &Authority, now: Timestamp) -> Result<Credential, TlsError> {
    let mut names = vec![
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    names.extend("localhost".try_into().map(SanType::DnsName));
    sign_leaf(authority, names, now)
}

/// Signs a server certificate for `names`; what the authority may not sign for, every verifier refuses.
///
/// # Errors
/// When the authority cannot be read, or a key not be made.
pub fn sign_leaf(authority: &Authority, names: Vec<SanType>, now: Timestamp) -> Result<Credential, TlsError> {
    Ok(authority.sign_leaf(&confines(), names, (now, entropy::fill))?)
}
