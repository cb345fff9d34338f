//! A role as people write it down: in the form of the command line (`Name`, `Actions` …), or as the server shows it.

use crate::failure::Failure;
use doorward_names::RoleDefinitionId;
use doorward_sdk::resource_manager::models::{Permission, PutRoleDefinitionProperties};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

/// What a role looks like that can be made.
pub const FORM: &str = r#"write it like this, in a file (`--role-definition @role.json`) or on the command line: {"Name": "Workspace Deleter", "Description": "May read and delete workspaces.", "Actions": ["Microsoft.MachineLearningServices/workspaces/read", "Microsoft.MachineLearningServices/workspaces/delete"], "NotActions": [], "DataActions": [], "NotDataActions": [], "AssignableScopes": ["/subscriptions/SUBSCRIPTION_ID/resourceGroups/GROUP"]}"#;

/// A role that was written down.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// Its GUID, where it has one.
    pub id: Option<RoleDefinitionId>,
    /// Its name for people.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Where it may be assigned.
    pub assignable_scopes: Vec<String>,
    /// What it allows.
    pub permissions: Vec<Permission>,
}

/// Both forms, with what they have beside.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Form {
    id: Option<String>,
    name: Option<String>,
    role_name: Option<String>,
    description: Option<String>,
    assignable_scopes: Option<Vec<String>>,
    permissions: Option<Vec<Patterns>>,
    actions: Option<Vec<String>>,
    not_actions: Option<Vec<String>>,
    data_actions: Option<Vec<String>>,
    not_data_actions: Option<Vec<String>>,
    /// What follows is the server's to say.
    is_custom: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<Value>,
    role_type: Option<Value>,
    created_on: Option<Value>,
    created_by: Option<Value>,
    updated_on: Option<Value>,
    updated_by: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Patterns {
    actions: Option<Vec<String>>,
    not_actions: Option<Vec<String>>,
    data_actions: Option<Vec<String>>,
    not_data_actions: Option<Vec<String>>,
    condition: Option<Value>,
    condition_version: Option<Value>,
}

impl Written {
    /// Reads what `--role-definition` was given: JSON, a file's name, or `@` and a file's name.
    pub fn read(given: &str) -> Result<Self, Failure> {
        let file = given.strip_prefix('@');
        let text = match file {
            Some(path) => load(Path::new(path))?,
            None if Path::new(given).is_file() => load(Path::new(given))?,
            None => given.to_owned(),
        };
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        let Ok(Value::Object(members)) = serde_json::from_str(text) else {
            return Err(Failure::usage(
                "Invalid role definition. A valid dictionary JSON representation is expected.",
            )
            .cure(FORM));
        };
        let mut members = uncapitalised(members);
        if let Some(Value::Object(properties)) = members.remove("properties") {
            members.extend(uncapitalised(properties));
        }
        let form: Form = serde_json::from_value(Value::Object(members))
            .map_err(|e| Failure::usage(format!("Invalid role definition: {e}")))?;
        form.written()
    }

    /// What the server is told.
    pub fn into_body(self, name: String, scopes: Vec<String>) -> PutRoleDefinitionProperties {
        PutRoleDefinitionProperties {
            role_name: name,
            description: self.description,
            assignable_scopes: scopes,
            permissions: self.permissions,
        }
    }
}

impl Form {
    fn written(self) -> Result<Written, Failure> {
        // Where both stand, `name` is the GUID.
        let (name, given_id) = match (self.role_name, self.name) {
            (Some(name), id) => (Some(name), id),
            (None, name) => (name, None),
        };
        let id = self.id.or(given_id).filter(|id| !id.is_empty());
        let id = id.map(|id| {
            super::find::guid(&id)
                .ok_or_else(|| Failure::usage(format!("Invalid role definition: `{id}` is no role's id")))
        });
        let permissions = match self.permissions {
            Some(permissions) => permissions
                .into_iter()
                .map(Patterns::permission)
                .collect::<Result<_, _>>()?,
            None => vec![Permission {
                actions: self.actions.unwrap_or_default(),
                not_actions: self.not_actions.unwrap_or_default(),
                data_actions: self.data_actions.unwrap_or_default(),
                not_data_actions: self.not_data_actions.unwrap_or_default(),
            }],
        };
        Ok(Written {
            id: id.transpose()?,
            name,
            description: self.description,
            assignable_scopes: self.assignable_scopes.unwrap_or_default(),
            permissions,
        })
    }
}

impl Patterns {
    fn permission(self) -> Result<Permission, Failure> {
        if self.condition.is_some_and(|condition| !condition.is_null()) {
            return Err(Failure::usage(
                "Invalid role definition: conditions are not served",
            ));
        }
        Ok(Permission {
            actions: self.actions.unwrap_or_default(),
            not_actions: self.not_actions.unwrap_or_default(),
            data_actions: self.data_actions.unwrap_or_default(),
            not_data_actions: self.not_data_actions.unwrap_or_default(),
        })
    }
}

fn load(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|e| Failure {
        exit: crate::exit::Exit::Usage,
        ..Failure::file(path, e)
    })
}

/// `AssignableScopes` is `assignableScopes`.
fn uncapitalised(members: Map<String, Value>) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| {
            let mut rest = name.chars();
            let first = rest.next().map(|first| first.to_ascii_lowercase());
            (first.into_iter().chain(rest).collect(), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

    fn expected(id: Option<&str>) -> Written {
        Written {
            id: id.map(|id| id.parse().unwrap()),
            name: Some("Data Scientist Custom".to_owned()),
            description: Some("Can run experiment but can't create or delete compute.".to_owned()),
            assignable_scopes: vec!["/subscriptions/s".to_owned()],
            permissions: vec![Permission {
                actions: vec!["*".to_owned()],
                not_actions: vec!["Microsoft.Authorization/*/write".to_owned()],
                ..Permission::default()
            }],
        }
    }

    #[test]
    fn the_command_line_s_form() {
        let text = r#"{
            "Name": "Data Scientist Custom", "IsCustom": true,
            "Description": "Can run experiment but can't create or delete compute.",
            "Actions": ["*"], "NotActions": ["Microsoft.Authorization/*/write"],
            "AssignableScopes": ["/subscriptions/s"]
        }"#;
        assert_eq!(Written::parse(text).unwrap(), expected(None));
    }

    #[test]
    fn the_server_s_form_and_what_the_command_line_prints() {
        let said = r#""roleName": "Data Scientist Custom", "assignableScopes": ["/subscriptions/s"], "createdOn": null,
            "description": "Can run experiment but can't create or delete compute.",
            "permissions": [{ "actions": ["*"], "notActions": ["Microsoft.Authorization/*/write"], "dataActions": [],
                "condition": null }]"#;
        let wire = format!(
            r#"{{ "id": "/providers/Microsoft.Authorization/roleDefinitions/{ID}", "name": "{ID}",
                "type": "Microsoft.Authorization/roleDefinitions", "properties": {{ "type": "CustomRole", {said} }} }}"#
        );
        let printed = format!(r#"{{ "name": "{ID}", "roleType": "CustomRole", {said} }}"#);
        for text in [wire, printed] {
            assert_eq!(Written::parse(&text).unwrap(), expected(Some(ID)));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |text| Written::parse(text).unwrap_err().message;
        assert!(wrong("[]").contains("dictionary"));
        assert!(wrong(r#"{"Name":"x","Action":["*"]}"#).contains("`action`"));
        assert!(wrong(r#"{"Name":"x","Actions":"*"}"#).contains("expected a sequence"));
        assert!(wrong(r#"{"Name":"x","Id":"y"}"#).contains("no role's id"));
        assert!(
            wrong(r#"{"roleName":"x","permissions":[{"condition":"y"}]}"#)
                .contains("conditions are not served")
        );
        let missing = Written::read("@/no/such/file.json").unwrap_err();
        assert_eq!(missing.exit, crate::exit::Exit::Usage);
    }
}
