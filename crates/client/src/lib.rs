//! The Rust SDK: authentication classes, token cache, calls to the directory and Resource Manager, workspaces, and token
//! validation.
//!
//! [`ServicePrincipalAuthentication`] has tokens for a service principal, [`UserSession`] for a person;
//! [`validation::TokenValidator`] checks tokens for a resource server; [`directory::DirectoryClient`] reads and
//! changes users, applications and service principals, [`resource_manager::ResourceManagerClient`] resources and the roles
//! over them; a [`Workspace`] is one of a machine-learning workspace's, in `azureml-core`'s words; [`run::RunClient`]
//! makes the tickets of runs. Deliberately not here: anything that decides, anything of the server, commands, and files
//! but for the one by which a project knows its workspace.
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
pub mod resource_manager;
pub mod run;
mod token;
mod token_service;
mod transport;
pub mod validation;
mod workspace;

pub use browser::{Browser, Opened};
pub use credential::{
    BrowserSignIn, COMMAND_LINE_CLIENT, DeviceCodeSignIn, ServicePrincipalAuthentication, SignInHints,
    SignedIn, TokenSource, UserSession,
};
pub use error::{Error, ServerMessage};
pub use options::{Authority, ClientOptions};
pub use token::AccessToken;
pub use token_service::scope_of_resource;
pub use transport::RetryPolicy;
pub use workspace::{NewWorkspace, Workspace, WorkspaceConfig};
