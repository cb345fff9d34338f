//! Where a deployment makes its resources: a resource group, or the subscription itself.

use doorward_names::{ResourceGroupName, Scope, SubscriptionId};
use doorward_protocol::arm::Tags;

use super::Context;

/// Where a deployment makes its resources.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The subscription.
    pub(super) subscription: SubscriptionId,
    /// The resource group, unless it is the subscription itself.
    pub(super) group: Option<PlaceGroup>,
}

/// A resource group that a deployment may go to.
#[derive(Debug, Clone)]
pub(super) struct PlaceGroup {
    /// Its name.
    pub(super) name: ResourceGroupName,
    /// Where it is kept and its tags. Of a group other than the deployment's own, nothing is known while a template is
    /// read.
    pub(super) known: Option<(String, Tags)>,
}

impl Place {
    /// Where the whole deployment goes.
    pub(super) fn of(context: &Context) -> Self {
        Self {
            subscription: context.subscription,
            group: context.group.as_ref().map(|group| PlaceGroup {
                name: group.name.clone(),
                known: Some((group.location.clone(), group.tags.clone())),
            }),
        }
    }

    /// The subscription itself.
    pub(super) fn subscription(context: &Context) -> Self {
        Self {
            subscription: context.subscription,
            group: None,
        }
    }

    /// A resource group of the subscription.
    pub(super) fn group(context: &Context, name: ResourceGroupName) -> Self {
        let own = Self::of(context);
        match &own.group {
            Some(group) if group.name.folded() == name.folded() => own,
            _ => Self {
                subscription: context.subscription,
                group: Some(PlaceGroup { name, known: None }),
            },
        }
    }

    /// As a scope.
    pub(super) fn scope(&self) -> Scope {
        match &self.group {
            Some(group) => Scope::resource_group(self.subscription, &group.name),
            None => Scope::subscription(self.subscription),
        }
    }
}
