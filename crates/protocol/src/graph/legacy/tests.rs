//! What becomes of Microsoft Graph's bodies, and of the older ones.

use super::*;
use crate::graph::parse_body;
use serde_json::{Map, Value, json};

const BASE: &str = "https://graph.windows.net/t";

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => panic!("no object"),
    }
}

#[test]
fn objects_have_their_older_names_and_say_what_they_are() {
    let user =
        json!({ "@odata.context": "…", "id": "1", "displayName": "Ann", "userPrincipalName": "ann@x.test" });
    let shown = element(BASE, "users", members(user));
    assert_eq!(
        shown,
        json!({
            "odata.metadata": "https://graph.windows.net/t/$metadata#directoryObjects/@Element",
            "odata.type": "Microsoft.DirectoryServices.User", "objectType": "User",
            "objectId": "1", "displayName": "Ann", "userPrincipalName": "ann@x.test",
        })
    );
    let application = json!({
        "id": "2", "signInAudience": "AzureADMultipleOrgs", "web": {}, "spa": {}, "createdDateTime": "…",
        "passwordCredentials": [{ "keyId": "3", "hint": "abc", "secretText": "hush", "startDateTime": "s", "endDateTime": "e" }],
    });
    let shown = element(BASE, "applications", members(application));
    assert_eq!(shown["availableToOtherTenants"], true);
    assert_eq!(
        shown["passwordCredentials"],
        json!([{ "customKeyIdentifier": null, "keyId": "3", "value": null, "startDate": "s", "endDate": "e" }])
    );
    for newer in ["web", "spa", "createdDateTime", "id"] {
        assert_eq!(shown.get(newer), None, "{newer}");
    }
}

#[test]
fn lists_lead_on_as_older_clients_follow() {
    let found = json!({
        "@odata.nextLink": "https://graph.windows.net/v1.0/users?%24skiptoken=x",
        "value": [{ "id": "1" }, { "id": "2" }],
    });
    let shown = list(BASE, Some("users"), members(found));
    assert_eq!(shown["odata.nextLink"], "users?%24skiptoken=x");
    assert_eq!(shown["value"][1]["objectId"], "2");
    let mixed = json!({ "value": [
        { "@odata.type": "#microsoft.graph.group", "id": "1" },
        { "@odata.type": "#microsoft.graph.user", "id": "2" },
    ] });
    let shown = list(BASE, None, members(mixed));
    assert_eq!(shown["value"][0]["objectType"], "Group");
    assert_eq!(
        shown["value"][1]["odata.type"],
        "Microsoft.DirectoryServices.User"
    );
    assert_eq!(shown.get("odata.nextLink"), None);
}

#[test]
fn bodies_of_older_clients_are_read() {
    let sent = json!({
        "availableToOtherTenants": false, "homepage": "https://ml-auth", "displayName": "ml-auth",
        "identifierUris": ["http://ml-auth"],
        "passwordCredentials": [{
            "startDate": "2020-11-10T10:00:00.123456Z", "endDate": "2021-11-10T10:00:00.123456Z",
            "keyId": "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f", "value": "of the client's making", "customKeyIdentifier": null,
        }],
    });
    let read: LegacyCreateApplication = parse_body(sent.to_string().as_bytes()).unwrap();
    let password = &read.password_credentials[0];
    assert_eq!(
        password.value.as_ref().unwrap().expose(),
        "of the client's making"
    );
    assert!(password.start_date < password.end_date);
    assert!(!format!("{read:?}").contains("making"));
    let unknown = json!({ "displayName": "a", "secret": 1 });
    assert!(parse_body::<LegacyCreateApplication>(unknown.to_string().as_bytes()).is_err());

    let principal = create_service_principal(br#"{"appId":"x","accountEnabled":"True"}"#).unwrap();
    assert_eq!(principal, json!({ "appId": "x", "accountEnabled": true }));
    let odd = create_service_principal(br#"{"accountEnabled":"perhaps"}"#).unwrap();
    assert_eq!(odd, json!({ "accountEnabled": "perhaps" }));
    let ids = get_by_ids(br#"{"objectIds":["1"],"includeDirectoryObjectReferences":true,"types":null}"#);
    assert_eq!(ids.unwrap(), json!({ "ids": ["1"] }));
    for bad in [&b""[..], b"[]", b"{"] {
        assert!(create_service_principal(bad).is_err() && get_by_ids(bad).is_err());
    }
}
