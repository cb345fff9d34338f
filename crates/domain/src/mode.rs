//! Development or production: written into a store when it is made, and never changed.

/// What a store was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Opened by `doorward up`: loopback only, with helps for tests.
    Development,
    /// Opened by `doorward serve`.
    Production,
}

impl Mode {
    /// The word under which the store keeps the mode.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    /// The mode of that word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "development" => Some(Self::Development),
            "production" => Some(Self::Production),
            _ => None,
        }
    }
}
