//! The query string of a directory request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::ObjectId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::fmt;

use super::{FilterError, FilterExpr};
use crate::wire_text::percent_decode;

/// Most objects on one page.
pub const MAX_TOP: u16 = 999;

/// Longest query string that is looked at.
const MAX_QUERY: usize = 16 * 1024;

/// Most properties in one `$select`.
const MAX_SELECTED: usize = 64;

/// The options of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryOptions {
    /// `$filter`: which objects.
    pub filter: Option<FilterExpr>,
    /// `$select`: which properties.
    pub select: Option<Select>,
    /// `$top`: most objects on a page, 1 to [`MAX_TOP`].
    pub top: Option<u16>,
    /// `$skiptoken`: where the page before ended.
    pub skip_token: Option<SkipToken>,
}

/// Why a query is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Too long, or not percent-encoded UTF-8.
    #[error("The query specified in the URI is not valid.")]
    Malformed,
    /// The same option twice.
    #[error("Query option '{0}' was specified more than once, but it must be specified at most once.")]
    Duplicate(String),
    /// An option that is not supported.
    #[error("The query option '{0}' is not supported.")]
    Unsupported(String),
    /// `$top` is no whole number from 1 to 999.
    #[error("Invalid page size specified: '{0}'. Must be between 1 and 999 inclusive.")]
    Top(String),
    /// `$select` is no list of names.
    #[error("Invalid select clause.")]
    Select,
    /// `$skiptoken` was not made here.
    #[error("Invalid skip token.")]
    SkipToken,
    /// `$filter` is wrong.
    #[error(transparent)]
    Filter(#[from] FilterError),
}

impl QueryOptions {
    /// Reads a query string (without `?`). Names compare without case, and their `$` may be missing; parameters
    /// that are no OData options are left aside.
    ///
    /// # Errors
    /// See [`QueryError`]; options that would change the answer are never ignored.
    pub fn parse(query: &str) -> Result<Self, QueryError> {
        if query.len() > MAX_QUERY {
            return Err(QueryError::Malformed);
        }
        let mut options = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| percent_decode(text, true).ok_or(QueryError::Malformed);
            let (name, value) = (decode(name)?, decode(value)?);
            let lower = name.to_ascii_lowercase();
            let bare = lower.strip_prefix('$').unwrap_or(&lower);
            let duplicate = || QueryError::Duplicate(format!("${bare}"));
            match bare {
                "filter" if options.filter.is_none() => options.filter = Some(value.parse()?),
                "select" if options.select.is_none() => options.select = Some(Select::parse(&value)?),
                "top" if options.top.is_none() => options.top = Some(top(&value)?),
                "skiptoken" if options.skip_token.is_none() => {
                    options.skip_token = Some(SkipToken::parse(&value).ok_or(QueryError::SkipToken)?);
                }
                "filter" | "select" | "top" | "skiptoken" => return Err(duplicate()),
                "count" if value.eq_ignore_ascii_case("false") => {}
                "orderby" | "expand" | "count" | "search" | "skip" | "format" | "apply" | "compute"
                | "deltatoken" => return Err(QueryError::Unsupported(format!("${bare}"))),
                _ if lower.starts_with('$') => {
                    let shown = name.chars().filter(|c| !c.is_control()).take(64).collect();
                    return Err(QueryError::Unsupported(shown));
                }
                _ => {}
            }
        }
        Ok(options)
    }
}

fn top(value: &str) -> Result<u16, QueryError> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { value.parse().ok() } else { None };
    number
        .filter(|top| (1..=MAX_TOP).contains(top))
        .ok_or_else(|| QueryError::Top(value.chars().filter(|c| !c.is_control()).take(32).collect()))
}

/// All but what is plain in a query string and unlikely to be rewritten on the way.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl fmt::Display for QueryOptions {
    /// The query string, percent-encoded, without `?`; empty when there is no option.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = [
            ("$filter", self.filter.as_ref().map(ToString::to_string)),
            ("$select", self.select.as_ref().map(|select| select.0.join(","))),
            ("$top", self.top.map(|top| top.to_string())),
            ("$skiptoken", self.skip_token.map(|token| token.to_string())),
        ];
        let mut separator = "";
        for (name, value) in options {
            if let Some(value) = value {
                write!(f, "{separator}{name}={}", utf8_percent_encode(&value, ESCAPED))?;
                separator = "&";
            }
        }
        Ok(())
    }
}

/// The properties that an answer shall show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select(Vec<String>);

impl Select {
    fn parse(text: &str) -> Result<Self, QueryError> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        let name = |name: &String| {
            (1..=128).contains(&name.len())
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if names.len() > MAX_SELECTED || !names.iter().all(name) {
            Err(QueryError::Select)
        } else {
            Ok(Self(names))
        }
    }

    /// The names as written.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Whether a property shall be shown (compared without case).
    pub fn shows(&self, property: &str) -> bool {
        self.0.iter().any(|name| name.eq_ignore_ascii_case(property))
    }

    /// Takes from an object what is not selected; annotations (`@odata.…`) stay.
    pub fn apply(&self, object: &mut Value) {
        if let Value::Object(members) = object {
            members.retain(|name, _| name.starts_with('@') || self.shows(name));
        }
    }
}

impl FromIterator<String> for Select {
    /// Names that are known to be property names.
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

/// Where a page ended: the last object's id, in an opaque form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkipToken {
    /// The last object of the page before.
    pub after: ObjectId,
}

impl SkipToken {
    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self {
            after: ObjectId::from_bytes(bytes.try_into().ok()?),
        })
    }
}

impl fmt::Display for SkipToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.after.as_bytes()))
    }
}
