//! Evaluation: a value of the template, with the expressions in it, becomes a value.
//!
//! Values that are looked up are shared, not copied: `parameters('x').a.b` costs what `a.b` is large.

use serde_json::{Map, Value};
use std::cell::Cell;
use std::rc::Rc;

use super::expression::{self, Call, Expression, Text};
use super::fields::find;
use super::limits::{Budget, check_depth};
use super::parameters::Parameters;
use super::place::Place;
use super::variables::Variables;
use super::{Context, TemplateError, functions};

/// What stays the same in all of a template, nested ones included.
pub(super) struct World<'c> {
    /// What the template may know.
    pub(super) context: &'c Context,
    /// What it may still ask for.
    pub(super) budget: Budget,
}

/// What names and functions of place mean in a template.
pub(super) struct Frame<'t> {
    pub(super) parameters: Parameters<'t>,
    pub(super) variables: Variables<'t>,
    /// Where the deployment goes.
    pub(super) place: Place,
    /// Its name.
    pub(super) deployment: String,
    /// Where the deployment of a subscription is kept.
    pub(super) location: Option<String>,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// In the default value of a parameter: there may be new things, and no variables.
    Default,
    /// Anywhere else.
    Body,
}

/// Everything that an expression is evaluated with.
#[derive(Clone, Copy)]
pub(super) struct Evaluation<'a, 't> {
    pub(super) world: &'a World<'a>,
    pub(super) frame: &'a Frame<'t>,
    pub(super) site: Site,
}

impl Evaluation<'_, '_> {
    /// What is left of the bounds.
    pub(super) fn budget(&self) -> &Budget {
        &self.world.budget
    }

    /// The same, at another site.
    pub(super) fn at(self, site: Site) -> Self {
        Self { site, ..self }
    }

    /// A value of the template, with the expressions in it evaluated.
    pub(super) fn value(&self, raw: &Value) -> Result<Value, TemplateError> {
        match raw {
            Value::String(text) => self.text(text).and_then(|value| self.owned(value)),
            Value::Array(items) => {
                let _level = self.budget().enter()?;
                self.budget().spend(1)?;
                let items = items.iter().map(|item| self.value(item));
                items.collect::<Result<_, _>>().map(Value::Array)
            }
            Value::Object(map) => self.map(map).map(Value::Object),
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                self.budget().spend(1)?;
                Ok(raw.clone())
            }
        }
    }

    fn map(&self, raw: &Map<String, Value>) -> Result<Map<String, Value>, TemplateError> {
        let _level = self.budget().enter()?;
        self.budget().spend(1)?;
        let mut map = Map::new();
        for (key, value) in raw {
            if key.eq_ignore_ascii_case("copy") && value.is_array() {
                return Err(TemplateError::unsupported(key, "the template's values"));
            }
            let name = match self.value(&Value::String(key.clone()))? {
                Value::String(name) => name,
                _ => {
                    return Err(TemplateError::invalid(
                        key,
                        "the template",
                        "a name must be a text",
                    ));
                }
            };
            if map.insert(name, self.value(value)?).is_some() {
                return Err(TemplateError::invalid(
                    key,
                    "the template",
                    "the name stands there twice",
                ));
            }
        }
        Ok(map)
    }

    /// The same, not copied when it needn't be.
    pub(super) fn shared(&self, raw: &Value) -> Result<Rc<Value>, TemplateError> {
        match raw {
            Value::String(text) => self.text(text),
            _ => self.value(raw).map(Rc::new),
        }
    }

    /// A text of the template: itself or, when it is an expression, what that comes to.
    fn text(&self, text: &str) -> Result<Rc<Value>, TemplateError> {
        self.budget().read(text.len())?;
        match expression::read(text)? {
            Text::Literal(text) => {
                self.budget().spend(1)?;
                self.budget().produce(text.len())?;
                Ok(Rc::new(Value::String(text.to_owned())))
            }
            Text::Expression(expression) => self.expression(&expression),
        }
    }

    /// What an expression comes to.
    pub(super) fn expression(&self, expression: &Expression) -> Result<Rc<Value>, TemplateError> {
        let _level = self.budget().enter()?;
        self.budget().spend(1)?;
        match expression {
            Expression::Text(text) => {
                self.budget().produce(text.len())?;
                Ok(Rc::new(Value::String(text.clone())))
            }
            Expression::Number(number) => Ok(Rc::new(Value::from(*number))),
            Expression::Call(call) => functions::call(self, call),
            Expression::Access { base, path } => self.access(base, path),
        }
    }

    fn access(&self, base: &Expression, path: &[Expression]) -> Result<Rc<Value>, TemplateError> {
        let value = self.expression(base)?;
        let mut at: &Value = &value;
        for key in path {
            let key = self.expression(key)?;
            if let (Expression::Call(call), Value::String(name)) = (base, &*key)
                && at.is_object()
                && is_unknown(call, name)
            {
                let function = format!("{}().{name}", call.name);
                return Err(TemplateError::UnsupportedFunction(function));
            }
            at = self.element(at, &key)?;
        }
        self.budget().measure(at)?;
        Ok(Rc::new(at.clone()))
    }

    fn element<'v>(&self, of: &'v Value, key: &Value) -> Result<&'v Value, TemplateError> {
        let fail = |problem| TemplateError::NoElement {
            key: key.as_str().map_or_else(|| key.to_string(), str::to_owned),
            problem,
        };
        match (of, key) {
            (Value::Object(map), Value::String(name)) => {
                self.budget().spend(1 + map.len() / 64)?;
                let none = || TemplateError::NoProperty {
                    name: name.clone(),
                    available: map.keys().take(20).cloned().collect::<Vec<_>>().join(", "),
                };
                find(map, name).ok_or_else(none)
            }
            (Value::Array(items), Value::Number(number)) => {
                self.budget().spend(1)?;
                let at = number.as_u64().and_then(|at| usize::try_from(at).ok());
                let none = || fail("the array index is out of bounds");
                at.and_then(|at| items.get(at)).ok_or_else(none)
            }
            (Value::Object(_), _) => Err(fail("an object has names for its properties")),
            (Value::Array(_), _) => Err(fail("an array has numbers for its items")),
            _ => Err(fail("only objects and arrays have parts")),
        }
    }

    /// A value of one's own; a copy is counted.
    pub(super) fn owned(&self, value: Rc<Value>) -> Result<Value, TemplateError> {
        match Rc::try_unwrap(value) {
            Ok(value) => Ok(value),
            Err(shared) => {
                self.budget().measure(&shared)?;
                Ok(Value::clone(&shared))
            }
        }
    }

    /// The truth value that a part of the template comes to.
    pub(super) fn truth(&self, raw: &Value, what: &str, place: &str) -> Result<bool, TemplateError> {
        let problem = || TemplateError::invalid(what, place, "it must come to true or false");
        self.shared(raw)?.as_bool().ok_or_else(problem)
    }

    /// The text that a part of the template comes to.
    pub(super) fn string(&self, raw: &Value, what: &str, place: &str) -> Result<String, TemplateError> {
        match self.value(raw)? {
            Value::String(text) => Ok(text),
            _ => Err(TemplateError::invalid(what, place, "it must come to a text")),
        }
    }
}

/// What Azure would know of such a place, and nobody does while a template is read.
fn is_unknown(call: &Call, name: &str) -> bool {
    call.name.eq_ignore_ascii_case("deployment") && name.eq_ignore_ascii_case("properties")
}

/// A value that is made when it is first asked for.
#[derive(Default)]
pub(super) struct Memo(Cell<Stage>);

#[derive(Default)]
enum Stage {
    #[default]
    Unasked,
    Making,
    Made(Rc<Value>),
}

impl Memo {
    /// The value. `make` makes it; `cycle` is the error when it is asked for while it is made.
    pub(super) fn get(
        &self,
        make: impl FnOnce() -> Result<Rc<Value>, TemplateError>,
        cycle: impl FnOnce() -> TemplateError,
    ) -> Result<Rc<Value>, TemplateError> {
        let value = match self.0.replace(Stage::Making) {
            Stage::Made(value) => value,
            Stage::Making => return Err(cycle()),
            Stage::Unasked => {
                let value = make()?;
                check_depth(&value)?;
                value
            }
        };
        self.0.set(Stage::Made(value.clone()));
        Ok(value)
    }
}
