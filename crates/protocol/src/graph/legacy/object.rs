//! Objects, lists and errors in the older form.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::LegacyServicePrincipal;
use crate::Marks;
use crate::graph::ServicePrincipal;

/// The types of objects, by their collection in Microsoft Graph.
const TYPES: [(&str, &str); 4] = [
    ("users", "User"),
    ("groups", "Group"),
    ("applications", "Application"),
    ("servicePrincipals", "ServicePrincipal"),
];

/// What Microsoft Graph calls differently.
const RENAMED: [(&str, &str); 3] = [
    ("id", "objectId"),
    ("deletedDateTime", "deletionTimestamp"),
    ("appOwnerOrganizationId", "appOwnerTenantId"),
];

/// What an application of Microsoft Graph has and an older one hasn't, at all or in this form.
const NEWER: [&str; 14] = [
    "api",
    "certification",
    "createdDateTime",
    "defaultRedirectUri",
    "description",
    "disabledByMicrosoftStatus",
    "info",
    "isDeviceOnlyAuthSupported",
    "isFallbackPublicClient",
    "notes",
    "publicClient",
    "serviceManagementReference",
    "spa",
    "web",
];

/// One object out of a collection of Microsoft Graph, or out of several, where it says itself what it is.
fn object(collection: Option<&str>, mut found: Map<String, Value>) -> Value {
    found.remove("@odata.context");
    let said = found.remove("@odata.type");
    let kind = match (collection, said.as_ref().and_then(Value::as_str)) {
        (Some(collection), _) => TYPES.iter().find(|(name, _)| *name == collection),
        (None, Some(said)) => TYPES.iter().find(|(_, kind)| {
            said.strip_prefix("#microsoft.graph.")
                .is_some_and(|said| said.eq_ignore_ascii_case(kind))
        }),
        (None, None) => None,
    };
    let kind = kind.map_or("DirectoryObject", |(_, kind)| *kind);
    if kind == "ServicePrincipal" {
        let whole = serde_json::from_value::<ServicePrincipal>(Value::Object(found.clone()));
        if let Ok(whole) = whole {
            return serde_json::to_value(LegacyServicePrincipal::from(&whole)).unwrap_or_default();
        }
    }
    for (new, old) in RENAMED {
        if let Some(value) = found.remove(new) {
            found.insert(old.to_owned(), value);
        }
    }
    if kind == "Application" {
        let audience = found.get("signInAudience").and_then(Value::as_str);
        let open = audience.is_some_and(|audience| audience != "AzureADMyOrg");
        for newer in NEWER {
            found.remove(newer);
        }
        for (name, value) in [
            ("availableToOtherTenants", json!(open)),
            ("homepage", Value::Null),
            ("oauth2AllowImplicitFlow", json!(false)),
            ("oauth2Permissions", json!([])),
            ("replyUrls", json!([])),
        ] {
            found.insert(name.to_owned(), value);
        }
    }
    if let Some(Value::Array(passwords)) = found.get_mut("passwordCredentials") {
        for password in passwords {
            *password = json!({
                "customKeyIdentifier": null,
                "endDate": password.get("endDateTime"),
                "keyId": password.get("keyId"),
                "startDate": password.get("startDateTime"),
                "value": null,
            });
        }
    }
    found.insert("objectType".to_owned(), json!(kind));
    let name = format!("Microsoft.DirectoryServices.{kind}");
    found.insert("odata.type".to_owned(), json!(name));
    Value::Object(found)
}

fn metadata(base: &str, what: &str) -> Value {
    json!(format!("{base}/$metadata#{what}"))
}

/// An answer of Microsoft Graph with one object of a collection. `base` is `https://graph.windows.net/TENANT`.
pub fn element(base: &str, collection: &str, found: Map<String, Value>) -> Value {
    let mut shown = object(Some(collection), found);
    if let Some(members) = shown.as_object_mut() {
        members.insert(
            "odata.metadata".to_owned(),
            metadata(base, "directoryObjects/@Element"),
        );
    }
    shown
}

/// An answer of Microsoft Graph with many objects, of one collection or of any. The next page, when there is one, is
/// named by what follows the tenant in its URL, as older clients build it.
pub fn list(base: &str, collection: Option<&str>, mut found: Map<String, Value>) -> Value {
    let next = found.remove("@odata.nextLink");
    let next = next.as_ref().and_then(Value::as_str).and_then(|link| {
        let (_, query) = link.split_once('?')?;
        Some(format!("{}?{query}", collection?))
    });
    let objects = match found.remove("value") {
        Some(Value::Array(objects)) => objects,
        _ => Vec::new(),
    };
    let objects = objects.into_iter().filter_map(|each| match each {
        Value::Object(members) => Some(object(collection, members)),
        _ => None,
    });
    let mut shown = Map::new();
    shown.insert("odata.metadata".to_owned(), metadata(base, "directoryObjects"));
    shown.insert("value".to_owned(), Value::Array(objects.collect()));
    if let Some(next) = next {
        shown.insert("odata.nextLink".to_owned(), json!(next));
    }
    Value::Object(shown)
}

/// The body of an error.
#[derive(Debug, Clone, Serialize)]
pub struct LegacyErrorBody {
    #[serde(rename = "odata.error")]
    error: Value,
}

impl LegacyErrorBody {
    /// The body that says `message` under `code`.
    pub fn new(code: &str, message: &str, marks: Marks) -> Self {
        Self {
            error: json!({
                "code": code,
                "message": { "lang": "en", "value": message },
                "requestId": marks.trace.to_string(),
                "date": marks.at.to_rfc3339().trim_end_matches('Z'),
            }),
        }
    }
}
