//! An object of the template whose properties are known: found without regard to case, as Resource Manager finds them,
//! and none of them passed over.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

use super::TemplateError;

/// The properties of an object, by their names in lower case.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    entries: BTreeMap<String, (&'t str, &'t Value)>,
}

impl<'t> Fields<'t> {
    pub(super) fn of(map: &'t Map<String, Value>) -> Self {
        let entries = map.iter();
        Self {
            entries: entries
                .map(|(name, value)| (name.to_lowercase(), (name.as_str(), value)))
                .collect(),
        }
    }

    /// The property of that name, which is in lower case; `null` is none.
    pub(super) fn get(&self, name: &str) -> Option<&'t Value> {
        let (_, value) = self.entries.get(name)?;
        Some(*value).filter(|value| !value.is_null())
    }

    /// Refuses every property but these, which are in lower case.
    pub(super) fn only(&self, known: &[&str], place: &str) -> Result<(), TemplateError> {
        let mut others = self.entries.iter();
        match others.find(|(name, _)| !known.contains(&name.as_str())) {
            Some((_, (written, _))) => Err(TemplateError::unsupported(written, place)),
            None => Ok(()),
        }
    }

    /// Refuses these properties, which are in lower case, unless they are empty.
    pub(super) fn refuse(&self, names: &[&str], place: &str) -> Result<(), TemplateError> {
        for name in names {
            if let Some(value) = self.get(name)
                && !is_empty(value)
            {
                let written = self.entries.get(*name).map_or(*name, |(written, _)| *written);
                return Err(TemplateError::unsupported(written, place));
            }
        }
        Ok(())
    }
}

/// Whether a value says nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// The object that a value is.
pub(super) fn object<'v>(
    value: &'v Value,
    what: &str,
    place: &str,
) -> Result<&'v Map<String, Value>, TemplateError> {
    let problem = || TemplateError::invalid(what, place, "it must be an object");
    value.as_object().ok_or_else(problem)
}

/// The property of an object, without regard to case unless several differ by it alone.
pub(super) fn find<'v>(map: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    map.get(name).or_else(|| {
        let mut entries = map.iter();
        entries
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}
