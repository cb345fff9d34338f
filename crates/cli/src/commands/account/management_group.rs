//! `doorward account management-group`: a tree above the subscriptions, by which roles and what is in it are ordered.

use crate::commands::caller::{Caller, InSubscription, with_manager};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::profile::Profile;
use clap::Subcommand;
use doorward_names::SubscriptionId;
use doorward_sdk::resource_manager::models::{
    ManagementGroup, ParentGroup, PutManagementGroup, PutManagementGroupDetails, PutManagementGroupProperties,
};
use serde_json::{Value, json};

/// What to do with management groups.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a management group
    Create(Group),
    /// Print a management group
    Show {
        #[command(flatten)]
        name: Name,
        /// Print what is in it as well
        #[arg(long, short)]
        expand: bool,
    },
    /// Print management groups
    List,
    /// Change a management group
    Update(Group),
    /// Delete a management group in which nothing is
    Delete(Name),
    /// The subscriptions in it
    #[command(subcommand)]
    Subscription(Placement),
}

/// Which management group.
#[derive(Debug, clap::Args)]
pub struct Name {
    /// Name of the management group
    #[arg(long, short)]
    name: String,
}

/// Which management group, and how it shall be.
#[derive(Debug, clap::Args)]
pub struct Group {
    #[command(flatten)]
    name: Name,
    /// Its name for people
    #[arg(long, short)]
    display_name: Option<String>,
    /// The management group that it is in, by name or id; the tenant's root when not given
    #[arg(long, short)]
    parent: Option<String>,
}

/// What to do with subscriptions.
#[derive(Debug, Subcommand)]
pub enum Placement {
    /// Put a subscription into a management group
    Add(Placed),
    /// Take a subscription out, back below the tenant's root
    Remove(Placed),
}

/// Which subscription, and where.
#[derive(Debug, clap::Args)]
pub struct Placed {
    #[command(flatten)]
    name: Name,
    /// Subscription, by id or name
    #[arg(long, short)]
    subscription: String,
}

const COLUMNS: &[(&str, &str)] = &[("DisplayName", "displayName"), ("Name", "name")];
const PREFIX: &str = "/providers/Microsoft.Management/managementGroups/";

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    with_manager(
        context,
        &InSubscription::default(),
        async |caller| match command {
            Command::Create(group) => {
                put(
                    group,
                    group.display_name.as_deref().unwrap_or(&group.name.name),
                    caller,
                )
                .await
            }
            Command::Update(group) => {
                let kept = caller.manager.management_group(&group.name.name, false).await?;
                let name = group
                    .display_name
                    .as_ref()
                    .unwrap_or(&kept.properties.display_name);
                put(group, name, caller).await
            }
            Command::Show { name, expand } => {
                let found = caller.manager.management_group(&name.name, *expand).await?;
                Ok(Report::Table(to_az(&found), COLUMNS))
            }
            Command::List => {
                let all = caller.manager.management_groups().await?;
                Ok(Report::Table(all.iter().map(to_az).collect(), COLUMNS))
            }
            Command::Delete(name) => {
                caller.manager.delete_management_group(&name.name).await?;
                Ok(Report::Nothing)
            }
            Command::Subscription(Placement::Add(placed)) => {
                let id = subscription(context, &placed.subscription)?;
                caller.manager.place_subscription(&placed.name.name, id).await?;
                Ok(Report::Nothing)
            }
            Command::Subscription(Placement::Remove(placed)) => {
                let id = subscription(context, &placed.subscription)?;
                caller.manager.unplace_subscription(&placed.name.name, id).await?;
                Ok(Report::Nothing)
            }
        },
    )
}

async fn put(group: &Group, display_name: &str, caller: &Caller) -> Outcome {
    let parent = group.parent.as_deref().map(|parent| ParentGroup {
        id: match parent.starts_with('/') {
            true => parent.to_owned(),
            false => format!("{PREFIX}{parent}"),
        },
        name: None,
        display_name: None,
    });
    let body = PutManagementGroup {
        name: Some(group.name.name.clone()),
        properties: Some(PutManagementGroupProperties {
            display_name: Some(display_name.to_owned()),
            details: parent.map(|parent| PutManagementGroupDetails { parent: Some(parent) }),
        }),
    };
    let made = caller.manager.put_management_group(&group.name.name, &body);
    Ok(Report::Table(to_az(&made.await?), COLUMNS))
}

/// A subscription that is named by its id, or as the accounts on this machine know it.
fn subscription(context: &Context, named: &str) -> Result<SubscriptionId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let profile = Profile::load(&context.home)?;
    let account = profile.find(named)?;
    account
        .id
        .parse()
        .map_err(|e: doorward_names::InvalidId| Failure::usage(e.to_string()))
}

/// The group as `az` prints it: flat.
fn to_az(group: &ManagementGroup) -> Value {
    json!({
        "children": group.properties.children,
        "details": group.properties.details,
        "displayName": group.properties.display_name,
        "id": group.id,
        "name": group.name,
        "tenantId": group.properties.tenant_id,
        "type": group.kind,
    })
}
