//! Why a store does not open, why an operation fails, and why a row cannot be added.

use doorward_domain::mode::Mode;
use std::convert::Infallible;

/// Why a store cannot be opened. Nothing was changed in an existing store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The store belongs to the other mode.
    #[error(
        "the store was made for {found} by `doorward {}` and cannot be opened by `doorward {}`",
        command(*found), command(*asked), found = found.as_str()
    )]
    WrongMode {
        /// What the store was made for.
        found: Mode,
        /// What it should have been opened for.
        asked: Mode,
    },
    /// A newer release made or migrated the store.
    #[error("the store has schema version {found}, but this release knows versions up to {known} only")]
    NewerSchema {
        /// The store's version.
        found: i64,
        /// The newest version this release knows.
        known: i64,
    },
    /// The data keys are wrapped under another master key.
    #[error("the master key is not the one this store was made with")]
    WrongMasterKey,
    /// A data key is damaged, although the master key is right.
    #[error("the store's data key `{0}` is damaged")]
    DamagedKey(String),
    /// The file is not an SQLite database, or is damaged.
    #[error("`{path}` is not a database file, or is damaged")]
    NotADatabase {
        /// The file.
        path: String,
    },
    /// A database that something else made.
    #[error("{place} is a database that Doorward did not make")]
    Foreign {
        /// Where.
        place: String,
    },
    /// The file cannot be reached or read.
    #[error("cannot open `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The file, its directory or the server cannot be written.
    #[error("{place} is read-only")]
    ReadOnly {
        /// Where.
        place: String,
    },
    /// No space is left.
    #[error("the disk of {place} is full")]
    Full {
        /// Where.
        place: String,
    },
    /// Another process keeps the file locked.
    #[error("another process keeps `{path}` locked")]
    Locked {
        /// The file.
        path: String,
    },
    /// The connection string says nothing usable.
    #[error("the PostgreSQL connection string cannot be used: {0}")]
    Address(String),
    /// PostgreSQL does not answer, or refuses the connection.
    #[error("cannot reach PostgreSQL: {0}")]
    Unreachable(String),
    /// The engine does not promise what durability needs.
    #[error("the database does not keep what it acknowledges: {0}")]
    NotDurable(String),
    /// Anything else the engine said.
    #[error("the store cannot be opened: {0}")]
    Failed(String),
}

const fn command(mode: Mode) -> &'static str {
    match mode {
        Mode::Development => "up",
        Mode::Production => "serve",
    }
}

/// Why a look or a change did not happen, as the functions on [`View`](crate::View) and [`Tx`](crate::Tx) say it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A row that cannot have been written by this server.
    #[error("table `{table}` holds an impossible `{column}` in row `{id}`")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
    },
    /// A text holds U+0000, which PostgreSQL cannot keep.
    #[error("a text holds the character U+0000, which cannot be stored")]
    NulCharacter,
    /// No space is left.
    #[error("the store's disk is full")]
    Full,
    /// The store cannot be written.
    #[error("the store is read-only")]
    ReadOnly,
    /// Others keep changing the same rows, or keep the file locked.
    #[error("others keep the same rows busy; the operation was given up")]
    Contended,
    /// The database does not answer.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The engine refused a statement.
    #[error("a statement failed: {0}")]
    Statement(String),
}

impl QueryError {
    /// Whether the transaction cannot go on after this error.
    pub(crate) fn breaks_transaction(&self) -> bool {
        !matches!(self, Self::Corrupt { .. } | Self::NulCharacter)
    }
}

impl From<Infallible> for QueryError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Why an operation of the [`Store`](crate::Store) gave no value. `Refused` is the closure's own error; all
/// others come from the store. In every case nothing of this operation was kept, but for `Unavailable` during a
/// commit on PostgreSQL, where its text says so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError<E> {
    /// The closure returned this error.
    #[error("{0}")]
    Refused(E),
    /// A row that cannot have been written by this server.
    #[error("table `{table}` holds an impossible `{column}` in row `{id}`")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
    },
    /// A text holds U+0000.
    #[error("a text holds the character U+0000, which cannot be stored")]
    NulCharacter,
    /// No space is left; works again when there is.
    #[error("the store's disk is full")]
    Full,
    /// The store cannot be written.
    #[error("the store is read-only")]
    ReadOnly,
    /// Given up after many tries.
    #[error("others keep the same rows busy; the operation was given up")]
    Contended,
    /// The database does not answer.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The engine refused a statement.
    #[error("a statement failed: {0}")]
    Statement(String),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl<E> From<QueryError> for StoreError<E> {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Corrupt { table, column, id } => Self::Corrupt { table, column, id },
            QueryError::NulCharacter => Self::NulCharacter,
            QueryError::Full => Self::Full,
            QueryError::ReadOnly => Self::ReadOnly,
            QueryError::Contended => Self::Contended,
            QueryError::Unavailable(reason) => Self::Unavailable(reason),
            QueryError::Statement(reason) => Self::Statement(reason),
        }
    }
}

/// What is there already: the row was not written, and the transaction can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} is in use already")]
pub struct Conflict {
    /// Which unique thing.
    pub what: Unique,
}

/// A thing that can be there only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// A row's own id.
    Id,
    /// A user principal name, in its tenant.
    Upn,
    /// A domain, anywhere.
    Domain,
    /// An application id, in its tenant.
    AppId,
    /// An identifier URI, in its tenant.
    IdentifierUri,
    /// A service principal of one application, in its tenant.
    ServicePrincipal,
    /// An owner of an object.
    Owner,
    /// A member of a group.
    Member,
    /// A role given to a principal.
    Role,
    /// A permission given to a principal.
    Permission,
    /// The hash of a secret.
    Hash,
    /// A signing key's name.
    KeyName,
    /// A name that only one thing of its kind may have.
    Name,
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Id => "the id",
            Self::Upn => "the user principal name",
            Self::Domain => "the domain",
            Self::AppId => "the application id",
            Self::IdentifierUri => "the identifier URI",
            Self::ServicePrincipal => "the application's service principal",
            Self::Owner => "the ownership",
            Self::Member => "the membership",
            Self::Role => "the role assignment",
            Self::Permission => "the permission grant",
            Self::Hash => "the secret's hash",
            Self::Name => "name",
            Self::KeyName => "the key's name",
        })
    }
}

/// What an insert says: written, or in the way of something that is there.
pub type Inserted = Result<(), Conflict>;
