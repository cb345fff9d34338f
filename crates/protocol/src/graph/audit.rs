//! What is written down, as Graph tells it (`directoryAudit`).

use serde::{Deserialize, Serialize};

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryAudit {
    /// Its id, opaque; later rows have later ones.
    pub id: String,
    /// When, RFC 3339.
    pub activity_date_time: String,
    /// What, as a word that keeps its meaning.
    pub activity_display_name: String,
    /// To which part of the house it belongs.
    #[serde(default)]
    pub category: String,
    /// The client's number for the request.
    #[serde(default)]
    pub correlation_id: Option<String>,
    /// Whether it was done.
    pub result: AuditResult,
    /// Why it was refused.
    #[serde(default)]
    pub result_reason: String,
    /// The plane that wrote it.
    #[serde(default)]
    pub logged_by_service: String,
    /// Who.
    #[serde(default)]
    pub initiated_by: AuditInitiator,
    /// What it was done to.
    #[serde(default)]
    pub target_resources: Vec<AuditTarget>,
    /// More, by name.
    #[serde(default)]
    pub additional_details: Vec<AuditDetail>,
}

/// Whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AuditResult {
    /// It was.
    Success,
    /// It was refused.
    Failure,
}

/// Who did it: a person or a service principal; neither for what the server did by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuditInitiator {
    /// A person.
    #[serde(default)]
    pub user: Option<AuditUser>,
    /// A service principal.
    #[serde(default)]
    pub app: Option<AuditApp>,
}

/// A person who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditUser {
    /// Their object id.
    #[serde(default)]
    pub id: Option<String>,
    /// Their name to sign in with, while they are there.
    #[serde(default)]
    pub user_principal_name: Option<String>,
}

/// A service principal that did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditApp {
    /// Its application.
    #[serde(default)]
    pub app_id: Option<String>,
    /// Its object id.
    #[serde(default)]
    pub service_principal_id: Option<String>,
}

/// What something was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditTarget {
    /// Its object id, or its scope.
    #[serde(default)]
    pub id: Option<String>,
    /// Its name, while it is there.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its type.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
}

/// One thing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditDetail {
    /// Its name.
    pub key: String,
    /// What it is.
    pub value: String,
}
