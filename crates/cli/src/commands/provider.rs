//! `doorward provider`: resource providers, and the operations that roles can allow.

use super::caller::{InSubscription, with_manager};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_sdk::resource_manager::models::{Provider, ProviderOperations};
use serde::Serialize;
use serde_json::{Value, json};

/// What to do with providers.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print all providers
    List(InSubscription),
    /// Print a provider
    Show(Namespace),
    /// Let the subscription use a provider
    Register {
        #[command(flatten)]
        provider: Namespace,
        /// Taken as `az` takes it: it is done at once
        #[arg(long, hide = true)]
        wait: bool,
    },
    /// Let the subscription use a provider no more
    Unregister {
        #[command(flatten)]
        provider: Namespace,
        /// Taken as `az` takes it: it is done at once
        #[arg(long, hide = true)]
        wait: bool,
    },
    /// What roles can allow
    #[command(subcommand)]
    Operation(Operation),
}

/// Which provider.
#[derive(Debug, clap::Args)]
pub struct Namespace {
    /// Its namespace: `Microsoft.MachineLearningServices`
    #[arg(long, short = 'n', visible_alias = "name")]
    namespace: String,
    #[command(flatten)]
    subscription: InSubscription,
}

/// What to do with operations.
#[derive(Debug, Subcommand)]
pub enum Operation {
    /// Print what all providers offer to be allowed
    List(InSubscription),
    /// Print what a provider offers to be allowed
    Show(Namespace),
}

const COLUMNS: &[(&str, &str)] = &[
    ("Namespace", "namespace"),
    ("RegistrationPolicy", "registrationPolicy"),
    ("RegistrationState", "registrationState"),
];
const OPERATIONS: &[(&str, &str)] = &[
    ("Operation", "name"),
    ("Data", "isDataAction"),
    ("Description", "description"),
];

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::List(subscription) => with_manager(context, subscription, async |caller| {
            let all = caller.manager.providers(caller.subscription()?).await?;
            Ok(Report::Table(value(&all)?, COLUMNS))
        }),
        Command::Show(provider) => with_manager(context, &provider.subscription, async |caller| {
            let found = caller
                .manager
                .provider(caller.subscription()?, &provider.namespace);
            shown(&found.await?)
        }),
        Command::Register { provider, .. } => with_manager(context, &provider.subscription, async |caller| {
            let subscription = caller.subscription()?;
            let done = caller
                .manager
                .register_provider(subscription, &provider.namespace);
            done.await?;
            Ok(Report::Nothing)
        }),
        Command::Unregister { provider, .. } => {
            with_manager(context, &provider.subscription, async |caller| {
                let subscription = caller.subscription()?;
                let done = caller
                    .manager
                    .unregister_provider(subscription, &provider.namespace);
                done.await?;
                Ok(Report::Nothing)
            })
        }
        Command::Operation(Operation::List(subscription)) => {
            with_manager(context, subscription, async |caller| {
                let all = caller.manager.all_provider_operations().await?;
                operations(value(&all)?, &all)
            })
        }
        Command::Operation(Operation::Show(provider)) => {
            with_manager(context, &provider.subscription, async |caller| {
                let found = caller.manager.provider_operations(&provider.namespace).await?;
                operations(value(&found)?, &[found])
            })
        }
    }
}

fn value<T: Serialize>(of: &T) -> Result<Value, Failure> {
    serde_json::to_value(of).map_err(|e| Failure::new(e.to_string()))
}

fn shown(provider: &Provider) -> Outcome {
    Ok(Report::Table(value(provider)?, COLUMNS))
}

/// Operations, which a table shows one a row.
fn operations(value: Value, of: &[ProviderOperations]) -> Outcome {
    let all = of.iter().flat_map(|provider| {
        let typed = provider.resource_types.iter().flat_map(|kind| &kind.operations);
        provider.operations.iter().chain(typed)
    });
    let rows = all.map(|operation| {
        json!({
            "name": operation.name,
            "isDataAction": operation.is_data_action,
            "description": operation.description,
        })
    });
    Ok(Report::Listing {
        value,
        rows: rows.collect(),
        columns: OPERATIONS,
    })
}
