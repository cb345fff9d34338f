//! Typed filters into SQL. The text is composed of fixed parts only; every value is a parameter. Prefixes become
//! ranges, so that nothing needs escaping and an index can serve.

use crate::row::Row;
use crate::value::{AsValue, Value};
use crate::{QueryError, View};
use doorward_domain::directory::query::{MAX_PAGE, Predicate, Query, Value as Literal};
use doorward_names::{IdentifierUri, ObjectId, TenantId};
use std::borrow::Cow;

/// What a field is made of.
pub(crate) enum Compiled {
    /// A 16-byte identifier.
    Id(&'static str),
    /// A folded text column.
    Text(&'static str),
    /// A boolean column.
    Bool(&'static str),
    /// A truth value that is the same for every row.
    ConstantBool(bool),
    /// A collection that is empty in every row.
    Nothing,
    /// Any of the identifier URIs (an open `EXISTS (… AND `, over alias `u`), or an identifier column.
    Uris {
        id: Option<&'static str>,
        exists: &'static str,
    },
}

/// A field that a list can be filtered by.
pub(crate) trait Field: Copy {
    fn compile(self) -> Compiled;
}

/// Which rows a list starts from.
pub(crate) struct Search {
    pub(crate) table: &'static str,
    pub(crate) select: &'static str,
    pub(crate) tenant: TenantId,
}

struct Builder {
    sql: String,
    values: Vec<Value<'static>>,
}

const NEVER: &str = "1 = 0";
const ALWAYS: &str = "1 = 1";

/// One page, by id.
pub(crate) fn search<F: Field, T>(
    view: &View<'_>,
    from: &Search,
    query: &Query<F>,
    read: impl Fn(&mut Row) -> Result<T, QueryError>,
) -> Result<Vec<T>, QueryError> {
    let mut builder = Builder {
        sql: format!("{} WHERE tenant = $1", from.select),
        values: vec![owned(from.tenant.as_bytes())],
    };
    if let Some(after) = &query.after {
        builder.sql.push_str(" AND id > ");
        builder.push(owned(after.as_bytes()));
    }
    if let Some(filter) = &query.filter {
        builder.sql.push_str(" AND (");
        builder.predicate(filter);
        builder.sql.push(')');
    }
    // One more than a page, so that a caller can see whether there is another.
    builder.sql.push_str(" ORDER BY id LIMIT ");
    builder.push(Value::Int(
        i64::try_from(query.limit.clamp(1, MAX_PAGE + 1)).unwrap_or(1),
    ));
    view.list(from.table, &builder.sql, &builder.values, read)
}

/// `$2, $3, …` for these ids, whose number is rounded up to a power of two so that few statements are prepared.
pub(crate) fn id_list<'a>(ids: &'a [ObjectId], values: &mut Vec<Value<'a>>) -> String {
    let wanted = ids.len().next_power_of_two();
    let mut list = String::new();
    for id in ids
        .iter()
        .chain(std::iter::repeat_n(ids.iter().last(), wanted - ids.len()).flatten())
    {
        values.push(id.value());
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(&format!("${}", values.len()));
    }
    list
}

fn owned(bytes: &[u8]) -> Value<'static> {
    Value::Bytes(Cow::Owned(bytes.to_vec()))
}

fn text(text: String) -> Value<'static> {
    Value::Text(Cow::Owned(text))
}

impl Builder {
    fn push(&mut self, value: Value<'static>) {
        self.values.push(value);
        self.sql.push_str(&format!("${}", self.values.len()));
    }

    fn predicate<F: Field>(&mut self, predicate: &Predicate<F>) {
        match predicate {
            Predicate::Equals(field, literal) => self.equals(&field.compile(), literal),
            Predicate::StartsWith(field, prefix) => self.starts_with(&field.compile(), prefix),
            Predicate::And(left, right) => self.both(left, " AND ", right),
            Predicate::Or(left, right) => self.both(left, " OR ", right),
            Predicate::Not(inner) => {
                self.sql.push_str("NOT (");
                self.predicate(inner);
                self.sql.push(')');
            }
        }
    }

    fn both<F: Field>(&mut self, left: &Predicate<F>, word: &str, right: &Predicate<F>) {
        self.sql.push('(');
        self.predicate(left);
        self.sql.push_str(word);
        self.predicate(right);
        self.sql.push(')');
    }

    fn constant(&mut self, holds: bool) {
        self.sql.push_str(if holds { ALWAYS } else { NEVER });
    }

    fn equals(&mut self, field: &Compiled, literal: &Literal) {
        match (field, literal) {
            (Compiled::Id(column), Literal::Text(value)) => self.id_equals(column, value),
            (Compiled::Text(column), Literal::Text(value)) => {
                self.sql.push_str(column);
                self.sql.push_str(" = ");
                self.push(text(value.to_lowercase()));
            }
            (Compiled::Bool(column), Literal::Bool(value)) => {
                self.sql.push_str(column);
                self.sql.push_str(" = ");
                self.push(Value::Bool(*value));
            }
            (Compiled::Uris { id, exists }, Literal::Text(value)) => {
                self.sql.push('(');
                if let Some(column) = id {
                    self.id_equals(column, value);
                    self.sql.push_str(" OR ");
                }
                self.sql.push_str(exists);
                self.sql.push_str("u.folded = ");
                self.push(text(IdentifierUri::fold(value)));
                self.sql.push_str("))");
            }
            (Compiled::ConstantBool(flag), Literal::Bool(value)) => self.constant(flag == value),
            (Compiled::Bool(_) | Compiled::ConstantBool(_) | Compiled::Nothing, Literal::Text(_))
            | (_, Literal::Bool(_)) => self.constant(false),
        }
    }

    fn id_equals(&mut self, column: &str, value: &str) {
        match value.parse::<ObjectId>() {
            Ok(id) => {
                self.sql.push_str(column);
                self.sql.push_str(" = ");
                self.push(owned(id.as_bytes()));
            }
            Err(_) => self.constant(false),
        }
    }

    fn starts_with(&mut self, field: &Compiled, prefix: &str) {
        match field {
            Compiled::Id(column) => self.id_starts_with(column, prefix),
            Compiled::Text(column) => self.range(column, prefix.to_lowercase()),
            Compiled::Bool(_) | Compiled::ConstantBool(_) | Compiled::Nothing => self.constant(false),
            Compiled::Uris { id, exists } => {
                self.sql.push('(');
                if let Some(column) = id {
                    self.id_starts_with(column, prefix);
                    self.sql.push_str(" OR ");
                }
                self.sql.push_str(exists);
                self.range("u.folded", prefix.to_lowercase());
                self.sql.push_str("))");
            }
        }
    }

    fn id_starts_with(&mut self, column: &str, prefix: &str) {
        match id_range(prefix) {
            Some((least, most)) => {
                self.sql.push_str(column);
                self.sql.push_str(" BETWEEN ");
                self.push(owned(&least));
                self.sql.push_str(" AND ");
                self.push(owned(&most));
            }
            None => self.constant(false),
        }
    }

    fn range(&mut self, column: &str, prefix: String) {
        self.sql.push('(');
        self.sql.push_str(column);
        self.sql.push_str(" >= ");
        let end = successor(&prefix);
        self.push(text(prefix));
        if let Some(end) = end {
            self.sql.push_str(" AND ");
            self.sql.push_str(column);
            self.sql.push_str(" < ");
            self.push(text(end));
        }
        self.sql.push(')');
    }
}

/// The least text that is greater than every text with this prefix, in the order of code points.
fn successor(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            other => u32::from(other).checked_add(1).and_then(char::from_u32),
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

/// The identifiers whose written form starts with this text.
fn id_range(prefix: &str) -> Option<([u8; 16], [u8; 16])> {
    let fill = |filler: char| -> Option<[u8; 16]> {
        let pattern = "00000000-0000-0000-0000-000000000000";
        let rest = pattern.get(prefix.len()..)?.replace('0', &filler.to_string());
        let id: ObjectId = format!("{prefix}{rest}").parse().ok()?;
        Some(*id.as_bytes())
    };
    Some((fill('0')?, fill('f')?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_range_holds_exactly_what_starts_with_the_prefix(prefix in "\\PC{0,6}", other in "\\PC{0,8}") {
            let inside = |text: &str| text >= prefix.as_str() && successor(&prefix).is_none_or(|end| text < end.as_str());
            let extended = format!("{prefix}{other}");
            prop_assert!(inside(&extended));
            prop_assert_eq!(inside(&other), other.starts_with(&prefix));
        }
    }

    #[test]
    fn edges_of_the_code_points() {
        assert_eq!(successor("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(successor("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10ffff}"), None);
        assert_eq!(successor(""), None);
    }

    #[test]
    fn the_start_of_an_id_is_a_range() {
        let (least, most) = id_range("0736F41a-04").unwrap();
        assert!(least < most);
        assert_eq!(least[..5], [0x07, 0x36, 0xf4, 0x1a, 0x04]);
        assert_eq!(most[5], 0xff);
        assert!(id_range("0736f41a0").is_none() && id_range("x").is_none() && id_range("").is_some());
        assert!(id_range("é").is_none());
    }
}
