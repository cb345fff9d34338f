//! `doorward ad tenant-settings`: what people and programs may do in a tenant without an administrator. `az` has no words for
//! it; `az rest` reaches the same at Microsoft Graph.

use super::with_directory;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_sdk::directory::TenantSettings;
use serde_json::json;

/// What to do with them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what is allowed
    Show,
    /// Allow or forbid something
    Update {
        /// People may agree to what applications ask of them
        #[arg(long, value_name = "BOOL")]
        user_consent: Option<bool>,
        /// Programs may send a person's name and password
        #[arg(long, value_name = "BOOL")]
        password_grant: Option<bool>,
        /// Built-in clients of the time before code challenges may do without one, on the loopback
        #[arg(long, value_name = "BOOL")]
        legacy_clients: Option<bool>,
    },
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    with_directory(context, async |directory, _| match command {
        Command::Show => {
            let known = directory.tenant_settings().await?;
            Ok(json!({
                "legacyClients": known.legacy_clients,
                "passwordGrant": known.password_grant,
                "userConsent": known.user_consent,
            })
            .into())
        }
        Command::Update {
            user_consent,
            password_grant,
            legacy_clients,
        } => {
            let change = TenantSettings {
                user_consent: *user_consent,
                password_grant: *password_grant,
                legacy_clients: *legacy_clients,
            };
            if change == TenantSettings::default() {
                return Err(Failure::usage("there is nothing to change").cure(
                    "give `--user-consent`, `--password-grant` or `--legacy-clients`, each with true or false",
                ));
            }
            directory.update_tenant_settings(change).await?;
            Ok(Report::Nothing)
        }
    })
}
