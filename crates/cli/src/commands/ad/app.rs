//! `doorward ad app`.

use super::{COLUMNS, credential, name_filter, only_mine, set, text, with_directory};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use clap::Subcommand;
use doorward_sdk::directory::DirectoryClient;
use serde_json::{Map, Value, json};

/// What to do with applications.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register an application
    Create {
        /// Its name
        #[arg(long)]
        display_name: String,
        #[command(flatten)]
        properties: Properties,
    },
    /// Print an application
    Show(Id),
    /// Print applications
    List(List),
    /// Change an application
    Update {
        #[command(flatten)]
        id: Id,
        /// Its name
        #[arg(long)]
        display_name: Option<String>,
        #[command(flatten)]
        properties: Properties,
        /// Any property: `--set api.requestedAccessTokenVersion=2`
        #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
        set: Vec<String>,
    },
    /// Delete an application, and its service principal with it
    Delete(Id),
    /// Its passwords
    #[command(subcommand)]
    Credential(credential::Command),
    /// Who owns it
    #[command(subcommand)]
    Owner(Owner),
}

/// Which application.
#[derive(Debug, clap::Args)]
pub struct Id {
    /// Application id, identifier URI or object id
    #[arg(long)]
    id: String,
}

/// What can be chosen at the start and changed later.
#[derive(Debug, clap::Args)]
pub struct Properties {
    /// URIs that name it as a resource
    #[arg(long, num_args = 1.., value_name = "URI")]
    identifier_uris: Option<Vec<String>>,
    /// Who may sign in to it
    #[arg(long, value_name = "AUDIENCE", value_parser = ["AzureADMyOrg", "AzureADMultipleOrgs"])]
    sign_in_audience: Option<String>,
    /// Which access tokens it takes as a resource
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u8).range(1..=2))]
    requested_access_token_version: Option<u8>,
    /// Where a browser may be sent back to, for a server that keeps a secret; all of them
    #[arg(long, num_args = 1.., value_name = "URI")]
    web_redirect_uris: Option<Vec<String>>,
    /// Where a browser may be sent back to, for a page in it; all of them
    #[arg(long, num_args = 1.., value_name = "URI")]
    spa_redirect_uris: Option<Vec<String>>,
    /// Where a browser may be sent back to, for a program on a person's machine; all of them
    #[arg(long, num_args = 1.., value_name = "URI")]
    public_client_redirect_uris: Option<Vec<String>>,
    /// Its page for people
    #[arg(long, value_name = "URI")]
    web_home_page_url: Option<String>,
    /// Whether it may sign people in by a device code
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    is_fallback_public_client: Option<bool>,
    /// Roles in it: a JSON list of Graph's `appRole`, or `@FILE`; all of them
    #[arg(long, value_name = "JSON")]
    app_roles: Option<String>,
    /// What else its tokens say: Graph's `optionalClaims` as JSON, or `@FILE`
    #[arg(long, value_name = "JSON")]
    optional_claims: Option<String>,
    /// What it means to ask for: a JSON list of Graph's `requiredResourceAccess`, or `@FILE`; all of it
    #[arg(long, value_name = "JSON")]
    required_resource_accesses: Option<String>,
}

impl Properties {
    fn add_to(&self, body: &mut Map<String, Value>) -> Result<(), Failure> {
        let given = [
            (
                "identifierUris",
                self.identifier_uris.as_ref().map(|uris| json!(uris)),
            ),
            (
                "signInAudience",
                self.sign_in_audience.as_ref().map(|word| json!(word)),
            ),
            (
                "api.requestedAccessTokenVersion",
                self.requested_access_token_version.map(|version| json!(version)),
            ),
            (
                "web.redirectUris",
                self.web_redirect_uris.as_ref().map(|uris| json!(uris)),
            ),
            (
                "spa.redirectUris",
                self.spa_redirect_uris.as_ref().map(|uris| json!(uris)),
            ),
            (
                "publicClient.redirectUris",
                self.public_client_redirect_uris.as_ref().map(|uris| json!(uris)),
            ),
            (
                "web.homePageUrl",
                self.web_home_page_url.as_ref().map(|uri| json!(uri)),
            ),
            (
                "isFallbackPublicClient",
                self.is_fallback_public_client.map(|yes| json!(yes)),
            ),
            ("appRoles", self.app_roles.as_deref().map(read).transpose()?),
            (
                "optionalClaims",
                self.optional_claims.as_deref().map(read).transpose()?,
            ),
            (
                "requiredResourceAccess",
                self.required_resource_accesses.as_deref().map(read).transpose()?,
            ),
        ];
        for (path, value) in given {
            if let Some(value) = value {
                set::put_at(body, path, value);
            }
        }
        Ok(())
    }
}

/// JSON that was given as such, or in a file.
fn read(argument: &str) -> Result<Value, Failure> {
    let unreadable = |reason: String| Failure::usage(format!("`{argument}` cannot be read: {reason}"));
    let text = match argument.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).map_err(|e| unreadable(e.to_string()))?,
        None => argument.to_owned(),
    };
    serde_json::from_str(&text)
        .map_err(|e| unreadable(e.to_string()).cure("give JSON, or `@` and the name of a file of it"))
}

/// Which applications.
#[derive(Debug, clap::Args)]
pub struct List {
    /// All of them, as without any option
    #[arg(long)]
    all: bool,
    /// The one with that application id
    #[arg(long)]
    app_id: Option<String>,
    /// Those whose name starts so
    #[arg(long)]
    display_name: Option<String>,
    /// Those with that identifier URI
    #[arg(long)]
    identifier_uri: Option<String>,
    /// Those that an OData condition lets through
    #[arg(long)]
    filter: Option<String>,
    /// Those that the signed-in person owns
    #[arg(long)]
    show_mine: bool,
}

/// What to do with owners.
#[derive(Debug, Subcommand)]
pub enum Owner {
    /// Print the owners
    List(Id),
    /// Make a user or service principal an owner
    Add {
        #[command(flatten)]
        id: Id,
        /// Object id of the user or service principal
        #[arg(long)]
        owner_object_id: String,
    },
    /// Make an owner one no more
    Remove {
        #[command(flatten)]
        id: Id,
        /// Object id of the user or service principal
        #[arg(long)]
        owner_object_id: String,
    },
}

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    with_directory(context, async |directory, session| match command {
        Command::Create {
            display_name,
            properties,
        } => {
            let mut body = Map::new();
            body.insert("displayName".to_owned(), json!(display_name));
            properties.add_to(&mut body)?;
            Ok(directory.create_application(&Value::Object(body)).await?.into())
        }
        Command::Show(id) => Ok(directory.find_application(&id.id).await?.into()),
        Command::List(args) => list(args, directory).await,
        Command::Update {
            id,
            display_name,
            properties,
            set,
        } => {
            let mut body = set::changes(set)?;
            if let Some(name) = display_name {
                body.insert("displayName".to_owned(), json!(name));
            }
            properties.add_to(&mut body)?;
            if body.is_empty() {
                return Err(Failure::usage("there is nothing to change"));
            }
            let id = find(directory, id).await?;
            directory.update_application(&id, &Value::Object(body)).await?;
            Ok(Report::Nothing)
        }
        Command::Delete(id) => {
            let id = find(directory, id).await?;
            directory.delete_application(&id).await?;
            Ok(Report::Nothing)
        }
        Command::Credential(command) => {
            let tenant = &session.account().tenant_id;
            credential::run(command, credential::Kind::Application, directory, tenant).await
        }
        Command::Owner(command) => owner(command, directory).await,
    })
}

async fn find(directory: &DirectoryClient, id: &Id) -> Result<String, Failure> {
    let application = directory.find_application(&id.id).await?;
    Ok(text(&application, "id")?.to_owned())
}

async fn list(args: &List, directory: &DirectoryClient) -> Outcome {
    let literal = doorward_sdk::directory::literal;
    let mut filter = name_filter(args.display_name.as_deref(), args.filter.as_deref());
    let more = [
        args.app_id
            .as_deref()
            .map(|id| format!("appId eq {}", literal(id))),
        args.identifier_uri
            .as_deref()
            .map(|uri| format!("identifierUris/any(c:c eq {})", literal(uri))),
    ];
    for condition in more.into_iter().flatten() {
        filter = Some(filter.map_or_else(
            || condition.clone(),
            |filter| format!("({filter}) and {condition}"),
        ));
    }
    let mut found = directory.applications(filter.as_deref()).await?;
    if args.show_mine {
        found = only_mine(directory, found, async |id| {
            directory.application_owners(id).await
        })
        .await?;
    }
    Ok(Report::Table(Value::Array(found), COLUMNS))
}

async fn owner(command: &Owner, directory: &DirectoryClient) -> Outcome {
    match command {
        Owner::List(id) => {
            let id = find(directory, id).await?;
            Ok(Report::Value(Value::Array(
                directory.application_owners(&id).await?,
            )))
        }
        Owner::Add { id, owner_object_id } => {
            let id = find(directory, id).await?;
            directory.add_application_owner(&id, owner_object_id).await?;
            Ok(Report::Nothing)
        }
        Owner::Remove { id, owner_object_id } => {
            let id = find(directory, id).await?;
            directory.remove_application_owner(&id, owner_object_id).await?;
            Ok(Report::Nothing)
        }
    }
}
