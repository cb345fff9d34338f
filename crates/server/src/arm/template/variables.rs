//! Variables of a template: evaluated when they are used, once.

use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::TemplateError;
use super::evaluate::{Evaluation, Memo};
use super::fields::object;
use super::limits::{VARIABLES, check_count};

/// The variables of a template.
#[derive(Default)]
pub(super) struct Variables<'t> {
    entries: BTreeMap<String, Variable<'t>>,
}

struct Variable<'t> {
    name: &'t str,
    raw: &'t Value,
    value: Memo,
}

impl<'t> Variables<'t> {
    /// Reads `variables` of a template.
    pub(super) fn read(section: Option<&'t Value>) -> Result<Self, TemplateError> {
        let mut entries = BTreeMap::new();
        let Some(section) = section else {
            return Ok(Self { entries });
        };
        let section = object(section, "variables", "the template")?;
        check_count(section.len(), VARIABLES, "template variables")?;
        for (name, raw) in section {
            if name.eq_ignore_ascii_case("copy") {
                return Err(TemplateError::unsupported(name, "the template's variables"));
            }
            let variable = Variable {
                name,
                raw,
                value: Memo::default(),
            };
            if entries.insert(name.to_lowercase(), variable).is_some() {
                let problem = "two variables differ by case only";
                return Err(TemplateError::invalid(name, "the template's variables", problem));
            }
        }
        Ok(Self { entries })
    }

    /// The value of a variable.
    pub(super) fn value(
        &self,
        name: &str,
        evaluation: &Evaluation<'_, '_>,
    ) -> Result<Rc<Value>, TemplateError> {
        let none = || TemplateError::NoSuchVariable(name.to_owned());
        let variable = self.entries.get(&name.to_lowercase()).ok_or_else(none)?;
        let cycle = || TemplateError::Cycle {
            what: "variable",
            name: variable.name.to_owned(),
        };
        let place = || format!("The template variable '{}'", variable.name);
        let make = || evaluation.shared(variable.raw);
        variable
            .value
            .get(|| make().map_err(|error| error.within(place())), cycle)
    }
}
