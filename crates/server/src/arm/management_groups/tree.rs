//! The tree of management groups, as it is read and shown.

use doorward_domain::arm::ManagementGroup;
use doorward_names::{Scope, SubscriptionId, TenantId};
use doorward_protocol::arm::{self as wire, ManagementGroupProperties, ParentGroup};
use doorward_store as store;

use super::super::ArmError;
use super::super::call::Call;

/// The type of a management group.
pub const TYPE: &str = "Microsoft.Management/managementGroups";

/// The root group's name for people.
const ROOT_NAME: &str = "Tenant Root Group";

/// The tree, with the root group in it.
pub struct Tree {
    /// The tenant.
    pub tenant: TenantId,
    /// The groups, but for the root.
    pub groups: Vec<ManagementGroup>,
    /// Where each subscription is; `None` for the root.
    pub placements: Vec<(SubscriptionId, Option<String>)>,
}

impl Tree {
    /// Reads it.
    pub async fn load(call: &Call) -> Result<Self, ArmError> {
        let tenant = call.tenant();
        let (groups, placements) = call
            .ctx
            .app
            .store
            .read(move |view| {
                let groups = store::management_group::list(view, tenant)?;
                Ok::<_, store::QueryError>((groups, store::management_group::placements(view, tenant)?))
            })
            .await?;
        Ok(Self {
            tenant,
            groups,
            placements,
        })
    }

    /// The name of the root group.
    pub fn root_key(&self) -> String {
        self.tenant.to_string()
    }

    /// The group of that name, in lower case.
    pub fn find(&self, key: &str) -> Option<&ManagementGroup> {
        self.groups.iter().find(|group| group.name.to_lowercase() == key)
    }

    /// Whether there is such a group.
    pub fn exists(&self, key: &str) -> bool {
        key == self.root_key() || self.find(key).is_some()
    }

    /// What a group is in.
    pub fn parent(&self, key: &str) -> Option<ParentGroup> {
        let parent = &self.find(key)?.parent_key;
        Some(self.named(parent))
    }

    /// A group by its name.
    pub fn named(&self, key: &str) -> ParentGroup {
        let found = self.find(key);
        let name = found.map_or_else(|| key.to_owned(), |group| group.name.clone());
        ParentGroup {
            id: id_of(&name),
            display_name: Some(
                found.map_or_else(|| ROOT_NAME.to_owned(), |group| group.display_name.clone()),
            ),
            name: Some(name),
        }
    }

    /// A group as it is shown.
    pub fn to_wire(&self, key: &str) -> wire::ManagementGroup {
        let named = self.named(key);
        wire::ManagementGroup {
            id: named.id,
            kind: TYPE.to_owned(),
            name: named.name.unwrap_or_default(),
            properties: ManagementGroupProperties {
                tenant_id: self.tenant,
                display_name: named.display_name.unwrap_or_default(),
                details: None,
                children: None,
            },
        }
    }

    /// The groups directly in one.
    pub fn children(&self, key: &str) -> impl Iterator<Item = &ManagementGroup> {
        self.groups.iter().filter(move |group| group.parent_key == key)
    }

    /// The subscriptions directly in one.
    pub fn subscriptions(&self, key: &str) -> impl Iterator<Item = SubscriptionId> {
        let (key, root) = (key.to_owned(), self.root_key());
        self.placements.iter().filter_map(move |(id, group)| {
            let group = group.as_ref().unwrap_or(&root);
            (*group == key).then_some(*id)
        })
    }
}

/// A group's id.
pub fn id_of(name: &str) -> String {
    Scope::management_group(name).map_or_else(|_| String::new(), |scope| scope.to_string())
}

/// How many groups are above one, the root group not counted, and it itself.
pub fn depth(all: &[ManagementGroup], key: &str) -> usize {
    let mut next = all.iter().find(|group| group.name.to_lowercase() == key);
    let mut count = 0;
    while let Some(group) = next.filter(|_| count <= all.len()) {
        count += 1;
        next = all
            .iter()
            .find(|above| above.name.to_lowercase() == group.parent_key);
    }
    count
}

/// How many levels of groups are below one.
pub fn height(all: &[ManagementGroup], key: &str) -> usize {
    let mut level = vec![key.to_owned()];
    for below in 0..=all.len() {
        level = all
            .iter()
            .filter(|group| level.contains(&group.parent_key))
            .map(|group| group.name.to_lowercase())
            .collect();
        if level.is_empty() {
            return below;
        }
    }
    all.len()
}
