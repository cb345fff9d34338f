//! A template, and each one nested in it, becomes a plan.

use serde_json::{Map, Value};

use super::evaluate::{Evaluation, Frame, Site, World};
use super::fields::{Fields, object};
use super::limits::{Budget, check_depth};
use super::parameters::Parameters;
use super::place::Place;
use super::variables::Variables;
use super::{Context, Plan, Step, TemplateError, order, outputs, resource};

/// What is said about where a part of a template stands.
const TEMPLATE: &str = "the template";

/// The whole of a deployment.
pub(super) fn root(
    template: &Value,
    parameters: &Map<String, Value>,
    context: &Context,
) -> Result<Plan, TemplateError> {
    check_depth(template)?;
    let budget = Budget::default();
    let world = World { context, budget };
    let sections = sections(template)?;
    let frame = Frame {
        parameters: Parameters::read(sections.get("parameters"), parameters, &world.budget)?,
        variables: Variables::read(sections.get("variables"))?,
        place: Place::of(context),
        deployment: context.deployment.clone(),
        location: context.location.clone(),
    };
    let evaluation = Evaluation {
        world: &world,
        frame: &frame,
        site: Site::Body,
    };
    plan(&sections, &frame.parameters, &evaluation, &frame.place)
}

/// The sections of a template, of which none is passed over.
pub(super) fn sections(template: &Value) -> Result<Fields<'_>, TemplateError> {
    let sections = Fields::of(object(template, "template", "the deployment")?);
    // Version 2 of the language changes what the others mean.
    if let Some(version) = sections.get("languageversion")
        && version.as_str() != Some("1.0")
    {
        let what = version.as_str().unwrap_or("?");
        return Err(TemplateError::unsupported(
            &format!("languageVersion {what}"),
            TEMPLATE,
        ));
    }
    let unserved = ["functions", "extensions", "imports", "definitions", "apiprofile"];
    sections.refuse(&unserved, TEMPLATE)?;
    let known = [
        "$schema",
        "contentversion",
        "languageversion",
        "metadata",
        "parameters",
        "variables",
        "resources",
        "outputs",
    ];
    sections.only(&[&known[..], &unserved].concat(), TEMPLATE)?;
    check_schema(text(&sections, "$schema", "$schema")?)?;
    check_version(text(&sections, "contentversion", "contentVersion")?)?;
    Ok(sections)
}

fn text<'t>(sections: &Fields<'t>, field: &str, what: &'static str) -> Result<&'t str, TemplateError> {
    let place = TEMPLATE.to_owned();
    let value = sections
        .get(field)
        .ok_or(TemplateError::Missing { what, place })?;
    let problem = || TemplateError::invalid(what, TEMPLATE, "it must be a text");
    value.as_str().ok_or_else(problem)
}

/// Templates for resource groups and for subscriptions are served.
fn check_schema(schema: &str) -> Result<(), TemplateError> {
    let name = schema
        .trim_end_matches('#')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let served = ["deploymentTemplate.json", "subscriptionDeploymentTemplate.json"];
    match served.iter().any(|served| name.eq_ignore_ascii_case(served)) {
        true => Ok(()),
        false => Err(TemplateError::unsupported(
            &format!("$schema {}", super::error::cut(schema)),
            TEMPLATE,
        )),
    }
}

fn check_version(version: &str) -> Result<(), TemplateError> {
    let parts: Vec<_> = version.split('.').map(str::parse::<u32>).collect();
    match parts.len() == 4 && parts.iter().all(Result::is_ok) {
        true => Ok(()),
        false => {
            let problem = "it must be four numbers with dots between them";
            Err(TemplateError::invalid("contentVersion", TEMPLATE, problem))
        }
    }
}

/// What a template comes to. `own` are the parameters that it declares. Its expressions are evaluated with `evaluation`,
/// which for a nested one may be that of the template around it; its resources go to `place`.
pub(super) fn plan<'t>(
    template: &Fields<'t>,
    own: &Parameters<'t>,
    evaluation: &Evaluation<'_, 't>,
    place: &Place,
) -> Result<Plan, TemplateError> {
    let parameters = own.shown(evaluation)?;
    let resources = match template.get("resources") {
        Some(Value::Array(resources)) => resources,
        Some(Value::Object(_)) => {
            let what = "resources with symbolic names";
            return Err(TemplateError::unsupported(what, TEMPLATE));
        }
        Some(_) => {
            return Err(TemplateError::invalid(
                "resources",
                TEMPLATE,
                "it must be an array",
            ));
        }
        None => {
            return Err(TemplateError::Missing {
                what: "resources",
                place: TEMPLATE.to_owned(),
            });
        }
    };
    let declared = resource::declare(resources, evaluation, place)?;
    let mut made: Vec<Option<Step>> = Vec::with_capacity(declared.len());
    let mut waits = Vec::with_capacity(declared.len());
    for declared in &declared {
        let Some(target) = &declared.target else {
            made.push(None);
            waits.push(Vec::new());
            continue;
        };
        evaluation.budget().step()?;
        let inside = |error: TemplateError| error.within(format!("The template resource '{}'", target.id));
        waits.push(resource::waits_for(declared, evaluation).map_err(inside)?);
        made.push(Some(
            resource::build(declared, target, evaluation).map_err(inside)?,
        ));
    }
    let order = order::order(&declared, &waits)?;
    let mut steps = Vec::with_capacity(order.indices.len());
    for at in order.indices {
        steps.extend(made.get_mut(at).and_then(Option::take));
    }
    let outputs = outputs::outputs(template.get("outputs"), evaluation)?;
    Ok(Plan {
        steps,
        outputs,
        parameters,
        dependencies: order.dependencies,
    })
}
