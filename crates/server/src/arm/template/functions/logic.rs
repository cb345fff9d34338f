//! Functions about what is true.

use serde_json::Value;
use std::rc::Rc;

use super::super::TemplateError;
use super::super::evaluate::Evaluation;
use super::super::expression::{Call, Expression};
use super::super::parameters::type_of;
use super::{Answer, Arguments};

fn truth(evaluation: &Evaluation<'_, '_>, call: &Call, argument: &Expression) -> Result<bool, TemplateError> {
    let value = evaluation.expression(argument)?;
    value.as_bool().ok_or_else(|| {
        let problem = format!(
            "a condition must be true or false, but is of type '{}'",
            type_of(&value)
        );
        TemplateError::function(&call.name, problem)
    })
}

/// `if(condition, then, else)`: one of the two is evaluated.
pub(super) fn choose(evaluation: &Evaluation<'_, '_>, call: &Call) -> Answer {
    let [condition, then, otherwise] = call.arguments.as_slice() else {
        let problem = format!(
            "the function requires 3 argument(s) while {} were provided",
            call.arguments.len()
        );
        return Err(TemplateError::function(&call.name, problem));
    };
    match truth(evaluation, call, condition)? {
        true => evaluation.expression(then),
        false => evaluation.expression(otherwise),
    }
}

/// `and(a, b, …)`: up to the first that is false.
pub(super) fn all(evaluation: &Evaluation<'_, '_>, call: &Call) -> Answer {
    until(evaluation, call, false)
}

/// `or(a, b, …)`: up to the first that is true.
pub(super) fn any(evaluation: &Evaluation<'_, '_>, call: &Call) -> Answer {
    until(evaluation, call, true)
}

fn until(evaluation: &Evaluation<'_, '_>, call: &Call, decisive: bool) -> Answer {
    let count = call.arguments.len();
    if count < 2 {
        let problem = format!("the function requires at least 2 argument(s) while {count} were provided");
        return Err(TemplateError::function(&call.name, problem));
    }
    for argument in &call.arguments {
        if truth(evaluation, call, argument)? == decisive {
            return Ok(Rc::new(Value::Bool(decisive)));
        }
    }
    Ok(Rc::new(Value::Bool(!decisive)))
}

/// `coalesce(a, b, …)`: the first that isn't null.
pub(super) fn coalesce(evaluation: &Evaluation<'_, '_>, call: &Call) -> Answer {
    if call.arguments.is_empty() {
        let problem = "the function requires at least 1 argument(s) while 0 were provided";
        return Err(TemplateError::function(&call.name, problem));
    }
    for argument in &call.arguments {
        let value = evaluation.expression(argument)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Rc::new(Value::Null))
}

/// `equals(a, b)`: texts with regard to case.
pub(super) fn equals(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(2..=2)?;
    let (one, other) = (arguments.get(0)?, arguments.get(1)?);
    arguments.budget().look(one)?;
    Ok(Rc::new(Value::Bool(one == other)))
}

/// `not(a)`
pub(super) fn not(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let value = arguments.get(0)?.as_bool();
    let value = value.ok_or_else(|| arguments.wrong(0, "true or false"))?;
    Ok(Rc::new(Value::Bool(!value)))
}

/// `bool(a)`: of `true`, `false`, `1` and `0`, as texts in any case or as themselves.
pub(super) fn bool(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let truth = match arguments.get(0)? {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    };
    match truth {
        Some(truth) => Ok(Rc::new(Value::Bool(truth))),
        None => Err(arguments.fail("the argument stands for neither true nor false")),
    }
}

/// `true()`, `false()`, `null()`
pub(super) fn constant(arguments: &Arguments<'_, '_, '_>, value: Value) -> Answer {
    arguments.expect(0..=0)?;
    Ok(Rc::new(value))
}
