//! What a workspace's own services say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The services that a `discoveryUrl` names. `azureml-core` looks for each of them before it asks any.
const SERVICES: [&str; 6] = [
    "api",
    "experimentation",
    "history",
    "hyperdrive",
    "modelmanagement",
    "studio",
];

/// The answer of a `discoveryUrl`: where each service is, by its name.
pub fn workspace_services(url: &str) -> BTreeMap<&'static str, String> {
    SERVICES.into_iter().map(|name| (name, url.to_owned())).collect()
}

/// A page of experiments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Experiments {
    /// The experiments.
    pub value: Vec<Value>,
    /// What the next page is asked with; null on the last.
    pub continuation_token: Option<String>,
}
