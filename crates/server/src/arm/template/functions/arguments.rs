//! The arguments of a call, evaluated, and the errors about them.

use serde_json::Value;
use std::ops::RangeInclusive;
use std::rc::Rc;

use super::super::TemplateError;
use super::super::evaluate::Evaluation;
use super::super::expression::Call;
use super::super::limits::{Budget, check_depth};
use super::super::parameters::type_of;
use super::Answer;

/// The arguments of a call.
pub(super) struct Arguments<'c, 'a, 't> {
    /// The function, as written.
    function: &'c str,
    /// What they were evaluated with.
    pub(super) evaluation: &'c Evaluation<'a, 't>,
    /// The arguments.
    pub(super) values: Vec<Rc<Value>>,
}

impl<'c, 'a, 't> Arguments<'c, 'a, 't> {
    /// Evaluates the arguments of a call to a function that is served. Texts among them are counted as read.
    pub(super) fn of(
        evaluation: &'c Evaluation<'a, 't>,
        call: &'c Call,
        served: bool,
    ) -> Result<Self, TemplateError> {
        if !served {
            return Err(TemplateError::UnsupportedFunction(call.name.clone()));
        }
        let mut values = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            let value = evaluation.expression(argument)?;
            if let Value::String(text) = &*value {
                evaluation.budget().read(text.len())?;
            }
            values.push(value);
        }
        Ok(Self {
            function: &call.name,
            evaluation,
            values,
        })
    }

    pub(super) fn budget(&self) -> &Budget {
        self.evaluation.budget()
    }

    /// An error about this call.
    pub(super) fn fail(&self, problem: impl Into<String>) -> TemplateError {
        TemplateError::function(self.function, problem)
    }

    /// Refuses more or fewer arguments than these.
    pub(super) fn expect(&self, range: RangeInclusive<usize>) -> Result<(), TemplateError> {
        let found = self.values.len();
        if range.contains(&found) {
            return Ok(());
        }
        let wanted = match (range.start(), range.end()) {
            (least, most) if least == most => least.to_string(),
            (least, &usize::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        Err(self.fail(format!(
            "the function requires {wanted} argument(s) while {found} were provided"
        )))
    }

    /// An argument.
    pub(super) fn get(&self, at: usize) -> Result<&Value, TemplateError> {
        match self.values.get(at) {
            Some(value) => Ok(value),
            None => Err(self.fail(format!("the argument {} is missing", at + 1))),
        }
    }

    /// The error that an argument isn't of the type that is needed.
    pub(super) fn wrong(&self, at: usize, wanted: &str) -> TemplateError {
        let found = self.values.get(at).map_or("nothing", |value| type_of(value));
        self.fail(format!(
            "the argument {} must be {wanted}, but is of type '{found}'",
            at + 1
        ))
    }

    pub(super) fn text(&self, at: usize) -> Result<&str, TemplateError> {
        self.get(at)?.as_str().ok_or_else(|| self.wrong(at, "a text"))
    }

    /// All arguments from one on, which must be texts.
    pub(super) fn texts(&self, from: usize) -> Result<Vec<&str>, TemplateError> {
        (from..self.values.len()).map(|at| self.text(at)).collect()
    }

    /// A whole number that counts something.
    pub(super) fn count(&self, at: usize) -> Result<usize, TemplateError> {
        let number = self
            .get(at)?
            .as_u64()
            .and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| self.wrong(at, "a whole number from 0 on"))
    }

    /// A text that was made, which is counted.
    pub(super) fn made(&self, text: String) -> Answer {
        self.budget().produce(text.len())?;
        Ok(Rc::new(Value::String(text)))
    }

    /// A value that was made of others, which were counted.
    pub(super) fn composed(&self, value: Value) -> Answer {
        check_depth(&value)?;
        Ok(Rc::new(value))
    }

    /// A copy of a value, counted.
    pub(super) fn copy(&self, value: &Value) -> Result<Value, TemplateError> {
        self.budget().measure(value)?;
        Ok(value.clone())
    }
}
