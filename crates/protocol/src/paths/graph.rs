//! Paths of Microsoft Graph v1.0 (Microsoft Graph REST reference, one page per resource).

use std::fmt;

use super::segments::{encode, split};

/// The first segment of every path here.
pub const GRAPH_VERSION: &str = "v1.0";

/// How a path names an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ObjectKey {
    /// By object id, `/applications/{id}`, as written.
    Id(String),
    /// By an alternate key, `/applications(appId='{id}')` (for roles `roleTemplateId`), as written.
    Alternate(String),
}

/// What follows an application.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ApplicationTail {
    /// The application itself.
    Itself,
    /// `/addPassword`
    AddPassword,
    /// `/removePassword`
    RemovePassword,
    /// `/owners`
    Owners,
    /// `/owners/$ref`
    OwnerReferences,
    /// `/owners/{id}/$ref`
    OwnerReference(String),
}

/// What follows a service principal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ServicePrincipalTail {
    /// The service principal itself.
    Itself,
    /// `/addPassword`
    AddPassword,
    /// `/removePassword`
    RemovePassword,
    /// `/owners`
    Owners,
    /// `/owners/$ref`
    OwnerReferences,
    /// `/owners/{id}/$ref`
    OwnerReference(String),
    /// `/appRoleAssignments`
    AppRoleAssignments,
    /// `/appRoleAssignments/{id}`
    AppRoleAssignment(String),
}

/// A path about activated directory roles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DirectoryRolePath {
    /// `/directoryRoles`
    All,
    /// `/directoryRoles/{id}`, `/directoryRoles(roleTemplateId='…')`
    One(ObjectKey),
    /// `/directoryRoles/{id}/members`
    Members(ObjectKey),
}

/// A path of Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GraphPath {
    /// `/organization`
    Organization,
    /// `/me`
    Me,
    /// `/users`
    Users,
    /// `/users/{id or sign-in name}`
    User(String),
    /// `/applications`
    Applications,
    /// `/applications/…`
    Application(ObjectKey, ApplicationTail),
    /// `/servicePrincipals`
    ServicePrincipals,
    /// `/servicePrincipals/…`
    ServicePrincipal(ObjectKey, ServicePrincipalTail),
    /// `/directoryRoles…`
    DirectoryRoles(DirectoryRolePath),
    /// `/roleManagement/directory/roleAssignments`
    RoleAssignments,
    /// `/roleManagement/directory/roleAssignments/{id}`
    RoleAssignment(String),
    /// `/roleManagement/directory/roleDefinitions`
    RoleDefinitions,
    /// `/roleManagement/directory/roleDefinitions/{id}`
    RoleDefinition(String),
    /// `/directoryObjects/getByIds`
    GetByIds,
    /// `/directoryObjects/{id}`
    DirectoryObject(String),
}

impl GraphPath {
    /// Reads `path` (no query string), `/v1.0/…`. `None` for every path that is not served.
    pub fn parse(path: &str) -> Option<Self> {
        let segments = split(path)?;
        let (version, rest) = segments.split_first()?;
        if !version.eq_ignore_ascii_case(GRAPH_VERSION) {
            return None;
        }
        let (head, tail) = rest.split_first()?;
        let (collection, key) = head_key(head)?;
        match collection.as_str() {
            "organization" if key.is_none() && tail.is_empty() => Some(Self::Organization),
            "me" if key.is_none() && tail.is_empty() => Some(Self::Me),
            "rolemanagement" if key.is_none() => Self::role_management(tail),
            _ => {
                let (key, tail) = match (key, tail.split_first()) {
                    (Some(key), _) => (Some(key), tail),
                    (None, Some((id, tail))) => (Some((None, object_id(id)?)), tail),
                    (None, None) => (None, tail),
                };
                Self::in_collection(&collection, key, tail)
            }
        }
    }

    fn in_collection(
        collection: &str,
        key: Option<(Option<String>, String)>,
        tail: &[String],
    ) -> Option<Self> {
        let by = |alternate: &str, (name, value): (Option<String>, String)| match name {
            None => Some(ObjectKey::Id(value)),
            Some(name) if name.eq_ignore_ascii_case(alternate) => Some(ObjectKey::Alternate(value)),
            Some(_) => None,
        };
        match (collection, key) {
            ("users", None) => Some(Self::Users),
            ("users", Some((None, user))) if tail.is_empty() => Some(Self::User(user)),
            ("applications", None) => Some(Self::Applications),
            ("applications", Some(key)) => {
                Some(Self::Application(by("appId", key)?, application_tail(tail)?))
            }
            ("serviceprincipals", None) => Some(Self::ServicePrincipals),
            ("serviceprincipals", Some(key)) => Some(Self::ServicePrincipal(
                by("appId", key)?,
                service_principal_tail(tail)?,
            )),
            ("directoryroles", None) => Some(Self::DirectoryRoles(DirectoryRolePath::All)),
            ("directoryroles", Some(key)) => {
                let key = by("roleTemplateId", key)?;
                match tail {
                    [] => Some(Self::DirectoryRoles(DirectoryRolePath::One(key))),
                    [word] if is(word, "members") => {
                        Some(Self::DirectoryRoles(DirectoryRolePath::Members(key)))
                    }
                    _ => None,
                }
            }
            ("directoryobjects", Some((None, id))) if tail.is_empty() => Some(if is(&id, "getByIds") {
                Self::GetByIds
            } else {
                Self::DirectoryObject(id)
            }),
            _ => None,
        }
    }

    fn role_management(tail: &[String]) -> Option<Self> {
        let (provider, tail) = tail.split_first()?;
        if !is(provider, "directory") {
            return None;
        }
        match tail {
            [word] if is(word, "roleAssignments") => Some(Self::RoleAssignments),
            [word, id] if is(word, "roleAssignments") => object_id(id).map(Self::RoleAssignment),
            [word] if is(word, "roleDefinitions") => Some(Self::RoleDefinitions),
            [word, id] if is(word, "roleDefinitions") => object_id(id).map(Self::RoleDefinition),
            _ => None,
        }
    }
}

fn is(segment: &str, literal: &str) -> bool {
    segment.eq_ignore_ascii_case(literal)
}

/// An object's id as a segment; `$ref`, `$count` and the like are not ids.
fn object_id(segment: &str) -> Option<String> {
    (!segment.starts_with('$')).then(|| segment.to_owned())
}

/// A collection's key: the property that it names (none: the id) and the value.
type Key = (Option<String>, String);

/// Splits `applications(appId='…')` and `users('…')` (OData v4.01 URL conventions §4.3.1) into the collection in
/// lower case and its key.
fn head_key(head: &str) -> Option<(String, Option<Key>)> {
    let Some((collection, key)) = head.split_once('(') else {
        return Some((head.to_ascii_lowercase(), None));
    };
    let key = key.strip_suffix(')')?;
    let (name, literal) = match key.split_once('=') {
        Some((name, literal)) if !name.contains('\'') => (Some(name.to_owned()), literal),
        _ => (None, key),
    };
    let quoted = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let value = quoted.replace("''", "\u{0}");
    if value.is_empty() || value.contains('\'') || value.starts_with('$') {
        return None;
    }
    Some((
        collection.to_ascii_lowercase(),
        Some((name, value.replace('\u{0}', "'"))),
    ))
}

fn application_tail(tail: &[String]) -> Option<ApplicationTail> {
    match tail {
        [] => Some(ApplicationTail::Itself),
        [word] if is(word, "addPassword") => Some(ApplicationTail::AddPassword),
        [word] if is(word, "removePassword") => Some(ApplicationTail::RemovePassword),
        [word] if is(word, "owners") => Some(ApplicationTail::Owners),
        [word, reference] if is(word, "owners") && is(reference, "$ref") => {
            Some(ApplicationTail::OwnerReferences)
        }
        [word, id, reference] if is(word, "owners") && is(reference, "$ref") => {
            object_id(id).map(ApplicationTail::OwnerReference)
        }
        _ => None,
    }
}

fn service_principal_tail(tail: &[String]) -> Option<ServicePrincipalTail> {
    match tail {
        [word] if is(word, "appRoleAssignments") => Some(ServicePrincipalTail::AppRoleAssignments),
        [word, id] if is(word, "appRoleAssignments") => {
            object_id(id).map(ServicePrincipalTail::AppRoleAssignment)
        }
        _ => application_tail(tail).map(|tail| match tail {
            ApplicationTail::Itself => ServicePrincipalTail::Itself,
            ApplicationTail::AddPassword => ServicePrincipalTail::AddPassword,
            ApplicationTail::RemovePassword => ServicePrincipalTail::RemovePassword,
            ApplicationTail::Owners => ServicePrincipalTail::Owners,
            ApplicationTail::OwnerReferences => ServicePrincipalTail::OwnerReferences,
            ApplicationTail::OwnerReference(id) => ServicePrincipalTail::OwnerReference(id),
        }),
    }
}

/// One object of a collection, its alternate key named.
struct Keyed<'a>(&'static str, &'static str, &'a ObjectKey);

impl fmt::Display for Keyed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(collection, alternate, key) = self;
        match key {
            ObjectKey::Id(id) => write!(f, "/{GRAPH_VERSION}/{collection}/{}", encode(id)),
            ObjectKey::Alternate(value) => {
                write!(
                    f,
                    "/{GRAPH_VERSION}/{collection}({alternate}='{}')",
                    encode(&value.replace('\'', "''"))
                )
            }
        }
    }
}

impl fmt::Display for ApplicationTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Itself => Ok(()),
            Self::AddPassword => f.write_str("/addPassword"),
            Self::RemovePassword => f.write_str("/removePassword"),
            Self::Owners => f.write_str("/owners"),
            Self::OwnerReferences => f.write_str("/owners/$ref"),
            Self::OwnerReference(id) => write!(f, "/owners/{}/$ref", encode(id)),
        }
    }
}

impl fmt::Display for ServicePrincipalTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Itself => Ok(()),
            Self::AddPassword => f.write_str("/addPassword"),
            Self::RemovePassword => f.write_str("/removePassword"),
            Self::Owners => f.write_str("/owners"),
            Self::OwnerReferences => f.write_str("/owners/$ref"),
            Self::OwnerReference(id) => write!(f, "/owners/{}/$ref", encode(id)),
            Self::AppRoleAssignments => f.write_str("/appRoleAssignments"),
            Self::AppRoleAssignment(id) => write!(f, "/appRoleAssignments/{}", encode(id)),
        }
    }
}

impl fmt::Display for GraphPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const V: &str = GRAPH_VERSION;
        match self {
            Self::Organization => write!(f, "/{V}/organization"),
            Self::Me => write!(f, "/{V}/me"),
            Self::Users => write!(f, "/{V}/users"),
            Self::User(user) => write!(f, "/{V}/users/{}", encode(user)),
            Self::Applications => write!(f, "/{V}/applications"),
            Self::Application(key, tail) => write!(f, "{}{tail}", Keyed("applications", "appId", key)),
            Self::ServicePrincipals => write!(f, "/{V}/servicePrincipals"),
            Self::ServicePrincipal(key, tail) => {
                write!(f, "{}{tail}", Keyed("servicePrincipals", "appId", key))
            }
            Self::DirectoryRoles(DirectoryRolePath::All) => write!(f, "/{V}/directoryRoles"),
            Self::DirectoryRoles(DirectoryRolePath::One(key)) => {
                Keyed("directoryRoles", "roleTemplateId", key).fmt(f)
            }
            Self::DirectoryRoles(DirectoryRolePath::Members(key)) => {
                write!(f, "{}/members", Keyed("directoryRoles", "roleTemplateId", key))
            }
            Self::RoleAssignments => write!(f, "/{V}/roleManagement/directory/roleAssignments"),
            Self::RoleAssignment(id) => {
                write!(f, "/{V}/roleManagement/directory/roleAssignments/{}", encode(id))
            }
            Self::RoleDefinitions => write!(f, "/{V}/roleManagement/directory/roleDefinitions"),
            Self::RoleDefinition(id) => {
                write!(f, "/{V}/roleManagement/directory/roleDefinitions/{}", encode(id))
            }
            Self::GetByIds => write!(f, "/{V}/directoryObjects/getByIds"),
            Self::DirectoryObject(id) => write!(f, "/{V}/directoryObjects/{}", encode(id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(path: &str) -> GraphPath {
        GraphPath::parse(path).unwrap_or_else(|| panic!("{path}"))
    }

    #[test]
    fn the_paths_that_clients_ask_for() {
        use ApplicationTail as A;
        use GraphPath as G;
        use ServicePrincipalTail as S;
        let id = || ObjectKey::Id("1".into());
        for (path, expected) in [
            ("/v1.0/me", G::Me),
            ("/v1.0/organization", G::Organization),
            ("/v1.0/users", G::Users),
            (
                "/v1.0/users/alice%40contoso.com",
                G::User("alice@contoso.com".into()),
            ),
            (
                "/v1.0/users('alice@contoso.com')",
                G::User("alice@contoso.com".into()),
            ),
            ("/v1.0/applications", G::Applications),
            ("/v1.0/applications/1", G::Application(id(), A::Itself)),
            (
                "/v1.0/applications/1/addPassword",
                G::Application(id(), A::AddPassword),
            ),
            (
                "/V1.0/Applications/1/RemovePassword",
                G::Application(id(), A::RemovePassword),
            ),
            ("/v1.0/applications/1/owners", G::Application(id(), A::Owners)),
            (
                "/v1.0/applications/1/owners/$ref",
                G::Application(id(), A::OwnerReferences),
            ),
            (
                "/v1.0/applications/1/owners/2/%24ref",
                G::Application(id(), A::OwnerReference("2".into())),
            ),
            (
                "/v1.0/applications(appId='5')/addPassword",
                G::Application(ObjectKey::Alternate("5".into()), A::AddPassword),
            ),
            ("/v1.0/servicePrincipals/1", G::ServicePrincipal(id(), S::Itself)),
            (
                "/v1.0/servicePrincipals(appid='a''b')",
                G::ServicePrincipal(ObjectKey::Alternate("a'b".into()), S::Itself),
            ),
            (
                "/v1.0/servicePrincipals/1/appRoleAssignments",
                G::ServicePrincipal(id(), S::AppRoleAssignments),
            ),
            (
                "/v1.0/servicePrincipals/1/appRoleAssignments/x_y",
                G::ServicePrincipal(id(), S::AppRoleAssignment("x_y".into())),
            ),
            ("/v1.0/directoryRoles", G::DirectoryRoles(DirectoryRolePath::All)),
            (
                "/v1.0/directoryRoles(roleTemplateId='5')/members",
                G::DirectoryRoles(DirectoryRolePath::Members(ObjectKey::Alternate("5".into()))),
            ),
            (
                "/v1.0/roleManagement/directory/roleAssignments",
                G::RoleAssignments,
            ),
            (
                "/v1.0/roleManagement/directory/roleDefinitions/9",
                G::RoleDefinition("9".into()),
            ),
            ("/v1.0/directoryObjects/getByIds", G::GetByIds),
            ("/v1.0/directoryObjects/7/", G::DirectoryObject("7".into())),
        ] {
            assert_eq!(parse(path), expected, "{path}");
        }
    }

    #[test]
    fn an_unknown_path_is_none() {
        for path in [
            "/v1.0",
            "/beta/me",
            "/me",
            "/v1.0/groups",
            "/v1.0/me/memberOf",
            "/v1.0/users/$count",
            "/v1.0/users/1/manager",
            "/v1.0/users(userPrincipalName='a')",
            "/v1.0/users()",
            "/v1.0/users('')",
            "/v1.0/users('a'b')",
            "/v1.0/users('a",
            "/v1.0/applications/1/owners/2",
            "/v1.0/applications/1/appRoleAssignments",
            "/v1.0/applications(objectId='5')",
            "/v1.0/directoryObjects",
            "/v1.0/directoryRoles/1/owners",
            "/v1.0/roleManagement/cloudPC/roleAssignments",
            "/v1.0/organization('x')",
        ] {
            assert_eq!(GraphPath::parse(path), None, "{path}");
        }
    }

    fn any_path() -> impl Strategy<Value = GraphPath> {
        let id = || "[^\\p{C}?#\\\\$(][^\\p{C}?#\\\\]{0,20}".prop_filter("dots", |s| s != "." && s != "..");
        let key = || prop_oneof![id().prop_map(ObjectKey::Id), id().prop_map(ObjectKey::Alternate)];
        let application = prop_oneof![
            Just(ApplicationTail::Itself),
            Just(ApplicationTail::AddPassword),
            Just(ApplicationTail::RemovePassword),
            Just(ApplicationTail::Owners),
            Just(ApplicationTail::OwnerReferences),
            id().prop_map(ApplicationTail::OwnerReference),
        ];
        let service_principal = prop_oneof![
            Just(ServicePrincipalTail::Itself),
            Just(ServicePrincipalTail::AddPassword),
            Just(ServicePrincipalTail::RemovePassword),
            Just(ServicePrincipalTail::Owners),
            Just(ServicePrincipalTail::OwnerReferences),
            id().prop_map(ServicePrincipalTail::OwnerReference),
            Just(ServicePrincipalTail::AppRoleAssignments),
            id().prop_map(ServicePrincipalTail::AppRoleAssignment),
        ];
        prop_oneof![
            Just(GraphPath::Organization),
            Just(GraphPath::Me),
            Just(GraphPath::Users),
            id().prop_map(GraphPath::User),
            Just(GraphPath::Applications),
            (key(), application).prop_map(|(key, tail)| GraphPath::Application(key, tail)),
            Just(GraphPath::ServicePrincipals),
            (key(), service_principal).prop_map(|(key, tail)| GraphPath::ServicePrincipal(key, tail)),
            Just(GraphPath::DirectoryRoles(DirectoryRolePath::All)),
            key().prop_map(|key| GraphPath::DirectoryRoles(DirectoryRolePath::One(key))),
            key().prop_map(|key| GraphPath::DirectoryRoles(DirectoryRolePath::Members(key))),
            Just(GraphPath::RoleAssignments),
            id().prop_map(GraphPath::RoleAssignment),
            Just(GraphPath::RoleDefinitions),
            id().prop_map(GraphPath::RoleDefinition),
            Just(GraphPath::GetByIds),
            id().prop_filter("operation", |id| !is(id, "getByIds"))
                .prop_map(GraphPath::DirectoryObject),
        ]
    }

    proptest! {
        #[test]
        fn written_and_read_again_it_is_the_same(path in any_path()) {
            prop_assert_eq!(GraphPath::parse(&path.to_string()), Some(path));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*", tail in "(applications|users|directoryRoles)?[/()'=$a-z%0-9]{0,30}") {
            let _ = GraphPath::parse(&text);
            if let Some(read) = GraphPath::parse(&format!("/v1.0/{tail}")) {
                prop_assert_eq!(GraphPath::parse(&read.to_string()), Some(read));
            }
        }
    }
}
