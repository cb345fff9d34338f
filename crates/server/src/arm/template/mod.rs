//! Templates of Resource Manager, read: what a deployment would make, in the order in which it must be made.
//!
//! A pure function of the template, the values of its parameters and a [`Context`]. A stated subset is served, and
//! whatever is outside of it is refused by name. Deliberately not here: HTTP, the store, the clock, randomness (which
//! arrive as values), who may make what, and whether a resource is one that its provider would take.
//!
//! What is served: parameters with their types and bounds, variables, conditions, resources with children within, `scope`,
//! nested deployments with `inner` and `outer` expressions in the same subscription, outputs, and the functions in
//! [`functions`]. What is refused: `copy`, functions of the user, linked templates, `Complete`, version 2 of the language,
//! extensions, and every function that would need a look at what is deployed (`reference`, `list…`).
//!
//! The template and the values come from strangers. So everything is bounded in [`limits`]: depth, number, work and text.

mod deployment;
mod error;
mod evaluate;
mod expand;
mod expression;
mod fields;
mod functions;
mod limits;
mod order;
mod outputs;
mod parameters;
mod place;
mod resource;
#[cfg(test)]
mod tests;
mod variables;

pub use error::TemplateError;

use doorward_names::{ResourceGroupName, Scope, SubscriptionId, TenantId, Timestamp};
use doorward_protocol::arm::{Resource, Tags};
use serde_json::{Map, Value};

/// What a template may know about the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The tenant of the subscription.
    pub tenant: TenantId,
    /// The subscription that is deployed to.
    pub subscription: SubscriptionId,
    /// Its name.
    pub subscription_name: String,
    /// The resource group that is deployed to; none when it is the subscription itself.
    pub group: Option<Group>,
    /// The name of the deployment.
    pub deployment: String,
    /// Where the deployment of a subscription is kept.
    pub location: Option<String>,
    /// 16 random bytes; every `newGuid()` is made of them and of its number.
    pub new_guid: [u8; 16],
    /// What `utcNow()` says.
    pub utc_now: Timestamp,
}

/// A resource group that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: ResourceGroupName,
    /// Where it is kept.
    pub location: String,
    /// Its tags.
    pub tags: Tags,
}

/// What a template comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What to make, in this order.
    pub steps: Vec<Step>,
    /// `{name: {"type", "value"}}`; a secure output shows its type alone.
    pub outputs: Map<String, Value>,
    /// The parameters as they are shown back: `{name: {"type", "value"}}`; a secure one shows its type alone.
    pub parameters: Map<String, Value>,
    /// What waits for what, as a deployment shows it: `{"dependsOn": […], "id", "resourceType", "resourceName"}`.
    pub dependencies: Vec<Value>,
}

/// One thing to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A resource group.
    Group {
        /// In which subscription.
        subscription: SubscriptionId,
        /// Its name.
        name: ResourceGroupName,
        /// Where it is kept.
        location: String,
        /// Its tags.
        tags: Tags,
    },
    /// A resource.
    Resource {
        /// What it is called in the tree.
        scope: Scope,
        /// The resource. `id` is the scope; `name` has a part for each part of its type.
        resource: Box<Resource>,
        /// The version of the interface that it is written for.
        api_version: String,
    },
    /// A deployment within this one.
    Deployment {
        /// The resource group or subscription that it deploys to.
        scope: Scope,
        /// Its name.
        name: String,
        /// Where the deployment of a subscription is kept.
        location: Option<String>,
        /// What it comes to.
        plan: Plan,
    },
}

/// What a template comes to. `parameters` are `{name: {"value": …}}`, as a deployment's body has them.
///
/// # Errors
/// When the template is wrong, is outside of what is served, or asks for too much.
pub fn expand(
    template: &Value,
    parameters: &Map<String, Value>,
    context: &Context,
) -> Result<Plan, TemplateError> {
    expand::root(template, parameters, context)
}
