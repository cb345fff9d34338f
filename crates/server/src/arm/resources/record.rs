//! Resources of which nothing is known but what was put: vaults, storage accounts and their like, which a workspace is
//! linked to.

use doorward_names::Scope;
use doorward_protocol::arm::Resource as Wire;
use serde_json::{Value, json};

use super::putting::{Putting, body};
use crate::arm::ArmError;

/// What is kept of a record.
pub fn make(putting: &Putting, (scope, asked): (&Scope, &Wire), before: Option<&Wire>) -> Wire {
    let mut properties = asked.properties.clone().unwrap_or_default();
    properties.insert("provisioningState".to_owned(), json!("Succeeded"));
    let old = before
        .and_then(|before| before.properties.clone())
        .unwrap_or_default();
    let mut keep = |name: &str, new: Value| {
        properties.insert(name.to_owned(), old.get(name).cloned().unwrap_or(new));
    };
    match scope.resource_type().unwrap_or_default().to_lowercase().as_str() {
        "microsoft.insights/components" => {
            keep("AppId", json!(putting.guid));
            keep("InstrumentationKey", json!(putting.guid));
            keep("CreationDate", json!(putting.now.to_seven_digits()));
            keep("TenantId", json!(scope.subscription_id()));
        }
        "microsoft.operationalinsights/workspaces" => keep("customerId", json!(putting.guid)),
        "microsoft.storage/storageaccounts" | "microsoft.containerregistry/registries" => {
            keep("creationTime", json!(putting.now.to_seven_digits()));
        }
        "microsoft.keyvault/vaults" => keep("tenantId", json!(putting.tenant)),
        _ => {}
    }
    body(properties, asked)
}

/// Changes the properties that are named.
pub fn patch(body: &mut Wire, asked: &Wire) -> Result<(), ArmError> {
    let properties = body.properties.get_or_insert_default();
    for (name, value) in asked.properties.iter().flatten() {
        properties.insert(name.clone(), value.clone());
    }
    properties.insert("provisioningState".to_owned(), json!("Succeeded"));
    if asked.sku.is_some() {
        body.sku.clone_from(&asked.sku);
    }
    if asked.identity.is_some() {
        body.identity.clone_from(&asked.identity);
    }
    Ok(())
}
