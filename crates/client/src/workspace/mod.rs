//! A workspace, in `azureml-core`'s words.

mod config;
mod create;
mod details;
mod open;

pub use config::WorkspaceConfig;
pub use create::NewWorkspace;
pub use open::{FromConfig, OpenWorkspace};

use crate::directory::literal;
use crate::resource_manager::{ResourceManagerClient, WORKSPACE_TYPE};
use crate::{Error, TokenSource};
use doorward_names::{ObjectId, ResourceGroupName, Scope, SubscriptionId};
use doorward_protocol::arm::keys::WorkspaceKeys;
use doorward_protocol::arm::{PutResourceGroup, PutRoleAssignmentProperties, Resource};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A machine-learning workspace that is there.
///
/// ```no_run
/// # async fn example() -> Result<(), doorward_sdk::Error> {
/// use doorward_sdk::{ServicePrincipalAuthentication, Workspace};
///
/// let auth = ServicePrincipalAuthentication::from_env()?;
/// let subscription = "00000000-0000-0000-0000-000000000000";
/// let workspace = Workspace::get("ml-example", auth, subscription, Some("ml-rg")).await?;
/// println!("{:#?}", workspace.get_details().await?);
/// workspace.write_config(None, None)?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Workspace {
    client: Arc<ResourceManagerClient>,
    scope: Scope,
    subscription: SubscriptionId,
    group: ResourceGroupName,
    location: Option<String>,
}

impl Workspace {
    /// The workspace of that name. Without a resource group it is looked for in all that the caller sees of the
    /// subscription.
    ///
    /// # Errors
    /// [`Error::NoSuchWorkspace`], [`Error::SeveralWorkspaces`]; else as [`Self::new`].
    pub async fn get(
        name: &str,
        auth: impl TokenSource + 'static,
        subscription_id: &str,
        resource_group: Option<&str>,
    ) -> Result<Self, Error> {
        match resource_group {
            Some(group) => Self::new(subscription_id, group, name).auth(auth).await,
            None => {
                let all = Self::list(subscription_id, auth, None).await?;
                let mut found: Vec<Self> = all
                    .into_iter()
                    .filter(|workspace| workspace.name().eq_ignore_ascii_case(name))
                    .collect();
                match (found.pop(), found.is_empty()) {
                    (Some(one), true) => Ok(one),
                    (Some(last), false) => {
                        let groups = found.iter().chain([&last]).map(|w| w.group.to_string());
                        Err(Error::SeveralWorkspaces {
                            name: name.to_owned(),
                            resource_groups: groups.collect(),
                        })
                    }
                    (None, _) => Err(Error::NoSuchWorkspace {
                        name: name.to_owned(),
                        place: format!("what you see of the subscription {subscription_id}"),
                    }),
                }
            }
        }
    }

    /// The workspace at that place, which is asked for when this is awaited. Who asks is said by
    /// [`OpenWorkspace::auth`]; when nobody says, a person signs in: see [`crate::InteractiveLoginAuthentication`].
    ///
    /// # Errors
    /// [`Error::NoSuchWorkspace`], [`Error::NoSuchResourceGroup`], [`Error::NoSuchSubscription`];
    /// [`Error::MissingPermission`] with the action and scope that aren't allowed; [`Error::WrongTenant`]; what has
    /// expired ([`Error::is_expired`]); [`Error::Invalid`] when a name or id can't be one; else as [`Error`] says.
    #[expect(clippy::new_ret_no_self, reason = "it is a workspace once it was awaited")]
    pub fn new(subscription_id: &str, resource_group: &str, workspace_name: &str) -> OpenWorkspace {
        OpenWorkspace::new(WorkspaceConfig {
            subscription_id: subscription_id.to_owned(),
            resource_group: resource_group.to_owned(),
            workspace_name: workspace_name.to_owned(),
        })
    }

    async fn at(client: Arc<ResourceManagerClient>, place: Place) -> Result<Self, Error> {
        let found = client.workspace(&place.scope).await;
        let resource = found.map_err(|e| no_such(e, &place.scope))?;
        Ok(Self {
            client,
            scope: place.scope,
            subscription: place.subscription,
            group: place.group,
            location: resource.location,
        })
    }

    /// The workspace of a project, which its configuration file names: see [`WorkspaceConfig::find`] for where that is
    /// looked for, and [`FromConfig::path`] for where that begins. Who asks is said as with [`Self::new`].
    ///
    /// # Errors
    /// When it is awaited: [`Error::NoWorkspaceConfig`]; else as [`Self::new`].
    pub fn from_config() -> FromConfig {
        FromConfig::default()
    }

    /// Makes a workspace, and what it needs and isn't named in `new`.
    ///
    /// # Errors
    /// [`Error::WorkspaceExists`] unless `new` says that one that is there will do; else as [`Self::new`].
    pub async fn create(
        name: &str,
        auth: impl TokenSource + 'static,
        subscription_id: &str,
        resource_group: &str,
        new: &NewWorkspace,
    ) -> Result<Self, Error> {
        let client = Arc::new(ResourceManagerClient::of(auth)?);
        let place = Place::parse(subscription_id, resource_group, name)?;
        let location = match client.workspace(&place.scope).await {
            Ok(_) if new.exist_ok => return Self::at(client, place).await,
            Ok(_) => {
                return Err(Error::WorkspaceExists {
                    name: name.to_owned(),
                    resource_group: resource_group.to_owned(),
                });
            }
            Err(Error::NoSuchResourceGroup(_)) if new.create_resource_group => {
                make_group(&client, &place, new).await?
            }
            Err(Error::NotFound(_)) => match &new.location {
                Some(location) => location.clone(),
                None => {
                    client
                        .resource_group(place.subscription, &place.group)
                        .await?
                        .location
                }
            },
            Err(e) => return Err(e),
        };
        let group = Scope::resource_group(place.subscription, &place.group);
        create::make(&client, &group, name, &location, new).await?;
        Self::at(client, place).await
    }

    /// The workspaces of a subscription that the caller sees, or those of a resource group.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub async fn list(
        subscription_id: &str,
        auth: impl TokenSource + 'static,
        resource_group: Option<&str>,
    ) -> Result<Vec<Self>, Error> {
        let client = Arc::new(ResourceManagerClient::of(auth)?);
        let subscription = subscription(subscription_id)?;
        let found = match resource_group {
            Some(name) => {
                let scope = Scope::resource_group(subscription, &group(name)?);
                client.workspaces(&scope).await?
            }
            None => {
                let filter = format!("resourceType eq {}", literal(WORKSPACE_TYPE));
                let scope = Scope::subscription(subscription);
                client.resources(&scope, Some(&filter)).await?
            }
        };
        found
            .into_iter()
            .map(|resource| Self::listed(&client, resource))
            .collect()
    }

    fn listed(client: &Arc<ResourceManagerClient>, resource: Resource) -> Result<Self, Error> {
        let strange = || {
            Error::Invalid(format!(
                "the server lists `{}`, which is no workspace",
                resource.id
            ))
        };
        let scope: Scope = resource.id.parse().map_err(|_| strange())?;
        let (Some(subscription), Some(group)) = (scope.subscription_id(), scope.resource_group_name()) else {
            return Err(strange());
        };
        Ok(Self {
            client: Arc::clone(client),
            scope,
            subscription,
            group,
            location: resource.location,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.scope.name()
    }

    /// Its subscription.
    pub fn subscription_id(&self) -> SubscriptionId {
        self.subscription
    }

    /// Its resource group.
    pub fn resource_group(&self) -> &str {
        self.group.as_str()
    }

    /// Where it is.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// Its scope, by which roles over it are given.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Everything that is said of it, as it is now: flat, under `azureml-core`'s names.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub async fn get_details(&self) -> Result<Map<String, Value>, Error> {
        Ok(details::details(&self.resource().await?))
    }

    /// The resource, as it is now.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub async fn resource(&self) -> Result<Resource, Error> {
        let found = self.client.workspace(&self.scope).await;
        found.map_err(|e| no_such(e, &self.scope))
    }

    /// The keys of what belongs to it.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub async fn get_keys(&self) -> Result<WorkspaceKeys, Error> {
        self.client.workspace_keys(&self.scope).await
    }

    /// Writes the file by which [`Self::from_config`] finds it: see [`WorkspaceConfig::write`]. Where it is now is the
    /// answer.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it can't be written.
    pub fn write_config(&self, path: Option<&Path>, file_name: Option<&str>) -> Result<PathBuf, Error> {
        WorkspaceConfig {
            subscription_id: self.subscription.to_string(),
            resource_group: self.group.to_string(),
            workspace_name: self.name().to_owned(),
        }
        .write(path, file_name)
    }

    /// Deletes it and its computes. What it needed stays.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub async fn delete(&self) -> Result<(), Error> {
        self.client.delete_workspace(&self.scope).await
    }

    /// Gives somebody a role over it; that they have it already is as good. `user` is a user principal name or an object
    /// id; `role` is a role's name in any case, its GUID or its whole id.
    ///
    /// # Errors
    /// [`Error::NoSuchRole`], [`Error::NotFound`] for a user; else as [`Self::new`].
    pub async fn share(&self, user: &str, role: &str) -> Result<(), Error> {
        let principal_id = match user.contains('@') {
            true => user_id(&self.client, user).await?,
            false => object_id(user)?,
        };
        let role_definition_id = self.role_id(role).await?;
        let assignment = PutRoleAssignmentProperties {
            role_definition_id,
            principal_id,
            principal_type: None,
            description: None,
            condition: None,
            condition_version: None,
            delegated_managed_identity_resource_id: None,
        };
        match self.client.create_role_assignment(&self.scope, assignment).await {
            Err(e) if e.server().is_some_and(|m| m.code == "RoleAssignmentExists") => Ok(()),
            other => other.map(drop),
        }
    }

    async fn role_id(&self, role: &str) -> Result<String, Error> {
        if role.starts_with('/') {
            return Ok(role.to_owned());
        }
        let found = self.client.find_role_definitions(&self.scope, role).await?;
        found
            .into_iter()
            .next()
            .map(|role| role.id)
            .ok_or_else(|| Error::NoSuchRole(role.to_owned()))
    }
}

async fn make_group(
    client: &ResourceManagerClient,
    place: &Place,
    new: &NewWorkspace,
) -> Result<String, Error> {
    let Some(location) = new.location.clone() else {
        return Err(Error::Invalid("a new resource group needs a location".to_owned()));
    };
    let group = PutResourceGroup {
        location: Some(location),
        tags: None,
        managed_by: None,
    };
    let made = client
        .put_resource_group(place.subscription, &place.group, &group)
        .await?;
    Ok(made.location)
}

async fn user_id(client: &ResourceManagerClient, upn: &str) -> Result<String, Error> {
    let user = client.directory().user(upn).await?;
    let id = user.get("id").and_then(Value::as_str);
    id.map(str::to_owned)
        .ok_or_else(|| Error::Invalid(format!("the directory's `{upn}` has no id")))
}

fn object_id(text: &str) -> Result<String, Error> {
    text.parse::<ObjectId>().map(|id| id.to_string()).map_err(|_| {
        Error::Invalid(format!(
            "`{text}` is neither a user principal name nor an object id"
        ))
    })
}

/// Where a workspace is, its parts checked.
struct Place {
    subscription: SubscriptionId,
    group: ResourceGroupName,
    scope: Scope,
}

impl Place {
    fn parse(subscription_id: &str, resource_group: &str, name: &str) -> Result<Self, Error> {
        let subscription = subscription(subscription_id)?;
        let group = group(resource_group)?;
        let scope = ResourceManagerClient::workspace_scope(subscription, &group, name)?;
        Ok(Self {
            subscription,
            group,
            scope,
        })
    }
}

fn subscription(id: &str) -> Result<SubscriptionId, Error> {
    id.parse()
        .map_err(|e: doorward_names::InvalidId| Error::Invalid(e.to_string()))
}

fn group(name: &str) -> Result<ResourceGroupName, Error> {
    name.parse()
        .map_err(|e: doorward_names::InvalidName| Error::Invalid(e.to_string()))
}

/// A 404 about the workspace itself, called by its name.
fn no_such(error: Error, scope: &Scope) -> Error {
    match error {
        Error::NotFound(_) => Error::NoSuchWorkspace {
            name: scope.name().to_owned(),
            place: format!(
                "the resource group {}",
                scope
                    .resource_group_name()
                    .map_or_else(String::new, |g| g.to_string())
            ),
        },
        other => other,
    }
}
