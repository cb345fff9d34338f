//! Paths of the token service: `/{tenant}/oauth2/…` and its discovery documents.

use std::fmt;

use super::segments::{encode, split};

/// Which of the token service's two generations an endpoint belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EndpointVersion {
    /// v1: `resource=`, numbers as text.
    V1,
    /// v2.0: `scope=`, numbers as numbers.
    V2,
}

/// A path of the token service. `tenant` is the decoded first segment as the client wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StsPath {
    /// `/{tenant}/oauth2/token`, `/{tenant}/oauth2/v2.0/token`
    Token {
        /// The tenant segment.
        tenant: String,
        /// Which generation.
        version: EndpointVersion,
    },
    /// `/{tenant}/oauth2/authorize`, `/{tenant}/oauth2/v2.0/authorize`
    Authorize {
        /// The tenant segment.
        tenant: String,
        /// Which generation.
        version: EndpointVersion,
    },
    /// `/{tenant}/oauth2/devicecode`, `/{tenant}/oauth2/v2.0/devicecode`
    DeviceCode {
        /// The tenant segment.
        tenant: String,
        /// Which generation.
        version: EndpointVersion,
    },
    /// `/{tenant}/oauth2/logout`, `/{tenant}/oauth2/v2.0/logout`
    Logout {
        /// The tenant segment.
        tenant: String,
        /// Which generation.
        version: EndpointVersion,
    },
    /// `/{tenant}/adminconsent`, `/{tenant}/v2.0/adminconsent`
    AdminConsent {
        /// The tenant segment.
        tenant: String,
        /// Which generation.
        version: EndpointVersion,
    },
    /// `/{tenant}/.well-known/openid-configuration`, `/{tenant}/v2.0/.well-known/openid-configuration`
    OpenIdConfiguration {
        /// The tenant segment.
        tenant: String,
        /// Which generation.
        version: EndpointVersion,
    },
    /// `/{tenant}/discovery/keys`, `/{tenant}/discovery/v2.0/keys`
    Keys {
        /// The tenant segment.
        tenant: String,
        /// Which generation.
        version: EndpointVersion,
    },
    /// `/common/discovery/instance`
    InstanceDiscovery,
    /// `/common/oauth2/deviceauth`: the older name of the page where a person enters a device's code
    DeviceAuth,
    /// `/common/userrealm/{upn}`
    UserRealm {
        /// The sign-in name asked about.
        upn: String,
    },
}

impl StsPath {
    /// Reads `path` (no query string). `None` for what is not of the token service, and for a first segment
    /// that belongs to another plane.
    pub fn parse(path: &str) -> Option<Self> {
        let segments = split(path)?;
        let (first, rest) = segments.split_first()?;
        if super::is_reserved_segment(first) {
            return None;
        }
        // What stays as written is the tenant and the user name; all other segments are literals.
        let literals: Vec<String> = rest.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let literals: Vec<&str> = literals.iter().map(String::as_str).collect();
        let tenant = first.clone();
        if first.eq_ignore_ascii_case("common") {
            match (literals.as_slice(), rest) {
                (["discovery", "instance"], _) => return Some(Self::InstanceDiscovery),
                (["oauth2", "deviceauth"], _) => return Some(Self::DeviceAuth),
                (["userrealm", _], [_, upn]) => return Some(Self::UserRealm { upn: upn.clone() }),
                _ => {}
            }
        }
        let (version, tail) = match literals.as_slice() {
            ["oauth2", "v2.0", tail] | ["discovery", "v2.0", tail @ "keys"] => (EndpointVersion::V2, *tail),
            ["oauth2", tail] | ["discovery", tail @ "keys"] => (EndpointVersion::V1, *tail),
            ["v2.0", ".well-known", tail @ "openid-configuration"] => (EndpointVersion::V2, *tail),
            ["v2.0", tail @ "adminconsent"] => (EndpointVersion::V2, *tail),
            [tail @ "adminconsent"] => (EndpointVersion::V1, *tail),
            [".well-known", tail @ "openid-configuration"] => (EndpointVersion::V1, *tail),
            _ => return None,
        };
        let under_oauth2 = literals.first() == Some(&"oauth2");
        match tail {
            "token" => Some(Self::Token { tenant, version }),
            "authorize" => Some(Self::Authorize { tenant, version }),
            "devicecode" => Some(Self::DeviceCode { tenant, version }),
            "logout" => Some(Self::Logout { tenant, version }),
            "adminconsent" if !under_oauth2 => Some(Self::AdminConsent { tenant, version }),
            "openid-configuration" if !under_oauth2 => Some(Self::OpenIdConfiguration { tenant, version }),
            "keys" if !under_oauth2 => Some(Self::Keys { tenant, version }),
            _ => None,
        }
    }

    /// The tenant segment, where there is one.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::Token { tenant, .. }
            | Self::Authorize { tenant, .. }
            | Self::DeviceCode { tenant, .. }
            | Self::Logout { tenant, .. }
            | Self::AdminConsent { tenant, .. }
            | Self::OpenIdConfiguration { tenant, .. }
            | Self::Keys { tenant, .. } => Some(tenant),
            Self::InstanceDiscovery | Self::DeviceAuth | Self::UserRealm { .. } => None,
        }
    }
}

impl fmt::Display for StsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let infix = |version: &EndpointVersion| match version {
            EndpointVersion::V1 => "",
            EndpointVersion::V2 => "v2.0/",
        };
        match self {
            Self::Token { tenant, version } => {
                write!(f, "/{}/oauth2/{}token", encode(tenant), infix(version))
            }
            Self::Authorize { tenant, version } => {
                write!(f, "/{}/oauth2/{}authorize", encode(tenant), infix(version))
            }
            Self::DeviceCode { tenant, version } => {
                write!(f, "/{}/oauth2/{}devicecode", encode(tenant), infix(version))
            }
            Self::Logout { tenant, version } => {
                write!(f, "/{}/oauth2/{}logout", encode(tenant), infix(version))
            }
            Self::AdminConsent { tenant, version } => {
                write!(f, "/{}/{}adminconsent", encode(tenant), infix(version))
            }
            Self::OpenIdConfiguration { tenant, version } => {
                write!(
                    f,
                    "/{}/{}.well-known/openid-configuration",
                    encode(tenant),
                    infix(version)
                )
            }
            Self::Keys { tenant, version } => {
                write!(f, "/{}/discovery/{}keys", encode(tenant), infix(version))
            }
            Self::InstanceDiscovery => f.write_str("/common/discovery/instance"),
            Self::DeviceAuth => f.write_str("/common/oauth2/deviceauth"),
            Self::UserRealm { upn } => write!(f, "/common/userrealm/{}", encode(upn)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(path: &str) -> StsPath {
        StsPath::parse(path).unwrap_or_else(|| panic!("{path}"))
    }

    #[test]
    fn the_paths_that_clients_ask_for() {
        let tenant = || "contoso.com".to_owned();
        let v1 = EndpointVersion::V1;
        let v2 = EndpointVersion::V2;
        assert_eq!(
            parse("/contoso.com/oauth2/token"),
            StsPath::Token {
                tenant: tenant(),
                version: v1
            }
        );
        assert_eq!(
            parse("/contoso.com/oauth2/v2.0/token/"),
            StsPath::Token {
                tenant: tenant(),
                version: v2
            }
        );
        assert_eq!(
            parse("/contoso.com/OAuth2/V2.0/Token"),
            StsPath::Token {
                tenant: tenant(),
                version: v2
            }
        );
        assert_eq!(
            parse("/contoso.com/.well-known/openid-configuration"),
            StsPath::OpenIdConfiguration {
                tenant: tenant(),
                version: v1
            }
        );
        assert_eq!(
            parse("/common/v2.0/.well-known/openid-configuration"),
            StsPath::OpenIdConfiguration {
                tenant: "common".into(),
                version: v2
            }
        );
        assert_eq!(
            parse("/common/discovery/keys"),
            StsPath::Keys {
                tenant: "common".into(),
                version: v1
            }
        );
        assert_eq!(
            parse("/contoso.com/discovery/v2.0/keys"),
            StsPath::Keys {
                tenant: tenant(),
                version: v2
            }
        );
        assert_eq!(parse("/common/discovery/instance"), StsPath::InstanceDiscovery);
        let realm = StsPath::UserRealm {
            upn: "user1@contoso.com".into(),
        };
        assert_eq!(parse("/common/UserRealm/user1%40contoso.com"), realm);
        assert_eq!(parse("/common/userrealm/user1@contoso.com"), realm);
        assert_eq!(realm.to_string(), "/common/userrealm/user1@contoso.com");
    }

    #[test]
    fn the_tenant_keeps_its_case_and_is_decoded() {
        assert_eq!(parse("/Contoso.COM/oauth2/token").tenant(), Some("Contoso.COM"));
        assert_eq!(parse("/a%2Fb/oauth2/token").tenant(), Some("a/b"));
    }

    #[test]
    fn what_is_not_of_the_token_service_is_none() {
        for path in [
            "",
            "/",
            "contoso.com/oauth2/token",
            "//oauth2/token",
            "/contoso.com//oauth2/token",
            "/contoso.com/oauth2/token//",
            "/contoso.com/oauth2",
            "/contoso.com/oauth2/keys",
            "/contoso.com/oauth2/openid-configuration",
            "/contoso.com/discovery/token",
            "/contoso.com/discovery/instance",
            "/contoso.com/userrealm/a@b.c",
            "/../oauth2/token",
            "/%2e%2e/oauth2/token",
            "/contoso%/oauth2/token",
            "/contoso%zz/oauth2/token",
            "/%ff/oauth2/token",
            "/a%00b/oauth2/token",
            "/contoso.com/oauth2/token?x",
        ] {
            assert_eq!(StsPath::parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_plane_s_segment_names_no_tenant() {
        for segment in crate::paths::RESERVED_TENANT_SEGMENTS {
            assert_eq!(segment, segment.to_ascii_lowercase());
            for written in [segment.to_owned(), segment.to_ascii_uppercase()] {
                assert_eq!(
                    StsPath::parse(&format!("/{written}/oauth2/token")),
                    None,
                    "{written}"
                );
            }
        }
        assert!(!crate::paths::is_reserved_segment("common"));
        assert!(crate::paths::is_metadata_endpoints("/Metadata/Endpoints/"));
    }

    fn any_path() -> impl Strategy<Value = StsPath> {
        let version = prop_oneof![Just(EndpointVersion::V1), Just(EndpointVersion::V2)];
        let segment = "[^\\p{C}?#\\\\]{1,20}".prop_filter("reserved", |s| {
            !crate::paths::is_reserved_segment(s) && s != "." && s != ".."
        });
        (segment, version, 0..9).prop_map(|(tenant, version, kind)| match kind {
            0 => StsPath::Token { tenant, version },
            1 => StsPath::Authorize { tenant, version },
            2 => StsPath::DeviceCode { tenant, version },
            3 => StsPath::Logout { tenant, version },
            4 => StsPath::OpenIdConfiguration { tenant, version },
            5 => StsPath::Keys { tenant, version },
            6 => StsPath::DeviceAuth,
            7 => StsPath::AdminConsent { tenant, version },
            _ => StsPath::UserRealm { upn: tenant },
        })
    }

    proptest! {
        #[test]
        fn written_and_read_again_it_is_the_same(path in any_path()) {
            prop_assert_eq!(StsPath::parse(&path.to_string()), Some(path));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*", path in "(/[a-z0-9.%$()'=]{0,12}){0,6}/?") {
            let _ = StsPath::parse(&text);
            if let Some(read) = StsPath::parse(&path) {
                prop_assert_eq!(StsPath::parse(&read.to_string()), Some(read));
            }
        }
    }
}
