//! What `get_details` says of a workspace: flat, under the names that `azureml-core` gives, without what is empty.

use doorward_protocol::arm::Resource;
use serde_json::{Map, Value};

/// Under which name, and where it stands in the resource.
const DETAILS: &[(&str, &str)] = &[
    ("id", "/id"),
    ("name", "/name"),
    ("identity", "/identity"),
    ("location", "/location"),
    ("type", "/type"),
    ("tags", "/tags"),
    ("sku", "/sku/tier"),
    ("workspaceid", "/properties/workspaceId"),
    (
        "sdkTelemetryAppInsightsKey",
        "/properties/sdkTelemetryAppInsightsKey",
    ),
    ("description", "/properties/description"),
    ("friendlyName", "/properties/friendlyName"),
    ("creationTime", "/properties/creationTime"),
    ("containerRegistry", "/properties/containerRegistry"),
    ("keyVault", "/properties/keyVault"),
    ("applicationInsights", "/properties/applicationInsights"),
    ("storageAccount", "/properties/storageAccount"),
    ("encryption", "/properties/encryption"),
    ("hbiWorkspace", "/properties/hbiWorkspace"),
    (
        "allowPublicAccessWhenBehindVnet",
        "/properties/allowPublicAccessWhenBehindVnet",
    ),
    ("provisioningState", "/properties/provisioningState"),
    ("imageBuildCompute", "/properties/imageBuildCompute"),
    (
        "serviceProvisionedResourceGroup",
        "/properties/serviceProvisionedResourceGroup",
    ),
    ("discoveryUrl", "/properties/discoveryUrl"),
    (
        "privateEndpointConnections",
        "/properties/privateEndpointConnections",
    ),
    ("notebookInfo", "/properties/notebookInfo"),
    (
        "serviceManagedResourcesSettings",
        "/properties/serviceManagedResourcesSettings",
    ),
    (
        "primaryUserAssignedIdentity",
        "/properties/primaryUserAssignedIdentity",
    ),
    ("systemDatastoresAuthMode", "/properties/systemDatastoresAuthMode"),
    ("v1LegacyMode", "/properties/v1LegacyMode"),
];

/// The details of a workspace.
pub fn details(workspace: &Resource) -> Map<String, Value> {
    let resource = serde_json::to_value(workspace).unwrap_or_default();
    let mut details = Map::new();
    for (name, place) in DETAILS {
        match resource.pointer(place) {
            None | Some(Value::Null) => {}
            Some(value) if *name == "tags" => {
                details.insert((*name).to_owned(), value.clone());
            }
            Some(value) => {
                details.insert((*name).to_owned(), snake(value));
            }
        }
    }
    details
}

/// What is within a value has the names of Python's attributes there: `principal_id`.
fn snake(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (snake_case(name), snake(value)))
            .collect(),
        Value::Array(items) => items.iter().map(snake).collect(),
        other => other.clone(),
    }
}

fn snake_case(name: &str) -> String {
    // Identities are named by their scopes, which are no attribute names.
    if name.contains('/') {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_uppercase() {
            out.push('_');
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn details_are_flat_and_say_no_more_than_there_is() {
        let workspace: Resource = serde_json::from_value(json!({
            "id": "/subscriptions/s/…/w", "name": "w", "type": "Microsoft.MachineLearningServices/workspaces",
            "location": "westeurope", "tags": { "madeBy": "x" }, "sku": { "name": "Basic", "tier": "Basic" },
            "identity": { "type": "SystemAssigned", "principalId": "p", "tenantId": "t" },
            "properties": { "workspaceId": "i", "friendlyName": "W", "containerRegistry": null, "keyVault": "k",
                "notebookInfo": { "resourceId": "r", "notebookPreparationError": null } },
        }))
        .unwrap();
        let expected = json!({
            "id": "/subscriptions/s/…/w", "name": "w", "type": "Microsoft.MachineLearningServices/workspaces",
            "location": "westeurope", "tags": { "madeBy": "x" }, "sku": "Basic",
            "identity": { "type": "SystemAssigned", "principal_id": "p", "tenant_id": "t" },
            "workspaceid": "i", "friendlyName": "W", "keyVault": "k", "notebookInfo": { "resource_id": "r" },
        });
        assert_eq!(Value::Object(details(&workspace)), expected);
    }
}
