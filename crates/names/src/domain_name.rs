use crate::InvalidName;
use std::fmt;
use std::str::FromStr;

/// A DNS name of at least two labels (RFC 1035 §2.3.1, digits may lead), in lower case: `contoso.com`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| Err(InvalidName::new(text, "domain name", reason));
        if text.len() > 253 {
            return fail("it may have at most 253 characters");
        }
        if !text.contains('.') {
            return fail("it needs at least two labels");
        }
        for label in text.split('.') {
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if label.len() > 63 || !edge(label.chars().next()) || !edge(label.chars().last()) {
                return fail("a label has 1 to 63 characters and starts and ends with a letter or digit");
            }
            if !label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return fail("only letters, digits, dots and dashes are allowed");
            }
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
