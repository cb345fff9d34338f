//! Paths of Microsoft Graph v1.0 (Microsoft Graph REST reference, one page per resource).

use std::fmt;

mod tail;

use super::segments::{encode, split};
pub use tail::{ApplicationTail, AuthenticationTail, GroupTail, Memberships, ServicePrincipalTail};
use tail::{application_tail, group_tail, service_principal_tail};

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
    /// `/auditLogs/directoryAudits`
    DirectoryAudits,
    /// `/invitations`
    Invitations,
    /// `/me`
    Me,
    /// `/me/revokeSignInSessions`
    RevokeMySessions,
    /// `/me/memberOf` and the like
    MyMemberships(Memberships),
    /// `/users`
    Users,
    /// `/users/{id or sign-in name}`
    User(String),
    /// `/users/{id or sign-in name}/revokeSignInSessions`
    RevokeSessions(String),
    /// `/users/{id or sign-in name}/memberOf` and the like
    UserMemberships(String, Memberships),
    /// `/users/{id or sign-in name}/appRoleAssignments`, or one of them
    UserAppRoles(String, Option<String>),
    /// `/users/{id or sign-in name}/authentication/…`
    UserAuthentication(String, AuthenticationTail),
    /// `/groups`
    Groups,
    /// `/groups/{id}…`
    Group(String, GroupTail),
    /// `/applications`
    Applications,
    /// `/applications/…`
    Application(ObjectKey, ApplicationTail),
    /// `/servicePrincipals`
    ServicePrincipals,
    /// `/servicePrincipals/…`
    ServicePrincipal(ObjectKey, ServicePrincipalTail),
    /// `/oauth2PermissionGrants`
    PermissionGrants,
    /// `/oauth2PermissionGrants/{id}`
    PermissionGrant(String),
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
    /// `/identity/conditionalAccess/policies`
    ConditionalAccessPolicies,
    /// `/identity/conditionalAccess/policies/{id}`
    ConditionalAccessPolicy(String),
    /// `/policies/authorizationPolicy`
    AuthorizationPolicy,
    /// `/policies/signInPolicy`, which Microsoft Graph doesn't have
    SignInPolicy,
    /// `/directoryObjects/getByIds`
    GetByIds,
    /// `/directoryObjects/{id}`
    DirectoryObject(String),
    /// `/directoryObjects/{id}/getMemberGroups`, `…/checkMemberGroups`
    DirectoryObjectMemberships(String, Memberships),
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
            "auditlogs" if key.is_none() && matches!(tail, [word] if is(word, "directoryAudits")) => {
                Some(Self::DirectoryAudits)
            }
            "me" if key.is_none() && tail.is_empty() => Some(Self::Me),
            "me" if key.is_none() && revokes(tail) => Some(Self::RevokeMySessions),
            "me" if key.is_none() => Memberships::parse(tail).map(Self::MyMemberships),
            "rolemanagement" if key.is_none() => Self::role_management(tail),
            "identity" if key.is_none() => Self::identity(tail),
            "policies" if key.is_none() => match tail {
                [word] if is(word, "authorizationPolicy") => Some(Self::AuthorizationPolicy),
                [word] if is(word, "signInPolicy") => Some(Self::SignInPolicy),
                _ => None,
            },
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
            ("invitations", None) => Some(Self::Invitations),
            ("users", None) => Some(Self::Users),
            ("users", Some((None, user))) if tail.is_empty() => Some(Self::User(user)),
            ("users", Some((None, user))) if revokes(tail) => Some(Self::RevokeSessions(user)),
            ("users", Some((None, user)))
                if tail.first().is_some_and(|word| is(word, "appRoleAssignments")) =>
            {
                match tail {
                    [_] => Some(Self::UserAppRoles(user, None)),
                    [_, id] => object_id(id).map(|id| Self::UserAppRoles(user, Some(id))),
                    _ => None,
                }
            }
            ("users", Some((None, user))) => match AuthenticationTail::parse(tail) {
                Some(tail) => Some(Self::UserAuthentication(user, tail)),
                None => Memberships::parse(tail).map(|way| Self::UserMemberships(user, way)),
            },
            ("groups", None) => Some(Self::Groups),
            ("groups", Some((None, id))) => Some(Self::Group(id, group_tail(tail)?)),
            ("applications", None) => Some(Self::Applications),
            ("applications", Some(key)) => {
                Some(Self::Application(by("appId", key)?, application_tail(tail)?))
            }
            ("serviceprincipals", None) => Some(Self::ServicePrincipals),
            ("serviceprincipals", Some(key)) => Some(Self::ServicePrincipal(
                by("appId", key)?,
                service_principal_tail(tail)?,
            )),
            ("oauth2permissiongrants", None) => Some(Self::PermissionGrants),
            ("oauth2permissiongrants", Some((None, id))) if tail.is_empty() => {
                Some(Self::PermissionGrant(id))
            }
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
            ("directoryobjects", Some((None, id))) => Memberships::parse(tail)
                .filter(|way| way.is_action())
                .map(|way| Self::DirectoryObjectMemberships(id, way)),
            _ => None,
        }
    }

    fn identity(tail: &[String]) -> Option<Self> {
        match policies(tail)? {
            [] => Some(Self::ConditionalAccessPolicies),
            [id] => object_id(id).map(Self::ConditionalAccessPolicy),
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

fn policies(tail: &[String]) -> Option<&[String]> {
    match tail {
        [word, policies, rest @ ..] if is(word, "conditionalAccess") && is(policies, "policies") => {
            Some(rest)
        }
        _ => None,
    }
}

fn revokes(tail: &[String]) -> bool {
    matches!(tail, [word] if is(word, "revokeSignInSessions"))
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

impl fmt::Display for GraphPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const V: &str = GRAPH_VERSION;
        match self {
            Self::Organization => write!(f, "/{V}/organization"),
            Self::Invitations => write!(f, "/{V}/invitations"),
            Self::DirectoryAudits => write!(f, "/{V}/auditLogs/directoryAudits"),
            Self::Me => write!(f, "/{V}/me"),
            Self::RevokeMySessions => write!(f, "/{V}/me/revokeSignInSessions"),
            Self::MyMemberships(way) => write!(f, "/{V}/me{way}"),
            Self::Users => write!(f, "/{V}/users"),
            Self::User(user) => write!(f, "/{V}/users/{}", encode(user)),
            Self::RevokeSessions(user) => write!(f, "/{V}/users/{}/revokeSignInSessions", encode(user)),
            Self::UserMemberships(user, way) => write!(f, "/{V}/users/{}{way}", encode(user)),
            Self::UserAppRoles(user, None) => write!(f, "/{V}/users/{}/appRoleAssignments", encode(user)),
            Self::UserAppRoles(user, Some(id)) => {
                write!(f, "/{V}/users/{}/appRoleAssignments/{}", encode(user), encode(id))
            }
            Self::UserAuthentication(user, tail) => write!(f, "/{V}/users/{}{tail}", encode(user)),
            Self::Groups => write!(f, "/{V}/groups"),
            Self::Group(id, tail) => write!(f, "/{V}/groups/{}{tail}", encode(id)),
            Self::Applications => write!(f, "/{V}/applications"),
            Self::Application(key, tail) => write!(f, "{}{tail}", Keyed("applications", "appId", key)),
            Self::ServicePrincipals => write!(f, "/{V}/servicePrincipals"),
            Self::ServicePrincipal(key, tail) => {
                write!(f, "{}{tail}", Keyed("servicePrincipals", "appId", key))
            }
            Self::PermissionGrants => write!(f, "/{V}/oauth2PermissionGrants"),
            Self::PermissionGrant(id) => write!(f, "/{V}/oauth2PermissionGrants/{}", encode(id)),
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
            Self::ConditionalAccessPolicies => write!(f, "/{V}/identity/conditionalAccess/policies"),
            Self::ConditionalAccessPolicy(id) => {
                write!(f, "/{V}/identity/conditionalAccess/policies/{}", encode(id))
            }
            Self::AuthorizationPolicy => write!(f, "/{V}/policies/authorizationPolicy"),
            Self::SignInPolicy => write!(f, "/{V}/policies/signInPolicy"),
            Self::GetByIds => write!(f, "/{V}/directoryObjects/getByIds"),
            Self::DirectoryObject(id) => write!(f, "/{V}/directoryObjects/{}", encode(id)),
            Self::DirectoryObjectMemberships(id, way) => {
                write!(f, "/{V}/directoryObjects/{}{way}", encode(id))
            }
        }
    }
}

#[cfg(test)]
mod tests;
