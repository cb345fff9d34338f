//! Reading request bodies: properties that a resource does not have are refused by name; those that it has but
//! that are not kept here pass only while they say nothing (`null`, `false`, empty).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Longest body that is looked at.
const MAX_BODY: usize = 1024 * 1024;

/// A body that a client sends.
pub trait RequestBody: DeserializeOwned {
    /// Properties that are read.
    const KEPT: &'static [&'static str];
    /// Properties that the resource has, and that pass only while they say nothing.
    const EMPTY_ONLY: &'static [&'static str];
    /// Of properties that are read, those that are looked into in the same way.
    const NESTED: &'static [(&'static str, Shape)] = &[];
}

/// What an object within a body may hold; see [`RequestBody`].
pub struct Shape {
    /// Properties that are read.
    pub kept: &'static [&'static str],
    /// Properties that pass only while they say nothing.
    pub empty_only: &'static [&'static str],
    /// Properties that are looked into.
    pub nested: &'static [(&'static str, Shape)],
}

/// Why a body is refused. The message is Microsoft Graph's, for its `Request_BadRequest`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not a JSON object.
    #[error(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
    )]
    NotJson,
    /// The resource has no such property.
    #[error("Invalid property '{0}'.")]
    UnknownProperty(String),
    /// The property is not kept here.
    #[error("Property '{0}' is not supported here; leave it out.")]
    Unsupported(String),
    /// A property is missing, or of the wrong type.
    #[error("A value is missing or invalid: {0}.")]
    Invalid(String),
}

/// Reads a body.
///
/// # Errors
/// See [`BodyError`].
pub fn parse_body<T: RequestBody>(body: &[u8]) -> Result<T, BodyError> {
    if body.len() > MAX_BODY {
        return Err(BodyError::NotJson);
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else {
        return Err(BodyError::NotJson);
    };
    let shape = Shape {
        kept: T::KEPT,
        empty_only: T::EMPTY_ONLY,
        nested: T::NESTED,
    };
    admit(&mut members, &shape)?;
    serde_json::from_value(Value::Object(members)).map_err(|error| BodyError::Invalid(redacted(&error)))
}

/// Refuses what is not known or not kept; what is left is read.
fn admit(members: &mut Map<String, Value>, shape: &Shape) -> Result<(), BodyError> {
    // Annotations such as `@odata.type` describe a body and are no properties of it.
    members.retain(|name, _| !name.starts_with('@') || shape.kept.contains(&name.as_str()));
    for (name, value) in members.iter_mut() {
        let shown = || name.chars().filter(|c| !c.is_control()).take(64).collect();
        if shape.empty_only.contains(&name.as_str()) {
            if !says_nothing(value) {
                return Err(BodyError::Unsupported(shown()));
            }
        } else if !shape.kept.contains(&name.as_str()) {
            return Err(BodyError::UnknownProperty(shown()));
        }
        let nested = shape.nested.iter().find(|(nested, _)| nested == name);
        if let (Some((_, shape)), Value::Object(members)) = (nested, value) {
            admit(members, shape)?;
        }
    }
    members.retain(|name, _| shape.kept.contains(&name.as_str()));
    Ok(())
}

/// Whether a value is `null`, `false`, or an empty text, list or object, all the way down.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(says_nothing),
    }
}

/// What is wrong, without the value that is wrong (it may be a secret).
fn redacted(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") {
        text
    } else {
        "a property has the wrong type or form".to_owned()
    }
}
