//! What a plan comes to: each thing that it makes, with what allows it, in the order in which it is made.

use doorward_domain::arm::Resource;
use doorward_domain::audit::{AuditRow, Event};
use doorward_names::Scope;
use doorward_protocol::arm::{PutDeployment, PutResourceGroup, Resource as Wire};
use doorward_store::{self as store, QueryError, Tx};
use serde_json::json;

use super::own_scope;
use super::shown::record;
use crate::arm::access::Authorized;
use crate::arm::call::{Call, Conditions};
use crate::arm::catalogue::{Kept, find_type};
use crate::arm::resources::putting::Putting;
use crate::arm::template::{Plan, Step};
use crate::arm::{ArmError, resource_groups, tags};

const WRITE: &str = "Microsoft.Resources/deployments/write";
const GROUP_WRITE: &str = "Microsoft.Resources/subscriptions/resourceGroups/write";

/// One thing to make, and what allows it.
#[derive(Clone)]
pub struct Work {
    /// What allows it.
    pub authorized: Authorized,
    /// What it is.
    pub job: Job,
}

/// What is made.
#[derive(Clone)]
pub enum Job {
    /// A resource group.
    Group(resource_groups::Wanted),
    /// A resource.
    Resource(Box<(Putting, Scope, Wire)>),
    /// The record of a deployment.
    Record(Box<Resource>),
}

impl Work {
    /// What is written down of it.
    pub fn row(&self, call: &Call) -> AuditRow {
        self.authorized.row(call, Event::ResourceWritten, "deployment")
    }
}

impl Job {
    /// Makes it; says whether it is new.
    pub fn carry_out(&self, tx: &mut Tx<'_>) -> Result<Result<bool, ArmError>, QueryError> {
        Ok(match self {
            Self::Group(wanted) => wanted.write(tx)?.map(|(_, new)| new),
            Self::Resource(parts) => {
                let (putting, scope, wire) = parts.as_ref();
                putting
                    .write(tx, (scope, wire), &Conditions::default())?
                    .map(|(_, new)| new)
            }
            Self::Record(record) => {
                let there = store::resource::find(tx, record.tenant, &record.scope)?;
                match there {
                    Some(old) => {
                        let changed = Resource {
                            version: old.version + 1,
                            scope: old.scope,
                            created_at: old.created_at,
                            ..record.as_ref().clone()
                        };
                        store::resource::update(tx, &changed)?;
                        Ok(false)
                    }
                    None => {
                        let Some(subscription) = record.scope.subscription_id() else {
                            return Ok(Err(ArmError::NotServed));
                        };
                        store::resource::insert(tx, subscription, record)?
                            .map(|()| true)
                            .map_err(|_| ArmError::PreconditionFailed)
                    }
                }
            }
        })
    }
}

/// Decides on each thing that a plan makes, in its order.
pub async fn prepare(call: &Call, plan: &Plan) -> Result<Vec<Work>, ArmError> {
    let mut works = Vec::new();
    let mut waiting: Vec<&Step> = plan.steps.iter().rev().collect();
    while let Some(step) = waiting.pop() {
        match step {
            Step::Group {
                subscription,
                name,
                location,
                tags,
            } => {
                let at = Scope::resource_group(*subscription, name);
                let authorized = call.require(GROUP_WRITE, &at).await?;
                let asked = PutResourceGroup {
                    location: Some(location.clone()),
                    tags: Some(tags.clone()),
                    managed_by: None,
                };
                let wanted = resource_groups::Wanted::read(call, (*subscription, name.clone()), asked)?;
                works.push(Work {
                    authorized,
                    job: Job::Group(wanted),
                });
            }
            Step::Resource {
                scope: at, resource, ..
            } => {
                works.push(resource_work(call, at, resource).await?);
            }
            Step::Deployment {
                scope: at,
                name,
                location,
                plan,
            } => {
                let own = own_scope(at, name)?;
                let authorized = call.require(WRITE, at).await?;
                let asked = PutDeployment {
                    location: location.clone(),
                    properties: serde_json::from_value(json!({"mode": "Incremental"}))
                        .map_err(|e| ArmError::Body(e.to_string()))?,
                    tags: None,
                };
                let record = record(call, (&own, at), &asked, plan)?;
                // Its record comes when all that it makes is there; a group that it is in was made before.
                works.push(Work {
                    authorized,
                    job: Job::Record(Box::new(record)),
                });
                waiting.extend(plan.steps.iter().rev());
            }
        }
    }
    Ok(works)
}

async fn resource_work(call: &Call, at: &Scope, wire: &Wire) -> Result<Work, ArmError> {
    let kind = at.resource_type().unwrap_or_default();
    let kept = match find_type(&kind).map(|(_, entry)| entry.kept) {
        Some(kept) if kept != Kept::Apart => kept,
        _ => {
            return Err(ArmError::Invalid(
                "InvalidTemplateDeployment",
                format!(
                    "The resource type '{kind}' of the template resource '{at}' is not served in deployments."
                ),
            ));
        }
    };
    wire.tags.as_ref().map_or(Ok(()), tags::check)?;
    let authorized = call.require(&format!("{kind}/write"), at).await?;
    let putting = Putting::draw(call, kept);
    putting.require_linked(call, &authorized, at, wire).await?;
    let mut wire = wire.clone();
    wire.id = String::new();
    wire.name = String::new();
    wire.kind = String::new();
    Ok(Work {
        authorized,
        job: Job::Resource(Box::new((putting, at.clone(), wire))),
    })
}
