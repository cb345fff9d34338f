//! Roles by their names, and giving one.

use crate::commands::principal::Assignee;
use crate::failure::Failure;
use doorward_names::{RoleAssignmentId, RoleDefinitionId, Scope};
use doorward_sdk::Error;
use doorward_sdk::resource_manager::ResourceManagerClient;
use doorward_sdk::resource_manager::models::{PutRoleAssignmentProperties, RoleAssignment};

/// A role's whole id, by its name in any case, its GUID or the id itself.
pub async fn role_id(manager: &ResourceManagerClient, scope: &Scope, role: &str) -> Result<String, Failure> {
    if guid(role).is_some() {
        if role.starts_with('/') {
            return Ok(role.to_owned());
        }
        let subscription = scope
            .subscription_id()
            .map_or_else(String::new, |id| format!("/subscriptions/{id}"));
        return Ok(format!(
            "{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        ));
    }
    let found = manager.find_role_definitions(scope, role).await?;
    match found.as_slice() {
        [] => Err(Error::NoSuchRole(role.to_owned()).into()),
        [one] => Ok(one.id.clone()),
        several => {
            let ids: Vec<&str> = several.iter().map(|role| role.id.as_str()).collect();
            Err(Failure::usage(format!(
                "More than one role matches the given name '{role}'. Please pick a value from '{}'",
                ids.join("', '")
            )))
        }
    }
}

/// The GUID of a role: given as such, or at the end of its id.
pub fn guid(role: &str) -> Option<RoleDefinitionId> {
    let (before, last) = role.rsplit_once('/').unwrap_or(("", role));
    let is_role = before.is_empty() || before.to_ascii_lowercase().ends_with("/roledefinitions");
    last.parse().ok().filter(|_| is_role)
}

/// Gives somebody a role. `None`: they have it there already.
pub async fn give(
    manager: &ResourceManagerClient,
    scope: &Scope,
    role: &str,
    assignee: Assignee,
) -> Result<Option<RoleAssignment>, Failure> {
    let assignment = properties(role_id(manager, scope, role).await?, assignee);
    put(manager, scope, None, assignment).await
}

/// What an assignment shall say.
pub fn properties(role: String, assignee: Assignee) -> PutRoleAssignmentProperties {
    PutRoleAssignmentProperties {
        role_definition_id: role,
        principal_id: assignee.id.to_string(),
        principal_type: assignee.kind.map(|kind| kind.as_str().to_owned()),
        description: None,
        condition: None,
        condition_version: None,
        delegated_managed_identity_resource_id: None,
    }
}

/// Makes an assignment. `None`: there is one like it already.
pub async fn put(
    manager: &ResourceManagerClient,
    scope: &Scope,
    name: Option<RoleAssignmentId>,
    assignment: PutRoleAssignmentProperties,
) -> Result<Option<RoleAssignment>, Failure> {
    let made = match name {
        Some(name) => manager.put_role_assignment(scope, name, assignment).await,
        None => manager.create_role_assignment(scope, assignment).await,
    };
    match made {
        Ok(made) => Ok(Some(made)),
        Err(e) if e.server().is_some_and(|m| m.code == "RoleAssignmentExists") => Ok(None),
        Err(e) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_found_in_an_id_of_a_role_alone() {
        let id = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
        for role in [
            id.to_owned(),
            format!("/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{id}"),
        ] {
            assert_eq!(
                guid(&role).map(|id| id.to_string()).as_deref(),
                Some(id),
                "{role}"
            );
        }
        for role in ["owner", "", &format!("/subscriptions/{id}")] {
            assert_eq!(guid(role), None, "{role}");
        }
    }
}
