//! The Rust SDK: authentication classes, token cache, calls to the directory and Resource Manager, workspaces, and token
//! validation.
//!
//! [`ServicePrincipalAuthentication`] has tokens for a service principal; [`InteractiveLoginAuthentication`] and
//! [`DeviceCodeAuthentication`] for a person, who signs in when that is needed, [`AzureCliAuthentication`] for who has
//! signed in by a command line, and [`UserSession`] for a session that its user keeps;
//! [`validation::TokenValidator`] checks tokens for a resource server; [`directory::DirectoryClient`] reads and
//! changes users, applications and service principals, [`resource_manager::ResourceManagerClient`] resources and the roles
//! over them; a [`Workspace`] is one of a machine-learning workspace's, in `azureml-core`'s words; [`run::RunClient`]
//! makes the tickets of runs. Deliberately not here: anything that decides, anything of the server, commands, and files
//! but for the one by which a project knows its workspace, and the sealed one by which a person is known again.
#![forbid(unsafe_code)]

mod browser;
mod cache;
pub mod clock;
pub mod config;
mod credential;
pub mod directory;
mod entropy;
mod error;
mod options;
mod persistence;
pub mod resource_manager;
pub mod run;
mod token;
mod token_service;
mod transport;
pub mod validation;
mod workspace;

pub use browser::{Browser, Opened};
pub use credential::{
    AzureCliAuthentication, BrowserSignIn, COMMAND_LINE_CLIENT, DeviceCodeAuthentication, DeviceCodeSignIn,
    InteractiveLoginAuthentication, ServicePrincipalAuthentication, SignIn, SignInHints, SignedIn,
    TokenSource, UserSession, Way,
};
pub use error::{Error, ServerMessage};
pub use options::{Authority, ClientOptions};
pub use token::AccessToken;
pub use token_service::scope_of_resource;
pub use transport::RetryPolicy;
pub use workspace::{FromConfig, NewWorkspace, OpenWorkspace, Workspace, WorkspaceConfig};
