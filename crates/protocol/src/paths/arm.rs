//! Paths of Resource Manager.

use doorward_names::SubscriptionId;
use std::fmt;

use super::segments::split;

/// A path of Resource Manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmPath {
    /// `/tenants`: those that the caller is in.
    Tenants,
    /// `/subscriptions`: those that the caller sees.
    Subscriptions,
    /// `/subscriptions/{id}`.
    Subscription(SubscriptionId),
}

impl ArmPath {
    /// Reads a path; nothing for one that isn't served.
    pub fn parse(path: &str) -> Option<Self> {
        let words: Vec<String> = split(path)?
            .iter()
            .map(|word| word.to_ascii_lowercase())
            .collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["tenants"] => Some(Self::Tenants),
            ["subscriptions"] => Some(Self::Subscriptions),
            ["subscriptions", id] => id.parse().ok().map(Self::Subscription),
            _ => None,
        }
    }

    /// The subscription that a path names, served or not.
    pub fn subscription_of(path: &str) -> Option<SubscriptionId> {
        let mut words = path.trim_start_matches('/').split('/');
        let first = words.next()?;
        if !first.eq_ignore_ascii_case("subscriptions") {
            return None;
        }
        words.next()?.parse().ok()
    }

    /// Whether a path begins as Resource Manager's do.
    pub fn owns(path: &str) -> bool {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        ["tenants", "subscriptions", "providers"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for ArmPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenants => f.write_str("/tenants"),
            Self::Subscriptions => f.write_str("/subscriptions"),
            Self::Subscription(id) => write!(f, "/subscriptions/{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_read_from_its_own_text() {
        let id = SubscriptionId::from_bytes([7; 16]);
        for path in [
            ArmPath::Tenants,
            ArmPath::Subscriptions,
            ArmPath::Subscription(id),
        ] {
            assert_eq!(ArmPath::parse(&path.to_string()), Some(path));
        }
        assert_eq!(ArmPath::parse("/Subscriptions/"), Some(ArmPath::Subscriptions));
        for path in [
            "/",
            "/subscriptions/x",
            "/subscriptions/x/y",
            "/tenants/1",
            "/v1.0/me",
        ] {
            assert_eq!(ArmPath::parse(path), None, "{path}");
        }
        for (path, named) in [
            (format!("/subscriptions/{id}"), true),
            (format!("/Subscriptions/{id}/resourceGroups/x"), true),
            (format!("/providers/{id}"), false),
            (format!("/subscriptions/{id}x"), false),
            ("/subscriptions/".to_owned(), false),
            ("/subscriptions".to_owned(), false),
        ] {
            let found = ArmPath::subscription_of(&path);
            assert_eq!(found, named.then_some(id), "{path}");
        }
        assert!(ArmPath::owns("/subscriptions/x/resourceGroups/y") && !ArmPath::owns("/common/oauth2/token"));
    }
}
