//! What the commands over resources share: who calls, in which subscription, and where.

use crate::context::Context;
use crate::failure::Failure;
use crate::profile::{NO_SUBSCRIPTION, Profile};
use crate::session::{self, Session};
use doorward_names::{ResourceGroupName, Scope, SubscriptionId};
use doorward_sdk::resource_manager::ResourceManagerClient;
use doorward_sdk::resource_manager::models::Tags;
use std::sync::Arc;

/// Which subscription.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct InSubscription {
    /// Subscription, by id or name; the one in use when not given
    #[arg(long)]
    subscription: Option<String>,
}

/// Where: a scope, or a resource group.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Place {
    /// Scope: `/subscriptions/ID`, `/subscriptions/ID/resourceGroups/NAME`, a resource's id …
    #[arg(long, conflicts_with = "resource_group")]
    scope: Option<String>,
    /// Resource group, instead of a scope
    #[arg(long, short = 'g')]
    resource_group: Option<String>,
}

impl Place {
    /// What was given.
    pub fn of(scope: Option<&str>, group: Option<&str>) -> Self {
        Self {
            scope: scope.map(str::to_owned),
            resource_group: group.map(str::to_owned),
        }
    }
}

/// Calls as the account in use.
pub struct Caller {
    /// Their session.
    pub session: Arc<Session>,
    /// Resource Manager, as them.
    pub manager: ResourceManagerClient,
}

/// Runs calls to Resource Manager as the account in use, or the one in the subscription that is named.
pub fn with_manager<T>(
    context: &Context,
    subscription: &InSubscription,
    work: impl AsyncFnOnce(&Caller) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let profile = Profile::load(&context.home)?;
    let account = match &subscription.subscription {
        Some(name) => profile.find(name)?,
        None => profile.current()?,
    };
    let session = Session::open(&context.home, account, None)?;
    let manager = session.resource_manager()?;
    session::block_on(work(&Caller { session, manager }))
}

impl Caller {
    /// The subscription.
    pub fn subscription(&self) -> Result<SubscriptionId, Failure> {
        let account = self.session.account();
        let known = (account.name != NO_SUBSCRIPTION).then(|| account.id.parse().ok());
        known.flatten().ok_or_else(|| {
            Failure::new("No subscription is known for this account.").cure(
                "when somebody has given you a role over one: `doorward account list --refresh`; another account: `doorward account set -s SUBSCRIPTION`",
            )
        })
    }

    /// The scope that was named, else the subscription.
    pub fn scope(&self, place: &Place) -> Result<Scope, Failure> {
        match (&place.scope, &place.resource_group) {
            (Some(text), _) => scope(text),
            (None, Some(group)) => self.group_scope(&group_name(group)?),
            (None, None) => Ok(Scope::subscription(self.subscription()?)),
        }
    }

    /// A resource group's scope.
    pub fn group_scope(&self, name: &ResourceGroupName) -> Result<Scope, Failure> {
        Ok(Scope::resource_group(self.subscription()?, name))
    }
}

/// A scope as people write it: the slash at its beginning may be missing.
pub fn scope(text: &str) -> Result<Scope, Failure> {
    let bare = ["subscriptions/", "providers/"]
        .iter()
        .any(|start| text.to_ascii_lowercase().starts_with(start));
    let parsed = match bare {
        true => format!("/{text}").parse(),
        false => text.parse(),
    };
    parsed.map_err(|e: doorward_names::InvalidName| Failure::usage(e.to_string()))
}

/// A resource group's name.
pub fn group_name(text: &str) -> Result<ResourceGroupName, Failure> {
    text.parse()
        .map_err(|e: doorward_names::InvalidName| Failure::usage(e.to_string()))
}

/// `--tags a=b c`: names with a value each; an empty text stands for no tags.
pub fn tags(given: &[String]) -> Result<Tags, Failure> {
    let mut tags = Tags::new();
    for tag in given.iter().filter(|tag| !tag.is_empty()) {
        let (name, value) = tag.split_once('=').unwrap_or((tag, ""));
        if name.is_empty() {
            return Err(Failure::usage(format!("`{tag}` is no tag")).cure("write `--tags name=value`"));
        }
        tags.insert(name.to_owned(), value.to_owned());
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_names_with_values() {
        let given = ["a=b=c", "d", "", "e="].map(str::to_owned);
        let found: Vec<_> = tags(&given).unwrap().into_iter().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(found, [pair("a", "b=c"), pair("d", ""), pair("e", "")]);
        assert!(tags(&["=x".to_owned()]).is_err());
    }

    #[test]
    fn a_scope_may_lack_its_first_slash() {
        let id = "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";
        assert_eq!(
            scope(&format!("subscriptions/{id}")).unwrap().as_str(),
            format!("/subscriptions/{id}")
        );
        assert_eq!(scope("/").unwrap(), Scope::root());
        assert!(scope("ml-rg").is_err() && scope("").is_err());
    }
}
