//! The functions of templates that are served. Names are found without regard to case; every other name is refused.

mod arguments;
mod collections;
mod logic;
mod places;
mod text;
mod unique;

use serde_json::Value;
use std::rc::Rc;

use super::TemplateError;
use super::evaluate::{Evaluation, Site};
use super::expression::Call;
use arguments::Arguments;

pub(super) use places::interleave;

/// What a function gives.
type Answer = Result<Rc<Value>, TemplateError>;

/// Calls a function.
pub(super) fn call(evaluation: &Evaluation<'_, '_>, call: &Call) -> Answer {
    let name = call.name.to_ascii_lowercase();
    match name.as_str() {
        // These look at no more of their arguments than they need.
        "if" => logic::choose(evaluation, call),
        "and" => logic::all(evaluation, call),
        "or" => logic::any(evaluation, call),
        "coalesce" => logic::coalesce(evaluation, call),
        _ => strict(&name, &Arguments::of(evaluation, call, is_served(&name))?),
    }
}

/// What isn't served is refused before its arguments are looked at.
fn is_served(name: &str) -> bool {
    SERVED.binary_search(&name).is_ok()
}

/// The functions that look at all their arguments, in order.
pub(super) const SERVED: &[&str] = &[
    "array",
    "base64",
    "bool",
    "concat",
    "contains",
    "createarray",
    "createobject",
    "deployment",
    "empty",
    "endswith",
    "equals",
    "extensionresourceid",
    "false",
    "first",
    "format",
    "guid",
    "int",
    "join",
    "json",
    "last",
    "length",
    "newguid",
    "not",
    "null",
    "parameters",
    "replace",
    "resourcegroup",
    "resourceid",
    "split",
    "startswith",
    "string",
    "subscription",
    "subscriptionresourceid",
    "substring",
    "tenant",
    "tenantresourceid",
    "tolower",
    "toupper",
    "trim",
    "true",
    "union",
    "uniquestring",
    "uricomponent",
    "utcnow",
    "variables",
];

fn strict(name: &str, arguments: &Arguments<'_, '_, '_>) -> Answer {
    match name {
        "parameters" => parameters(arguments),
        "variables" => variables(arguments),

        "equals" => logic::equals(arguments),
        "not" => logic::not(arguments),
        "bool" => logic::bool(arguments),
        "true" => logic::constant(arguments, Value::Bool(true)),
        "false" => logic::constant(arguments, Value::Bool(false)),
        "null" => logic::constant(arguments, Value::Null),

        "base64" => text::base64(arguments),
        "concat" => text::concat(arguments),
        "endswith" => text::ends_with(arguments),
        "format" => text::format(arguments),
        "int" => text::int(arguments),
        "join" => text::join(arguments),
        "replace" => text::replace(arguments),
        "split" => text::split(arguments),
        "startswith" => text::starts_with(arguments),
        "string" => text::string(arguments),
        "substring" => text::substring(arguments),
        "tolower" => text::to_lower(arguments),
        "toupper" => text::to_upper(arguments),
        "trim" => text::trim(arguments),
        "uricomponent" => text::uri_component(arguments),

        "array" => collections::array(arguments),
        "contains" => collections::contains(arguments),
        "createarray" => collections::create_array(arguments),
        "createobject" => collections::create_object(arguments),
        "empty" => collections::empty(arguments),
        "first" => collections::first(arguments),
        "json" => collections::json(arguments),
        "last" => collections::last(arguments),
        "length" => collections::length(arguments),
        "union" => collections::union(arguments),

        "deployment" => places::deployment(arguments),
        "extensionresourceid" => places::extension_resource_id(arguments),
        "resourcegroup" => places::resource_group(arguments),
        "resourceid" => places::resource_id(arguments),
        "subscription" => places::subscription(arguments),
        "subscriptionresourceid" => places::subscription_resource_id(arguments),
        "tenant" => places::tenant(arguments),
        "tenantresourceid" => places::tenant_resource_id(arguments),

        "guid" => unique::guid(arguments),
        "newguid" => unique::new_guid(arguments),
        "uniquestring" => unique::unique_string(arguments),
        "utcnow" => unique::utc_now(arguments),

        _ => Err(TemplateError::UnsupportedFunction(name.to_owned())),
    }
}

fn parameters(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let evaluation = arguments.evaluation;
    evaluation.frame.parameters.value(arguments.text(0)?, evaluation)
}

fn variables(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(1..=1)?;
    let evaluation = arguments.evaluation;
    if evaluation.site == Site::Default {
        return Err(TemplateError::Misplaced("variables".to_owned()));
    }
    evaluation.frame.variables.value(arguments.text(0)?, evaluation)
}
