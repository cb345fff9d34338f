//! Whole templates, and what the tests share.

mod functions;
mod hostile;
mod parameters;
mod plans;
mod refusals;

use serde_json::{Map, Value, json};

use super::evaluate::{Evaluation, Frame, Site, World};
use super::limits::Budget;
use super::place::Place;
use super::{Context, Group, Plan, Step, TemplateError, expand};

const SUBSCRIPTION: &str = "22222222-2222-4222-8222-222222222222";
const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/// A deployment to the resource group `ml-rg`.
fn context() -> Context {
    Context {
        tenant: "11111111-1111-4111-8111-111111111111".parse().unwrap(),
        subscription: SUBSCRIPTION.parse().unwrap(),
        subscription_name: "Development".to_owned(),
        group: Some(Group {
            name: "ml-rg".parse().unwrap(),
            location: "westeurope".to_owned(),
            tags: [("team".to_owned(), "red".to_owned())].into(),
        }),
        deployment: "main".to_owned(),
        location: None,
        new_guid: [7; 16],
        utc_now: "2020-11-10T08:30:05Z".parse().unwrap(),
    }
}

/// A deployment to the subscription.
fn wide_context() -> Context {
    Context {
        group: None,
        location: Some("westeurope".to_owned()),
        ..context()
    }
}

/// A template with these sections besides those it must have.
fn template(sections: Value) -> Value {
    let mut template = json!({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": []});
    let map = template.as_object_mut().unwrap();
    map.extend(sections.as_object().unwrap().clone());
    template
}

/// A resource of that name, with these parts besides those it must have.
fn thing(name: &str, parts: Value) -> Value {
    let mut resource = json!({"type": "Microsoft.X/things", "name": name, "apiVersion": "2020-01-01"});
    let map = resource.as_object_mut().unwrap();
    map.extend(parts.as_object().unwrap().clone());
    resource
}

/// A deployment within a template.
fn nested(name: &str, parts: Value, properties: Value) -> Value {
    let mut resource = json!({
        "type": "Microsoft.Resources/deployments",
        "name": name,
        "apiVersion": "2020-06-01",
        "properties": {"mode": "Incremental"},
    });
    let map = resource.as_object_mut().unwrap();
    map.extend(parts.as_object().unwrap().clone());
    let inner = map["properties"].as_object_mut().unwrap();
    inner.extend(properties.as_object().unwrap().clone());
    resource
}

fn expanded(template: &Value) -> Result<Plan, TemplateError> {
    expand(template, &Map::new(), &context())
}

/// The plan for a template with these resources.
fn of_resources(resources: Value) -> Result<Plan, TemplateError> {
    expanded(&template(json!({"resources": resources})))
}

/// The steps, one a line, those of nested deployments below them.
fn steps(plan: &Plan) -> String {
    let mut lines = Vec::new();
    list(plan, 0, &mut lines);
    lines.join("\n").replace(SUBSCRIPTION, "…")
}

fn list(plan: &Plan, depth: usize, lines: &mut Vec<String>) {
    let indent = "    ".repeat(depth);
    for step in &plan.steps {
        match step {
            Step::Group {
                subscription,
                name,
                location,
                tags,
            } => lines.push(format!("{indent}group {subscription} {name} {location} {tags:?}")),
            Step::Resource {
                scope, api_version, ..
            } => lines.push(format!("{indent}{scope} {api_version}")),
            Step::Deployment {
                scope,
                name,
                location,
                plan,
            } => {
                let location = location.as_deref().unwrap_or("-");
                lines.push(format!("{indent}deployment {name} to {scope} {location}"));
                list(plan, depth + 1, lines);
            }
        }
    }
}

/// What a text of a template comes to, as JSON, or the error.
fn evaluated_at(text: &str, context: &Context, site: Site) -> String {
    let world = World {
        context,
        budget: Budget::default(),
    };
    let frame = Frame {
        parameters: Default::default(),
        variables: Default::default(),
        place: Place::of(context),
        deployment: context.deployment.clone(),
        location: context.location.clone(),
    };
    let evaluation = Evaluation {
        world: &world,
        frame: &frame,
        site,
    };
    match evaluation.value(&json!(text)) {
        Ok(value) => value.to_string(),
        Err(error) => format!("! {error}"),
    }
}

fn evaluated(text: &str) -> String {
    evaluated_at(text, &context(), Site::Body)
}

/// A table of texts and what they come to.
fn table<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let rows = texts
        .into_iter()
        .map(|text| format!("{text} → {}", evaluated(&format!("[{text}]"))));
    rows.collect::<Vec<_>>().join("\n")
}
