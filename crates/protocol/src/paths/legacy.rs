//! Paths of the older directory API (`https://graph.windows.net/{tenant}/…`), read as Microsoft Graph's.

use super::graph::{ApplicationTail, GRAPH_VERSION, GraphPath, GroupTail, ServicePrincipalTail};

/// The tenant's name that means the caller's own.
const MINE: &str = "myorganization";

/// A path of the older directory API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyPath {
    /// The tenant that it names; none is the caller's.
    pub tenant: Option<String>,
    /// What it is in Microsoft Graph.
    pub path: GraphPath,
}

impl LegacyPath {
    /// Reads `path` (no query string). `None` for every path that is not served.
    pub fn parse(path: &str) -> Option<Self> {
        let (tenant, rest) = path.strip_prefix('/')?.split_once('/').unwrap_or_else(|| {
            let rest = path.trim_start_matches('/');
            (MINE, rest)
        });
        let path = match rest.trim_end_matches('/') {
            word if word.eq_ignore_ascii_case("getObjectsByObjectIds") => GraphPath::GetByIds,
            rest => GraphPath::parse(&format!("/{GRAPH_VERSION}/{rest}")).filter(is_served)?,
        };
        let tenant = crate::wire_text::percent_decode(tenant, false).filter(|name| !name.is_empty())?;
        Some(Self {
            tenant: (!tenant.eq_ignore_ascii_case(MINE)).then_some(tenant),
            path,
        })
    }

    /// The collection that the path is in; none where objects of any kind are answered.
    pub fn collection(&self) -> Option<&'static str> {
        match self.path {
            GraphPath::Me | GraphPath::Users | GraphPath::User(_) => Some("users"),
            GraphPath::Groups | GraphPath::Group(..) => Some("groups"),
            GraphPath::Applications | GraphPath::Application(..) => Some("applications"),
            GraphPath::ServicePrincipals | GraphPath::ServicePrincipal(..) => Some("servicePrincipals"),
            _ => None,
        }
    }

    /// Whether many objects are answered.
    pub fn is_list(&self) -> bool {
        matches!(
            self.path,
            GraphPath::Users
                | GraphPath::Groups
                | GraphPath::Applications
                | GraphPath::ServicePrincipals
                | GraphPath::GetByIds
        )
    }
}

fn is_served(path: &GraphPath) -> bool {
    matches!(
        path,
        GraphPath::Me
            | GraphPath::Users
            | GraphPath::User(_)
            | GraphPath::Groups
            | GraphPath::Group(_, GroupTail::Itself)
            | GraphPath::Applications
            | GraphPath::Application(_, ApplicationTail::Itself)
            | GraphPath::ServicePrincipals
            | GraphPath::ServicePrincipal(_, ServicePrincipalTail::Itself)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_paths_are_read_as_the_newer_ones() {
        for (path, tenant, newer) in [
            ("/t/users", Some("t"), "/v1.0/users"),
            ("/t/users/a%40b.test", Some("t"), "/v1.0/users/a@b.test"),
            ("/myorganization/me", None, "/v1.0/me"),
            ("/me", None, "/v1.0/me"),
            (
                "/x.test/servicePrincipals/1",
                Some("x.test"),
                "/v1.0/servicePrincipals/1",
            ),
            ("/t/applications/", Some("t"), "/v1.0/applications"),
            (
                "/t/getObjectsByObjectIds",
                Some("t"),
                "/v1.0/directoryObjects/getByIds",
            ),
        ] {
            let read = LegacyPath::parse(path).unwrap_or_else(|| panic!("{path}"));
            assert_eq!(read.tenant.as_deref(), tenant, "{path}");
            assert_eq!(read.path.to_string(), newer, "{path}");
        }
    }

    #[test]
    fn what_is_not_served_is_none() {
        for path in [
            "",
            "/",
            "/t",
            "/t/",
            "//users",
            "/t/nothing",
            "/t/users/a/memberOf",
            "/t/applications/1/addPassword",
            "/t/v1.0/users",
            "/t/users/..",
            "/t/organization",
            "/t/me/revokeSignInSessions",
            "/%zz/users",
        ] {
            assert_eq!(LegacyPath::parse(path), None, "{path}");
        }
    }
}
