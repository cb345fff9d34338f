//! What a workspace's own services say.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The answer of a `discoveryUrl`: the address of each service, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceServices {
    /// That of experiments and runs: `https://HOST`, without a path.
    pub history: String,
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
