//! What went wrong, what to do about it, and with which code the program ends.

use crate::config;
use crate::exit::Exit;
use crate::shell::quote;
use doorward_sdk::Error;
use std::fmt::Display;
use std::path::Path;

/// A run's files are its own, and the secret that `--as` gives is good at Azure's names only.
const SIGN_IN_IN_A_RUN: &str = "a run has files of its own, without your sign-in: use `doorward` outside the run; as a service principal, with `doorward login --service-principal -u <appId> -p <secret> -t <tenant>` there";

/// A failure as the person sees it.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub cure: Option<String>,
    /// How the program ends.
    pub exit: Exit,
}

impl Failure {
    /// A failure on this machine or at the server.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            cure: None,
            exit: Exit::Failed,
        }
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(message)
        }
    }

    /// Something that doesn't exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::NotFound,
            ..Self::new(message)
        }
    }

    /// Nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self {
            exit: Exit::NotSignedIn,
            ..Self::new("Please run 'doorward login' to setup account.")
        }
        .cure(match config::run() {
            Some(_) => SIGN_IN_IN_A_RUN,
            None => "sign in with `doorward login`; a server on this machine (`doorward up`) signs you in by itself",
        })
    }

    /// Nobody of that name is signed in.
    pub fn no_such_account(name: &str) -> Self {
        Self::new(format!("There are no active accounts named '{name}'."))
            .cure("`doorward account list` shows who is signed in")
    }

    /// A file that can't be used.
    pub fn file(path: &Path, error: impl Display) -> Self {
        Self::new(format!("{}: {error}", path.display()))
    }

    /// The same with what to do about it.
    pub fn cure(self, cure: impl Into<String>) -> Self {
        Self {
            cure: Some(cure.into()),
            ..self
        }
    }

    /// The same with more in front of the message.
    pub fn context(self, before: impl Display) -> Self {
        Self {
            message: format!("{before}: {}", self.message),
            ..self
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match &error {
            Error::NotFound(_)
            | Error::NoSuchSubscription(_)
            | Error::NoSuchResourceGroup(_)
            | Error::NoSuchWorkspace { .. }
            | Error::NoSuchRole(_)
            | Error::NoWorkspaceConfig { .. } => Exit::NotFound,
            Error::SessionEnded(_) | Error::Unauthenticated(_) | Error::ExpiredToken(_) => Exit::NotSignedIn,
            Error::Refused(message) if message.code == "interaction_required" => Exit::NotSignedIn,
            Error::Unreachable { .. } | Error::NotTrusted { .. } => Exit::Unreachable,
            Error::MissingVariable { .. } | Error::Invalid(_) | Error::SeveralWorkspaces { .. } => {
                Exit::Usage
            }
            _ => Exit::Failed,
        };
        let message = match (&error, error.server()) {
            (Error::NotTrusted { host, reason }, _) => {
                format!("the certificate of {host} is not trusted: {reason}")
            }
            (Error::NoSuchRole(role), _) => format!("Role '{role}' doesn't exist."),
            (_, Some(server)) => server.to_string(),
            (_, None) => error.to_string(),
        };
        Self {
            message,
            cure: explanation(&error).or_else(|| cure(&error).map(str::to_owned)),
            exit,
        }
    }
}

/// The command that says what would let the caller do what their roles don't allow.
fn explanation(error: &Error) -> Option<String> {
    let Error::MissingPermission {
        action,
        scope,
        message,
    } = error
    else {
        return None;
    };
    if scope == "/" || scope.starts_with("/providers/Microsoft.Management/") {
        return Some(
            "roles above subscriptions are given by who has one there; a Global Administrator gives themselves the first: `doorward role elevate-access`, then `doorward role assignment create --scope /`"
                .to_owned(),
        );
    }
    let who = message.text.split_once("object id '")?.1.split('\'').next()?;
    Some(format!(
        "somebody who may give roles there sees what would help: `doorward role explain --assignee {} --action {} --scope {}`",
        quote(who),
        quote(action),
        quote(scope)
    ))
}

fn cure(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::WrongSecret(_) => {
            "use the secret's value, not its id; an owner can make a new one: `doorward ad app credential reset --id <appId>`"
        }
        Error::ExpiredSecret(_) => {
            "an owner can make a new one: `doorward ad app credential reset --id <appId>`"
        }
        Error::WrongPassword(_) => {
            "check the user name and the password; who needs a second factor signs in in a browser: `doorward login`"
        }
        Error::SessionEnded(_) => "sign in again: `doorward login`",
        Error::Refused(message) if message.code == "interaction_required" => {
            "sign in in a browser, where the second factor is asked for: `doorward login --scope RESOURCE/.default`"
        }
        Error::NoSuchTenant(_) => {
            "check the tenant's id or domain: `doorward account show` prints the one you use"
        }
        Error::NoSuchClient(_) => {
            "check the application id and the tenant: `doorward ad sp show --id <appId>`"
        }
        Error::ResourceUnknown(_) => {
            "check the resource, and that its application has a service principal: `doorward ad sp list`"
        }
        Error::NoAnswer { .. } => {
            "sign in again; in a browser elsewhere, by a code: `doorward login --use-device-code`"
        }
        Error::Throttled { .. } => "wait, then try again",
        Error::NotAllowed(_) => {
            "your account may not do this: ask an administrator of the tenant for a directory role, or sign in with another account: `doorward login`"
        }
        Error::MissingPermission { .. } => {
            "ask somebody who may give roles there: `doorward role assignment create`"
        }
        Error::Unauthenticated(_) | Error::ExpiredToken(_) => "sign in again: `doorward login`",
        Error::WrongTenant(_) => {
            "use an account of the subscription's tenant: `doorward account list`, `doorward account set -s SUBSCRIPTION`"
        }
        Error::NoSuchSubscription(_) => "`doorward account list --refresh` shows those that you see",
        Error::NoSuchResourceGroup(_) => "`doorward group list` shows those that you see",
        Error::NoSuchWorkspace { .. } => "`doorward ml workspace list` shows those that you see",
        Error::SeveralWorkspaces { .. } => "name the resource group: `-g GROUP`",
        Error::NoSuchRole(_) => "`doorward role definition list -o table` shows those there are",
        Error::NoWorkspaceConfig { .. } => {
            "write one with `doorward ml workspace write-config -w WORKSPACE -g GROUP`"
        }
        Error::Unreachable { .. } => {
            "check that the server runs (`doorward up`), and the address in DOORWARD_URL"
        }
        Error::NotTrusted { .. } => {
            "run `doorward trust`, or set DOORWARD_CA to the file of the server's certificate authority"
        }
        Error::CaFile { .. } => {
            "DOORWARD_CA names a file with the server's certificate authority in PEM form"
        }
        _ => return None,
    })
}
