//! Counters by which nodes notice that what they keep in memory is old: one per kind and tenant, raised by every
//! committed change to that kind, and by nothing else.

use crate::value::values;
use crate::{QueryError, View};
use doorward_names::TenantId;

/// What is kept in memory by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Applications, service principals and their credentials.
    Client,
    /// Tenants and their domains, directory roles, permissions.
    Directory,
    /// Signing keys.
    SigningKey,
    /// What decides on access to resources: roles, assignments, groups' members, management groups.
    Access,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Client, Self::Directory, Self::SigningKey, Self::Access];

    /// The word in the table.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Directory => "directory",
            Self::SigningKey => "signing_key",
            Self::Access => "access",
        }
    }
}

/// The tenant under which server-wide things are counted: new tenants, signing keys.
pub const EVERYWHERE: TenantId = TenantId::from_u128(0);

/// A counter that a change raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bump {
    /// Which kind.
    pub kind: Kind,
    /// In which tenant, or [`EVERYWHERE`].
    pub tenant: TenantId,
    /// The counter's new value.
    pub revision: u64,
}

/// What a committed closure returned, and the counters it raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed<T> {
    /// What the closure returned.
    pub value: T,
    /// What is old in memory now.
    pub bumped: Vec<Bump>,
}

/// One counter.
///
/// # Errors
/// When the store fails.
pub fn of(view: &View<'_>, kind: Kind, tenant: TenantId) -> Result<u64, QueryError> {
    let sql = "SELECT revision FROM revision WHERE kind = $1 AND tenant = $2";
    let found = view.find("revision", sql, values![kind.as_str(), tenant], |row| {
        row.int("revision")
    })?;
    Ok(found
        .and_then(|revision| u64::try_from(revision).ok())
        .unwrap_or(0))
}

/// Every counter.
///
/// # Errors
/// When the store fails.
pub fn all(view: &View<'_>) -> Result<Vec<(Kind, TenantId, u64)>, QueryError> {
    view.list(
        "revision",
        "SELECT kind, tenant, revision FROM revision ORDER BY kind, tenant",
        &[],
        |row| {
            let kind = row.word("kind", |word| {
                Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
            })?;
            let tenant = row.id("tenant")?;
            let revision = row.int("revision")?;
            Ok((
                kind,
                tenant,
                u64::try_from(revision).map_err(|_| row.corrupt("revision"))?,
            ))
        },
    )
}
