//! Bounds of what a template may ask for. Nothing is built before it is counted.

use serde_json::Value;
use std::cell::Cell;

use super::TemplateError;

/// How deep JSON may nest, and an expression.
pub(super) const DEPTH: usize = 32;
/// How many evaluations may be under way in each other, over all variables and parameters.
const LIVE: usize = 128;
/// How many steps there may be, those of nested deployments included.
const STEPS: usize = 800;
/// How many parameters a template may have.
pub(super) const PARAMETERS: usize = 256;
/// How many variables.
pub(super) const VARIABLES: usize = 256;
/// How many outputs.
pub(super) const OUTPUTS: usize = 64;
/// How long an expression may be, in bytes.
pub(super) const EXPRESSION: usize = 24_576;
/// How many values may be looked at in all.
const WORK: usize = 200_000;
/// How much text may be made in all, in bytes.
const TEXT: usize = 4 << 20;
/// How many bytes of text are read for one unit of work.
const READ: usize = 256;

/// What is left of the bounds.
#[derive(Debug, Default)]
pub(super) struct Budget {
    work: Cell<usize>,
    text: Cell<usize>,
    live: Cell<usize>,
    steps: Cell<usize>,
    guids: Cell<u32>,
}

/// One level of evaluation, while it lives.
pub(super) struct Level<'a>(&'a Cell<usize>);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Budget {
    /// Counts work, in values.
    pub(super) fn spend(&self, values: usize) -> Result<(), TemplateError> {
        count(&self.work, values, WORK, "evaluated values")
    }

    /// Counts text that is about to be made, in bytes.
    pub(super) fn produce(&self, bytes: usize) -> Result<(), TemplateError> {
        count(&self.text, bytes, TEXT, "produced bytes of text")
    }

    /// Counts text that is about to be read, in bytes.
    pub(super) fn read(&self, bytes: usize) -> Result<(), TemplateError> {
        self.spend(bytes / READ)
    }

    /// Counts one step.
    pub(super) fn step(&self) -> Result<(), TemplateError> {
        count(&self.steps, 1, STEPS, "template resources")
    }

    /// The number of the next `newGuid()`.
    pub(super) fn next_guid(&self) -> u32 {
        let number = self.guids.get();
        self.guids.set(number.saturating_add(1));
        number
    }

    /// Goes one level down, until what is returned is dropped.
    pub(super) fn enter(&self) -> Result<Level<'_>, TemplateError> {
        count(&self.live, 1, LIVE, "expressions nested in each other")?;
        Ok(Level(&self.live))
    }

    /// Counts a value that is about to be read, with all that is in it.
    pub(super) fn look(&self, value: &Value) -> Result<(), TemplateError> {
        self.spend(1)?;
        match value {
            Value::String(text) => self.read(text.len()),
            Value::Array(items) => items.iter().try_for_each(|item| self.look(item)),
            Value::Object(map) => map.iter().try_for_each(|(key, value)| {
                self.read(key.len())?;
                self.look(value)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    /// Counts a value that is about to be made or copied, with all that is in it.
    pub(super) fn measure(&self, value: &Value) -> Result<(), TemplateError> {
        self.walk(value, 0)
    }

    fn walk(&self, value: &Value, depth: usize) -> Result<(), TemplateError> {
        self.spend(1)?;
        match value {
            Value::String(text) => self.produce(text.len()),
            Value::Array(items) => {
                let depth = deeper(depth)?;
                items.iter().try_for_each(|item| self.walk(item, depth))
            }
            Value::Object(map) => {
                let depth = deeper(depth)?;
                map.iter().try_for_each(|(key, value)| {
                    self.produce(key.len())?;
                    self.walk(value, depth)
                })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }
}

/// Refuses JSON that nests too deep.
pub(super) fn check_depth(value: &Value) -> Result<(), TemplateError> {
    walk_depth(value, 0)
}

fn walk_depth(value: &Value, depth: usize) -> Result<(), TemplateError> {
    match value {
        Value::Array(items) => {
            let depth = deeper(depth)?;
            items.iter().try_for_each(|item| walk_depth(item, depth))
        }
        Value::Object(map) => {
            let depth = deeper(depth)?;
            map.values().try_for_each(|value| walk_depth(value, depth))
        }
        _ => Ok(()),
    }
}

/// Refuses more entries than there may be.
pub(super) fn check_count(found: usize, limit: usize, what: &'static str) -> Result<(), TemplateError> {
    match found > limit {
        true => Err(TemplateError::Limit { what, limit }),
        false => Ok(()),
    }
}

fn deeper(depth: usize) -> Result<usize, TemplateError> {
    check_count(depth + 1, DEPTH, "levels of nesting")?;
    Ok(depth + 1)
}

fn count(cell: &Cell<usize>, more: usize, limit: usize, what: &'static str) -> Result<(), TemplateError> {
    let sum = cell.get().saturating_add(more);
    check_count(sum, limit, what)?;
    cell.set(sum);
    Ok(())
}
