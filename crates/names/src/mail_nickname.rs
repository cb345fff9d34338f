use crate::InvalidName;
use std::fmt;
use std::str::FromStr;

/// A mail alias: 1 to 64 visible ASCII characters without `@ ( ) \ [ ] " ; : < > ,`; kept as written, compared without
/// regard to case (Microsoft Graph, `user.mailNickname` and `group.mailNickname`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailNickname(String);

impl MailNickname {
    /// Longest allowed alias, in characters.
    pub const MAX_CHARS: usize = 64;

    /// The alias as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which aliases are compared.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for MailNickname {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| Err(InvalidName::new(text, "mail nickname", reason));
        if text.is_empty() || text.chars().count() > Self::MAX_CHARS {
            return fail("it has 1 to 64 characters");
        }
        let allowed = |c: char| c.is_ascii_graphic() && !"@()\\[]\";:<>,".contains(c);
        if !text.chars().all(allowed) {
            return fail("it may hold visible ASCII characters only, without @ ( ) \\ [ ] \" ; : < > ,");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for MailNickname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_rule() {
        for good in ["a", "ml-team", "A_b.c+d'e", "~", &"x".repeat(64)] {
            assert!(good.parse::<MailNickname>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a b",
            "a@b",
            "a\"b",
            "a\\b",
            "a;b",
            "a<b",
            "é",
            "a\n",
            &"x".repeat(65),
        ] {
            assert!(bad.parse::<MailNickname>().is_err(), "{bad}");
        }
        assert_eq!("ML-Team".parse::<MailNickname>().unwrap().folded(), "ml-team");
    }
}
