//! What surrounds an object or a list (OData JSON Format v4.01 §4.5, 4.6).

use serde::{Deserialize, Serialize};

/// `@odata.context`: where the shape of an answer is described. `what` is for example `applications`,
/// `applications/$entity` or `users(id,displayName)`.
pub fn context(origin: &str, what: &str) -> String {
    format!(
        "{}/{}/$metadata#{what}",
        origin.trim_end_matches('/'),
        crate::paths::GRAPH_VERSION
    )
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity<T> {
    /// See [`context`].
    #[serde(rename = "@odata.context", default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The object.
    #[serde(flatten)]
    pub value: T,
}

/// What an action answers that has nothing else to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// True.
    pub value: bool,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List<T> {
    /// See [`context`].
    #[serde(rename = "@odata.context", default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Where the next page is, when there is one; to be followed as it is.
    #[serde(rename = "@odata.nextLink", default, skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
    /// The objects.
    pub value: Vec<T>,
}
