use crate::InvalidName;
use std::fmt;

/// A name for people to read: 1 to 256 characters, no control characters, kept as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DisplayName(String);

impl DisplayName {
    /// Longest allowed name, in characters (Microsoft Graph, `application.displayName`).
    pub const MAX_CHARS: usize = 256;

    /// Takes `text` as a display name.
    ///
    /// # Errors
    /// When it is blank, longer than [`Self::MAX_CHARS`], or holds a control character.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| Err(InvalidName::new(text, "display name", reason));
        if text.trim().is_empty() {
            return fail("it must not be blank");
        }
        if text.chars().count() > Self::MAX_CHARS {
            return fail("it may have at most 256 characters");
        }
        if text.chars().any(char::is_control) {
            return fail("it must not contain control characters");
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which names are compared: Unicode lower case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
