//! Deployments: templates, and what became of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `PUT …/deployments/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutDeployment {
    /// Where a deployment of a subscription is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What to deploy.
    pub properties: PutDeploymentProperties,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<super::Tags>,
}

/// What to deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutDeploymentProperties {
    /// `Incremental`; `Complete` isn't served.
    #[serde(default)]
    pub mode: Option<String>,
    /// The template.
    #[serde(default)]
    pub template: Option<Value>,
    /// A template elsewhere, which isn't served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_link: Option<Value>,
    /// Values of its parameters, `{name: {"value": …}}`.
    #[serde(default)]
    pub parameters: Option<Map<String, Value>>,
    /// Values elsewhere, which isn't served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters_link: Option<Value>,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `Microsoft.Resources/deployments`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where a subscription's is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What became of it.
    pub properties: DeploymentProperties,
}

/// What became of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentProperties {
    /// `Succeeded`; one that fails leaves nothing.
    pub provisioning_state: String,
    /// The client's number for the request.
    pub correlation_id: String,
    /// When, RFC 3339.
    pub timestamp: String,
    /// How long it took, ISO 8601.
    pub duration: String,
    /// `Incremental`.
    pub mode: String,
    /// Values of its parameters; of secure ones the type alone.
    pub parameters: Map<String, Value>,
    /// What the template gives back.
    pub outputs: Map<String, Value>,
    /// The providers it used.
    pub providers: Vec<Value>,
    /// What waits for what.
    pub dependencies: Vec<Value>,
    /// What it made, as ids.
    pub output_resources: Vec<Value>,
}

/// One step of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentOperation {
    /// Its id.
    pub id: String,
    /// Its number.
    pub operation_id: String,
    /// What it did.
    pub properties: DeploymentOperationProperties,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentOperationProperties {
    /// `Create`.
    pub provisioning_operation: String,
    /// `Succeeded`.
    pub provisioning_state: String,
    /// When, RFC 3339.
    pub timestamp: String,
    /// How long it took, ISO 8601.
    pub duration: String,
    /// `Created` or `OK`.
    pub status_code: String,
    /// What it made.
    pub target_resource: Option<TargetResource>,
}

/// What a step made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetResource {
    /// Its scope.
    pub id: String,
    /// Its type.
    pub resource_type: String,
    /// Its name.
    pub resource_name: String,
}
