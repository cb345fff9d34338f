//! Making a workspace, with what it needs: a storage account, a key vault, and an Application Insights component. Those
//! that aren't named are made along with it in one deployment, all or nothing, as `azureml-core` does.

use crate::Error;
use crate::entropy;
use crate::resource_manager::{MACHINE_LEARNING, ResourceManagerClient, WORKSPACE_TYPE};
use doorward_names::{CorrelationId, Scope};
use doorward_protocol::arm::{PutDeployment, PutDeploymentProperties, Tags};
use serde_json::{Map, Value, json};

/// How a new workspace shall be. What isn't said has the service's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewWorkspace {
    /// Where; where its resource group is, when that is there already.
    pub location: Option<String>,
    /// Whether to make the resource group when it isn't there.
    pub create_resource_group: bool,
    /// Whether one that is there already will do.
    pub exist_ok: bool,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// The id of its storage account.
    pub storage_account: Option<String>,
    /// The id of its key vault.
    pub key_vault: Option<String>,
    /// The id of its Application Insights component.
    pub application_insights: Option<String>,
    /// The id of its container registry; it needs none.
    pub container_registry: Option<String>,
    /// Whether what is in it could do great harm.
    pub hbi_workspace: bool,
}

/// Something that a workspace needs: its part in the workspace's properties, the one that is named for it, and how
/// another one is made.
struct Need<'a> {
    property: &'static str,
    given: Option<&'a str>,
    provider: &'static str,
    kind: &'static str,
    version: &'static str,
    name: String,
    body: Value,
}

/// Makes a workspace at a place where there is none.
pub async fn make(
    client: &ResourceManagerClient,
    group: &Scope,
    name: &str,
    location: &str,
    new: &NewWorkspace,
) -> Result<(), Error> {
    let marker = marker();
    let tenants = client.tenants().await?;
    let tenant = tenants.first().map(|tenant| tenant.tenant_id.to_string());
    let mut properties = properties(name, new);
    let mut resources = Vec::new();
    let mut first = Vec::new();
    for need in needs(name, &marker, tenant.as_deref().unwrap_or_default(), new) {
        let id = match need.given {
            Some(id) => id.to_owned(),
            None => {
                resources.push(need.resource(location, &new.tags));
                first.push(format!(
                    "[resourceId('{}/{}', '{}')]",
                    need.provider, need.kind, need.name
                ));
                need.id(group)?
            }
        };
        properties.insert(need.property.to_owned(), json!(id));
    }
    let mut workspace = json!({
        "location": location,
        "identity": { "type": "SystemAssigned" },
        "sku": { "name": "Basic", "tier": "Basic" },
        "tags": new.tags,
        "properties": properties,
    });
    if resources.is_empty() {
        let workspace = serde_json::from_value(workspace)
            .map_err(|e| Error::Invalid(format!("the request can't be written: {e}")))?;
        let scope = group
            .resource(MACHINE_LEARNING, &["workspaces", name])
            .map_err(|e| Error::Invalid(e.to_string()))?;
        return client.put_workspace(&scope, &workspace).await.map(drop);
    }
    if let Some(members) = workspace.as_object_mut() {
        members.insert("type".to_owned(), json!(WORKSPACE_TYPE));
        members.insert("name".to_owned(), json!(name));
        members.insert("apiVersion".to_owned(), json!("2021-01-01"));
        members.insert("dependsOn".to_owned(), json!(first));
    }
    resources.push(workspace);
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {},
        "variables": {},
        "resources": resources,
    });
    let deployment = PutDeployment {
        location: None,
        tags: None,
        properties: PutDeploymentProperties {
            mode: Some("Incremental".to_owned()),
            template: Some(template),
            template_link: None,
            parameters: Some(Map::new()),
            parameters_link: None,
        },
    };
    client
        .deploy(group, &format!("{MACHINE_LEARNING}_{marker}"), &deployment)
        .await?;
    Ok(())
}

fn properties(name: &str, new: &NewWorkspace) -> Map<String, Value> {
    let mut properties = Map::new();
    let friendly = new.friendly_name.as_deref().unwrap_or(name);
    properties.insert("friendlyName".to_owned(), json!(friendly));
    properties.insert(
        "description".to_owned(),
        json!(new.description.as_deref().unwrap_or_default()),
    );
    properties.insert("hbiWorkspace".to_owned(), json!(new.hbi_workspace));
    if let Some(registry) = &new.container_registry {
        properties.insert("containerRegistry".to_owned(), json!(registry));
    }
    properties
}

/// What a workspace needs.
fn needs<'a>(workspace: &str, marker: &str, tenant: &str, new: &'a NewWorkspace) -> [Need<'a>; 3] {
    // Names of storage accounts are the strictest: 3 to 24 small letters and digits, of all the world.
    let base: String = workspace
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .skip_while(char::is_ascii_digit)
        .take(8)
        .collect();
    let named = |kind: &str| format!("{base}{kind}{marker}");
    [
        Need {
            property: "storageAccount",
            given: new.storage_account.as_deref(),
            provider: "Microsoft.Storage",
            kind: "storageAccounts",
            version: "2018-07-01",
            name: named("storage"),
            body: json!({
                "sku": { "name": "Standard_LRS" },
                "kind": "StorageV2",
                "properties": { "supportsHttpsTrafficOnly": true, "allowBlobPublicAccess": false },
            }),
        },
        Need {
            property: "keyVault",
            given: new.key_vault.as_deref(),
            provider: "Microsoft.KeyVault",
            kind: "vaults",
            version: "2015-06-01",
            name: named("vault"),
            body: json!({
                "properties": {
                    "tenantId": tenant,
                    "sku": { "name": "standard", "family": "A" },
                    "accessPolicies": [],
                },
            }),
        },
        Need {
            property: "applicationInsights",
            given: new.application_insights.as_deref(),
            provider: "Microsoft.Insights",
            kind: "components",
            version: "2020-02-02",
            name: named("insights"),
            body: json!({ "kind": "web", "properties": { "Application_Type": "web" } }),
        },
    ]
}

impl Need<'_> {
    fn id(&self, group: &Scope) -> Result<String, Error> {
        let scope = group
            .resource(self.provider, &[self.kind, &self.name])
            .map_err(|e| Error::Invalid(e.to_string()))?;
        Ok(scope.as_str().to_owned())
    }

    fn resource(&self, location: &str, tags: &Tags) -> Value {
        let mut resource = self.body.clone();
        if let Some(members) = resource.as_object_mut() {
            members.insert(
                "type".to_owned(),
                json!(format!("{}/{}", self.provider, self.kind)),
            );
            members.insert("name".to_owned(), json!(self.name));
            members.insert("apiVersion".to_owned(), json!(self.version));
            members.insert("location".to_owned(), json!(location));
            members.insert("tags".to_owned(), json!(tags));
        }
        resource
    }
}

/// Eight hexadecimal digits that no other making has.
fn marker() -> String {
    CorrelationId::from_random(entropy::id_bytes())
        .to_string()
        .chars()
        .take(8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_along_has_names_that_can_be() {
        for workspace in ["ml-example", "1-A_long_name_of_a_workspace", "データ", "42"] {
            for need in needs(workspace, "0123abcd", "t", &NewWorkspace::default()) {
                let name = need.name;
                assert!((3..=24).contains(&name.len()), "{name}");
                assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
                assert!(
                    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
                    "{name}"
                );
            }
        }
    }
}
