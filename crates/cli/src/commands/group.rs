//! `doorward group`: resource groups.

use super::caller::{Caller, InSubscription, group_name, tags, with_manager};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::prompt;
use clap::Subcommand;
use doorward_names::{ResourceGroupName, SubscriptionId};
use doorward_sdk::directory::literal;
use doorward_sdk::resource_manager::models::{PatchResourceGroup, PutResourceGroup, ResourceGroup};
use serde_json::{Value, json};

/// What to do with resource groups.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a resource group, or change its tags
    Create {
        #[command(flatten)]
        group: Group,
        /// Where it is kept: `westeurope`
        #[arg(long, short)]
        location: String,
        /// Its tags; `""` for none
        #[arg(long, value_name = "NAME=VALUE", num_args = 0..)]
        tags: Option<Vec<String>>,
        /// Id of the resource that it belongs to
        #[arg(long)]
        managed_by: Option<String>,
    },
    /// Print a resource group
    Show(Group),
    /// Print resource groups
    List {
        /// Those with a tag: `name` or `name=value`
        #[arg(long, value_name = "NAME[=VALUE]")]
        tag: Option<String>,
        #[command(flatten)]
        subscription: InSubscription,
    },
    /// Change a resource group's tags
    Update {
        #[command(flatten)]
        group: Group,
        /// Its tags, instead of those it has; `""` for none
        #[arg(long, value_name = "NAME=VALUE", num_args = 0.., required = true)]
        tags: Vec<String>,
    },
    /// Delete a resource group and everything in it
    Delete {
        #[command(flatten)]
        group: Group,
        /// Don't ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Print whether there is a resource group of that name
    Exists(Group),
}

/// Which resource group.
#[derive(Debug, clap::Args)]
pub struct Group {
    /// Name of the resource group
    #[arg(long, short, visible_alias = "resource-group", visible_short_alias = 'g')]
    name: String,
    #[command(flatten)]
    subscription: InSubscription,
}

impl Group {
    fn find(&self, caller: &Caller) -> Result<(SubscriptionId, ResourceGroupName), Failure> {
        Ok((caller.subscription()?, group_name(&self.name)?))
    }
}

const COLUMNS: &[(&str, &str)] = &[("Name", "name"), ("Location", "location"), ("Status", "status")];

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Create {
            group,
            location,
            tags: given,
            managed_by,
        } => {
            let body = PutResourceGroup {
                location: Some(location.clone()),
                tags: given.as_deref().map(tags).transpose()?,
                managed_by: managed_by.clone(),
            };
            with_manager(context, &group.subscription, async |caller| {
                let (subscription, name) = group.find(caller)?;
                shown(
                    &caller
                        .manager
                        .put_resource_group(subscription, &name, &body)
                        .await?,
                )
            })
        }
        Command::Show(group) => with_manager(context, &group.subscription, async |caller| {
            let (subscription, name) = group.find(caller)?;
            shown(&caller.manager.resource_group(subscription, &name).await?)
        }),
        Command::List { tag, subscription } => with_manager(context, subscription, async |caller| {
            let filter = tag.as_deref().map(tag_filter);
            let subscription = caller.subscription()?;
            let found = caller.manager.resource_groups(subscription, filter.as_deref());
            let groups: Vec<Value> = found.await?.iter().map(to_az).collect();
            Ok(listing(Value::Array(groups)))
        }),
        Command::Update { group, tags: given } => {
            let body = PatchResourceGroup {
                tags: Some(tags(given)?),
            };
            with_manager(context, &group.subscription, async |caller| {
                let (subscription, name) = group.find(caller)?;
                shown(
                    &caller
                        .manager
                        .update_resource_group(subscription, &name, &body)
                        .await?,
                )
            })
        }
        Command::Delete { group, yes } => with_manager(context, &group.subscription, async |caller| {
            let (subscription, name) = group.find(caller)?;
            prompt::confirm(
                &format!("Delete the resource group {name} and everything in it?"),
                *yes,
            )?;
            caller.manager.delete_resource_group(subscription, &name).await?;
            Ok(Report::Nothing)
        }),
        Command::Exists(group) => with_manager(context, &group.subscription, async |caller| {
            let (subscription, name) = group.find(caller)?;
            let exists = caller.manager.resource_group_exists(subscription, &name);
            Ok(Report::Value(Value::Bool(exists.await?)))
        }),
    }
}

fn tag_filter(tag: &str) -> String {
    let (name, value) = tag.split_once('=').unwrap_or((tag, ""));
    let by_name = format!("tagName eq {}", literal(name));
    match value {
        "" => by_name,
        value => format!("{by_name} and tagValue eq {}", literal(value)),
    }
}

fn shown(group: &ResourceGroup) -> Outcome {
    Ok(listing(to_az(group)))
}

/// The group as `az group show` prints it.
fn to_az(group: &ResourceGroup) -> Value {
    json!({
        "id": group.id,
        "location": group.location,
        "managedBy": group.managed_by,
        "name": group.name,
        "properties": group.properties,
        "tags": group.tags,
        "type": group.kind,
    })
}

fn listing(value: Value) -> Report {
    let row = |group: &Value| {
        json!({
            "name": group.get("name"),
            "location": group.get("location"),
            "status": group.pointer("/properties/provisioningState"),
        })
    };
    let rows = match &value {
        Value::Array(groups) => groups.iter().map(row).collect(),
        group => row(group),
    };
    Report::Listing {
        value,
        rows,
        columns: COLUMNS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_condition() {
        assert_eq!(tag_filter("a"), "tagName eq 'a'");
        assert_eq!(tag_filter("it's=b=c"), "tagName eq 'it''s' and tagValue eq 'b=c'");
    }
}
