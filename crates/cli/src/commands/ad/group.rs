//! `doorward ad group`.

use super::{name_filter, text, with_directory};
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::output;
use crate::shell::quote;
use clap::Subcommand;
use doorward_names::ObjectId;
use doorward_sdk::Error;
use doorward_sdk::directory::{DirectoryClient, PrincipalKind, literal};
use serde_json::{Value, json};

/// What to do with groups.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a group
    Create(Create),
    /// Print a group
    Show(Id),
    /// Print groups
    List {
        /// Those whose name starts so
        #[arg(long)]
        display_name: Option<String>,
        /// Those that an OData condition lets through
        #[arg(long)]
        filter: Option<String>,
    },
    /// Delete a group; its members stay
    Delete(Id),
    /// Print the ids of the groups that a group is in, also through other groups
    GetMemberGroups {
        #[command(flatten)]
        id: Id,
        /// Only groups to which rights can be given, which all groups here are
        #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
        security_enabled_only: Option<bool>,
    },
    /// Who is in it
    #[command(subcommand)]
    Member(Member),
    /// Who owns it
    #[command(subcommand)]
    Owner(Owner),
}

/// Which group.
#[derive(Debug, clap::Args)]
pub struct Id {
    /// Object id, display name, or the beginning of a display name that no other group's starts with
    #[arg(long, short = 'g')]
    group: String,
}

/// How the group shall be.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// Name for people
    #[arg(long)]
    display_name: String,
    /// Mail alias
    #[arg(long)]
    mail_nickname: String,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// Make another one even if there is a group with that name and alias
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    force: Option<bool>,
}

/// What to do with members.
#[derive(Debug, Subcommand)]
pub enum Member {
    /// Print who is in a group, not counting those who are in it through another
    List(Id),
    /// Put a user, service principal or group into a group
    Add(MemberId),
    /// Take somebody out of a group
    Remove(MemberId),
    /// Print whether somebody is in a group, also through other groups
    Check(MemberId),
}

/// Who, and in which group.
#[derive(Debug, clap::Args)]
pub struct MemberId {
    #[command(flatten)]
    id: Id,
    /// Object id of the user, service principal or group
    #[arg(long)]
    member_id: String,
}

/// What to do with owners.
#[derive(Debug, Subcommand)]
pub enum Owner {
    /// Print the owners
    List(Id),
    /// Make a user or service principal an owner
    Add(OwnerId),
    /// Make an owner one no more; the last person stays
    Remove(OwnerId),
}

/// Who, and of which group.
#[derive(Debug, clap::Args)]
pub struct OwnerId {
    #[command(flatten)]
    id: Id,
    /// Object id of the user or service principal
    #[arg(long)]
    owner_object_id: String,
}

const COLUMNS: &[(&str, &str)] = &[
    ("DisplayName", "displayName"),
    ("MailNickname", "mailNickname"),
    ("Id", "id"),
];
const OBJECTS: &[(&str, &str)] = &[
    ("Type", "@odata.type"),
    ("DisplayName", "displayName"),
    ("Id", "id"),
];

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    with_directory(context, async |directory, _| match command {
        Command::Create(args) => create(args, directory).await,
        Command::Show(id) => Ok(directory.group(&find(directory, id).await?).await?.into()),
        Command::List { display_name, filter } => {
            let filter = name_filter(display_name.as_deref(), filter.as_deref());
            Ok(Report::Table(
                Value::Array(directory.groups(filter.as_deref()).await?),
                COLUMNS,
            ))
        }
        Command::Delete(id) => {
            directory.delete_group(&find(directory, id).await?).await?;
            Ok(Report::Nothing)
        }
        Command::GetMemberGroups {
            id,
            security_enabled_only,
        } => {
            let id = find(directory, id).await?;
            let only = security_enabled_only.unwrap_or(false);
            Ok(json!(directory.group_member_groups(&id, only).await?).into())
        }
        Command::Member(command) => member(command, directory).await,
        Command::Owner(command) => owner(command, directory).await,
    })
}

/// Makes a group. As with `az`, one that is there already with that name and alias is printed instead.
async fn create(args: &Create, directory: &DirectoryClient) -> Outcome {
    let (name, nickname) = (&args.display_name, &args.mail_nickname);
    if args.force != Some(true) {
        let filter = format!(
            "displayName eq {} and mailNickname eq {}",
            literal(name),
            literal(nickname)
        );
        let mut known = directory.groups(Some(&filter)).await?.into_iter();
        match (known.next(), known.next()) {
            (Some(group), None) => {
                output::warn(
                    "A group with the same display name and mail nickname already exists, returning.",
                );
                return Ok(group.into());
            }
            (Some(_), Some(_)) => {
                return Err(Failure::new(format!(
                    "There is more than one group with the display name '{name}' and the mail nickname '{nickname}'."
                ))
                .cure("give another name, or add --force to make one more"));
            }
            (None, _) => {}
        }
    }
    let made = directory.create_group(name, nickname, args.description.as_deref());
    Ok(made.await?.into())
}

async fn member(command: &Member, directory: &DirectoryClient) -> Outcome {
    match command {
        Member::List(id) => {
            let id = find(directory, id).await?;
            let members = directory.group_members(&id).await?;
            Ok(Report::Table(Value::Array(members), OBJECTS))
        }
        Member::Add(MemberId { id, member_id }) => {
            let id = find(directory, id).await?;
            let added = directory.add_group_member(&id, member_id).await;
            by_object_id(added, directory, "--member-id", member_id).await?;
            Ok(Report::Nothing)
        }
        Member::Remove(MemberId { id, member_id }) => {
            let id = find(directory, id).await?;
            let removed = directory.remove_group_member(&id, member_id).await;
            by_object_id(removed, directory, "--member-id", member_id).await?;
            Ok(Report::Nothing)
        }
        Member::Check(MemberId { id, member_id }) => {
            let id = find(directory, id).await?;
            let found = directory.check_member_groups(member_id, &[&id]).await?;
            Ok(json!({ "value": !found.is_empty() }).into())
        }
    }
}

async fn owner(command: &Owner, directory: &DirectoryClient) -> Outcome {
    match command {
        Owner::List(id) => {
            let id = find(directory, id).await?;
            let owners = directory.group_owners(&id).await?;
            Ok(Report::Table(Value::Array(owners), OBJECTS))
        }
        // Who is one already stays one, as with `az`.
        Owner::Add(OwnerId { id, owner_object_id }) => {
            let id = find(directory, id).await?;
            let owners = directory.group_owners(&id).await?;
            let known = |owner: &Value| {
                let id = owner.get("id").and_then(Value::as_str);
                id.is_some_and(|id| id.eq_ignore_ascii_case(owner_object_id))
            };
            if !owners.iter().any(known) {
                let added = directory.add_group_owner(&id, owner_object_id).await;
                by_object_id(added, directory, "--owner-object-id", owner_object_id).await?;
            }
            Ok(Report::Nothing)
        }
        Owner::Remove(OwnerId { id, owner_object_id }) => {
            let id = find(directory, id).await?;
            directory.remove_group_owner(&id, owner_object_id).await?;
            Ok(Report::Nothing)
        }
    }
}

/// A refusal, with a word on object ids when what was given is another name of somebody.
async fn by_object_id(
    done: Result<(), Error>,
    directory: &DirectoryClient,
    option: &str,
    given: &str,
) -> Result<(), Failure> {
    let Err(error) = done else { return Ok(()) };
    let failure = Failure::from(error);
    let show = match directory.find_principal(given).await {
        Ok(Some(found)) if found.id.to_string() != given.to_ascii_lowercase() => match found.kind {
            PrincipalKind::ServicePrincipal => "sp",
            PrincipalKind::User => "user",
            // A group has no other name that is taken for it.
            PrincipalKind::Group => return Err(failure),
        },
        _ => return Err(failure),
    };
    Err(failure.cure(format!(
        "{option} takes an object id: `doorward ad {show} show --id {} --query id -o tsv` prints it",
        quote(given)
    )))
}

/// The id of the group that is meant: an id as it is, else the one of that name, else the one whose name starts so.
async fn find(directory: &DirectoryClient, id: &Id) -> Result<String, Failure> {
    let name = &id.group;
    if name.parse::<ObjectId>().is_ok() {
        return Ok(name.clone());
    }
    let quoted = literal(name);
    for filter in [
        format!("displayName eq {quoted}"),
        format!("startswith(displayName,{quoted})"),
    ] {
        match directory.groups(Some(&filter)).await?.as_slice() {
            [] => {}
            [group] => return Ok(text(group, "id")?.to_owned()),
            _ => {
                return Err(
                    Failure::new(format!("More than one group match the name of '{name}'"))
                        .cure("give the object id: `doorward ad group list` shows it"),
                );
            }
        }
    }
    Err(
        Failure::not_found(format!("No group matches the name of '{name}'"))
            .cure("`doorward ad group list` shows those that exist"),
    )
}
