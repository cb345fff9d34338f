//! `doorward ad sp`.

use super::{COLUMNS, create_for_rbac, credential, name_filter, only_mine, set, text, with_directory};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_protocol::graph::ServicePrincipal;
use doorward_protocol::graph::legacy::LegacyServicePrincipal;
use doorward_sdk::directory::DirectoryClient;
use serde_json::Value;

/// What to do with service principals.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register an application, and make its service principal and a password
    CreateForRbac(create_for_rbac::Args),
    /// Make the service principal of an application
    Create {
        /// Application id, identifier URI or object id of the application
        #[arg(long)]
        id: String,
    },
    /// Print a service principal
    Show {
        #[command(flatten)]
        id: Id,
        /// Print it in the shape of the older directory graph: `objectId`, `objectType` …
        #[arg(long)]
        legacy: bool,
    },
    /// Print service principals
    List(List),
    /// Change a service principal
    Update {
        #[command(flatten)]
        id: Id,
        /// Any property: `--set accountEnabled=false`
        #[arg(long, value_name = "NAME=VALUE", num_args = 1.., required = true)]
        set: Vec<String>,
    },
    /// Delete a service principal; its application stays
    Delete(Id),
    /// Its passwords
    #[command(subcommand)]
    Credential(credential::Command),
    /// Who owns it
    #[command(subcommand)]
    Owner(Owner),
}

/// Which service principal.
#[derive(Debug, clap::Args)]
pub struct Id {
    /// Application id, identifier URI or object id
    #[arg(long)]
    id: String,
}

/// Which service principals.
#[derive(Debug, clap::Args)]
pub struct List {
    /// All of them, as without any option
    #[arg(long)]
    all: bool,
    /// Those whose name starts so
    #[arg(long)]
    display_name: Option<String>,
    /// Those with that application id or identifier URI
    #[arg(long)]
    spn: Option<String>,
    /// Those that an OData condition lets through
    #[arg(long)]
    filter: Option<String>,
    /// Those that the signed-in person owns
    #[arg(long)]
    show_mine: bool,
}

/// What to do with owners.
#[derive(Debug, Subcommand)]
pub enum Owner {
    /// Print the owners
    List(Id),
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    if let Command::CreateForRbac(args) = command {
        args.check()?;
    }
    with_directory(context, async |directory, session| match command {
        Command::CreateForRbac(args) => create_for_rbac::run(args, directory, session).await,
        Command::Create { id } => {
            let application = directory.find_application(id).await?;
            Ok(directory
                .create_service_principal(text(&application, "appId")?)
                .await?
                .into())
        }
        Command::Show { id, legacy } => {
            let found = directory.find_service_principal(&id.id).await?;
            if *legacy {
                older_shape(found)
            } else {
                Ok(found.into())
            }
        }
        Command::List(args) => list(args, directory).await,
        Command::Update { id, set } => {
            let changes = Value::Object(set::changes(set)?);
            let id = find(directory, id).await?;
            directory.update_service_principal(&id, &changes).await?;
            Ok(Report::Nothing)
        }
        Command::Delete(id) => {
            let id = find(directory, id).await?;
            directory.delete_service_principal(&id).await?;
            Ok(Report::Nothing)
        }
        Command::Credential(command) => {
            let tenant = &session.account().tenant_id;
            credential::run(command, credential::Kind::ServicePrincipal, directory, tenant).await
        }
        Command::Owner(Owner::List(id)) => {
            let id = find(directory, id).await?;
            Ok(Report::Value(Value::Array(
                directory.service_principal_owners(&id).await?,
            )))
        }
    })
}

/// The shape in which `az` printed it until 2022.
fn older_shape(found: Value) -> Outcome {
    let strange = |e: serde_json::Error| Failure::new(format!("the server's service principal: {e}"));
    let newer: ServicePrincipal = serde_json::from_value(found).map_err(strange)?;
    Ok(serde_json::to_value(LegacyServicePrincipal::from(&newer))
        .map_err(strange)?
        .into())
}

async fn find(directory: &DirectoryClient, id: &Id) -> Result<String, Failure> {
    let found = directory.find_service_principal(&id.id).await?;
    Ok(text(&found, "id")?.to_owned())
}

async fn list(args: &List, directory: &DirectoryClient) -> Outcome {
    let mut filter = name_filter(args.display_name.as_deref(), args.filter.as_deref());
    if let Some(spn) = &args.spn {
        let condition = format!(
            "servicePrincipalNames/any(c:c eq {})",
            doorward_sdk::directory::literal(spn)
        );
        filter = Some(filter.map_or_else(
            || condition.clone(),
            |filter| format!("({filter}) and {condition}"),
        ));
    }
    let mut found = directory.service_principals(filter.as_deref()).await?;
    if args.show_mine {
        found = only_mine(directory, found, async |id| {
            directory.service_principal_owners(id).await
        })
        .await?;
    }
    Ok(Report::Table(Value::Array(found), COLUMNS))
}
