//! `doorward account`: who is signed in, their access tokens, and what belongs to subscriptions as such.

mod management_group;

use super::caller::{InSubscription, with_manager};
use super::subscriptions;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::profile::{Account, Profile};
use crate::session::{self, Session};
use crate::vault::Vault;
use crate::{local_time, output};
use clap::Subcommand;
use doorward_sdk::TokenSource;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the account in use
    Show {
        /// Subscription, by id or name
        #[arg(long, short)]
        subscription: Option<String>,
    },
    /// Print the accounts
    List {
        /// Those whose subscription isn't enabled as well
        #[arg(long)]
        all: bool,
        /// Ask the server which subscriptions everyone sees now
        #[arg(long)]
        refresh: bool,
    },
    /// Use another account
    Set(SetArgs),
    /// Print an access token
    GetAccessToken(TokenArgs),
    /// Forget all accounts
    Clear,
    /// Print where a subscription's resources can be
    ListLocations(InSubscription),
    /// Management groups, above the subscriptions
    #[command(subcommand)]
    ManagementGroup(management_group::Command),
}

/// Which account.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub struct SetArgs {
    /// Subscription, by id or name
    #[arg(long, short, visible_alias = "name", short_alias = 'n')]
    subscription: Option<String>,
    /// Who, when several people or service principals are signed in that see it; alone, their first subscription
    #[arg(long)]
    username: Option<String>,
}

/// For what, and as whom.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    /// Resource, such as `https://management.azure.com`
    #[arg(long, conflicts_with_all = ["scope", "resource_type"])]
    resource: Option<String>,
    /// Scope, such as `https://graph.microsoft.com/.default`
    #[arg(long, conflicts_with = "resource_type")]
    scope: Option<String>,
    /// Resource, by a short name
    #[arg(long, value_enum)]
    resource_type: Option<ResourceType>,
    /// Subscription, by id or name
    #[arg(long, short, conflicts_with = "tenant")]
    subscription: Option<String>,
    /// Tenant, by id or domain
    #[arg(long, short)]
    tenant: Option<String>,
}

/// Resources that have a short name.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ResourceType {
    /// Resource Manager
    Arm,
    /// Microsoft Graph
    MsGraph,
    /// The older directory graph
    AadGraph,
}

impl ResourceType {
    const fn uri(self) -> &'static str {
        match self {
            Self::Arm => "https://management.core.windows.net/",
            Self::MsGraph => "https://graph.microsoft.com/",
            Self::AadGraph => "https://graph.windows.net/",
        }
    }
}

const COLUMNS: &[(&str, &str)] = &[
    ("Name", "name"),
    ("CloudName", "environmentName"),
    ("SubscriptionId", "id"),
    ("TenantId", "tenantId"),
    ("State", "state"),
    ("IsDefault", "isDefault"),
];

const LISTED: &[(&str, &str)] = &[
    ("Name", "name"),
    ("CloudName", "cloudName"),
    ("SubscriptionId", "id"),
    ("TenantId", "tenantId"),
    ("State", "state"),
    ("IsDefault", "isDefault"),
];

const WITH_USER: &[(&str, &str)] = &[
    ("Name", "name"),
    ("User", "user"),
    ("CloudName", "cloudName"),
    ("SubscriptionId", "id"),
    ("TenantId", "tenantId"),
    ("State", "state"),
    ("IsDefault", "isDefault"),
];

const LOCATIONS: &[(&str, &str)] = &[
    ("DisplayName", "displayName"),
    ("Name", "name"),
    ("RegionalDisplayName", "regionalDisplayName"),
];

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Show { subscription } => {
            let profile = Profile::load(&context.home)?;
            let account = match subscription {
                Some(name) => profile.find(name)?,
                None => profile.current()?,
            };
            Ok(Report::Table(account.to_az(), COLUMNS))
        }
        Command::List { all, refresh } => {
            if *refresh {
                subscriptions::refresh(context)?;
            }
            let mut profile = Profile::load(&context.home)?;
            if profile.subscriptions.is_empty() {
                output::warn("Please run \"doorward login\" to access your accounts.");
            }
            let known = profile.subscriptions.len();
            profile
                .subscriptions
                .retain(|account| *all || account.state == "Enabled");
            if profile.subscriptions.len() < known {
                output::warn(
                    "A few accounts are skipped as they don't have 'Enabled' state. Use '--all' to display them.",
                );
            }
            let shown = profile.subscriptions.iter().map(Account::to_az_in_list).collect();
            Ok(accounts(&profile, Value::Array(shown)))
        }
        Command::Set(args) => Profile::change(&context.home, |profile| {
            let chosen = profile
                .find_as(args.subscription.as_deref(), args.username.as_deref())?
                .clone();
            for account in &mut profile.subscriptions {
                account.is_default =
                    account.id == chosen.id && account.user == chosen.user && account.server == chosen.server;
            }
            Ok(Report::Nothing)
        }),
        Command::GetAccessToken(args) => token(args, context),
        Command::ListLocations(subscription) => with_manager(context, subscription, async |caller| {
            let found = caller.manager.locations(caller.subscription()?).await?;
            let all = serde_json::to_value(&found).map_err(|e| Failure::new(e.to_string()))?;
            Ok(Report::Table(all, LOCATIONS))
        }),
        Command::ManagementGroup(command) => management_group::run(command, context),
        Command::Clear => {
            Profile::clear(&context.home)?;
            Vault::clear(&context.home)?;
            Ok(Report::Nothing)
        }
    }
}

/// The accounts; a table names their users when there are several, since the rest of the rows may be the same.
fn accounts(profile: &Profile, value: Value) -> Report {
    let users: BTreeSet<&str> = profile
        .subscriptions
        .iter()
        .map(|a| a.user.name.as_str())
        .collect();
    if users.len() < 2 {
        return Report::Table(value, LISTED);
    }
    let row = |account: &Value| {
        let mut row = account.clone();
        if let (Some(row), Some(user)) = (row.as_object_mut(), account.pointer("/user/name")) {
            row.insert("user".to_owned(), user.clone());
        }
        row
    };
    Report::Listing {
        rows: value.as_array().into_iter().flatten().map(row).collect(),
        value,
        columns: WITH_USER,
    }
}

fn token(args: &TokenArgs, context: &Context) -> Outcome {
    let profile = Profile::load(&context.home)?;
    let account = match &args.subscription {
        Some(name) => profile.find(name)?,
        None => profile.current()?,
    };
    let resource = match (&args.resource, &args.scope, args.resource_type) {
        (Some(resource), _, _) => resource.as_str(),
        (_, Some(scope), _) => scope.as_str(),
        (_, _, Some(kind)) => kind.uri(),
        (None, None, None) => ResourceType::Arm.uri(),
    };
    if resource.split_ascii_whitespace().count() != 1 {
        return Err(Failure::usage("one resource or scope at a time"));
    }
    let session = Session::open(&context.home, account, args.tenant.as_deref())?;
    let token = session::block_on(async { Ok(session.token(resource).await?) })?;
    let mut value = json!({
        "accessToken": token.secret().expose(),
        "expiresOn": local_time::az_form(token.expires_at()),
        "expires_on": token.expires_at().unix_seconds(),
        "tenant": args.tenant.as_deref().unwrap_or(&account.tenant_id),
        "tokenType": "Bearer",
    });
    if let (Some(object), None) = (value.as_object_mut(), &args.tenant) {
        object.insert("subscription".to_owned(), json!(account.id));
    }
    Ok(Report::Value(value))
}
