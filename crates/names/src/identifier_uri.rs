use crate::InvalidName;
use std::fmt;
use std::str::FromStr;

/// An application's identifier URI (`api://…`, `https://…`, `urn:…`): 1 to 255 visible ASCII characters with a
/// scheme, kept as written, compared in lower case without one trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifierUri(String);

impl IdentifierUri {
    /// The URI as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which URIs are compared and kept unique within a tenant.
    pub fn folded(&self) -> String {
        Self::fold(&self.0)
    }

    /// The comparison key of any text that names a resource.
    pub fn fold(text: &str) -> String {
        text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase()
    }
}

impl FromStr for IdentifierUri {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| Err(InvalidName::new(text, "identifier URI", reason));
        if text.is_empty() || text.len() > 255 {
            return fail("it has 1 to 255 characters");
        }
        if !text
            .chars()
            .all(|c| c.is_ascii_graphic() && !"\"\\<>^`{|}#?".contains(c))
        {
            return fail("only visible ASCII characters without quotes, braces, `#` or `?` are allowed");
        }
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        let well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && text.len() > scheme.len() + 1;
        if !well_formed {
            return fail("it starts with a scheme such as `api://` or `https://`");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for IdentifierUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
