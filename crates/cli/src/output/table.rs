//! Rows and columns: `table` for people, `tsv` for scripts.

use serde_json::{Map, Value};

type Columns = &'static [(&'static str, &'static str)];

/// A table with headings; `order` are the keys in the order in which the person named them.
pub fn table(value: &Value, columns: Option<Columns>, order: &[String]) -> String {
    let rows: Vec<&Value> = value
        .as_array()
        .map_or_else(|| vec![value], |items| items.iter().collect());
    let headings: Vec<(String, String)> = match columns {
        Some(columns) => columns
            .iter()
            .map(|(heading, key)| ((*heading).to_owned(), (*key).to_owned()))
            .collect(),
        None => keys(&rows, order)
            .into_iter()
            .map(|key| (capital(&key), key))
            .collect(),
    };
    if headings.is_empty() {
        return plain(&rows);
    }
    let mut lines = vec![
        headings
            .iter()
            .map(|(heading, _)| heading.clone())
            .collect::<Vec<_>>(),
    ];
    lines.extend(
        rows.iter()
            .map(|row| headings.iter().map(|(_, key)| cell(row.get(key))).collect()),
    );
    let widths: Vec<usize> = (0..headings.len())
        .map(|column| {
            lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|text| text.chars().count())
                .max()
        })
        .map(Option::unwrap_or_default)
        .collect();
    lines.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());
    lines.iter().map(|line| padded(line, &widths)).collect()
}

fn padded(line: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = line
        .iter()
        .zip(widths)
        .map(|(text, width)| format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count()))))
        .collect();
    format!("{}\n", cells.join("  ").trim_end())
}

fn plain(rows: &[&Value]) -> String {
    let rows = rows
        .iter()
        .filter(|row| !row.is_object())
        .map(|row| format!("{}\n", cell(Some(row))));
    let rows: String = rows.collect();
    if rows.is_empty() {
        rows
    } else {
        format!("Result\n------\n{rows}")
    }
}

/// Those keys whose values fit into a cell somewhere.
fn keys(rows: &[&Value], order: &[String]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for object in rows.iter().filter_map(|row| row.as_object()) {
        for (key, value) in object {
            let fits = !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
            let wanted = !key.starts_with('@') || order.contains(key);
            if fits && wanted && !keys.contains(key) {
                keys.push(key.clone());
            }
        }
    }
    keys.sort_by_key(|key| (position(order, key), key.clone()));
    keys
}

fn position(order: &[String], key: &str) -> usize {
    order.iter().position(|named| named == key).unwrap_or(usize::MAX)
}

fn capital(key: &str) -> String {
    let mut chars = key.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "True".to_owned(),
        Some(Value::Bool(false)) => "False".to_owned(),
        Some(other) => other.to_string(),
    };
    text.replace(|c: char| c.is_control(), " ")
}

/// One line for each item, its values between tabs.
pub fn tsv(value: &Value, order: &[String]) -> String {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| format!("{}\n", line(item, order)))
            .collect(),
        other => format!("{}\n", line(other, order)),
    }
}

fn line(value: &Value, order: &[String]) -> String {
    match value {
        Value::Object(object) => in_order(object, order)
            .into_iter()
            .map(field)
            .collect::<Vec<_>>()
            .join("\t"),
        Value::Array(items) => items.iter().map(field).collect::<Vec<_>>().join("\t"),
        other => field(other),
    }
}

fn in_order<'a>(object: &'a Map<String, Value>, order: &[String]) -> Vec<&'a Value> {
    let mut pairs: Vec<(&String, &Value)> = object.iter().collect();
    pairs.sort_by_key(|(key, _)| position(order, key));
    pairs.into_iter().map(|(_, value)| value).collect()
}

/// Of lists and objects a line can hold the number of items only, as `az` does it.
fn field(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Array(items) => items.len().to_string(),
        Value::Object(_) => String::new(),
        Value::Bool(flag) => flag.to_string(),
        other => cell(Some(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_has_headings_and_even_columns() {
        let value =
            json!([{ "id": "1", "name": "long name", "on": true, "more": [] }, { "id": "22", "name": "n" }]);
        let text = table(&value, None, &["name".to_owned()]);
        assert_eq!(
            text,
            "Name       Id  On\n---------  --  ----\nlong name  1   True\nn          22\n"
        );
    }

    #[test]
    fn tsv_is_for_scripts() {
        assert_eq!(tsv(&json!("abc"), &[]), "abc\n");
        assert_eq!(
            tsv(&json!([{ "b": 1, "a": null }]), &["b".to_owned()]),
            "1\tNone\n"
        );
        assert_eq!(tsv(&json!(["x\ty", ["p", "q"]]), &[]), "x y\np\tq\n");
    }
}
