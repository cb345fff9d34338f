//! `doorward keys`: the owner of the data looks at the signing keys and turns them over.

use super::serve::configuration;
use super::up::{default_data, failure, runtime};
use crate::context::{Outcome, Report};
use crate::failure::Failure;
use crate::{output, prompt};
use clap::Subcommand;
use doorward_server::boot::keys::{self, KeyUse, StoreAccess};
use serde_json::json;
use std::path::PathBuf;

/// What to do with signing keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the signing keys
    List(Store),
    /// Let the next key take over
    Rotate {
        /// Rotate the key that signs under Azure's names, within `doorward run`, and not the server's own
        #[arg(long)]
        relay: bool,
        #[command(flatten)]
        store: Store,
    },
    /// Make a key worthless at once
    Revoke {
        /// The key that others may have
        #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
        compromised: String,
        #[command(flatten)]
        store: Store,
    },
}

/// Which server's store.
#[derive(Debug, clap::Args)]
pub struct Store {
    /// Configuration file of a production server
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "postgres"])]
    config: Option<PathBuf>,
    /// Data directory of a development server; that of `doorward up` when not given
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL connection string of a development server; `@FILE` reads it from a file
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
}

impl Store {
    /// The store, for its owner.
    pub fn access(&self) -> Result<StoreAccess, Failure> {
        if let Some(path) = &self.config {
            return Ok(StoreAccess::Production(Box::new(configuration(path)?)));
        }
        let data = self.data.clone().map_or_else(default_data, Ok)?;
        let postgres = self
            .postgres
            .as_deref()
            .map(|given| prompt::secret(Some(given), "PostgreSQL"))
            .transpose()?;
        Ok(StoreAccess::Development(data, postgres))
    }
}

const COLUMNS: &[(&str, &str)] = &[
    ("Name", "name"),
    ("Use", "use"),
    ("Stage", "stage"),
    ("Since", "since"),
    ("Until", "until"),
];

/// Does it.
pub fn run(command: &Command) -> Outcome {
    match command {
        Command::List(store) => {
            let access = store.access()?;
            let lines = runtime()?.block_on(keys::list(&access)).map_err(failure)?;
            Ok(Report::Table(json!(lines), COLUMNS))
        }
        Command::Rotate { relay, store } => {
            let access = store.access()?;
            let key_use = if *relay { KeyUse::Relay } else { KeyUse::Origin };
            let name = runtime()?
                .block_on(keys::rotate(&access, key_use))
                .map_err(failure)?;
            Ok(Report::Value(json!({ "current": name })))
        }
        Command::Revoke { compromised, store } => {
            let access = store.access()?;
            runtime()?
                .block_on(keys::revoke(&access, compromised))
                .map_err(failure)?;
            output::warn(
                "tokens signed by that key are worthless now; resource servers notice when they next fetch the keys",
            );
            Ok(Report::Nothing)
        }
    }
}
