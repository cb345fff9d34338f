//! Functions about arrays and objects.

use serde_json::{Map, Value};
use std::rc::Rc;

use super::super::TemplateError;
use super::super::fields::{find, is_empty};
use super::{Answer, Arguments};

/// `array(value)`: an array as it is, anything else as the only item of one.
pub(super) fn array(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let value = arguments.get(0)?;
    match arguments.values.first() {
        Some(shared) if value.is_array() => Ok(shared.clone()),
        _ => arguments.composed(Value::Array(vec![arguments.copy(value)?])),
    }
}

/// `createArray(…)`
pub(super) fn create_array(arguments: &Arguments<'_, '_, '_>) -> Answer {
    let items = arguments.values.iter().map(|value| arguments.copy(value));
    let items = items.collect::<Result<_, _>>()?;
    arguments.composed(Value::Array(items))
}

/// `createObject(name, value, …)`
pub(super) fn create_object(arguments: &Arguments<'_, '_, '_>) -> Answer {
    if !arguments.values.len().is_multiple_of(2) {
        return Err(arguments.fail("the function requires names and values by turns"));
    }
    let mut map = Map::new();
    for at in (0..arguments.values.len()).step_by(2) {
        let name = arguments.text(at)?;
        arguments.budget().produce(name.len())?;
        map.insert(name.to_owned(), arguments.copy(arguments.get(at + 1)?)?);
    }
    arguments.composed(Value::Object(map))
}

/// `json(text)`
pub(super) fn json(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let value: Value = serde_json::from_str(arguments.text(0)?)
        .map_err(|error| arguments.fail(format!("the argument is not valid JSON: {error}")))?;
    arguments.budget().measure(&value)?;
    Ok(Rc::new(value))
}

/// `length(value)`: of a text in characters, of an array in items, of an object in properties.
pub(super) fn length(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let length = match arguments.get(0)? {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        _ => return Err(arguments.wrong(0, "a text, an array or an object")),
    };
    Ok(Rc::new(Value::from(length)))
}

/// `empty(value)`
pub(super) fn empty(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let empty = match arguments.get(0)? {
        Value::String(text) => text.is_empty(),
        value @ (Value::Null | Value::Array(_) | Value::Object(_)) => is_empty(value),
        _ => return Err(arguments.wrong(0, "a text, an array or an object")),
    };
    Ok(Rc::new(Value::Bool(empty)))
}

/// `contains(value, item)`: whether a text has a part, an array an item, or an object a property, the last without regard
/// to case.
pub(super) fn contains(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=2)?;
    let (value, item) = (arguments.get(0)?, arguments.get(1)?);
    let found = match value {
        Value::String(text) => text.contains(arguments.text(1)?),
        Value::Array(items) => {
            arguments.budget().look(value)?;
            items.contains(item)
        }
        Value::Object(map) => {
            arguments.budget().spend(map.len())?;
            find(map, arguments.text(1)?).is_some()
        }
        _ => return Err(arguments.wrong(0, "a text, an array or an object")),
    };
    Ok(Rc::new(Value::Bool(found)))
}

/// `first(value)`: the first item of an array, or character of a text. An empty array has none: null.
pub(super) fn first(arguments: &Arguments<'_, '_, '_>) -> Answer {
    end(arguments, |items| items.first(), |text| text.chars().next())
}

/// `last(value)`: likewise.
pub(super) fn last(arguments: &Arguments<'_, '_, '_>) -> Answer {
    end(arguments, |items| items.last(), |text| text.chars().next_back())
}

fn end(
    arguments: &Arguments<'_, '_, '_>,
    item: impl Fn(&[Value]) -> Option<&Value>,
    character: impl Fn(&str) -> Option<char>,
) -> Answer {
    arguments.expect(1..=1)?;
    match arguments.get(0)? {
        Value::String(text) => arguments.made(character(text).map(String::from).unwrap_or_default()),
        Value::Array(items) => Ok(Rc::new(match item(items) {
            Some(item) => arguments.copy(item)?,
            None => Value::Null,
        })),
        _ => Err(arguments.wrong(0, "a text or an array")),
    }
}

/// `union(…)`: of objects one with all their properties, the later ones winning and objects within merged; of arrays one with
/// each of their items once.
pub(super) fn union(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=usize::MAX)?;
    match arguments.get(0)? {
        Value::Object(_) => {
            let mut merged = Map::new();
            for (at, value) in arguments.values.iter().enumerate() {
                let map = value
                    .as_object()
                    .ok_or_else(|| arguments.wrong(at, "an object"))?;
                merge(arguments, &mut merged, map)?;
            }
            arguments.composed(Value::Object(merged))
        }
        Value::Array(_) => {
            let mut merged: Vec<Value> = Vec::new();
            for (at, value) in arguments.values.iter().enumerate() {
                let items = value.as_array().ok_or_else(|| arguments.wrong(at, "an array"))?;
                for item in items {
                    arguments.budget().spend(merged.len())?;
                    if !merged.contains(item) {
                        merged.push(arguments.copy(item)?);
                    }
                }
            }
            arguments.composed(Value::Array(merged))
        }
        _ => Err(arguments.wrong(0, "an object or an array")),
    }
}

fn merge(
    arguments: &Arguments<'_, '_, '_>,
    into: &mut Map<String, Value>,
    from: &Map<String, Value>,
) -> Result<(), TemplateError> {
    for (name, value) in from {
        arguments.budget().spend(1)?;
        match (into.get_mut(name), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(arguments, into, from)?,
            _ => {
                arguments.budget().produce(name.len())?;
                into.insert(name.clone(), arguments.copy(value)?);
            }
        }
    }
    Ok(())
}
