use crate::{DomainName, InvalidName, TenantId};
use std::fmt;
use std::str::FromStr;

/// How a client names a tenant in a URL's first segment: by id, by domain, or by one of the shared words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TenantName {
    /// A tenant's id.
    Id(TenantId),
    /// One of a tenant's domains.
    Domain(DomainName),
    /// `common`: any account.
    Common,
    /// `organizations`: any account of an organization.
    Organizations,
    /// `consumers`: personal accounts, of which there are none here.
    Consumers,
}

impl FromStr for TenantName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.to_ascii_lowercase().as_str() {
            "common" => return Ok(Self::Common),
            "organizations" => return Ok(Self::Organizations),
            "consumers" => return Ok(Self::Consumers),
            _ => {}
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        text.parse().map(Self::Domain).map_err(|_| {
            InvalidName::new(
                text,
                "tenant",
                "expected a tenant id, a domain name, `common` or `organizations`",
            )
        })
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Domain(domain) => domain.fmt(f),
            Self::Common => f.write_str("common"),
            Self::Organizations => f.write_str("organizations"),
            Self::Consumers => f.write_str("consumers"),
        }
    }
}
