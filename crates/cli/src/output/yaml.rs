//! YAML 1.2, block style.

use serde_json::Value;

/// `value` as a document.
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, indent: usize, text: &mut String) {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, value) in object {
                text.push_str(&format!("{margin}{}:", scalar(key)));
                below(value, indent + 2, matches!(value, Value::Array(_)), text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let mut inner = String::new();
                block(item, indent + 2, &mut inner);
                text.push_str(&format!("{margin}- {}", inner.trim_start_matches(' ')));
            }
        }
        other => text.push_str(&format!("{margin}{}\n", leaf(other))),
    }
}

fn below(value: &Value, indent: usize, is_list: bool, text: &mut String) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            text.push('\n');
            block(value, indent, text);
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            // Lists stand below their key, not to its right, as PyYAML writes them.
            block(value, indent - if is_list { 2 } else { 0 }, text);
        }
        other => text.push_str(&format!(" {}\n", leaf(other))),
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text as it stands where that can't be taken for something else, in double quotes otherwise.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./@ ".contains(c);
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '/');
    let word =
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    if starts && !word && text.chars().all(plain) && !text.ends_with(' ') {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_can_not_be_taken_for_something_else() {
        let value =
            json!({ "a": "true", "b": [{ "c": 1, "d": [] }, "x: y"], "e": { "f": null }, "g": "2020-01-01" });
        let text = "a: \"true\"\nb:\n- c: 1\n  d: []\n- \"x: y\"\ne:\n  f: null\ng: \"2020-01-01\"\n";
        assert_eq!(yaml(&value), text);
    }
}
