//! `--query`: JMESPath over a result.

use crate::failure::Failure;
use jmespath::ast::Ast;
use serde_json::Value;

/// What the query finds, and the order in which it names the keys of what it makes.
pub fn search(text: &str, value: &Value) -> Result<(Value, Vec<String>), Failure> {
    let wrong = |e: jmespath::JmespathError| {
        let first = e.to_string().lines().next().unwrap_or_default().to_owned();
        Failure::usage(format!("--query is no JMESPath expression: {first}"))
            .cure("for example `--query id` or `--query \"[].{name:displayName, id:appId}\"`")
    };
    let expression = jmespath::compile(&quoted_literals(text)).map_err(wrong)?;
    let found = expression.search(value).map_err(wrong)?;
    let found = serde_json::to_value(&*found).map_err(|e| Failure::new(format!("--query: {e}")))?;
    let mut order = Vec::new();
    keys(expression.as_ast(), &mut order);
    Ok((found, order))
}

/// The query with bare words between back-ticks made JSON strings: the old form of a literal, which `az` takes.
fn quoted_literals(text: &str) -> String {
    let mut parts = text.split('`').enumerate().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some((number, part)) = parts.next() {
        let closed = parts.peek().is_some();
        let is_literal = number % 2 == 1 && closed;
        if is_literal && serde_json::from_str::<Value>(part).is_err() {
            out.push_str(&Value::from(part).to_string());
        } else {
            out.push_str(part);
        }
        if closed {
            out.push('`');
        }
    }
    out
}

fn keys(ast: &Ast, order: &mut Vec<String>) {
    match ast {
        Ast::MultiHash { elements, .. } => {
            for pair in elements {
                order.push(pair.key.clone());
                keys(&pair.value, order);
            }
        }
        Ast::MultiList { elements, .. } => elements.iter().for_each(|element| keys(element, order)),
        Ast::Projection { lhs, rhs, .. } | Ast::Subexpr { lhs, rhs, .. } => {
            keys(lhs, order);
            keys(rhs, order);
        }
        Ast::Condition { then, .. } => keys(then, order),
        Ast::Flatten { node, .. } => keys(node, order),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_form_of_a_literal_is_read() {
        assert_eq!(quoted_literals("[?a==`x y`].b"), "[?a==`\"x y\"`].b");
        assert_eq!(
            quoted_literals("[?a==`1` && b==`\"x\"`]"),
            "[?a==`1` && b==`\"x\"`]"
        );
        assert_eq!(quoted_literals("[?a=='x`y']"), "[?a=='x`y']");
    }
    use serde_json::json;

    #[test]
    fn keys_keep_the_order_in_which_they_were_named() {
        let value = json!([{ "a": 1, "b": 2 }]);
        let (found, order) = search("[].{z:a, y:b}", &value).unwrap();
        assert_eq!(found, json!([{ "z": 1, "y": 2 }]));
        assert_eq!(order, ["z", "y"]);
        assert!(search("[", &value).is_err());
    }
}
