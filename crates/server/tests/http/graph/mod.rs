//! `/v1.0/…`

mod applications;
mod groups;
mod invitations;
mod matrix;
mod privilege;
mod tenant_settings;
mod tokens;
mod user_info;
mod users;

use serde_json::{Value, json};

use crate::harness::{Answer, Caller};

/// The error code of a refusal by Graph, after checking the body's form.
#[track_caller]
pub fn code(answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!(
        body["error"]["innerError"]["request-id"],
        answer.header("x-ms-request-id").unwrap()
    );
    body["error"]["code"].as_str().unwrap().to_owned()
}

/// Makes an application and its service principal over the wire; the objects, and the client secret.
pub async fn make_application(caller: &Caller, name: &str) -> (Value, Value, String) {
    let application = caller
        .post("/v1.0/applications", json!({"displayName": name}))
        .await
        .ok();
    let principal = caller
        .post("/v1.0/servicePrincipals", json!({"appId": application["appId"]}))
        .await
        .ok();
    let path = format!(
        "/v1.0/applications/{}/addPassword",
        application["id"].as_str().unwrap()
    );
    let secret = caller
        .post(&path, json!({"passwordCredential": {"displayName": "rbac"}}))
        .await
        .ok();
    (
        application,
        principal,
        secret["secretText"].as_str().unwrap().to_owned(),
    )
}
