//! `doorward role definition`: the roles there are, and a tenant's own.

use super::definition_file::{FORM, Written};
use super::shape;
use crate::commands::caller::{Caller, InSubscription, Place, scope, with_manager};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_names::Scope;
use doorward_sdk::Error;
use doorward_sdk::resource_manager::models::RoleDefinition;
use serde_json::Value;

/// What to do with roles.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the roles that can be assigned at a scope, or below it
    List {
        /// The one of that name or GUID
        #[arg(long, short)]
        name: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Print a role
    Show {
        /// Its name or GUID
        #[arg(long, short, required_unless_present = "id", conflicts_with = "id")]
        name: Option<String>,
        /// Its whole id
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        subscription: InSubscription,
    },
    /// Make a role of the tenant's own
    Create(Definition),
    /// Change a role of the tenant's own
    Update(Definition),
    /// Delete a role of the tenant's own that nobody has
    Delete {
        /// Its name or GUID
        #[arg(long, short)]
        name: String,
        #[command(flatten)]
        which: Which,
    },
}

/// Which roles.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The tenant's own alone
    #[arg(long, num_args = 0..=1, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, value_name = "BOOL")]
    custom_role_only: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    subscription: InSubscription,
}

/// A role, written down.
#[derive(Debug, clap::Args)]
pub struct Definition {
    /// JSON, or a file with it: `@role.json`. `{"Name": …, "Description": …, "Actions": […], "NotActions": […],
    /// "DataActions": […], "NotDataActions": […], "AssignableScopes": [SCOPE, …]}`
    #[arg(long, value_name = "JSON")]
    role_definition: String,
    #[command(flatten)]
    subscription: InSubscription,
}

const COLUMNS: &[(&str, &str)] = &[
    ("Name", "roleName"),
    ("Type", "roleType"),
    ("Description", "description"),
];

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::List { name, which } => with_manager(context, &which.subscription, async |caller| {
            let scope = caller.scope(&which.place)?;
            let found = search(caller, &scope, name.as_deref(), which.custom_role_only).await?;
            let all = found.iter().map(shape::definition).collect();
            Ok(Report::Table(Value::Array(all), COLUMNS))
        }),
        Command::Show {
            name,
            id,
            place,
            subscription,
        } => with_manager(context, subscription, async |caller| {
            let scope = caller.scope(place)?;
            let named = id.as_deref().or(name.as_deref()).unwrap_or_default();
            let wanted = match (super::find::guid(named), id) {
                (Some(guid), _) => guid.to_string(),
                (None, Some(id)) => return Err(Failure::usage(format!("`{id}` is no role's id"))),
                (None, None) => named.to_owned(),
            };
            match search(caller, &scope, Some(&wanted), false).await?.first() {
                Some(role) => Ok(Report::Table(shape::definition(role), COLUMNS)),
                None => Err(Error::NoSuchRole(named.to_owned()).into()),
            }
        }),
        Command::Create(definition) => {
            let written = Written::read(&definition.role_definition)?;
            with_manager(context, &definition.subscription, async |caller| {
                create(caller, written).await
            })
        }
        Command::Update(definition) => {
            let written = Written::read(&definition.role_definition)?;
            with_manager(context, &definition.subscription, async |caller| {
                update(caller, written).await
            })
        }
        Command::Delete { name, which } => with_manager(context, &which.subscription, async |caller| {
            let scope = caller.scope(&which.place)?;
            let found = search(caller, &scope, Some(name), which.custom_role_only).await?;
            if found.is_empty() {
                return Err(Error::NoSuchRole(name.clone()).into());
            }
            for role in found {
                caller.manager.delete_role_definition(&scope, role.name).await?;
            }
            Ok(Report::Nothing)
        }),
    }
}

async fn search(
    caller: &Caller,
    scope: &Scope,
    name: Option<&str>,
    custom_only: bool,
) -> Result<Vec<RoleDefinition>, Failure> {
    let mut found = match name {
        Some(name) => caller.manager.find_role_definitions(scope, name).await?,
        None => {
            caller
                .manager
                .role_definitions(scope, Some("atScopeAndBelow()"))
                .await?
        }
    };
    found.retain(|role| !custom_only || role.properties.kind == "CustomRole");
    Ok(found)
}

async fn create(caller: &Caller, mut written: Written) -> Outcome {
    let name = written
        .name
        .take()
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Failure::usage("please provide role name").cure(FORM))?;
    let scopes = std::mem::take(&mut written.assignable_scopes);
    let first = scopes
        .first()
        .ok_or_else(|| Failure::usage("please provide 'assignableScopes'").cure(FORM))?;
    let first = scope(first)?;
    let body = written.into_body(name, scopes);
    let made = caller.manager.create_role_definition(&first, body).await?;
    Ok(Report::Table(shape::definition(&made), COLUMNS))
}

/// What isn't written down stays as it is but for the permissions, which are always said as a whole.
async fn update(caller: &Caller, mut written: Written) -> Outcome {
    let scopes = std::mem::take(&mut written.assignable_scopes);
    let place = match scopes.first() {
        Some(first) => scope(first)?,
        None => Scope::subscription(caller.subscription()?),
    };
    let wanted = match (&written.id, &written.name) {
        (Some(id), _) => id.to_string(),
        (None, Some(name)) => name.clone(),
        (None, None) => return Err(Failure::usage("please provide the role's id or name")),
    };
    let found = search(caller, &place, Some(&wanted), false).await?;
    let role = match found.as_slice() {
        [one] => one,
        [] => {
            let said = format!("No definition was found with the name of \"{wanted}\"");
            return Err(Failure::not_found(said)
                .cure("`doorward role definition list --custom-role-only` shows those there are"));
        }
        _ => {
            return Err(Failure::usage(format!(
                "More than one definition was found with the name of \"{wanted}\": say the role's id"
            )));
        }
    };
    let name = written
        .name
        .take()
        .unwrap_or_else(|| role.properties.role_name.clone());
    let scopes = match scopes.is_empty() {
        true => role.properties.assignable_scopes.clone(),
        false => scopes,
    };
    if written.description.is_none() {
        written.description.clone_from(&role.properties.description);
    }
    let body = written.into_body(name, scopes);
    let changed = caller.manager.put_role_definition(&place, role.name, body);
    Ok(Report::Table(shape::definition(&changed.await?), COLUMNS))
}
