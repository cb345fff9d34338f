//! Roles and assignments as `az` prints them: flat, without what isn't there.

use doorward_sdk::resource_manager::models::{DenyAssignment, RoleAssignment, RoleDefinition};
use serde_json::{Map, Value, json};

/// A role.
pub fn definition(role: &RoleDefinition) -> Value {
    let properties = &role.properties;
    let permissions: Vec<Value> = properties
        .permissions
        .iter()
        .map(|permission| {
            json!({
                "actions": permission.actions,
                "condition": null,
                "conditionVersion": null,
                "dataActions": permission.data_actions,
                "notActions": permission.not_actions,
                "notDataActions": permission.not_data_actions,
            })
        })
        .collect();
    json!({
        "assignableScopes": properties.assignable_scopes,
        "createdBy": properties.created_by,
        "createdOn": properties.created_on,
        "description": properties.description,
        "id": role.id,
        "name": role.name,
        "permissions": permissions,
        "roleName": properties.role_name,
        "roleType": properties.kind,
        "type": role.kind,
        "updatedBy": properties.updated_by,
        "updatedOn": properties.updated_on,
    })
}

/// A role assignment.
pub fn assignment(assignment: &RoleAssignment) -> Map<String, Value> {
    flat(
        json!({ "id": assignment.id, "name": assignment.name, "type": assignment.kind }),
        serde_json::to_value(&assignment.properties).unwrap_or_default(),
    )
}

/// A deny assignment.
pub fn denied(denied: &DenyAssignment) -> Value {
    let properties = serde_json::to_value(&denied.properties).unwrap_or_default();
    let about = json!({ "id": denied.id, "name": denied.name, "type": denied.kind });
    Value::Object(flat(about, properties))
}

fn flat(about: Value, properties: Value) -> Map<String, Value> {
    let mut flat = Map::new();
    for part in [about, properties] {
        if let Value::Object(members) = part {
            flat.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
        }
    }
    flat
}
