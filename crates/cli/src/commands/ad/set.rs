//! `--set path=value`, by which the update commands take any property.

use crate::failure::Failure;
use serde_json::{Map, Value};

/// The changes that `assignments` make, as the body of a PATCH. Numbers, `true`, `false`, `null`, lists and
/// objects are read as JSON, everything else is text.
pub fn changes(assignments: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut changes = Map::new();
    for assignment in assignments {
        let Some((path, value)) = assignment.split_once('=') else {
            return Err(Failure::usage(format!("`{assignment}` sets nothing"))
                .cure("write `--set name=value`, for example `--set accountEnabled=false`"));
        };
        let lower = value.to_ascii_lowercase();
        let json = if matches!(lower.as_str(), "true" | "false") {
            lower.as_str()
        } else {
            value
        };
        let value = serde_json::from_str(json).unwrap_or_else(|_| Value::from(value));
        put_at(&mut changes, path, value);
    }
    Ok(changes)
}

/// Puts a value at a path such as `web.redirectUris`, beside what is there.
pub fn put_at(changes: &mut Map<String, Value>, path: &str, value: Value) {
    let (first, rest) = path
        .split_once('.')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    let place = changes.entry(first).or_insert(Value::Null);
    put(place, rest, value);
}

fn put(place: &mut Value, path: Option<&str>, value: Value) {
    let Some(path) = path else {
        *place = value;
        return;
    };
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    let (first, rest) = path
        .split_once('.')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    if let Some(object) = place.as_object_mut() {
        put(object.entry(first).or_insert(Value::Null), rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_json_or_text() {
        let given = [
            "accountEnabled=False",
            "api.requestedAccessTokenVersion=2",
            "api.x=y",
            "displayName=a=b",
        ];
        let changes = changes(&given.map(str::to_owned)).unwrap();
        let expected = json!({
            "accountEnabled": false,
            "api": { "requestedAccessTokenVersion": 2, "x": "y" },
            "displayName": "a=b",
        });
        assert_eq!(Value::Object(changes), expected);
        assert!(super::changes(&["x".to_owned()]).is_err());
    }
}
