use crate::{DomainName, InvalidName};
use std::fmt;
use std::str::FromStr;

/// How a guest's name ends before the `@`; the rest of it is the address that was invited.
const GUEST: &str = "#EXT#";

/// A user principal name, `alice@contoso.com`: kept as written, compared in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upn {
    text: String,
    domain: DomainName,
}

impl Upn {
    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`, as written.
    pub fn local_part(&self) -> &str {
        self.text.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The domain after the `@`.
    pub fn domain(&self) -> &DomainName {
        &self.domain
    }

    /// The key under which names are compared and kept unique: lower case.
    pub fn folded(&self) -> String {
        self.text.to_ascii_lowercase()
    }
}

impl FromStr for Upn {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| InvalidName::new(text, "user principal name", reason);
        let (local, domain) = text
            .rsplit_once('@')
            .ok_or_else(|| fail("it has the form `name@domain`"))?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "'.-_!#^~+".contains(c);
        let longest = if local.ends_with(GUEST) {
            64 + 1 + 253 + GUEST.len()
        } else {
            64
        };
        if local.is_empty() || local.len() > longest || !local.chars().all(allowed) {
            return Err(fail(
                "before the `@` stand 1 to 64 letters, digits or any of ' . - _ ! # ^ ~ +",
            ));
        }
        if local.starts_with('.') || local.ends_with('.') {
            return Err(fail("the name before the `@` must not start or end with a dot"));
        }
        let domain = domain.parse().map_err(|e: InvalidName| fail(e.reason))?;
        Ok(Self {
            text: text.to_owned(),
            domain,
        })
    }
}

impl fmt::Display for Upn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
