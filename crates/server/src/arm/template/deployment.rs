//! Deployments within a template.
//!
//! Where they say nothing else, and that is Azure's rule too, the expressions of the template in them are `outer` ones:
//! `parameters('x')`, `resourceGroup()` and all else mean what they mean around it, and what the template in them declares
//! under `parameters` and `variables` can't be reached. The resources go to the deployment's own place either way.

use doorward_names::{ResourceGroupName, Scope, ScopeKind};
use serde_json::{Map, Value};

use super::evaluate::{Evaluation, Frame, Site};
use super::expand::{plan, sections};
use super::fields::{Fields, object};
use super::parameters::Parameters;
use super::place::Place;
use super::resource::{COMMON, Declared};
use super::variables::Variables;
use super::{Step, TemplateError};

/// Their type.
pub(super) const TYPE: &str = "Microsoft.Resources/deployments";

/// Where a deployment goes: its own `scope`, or `subscriptionId` and `resourceGroup`, or the place around it. With
/// `subscriptionId` alone it is the subscription itself.
pub(super) fn place(
    fields: &Fields<'_>,
    name: &str,
    evaluation: &Evaluation<'_, '_>,
    around: &Place,
) -> Result<Place, TemplateError> {
    let label = format!("the deployment '{name}'");
    check_name(name)?;
    let text = |field: &str, what: &str| match fields.get(field) {
        None => Ok(None),
        Some(raw) => evaluation.string(raw, what, &label).map(Some),
    };
    let context = evaluation.world.context;
    let subscription = text("subscriptionid", "subscriptionId")?;
    let group = text("resourcegroup", "resourceGroup")?;
    if let Some(scope) = text("scope", "scope")? {
        if subscription.is_some() || group.is_some() {
            let problem = "it can't stand beside 'subscriptionId' and 'resourceGroup'";
            return Err(TemplateError::invalid("scope", &label, problem));
        }
        return at(&scope, name, evaluation);
    }
    if let Some(subscription) = &subscription
        && !subscription.eq_ignore_ascii_case(&context.subscription.to_string())
    {
        return Err(TemplateError::OtherSubscription {
            name: name.to_owned(),
            subscription: subscription.clone(),
        });
    }
    match (group, subscription) {
        (Some(group), _) => {
            let group: ResourceGroupName = group.parse().map_err(|error: doorward_names::InvalidName| {
                TemplateError::invalid("resourceGroup", &label, error.reason)
            })?;
            Ok(Place::group(context, group))
        }
        (None, Some(_)) => Ok(Place::subscription(context)),
        (None, None) => Ok(around.clone()),
    }
}

/// The place that a `scope` names.
fn at(text: &str, name: &str, evaluation: &Evaluation<'_, '_>) -> Result<Place, TemplateError> {
    let context = evaluation.world.context;
    let unserved =
        || TemplateError::unsupported(&format!("scope {text}"), &format!("the deployment '{name}'"));
    let scope: Scope = text.parse().map_err(|_| unserved())?;
    if let Some(subscription) = scope.subscription_id()
        && subscription != context.subscription
    {
        return Err(TemplateError::OtherSubscription {
            name: name.to_owned(),
            subscription: subscription.to_string(),
        });
    }
    match (scope.kind(), scope.resource_group_name()) {
        (ScopeKind::Subscription, _) => Ok(Place::subscription(context)),
        (ScopeKind::ResourceGroup, Some(group)) => Ok(Place::group(context, group)),
        _ => Err(unserved()),
    }
}

/// A deployment's name: 1 to 64 letters, digits, `-`, `_`, `.`, `(` and `)`.
fn check_name(name: &str) -> Result<(), TemplateError> {
    let fits = name.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c));
    match fits && (1..=64).contains(&name.chars().count()) {
        true => Ok(()),
        false => Err(TemplateError::Name {
            name: super::error::cut(name),
            kind: TYPE.to_owned(),
            problem: "it must have 1 to 64 letters, digits and '-', '_', '.', '(', ')'".to_owned(),
        }),
    }
}

/// The deployment, with what it comes to.
pub(super) fn build<'t>(
    declared: &Declared<'t>,
    place: &Place,
    evaluation: &Evaluation<'_, 't>,
) -> Result<Step, TemplateError> {
    let (fields, name) = (&declared.fields, &declared.name);
    let label = format!("the deployment '{name}'");
    let more = ["scope", "subscriptionid", "resourcegroup", "properties"];
    fields.only(&[&COMMON[..], &more].concat(), &label)?;
    let location = match fields.get("location") {
        None => None,
        Some(raw) => Some(evaluation.string(raw, "location", &label)?),
    };
    match (&place.group, &location) {
        (Some(_), Some(_)) => return Err(TemplateError::LocationNotAllowed(name.clone())),
        (None, None) => return Err(TemplateError::LocationNeeded(name.clone())),
        _ => {}
    }
    let missing = |what| TemplateError::Missing {
        what,
        place: label.clone(),
    };
    let properties = fields.get("properties").ok_or_else(|| missing("properties"))?;
    let properties = Fields::of(object(properties, "properties", &label)?);
    let known = ["mode", "template", "parameters", "expressionevaluationoptions"];
    properties.only(&known, &label)?;
    if let Some(mode) = properties.get("mode") {
        let mode = evaluation.string(mode, "mode", &label)?;
        if !mode.eq_ignore_ascii_case("Incremental") {
            return Err(TemplateError::unsupported(&format!("mode {mode}"), &label));
        }
    }
    let template = properties.get("template").ok_or_else(|| missing("template"))?;
    let template = sections(template)?;
    let given = given(properties.get("parameters"), &label, evaluation)?;
    let budget = evaluation.budget();
    let parameters = Parameters::read(template.get("parameters"), &given, budget)?;
    let plan = match is_inner(&properties, &label, evaluation)? {
        false => plan(&template, &parameters, evaluation, place)?,
        true => {
            let frame = Frame {
                parameters,
                variables: Variables::read(template.get("variables"))?,
                place: place.clone(),
                deployment: name.clone(),
                location: location.clone(),
            };
            let evaluation = Evaluation {
                world: evaluation.world,
                frame: &frame,
                site: Site::Body,
            };
            plan(&template, &frame.parameters, &evaluation, place)?
        }
    };
    Ok(Step::Deployment {
        scope: place.scope(),
        name: name.clone(),
        location,
        plan,
    })
}

/// The values of the parameters, which are expressions of the template around.
fn given(
    raw: Option<&Value>,
    label: &str,
    evaluation: &Evaluation<'_, '_>,
) -> Result<Map<String, Value>, TemplateError> {
    let Some(raw) = raw else {
        return Ok(Map::new());
    };
    match evaluation.value(raw)? {
        Value::Object(map) => Ok(map),
        _ => Err(TemplateError::invalid(
            "parameters",
            label,
            "it must be an object",
        )),
    }
}

fn is_inner(
    properties: &Fields<'_>,
    label: &str,
    evaluation: &Evaluation<'_, '_>,
) -> Result<bool, TemplateError> {
    const WHAT: &str = "expressionEvaluationOptions";
    let Some(options) = properties.get("expressionevaluationoptions") else {
        return Ok(false);
    };
    let options = Fields::of(object(options, WHAT, label)?);
    options.only(&["scope"], label)?;
    let Some(scope) = options.get("scope") else {
        return Ok(false);
    };
    match evaluation.string(scope, WHAT, label)?.to_lowercase().as_str() {
        "inner" => Ok(true),
        "outer" | "notspecified" => Ok(false),
        _ => Err(TemplateError::invalid(
            WHAT,
            label,
            "its scope must be inner or outer",
        )),
    }
}
