//! `doorward ad sp create-for-rbac`: application, password and service principal in one go, in `az`'s order.

use super::credential::{self, Kind, NewPassword, PROTECT, passwords};
use super::text;
use crate::commands::caller::scope;
use crate::commands::principal::{Assignee, object_id};
use crate::commands::role;
use crate::context::{Outcome, Report};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::profile::{Account, NO_SUBSCRIPTION};
use crate::session::Session;
use crate::{local_time, output};
use doorward_names::{ObjectId, Scope};
use doorward_sdk::directory::{DirectoryClient, PrincipalKind, literal};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// What the passwords made here are called, as `az` calls them.
const PASSWORD_NAME: &str = "rbac";

/// How it shall be.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The application's name; one with the date and time when not given
    #[arg(long, short, visible_alias = "display-name")]
    name: Option<String>,
    /// Print what SDKs read from a file: ten fields, endpoints included
    #[arg(long, visible_alias = "json-auth")]
    sdk_auth: bool,
    /// For how many years the password is good
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=100))]
    years: Option<u16>,
    /// Role that it gets, by name or id; needs `--scopes`
    #[arg(long)]
    role: Option<String>,
    /// Where it gets the role: `/subscriptions/ID`, a resource's id …
    #[arg(long, num_args = 1.., value_name = "SCOPE")]
    scopes: Option<Vec<String>>,
    /// Taken as `az` takes it: no role is given unless one is named
    #[arg(long, hide = true)]
    skip_assignment: bool,
    /// Not available in this version
    #[arg(long, hide = true)]
    create_cert: bool,
    /// Not available in this version
    #[arg(long, hide = true)]
    cert: Option<String>,
    /// Not available in this version
    #[arg(long, hide = true)]
    keyvault: Option<String>,
}

impl Args {
    /// Refuses what can't be done, before anything is.
    pub fn check(&self) -> Result<(), Failure> {
        if self.role.is_some() != self.scopes.is_some() {
            return Err(Failure::usage(
                "Usage error: To create role assignments, specify both --role and --scopes.",
            )
            .cure("or leave both out: a role can be given later, `doorward role assignment create`"));
        }
        self.wanted_scopes()?;
        if self.create_cert || self.cert.is_some() || self.keyvault.is_some() {
            return Err(Failure::usage("certificates are not available in this version")
                .cure("leave the option out; the service principal then gets a password"));
        }
        Ok(())
    }

    fn wanted_scopes(&self) -> Result<Vec<Scope>, Failure> {
        let given = self.scopes.iter().flatten();
        given.map(|text| scope(text)).collect()
    }
}

/// What `--sdk-auth` prints, in the order of the page about it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SdkAuth<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    subscription_id: &'a str,
    tenant_id: &'a str,
    active_directory_endpoint_url: &'a str,
    resource_manager_endpoint_url: String,
    active_directory_graph_resource_id: &'a str,
    sql_management_endpoint_url: &'a str,
    gallery_endpoint_url: &'a str,
    management_endpoint_url: &'a str,
}

/// What was made so far, so that it can be taken back.
struct Made {
    id: String,
    app_id: String,
    /// Whether the application was there before, with these passwords.
    earlier: Option<Vec<Value>>,
}

/// Does it.
pub async fn run(args: &Args, directory: &DirectoryClient, session: &Arc<Session>) -> Outcome {
    let name = args
        .name
        .clone()
        .unwrap_or_else(|| format!("doorward-cli-{}", local_time::name_form(local_time::now())));
    let made = application(&name, directory).await?;
    let password = NewPassword::named(PASSWORD_NAME, args.years).to_graph()?;
    let added = match Kind::Application.add(directory, &made.id, &password).await {
        Ok(added) => added,
        Err(e) => return Err(take_back(directory, &made, None, e.into()).await),
    };
    let key_id = added.get("keyId").and_then(Value::as_str);
    let principal = match service_principal(directory, &made).await {
        Ok(id) => id,
        Err(e) => return Err(take_back(directory, &made, key_id, e).await),
    };
    if let Err(e) = roles(args, principal, session).await {
        return Err(take_back(directory, &made, key_id, e).await);
    }
    if let Some(earlier) = &made.earlier {
        credential::remove_all(Kind::Application, directory, &made.id, earlier).await;
    }
    output::warn(PROTECT);
    print(args, &name, &made, text(&added, "secretText")?, session.account())
}

/// Gives the role at each scope; when one can't be given, those given are taken back.
async fn roles(args: &Args, principal: ObjectId, session: &Arc<Session>) -> Result<(), Failure> {
    let Some(role) = &args.role else {
        return Ok(());
    };
    let manager = session.resource_manager()?;
    let assignee = Assignee {
        id: principal,
        kind: Some(PrincipalKind::ServicePrincipal),
    };
    let mut given = Vec::new();
    for scope in args.wanted_scopes()? {
        output::note(&format!(
            "Creating '{role}' role assignment under scope '{}'",
            scope.as_str()
        ));
        match role::give(&manager, &scope, role, assignee).await {
            Ok(Some(made)) => given.push((scope, made.name)),
            Ok(None) => {}
            Err(failure) => {
                for (scope, id) in given {
                    if let Err(e) = manager.delete_role_assignment(&scope, id).await {
                        output::warn(&format!(
                            "the role at {} can't be taken back: {e}",
                            scope.as_str()
                        ));
                    }
                }
                return Err(failure);
            }
        }
    }
    Ok(())
}

/// The one application of that name, or a new one.
async fn application(name: &str, directory: &DirectoryClient) -> Result<Made, Failure> {
    let filter = format!("displayName eq {}", literal(name));
    let found = directory.applications(Some(&filter)).await?;
    match found.as_slice() {
        [] => {
            let body = json!({ "displayName": name, "keyCredentials": [] });
            let new = directory.create_application(&body).await?;
            Ok(Made {
                id: text(&new, "id")?.to_owned(),
                app_id: text(&new, "appId")?.to_owned(),
                earlier: None,
            })
        }
        [old] => {
            let made = Made {
                id: text(old, "id")?.to_owned(),
                app_id: text(old, "appId")?.to_owned(),
                earlier: Some(passwords(old)),
            };
            output::warn(&format!(
                "Found an existing application instance: (id) {}. It gets a new password; its older ones end.",
                made.id
            ));
            Ok(made)
        }
        several => {
            let ids: Vec<&str> = several
                .iter()
                .filter_map(|app| app.get("appId")?.as_str())
                .collect();
            Err(Failure::new(format!("More than one application have the same display name '{name}': {}", ids.join(", ")))
                .cure("choose another name, or delete those that are not needed: `doorward ad app delete --id <appId>`"))
        }
    }
}

/// The application's service principal, by its object id.
async fn service_principal(directory: &DirectoryClient, made: &Made) -> Result<ObjectId, Failure> {
    let mut found = None;
    if made.earlier.is_some() {
        let filter = format!("appId eq {}", literal(&made.app_id));
        found = directory
            .service_principals(Some(&filter))
            .await?
            .into_iter()
            .next();
    }
    let found = match found {
        Some(found) => found,
        None => directory.create_service_principal(&made.app_id).await?,
    };
    object_id(text(&found, "id")?)
}

/// Undoes what was done, and says what couldn't be undone.
async fn take_back(
    directory: &DirectoryClient,
    made: &Made,
    key_id: Option<&str>,
    failure: Failure,
) -> Failure {
    let (result, rest) = match (&made.earlier, key_id) {
        (None, _) => (
            directory.delete_application(&made.id).await,
            format!(
                "the application {0} was made and is still there: `doorward ad app delete --id {0}`",
                made.app_id
            ),
        ),
        (Some(_), Some(key_id)) => (
            Kind::Application.remove(directory, &made.id, key_id).await,
            format!(
                "the application {0} has a password that nobody knows: `doorward ad app credential delete --id {0} --key-id {key_id}`",
                made.app_id
            ),
        ),
        (Some(_), None) => (Ok(()), String::new()),
    };
    match result {
        Ok(()) => failure.context("nothing was made"),
        Err(e) => Failure {
            exit: Exit::Failed,
            cure: Some(rest),
            ..failure.context(format!("half done ({e})"))
        },
    }
}

fn print(args: &Args, name: &str, made: &Made, secret: &str, account: &Account) -> Outcome {
    let app_id = made.app_id.as_str();
    if !args.sdk_auth {
        return Ok(Report::Value(
            json!({ "appId": app_id, "displayName": name, "password": secret, "tenant": account.tenant_id }),
        ));
    }
    let scopes = args.wanted_scopes()?;
    let of_scope = scopes.first().and_then(Scope::subscription_id);
    let subscription = of_scope.map_or_else(|| account.id.clone(), |id| id.to_string());
    if of_scope.is_none() && account.name == NO_SUBSCRIPTION {
        output::warn("No subscription is known for this account: subscriptionId holds the tenant's id.");
    }
    let origin = account.server.authority.as_str();
    let fields = SdkAuth {
        client_id: app_id,
        client_secret: secret,
        subscription_id: &subscription,
        tenant_id: &account.tenant_id,
        active_directory_endpoint_url: origin,
        resource_manager_endpoint_url: format!("{origin}/"),
        active_directory_graph_resource_id: "https://graph.windows.net/",
        sql_management_endpoint_url: "https://management.core.windows.net:8443/",
        gallery_endpoint_url: "https://gallery.azure.com/",
        management_endpoint_url: "https://management.core.windows.net/",
    };
    let text = serde_json::to_string_pretty(&fields).map_err(|e| Failure::new(e.to_string()))?;
    Ok(Report::Text(text))
}
