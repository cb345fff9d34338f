//! `doorward ad user`, `doorward ad signed-in-user`.

use super::{name_filter, with_directory};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::prompt;
use clap::Subcommand;
use doorward_names::{SecretString, Upn};
use doorward_sdk::directory::literal;
use serde_json::{Map, Value, json};

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a user
    Create(Create),
    /// Invite somebody of another organisation as a guest; prints the link by which they accept (inviteRedeemUrl)
    Invite(Invite),
    /// Print a user
    Show(Id),
    /// Print users
    List {
        /// Those whose name starts so
        #[arg(long)]
        display_name: Option<String>,
        /// The one with that user principal name
        #[arg(long)]
        upn: Option<String>,
        /// Those that an OData condition lets through
        #[arg(long)]
        filter: Option<String>,
    },
    /// Change a user
    Update(Update),
    /// Delete a user
    Delete(Id),
    /// Sign a user out everywhere, at once
    RevokeSessions(Id),
    /// See and reset the second factor of a user
    #[command(subcommand)]
    Mfa(Mfa),
}

/// What to do with a user's second factor.
#[derive(Debug, Subcommand)]
pub enum Mfa {
    /// Print by what a user signs in
    List(Id),
    /// Take a user's authenticator app and recovery codes away, so that they set up others
    Reset(Id),
}

/// What to do with the signed-in person.
#[derive(Debug, Subcommand)]
pub enum Me {
    /// Print who is signed in
    Show,
}

/// Which user.
#[derive(Debug, clap::Args)]
pub struct Id {
    /// User principal name or object id
    #[arg(long)]
    id: String,
}

/// How the user shall be.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// Name for people
    #[arg(long)]
    display_name: String,
    /// User principal name
    #[arg(long)]
    user_principal_name: String,
    /// Password; `-` reads it from standard input, `@FILE` from a file; asked for when not given
    #[arg(long, allow_hyphen_values = true)]
    password: Option<String>,
    /// Whether another password must be chosen at the next sign-in
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    force_change_password_next_sign_in: Option<bool>,
    /// Mail alias; what stands before the `@` when not given
    #[arg(long)]
    mail_nickname: Option<String>,
}

/// Whom to invite.
#[derive(Debug, clap::Args)]
pub struct Invite {
    /// Their address: the user principal name that they have at home
    #[arg(long)]
    email: String,
    /// Where to lead them once they have accepted
    #[arg(long, value_name = "URL")]
    redirect_url: String,
    /// Name for people; what stands before the `@` when not given
    #[arg(long)]
    display_name: Option<String>,
    /// Let a guest who has accepted do so anew, perhaps by another account
    #[arg(long)]
    reset_redemption: bool,
}

/// What to change.
#[derive(Debug, clap::Args)]
pub struct Update {
    #[command(flatten)]
    id: Id,
    /// Name for people
    #[arg(long)]
    display_name: Option<String>,
    /// Whether the user may sign in
    #[arg(long, value_name = "BOOL")]
    account_enabled: Option<bool>,
    /// New password; `-` reads it from standard input, `@FILE` from a file
    #[arg(long, allow_hyphen_values = true)]
    password: Option<String>,
    /// Whether another password must be chosen at the next sign-in
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    force_change_password_next_sign_in: Option<bool>,
    /// Mail alias
    #[arg(long)]
    mail_nickname: Option<String>,
}

const COLUMNS: &[(&str, &str)] = &[
    ("DisplayName", "displayName"),
    ("UserPrincipalName", "userPrincipalName"),
    ("Id", "id"),
];

const METHODS: &[(&str, &str)] = &[
    ("Method", "\"@odata.type\""),
    ("Since", "createdDateTime"),
    ("Id", "id"),
];

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Create(args) => {
            let body = args.to_graph()?;
            with_directory(context, async |directory, _| {
                Ok(directory.create_user(&body).await?.into())
            })
        }
        Command::Invite(args) => {
            let body = args.to_graph()?;
            with_directory(context, async |directory, _| {
                Ok(directory.invite_guest(&body).await?.into())
            })
        }
        Command::Update(args) => {
            let changes = args.to_graph()?;
            with_directory(context, async |directory, _| {
                directory.update_user(&args.id.id, &changes).await?;
                Ok(Report::Nothing)
            })
        }
        Command::Show(id) => with_directory(context, async |directory, _| {
            Ok(directory.user(&id.id).await?.into())
        }),
        Command::List {
            display_name,
            upn,
            filter,
        } => with_directory(context, async |directory, _| {
            let filter = name_filter(display_name.as_deref(), filter.as_deref());
            let by_upn = upn
                .as_deref()
                .map(|upn| format!("userPrincipalName eq {}", literal(upn)));
            let filter = match (filter, by_upn) {
                (Some(filter), Some(upn)) => Some(format!("({filter}) and {upn}")),
                (filter, upn) => filter.or(upn),
            };
            Ok(Report::Table(
                Value::Array(directory.users(filter.as_deref()).await?),
                COLUMNS,
            ))
        }),
        Command::Mfa(Mfa::List(id)) => with_directory(context, async |directory, _| {
            let methods = directory.sign_in_methods(&id.id).await?;
            Ok(Report::Table(Value::Array(methods), METHODS))
        }),
        Command::Mfa(Mfa::Reset(id)) => with_directory(context, async |directory, _| {
            match directory.reset_second_factor(&id.id).await? {
                0 => Err(Failure::usage(format!("`{}` has no second factor", id.id))),
                _ => Ok(Report::Nothing),
            }
        }),
        Command::RevokeSessions(id) => with_directory(context, async |directory, _| {
            directory.revoke_sign_in_sessions(&id.id).await?;
            Ok(Report::Nothing)
        }),
        Command::Delete(id) => with_directory(context, async |directory, _| {
            directory.delete_user(&id.id).await?;
            Ok(Report::Nothing)
        }),
    }
}

/// Prints the signed-in person.
pub fn me(command: &Me, context: &Context) -> Outcome {
    match command {
        Me::Show => with_directory(context, async |directory, _| Ok(directory.me().await?.into())),
    }
}

fn password_profile(password: &SecretString, change: Option<bool>) -> Value {
    json!({ "password": password.expose(), "forceChangePasswordNextSignIn": change.unwrap_or(false) })
}

impl Create {
    fn to_graph(&self) -> Result<Value, Failure> {
        let upn: Upn = self
            .user_principal_name
            .parse()
            .map_err(|e: doorward_names::InvalidName| Failure::usage(e.to_string()))?;
        let password = prompt::new_secret(self.password.as_deref(), "Password of the new user")?;
        Ok(json!({
            "userPrincipalName": upn.as_str(),
            "displayName": self.display_name,
            "mailNickname": self.mail_nickname.as_deref().unwrap_or_else(|| upn.local_part()),
            "accountEnabled": true,
            "passwordProfile": password_profile(&password, self.force_change_password_next_sign_in),
        }))
    }
}

impl Invite {
    fn to_graph(&self) -> Result<Value, Failure> {
        let email: Upn = self
            .email
            .parse()
            .map_err(|e: doorward_names::InvalidName| Failure::usage(e.to_string()))?;
        let mut body = Map::new();
        body.insert("invitedUserEmailAddress".to_owned(), json!(email.as_str()));
        body.insert("inviteRedirectUrl".to_owned(), json!(self.redirect_url));
        if let Some(name) = &self.display_name {
            body.insert("invitedUserDisplayName".to_owned(), json!(name));
        }
        if self.reset_redemption {
            body.insert("resetRedemption".to_owned(), json!(true));
        }
        Ok(Value::Object(body))
    }
}

impl Update {
    fn to_graph(&self) -> Result<Value, Failure> {
        let mut body = Map::new();
        if let Some(name) = &self.display_name {
            body.insert("displayName".to_owned(), json!(name));
        }
        if let Some(enabled) = self.account_enabled {
            body.insert("accountEnabled".to_owned(), json!(enabled));
        }
        if let Some(nickname) = &self.mail_nickname {
            body.insert("mailNickname".to_owned(), json!(nickname));
        }
        if let Some(given) = &self.password {
            let password = prompt::secret(Some(given), "New password")?;
            let profile = password_profile(&password, self.force_change_password_next_sign_in);
            body.insert("passwordProfile".to_owned(), profile);
        } else if let Some(change) = self.force_change_password_next_sign_in {
            body.insert(
                "passwordProfile".to_owned(),
                json!({ "forceChangePasswordNextSignIn": change }),
            );
        }
        if body.is_empty() {
            Err(Failure::usage("there is nothing to change"))
        } else {
            Ok(Value::Object(body))
        }
    }
}
