//! What a client hears of its person (OpenID Connect Core §5.3.2).

use serde::{Deserialize, Serialize};

/// The answer of the user info endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInfo {
    /// By what the client's id_tokens name the person.
    pub sub: String,
    /// Their name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A guest's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}
