//! A service principal in the shape in which `az` printed it until 2022 (the older directory graph, version 1.6).

use serde_json::{Map, Value, json};

/// Properties that have the same name and form in both shapes.
const SAME: [&str; 14] = [
    "alternativeNames",
    "appDisplayName",
    "appId",
    "applicationTemplateId",
    "appRoleAssignmentRequired",
    "displayName",
    "homepage",
    "keyCredentials",
    "logoutUrl",
    "notificationEmailAddresses",
    "servicePrincipalNames",
    "servicePrincipalType",
    "signInAudience",
    "tags",
];

/// The older shape of a service principal.
pub fn older_shape(new: &Value) -> Value {
    let get = |name: &str| new.get(name).cloned().unwrap_or(Value::Null);
    let list = |name: &str| new.get(name).filter(|value| value.is_array()).cloned().unwrap_or_else(|| json!([]));
    let mut old: Map<String, Value> = SAME.iter().map(|name| ((*name).to_owned(), get(name))).collect();
    let enabled = if new.get("accountEnabled") == Some(&Value::Bool(false)) { "False" } else { "True" };
    let others = json!({
        "accountEnabled": enabled,
        "addIns": list("addIns"),
        "alternativeNames": list("alternativeNames"),
        "appOwnerTenantId": get("appOwnerOrganizationId"),
        "appRoles": list("appRoles"),
        "deletionTimestamp": get("deletedDateTime"),
        "errorUrl": null,
        "informationalUrls": { "marketing": null, "privacy": null, "support": null, "termsOfService": null },
        "keyCredentials": list("keyCredentials"),
        "notificationEmailAddresses": list("notificationEmailAddresses"),
        "oauth2Permissions": list("oauth2PermissionScopes"),
        "objectId": get("id"),
        "objectType": "ServicePrincipal",
        "odata.type": "Microsoft.DirectoryServices.ServicePrincipal",
        "passwordCredentials": [],
        "preferredSingleSignOnMode": null,
        "preferredTokenSigningKeyEndDateTime": null,
        "preferredTokenSigningKeyThumbprint": null,
        "publisherName": null,
        "replyUrls": list("replyUrls"),
        "samlMetadataUrl": null,
        "samlSingleSignOnSettings": null,
        "tokenEncryptionKeyId": get("tokenEncryptionKeyId"),
    });
    if let Value::Object(others) = others {
        old.extend(others);
    }
    Value::Object(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_the_page_shows() {
        let old = older_shape(&json!({ "id": "o", "appId": "a", "appDisplayName": "ml-auth", "accountEnabled": true }));
        for (name, value) in [
            ("accountEnabled", json!("True")),
            ("addIns", json!([])),
            ("appDisplayName", json!("ml-auth")),
            ("objectId", json!("o")),
            ("objectType", json!("ServicePrincipal")),
        ] {
            assert_eq!(old.get(name), Some(&value), "{name}");
        }
        assert!(old.get("id").is_none());
    }
}
