//! `doorward ml compute`: instances and clusters of a workspace.

use super::{Caller, InSubscription, with_manager, workspace_scope};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::prompt;
use crate::shell::quote;
use clap::{Subcommand, ValueEnum};
use doorward_names::Scope;
use doorward_sdk::Error;
use doorward_sdk::resource_manager::models::Resource;
use doorward_sdk::resource_manager::{ComputeAction, ResourceManagerClient, UnderlyingResource};
use serde_json::{Map, Value, json};

/// What to do with computes.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a compute
    Create(Create),
    /// Print a compute
    Show(Which),
    /// Print the computes of a workspace
    List(InWorkspace),
    /// Start an instance
    Start(Which),
    /// Stop an instance
    Stop(Which),
    /// Restart an instance
    Restart(Which),
    /// Delete a compute
    Delete {
        #[command(flatten)]
        which: Which,
        /// Let the machine be: for what was attached
        #[arg(long)]
        detach: bool,
        /// Don't ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Print what somebody needs to reach the applications of an instance
    ApplicationAccess(Which),
    /// Print the keys of a compute
    ListKeys(Which),
    /// Print the nodes of a cluster
    ListNodes(Which),
}

/// In which workspace.
#[derive(Debug, clap::Args)]
pub struct InWorkspace {
    /// Name of the workspace
    #[arg(long, short = 'w')]
    workspace_name: String,
    /// Its resource group
    #[arg(long, short = 'g')]
    resource_group: String,
    #[command(flatten)]
    subscription: InSubscription,
}

/// Which compute.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Name of the compute
    #[arg(long, short)]
    name: String,
    #[command(flatten)]
    workspace: InWorkspace,
}

/// Which kind of compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A cluster, which grows and shrinks
    #[value(name = "AmlCompute")]
    Cluster,
    /// One machine for one person
    #[value(name = "ComputeInstance")]
    Instance,
}

/// How a new compute shall be.
#[derive(Debug, clap::Args)]
pub struct Create {
    #[command(flatten)]
    which: Which,
    /// Its kind
    #[arg(
        long = "type",
        short = 't',
        value_enum,
        ignore_case = true,
        value_name = "TYPE"
    )]
    kind: Kind,
    /// Size of its machines
    #[arg(long, default_value = "STANDARD_DS3_V2")]
    size: String,
    /// Fewest machines of a cluster
    #[arg(long, default_value_t = 0)]
    min_instances: u32,
    /// Most machines of a cluster
    #[arg(long, default_value_t = 1)]
    max_instances: u32,
    /// After how many idle seconds a cluster gives a machine back
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    idle_time_before_scale_down: u32,
    /// Where; where the workspace is, when not given
    #[arg(long, short)]
    location: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
}

const COLUMNS: &[(&str, &str)] = &[
    ("Name", "name"),
    ("Type", "type"),
    ("Size", "size"),
    ("State", "state"),
    ("Provisioning", "provisioning"),
];

impl InWorkspace {
    fn scope(&self, caller: &Caller) -> Result<Scope, Failure> {
        workspace_scope(caller, &self.resource_group, &self.workspace_name)
    }
}

impl Which {
    fn scope(&self, caller: &Caller) -> Result<Scope, Failure> {
        let workspace = self.workspace.scope(caller)?;
        Ok(ResourceManagerClient::compute_scope(&workspace, &self.name)?)
    }
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Create(args) => {
            let workspace = &args.which.workspace;
            with_manager(context, &workspace.subscription, async |caller| {
                create(args, caller).await
            })
        }
        Command::Show(which) => on(which, context, async |caller, scope| {
            let found = caller.manager.compute(&scope).await?;
            Ok(listing(value(&found)?))
        }),
        Command::List(workspace) => with_manager(context, &workspace.subscription, async |caller| {
            let found = caller.manager.computes(&workspace.scope(caller)?).await?;
            let all: Vec<Value> = found.iter().map(value).collect::<Result<_, _>>()?;
            Ok(listing(Value::Array(all)))
        }),
        Command::Start(which) => act(which, context, ComputeAction::Start),
        Command::Stop(which) => act(which, context, ComputeAction::Stop),
        Command::Restart(which) => act(which, context, ComputeAction::Restart),
        Command::Delete { which, detach, yes } => on(which, context, async |caller, scope| {
            prompt::confirm(&format!("Delete the compute {}?", which.name), *yes)?;
            let machine = match detach {
                true => UnderlyingResource::Detach,
                false => UnderlyingResource::Delete,
            };
            caller.manager.delete_compute(&scope, machine).await?;
            Ok(Report::Nothing)
        }),
        Command::ApplicationAccess(which) => on(which, context, async |caller, scope| {
            Ok(caller.manager.application_access(&scope).await?.into())
        }),
        Command::ListKeys(which) => on(which, context, async |caller, scope| {
            Ok(caller.manager.compute_keys(&scope).await?.into())
        }),
        Command::ListNodes(which) => on(which, context, async |caller, scope| {
            Ok(caller.manager.compute_nodes(&scope).await?.into())
        }),
    }
}

fn on(which: &Which, context: &Context, work: impl AsyncFnOnce(&Caller, Scope) -> Outcome) -> Outcome {
    with_manager(context, &which.workspace.subscription, async |caller| {
        let scope = which.scope(caller)?;
        work(caller, scope).await
    })
}

fn act(which: &Which, context: &Context, action: ComputeAction) -> Outcome {
    on(which, context, async |caller, scope| {
        caller.manager.act_on_compute(&scope, action).await?;
        Ok(Report::Nothing)
    })
}

async fn create(args: &Create, caller: &Caller) -> Outcome {
    let scope = args.which.scope(caller)?;
    let properties = args.properties()?;
    match caller.manager.compute(&scope).await {
        Ok(found) => return already(args, value(&found)?, &properties),
        Err(Error::NotFound(_)) => {}
        Err(e) => return Err(e.into()),
    }
    let location = match &args.location {
        Some(location) => Some(location.clone()),
        None => {
            let workspace = args.which.workspace.scope(caller)?;
            caller.manager.workspace(&workspace).await?.location
        }
    };
    let compute = Resource {
        location,
        properties: Some(properties),
        ..Resource::default()
    };
    let made = caller.manager.put_compute(&scope, &compute).await?;
    Ok(listing(value(&made)?))
}

/// A compute of the name is there: that will do when it is as it shall be. What is different is not changed, since a
/// person who asks for a new compute doesn't expect an old one to become another.
fn already(args: &Create, found: Value, wanted: &Map<String, Value>) -> Outcome {
    let there = found.pointer("/properties").is_some_and(|there| {
        wanted
            .iter()
            .all(|(name, value)| there.get(name).is_some_and(|there| holds(there, value)))
    });
    let here = args.location.as_ref().is_none_or(|wanted| {
        found
            .get("location")
            .is_some_and(|there| holds(there, &json!(wanted)))
    });
    if there && here {
        return Ok(listing(found));
    }
    let Which { name, workspace } = &args.which;
    Err(Failure::new(format!(
        "there is a compute `{name}` in the workspace {} already, and it is another one",
        workspace.workspace_name
    ))
    .cure(format!(
        "choose another name, or delete it first: `doorward ml compute delete -n {} -w {} -g {}`",
        quote(name),
        quote(&workspace.workspace_name),
        quote(&workspace.resource_group)
    )))
}

/// Whether all that is wanted is there; the case of words makes no difference, as in Resource Manager.
fn holds(there: &Value, wanted: &Value) -> bool {
    match (there, wanted) {
        (Value::Object(there), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, value)| there.get(name).is_some_and(|there| holds(there, value))),
        (Value::String(there), Value::String(wanted)) => there.eq_ignore_ascii_case(wanted),
        (there, wanted) => there == wanted,
    }
}

impl Create {
    fn properties(&self) -> Result<Map<String, Value>, Failure> {
        if self.min_instances > self.max_instances {
            return Err(Failure::usage("--min-instances is more than --max-instances"));
        }
        let (kind, machine) = match self.kind {
            Kind::Instance => ("ComputeInstance", json!({ "vmSize": self.size })),
            Kind::Cluster => (
                "AmlCompute",
                json!({
                    "vmSize": self.size,
                    "vmPriority": "Dedicated",
                    "scaleSettings": {
                        "minNodeCount": self.min_instances,
                        "maxNodeCount": self.max_instances,
                        "nodeIdleTimeBeforeScaleDown": format!("PT{}S", self.idle_time_before_scale_down),
                    },
                }),
            ),
        };
        let mut properties = Map::new();
        properties.insert("computeType".to_owned(), json!(kind));
        properties.insert("properties".to_owned(), machine);
        if let Some(description) = &self.description {
            properties.insert("description".to_owned(), json!(description));
        }
        Ok(properties)
    }
}

fn value(compute: &Resource) -> Result<Value, Failure> {
    serde_json::to_value(compute).map_err(|e| Failure::new(e.to_string()))
}

fn listing(value: Value) -> Report {
    let row = |compute: &Value| {
        let at = |place: &str| compute.pointer(place);
        json!({
            "name": at("/name"),
            "type": at("/properties/computeType"),
            "size": at("/properties/properties/vmSize"),
            "state": at("/properties/properties/state").or_else(|| at("/properties/properties/allocationState")),
            "provisioning": at("/properties/provisioningState"),
        })
    };
    let rows = match &value {
        Value::Array(computes) => computes.iter().map(row).collect(),
        compute => row(compute),
    };
    Report::Listing {
        value,
        rows,
        columns: COLUMNS,
    }
}
