//! Filters as a tree, and back as text.

use doorward_names::Timestamp;
use std::fmt;
use std::str::FromStr;

use super::{FilterError, parser};

/// A condition on an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterExpr {
    /// `field eq literal`
    Eq(FieldPath, Literal),
    /// `field ge 2026-11-24T08:00:00Z`
    Compare(FieldPath, Order, Timestamp),
    /// `startswith(field,'text')`
    StartsWith(FieldPath, String),
    /// `collection/any(x:…)`: within, an empty [`FieldPath`] is the element itself, a longer one its properties.
    Any(FieldPath, Box<FilterExpr>),
    /// All of two or more.
    And(Vec<FilterExpr>),
    /// Any of two or more; `field in (a, b)` is read as this.
    Or(Vec<FilterExpr>),
    /// Not.
    Not(Box<FilterExpr>),
}

/// How an instant is to lie to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `ge`: at it or later.
    AtLeast,
    /// `gt`: later.
    After,
    /// `le`: at it or earlier.
    AtMost,
    /// `lt`: earlier.
    Before,
}

impl Order {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::AtLeast, Self::After, Self::AtMost, Self::Before];

    /// The operator.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "ge",
            Self::After => "gt",
            Self::AtMost => "le",
            Self::Before => "lt",
        }
    }
}

/// A property, or a property of a property. Empty within `any`: the element itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPath(pub(super) Vec<String>);

impl FieldPath {
    /// The names from the outside in.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The name, when there is exactly one.
    pub fn single(&self) -> Option<&str> {
        match self.0.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// Whether it is the element that `any` looks at.
    pub fn is_element(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for FieldPath {
    /// One property.
    fn from(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `'text'`
    Text(String),
    /// `true`, `false`
    Bool(bool),
    /// A UUID without quotes, in lower case.
    Guid(String),
    /// `null`
    Null,
}

/// The variable under which lambdas are written.
const VARIABLE: &str = "x";

impl FilterExpr {
    fn write(&self, f: &mut fmt::Formatter<'_>, in_lambda: bool) -> fmt::Result {
        match self {
            Self::Eq(field, literal) => {
                field.write(f, in_lambda)?;
                write!(f, " eq {literal}")
            }
            Self::Compare(field, order, instant) => {
                field.write(f, in_lambda)?;
                write!(f, " {} {}", order.as_str(), instant.to_seven_digits())
            }
            Self::StartsWith(field, text) => {
                f.write_str("startswith(")?;
                field.write(f, in_lambda)?;
                write!(f, ",{})", Quoted(text))
            }
            Self::Any(collection, condition) => {
                collection.write(f, in_lambda)?;
                write!(f, "/any({VARIABLE}:")?;
                condition.write(f, true)?;
                f.write_str(")")
            }
            Self::And(parts) => self.write_chain(parts, " and ", f, in_lambda),
            Self::Or(parts) => self.write_chain(parts, " or ", f, in_lambda),
            Self::Not(inner) => {
                f.write_str("not (")?;
                inner.write(f, in_lambda)?;
                f.write_str(")")
            }
        }
    }

    fn write_chain(
        &self,
        parts: &[Self],
        word: &str,
        f: &mut fmt::Formatter<'_>,
        in_lambda: bool,
    ) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(word)?;
            }
            // `and` binds closer: within `or` it needs no parentheses.
            let closer = matches!((self, part), (Self::Or(_), Self::And(_)));
            if !closer && matches!(part, Self::And(_) | Self::Or(_)) {
                f.write_str("(")?;
                part.write(f, in_lambda)?;
                f.write_str(")")?;
            } else {
                part.write(f, in_lambda)?;
            }
        }
        Ok(())
    }
}

impl FieldPath {
    fn write(&self, f: &mut fmt::Formatter<'_>, in_lambda: bool) -> fmt::Result {
        let path = self.0.join("/");
        match (in_lambda, path.is_empty()) {
            (true, true) => f.write_str(VARIABLE),
            (true, false) => write!(f, "{VARIABLE}/{path}"),
            (false, _) => f.write_str(&path),
        }
    }
}

impl fmt::Display for FilterExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => Quoted(text).fmt(f),
            Self::Bool(flag) => flag.fmt(f),
            Self::Guid(guid) => f.write_str(guid),
            Self::Null => f.write_str("null"),
        }
    }
}

/// A text literal, its quotes doubled (OData ABNF `string`).
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

impl FromStr for FilterExpr {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parser::parse(text)
    }
}
