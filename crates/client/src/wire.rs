//! placeholder until protocol is there
use doorward_names::TenantName;
use doorward_protocol::paths::{EndpointVersion, StsPath};
use serde::Deserialize;

pub(crate) fn token_path(tenant: &TenantName) -> String {
    StsPath::Token {
        tenant: tenant.to_string(),
        version: EndpointVersion::V2,
    }
    .to_string()
}

pub(crate) fn keys_path(tenant: &TenantName) -> String {
    StsPath::Keys {
        tenant: tenant.to_string(),
        version: EndpointVersion::V2,
    }
    .to_string()
}

#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    pub access_token: String,
    pub expires_in: i64,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
    pub scope: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct OAuthError {
    pub error: String,
    #[serde(default)]
    pub error_description: String,
    #[serde(default)]
    pub error_codes: Vec<u32>,
}

#[derive(Deserialize)]
pub(crate) struct Page {
    pub value: Vec<serde_json::Value>,
    #[serde(rename = "@odata.nextLink")]
    pub next_link: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct GraphErrorBody {
    pub error: GraphError,
}
#[derive(Deserialize)]
pub(crate) struct GraphError {
    pub code: String,
    pub message: String,
}
