//! Functions about text. Positions and lengths are counted in characters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::borrow::Cow;
use std::rc::Rc;

use super::super::TemplateError;
use super::{Answer, Arguments};

/// What stays as it is in a part of a URI: letters, digits and `-`, `_`, `.`, `~` (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A value as `string` writes it: truth values as .NET does, objects and arrays as JSON.
fn written<'v>(arguments: &Arguments<'_, '_, '_>, value: &'v Value) -> Result<Cow<'v, str>, TemplateError> {
    Ok(match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(true) => Cow::Borrowed("True"),
        Value::Bool(false) => Cow::Borrowed("False"),
        Value::Null => Cow::Borrowed(""),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Array(_) | Value::Object(_) => {
            arguments.budget().look(value)?;
            Cow::Owned(value.to_string())
        }
    })
}

/// `string(value)`
pub(super) fn string(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let text = written(arguments, arguments.get(0)?)?.into_owned();
    arguments.made(text)
}

/// `concat(…)`: of texts, numbers and truth values a text; of arrays an array.
pub(super) fn concat(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=usize::MAX)?;
    if arguments.get(0)?.is_array() {
        return concat_arrays(arguments);
    }
    let mut text = String::new();
    for (at, value) in arguments.values.iter().enumerate() {
        if value.is_array() || value.is_object() || value.is_null() {
            return Err(arguments.wrong(at, "a text, a number, true or false"));
        }
        let part = written(arguments, value)?;
        arguments.budget().produce(part.len())?;
        text.push_str(&part);
    }
    Ok(Rc::new(Value::String(text)))
}

fn concat_arrays(arguments: &Arguments<'_, '_, '_>) -> Answer {
    let mut joined = Vec::new();
    for (at, value) in arguments.values.iter().enumerate() {
        let items = value.as_array().ok_or_else(|| arguments.wrong(at, "an array"))?;
        for item in items {
            joined.push(arguments.copy(item)?);
        }
    }
    arguments.composed(Value::Array(joined))
}

/// `toLower(text)`
pub(super) fn to_lower(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    arguments.made(arguments.text(0)?.to_lowercase())
}

/// `toUpper(text)`
pub(super) fn to_upper(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    arguments.made(arguments.text(0)?.to_uppercase())
}

/// `trim(text)`
pub(super) fn trim(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    arguments.made(arguments.text(0)?.trim().to_owned())
}

/// `startsWith(text, start)`, without regard to case.
pub(super) fn starts_with(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=2)?;
    let (text, start) = (
        arguments.text(0)?.to_lowercase(),
        arguments.text(1)?.to_lowercase(),
    );
    Ok(Rc::new(Value::Bool(text.starts_with(&start))))
}

/// `endsWith(text, end)`, without regard to case.
pub(super) fn ends_with(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=2)?;
    let (text, end) = (
        arguments.text(0)?.to_lowercase(),
        arguments.text(1)?.to_lowercase(),
    );
    Ok(Rc::new(Value::Bool(text.ends_with(&end))))
}

/// `replace(text, old, new)`
pub(super) fn replace(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(3..=3)?;
    let (text, old, new) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    if old.is_empty() {
        return Err(arguments.fail("the text to replace is empty"));
    }
    let found = text.matches(old).count();
    let size = text.len().saturating_add(found.saturating_mul(new.len()));
    arguments.budget().produce(size)?;
    Ok(Rc::new(Value::String(text.replace(old, new))))
}

/// `substring(text, start, length?)`
pub(super) fn substring(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=3)?;
    let (text, start) = (arguments.text(0)?, arguments.count(1)?);
    let whole = text.chars().count();
    let length = match arguments.values.len() {
        3 => arguments.count(2)?,
        _ => whole.saturating_sub(start),
    };
    if start.saturating_add(length) > whole {
        let problem = format!(
            "the start '{start}' and length '{length}' must lie within the text, which has '{whole}' characters"
        );
        return Err(arguments.fail(problem));
    }
    arguments.made(text.chars().skip(start).take(length).collect())
}

/// `split(text, delimiter)`, or with an array of delimiters.
pub(super) fn split(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=2)?;
    let text = arguments.text(0)?;
    let delimiters: Vec<&str> = match arguments.get(1)? {
        Value::String(delimiter) => vec![delimiter],
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect()
        }
        _ => return Err(arguments.wrong(1, "a text or an array of texts")),
    };
    let budget = arguments.budget();
    budget.look(arguments.get(1)?)?;
    budget.read(text.len().saturating_mul(delimiters.len()))?;
    let mut parts = Vec::new();
    let mut push = |part: &str| {
        budget.spend(1)?;
        budget.produce(part.len())?;
        parts.push(Value::String(part.to_owned()));
        Ok::<_, TemplateError>(())
    };
    let (mut part, mut rest) = (text, text);
    while let Some(c) = rest.chars().next() {
        let found = delimiters
            .iter()
            .find(|word| !word.is_empty() && rest.starts_with(**word));
        let step = found.map_or(c.len_utf8(), |word| word.len());
        if found.is_some() {
            let end = part.len() - rest.len();
            push(part.get(..end).unwrap_or_default())?;
        }
        rest = rest.get(step..).unwrap_or_default();
        if found.is_some() {
            part = rest;
        }
    }
    push(part)?;
    Ok(Rc::new(Value::Array(parts)))
}

/// `join(array, delimiter)`
pub(super) fn join(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=2)?;
    let items = arguments.get(0)?.as_array();
    let items = items.ok_or_else(|| arguments.wrong(0, "an array"))?;
    let delimiter = arguments.text(1)?;
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        let part = written(arguments, item)?;
        let before = if at == 0 { "" } else { delimiter };
        arguments.budget().spend(1)?;
        arguments.budget().produce(before.len() + part.len())?;
        text.push_str(before);
        text.push_str(&part);
    }
    Ok(Rc::new(Value::String(text)))
}

/// `format(text, …)`: `{0}` is the first of the arguments after the text, `{{` and `}}` are braces. Formats of numbers, as
/// in `{0:N2}`, are not served.
pub(super) fn format(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=usize::MAX)?;
    let mut rest = arguments.text(0)?;
    let budget = arguments.budget();
    budget.produce(rest.len())?;
    let mut text = String::new();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else {
            let item = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let (number, after) = item.ok_or_else(|| arguments.fail("a brace in the text stands alone"))?;
            let number = number.parse::<usize>().map_err(|_| {
                arguments
                    .fail("an item in the text isn't a number in braces, as '{0}', which alone is supported")
            })?;
            let value = arguments.get(number.saturating_add(1))?;
            let part = written(arguments, value)?;
            budget.read(part.len())?;
            budget.produce(part.len())?;
            text.push_str(&part);
            rest = after;
        }
        budget.spend(1)?;
    }
    text.push_str(rest);
    Ok(Rc::new(Value::String(text)))
}

/// `int(value)`: of a text or a number.
pub(super) fn int(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let number = match arguments.get(0)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse::<i64>().ok(),
        _ => None,
    };
    match number {
        Some(number) => Ok(Rc::new(Value::from(number))),
        None => Err(arguments.fail("the argument is no whole number")),
    }
}

/// `base64(text)`
pub(super) fn base64(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    arguments.made(STANDARD.encode(arguments.text(0)?))
}

/// `uriComponent(text)`
pub(super) fn uri_component(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    arguments.made(utf8_percent_encode(arguments.text(0)?, ESCAPED).to_string())
}
