//! `doorward ml workspace`.

use super::{Caller, InSubscription, with_manager, workspace_scope};
use crate::commands::caller::tags;
use crate::commands::principal;
use crate::commands::role;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::prompt;
use clap::Subcommand;
use doorward_sdk::{NewWorkspace, Workspace};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// What to do with workspaces.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a workspace, and what it needs and isn't named
    Create(Create),
    /// Print a workspace
    Show(Which),
    /// Print workspaces
    List {
        /// Those of a resource group
        #[arg(long, short = 'g')]
        resource_group: Option<String>,
        #[command(flatten)]
        subscription: InSubscription,
    },
    /// Change a workspace
    Update(Update),
    /// Delete a workspace and its computes; what it needed stays
    Delete {
        #[command(flatten)]
        which: Which,
        /// Don't ask
        #[arg(long, short)]
        yes: bool,
        /// Taken as `az` takes it: the end is always waited for
        #[arg(long, hide = true)]
        no_wait: bool,
    },
    /// Give somebody a role over a workspace
    Share {
        #[command(flatten)]
        which: Which,
        /// Sign-in name (user@domain), application id or object id; of a group, its object id
        #[arg(long)]
        user: String,
        /// Role, by name or id
        #[arg(long)]
        role: String,
    },
    /// Print the keys of what belongs to a workspace
    ListKeys(Which),
    /// Write the file by which a project's programs find the workspace (`Workspace.from_config`)
    WriteConfig {
        #[command(flatten)]
        which: Which,
        /// The project's directory; the current one when not given
        #[arg(long, value_name = "DIR")]
        path: Option<PathBuf>,
        /// The file's name; `config.json` when not given
        #[arg(long)]
        file_name: Option<String>,
    },
}

/// Which workspace.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Name of the workspace
    #[arg(long, short = 'w', visible_alias = "name", visible_short_alias = 'n')]
    workspace_name: String,
    /// Its resource group
    #[arg(long, short = 'g')]
    resource_group: String,
    #[command(flatten)]
    subscription: InSubscription,
}

/// How a new workspace shall be.
#[derive(Debug, clap::Args)]
pub struct Create {
    #[command(flatten)]
    which: Which,
    /// Where: `westeurope`; where the resource group is, when not given
    #[arg(long, short)]
    location: Option<String>,
    /// Its name for people
    #[arg(long, short, visible_alias = "display-name")]
    friendly_name: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// Its tags
    #[arg(long, short, value_name = "NAME=VALUE", num_args = 0..)]
    tags: Vec<String>,
    /// Id of its storage account; one is made when not given
    #[arg(long, value_name = "ID")]
    storage_account: Option<String>,
    /// Id of its key vault; one is made when not given
    #[arg(long, value_name = "ID", visible_alias = "key-vault")]
    keyvault: Option<String>,
    /// Id of its Application Insights component; one is made when not given
    #[arg(long, value_name = "ID")]
    application_insights: Option<String>,
    /// Id of its container registry; it needs none
    #[arg(long, value_name = "ID")]
    container_registry: Option<String>,
    /// What is in it could do great harm
    #[arg(long)]
    hbi_workspace: bool,
    /// One that is there already will do
    #[arg(long)]
    exist_ok: bool,
    /// Make the resource group when it isn't there
    #[arg(long, short)]
    yes: bool,
}

/// What shall be different.
#[derive(Debug, clap::Args)]
pub struct Update {
    #[command(flatten)]
    which: Which,
    /// Its name for people
    #[arg(long, short, visible_alias = "display-name")]
    friendly_name: Option<String>,
    /// What it is for
    #[arg(long, short)]
    description: Option<String>,
    /// Its tags, instead of those it has; `""` for none
    #[arg(long, value_name = "NAME=VALUE", num_args = 0..)]
    tags: Option<Vec<String>>,
    /// Compute on which images are built
    #[arg(long)]
    image_build_compute: Option<String>,
}

const COLUMNS: &[(&str, &str)] = &[
    ("Name", "workspaceName"),
    ("ResourceGroup", "resourceGroup"),
    ("Location", "location"),
];
const DETAILS: &[(&str, &str)] = &[
    ("Name", "name"),
    ("FriendlyName", "friendlyName"),
    ("Location", "location"),
    ("State", "provisioningState"),
];

impl Which {
    async fn find(&self, caller: &Caller) -> Result<Workspace, Failure> {
        let subscription = caller.subscription()?.to_string();
        let session = Arc::clone(&caller.session);
        Ok(
            Workspace::new(&subscription, &self.resource_group, &self.workspace_name)
                .auth(session)
                .await?,
        )
    }
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Create(args) => {
            let new = args.to_new()?;
            with_manager(context, &args.which.subscription, async |caller| {
                create(&args.which, &new, caller).await
            })
        }
        Command::Show(which) => with_manager(context, &which.subscription, async |caller| {
            let details = which.find(caller).await?.get_details().await?;
            Ok(Report::Table(Value::Object(details), DETAILS))
        }),
        Command::List {
            resource_group,
            subscription,
        } => with_manager(context, subscription, async |caller| {
            let subscription = caller.subscription()?.to_string();
            let session = Arc::clone(&caller.session);
            let found = Workspace::list(&subscription, session, resource_group.as_deref()).await?;
            let all = found.iter().map(listed).collect();
            Ok(Report::Table(Value::Array(all), COLUMNS))
        }),
        Command::Update(args) => {
            let changes = args.to_changes()?;
            with_manager(context, &args.which.subscription, async |caller| {
                let which = &args.which;
                let scope = workspace_scope(caller, &which.resource_group, &which.workspace_name)?;
                caller.manager.update_workspace(&scope, &changes).await?;
                let details = which.find(caller).await?.get_details().await?;
                Ok(Report::Table(Value::Object(details), DETAILS))
            })
        }
        Command::Delete { which, yes, .. } => with_manager(context, &which.subscription, async |caller| {
            let scope = workspace_scope(caller, &which.resource_group, &which.workspace_name)?;
            let question = format!("Delete the workspace {} and its computes?", which.workspace_name);
            prompt::confirm(&question, *yes)?;
            caller.manager.delete_workspace(&scope).await?;
            Ok(Report::Nothing)
        }),
        Command::Share { which, user, role } => {
            with_manager(context, &which.subscription, async |caller| {
                let scope = workspace_scope(caller, &which.resource_group, &which.workspace_name)?;
                let user = principal::find(&caller.manager.directory(), user).await?;
                // That they have it already is as good.
                role::give(&caller.manager, &scope, role, user).await?;
                Ok(Report::Nothing)
            })
        }
        Command::ListKeys(which) => with_manager(context, &which.subscription, async |caller| {
            let scope = workspace_scope(caller, &which.resource_group, &which.workspace_name)?;
            let keys = caller.manager.workspace_keys(&scope).await?;
            let value = serde_json::to_value(&keys).map_err(|e| Failure::new(e.to_string()))?;
            Ok(Report::Value(value))
        }),
        Command::WriteConfig {
            which,
            path,
            file_name,
        } => with_manager(context, &which.subscription, async |caller| {
            let workspace = which.find(caller).await?;
            let file = workspace.write_config(path.as_deref(), file_name.as_deref())?;
            Ok(Report::Value(json!({ "path": file })))
        }),
    }
}

async fn create(which: &Which, new: &NewWorkspace, caller: &Caller) -> Outcome {
    let subscription = caller.subscription()?.to_string();
    let made = Workspace::create(
        &which.workspace_name,
        Arc::clone(&caller.session),
        &subscription,
        &which.resource_group,
        new,
    )
    .await?;
    let mut details = made.get_details().await?;
    details.insert("resourceGroup".to_owned(), json!(made.resource_group()));
    Ok(Report::Table(Value::Object(details), DETAILS))
}

impl Create {
    fn to_new(&self) -> Result<NewWorkspace, Failure> {
        Ok(NewWorkspace {
            location: self.location.clone(),
            create_resource_group: self.yes,
            exist_ok: self.exist_ok,
            friendly_name: self.friendly_name.clone(),
            description: self.description.clone(),
            tags: tags(&self.tags)?,
            storage_account: self.storage_account.clone(),
            key_vault: self.keyvault.clone(),
            application_insights: self.application_insights.clone(),
            container_registry: self.container_registry.clone(),
            hbi_workspace: self.hbi_workspace,
        })
    }
}

impl Update {
    /// The body of a PATCH.
    fn to_changes(&self) -> Result<Value, Failure> {
        let properties: Map<String, Value> = [
            ("friendlyName", &self.friendly_name),
            ("description", &self.description),
            ("imageBuildCompute", &self.image_build_compute),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))))
        .collect();
        let mut changes = Map::new();
        if !properties.is_empty() {
            changes.insert("properties".to_owned(), Value::Object(properties));
        }
        if let Some(given) = &self.tags {
            changes.insert("tags".to_owned(), json!(tags(given)?));
        }
        match changes.is_empty() {
            true => Err(Failure::usage("there is nothing to change")),
            false => Ok(Value::Object(changes)),
        }
    }
}

fn listed(workspace: &Workspace) -> Value {
    json!({
        "id": workspace.scope().as_str(),
        "location": workspace.location(),
        "resourceGroup": workspace.resource_group(),
        "subscriptionId": workspace.subscription_id(),
        "workspaceName": workspace.name(),
    })
}
