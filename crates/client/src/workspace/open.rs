//! A workspace that is asked for when this is awaited, with what was said about it until then.

use super::{Place, Workspace, WorkspaceConfig};
use crate::resource_manager::ResourceManagerClient;
use crate::{Error, InteractiveLoginAuthentication, TokenSource};
use std::future::{Future, IntoFuture};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

type Asking = Pin<Box<dyn Future<Output = Result<Workspace, Error>> + Send>>;

/// A workspace by its place: see [`Workspace::new`].
#[derive(Debug, Clone)]
#[must_use = "nothing is asked before it is awaited"]
pub struct OpenWorkspace {
    place: WorkspaceConfig,
    auth: Option<Arc<dyn TokenSource>>,
}

/// A workspace by a project's file: see [`Workspace::from_config`].
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is asked before it is awaited"]
pub struct FromConfig {
    path: Option<PathBuf>,
    auth: Option<Arc<dyn TokenSource>>,
}

impl OpenWorkspace {
    pub(super) fn new(place: WorkspaceConfig) -> Self {
        Self { place, auth: None }
    }

    /// The same, asked for by `auth`.
    pub fn auth(self, auth: impl TokenSource + 'static) -> Self {
        Self {
            auth: Some(Arc::new(auth)),
            ..self
        }
    }

    async fn ask(self) -> Result<Workspace, Error> {
        let WorkspaceConfig {
            subscription_id,
            resource_group,
            workspace_name,
        } = &self.place;
        let place = Place::parse(subscription_id, resource_group, workspace_name)?;
        let auth = match self.auth {
            Some(auth) => auth,
            None => Arc::new(InteractiveLoginAuthentication::new()?),
        };
        Workspace::at(Arc::new(ResourceManagerClient::of(auth)?), place).await
    }
}

impl FromConfig {
    /// The same with that file, or a file that is looked for from that directory upwards.
    pub fn path(self, path: impl AsRef<Path>) -> Self {
        Self {
            path: Some(path.as_ref().to_owned()),
            ..self
        }
    }

    /// The same, asked for by `auth`.
    pub fn auth(self, auth: impl TokenSource + 'static) -> Self {
        Self {
            auth: Some(Arc::new(auth)),
            ..self
        }
    }

    async fn ask(self) -> Result<Workspace, Error> {
        let file = WorkspaceConfig::find(self.path.as_deref())?;
        let place = WorkspaceConfig::read(&file)?;
        OpenWorkspace {
            place,
            auth: self.auth,
        }
        .await
    }
}

impl IntoFuture for OpenWorkspace {
    type Output = Result<Workspace, Error>;
    type IntoFuture = Asking;

    fn into_future(self) -> Asking {
        Box::pin(self.ask())
    }
}

impl IntoFuture for FromConfig {
    type Output = Result<Workspace, Error>;
    type IntoFuture = Asking;

    fn into_future(self) -> Asking {
        Box::pin(self.ask())
    }
}
