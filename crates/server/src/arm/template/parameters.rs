//! Parameters of a template: their types and bounds, the values that were given, and the default values of the others.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::TemplateError;
use super::error::cut;
use super::evaluate::{Evaluation, Memo, Site};
use super::fields::{Fields, object};
use super::limits::{Budget, PARAMETERS, check_count, check_depth};

/// The parameters of a template.
#[derive(Default)]
pub(super) struct Parameters<'t> {
    entries: BTreeMap<String, Parameter<'t>>,
}

struct Parameter<'t> {
    name: &'t str,
    kind: Kind,
    default: Option<&'t Value>,
    bounds: Bounds<'t>,
    given: Option<Rc<Value>>,
    value: Memo,
}

/// What a parameter or an output holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    SecureString,
    Int,
    Bool,
    Object,
    SecureObject,
    Array,
}

#[derive(Default)]
struct Bounds<'t> {
    allowed: Option<&'t Vec<Value>>,
    least: Option<i64>,
    most: Option<i64>,
    shortest: Option<i64>,
    longest: Option<i64>,
}

impl Kind {
    /// Reads a `type`.
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(match text.to_lowercase().as_str() {
            "string" => Self::String,
            "securestring" => Self::SecureString,
            "int" => Self::Int,
            "bool" => Self::Bool,
            "object" => Self::Object,
            "secureobject" => Self::SecureObject,
            "array" => Self::Array,
            _ => return None,
        })
    }

    /// As it is shown back.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::SecureString => "SecureString",
            Self::Int => "Int",
            Self::Bool => "Bool",
            Self::Object => "Object",
            Self::SecureObject => "SecureObject",
            Self::Array => "Array",
        }
    }

    /// Whether its value is never shown.
    pub(super) fn is_secure(self) -> bool {
        matches!(self, Self::SecureString | Self::SecureObject)
    }

    /// Whether a value is of that type.
    pub(super) fn fits(self, value: &Value) -> bool {
        match self {
            Self::String | Self::SecureString => value.is_string(),
            Self::Int => value.is_i64(),
            Self::Bool => value.is_boolean(),
            Self::Object | Self::SecureObject => value.is_object(),
            Self::Array => value.is_array(),
        }
    }

    /// What is shown of a value: its type and, unless it is secure, itself.
    pub(super) fn shown(
        self,
        value: impl FnOnce() -> Result<Value, TemplateError>,
    ) -> Result<Value, TemplateError> {
        Ok(match self.is_secure() {
            true => json!({"type": self.name()}),
            false => json!({"type": self.name(), "value": value()?}),
        })
    }
}

/// What a value is called in an error.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Float",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

impl<'t> Parameters<'t> {
    /// Reads `parameters` of a template and the values that were given for them, `{name: {"value": …}}`.
    pub(super) fn read(
        section: Option<&'t Value>,
        given: &Map<String, Value>,
        budget: &Budget,
    ) -> Result<Self, TemplateError> {
        let mut entries = BTreeMap::new();
        if let Some(section) = section {
            let section = object(section, "parameters", "the template")?;
            check_count(section.len(), PARAMETERS, "template parameters")?;
            for (name, raw) in section {
                if entries
                    .insert(name.to_lowercase(), Parameter::read(name, raw)?)
                    .is_some()
                {
                    let problem = "two parameters differ by case only";
                    return Err(TemplateError::invalid(name, "the template's parameters", problem));
                }
            }
        }
        let mut unknown = Vec::new();
        for (name, raw) in given {
            match entries.get_mut(&name.to_lowercase()) {
                Some(parameter) => parameter.give(raw, budget)?,
                None => unknown.push(cut(name)),
            }
        }
        if !unknown.is_empty() {
            return Err(TemplateError::UnknownParameters(unknown));
        }
        for parameter in entries.values() {
            if parameter.given.is_none() && parameter.default.is_none() {
                return Err(TemplateError::ParameterMissing(parameter.name.to_owned()));
            }
        }
        Ok(Self { entries })
    }

    /// The value of a parameter.
    pub(super) fn value(
        &self,
        name: &str,
        evaluation: &Evaluation<'_, '_>,
    ) -> Result<Rc<Value>, TemplateError> {
        let none = || TemplateError::NoSuchParameter(name.to_owned());
        self.entries
            .get(&name.to_lowercase())
            .ok_or_else(none)?
            .value(evaluation)
    }

    /// All of them, as they are shown back. All defaults are evaluated here, also those that nothing uses.
    pub(super) fn shown(&self, evaluation: &Evaluation<'_, '_>) -> Result<Map<String, Value>, TemplateError> {
        let mut shown = Map::new();
        for parameter in self.entries.values() {
            let value = parameter.value(evaluation)?;
            let shown_as = parameter.kind.shown(|| evaluation.owned(value))?;
            shown.insert(parameter.name.to_owned(), shown_as);
        }
        Ok(shown)
    }
}

impl<'t> Parameter<'t> {
    fn read(name: &'t str, raw: &'t Value) -> Result<Self, TemplateError> {
        let place = format!("the template parameter '{name}'");
        let fields = Fields::of(object(raw, name, "the template's parameters")?);
        let known = [
            "type",
            "defaultvalue",
            "allowedvalues",
            "minvalue",
            "maxvalue",
            "minlength",
            "maxlength",
            "metadata",
        ];
        fields.only(&known, &place)?;
        let kind = fields.get("type").ok_or_else(|| TemplateError::Missing {
            what: "type",
            place: place.clone(),
        })?;
        let wrong = || {
            let kinds = "it must be string, secureString, int, bool, object, secureObject or array";
            TemplateError::invalid("type", &place, kinds)
        };
        let number = |field: &str, what: &str| match fields.get(field) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(TemplateError::invalid(what, &place, "it must be a whole number")),
            },
        };
        let allowed = match fields.get("allowedvalues") {
            None => None,
            Some(Value::Array(values)) if !values.is_empty() => Some(values),
            Some(_) => {
                let problem = "it must be an array with a value";
                return Err(TemplateError::invalid("allowedValues", &place, problem));
            }
        };
        Ok(Self {
            name,
            kind: kind.as_str().and_then(Kind::read).ok_or_else(wrong)?,
            default: fields.get("defaultvalue"),
            bounds: Bounds {
                allowed,
                least: number("minvalue", "minValue")?,
                most: number("maxvalue", "maxValue")?,
                shortest: number("minlength", "minLength")?,
                longest: number("maxlength", "maxLength")?,
            },
            given: None,
            value: Memo::default(),
        })
    }

    /// Takes the value that was given; `null` is none.
    fn give(&mut self, raw: &Value, budget: &Budget) -> Result<(), TemplateError> {
        let place = format!("the value of the template parameter '{}'", self.name);
        let fields = Fields::of(object(raw, self.name, "the values of the parameters")?);
        fields.only(&["value", "metadata"], &place)?;
        if let Some(value) = fields.get("value") {
            check_depth(value)?;
            self.check(value, budget)?;
            self.given = Some(Rc::new(value.clone()));
        }
        Ok(())
    }

    fn value(&self, evaluation: &Evaluation<'_, '_>) -> Result<Rc<Value>, TemplateError> {
        if let Some(given) = &self.given {
            return Ok(given.clone());
        }
        let Some(default) = self.default else {
            return Err(TemplateError::ParameterMissing(self.name.to_owned()));
        };
        let cycle = || TemplateError::Cycle {
            what: "parameter",
            name: self.name.to_owned(),
        };
        let place = || format!("The default value of the template parameter '{}'", self.name);
        let make = || {
            let value = evaluation.at(Site::Default).shared(default);
            let value = value.map_err(|error| error.within(place()))?;
            self.check(&value, evaluation.budget())?;
            Ok(value)
        };
        self.value.get(make, cycle)
    }

    fn check(&self, value: &Value, budget: &Budget) -> Result<(), TemplateError> {
        if !self.kind.fits(value) {
            return Err(TemplateError::ParameterType {
                name: self.name.to_owned(),
                expected: self.kind.name(),
                found: type_of(value),
            });
        }
        let fail = |problem: String| {
            let name = self.name.to_owned();
            Err(TemplateError::ParameterValue { name, problem })
        };
        if let Some(allowed) = self.bounds.allowed
            && !is_allowed(value, allowed, budget)?
        {
            let shown = match self.kind.is_secure() {
                true => "The value".to_owned(),
                false => format!("The value '{}'", cut(&plain(value))),
            };
            let allowed: Vec<_> = allowed.iter().take(20).map(plain).collect();
            return fail(format!(
                "{shown} is not part of the allowed value(s): '{}'.",
                cut(&allowed.join(","))
            ));
        }
        let number = value.as_i64();
        let length = match value {
            Value::String(text) => i64::try_from(text.chars().count()).ok(),
            Value::Array(items) => i64::try_from(items.len()).ok(),
            _ => None,
        };
        let bounds = &self.bounds;
        let (low, high) = (std::cmp::Ordering::Less, std::cmp::Ordering::Greater);
        for (measured, bound, wrong, what) in [
            (
                number,
                bounds.least,
                low,
                "The value should be greater than or equal to",
            ),
            (
                number,
                bounds.most,
                high,
                "The value should be less than or equal to",
            ),
            (
                length,
                bounds.shortest,
                low,
                "Length of the value should be greater than or equal to",
            ),
            (
                length,
                bounds.longest,
                high,
                "Length of the value should be less than or equal to",
            ),
        ] {
            if let (Some(measured), Some(bound)) = (measured, bound)
                && measured.cmp(&bound) == wrong
            {
                return fail(format!("{what} '{bound}'."));
            }
        }
        Ok(())
    }
}

/// Whether a value is one of those allowed or, when it is an array, each of its items is.
fn is_allowed(value: &Value, allowed: &[Value], budget: &Budget) -> Result<bool, TemplateError> {
    let items = value.as_array();
    budget.spend(items.map_or(1, Vec::len).saturating_mul(allowed.len()))?;
    let each = |items: &Vec<Value>| items.iter().all(|item| allowed.contains(item));
    Ok(allowed.contains(value) || items.is_some_and(each))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
