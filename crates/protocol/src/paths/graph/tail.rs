//! What follows an object in a path.

use std::fmt;

use super::{is, object_id};
use crate::paths::segments::encode;

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
    /// `/appRoleAssignedTo`
    AppRoleAssignedTo,
    /// `/appRoleAssignedTo/{id}`
    AppRoleAssignedToOne(String),
    /// `/memberOf` and the like
    Memberships(Memberships),
}

/// What follows a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupTail {
    /// The group itself.
    Itself,
    /// `/members`
    Members,
    /// `/members/$ref`
    MemberReferences,
    /// `/members/{id}/$ref`
    MemberReference(String),
    /// `/transitiveMembers`
    TransitiveMembers,
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
    /// `/memberOf` and the like
    Memberships(Memberships),
}

/// What follows `/users/{id}/authentication`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AuthenticationTail {
    /// `/methods`
    Methods,
    /// `/softwareOathMethods`
    SoftwareOathMethods,
    /// `/softwareOathMethods/{id}`
    SoftwareOathMethod(String),
}

impl AuthenticationTail {
    /// Reads all segments after a user.
    pub(super) fn parse(tail: &[String]) -> Option<Self> {
        match tail {
            [word, rest @ ..] if is(word, "authentication") => match rest {
                [word] if is(word, "methods") => Some(Self::Methods),
                [word] if is(word, "softwareOathMethods") => Some(Self::SoftwareOathMethods),
                [word, id] if is(word, "softwareOathMethods") => object_id(id).map(Self::SoftwareOathMethod),
                _ => None,
            },
            _ => None,
        }
    }
}

/// How anything that can be in a group is asked which it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Memberships {
    /// `/memberOf`
    MemberOf,
    /// `/transitiveMemberOf`
    TransitiveMemberOf,
    /// `/getMemberGroups`
    GetMemberGroups,
    /// `/checkMemberGroups`
    CheckMemberGroups,
    /// `/getMemberObjects`
    GetMemberObjects,
    /// `/checkMemberObjects`
    CheckMemberObjects,
}

impl Memberships {
    /// Every way.
    pub const ALL: [Self; 6] = [
        Self::MemberOf,
        Self::TransitiveMemberOf,
        Self::GetMemberGroups,
        Self::CheckMemberGroups,
        Self::GetMemberObjects,
        Self::CheckMemberObjects,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::MemberOf => "memberOf",
            Self::TransitiveMemberOf => "transitiveMemberOf",
            Self::GetMemberGroups => "getMemberGroups",
            Self::CheckMemberGroups => "checkMemberGroups",
            Self::GetMemberObjects => "getMemberObjects",
            Self::CheckMemberObjects => "checkMemberObjects",
        }
    }

    /// Reads the one segment after an object.
    pub(super) fn parse(tail: &[String]) -> Option<Self> {
        match tail {
            [word] => Self::ALL.into_iter().find(|way| is(word, way.word())),
            _ => None,
        }
    }

    /// Whether it is asked by POST, about an object whose kind the path need not say.
    pub const fn is_action(self) -> bool {
        !matches!(self, Self::MemberOf | Self::TransitiveMemberOf)
    }
}

pub(super) fn application_tail(tail: &[String]) -> Option<ApplicationTail> {
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

pub(super) fn service_principal_tail(tail: &[String]) -> Option<ServicePrincipalTail> {
    match tail {
        [word] if is(word, "appRoleAssignments") => Some(ServicePrincipalTail::AppRoleAssignments),
        [word] if is(word, "appRoleAssignedTo") => Some(ServicePrincipalTail::AppRoleAssignedTo),
        [word, id] if is(word, "appRoleAssignedTo") => {
            object_id(id).map(ServicePrincipalTail::AppRoleAssignedToOne)
        }
        [word, id] if is(word, "appRoleAssignments") => {
            object_id(id).map(ServicePrincipalTail::AppRoleAssignment)
        }
        _ => Memberships::parse(tail)
            .map(ServicePrincipalTail::Memberships)
            .or_else(|| application_tail(tail).map(ServicePrincipalTail::from)),
    }
}

impl From<ApplicationTail> for ServicePrincipalTail {
    /// What follows an application can follow a service principal too.
    fn from(tail: ApplicationTail) -> Self {
        match tail {
            ApplicationTail::Itself => Self::Itself,
            ApplicationTail::AddPassword => Self::AddPassword,
            ApplicationTail::RemovePassword => Self::RemovePassword,
            ApplicationTail::Owners => Self::Owners,
            ApplicationTail::OwnerReferences => Self::OwnerReferences,
            ApplicationTail::OwnerReference(id) => Self::OwnerReference(id),
        }
    }
}

pub(super) fn group_tail(tail: &[String]) -> Option<GroupTail> {
    use GroupTail as G;
    match tail {
        [] => Some(G::Itself),
        [word] if is(word, "appRoleAssignments") => Some(G::AppRoleAssignments),
        [word, id] if is(word, "appRoleAssignments") => object_id(id).map(G::AppRoleAssignment),
        [word] if is(word, "members") => Some(G::Members),
        [word] if is(word, "transitiveMembers") => Some(G::TransitiveMembers),
        [word] if is(word, "owners") => Some(G::Owners),
        [word, reference] if is(reference, "$ref") && is(word, "members") => Some(G::MemberReferences),
        [word, reference] if is(reference, "$ref") && is(word, "owners") => Some(G::OwnerReferences),
        [word, id, reference] if is(reference, "$ref") && is(word, "members") => {
            object_id(id).map(G::MemberReference)
        }
        [word, id, reference] if is(reference, "$ref") && is(word, "owners") => {
            object_id(id).map(G::OwnerReference)
        }
        _ => Memberships::parse(tail).map(G::Memberships),
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
            Self::AppRoleAssignedTo => f.write_str("/appRoleAssignedTo"),
            Self::AppRoleAssignedToOne(id) => write!(f, "/appRoleAssignedTo/{}", encode(id)),
            Self::Memberships(way) => way.fmt(f),
        }
    }
}

impl fmt::Display for GroupTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Itself => Ok(()),
            Self::Members => f.write_str("/members"),
            Self::MemberReferences => f.write_str("/members/$ref"),
            Self::MemberReference(id) => write!(f, "/members/{}/$ref", encode(id)),
            Self::TransitiveMembers => f.write_str("/transitiveMembers"),
            Self::Owners => f.write_str("/owners"),
            Self::OwnerReferences => f.write_str("/owners/$ref"),
            Self::OwnerReference(id) => write!(f, "/owners/{}/$ref", encode(id)),
            Self::AppRoleAssignments => f.write_str("/appRoleAssignments"),
            Self::AppRoleAssignment(id) => write!(f, "/appRoleAssignments/{}", encode(id)),
            Self::Memberships(way) => way.fmt(f),
        }
    }
}

impl fmt::Display for AuthenticationTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/authentication")?;
        match self {
            Self::Methods => f.write_str("/methods"),
            Self::SoftwareOathMethods => f.write_str("/softwareOathMethods"),
            Self::SoftwareOathMethod(id) => write!(f, "/softwareOathMethods/{}", encode(id)),
        }
    }
}

impl fmt::Display for Memberships {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.word())
    }
}
