//! What a caller must be allowed for each path and method: the route table of the plane.

use doorward_names::{Scope, SubscriptionId};
use doorward_protocol::paths::{ArmPath, AuthorizationTail, DeploymentTail, LocationTail, MACHINE_LEARNING};
use http::Method;

/// What a caller must be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing: everyone whose token is good may ask, and hears what concerns themselves.
    Open,
    /// This action at this scope.
    Action(String, Scope),
    /// This action at this scope, or any role somewhere below: then the answer holds just what they may see.
    Within(String, Scope),
    /// What is right depends on the body or the store, and the handler asks.
    Handler,
}

/// The methods that a path knows, and what each needs; nothing for a method that it doesn't know.
pub fn requirement(path: &ArmPath, method: &Method) -> Option<Requirement> {
    use Requirement as R;
    let verb = Verb::of(method)?;
    let action = |name: &str, scope: &Scope| Some(R::Action(name.to_owned(), scope.clone()));
    let within = |name: &str, scope: &Scope| Some(R::Within(name.to_owned(), scope.clone()));
    let inside = |name: &str, id: &SubscriptionId| within(name, &Scope::subscription(*id));
    match (path, verb) {
        (
            ArmPath::Tenants
            | ArmPath::Subscriptions
            | ArmPath::Providers(None)
            | ArmPath::Provider(None, _)
            | ArmPath::Operations(_)
            | ArmPath::ManagementGroups,
            Verb::Read,
        ) => Some(R::Open),
        (ArmPath::Subscription(id), Verb::Read) => inside("Microsoft.Resources/subscriptions/read", id),
        (ArmPath::Locations(id), Verb::Read) => {
            inside("Microsoft.Resources/subscriptions/locations/read", id)
        }
        (ArmPath::Providers(Some(id)) | ArmPath::Provider(Some(id), _), Verb::Read) => {
            inside("Microsoft.Resources/subscriptions/providers/read", id)
        }
        (ArmPath::Register(id, namespace), Verb::Act) => action(
            &format!("{}/register/action", plain(namespace)?),
            &Scope::subscription(*id),
        ),
        (ArmPath::Unregister(id, namespace), Verb::Act) => action(
            &format!("{}/unregister/action", plain(namespace)?),
            &Scope::subscription(*id),
        ),
        (ArmPath::ResourceGroups(id), Verb::Read) => {
            inside("Microsoft.Resources/subscriptions/resourceGroups/read", id)
        }
        (ArmPath::ResourceGroup(scope), verb) => {
            let verb = verb.word()?;
            action(
                &format!("Microsoft.Resources/subscriptions/resourceGroups/{verb}"),
                scope,
            )
        }
        (ArmPath::Resources(scope), Verb::Read) => match scope.resource_group_name() {
            Some(_) => within(
                "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
                scope,
            ),
            None => within("Microsoft.Resources/subscriptions/resources/read", scope),
        },
        (ArmPath::TagNames(id), Verb::Read) => inside("Microsoft.Resources/subscriptions/tagNames/read", id),
        (ArmPath::Tags(scope), verb) => {
            let verb = verb.word()?;
            action(&format!("Microsoft.Resources/tags/{verb}"), scope)
        }
        (ArmPath::ManagementGroup(scope), Verb::Read) => {
            action("Microsoft.Management/managementGroups/read", scope)
        }
        (ArmPath::ManagementGroup(_), Verb::Write | Verb::Change) => Some(R::Handler),
        (ArmPath::ManagementGroup(scope), Verb::Delete) => {
            action("Microsoft.Management/managementGroups/delete", scope)
        }
        (ArmPath::Descendants(scope), Verb::Read) => {
            action("Microsoft.Management/managementGroups/descendants/read", scope)
        }
        (ArmPath::ManagementGroupSubscriptions(scope), Verb::Read) => {
            action("Microsoft.Management/managementGroups/subscriptions/read", scope)
        }
        (ArmPath::ManagementGroupSubscription(scope, _), Verb::Read) => {
            action("Microsoft.Management/managementGroups/subscriptions/read", scope)
        }
        (ArmPath::ManagementGroupSubscription(..), Verb::Write | Verb::Delete) => Some(R::Handler),
        (ArmPath::Authorization(scope, tail), verb) => authorization(scope, tail, verb),
        (ArmPath::Deployments(scope, tail), verb) => deployment(scope, tail, verb),
        (ArmPath::Collection(scope, kind), Verb::Read) => within(&format!("{}/read", plain(kind)?), scope),
        (ArmPath::Resource(scope), verb) => {
            let kind = scope.resource_type()?;
            action(&format!("{}/{}", plain(&kind)?, verb.word()?), scope)
        }
        (ArmPath::ResourceAction(scope, word), verb) => resource_action(scope, word, verb),
        (ArmPath::ExperimentsQuery(scope), Verb::Act) => {
            action(&format!("{MACHINE_LEARNING}/workspaces/experiments/read"), scope)
        }
        (ArmPath::MachineLearningLocation(id, _, tail), Verb::Read) => {
            let word = match tail {
                LocationTail::Usages => "usages",
                LocationTail::Quotas => "quotas",
                LocationTail::VmSizes => "vmsizes",
                LocationTail::OperationStatus(..) | LocationTail::OperationResult(..) => {
                    return inside(
                        &format!("{MACHINE_LEARNING}/locations/computeoperationsstatus/read"),
                        id,
                    );
                }
            };
            inside(&format!("{MACHINE_LEARNING}/locations/{word}/read"), id)
        }
        _ => None,
    }
}

/// What a method means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Read,
    Write,
    Change,
    Delete,
    Act,
}

impl Verb {
    fn of(method: &Method) -> Option<Self> {
        Some(match *method {
            Method::GET | Method::HEAD => Self::Read,
            Method::PUT => Self::Write,
            Method::PATCH => Self::Change,
            Method::DELETE => Self::Delete,
            Method::POST => Self::Act,
            _ => return None,
        })
    }

    /// The last word of the action; a POST has its own.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Read => Some("read"),
            Self::Write | Self::Change => Some("write"),
            Self::Delete => Some("delete"),
            Self::Act => None,
        }
    }
}

/// A type or word that can stand in an action.
fn plain(text: &str) -> Option<&str> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/');
    text.bytes().all(fine).then_some(text)
}

fn authorization(scope: &Scope, tail: &AuthorizationTail, verb: Verb) -> Option<Requirement> {
    use AuthorizationTail as T;
    use Requirement as R;
    let action = |name: &str| {
        Some(R::Action(
            format!("Microsoft.Authorization/{name}"),
            scope.clone(),
        ))
    };
    match (tail, verb) {
        (T::RoleDefinitions | T::RoleDefinition(_), Verb::Read) => action("roleDefinitions/read"),
        (T::RoleDefinition(_), Verb::Write | Verb::Delete) => Some(R::Handler),
        (T::RoleAssignments | T::RoleAssignment(_), Verb::Read) => action("roleAssignments/read"),
        (T::RoleAssignment(_), Verb::Write) => action("roleAssignments/write"),
        (T::RoleAssignment(_), Verb::Delete) => action("roleAssignments/delete"),
        (T::DenyAssignments | T::DenyAssignment(_), Verb::Read) => action("denyAssignments/read"),
        (T::Permissions, Verb::Read) => {
            let name = "Microsoft.Authorization/permissions/read";
            Some(R::Within(name.to_owned(), scope.clone()))
        }
        (T::CheckAccess, Verb::Act) => action("checkAccess/action"),
        (T::ExplainAccess, Verb::Act) => Some(R::Handler),
        (T::ProviderOperations | T::ProviderOperationsOf(_), Verb::Read) => Some(R::Open),
        (T::ElevateAccess, Verb::Act) => Some(R::Handler),
        _ => None,
    }
}

fn deployment(scope: &Scope, tail: &DeploymentTail, verb: Verb) -> Option<Requirement> {
    use DeploymentTail as T;
    use Requirement as R;
    let name = |name: &str| format!("Microsoft.Resources/deployments/{name}");
    let action = |word: &str| Some(R::Action(name(word), scope.clone()));
    match (tail, verb) {
        (T::All, Verb::Read) => Some(R::Within(name("read"), scope.clone())),
        (T::One(_), verb) => action(verb.word()?),
        (T::Operations(_), Verb::Read) => action("operations/read"),
        (T::Validate(_), Verb::Act) => action("validate/action"),
        (T::Status(..), Verb::Read) => action("operationstatuses/read"),
        _ => None,
    }
}

/// Words behind a workspace that are asked for by POST, and yet are reads.
const POSTED_READS: [&str; 3] = ["listNotebookKeys", "listNotebookAccessToken", "diagnose"];

fn resource_action(scope: &Scope, word: &str, verb: Verb) -> Option<Requirement> {
    let kind = scope.resource_type()?;
    let (kind, word) = (plain(&kind)?, plain(word)?);
    match verb {
        Verb::Read => {
            let action = format!("{kind}/{word}/read");
            // Below a workspace are its computes, of which somebody may see some; else there is all or nothing to see.
            Some(match word.eq_ignore_ascii_case("computes") {
                true => Requirement::Within(action, scope.clone()),
                false => Requirement::Action(action, scope.clone()),
            })
        }
        Verb::Act => {
            let read = POSTED_READS.iter().any(|read| read.eq_ignore_ascii_case(word));
            let last = if read { "read" } else { "action" };
            Some(Requirement::Action(
                format!("{kind}/{word}/{last}"),
                scope.clone(),
            ))
        }
        Verb::Write | Verb::Change | Verb::Delete => None,
    }
}

#[cfg(test)]
mod tests;
