//! What a template gives back.

use serde_json::{Map, Value};

use super::TemplateError;
use super::evaluate::Evaluation;
use super::fields::{Fields, object};
use super::limits::{OUTPUTS, check_count};
use super::parameters::{Kind, type_of};

/// The outputs, as they are shown: `{name: {"type", "value"}}`.
pub(super) fn outputs(
    section: Option<&Value>,
    evaluation: &Evaluation<'_, '_>,
) -> Result<Map<String, Value>, TemplateError> {
    let mut outputs = Map::new();
    let Some(section) = section else {
        return Ok(outputs);
    };
    let section = object(section, "outputs", "the template")?;
    check_count(section.len(), OUTPUTS, "template outputs")?;
    for (name, raw) in section {
        let inside = |error: TemplateError| error.within(format!("The template output '{name}'"));
        if let Some(shown) = output(name, raw, evaluation).map_err(inside)? {
            outputs.insert(name.clone(), shown);
        }
    }
    Ok(outputs)
}

/// One output, unless its condition leaves it out.
fn output(name: &str, raw: &Value, evaluation: &Evaluation<'_, '_>) -> Result<Option<Value>, TemplateError> {
    let place = format!("the template output '{name}'");
    let fields = Fields::of(object(raw, name, "the template's outputs")?);
    fields.only(&["type", "value", "condition", "metadata"], &place)?;
    if let Some(condition) = fields.get("condition")
        && !evaluation.truth(condition, "condition", &place)?
    {
        return Ok(None);
    }
    let missing = |what| TemplateError::Missing {
        what,
        place: place.clone(),
    };
    let kind = fields.get("type").ok_or_else(|| missing("type"))?;
    let wrong = || TemplateError::invalid("type", &place, "it is no type of the template language");
    let kind = kind.as_str().and_then(Kind::read).ok_or_else(wrong)?;
    let value = evaluation.value(fields.get("value").ok_or_else(|| missing("value"))?)?;
    if !kind.fits(&value) {
        let (wanted, found) = (kind.name(), type_of(&value));
        let problem = format!("it must be of type '{wanted}', but is of type '{found}'");
        return Err(TemplateError::invalid("value", &place, problem));
    }
    kind.shown(|| Ok(value)).map(Some)
}
