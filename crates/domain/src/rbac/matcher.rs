//! A role's patterns, sorted so that an action is compared with few of them.

use super::{Action, Pattern, Permissions, Plane};

/// The permissions of a role or a deny assignment.
#[derive(Debug, Clone, Default)]
pub(super) struct Matcher {
    control: Vec<Pair>,
    data: Vec<Pair>,
}

/// What is allowed, and what of it isn't.
#[derive(Debug, Clone, Default)]
struct Pair {
    allowed: Patterns,
    left_out: Patterns,
}

impl Matcher {
    pub(super) fn new(permissions: &[Permissions]) -> Self {
        let pairs = |lists: fn(&Permissions) -> (&[Pattern], &[Pattern])| {
            let lists = permissions.iter().map(lists);
            lists
                .filter(|(allowed, _)| !allowed.is_empty())
                .map(|(allowed, left_out)| Pair {
                    allowed: Patterns::new(allowed),
                    left_out: Patterns::new(left_out),
                })
                .collect()
        };
        Self {
            control: pairs(|permissions| (&permissions.actions, &permissions.not_actions)),
            data: pairs(|permissions| (&permissions.data_actions, &permissions.not_data_actions)),
        }
    }

    /// Whether any of the permissions allows an action.
    pub(super) fn allows(&self, action: &Action, plane: Plane) -> bool {
        let pairs = match plane {
            Plane::Control => &self.control,
            Plane::Data => &self.data,
        };
        pairs
            .iter()
            .any(|pair| pair.allowed.have(action) && !pair.left_out.have(action))
    }
}

/// Patterns by their kinds; all in lower case.
#[derive(Debug, Clone, Default)]
struct Patterns {
    /// `*` is one of them.
    all: bool,
    /// Those without a wildcard, ascending.
    exact: Vec<Box<str>>,
    /// What stands before a wildcard at the end, ascending; none begins with another.
    begins: Vec<Box<str>>,
    /// What stands after a wildcard at the beginning.
    ends: Vec<Box<str>>,
    /// What stands around a wildcard in the middle.
    around: Vec<Around>,
    /// Those with more wildcards.
    others: Vec<Pattern>,
}

#[derive(Debug, Clone)]
struct Around {
    begin: Box<str>,
    end: Box<str>,
    /// The least length: in `/*/`, the two slashes may be one.
    least: usize,
}

impl Patterns {
    fn new(patterns: &[Pattern]) -> Self {
        let mut new = Self::default();
        for pattern in patterns {
            let Some((begin, end)) = pattern.folded().split_once('*') else {
                new.exact.push(pattern.folded().into());
                continue;
            };
            match (begin, end) {
                ("", "") => new.all = true,
                (_, end) if end.contains('*') => new.others.push(pattern.clone()),
                (begin, "") => new.begins.push(begin.into()),
                ("", end) => new.ends.push(end.into()),
                (begin, end) => {
                    let shared = begin.ends_with('/') && end.starts_with('/');
                    new.around.push(Around {
                        begin: begin.into(),
                        end: end.into(),
                        least: begin.len() + end.len() - usize::from(shared),
                    });
                }
            }
        }
        new.exact.sort_unstable();
        new.begins.sort_unstable();
        new.begins
            .dedup_by(|longer, shorter| longer.starts_with(&**shorter));
        new
    }

    fn have(&self, action: &Action) -> bool {
        let text = action.folded();
        self.all
            || self.exact.binary_search_by(|exact| (**exact).cmp(text)).is_ok()
            || self.have_beginning(text)
            || self.ends.iter().any(|end| text.ends_with(&**end))
            || self.around.iter().any(|around| {
                text.len() >= around.least && text.starts_with(&*around.begin) && text.ends_with(&*around.end)
            })
            || self.others.iter().any(|pattern| pattern.matches(action))
    }

    fn have_beginning(&self, text: &str) -> bool {
        // The last that isn't greater: were it no beginning, none would be.
        let after = self.begins.partition_point(|begin| **begin <= *text);
        let last = after.checked_sub(1).and_then(|at| self.begins.get(at));
        last.is_some_and(|begin| text.starts_with(&**begin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::tests::random;

    /// Held against the patterns themselves, in texts of few letters, where much is alike.
    #[test]
    fn a_matcher_allows_what_its_permissions_allow() {
        let mut random = random(5);
        let mut text = |words: &[&str]| {
            let count = 2 + random(4);
            let words: Vec<_> = (0..count)
                .map(|_| words[random(words.len() as u64) as usize])
                .collect();
            words.join("/")
        };
        let mut allowed = 0;
        for _ in 0..3000 {
            let mut patterns = || {
                (0..3)
                    .map(|_| text(&["a", "aa", "b", "*", "a*", "*b"]).parse().unwrap())
                    .collect()
            };
            let permissions = [Permissions {
                actions: patterns(),
                not_actions: patterns()[..1].to_vec(),
                data_actions: patterns(),
                not_data_actions: Vec::new(),
            }];
            let matcher = Matcher::new(&permissions);
            for _ in 0..10 {
                let action: Action = text(&["a", "aa", "b", "ab"]).parse().unwrap();
                for plane in [Plane::Control, Plane::Data] {
                    let expected = permissions[0].allow(&action, plane);
                    assert_eq!(
                        matcher.allows(&action, plane),
                        expected,
                        "{permissions:?} {action}"
                    );
                    allowed += usize::from(expected);
                }
            }
        }
        assert!((6_000..54_000).contains(&allowed), "{allowed}");
    }
}
