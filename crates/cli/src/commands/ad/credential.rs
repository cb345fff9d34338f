//! Passwords of applications and service principals: the same commands for both.

use super::text;
use crate::context::{Outcome, Report};
use crate::failure::Failure;
use crate::local_time;
use crate::output;
use clap::Subcommand;
use doorward_names::{Duration, Timestamp};
use doorward_sdk::Error;
use doorward_sdk::directory::DirectoryClient;
use serde_json::{Map, Value, json};

/// What to do with passwords.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new password, and remove the others unless `--append` is given
    Reset(Reset),
    /// Print all passwords, without what they are
    List {
        /// Application id, identifier URI or object id
        #[arg(long)]
        id: String,
    },
    /// Remove a password
    Delete {
        /// Application id, identifier URI or object id
        #[arg(long)]
        id: String,
        /// The password's id (`keyId`)
        #[arg(long)]
        key_id: String,
    },
}

/// How the new password shall be.
#[derive(Debug, clap::Args)]
pub struct Reset {
    /// Application id, identifier URI or object id
    #[arg(long)]
    id: String,
    /// Keep the other passwords
    #[arg(long)]
    append: bool,
    #[command(flatten)]
    password: NewPassword,
}

/// The properties of a new password.
#[derive(Debug, clap::Args)]
pub struct NewPassword {
    /// What to call it
    #[arg(long)]
    display_name: Option<String>,
    /// When it ends: `2030-12-31` or `2030-12-31T11:59:59+00:00`
    #[arg(long, conflicts_with = "years")]
    end_date: Option<String>,
    /// For how many years it is good; one when not given
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=100))]
    years: Option<u16>,
}

impl NewPassword {
    /// One for a new service principal.
    pub fn named(display_name: &str, years: Option<u16>) -> Self {
        Self {
            display_name: Some(display_name.to_owned()),
            end_date: None,
            years,
        }
    }

    /// The body of `addPassword`.
    pub fn to_graph(&self) -> Result<Value, Failure> {
        let now = local_time::now();
        let end = match &self.end_date {
            Some(text) => date(text)?,
            None => now.plus(Duration::days(365 * i64::from(self.years.unwrap_or(1)))),
        };
        let mut body = Map::new();
        if let Some(name) = &self.display_name {
            body.insert("displayName".to_owned(), json!(name));
        }
        body.insert("startDateTime".to_owned(), json!(now.to_rfc3339()));
        body.insert("endDateTime".to_owned(), json!(end.to_rfc3339()));
        Ok(Value::Object(body))
    }
}

fn date(text: &str) -> Result<Timestamp, Failure> {
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T00:00:00Z")
    };
    whole
        .parse()
        .map_err(|e: doorward_names::InvalidName| Failure::usage(format!("--end-date: {e}")))
}

/// Whose passwords.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// An application's.
    Application,
    /// A service principal's.
    ServicePrincipal,
}

impl Kind {
    /// The object that people name so.
    pub async fn find(self, directory: &DirectoryClient, name: &str) -> Result<Value, Error> {
        match self {
            Self::Application => directory.find_application(name).await,
            Self::ServicePrincipal => directory.find_service_principal(name).await,
        }
    }

    /// Adds a password.
    pub async fn add(self, directory: &DirectoryClient, id: &str, password: &Value) -> Result<Value, Error> {
        match self {
            Self::Application => directory.add_application_password(id, password).await,
            Self::ServicePrincipal => directory.add_service_principal_password(id, password).await,
        }
    }

    /// Removes a password.
    pub async fn remove(self, directory: &DirectoryClient, id: &str, key_id: &str) -> Result<(), Error> {
        match self {
            Self::Application => directory.remove_application_password(id, key_id).await,
            Self::ServicePrincipal => directory.remove_service_principal_password(id, key_id).await,
        }
    }
}

/// Does it; `tenant` stands in what `reset` prints.
pub async fn run(command: &Command, kind: Kind, directory: &DirectoryClient, tenant: &str) -> Outcome {
    match command {
        Command::Reset(args) => reset(args, kind, directory, tenant).await,
        Command::List { id } => {
            let object = kind.find(directory, id).await?;
            Ok(Report::Value(Value::Array(passwords(&object))))
        }
        Command::Delete { id, key_id } => {
            let object = kind.find(directory, id).await?;
            kind.remove(directory, text(&object, "id")?, key_id).await?;
            Ok(Report::Nothing)
        }
    }
}

async fn reset(args: &Reset, kind: Kind, directory: &DirectoryClient, tenant: &str) -> Outcome {
    let object = kind.find(directory, &args.id).await?;
    let (id, app_id) = (text(&object, "id")?, text(&object, "appId")?);
    // The new one first: whatever fails after that, somebody holds a password that works.
    let added = kind.add(directory, id, &args.password.to_graph()?).await?;
    let secret = text(&added, "secretText")?;
    if !args.append {
        remove_all(kind, directory, id, &passwords(&object)).await;
    }
    output::warn(PROTECT);
    Ok(Report::Value(
        json!({ "appId": app_id, "password": secret, "tenant": tenant }),
    ))
}

/// What is said with every printed password.
pub const PROTECT: &str = "The output includes a password that is shown this once. Keep it where only those who need it can read it.";

/// An object's passwords.
pub fn passwords(object: &Value) -> Vec<Value> {
    object
        .get("passwordCredentials")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

/// Removes passwords; says which of them stay when that fails, because by then the new one has to be printed.
pub async fn remove_all(kind: Kind, directory: &DirectoryClient, id: &str, passwords: &[Value]) {
    for key_id in passwords
        .iter()
        .filter_map(|password| password.get("keyId")?.as_str())
    {
        if let Err(e) = kind.remove(directory, id, key_id).await {
            output::warn(&format!(
                "the older password {key_id} could not be removed and still works: {e}"
            ));
        }
    }
}
