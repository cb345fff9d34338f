//! From OData to what the store is asked, and pages.

use doorward_domain::directory::query::{
    ApplicationField, DEFAULT_PAGE, GroupField, Predicate, Query, ServicePrincipalField, UserField, Value,
};
use doorward_names::ObjectId;
use doorward_protocol::graph::{List, context};
use doorward_protocol::odata::{FieldPath, FilterExpr, Literal, QueryOptions, SkipToken};
use doorward_protocol::paths::GraphPath;
use doorward_store::group_member::Part;
use serde::Serialize;

use super::GraphError;
use crate::ctx::Ctx;

/// A field that objects are filtered by.
pub trait Field: Copy {
    /// The field of that name; the flag says whether it has several elements, which `any` looks through.
    fn named(name: &str) -> Option<(Self, bool)>;
}

impl Field for UserField {
    fn named(name: &str) -> Option<(Self, bool)> {
        let field = match name.to_ascii_lowercase().as_str() {
            "id" => Self::Id,
            "userprincipalname" => Self::UserPrincipalName,
            "displayname" => Self::DisplayName,
            "mailnickname" => Self::MailNickname,
            "accountenabled" => Self::AccountEnabled,
            "usertype" => Self::UserType,
            _ => return None,
        };
        Some((field, false))
    }
}

impl Field for ApplicationField {
    fn named(name: &str) -> Option<(Self, bool)> {
        Some(match name.to_ascii_lowercase().as_str() {
            "id" => (Self::Id, false),
            "appid" => (Self::AppId, false),
            "displayname" => (Self::DisplayName, false),
            "identifieruris" => (Self::IdentifierUris, true),
            _ => return None,
        })
    }
}

impl Field for GroupField {
    fn named(name: &str) -> Option<(Self, bool)> {
        Some(match name.to_ascii_lowercase().as_str() {
            "id" => (Self::Id, false),
            "displayname" => (Self::DisplayName, false),
            "mailnickname" => (Self::MailNickname, false),
            "securityenabled" => (Self::SecurityEnabled, false),
            "mailenabled" => (Self::MailEnabled, false),
            "grouptypes" => (Self::GroupTypes, true),
            _ => return None,
        })
    }
}

impl Field for ServicePrincipalField {
    fn named(name: &str) -> Option<(Self, bool)> {
        Some(match name.to_ascii_lowercase().as_str() {
            "id" => (Self::Id, false),
            "appid" => (Self::AppId, false),
            "displayname" => (Self::DisplayName, false),
            "serviceprincipalnames" => (Self::ServicePrincipalNames, true),
            "accountenabled" => (Self::AccountEnabled, false),
            "serviceprincipaltype" => (Self::ServicePrincipalType, false),
            _ => return None,
        })
    }
}

/// What the store is asked for: one object more than the page holds, to know whether there is a next one.
pub fn query<F: Field>(options: &QueryOptions) -> Result<Query<F>, GraphError> {
    Ok(Query {
        filter: options
            .filter
            .as_ref()
            .map(|filter| predicate(filter, None))
            .transpose()?,
        after: options.skip_token.map(|token| token.after),
        limit: page_size(options) + 1,
    })
}

/// As [`query`], for lists that are not filtered.
pub fn part(options: &QueryOptions) -> Result<Part, GraphError> {
    match &options.filter {
        Some(filter) => Err(GraphError::UnsupportedFilter(filter.to_string())),
        None => Ok(Part {
            after: options.skip_token.map(|token| token.after),
            limit: page_size(options) + 1,
        }),
    }
}

fn page_size(options: &QueryOptions) -> usize {
    options.top.map_or(DEFAULT_PAGE, usize::from)
}

fn predicate<F: Field>(filter: &FilterExpr, element: Option<F>) -> Result<Predicate<F>, GraphError> {
    Ok(match filter {
        FilterExpr::Eq(path, literal) => Predicate::Equals(field(path, element)?, value(path, literal)?),
        FilterExpr::StartsWith(path, text) => Predicate::StartsWith(field(path, element)?, text.clone()),
        FilterExpr::Compare(path, ..) => return Err(unsupported(path)),
        FilterExpr::Any(path, inner) => match path.single().and_then(F::named) {
            Some((field, true)) => predicate(inner, Some(field))?,
            _ => return Err(unsupported(path)),
        },
        FilterExpr::And(parts) => fold(parts, element, Predicate::And)?,
        FilterExpr::Or(parts) => fold(parts, element, Predicate::Or)?,
        FilterExpr::Not(inner) => Predicate::Not(Box::new(predicate(inner, element)?)),
    })
}

type Join<F> = fn(Box<Predicate<F>>, Box<Predicate<F>>) -> Predicate<F>;

fn fold<F: Field>(
    parts: &[FilterExpr],
    element: Option<F>,
    join: Join<F>,
) -> Result<Predicate<F>, GraphError> {
    let mut parts = parts.iter().map(|part| predicate(part, element));
    let first = parts
        .next()
        .ok_or_else(|| GraphError::UnsupportedFilter(String::new()))??;
    parts.try_fold(first, |joined, part| Ok(join(Box::new(joined), Box::new(part?))))
}

fn field<F: Field>(path: &FieldPath, element: Option<F>) -> Result<F, GraphError> {
    match (path.is_element(), element, path.single().and_then(F::named)) {
        (true, Some(element), _) => Ok(element),
        (false, None, Some((field, false))) => Ok(field),
        _ => Err(unsupported(path)),
    }
}

fn value(path: &FieldPath, literal: &Literal) -> Result<Value, GraphError> {
    match literal {
        Literal::Text(text) | Literal::Guid(text) => Ok(Value::Text(text.clone())),
        Literal::Bool(flag) => Ok(Value::Bool(*flag)),
        Literal::Null => Err(unsupported(path)),
    }
}

fn unsupported(path: &FieldPath) -> GraphError {
    GraphError::UnsupportedFilter(path.segments().join("/"))
}

/// Whether a filter over equalities lets an object through whose field of a name, in lower case, says `field(name)`: for
/// short lists, that aren't filtered by the store.
pub fn lets_through(
    filter: Option<&FilterExpr>,
    field: &impl Fn(&str) -> Option<String>,
) -> Result<bool, GraphError> {
    let each = |part: &FilterExpr| lets_through(Some(part), field);
    match filter {
        None => Ok(true),
        Some(FilterExpr::Eq(path, Literal::Text(wanted) | Literal::Guid(wanted))) => {
            let name = path.segments().join("/").to_ascii_lowercase();
            match field(&name) {
                Some(value) => Ok(value.eq_ignore_ascii_case(wanted)),
                None => Err(GraphError::UnsupportedFilter(name)),
            }
        }
        // Each part is looked at, so that one that isn't understood is told whatever the others say.
        Some(FilterExpr::And(parts)) => parts.iter().try_fold(true, |all, part| Ok(each(part)? && all)),
        Some(FilterExpr::Or(parts)) => parts.iter().try_fold(false, |any, part| Ok(each(part)? || any)),
        Some(other) => Err(GraphError::UnsupportedFilter(other.to_string())),
    }
}

/// One page: at most as many objects as were asked for, and the link to the next page when there are more.
pub fn page<T: Serialize>(
    ctx: &Ctx,
    (path, what): (&GraphPath, &str),
    options: &QueryOptions,
    mut found: Vec<(ObjectId, T)>,
) -> List<serde_json::Value> {
    let size = page_size(options);
    let more = found.len() > size;
    found.truncate(size);
    let next_link = found.last().filter(|_| more).map(|(last, _)| {
        let next = QueryOptions {
            skip_token: Some(SkipToken { after: *last }),
            ..options.clone()
        };
        format!("{}{path}?{next}", ctx.origin.url())
    });
    List {
        context: Some(context(ctx.origin.url(), what)),
        next_link,
        value: found
            .into_iter()
            .map(|(_, object)| selected(options, &object))
            .collect(),
    }
}

/// An object with the properties that `$select` names, or all.
pub fn selected(options: &QueryOptions, object: &impl Serialize) -> serde_json::Value {
    let mut value = serde_json::to_value(object).unwrap_or_default();
    if let Some(select) = &options.select {
        select.apply(&mut value);
    }
    value
}
