//! Resources of a template: which are made, what they are called, and what they are.

use doorward_names::{ResourceGroupName, Scope};
use doorward_protocol::arm::{Resource, Tags};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::cut;
use super::evaluate::Evaluation;
use super::fields::{Fields, is_empty, object};
use super::functions::interleave;
use super::place::Place;
use super::{Step, TemplateError, deployment};

/// A resource that a template declares.
pub(super) struct Declared<'t> {
    /// What the template says of it.
    pub(super) fields: Fields<'t>,
    /// Its type, with those of the resources it stands in.
    pub(super) kind: String,
    /// Its name, with theirs.
    pub(super) name: String,
    /// Type and name by turns.
    pub(super) path: String,
    /// What it becomes; none when it is left out, for then nothing else of it is looked at.
    pub(super) target: Option<Target>,
}

/// What a resource of a template becomes.
pub(super) struct Target {
    /// What it is called in the tree.
    pub(super) id: Scope,
    /// What it is.
    pub(super) form: Form,
}

/// What a resource of a template is.
pub(super) enum Form {
    /// A resource.
    Resource,
    /// A resource group.
    Group(ResourceGroupName),
    /// A deployment, and where it goes.
    Deployment(Place),
}

/// The resource that another one stands in.
struct Parent<'p> {
    kind: &'p str,
    name: &'p str,
    /// What its id stands below; none when it is left out.
    base: Option<Scope>,
}

/// All resources of a template, those within others after them.
pub(super) fn declare<'t>(
    resources: &'t [Value],
    evaluation: &Evaluation<'_, 't>,
    place: &Place,
) -> Result<Vec<Declared<'t>>, TemplateError> {
    let mut declared = Vec::new();
    for (at, raw) in resources.iter().enumerate() {
        let inside = |error: TemplateError| error.within(format!("The template resource number {}", at + 1));
        declare_one(raw, None, (evaluation, place), &mut declared).map_err(inside)?;
    }
    Ok(declared)
}

/// One resource and those within it. Of those within one that is left out, none is made.
fn declare_one<'t>(
    raw: &'t Value,
    parent: Option<&Parent<'_>>,
    (evaluation, place): (&Evaluation<'_, 't>, &Place),
    declared: &mut Vec<Declared<'t>>,
) -> Result<(), TemplateError> {
    evaluation.budget().spend(1)?;
    let mut label = "the resource".to_owned();
    let fields = Fields::of(object(raw, "resources", "the template")?);
    let mut kind = required(&fields, "type", "type", &label, evaluation)?;
    let mut name = required(&fields, "name", "name", &label, evaluation)?;
    if let Some(parent) = parent {
        kind = format!("{}/{kind}", parent.kind);
        name = format!("{}/{name}", parent.name);
    }
    label = format!("the resource '{name}' of type '{kind}'");
    if fields.get("copy").is_some() {
        return Err(TemplateError::unsupported("copy", &label));
    }
    let condition = || match fields.get("condition") {
        None => Ok(true),
        Some(condition) => evaluation.truth(condition, "condition", &label),
    };
    let made = parent.is_none_or(|parent| parent.base.is_some()) && condition()?;
    let names: Vec<&str> = name.split('/').collect();
    let path = interleave(&kind, &names);
    let (mut target, mut base) = (None, None);
    if made {
        let segments = || TemplateError::Segments {
            name: cut(&name),
            kind: cut(&kind),
        };
        let path = path.as_ref().ok_or_else(segments)?;
        let below = match parent {
            Some(parent) => parent.base.clone(),
            None => None,
        };
        let below = match below {
            Some(below) if fields.get("scope").is_none() => below,
            Some(_) => return Err(TemplateError::unsupported("scope", &label)),
            None => place.scope(),
        };
        let one = One {
            fields: &fields,
            kind: &kind,
            name: &name,
            label: &label,
        };
        let (found, beneath) = one.target(evaluation, place, (below, path))?;
        (target, base) = (Some(found), Some(beneath));
    }
    let inner = fields.get("resources");
    let form = target.as_ref().map(|target| &target.form);
    if let Some(inner) = inner
        && !is_empty(inner)
        && !matches!(form, None | Some(Form::Resource))
    {
        return Err(TemplateError::unsupported("resources", &label));
    }
    let (parent_kind, parent_name) = (kind.clone(), name.clone());
    declared.push(Declared {
        fields,
        kind,
        name,
        path: path.unwrap_or_default(),
        target,
    });
    let parent = Parent {
        kind: &parent_kind,
        name: &parent_name,
        base,
    };
    let items = match inner {
        None => return Ok(()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(TemplateError::invalid("resources", &label, "it must be an array")),
    };
    for item in items {
        declare_one(item, Some(&parent), (evaluation, place), declared)?;
    }
    Ok(())
}

/// A resource that is made, while it is declared.
struct One<'d, 't> {
    fields: &'d Fields<'t>,
    kind: &'d str,
    name: &'d str,
    label: &'d str,
}

impl One<'_, '_> {
    /// What it becomes, and what the ids of resources within it stand below.
    fn target(
        &self,
        evaluation: &Evaluation<'_, '_>,
        place: &Place,
        (below, path): (Scope, &str),
    ) -> Result<(Target, Scope), TemplateError> {
        let invalid = |error: doorward_names::InvalidName| TemplateError::Name {
            name: cut(self.name),
            kind: cut(self.kind),
            problem: error.reason.to_owned(),
        };
        if self.kind.eq_ignore_ascii_case(deployment::TYPE) {
            let inner = deployment::place(self.fields, self.name, evaluation, place)?;
            let below = inner.scope();
            let id = below.resource("Microsoft.Resources", &["deployments", self.name]);
            let id = id.map_err(invalid)?;
            let form = Form::Deployment(inner);
            return Ok((Target { id, form }, below));
        }
        for (field, what) in [
            ("subscriptionid", "subscriptionId"),
            ("resourcegroup", "resourceGroup"),
        ] {
            if self.fields.get(field).is_some() {
                return Err(TemplateError::unsupported(what, self.label));
            }
        }
        if self
            .kind
            .eq_ignore_ascii_case("Microsoft.Resources/resourceGroups")
        {
            if place.group.is_some() || self.fields.get("scope").is_some() {
                let what = "a resource group in a deployment to a resource group";
                return Err(TemplateError::unsupported(what, self.label));
            }
            let name: ResourceGroupName = self.name.parse().map_err(invalid)?;
            let id = Scope::resource_group(place.subscription, &name);
            let form = Form::Group(name);
            return Ok((Target { id, form }, below));
        }
        let below = match self.fields.get("scope") {
            Some(scope) => self.extended(scope, evaluation, place)?,
            None => below,
        };
        let id = format!("{below}/providers/{path}").parse().map_err(invalid)?;
        let form = Form::Resource;
        Ok((Target { id, form }, below))
    }

    /// The `scope` of a resource that extends another one: an id, or a type and name by turns at the same place.
    fn extended(
        &self,
        raw: &Value,
        evaluation: &Evaluation<'_, '_>,
        place: &Place,
    ) -> Result<Scope, TemplateError> {
        let text = evaluation.string(raw, "scope", self.label)?;
        let scope = match text.starts_with('/') {
            true => text.parse(),
            false => format!("{}/providers/{text}", place.scope()).parse(),
        };
        let scope: Scope = scope.map_err(|error: doorward_names::InvalidName| {
            TemplateError::invalid("scope", self.label, error.to_string())
        })?;
        match scope.subscription_id() == Some(place.subscription) {
            true => Ok(scope),
            false => Err(TemplateError::unsupported(&format!("scope {scope}"), self.label)),
        }
    }
}

fn required(
    fields: &Fields<'_>,
    field: &str,
    what: &'static str,
    label: &str,
    evaluation: &Evaluation<'_, '_>,
) -> Result<String, TemplateError> {
    let place = label.to_owned();
    let value = fields.get(field).ok_or(TemplateError::Missing { what, place })?;
    evaluation.string(value, what, label)
}

/// The texts of `dependsOn`.
pub(super) fn waits_for(
    declared: &Declared<'_>,
    evaluation: &Evaluation<'_, '_>,
) -> Result<Vec<String>, TemplateError> {
    let wrong = || TemplateError::invalid("dependsOn", "the resource", "it must be an array of texts");
    let Some(raw) = declared.fields.get("dependson") else {
        return Ok(Vec::new());
    };
    let Value::Array(items) = evaluation.value(raw)? else {
        return Err(wrong());
    };
    let texts = items.into_iter().map(|item| match item {
        Value::String(text) => Ok(text),
        _ => Err(wrong()),
    });
    texts.collect()
}

/// What is to be made.
pub(super) fn build<'t>(
    declared: &Declared<'t>,
    target: &Target,
    evaluation: &Evaluation<'_, 't>,
) -> Result<Step, TemplateError> {
    let parts = Parts {
        fields: &declared.fields,
        evaluation,
    };
    let api_version = required(
        &declared.fields,
        "apiversion",
        "apiVersion",
        "the resource",
        evaluation,
    )?;
    match &target.form {
        Form::Group(name) => parts.group(name, target),
        Form::Deployment(place) => deployment::build(declared, place, evaluation),
        Form::Resource => Ok(Step::Resource {
            scope: target.id.clone(),
            resource: Box::new(parts.resource(declared, target)?),
            api_version,
        }),
    }
}

/// The parts of a resource that is made.
struct Parts<'p, 'a, 't> {
    fields: &'p Fields<'t>,
    evaluation: &'p Evaluation<'a, 't>,
}

const RESOURCE: &str = "the resource";

/// What every resource of a template may say.
pub(super) const COMMON: [&str; 9] = [
    "type",
    "name",
    "apiversion",
    "dependson",
    "condition",
    "comments",
    "metadata",
    "resources",
    "location",
];

impl Parts<'_, '_, '_> {
    fn resource(&self, declared: &Declared<'_>, target: &Target) -> Result<Resource, TemplateError> {
        let more = [
            "scope",
            "tags",
            "kind",
            "sku",
            "identity",
            "managedby",
            "properties",
        ];
        self.fields.only(&[&COMMON[..], &more].concat(), RESOURCE)?;
        Ok(Resource {
            id: target.id.to_string(),
            name: declared.name.clone(),
            kind: declared.kind.clone(),
            location: self.optional("location", "location")?,
            tags: self.tags()?,
            variety: self.optional("kind", "kind")?,
            sku: self.typed("sku", "sku")?,
            identity: self.typed("identity", "identity")?,
            managed_by: self.optional("managedby", "managedBy")?,
            properties: self.properties()?,
            etag: None,
            system_data: None,
        })
    }

    fn group(&self, name: &ResourceGroupName, target: &Target) -> Result<Step, TemplateError> {
        self.fields
            .only(&[&COMMON[..], &["tags", "properties"]].concat(), RESOURCE)?;
        self.fields.refuse(&["properties"], RESOURCE)?;
        let missing = || TemplateError::LocationNeeded(name.to_string());
        Ok(Step::Group {
            subscription: target.id.subscription_id().ok_or_else(missing)?,
            name: name.clone(),
            location: self.optional("location", "location")?.ok_or_else(missing)?,
            tags: self.tags()?.unwrap_or_default(),
        })
    }

    fn value(&self, field: &str) -> Result<Option<Value>, TemplateError> {
        let Some(raw) = self.fields.get(field) else {
            return Ok(None);
        };
        Ok(Some(self.evaluation.value(raw)?).filter(|value| !value.is_null()))
    }

    fn optional(&self, field: &str, what: &str) -> Result<Option<String>, TemplateError> {
        match self.value(field)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TemplateError::invalid(what, RESOURCE, "it must come to a text")),
        }
    }

    fn typed<T: DeserializeOwned>(&self, field: &str, what: &str) -> Result<Option<T>, TemplateError> {
        let wrong = |problem| Err(TemplateError::invalid(what, RESOURCE, problem));
        match self.value(field)? {
            None => Ok(None),
            Some(value) if value.is_object() => match serde_json::from_value(value) {
                Ok(value) => Ok(Some(value)),
                Err(_) => wrong("a part of it is missing or of another type"),
            },
            Some(_) => wrong("it must come to an object"),
        }
    }

    fn properties(&self) -> Result<Option<Map<String, Value>>, TemplateError> {
        match self.value("properties")? {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(TemplateError::invalid(
                "properties",
                RESOURCE,
                "it must come to an object",
            )),
        }
    }

    fn tags(&self) -> Result<Option<Tags>, TemplateError> {
        let wrong = || TemplateError::invalid("tags", RESOURCE, "it must come to an object of texts");
        let map = match self.value("tags")? {
            None => return Ok(None),
            Some(Value::Object(map)) => map,
            Some(_) => return Err(wrong()),
        };
        let tags = map.into_iter().map(|(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            _ => Err(wrong()),
        });
        tags.collect::<Result<_, _>>().map(Some)
    }
}
