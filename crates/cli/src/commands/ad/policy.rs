//! `doorward ad policy`: of whom a second factor is demanded, and for which applications. `az` has no words for it; `az rest`
//! reaches the same at Microsoft Graph.

use super::role::role_id;
use super::{text, with_directory};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_protocol::graph::conditional_access::{
    ALL, DISABLED, ENABLED, GUESTS, MFA, WriteApplications, WriteConditionalAccessPolicy, WriteConditions,
    WriteGrantControls, WriteUsers,
};
use doorward_sdk::Error;
use doorward_sdk::directory::{DirectoryClient, literal};
use serde_json::Value;

/// The roles that `--administrators` stands for: those that can change what isn't their own.
const ADMINISTRATORS: [&str; 6] = [
    "Global Administrator",
    "Privileged Role Administrator",
    "Application Administrator",
    "User Administrator",
    "Authentication Administrator",
    "Groups Administrator",
];

const COLUMNS: &[(&str, &str)] = &[("DisplayName", "displayName"), ("State", "state"), ("Id", "id")];

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print policies
    List,
    /// Print a policy
    Show {
        /// Its id
        #[arg(long)]
        id: String,
    },
    /// Demand a second factor of somebody, for some or all applications
    Create(Create),
    /// Rename a policy, or let it count or not
    Update {
        /// Its id
        #[arg(long)]
        id: String,
        /// Its new name
        #[arg(long)]
        display_name: Option<String>,
        /// Whether it counts
        #[arg(long, value_name = "BOOL")]
        enabled: Option<bool>,
    },
    /// Take a policy away
    Delete {
        /// Its id
        #[arg(long)]
        id: String,
    },
}

/// Of whom, and for what.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("people").required(true).multiple(true))]
pub struct Create {
    /// Its name
    #[arg(long)]
    display_name: String,
    /// Of everyone
    #[arg(long, group = "people")]
    everyone: bool,
    /// Of whoever holds a directory role that can change what isn't their own
    #[arg(long, group = "people")]
    administrators: bool,
    /// Of every guest
    #[arg(long, group = "people")]
    guests: bool,
    /// Of these people, by user principal name or object id
    #[arg(long, num_args = 1.., value_name = "NAME", group = "people")]
    users: Vec<String>,
    /// Of whoever holds one of these directory roles, by name or id
    #[arg(long, num_args = 1.., value_name = "ROLE", group = "people")]
    roles: Vec<String>,
    /// But not of these people
    #[arg(long, num_args = 1.., value_name = "NAME")]
    except_users: Vec<String>,
    /// For these applications, by application id, URI or name; for all when not given
    #[arg(long, num_args = 1.., value_name = "APP")]
    applications: Vec<String>,
    /// But not for these
    #[arg(long, num_args = 1.., value_name = "APP")]
    except_applications: Vec<String>,
    /// It doesn't count yet
    #[arg(long)]
    disabled: bool,
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    with_directory(context, async |directory, _| match command {
        Command::List => Ok(Report::Table(Value::Array(directory.policies().await?), COLUMNS)),
        Command::Show { id } => Ok(directory.policy(id).await?.into()),
        Command::Create(asked) => {
            let policy = policy(directory, asked).await?;
            Ok(directory.create_policy(&policy).await?.into())
        }
        Command::Update {
            id,
            display_name,
            enabled,
        } => {
            if display_name.is_none() && enabled.is_none() {
                return Err(Failure::usage("there is nothing to change")
                    .cure("give `--display-name` or `--enabled true|false`"));
            }
            let change = WriteConditionalAccessPolicy {
                display_name: display_name.clone(),
                state: enabled.map(|enabled| state(enabled).to_owned()),
                ..WriteConditionalAccessPolicy::default()
            };
            directory.update_policy(id, &change).await?;
            Ok(Report::Nothing)
        }
        Command::Delete { id } => {
            directory.delete_policy(id).await?;
            Ok(Report::Nothing)
        }
    })
}

const fn state(enabled: bool) -> &'static str {
    match enabled {
        true => ENABLED,
        false => DISABLED,
    }
}

async fn policy(
    directory: &DirectoryClient,
    asked: &Create,
) -> Result<WriteConditionalAccessPolicy, Failure> {
    let words = [(asked.everyone, ALL), (asked.guests, GUESTS)];
    let words = words.into_iter().filter(|(named, _)| *named);
    let mut users: Vec<_> = words.map(|(_, word)| word.to_owned()).collect();
    users.extend(user_ids(directory, &asked.users).await?);
    let mut roles = Vec::new();
    let administrators: &[&str] = if asked.administrators {
        &ADMINISTRATORS
    } else {
        &[]
    };
    for role in administrators
        .iter()
        .copied()
        .chain(asked.roles.iter().map(String::as_str))
    {
        roles.push(role_id(directory, role).await?);
    }
    let applications = match asked.applications.is_empty() {
        true => vec![ALL.to_owned()],
        false => app_ids(directory, &asked.applications).await?,
    };
    Ok(WriteConditionalAccessPolicy {
        display_name: Some(asked.display_name.clone()),
        state: Some(state(!asked.disabled).to_owned()),
        conditions: Some(WriteConditions {
            client_app_types: Some(vec!["all".to_owned()]),
            applications: Some(WriteApplications {
                include_applications: Some(applications),
                exclude_applications: Some(app_ids(directory, &asked.except_applications).await?),
            }),
            users: Some(WriteUsers {
                include_users: Some(users),
                exclude_users: Some(user_ids(directory, &asked.except_users).await?),
                include_roles: Some(roles),
                exclude_roles: None,
            }),
        }),
        grant_controls: Some(WriteGrantControls {
            operator: Some("OR".to_owned()),
            built_in_controls: Some(vec![MFA.to_owned()]),
        }),
    })
}

async fn user_ids(directory: &DirectoryClient, names: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(text(&directory.user(name).await?, "id")?.to_owned());
    }
    Ok(ids)
}

async fn app_ids(directory: &DirectoryClient, names: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        let found = match directory.find_service_principal(name).await {
            // Built-in resources are known by their names rather than by anything else.
            Err(Error::NotFound(told)) => {
                let by_name = format!("displayName eq {}", literal(name));
                let found = directory.service_principals(Some(&by_name)).await?;
                let mut found = found.into_iter();
                match (found.next(), found.next()) {
                    (Some(one), None) => one,
                    _ => return Err(Error::NotFound(told).into()),
                }
            }
            other => other?,
        };
        ids.push(text(&found, "appId")?.to_owned());
    }
    Ok(ids)
}
