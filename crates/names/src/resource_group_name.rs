use crate::InvalidName;
use std::fmt;
use std::str::FromStr;

/// A resource group's name: 1 to 90 letters, digits, `-`, `_`, `.`, `(` and `)`, not ending in a dot; kept as written,
/// compared without regard to case (Resource Manager, "Naming rules and restrictions").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroupName(String);

impl ResourceGroupName {
    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which names are compared.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for ResourceGroupName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| Err(InvalidName::new(text, "resource group name", reason));
        if text.is_empty() || text.chars().count() > 90 {
            return fail("it has 1 to 90 characters");
        }
        if !text.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c)) {
            return fail("it may hold letters, digits, `-`, `_`, `.`, `(` and `)` only");
        }
        if text.ends_with('.') {
            return fail("it must not end in a dot");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ResourceGroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_rule() {
        for good in ["a", "ml-rg", "A_b.c(1)", "데이터", &"x".repeat(90)] {
            assert!(good.parse::<ResourceGroupName>().is_ok(), "{good}");
        }
        for bad in ["", "a.", "a b", "a/b", "a%2f", "a?", &"x".repeat(91)] {
            assert!(bad.parse::<ResourceGroupName>().is_err(), "{bad}");
        }
    }
}
