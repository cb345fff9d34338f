//! OData query options as the directory takes them: `$filter`, `$select`, `$top`, `$skiptoken` (OData v4.01 URL
//! conventions §5, Microsoft Graph query parameters).
//!
//! Hostile input is bounded: 4 KiB of filter, 16 levels of nesting. Deliberately not here: which fields an object
//! has, and which comparisons a store can answer.

mod filter;
mod lexer;
mod options;
mod parser;

pub use filter::{FieldPath, FilterExpr, Literal, Order};
pub use options::{MAX_TOP, QueryError, QueryOptions, Select, SkipToken};

/// Longest `$filter`, in bytes.
pub const MAX_FILTER_BYTES: usize = 4096;

/// Deepest nesting of parentheses, `not` and lambdas.
pub const MAX_DEPTH: usize = 16;

/// Why a filter is refused. The message is Microsoft Graph's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Longer than [`MAX_FILTER_BYTES`].
    #[error("Invalid filter clause: The clause is longer than 4096 bytes.")]
    TooLong,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("Invalid filter clause: The recursion limit has been exceeded.")]
    TooDeep,
    /// A quote without its partner.
    #[error("Invalid filter clause: There is an unterminated literal at position {position} in the clause.")]
    UnterminatedLiteral {
        /// Byte offset in the clause.
        position: usize,
    },
    /// Something else was expected.
    #[error("Invalid filter clause: Syntax error at position {position} in the clause.")]
    Syntax {
        /// Byte offset in the clause.
        position: usize,
    },
    /// An operator or function that is known, and not supported.
    #[error("Invalid filter clause: The operator or function '{0}' is not supported.")]
    Unsupported(String),
}

#[cfg(test)]
mod tests;
