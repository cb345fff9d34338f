//! What is asked for: an operation of a resource provider.

use std::fmt;
use std::str::FromStr;

/// An operation, `Microsoft.MachineLearningServices/workspaces/read`: provider, resource type, verb. Compared without
/// regard to case; holds no wildcard.
#[derive(Debug, Clone)]
pub struct Action {
    text: String,
    folded: String,
}

/// Whether an operation is one of Resource Manager's, or of the resource itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Plane {
    /// Managing a resource: `actions` and `notActions`.
    Control,
    /// Using what is in it: `dataActions` and `notDataActions`.
    Data,
}

/// Why a text is no [`Action`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not an action: it is a provider, a type and a verb, such as `Microsoft.X/things/read`")]
pub struct InvalidAction {
    /// The offending text, cut to 64 characters.
    pub input: String,
}

impl Action {
    /// Longest action, in bytes.
    pub const MAX_BYTES: usize = 512;

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In lower case, which is what patterns are compared with.
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

impl FromStr for Action {
    type Err = InvalidAction;

    fn from_str(text: &str) -> Result<Self, InvalidAction> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'_' | b'$'))
        };
        if text.len() > Self::MAX_BYTES || text.split('/').count() < 2 || !text.split('/').all(is_word) {
            let input = text.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(InvalidAction { input });
        }
        Ok(Self {
            text: text.to_owned(),
            folded: text.to_ascii_lowercase(),
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}
impl Eq for Action {}
impl std::hash::Hash for Action {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::hash::{DefaultHasher, Hash, Hasher};

    #[test]
    fn an_action_is_a_provider_and_a_verb_at_least() {
        let action: Action = "Microsoft.X/things/Read".parse().unwrap();
        assert_eq!(
            (action.as_str(), action.folded(), action.to_string().as_str()),
            (
                "Microsoft.X/things/Read",
                "microsoft.x/things/read",
                "Microsoft.X/things/Read"
            )
        );
        for good in ["a/b", "A.b:c-d_e$1/2", &format!("a/{}", "b".repeat(510))] {
            assert!(good.parse::<Action>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "/",
            "/a",
            "a/",
            "a//b",
            "a/*",
            "a/b c",
            "a/ü",
            &format!("a/{}", "b".repeat(511)),
        ] {
            assert!(bad.parse::<Action>().is_err(), "{bad}");
        }
        let shown = format!("a/\u{7}{}", "*".repeat(100))
            .parse::<Action>()
            .unwrap_err();
        assert_eq!(shown.input, format!("a/{}", "*".repeat(62)));
    }

    #[test]
    fn case_makes_no_difference() {
        let [lower, upper, other] = ["microsoft.x/read", "MICROSOFT.X/READ", "microsoft.x/write"]
            .map(|text| text.parse::<Action>().unwrap());
        assert!(lower == upper && lower != other);
        let known = HashSet::from([lower]);
        assert!(known.contains(&upper) && !known.contains(&other));
        let hash = |action: &Action| {
            let mut hasher = DefaultHasher::new();
            action.hash(&mut hasher);
            hasher.finish()
        };
        assert_ne!(hash(&upper), hash(&other));
    }
}
