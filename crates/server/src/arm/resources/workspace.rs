//! What a workspace is made of.

use doorward_names::{Scope, TenantId};
use doorward_protocol::arm::{Identity, Resource as Wire, Sku};
use doorward_store::{self as store, QueryError, View};
use serde_json::{Map, Value, json};

use super::putting::{Putting, body};
use crate::arm::ArmError;
use crate::arm::call::Call;

/// Properties that name other resources.
const LINKS: [&str; 4] = [
    "storageAccount",
    "keyVault",
    "applicationInsights",
    "containerRegistry",
];

/// Properties that are true or false; templates say so in text.
const FLAGS: [&str; 10] = [
    "hbiWorkspace",
    "allowPublicAccessWhenBehindVnet",
    "v1LegacyMode",
    "softDeleteEnabled",
    "allowRecoverSoftDeletedWorkspace",
    "provisionNetworkNow",
    "enableDataIsolation",
    "enableSoftwareBillOfMaterials",
    "storageHnsEnabled",
    "allowRoleAssignmentOnRG",
];

/// Properties that are this server's to say; what a request says of them is left aside.
const OWN: [&str; 14] = [
    "workspaceId",
    "creationTime",
    "provisioningState",
    "discoveryUrl",
    "mlFlowTrackingUri",
    "notebookInfo",
    "privateLinkCount",
    "privateEndpointConnections",
    "serviceProvisionedResourceGroup",
    "tenantId",
    "workspaceHubConfig",
    "agentsEndpointUri",
    "associatedWorkspaces",
    "sdkTelemetryAppInsightsKey",
];

/// Most characters in one of its texts.
const MAX_TEXT: usize = 4096;

/// A workspace, new or replaced.
pub fn make(putting: &Putting, scope: &Scope, asked: &Wire, before: Option<&Wire>) -> Result<Wire, ArmError> {
    let old = before
        .and_then(|before| before.properties.clone())
        .unwrap_or_default();
    let mut properties = Map::new();
    take(&mut properties, asked)?;
    let mut keep = |name: &str, new: Value| {
        properties.insert(name.to_owned(), old.get(name).cloned().unwrap_or(new));
    };
    keep("workspaceId", json!(putting.guid));
    keep("creationTime", json!(putting.now.to_seven_digits()));
    for (name, default) in [
        ("friendlyName", json!(scope.name())),
        ("description", json!("")),
        ("hbiWorkspace", json!(false)),
        ("allowPublicAccessWhenBehindVnet", json!(false)),
        ("v1LegacyMode", json!(false)),
        ("publicNetworkAccess", json!("Enabled")),
        ("provisioningState", json!("Succeeded")),
        ("privateLinkCount", json!(0)),
        ("privateEndpointConnections", json!([])),
        ("tenantId", json!(putting.tenant)),
    ] {
        properties.entry(name).or_insert(default);
    }
    let mut made = body(properties, asked);
    made.sku = Some(sku(asked.sku.as_ref()));
    made.variety = Some(match asked.variety.as_deref() {
        None | Some("") => "Default".to_owned(),
        Some(kind) if kind.eq_ignore_ascii_case("default") => "Default".to_owned(),
        Some(other) => {
            let shown: String = other.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(ArmError::Invalid(
                "InvalidWorkspaceKind",
                format!("The kind of workspace '{shown}' is not served: 'Default' is."),
            ));
        }
    });
    made.identity = Some(asked.identity.clone().unwrap_or_else(|| {
        before
            .and_then(|before| before.identity.clone())
            .unwrap_or_else(|| Identity {
                kind: "SystemAssigned".to_owned(),
                ..Identity::default()
            })
    }));
    Ok(made)
}

/// Changes what is named: tags stand elsewhere.
pub fn patch(body: &mut Wire, asked: &Wire) -> Result<(), ArmError> {
    take(body.properties.get_or_insert_default(), asked)?;
    if asked.sku.is_some() {
        body.sku = Some(sku(asked.sku.as_ref()));
    }
    if asked.identity.is_some() {
        body.identity.clone_from(&asked.identity);
    }
    Ok(())
}

/// A property's name as it is written here: clients may write it in any case.
fn known(name: &str) -> &str {
    let mut names = LINKS.iter().chain(&FLAGS);
    names
        .find(|known| known.eq_ignore_ascii_case(name))
        .copied()
        .unwrap_or(name)
}

/// Takes what a request says of the properties, checked.
fn take(properties: &mut Map<String, Value>, asked: &Wire) -> Result<(), ArmError> {
    for (name, value) in asked.properties.iter().flatten() {
        let name = known(name);
        if OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            continue;
        }
        if value.is_null() || value == "" {
            // Templates write what they leave out as nothing.
            properties.remove(name);
            continue;
        }
        if value.as_str().is_some_and(|text| text.chars().count() > MAX_TEXT) {
            return Err(ArmError::InvalidRequest(format!(
                "The property '{name}' has more than {MAX_TEXT} characters."
            )));
        }
        let value = if FLAGS.contains(&name) {
            flag(name, value)?
        } else {
            value.clone()
        };
        let value = if LINKS.contains(&name) {
            json!(link(name, &value)?.as_str())
        } else {
            value
        };
        if ["friendlyName", "description"].contains(&name) && !value.is_string() {
            return Err(ArmError::InvalidRequest(format!(
                "The property '{name}' is a text."
            )));
        }
        properties.insert(name.to_owned(), value);
    }
    Ok(())
}

fn flag(name: &str, value: &Value) -> Result<Value, ArmError> {
    match value {
        Value::Bool(_) => Ok(value.clone()),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(json!(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(json!(false)),
        _ => Err(ArmError::InvalidRequest(format!(
            "The property '{name}' is true or false."
        ))),
    }
}

fn link(name: &str, value: &Value) -> Result<Scope, ArmError> {
    let found = value.as_str().and_then(|text| text.parse::<Scope>().ok());
    found
        .filter(|scope| scope.resource_type().is_some())
        .ok_or_else(|| ArmError::InvalidRequest(format!("The property '{name}' is the id of a resource.")))
}

/// The resources that a request links the workspace to.
pub fn linked(asked: &Wire) -> Result<Vec<Scope>, ArmError> {
    let properties = asked.properties.iter().flatten();
    properties
        .filter(|(name, value)| LINKS.contains(&known(name)) && !value.is_null() && *value != "")
        .map(|(name, value)| link(name, value))
        .collect()
}

/// Refuses links to what isn't there.
pub fn check_linked(
    view: &View<'_>,
    tenant: TenantId,
    made: &Wire,
) -> Result<Result<(), ArmError>, QueryError> {
    let links = match linked(made) {
        Ok(links) => links,
        Err(refusal) => return Ok(Err(refusal)),
    };
    for link in links {
        if store::resource::find(view, tenant, &link)?.is_none() {
            return Ok(Err(ArmError::Invalid(
                "LinkedResourceNotFound",
                format!("The resource '{link}', which the workspace is linked to, could not be found."),
            )));
        }
    }
    Ok(Ok(()))
}

/// What it costs: nothing, and yet clients ask.
fn sku(asked: Option<&Sku>) -> Sku {
    let capital = |text: &Option<String>| match text.as_deref() {
        None | Some("") => "Basic".to_owned(),
        Some(word) if word.eq_ignore_ascii_case("basic") => "Basic".to_owned(),
        Some(word) => word.chars().filter(|c| !c.is_control()).take(64).collect(),
    };
    let none = Sku::default();
    let asked = asked.unwrap_or(&none);
    Sku {
        name: Some(capital(&asked.name)),
        tier: Some(capital(if asked.tier.is_some() {
            &asked.tier
        } else {
            &asked.name
        })),
        more: Map::new(),
    }
}

/// Says where a workspace's services are: under the name that the client asked under.
pub fn show_addresses(call: &Call, shown: &mut Wire) {
    let location = shown.location.clone().unwrap_or_default();
    let (base, host) = match call.ctx.origin.azure_host() {
        Some(_) => {
            let host = format!("{location}.api.azureml.ms");
            (format!("https://{host}"), host)
        }
        None => (
            call.ctx.origin.url().to_owned(),
            call.ctx.origin.authority().to_owned(),
        ),
    };
    let id = shown.id.clone();
    if let Some(properties) = &mut shown.properties {
        properties.insert("discoveryUrl".to_owned(), json!(format!("{base}/discovery")));
        properties.insert(
            "mlFlowTrackingUri".to_owned(),
            json!(format!("azureml://{host}/mlflow/v1.0{id}")),
        );
    }
}
