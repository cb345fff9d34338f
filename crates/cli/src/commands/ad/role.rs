//! `doorward ad role assignment`: who holds which directory role. Roles over resources are something else.

use super::{text, with_directory};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_sdk::Error;
use doorward_sdk::directory::{DirectoryClient, literal};
use serde_json::{Value, json};

/// What to do with directory roles.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Who holds which directory role
    #[command(subcommand)]
    Assignment(Assignment),
    /// Which directory roles there are
    #[command(subcommand)]
    Definition(Definition),
}

/// What to do with assignments.
#[derive(Debug, Subcommand)]
pub enum Assignment {
    /// Print assignments
    List {
        /// User principal name, application id or object id
        #[arg(long)]
        assignee: Option<String>,
        /// Role, by name or id
        #[arg(long)]
        role: Option<String>,
    },
    /// Give a role
    Create(Given),
    /// Take a role back
    Delete(Given),
}

/// Which role, and whose.
#[derive(Debug, clap::Args)]
pub struct Given {
    /// User principal name, application id or object id
    #[arg(long)]
    assignee: String,
    /// Role, by name or id
    #[arg(long)]
    role: String,
}

/// What to do with roles.
#[derive(Debug, Subcommand)]
pub enum Definition {
    /// Print the roles
    List,
}

const COLUMNS: &[(&str, &str)] = &[
    ("Role", "roleDefinitionName"),
    ("Principal", "principalId"),
    ("Scope", "directoryScopeId"),
    ("Id", "id"),
];
const ROLES: &[(&str, &str)] = &[("DisplayName", "displayName"), ("Id", "id")];

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    with_directory(context, async |directory, _| match command {
        Command::Definition(Definition::List) => Ok(Report::Table(
            Value::Array(directory.role_definitions().await?),
            ROLES,
        )),
        Command::Assignment(Assignment::List { assignee, role }) => {
            list(directory, assignee.as_deref(), role.as_deref()).await
        }
        Command::Assignment(Assignment::Create(given)) => {
            let role = role_id(directory, &given.role).await?;
            let principal = principal_id(directory, &given.assignee).await?;
            Ok(directory.create_role_assignment(&role, &principal).await?.into())
        }
        Command::Assignment(Assignment::Delete(given)) => delete(directory, given).await,
    })
}

async fn list(directory: &DirectoryClient, assignee: Option<&str>, role: Option<&str>) -> Outcome {
    let mut conditions = Vec::new();
    if let Some(role) = role {
        conditions.push(format!(
            "roleDefinitionId eq {}",
            literal(&role_id(directory, role).await?)
        ));
    }
    if let Some(assignee) = assignee {
        conditions.push(format!(
            "principalId eq {}",
            literal(&principal_id(directory, assignee).await?)
        ));
    }
    let filter = (!conditions.is_empty()).then(|| conditions.join(" and "));
    let mut found = directory.role_assignments(filter.as_deref()).await?;
    let roles = directory.role_definitions().await?;
    for assignment in &mut found {
        let id = assignment.get("roleDefinitionId").cloned();
        let name = roles
            .iter()
            .find(|role| role.get("id") == id.as_ref())
            .and_then(|role| role.get("displayName"));
        if let (Some(object), Some(name)) = (assignment.as_object_mut(), name) {
            object.insert("roleDefinitionName".to_owned(), json!(name));
        }
    }
    Ok(Report::Table(Value::Array(found), COLUMNS))
}

async fn delete(directory: &DirectoryClient, given: &Given) -> Outcome {
    let (role, principal) = (
        role_id(directory, &given.role).await?,
        principal_id(directory, &given.assignee).await?,
    );
    let filter = format!(
        "roleDefinitionId eq {} and principalId eq {}",
        literal(&role),
        literal(&principal)
    );
    let found = directory.role_assignments(Some(&filter)).await?;
    if found.is_empty() {
        return Err(Failure::not_found(format!(
            "{} doesn't hold the role '{}'",
            given.assignee, given.role
        ))
        .cure("`doorward ad role assignment list` shows who holds what"));
    }
    for assignment in &found {
        directory.delete_role_assignment(text(assignment, "id")?).await?;
    }
    Ok(Report::Nothing)
}

/// The id of a role, by name or id.
pub(super) async fn role_id(directory: &DirectoryClient, role: &str) -> Result<String, Failure> {
    let roles = directory.role_definitions().await?;
    let named = |found: &&Value| {
        let is = |name: &str| {
            found
                .get(name)
                .and_then(Value::as_str)
                .is_some_and(|text| text.eq_ignore_ascii_case(role))
        };
        is("displayName") || is("id") || is("templateId")
    };
    match roles.iter().find(named) {
        Some(found) => Ok(text(found, "id")?.to_owned()),
        None => Err(Failure::not_found(format!("Role '{role}' doesn't exist."))
            .cure("`doorward ad role definition list` shows those that do")),
    }
}

/// Users by name, service principals by application id or URI, both by object id.
async fn principal_id(directory: &DirectoryClient, name: &str) -> Result<String, Failure> {
    let found = if name.contains('@') {
        directory.user(name).await
    } else {
        match directory.find_service_principal(name).await {
            Err(Error::NotFound(_)) => directory.user(name).await,
            other => other,
        }
    };
    match found {
        Ok(found) => Ok(text(&found, "id")?.to_owned()),
        Err(Error::NotFound(_)) => Err(Failure::not_found(format!(
            "Cannot find user or service principal in graph database for '{name}'."
        ))
        .cure("give an object id, an application id or a sign-in name (user@domain)")),
        Err(e) => Err(e.into()),
    }
}
