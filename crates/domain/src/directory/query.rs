//! What a list of directory objects is filtered and paged by: the typed form between OData text and SQL.

use doorward_names::ObjectId;

/// Most objects on one page (Microsoft Graph, `$top`).
pub const MAX_PAGE: usize = 999;

/// Objects on a page when the caller does not say (Microsoft Graph).
pub const DEFAULT_PAGE: usize = 100;

/// One page of a filtered list, ordered by object id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<F> {
    /// Which objects; all when `None`.
    pub filter: Option<Predicate<F>>,
    /// Only objects with a greater id than this: the last one of the page before.
    pub after: Option<ObjectId>,
    /// Most objects to return, 1 to [`MAX_PAGE`].
    pub limit: usize,
}

impl<F> Query<F> {
    /// The first page of all objects that `filter` lets through.
    pub fn first(filter: Option<Predicate<F>>) -> Self {
        Self {
            filter,
            after: None,
            limit: DEFAULT_PAGE,
        }
    }
}

/// A condition on one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate<F> {
    /// The field (or one element of it, when it has several) equals the value. Texts compare without case.
    Equals(F, Value),
    /// The text field (or one element of it) starts with the text, without case.
    StartsWith(F, String),
    /// Both.
    And(Box<Self>, Box<Self>),
    /// Either.
    Or(Box<Self>, Box<Self>),
    /// Not.
    Not(Box<Self>),
}

/// A literal in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, ids included.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
}

/// The fields by which users are filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserField {
    /// `id`
    Id,
    /// `userPrincipalName`
    UserPrincipalName,
    /// `displayName`
    DisplayName,
    /// `mailNickname`
    MailNickname,
    /// `accountEnabled`
    AccountEnabled,
    /// `userType`: `Member` or `Guest`
    UserType,
}

/// The fields by which applications are filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationField {
    /// `id`
    Id,
    /// `appId`
    AppId,
    /// `displayName`
    DisplayName,
    /// `identifierUris`, any of them
    IdentifierUris,
}

/// The fields by which service principals are filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicePrincipalField {
    /// `id`
    Id,
    /// `appId`
    AppId,
    /// `displayName`
    DisplayName,
    /// `servicePrincipalNames`: the application id and its identifier URIs, any of them
    ServicePrincipalNames,
    /// `accountEnabled`
    AccountEnabled,
    /// `servicePrincipalType`
    ServicePrincipalType,
}

/// The fields by which groups are filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupField {
    /// `id`
    Id,
    /// `displayName`
    DisplayName,
    /// `mailNickname`
    MailNickname,
    /// `securityEnabled`: of every group here
    SecurityEnabled,
    /// `mailEnabled`: of no group here
    MailEnabled,
    /// `groupTypes`: no group here has any
    GroupTypes,
}
