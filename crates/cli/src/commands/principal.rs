//! Whom a command is about: by user principal name, application id, identifier URI or object id.

use crate::failure::Failure;
use crate::output;
use crate::shell::quote;
use doorward_names::ObjectId;
use doorward_sdk::Error;
use doorward_sdk::directory::{DirectoryClient, PrincipalKind, literal};

/// Somebody, found or taken at their word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignee {
    /// The object id.
    pub id: ObjectId,
    /// What kind it is, when that is known.
    pub kind: Option<PrincipalKind>,
}

/// Finds somebody. An object id is taken as it is where the caller may not look into the directory.
pub async fn find(directory: &DirectoryClient, name: &str) -> Result<Assignee, Failure> {
    let id = name.parse::<ObjectId>();
    match directory.find_principal(name).await {
        Ok(Some(found)) => Ok(Assignee {
            id: found.id,
            kind: Some(found.kind),
        }),
        Ok(None) => Err(Failure::not_found(format!(
            "Cannot find user or service principal in graph database for '{name}'."
        ))
        .cure(what_is_taken(directory, name).await)),
        Err(Error::NotAllowed(message)) => match id {
            Ok(id) => {
                output::warn(&format!(
                    "the directory may not be asked: {id} is taken as an object id"
                ));
                Ok(Assignee { id, kind: None })
            }
            Err(_) => Err(Failure::from(Error::NotAllowed(message)).cure("name them by their object id")),
        },
        Err(e) => Err(e.into()),
    }
}

/// What would have named somebody. A group's name is known but not taken: like `az`, nobody guesses who is meant.
async fn what_is_taken(directory: &DirectoryClient, name: &str) -> String {
    let filter = format!("displayName eq {}", literal(name));
    let shown = quote(name);
    // It is only to say more: where groups may not be read, less is said.
    match directory.groups(Some(&filter)).await.unwrap_or_default().len() {
        0 => format!(
            "give an object id, an application id or a sign-in name (user@domain); by its display name, `doorward ad sp list --display-name {shown}` shows a service principal's; an application without one gets it by `doorward ad sp create --id <appId>`; a group is named by its object id: `doorward ad group show -g <name> --query id`"
        ),
        1 => format!(
            "a group is named by its object id: `doorward ad group show -g {shown} --query id -o tsv` prints it"
        ),
        _ => format!(
            "several groups have this name; name one by its object id: `doorward ad group list --display-name {shown}`"
        ),
    }
}

/// The object id of whom `--assignee` or `--assignee-object-id` names, if either does.
pub async fn id(
    directory: &DirectoryClient,
    name: Option<&str>,
    id: Option<&str>,
) -> Result<Option<ObjectId>, Failure> {
    match (name, id) {
        (_, Some(id)) => Ok(Some(object_id(id)?)),
        (Some(name), None) => Ok(Some(find(directory, name).await?.id)),
        (None, None) => Ok(None),
    }
}

/// An object id that was given as such.
pub fn object_id(text: &str) -> Result<ObjectId, Failure> {
    text.parse()
        .map_err(|e: doorward_names::InvalidId| Failure::usage(e.to_string()))
}
