//! The texts of role definitions that actions are compared with.

use std::fmt;
use std::str::FromStr;

use super::Action;

/// An action with wildcards: `*` stands for any characters, slashes as well, and `/*/` for a lone `/` too, which is
/// how `workspaces/*/delete` takes `workspaces/delete` in. Compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    text: String,
    folded: String,
}

/// Why a text is no [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not an action or a pattern of actions, such as `Microsoft.X/things/*/read` or `*`")]
pub struct InvalidPattern {
    /// The offending text, cut to 64 characters.
    pub input: String,
}

impl Pattern {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In lower case, which is what actions are compared with.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// How many wildcards it has; in a custom role, one at most.
    pub fn wildcards(&self) -> usize {
        self.text.matches('*').count()
    }

    /// Whether an action is one of those it stands for.
    pub fn matches(&self, action: &Action) -> bool {
        matches(self.folded.as_bytes(), action.folded().as_bytes())
    }
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // Where to go on when the text after the last wildcard doesn't fit: the wildcard takes one more character.
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(p), text.get(t)) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                p += 1;
                retry = Some((p, t));
                // `/*/` is `/` as well: the slash before the wildcard may be the one behind it.
                let lone = p >= 2 && pattern.get(p - 2) == Some(&b'/') && pattern.get(p) == Some(&b'/');
                if lone && t >= 1 && text.get(t - 1) == Some(&b'/') {
                    retry = Some((p, t - 1));
                    t -= 1;
                }
            }
            (Some(a), Some(b)) if a == b => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) if text.get(from).is_some() => {
                    retry = Some((after, from + 1));
                    (p, t) = (after, from + 1);
                }
                _ => return false,
            },
        }
    }
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let is_fine =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'_' | b'$' | b'/' | b'*');
        if text.is_empty() || text.len() > Action::MAX_BYTES || !text.bytes().all(is_fine) {
            let input = text.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(InvalidPattern { input });
        }
        Ok(Self {
            text: text.to_owned(),
            folded: text.to_ascii_lowercase(),
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_cases() {
        for (pattern, action, expected) in [
            ("*", "Microsoft.X/a/read", true),
            ("*/read", "Microsoft.X/a/b/READ", true),
            ("*/read", "Microsoft.X/read/action", false),
            ("Microsoft.X/*/read", "Microsoft.X/a/b/read", true),
            (
                "Microsoft.X/workspaces/*/delete",
                "Microsoft.X/workspaces/delete",
                true,
            ),
            (
                "Microsoft.X/workspaces/*/delete",
                "Microsoft.X/workspaces/computes/delete",
                true,
            ),
            (
                "Microsoft.X/workspaces/*/delete",
                "Microsoft.X/workspacesX/delete",
                false,
            ),
            (
                "Microsoft.X/workspaces/*/delete",
                "Microsoft.X/workspaces/deleted",
                false,
            ),
            ("Microsoft.X/a/*/b/*/c", "Microsoft.X/a/b/c", true),
            ("Microsoft.X/a/*/b/*/c", "Microsoft.X/a/q/b/r/s/c", true),
            ("Microsoft.X/a/*/b/*/c", "Microsoft.X/a/c", false),
            ("Microsoft.X/*", "Microsoft.X/a", true),
            (
                "Microsoft.X/*/action",
                "Microsoft.X/analyzers:analyze/action",
                true,
            ),
            ("Microsoft.X/*", "Microsoft.Xa/a", false),
            ("a/*b/c", "a/b/c", true),
            ("a/**/c", "a/c", false),
        ] {
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(
                pattern.matches(&action.parse().unwrap()),
                expected,
                "{pattern} {action}"
            );
        }
    }

    #[test]
    fn nothing_may_be_between_two_slashes() {
        assert!(matches(b"a/*/b", b"a//b"));
        assert!(matches(b"a/*/b", b"a///b"));
        assert!(!matches(b"a/*/b", b"ab"));
    }

    #[test]
    fn what_is_no_pattern() {
        let longest = "a".repeat(Action::MAX_BYTES);
        for text in ["*", "a.b:c-d_e$F/9*", &longest] {
            assert_eq!(text.parse::<Pattern>().unwrap().as_str(), text);
        }
        for text in ["", "a b", "a?", "ä", &format!("{longest}a")] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
        let refused = "a\n\u{7f}b c".parse::<Pattern>().unwrap_err();
        assert_eq!(refused.input, "ab c");
    }
}
