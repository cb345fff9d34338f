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
