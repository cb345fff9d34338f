//! Paths of Resource Manager: a scope, and what is asked of it. Keywords compare without case; names are kept as
//! written.

use super::segments::split;
use crate::wire_text::percent_decode;
use doorward_names::{
    DenyAssignmentId, OperationId, ResourceGroupName, RoleAssignmentId, RoleDefinitionId, Scope, ScopeKind,
    SubscriptionId,
};

mod text;

/// The provider of workspaces.
pub const MACHINE_LEARNING: &str = "Microsoft.MachineLearningServices";
const WORKSPACES: &str = "Microsoft.MachineLearningServices/workspaces";
const AUTHORIZATION: &str = "Microsoft.Authorization";
const RESOURCES: &str = "Microsoft.Resources";

/// A path of Resource Manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmPath {
    /// `/tenants`: those that the caller is in.
    Tenants,
    /// `/subscriptions`: those that the caller sees.
    Subscriptions,
    /// `/subscriptions/{id}`.
    Subscription(SubscriptionId),
    /// `/subscriptions/{id}/locations`.
    Locations(SubscriptionId),
    /// `[/subscriptions/{id}]/providers`.
    Providers(Option<SubscriptionId>),
    /// `[/subscriptions/{id}]/providers/{namespace}`.
    Provider(Option<SubscriptionId>, String),
    /// `/subscriptions/{id}/providers/{namespace}/register`.
    Register(SubscriptionId, String),
    /// `/subscriptions/{id}/providers/{namespace}/unregister`.
    Unregister(SubscriptionId, String),
    /// `/providers/{namespace}/operations`.
    Operations(String),
    /// `/subscriptions/{id}/resourceGroups`.
    ResourceGroups(SubscriptionId),
    /// `/subscriptions/{id}/resourceGroups/{name}`.
    ResourceGroup(Scope),
    /// `{subscription or group}/resources`.
    Resources(Scope),
    /// `/subscriptions/{id}/tagNames`.
    TagNames(SubscriptionId),
    /// `{scope}/providers/Microsoft.Resources/tags/default`.
    Tags(Scope),
    /// `/providers/Microsoft.Management/managementGroups`.
    ManagementGroups,
    /// `/providers/Microsoft.Management/managementGroups/{name}`.
    ManagementGroup(Scope),
    /// `{management group}/descendants`.
    Descendants(Scope),
    /// `{management group}/subscriptions`.
    ManagementGroupSubscriptions(Scope),
    /// `{management group}/subscriptions/{id}`.
    ManagementGroupSubscription(Scope, SubscriptionId),
    /// What Microsoft.Authorization has at a scope.
    Authorization(Scope, AuthorizationTail),
    /// What Microsoft.Resources/deployments has at a scope.
    Deployments(Scope, DeploymentTail),
    /// `{scope}/providers/{namespace}/{type}`: the resources of a type in a subscription, a group, or a resource.
    Collection(Scope, String),
    /// A resource.
    Resource(Scope),
    /// `{resource}/{word}`: something that is done to it, or asked of it.
    ResourceAction(Scope, String),
    /// `/subscriptions/{id}/providers/Microsoft.MachineLearningServices/locations/{location}/{what}`.
    MachineLearningLocation(SubscriptionId, String, LocationTail),
    /// `/history/v1.0{workspace}/experiments:query`, of a workspace's own services.
    ExperimentsQuery(Scope),
}

/// What Microsoft.Authorization has at a scope, below `{scope}/providers/Microsoft.Authorization/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationTail {
    /// `roleDefinitions`
    RoleDefinitions,
    /// `roleDefinitions/{id}`
    RoleDefinition(RoleDefinitionId),
    /// `roleAssignments`
    RoleAssignments,
    /// `roleAssignments/{id}`
    RoleAssignment(RoleAssignmentId),
    /// `denyAssignments`
    DenyAssignments,
    /// `denyAssignments/{id}`
    DenyAssignment(DenyAssignmentId),
    /// `permissions`: the caller's own.
    Permissions,
    /// `checkAccess`
    CheckAccess,
    /// `explainAccess`: this server's own, why somebody may do something or not.
    ExplainAccess,
    /// `providerOperations`
    ProviderOperations,
    /// `providerOperations/{namespace}`
    ProviderOperationsOf(String),
    /// `elevateAccess`
    ElevateAccess,
}

/// What Microsoft.Resources/deployments has at a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeploymentTail {
    /// `deployments`
    All,
    /// `deployments/{name}`
    One(String),
    /// `deployments/{name}/operations`
    Operations(String),
    /// `deployments/{name}/validate`
    Validate(String),
    /// `deployments/{name}/operationStatuses/{id}`
    Status(String, OperationId),
}

/// What a location of Microsoft.MachineLearningServices has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocationTail {
    /// `usages`
    Usages,
    /// `quotas`
    Quotas,
    /// `vmSizes`
    VmSizes,
    /// `workspaceOperationsStatus/{id}`, `computeOperationsStatus/{id}`
    OperationStatus(String, OperationId),
    /// `workspaceOperationResults/{id}`, `computeOperationResults/{id}`
    OperationResult(String, OperationId),
}

/// Why a path of this plane is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmPathProblem {
    /// A subscription's id is no UUID.
    SubscriptionId(String),
    /// A resource group's name can't be one.
    ResourceGroup(String),
    /// A name or id in it can't be one.
    Name(String),
    /// Nothing is there.
    NotServed,
}

impl ArmPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(path: &str) -> Result<Self, ArmPathProblem> {
        // Azure takes several slashes for one, and some clients write an empty part between them.
        let single: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let words = split(&format!("/{}", single.join("/"))).ok_or(ArmPathProblem::NotServed)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = words.as_slice();
        // A slash within a part would be a border to the one who decides and none to the one who reads, or the reverse.
        if words.iter().any(|word| word.contains('/')) {
            return Err(ArmPathProblem::NotServed);
        }
        if let [first, "v1.0", at @ .., last] = words
            && first.eq_ignore_ascii_case("history")
        {
            return history(at, last);
        }
        if let [first, id, ..] = words
            && first.eq_ignore_ascii_case("subscriptions")
            && id.parse::<SubscriptionId>().is_err()
        {
            return Err(ArmPathProblem::SubscriptionId(id.chars().take(64).collect()));
        }
        if let [_, _, word, name, ..] = words
            && word.eq_ignore_ascii_case("resourceGroups")
            && name.parse::<ResourceGroupName>().is_err()
        {
            return Err(ArmPathProblem::ResourceGroup(name.chars().take(90).collect()));
        }
        fixed(words)
            .or_else(|| at_scope(words).transpose())
            .unwrap_or_else(|| resource(words))
    }

    /// The subscription that a path names, served or not; read as [`Self::parse`] reads it.
    pub fn subscription_of(path: &str) -> Option<SubscriptionId> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        let mut words = parts.map(|part| percent_decode(part, false));
        let mut first = words.next()??;
        if first.eq_ignore_ascii_case("history") {
            words.next()??;
            first = words.next()??;
        }
        if !first.eq_ignore_ascii_case("subscriptions") {
            return None;
        }
        words.next()??.parse().ok()
    }

    /// The subscription that it is in, or that it names first.
    pub fn subscription(&self) -> Option<SubscriptionId> {
        match self {
            Self::Tenants
            | Self::Subscriptions
            | Self::Providers(None)
            | Self::Provider(None, _)
            | Self::Operations(_)
            | Self::ManagementGroups
            | Self::ManagementGroup(_)
            | Self::Descendants(_)
            | Self::ManagementGroupSubscriptions(_)
            | Self::ManagementGroupSubscription(..) => None,
            Self::Subscription(id)
            | Self::Locations(id)
            | Self::Providers(Some(id))
            | Self::Provider(Some(id), _)
            | Self::Register(id, _)
            | Self::Unregister(id, _)
            | Self::ResourceGroups(id)
            | Self::TagNames(id)
            | Self::MachineLearningLocation(id, ..) => Some(*id),
            Self::ResourceGroup(scope)
            | Self::Resources(scope)
            | Self::Tags(scope)
            | Self::Authorization(scope, _)
            | Self::Deployments(scope, _)
            | Self::Collection(scope, _)
            | Self::Resource(scope)
            | Self::ExperimentsQuery(scope)
            | Self::ResourceAction(scope, _) => scope.subscription_id(),
        }
    }

    /// Whether a path begins as Resource Manager's do, or as those of a workspace's own services.
    pub fn owns(path: &str) -> bool {
        let first = first(path);
        let resource_managers = ["tenants", "subscriptions", "providers"];
        resource_managers
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word))
            || Self::is_of_workspace_service(path)
    }

    /// Whether a path begins as those of a workspace's own services do; under Azure's names these have a host of their
    /// own, and they take no `api-version`.
    pub fn is_of_workspace_service(path: &str) -> bool {
        first(path).eq_ignore_ascii_case("history")
    }
}

fn first(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// What the service of a workspace's runs has: below `/history/v1.0{workspace}/`.
fn history(at: &[&str], last: &str) -> Result<ArmPath, ArmPathProblem> {
    match resource(at) {
        Ok(ArmPath::Resource(scope)) if last.eq_ignore_ascii_case("experiments:query") => {
            let kind = scope.resource_type().unwrap_or_default();
            match kind.eq_ignore_ascii_case(WORKSPACES) {
                true => Ok(ArmPath::ExperimentsQuery(scope)),
                false => Err(ArmPathProblem::NotServed),
            }
        }
        _ => Err(ArmPathProblem::NotServed),
    }
}

/// The paths that are no resource and hang below a subscription or nothing.
fn fixed(words: &[&str]) -> Option<Result<ArmPath, ArmPathProblem>> {
    let folded: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let namespace = || words.last().copied().unwrap_or_default().to_owned();
    let before_last = || words.iter().rev().nth(1).copied().unwrap_or_default().to_owned();
    Some(Ok(match folded.as_slice() {
        ["tenants"] => ArmPath::Tenants,
        ["subscriptions"] => ArmPath::Subscriptions,
        ["providers"] => ArmPath::Providers(None),
        ["providers", _] => ArmPath::Provider(None, namespace()),
        ["providers", "microsoft.management", "managementgroups"] => ArmPath::ManagementGroups,
        ["providers", _, "operations"] => ArmPath::Operations(before_last()),
        ["subscriptions", id, rest @ ..] => {
            let id: SubscriptionId = id.parse().ok()?;
            match rest {
                [] => ArmPath::Subscription(id),
                ["locations"] => ArmPath::Locations(id),
                ["resourcegroups"] => ArmPath::ResourceGroups(id),
                ["resources"] => ArmPath::Resources(Scope::subscription(id)),
                ["tagnames"] => ArmPath::TagNames(id),
                ["providers"] => ArmPath::Providers(Some(id)),
                ["providers", _] => ArmPath::Provider(Some(id), namespace()),
                ["providers", _, "register"] => ArmPath::Register(id, before_last()),
                ["providers", _, "unregister"] => ArmPath::Unregister(id, before_last()),
                [
                    "providers",
                    "microsoft.machinelearningservices",
                    "locations",
                    _,
                    tail @ ..,
                ] => {
                    let location = words.get(5).copied().unwrap_or_default().to_owned();
                    ArmPath::MachineLearningLocation(id, location, location_tail(words, tail)?)
                }
                _ => return None,
            }
        }
        _ => return None,
    }))
}

fn location_tail(words: &[&str], folded: &[&str]) -> Option<LocationTail> {
    Some(match folded {
        ["usages"] => LocationTail::Usages,
        ["quotas"] => LocationTail::Quotas,
        ["vmsizes"] => LocationTail::VmSizes,
        ["workspaceoperationsstatus" | "computeoperationsstatus", id] => {
            LocationTail::OperationStatus((*words.get(6)?).to_owned(), id.parse().ok()?)
        }
        ["workspaceoperationresults" | "computeoperationresults", id] => {
            LocationTail::OperationResult((*words.get(6)?).to_owned(), id.parse().ok()?)
        }
        _ => return None,
    })
}

/// What hangs at a scope: below `…/providers/Microsoft.Authorization`, `…/Microsoft.Resources`, or a group's own words.
fn at_scope(words: &[&str]) -> Result<Option<ArmPath>, ArmPathProblem> {
    let marker = words
        .iter()
        .rposition(|word| word.eq_ignore_ascii_case("providers"));
    if let Some(marker) = marker {
        let (before, after) = words.split_at(marker);
        let [_, namespace, tail @ ..] = after else {
            return Ok(None);
        };
        let folded: Vec<String> = tail.iter().map(|word| word.to_ascii_lowercase()).collect();
        let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
        if namespace.eq_ignore_ascii_case(AUTHORIZATION) {
            let tail = authorization(tail, &folded)?;
            return tail
                .map(|tail| Ok(ArmPath::Authorization(scope(before)?, tail)))
                .transpose();
        }
        if namespace.eq_ignore_ascii_case(RESOURCES) {
            return match folded.as_slice() {
                ["tags", "default"] => Ok(Some(ArmPath::Tags(scope(before)?))),
                ["deployments", rest @ ..] => {
                    let name = tail.get(1).copied().unwrap_or_default();
                    let tail = deployment(name, rest).ok_or(ArmPathProblem::NotServed)?;
                    Ok(Some(ArmPath::Deployments(scope(before)?, tail)))
                }
                _ => Ok(None),
            };
        }
    }
    let Some((last, before)) = words.split_last() else {
        return Ok(None);
    };
    match scope(before).map(|scope| (scope.kind(), scope)) {
        Ok((ScopeKind::ResourceGroup, group)) if last.eq_ignore_ascii_case("resources") => {
            Ok(Some(ArmPath::Resources(group)))
        }
        Ok((ScopeKind::ManagementGroup, group)) => match last.to_ascii_lowercase().as_str() {
            "descendants" => Ok(Some(ArmPath::Descendants(group))),
            "subscriptions" => Ok(Some(ArmPath::ManagementGroupSubscriptions(group))),
            _ => Ok(None),
        },
        _ => legacy_deployment(words),
    }
}

/// `{group}/deployments/{name}/operations`, as older clients write it.
fn legacy_deployment(words: &[&str]) -> Result<Option<ArmPath>, ArmPathProblem> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|w| w.eq_ignore_ascii_case(word));
    let at = if is(2, "resourcegroups") { 4 } else { 2 };
    if !is(0, "subscriptions") || !is(at, "deployments") {
        return Ok(None);
    }
    let (before, tail) = words.split_at(at);
    let folded: Vec<String> = tail
        .iter()
        .skip(1)
        .map(|word| word.to_ascii_lowercase())
        .collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let tail = deployment(tail.get(1).copied().unwrap_or_default(), &folded);
    tail.map(|tail| Ok(ArmPath::Deployments(scope(before)?, tail)))
        .transpose()
}

fn scope(words: &[&str]) -> Result<Scope, ArmPathProblem> {
    let text = format!("/{}", words.join("/"));
    text.parse().map_err(|_| ArmPathProblem::NotServed)
}

fn authorization(words: &[&str], folded: &[&str]) -> Result<Option<AuthorizationTail>, ArmPathProblem> {
    use AuthorizationTail as T;
    fn id<I: std::str::FromStr>(text: &str) -> Result<I, ArmPathProblem> {
        let shown = || ArmPathProblem::Name(text.chars().take(64).collect());
        text.parse().map_err(|_| shown())
    }
    Ok(Some(match folded {
        ["roledefinitions"] => T::RoleDefinitions,
        ["roledefinitions", name] => T::RoleDefinition(id(name)?),
        ["roleassignments"] => T::RoleAssignments,
        ["roleassignments", name] => T::RoleAssignment(id(name)?),
        ["denyassignments"] => T::DenyAssignments,
        ["denyassignments", name] => T::DenyAssignment(id(name)?),
        ["permissions"] => T::Permissions,
        ["checkaccess"] => T::CheckAccess,
        ["explainaccess"] => T::ExplainAccess,
        ["provideroperations"] => T::ProviderOperations,
        ["provideroperations", _] => {
            T::ProviderOperationsOf(words.get(1).copied().unwrap_or_default().to_owned())
        }
        ["elevateaccess"] => T::ElevateAccess,
        _ => return Ok(None),
    }))
}

fn deployment(name: &str, folded: &[&str]) -> Option<DeploymentTail> {
    let name = name.to_owned();
    Some(match folded {
        [] => DeploymentTail::All,
        [_] => DeploymentTail::One(name),
        [_, "operations"] => DeploymentTail::Operations(name),
        [_, "validate"] => DeploymentTail::Validate(name),
        [_, "operationstatuses", id] => DeploymentTail::Status(name, id.parse().ok()?),
        _ => return None,
    })
}

/// A resource, a collection of them, or what is asked of one.
fn resource(words: &[&str]) -> Result<ArmPath, ArmPathProblem> {
    if let Some(path) = placement(words) {
        return Ok(path);
    }
    if let Ok(scope) = scope(words) {
        return Ok(match scope.kind() {
            ScopeKind::ManagementGroup => ArmPath::ManagementGroup(scope),
            ScopeKind::ResourceGroup => ArmPath::ResourceGroup(scope),
            _ => ArmPath::Resource(scope),
        });
    }
    let (last, before) = words.split_last().ok_or(ArmPathProblem::NotServed)?;
    if let Ok(above) = scope(before) {
        return match above.kind() {
            ScopeKind::Resource => Ok(ArmPath::ResourceAction(above, (*last).to_owned())),
            _ => Err(ArmPathProblem::NotServed),
        };
    }
    let marker = words
        .iter()
        .rposition(|word| word.eq_ignore_ascii_case("providers"));
    match marker.map(|at| words.split_at(at)) {
        Some((before, [_, namespace, kind])) => {
            Ok(ArmPath::Collection(scope(before)?, format!("{namespace}/{kind}")))
        }
        _ => Err(ArmPathProblem::NotServed),
    }
}

/// `{management group}/subscriptions/{id}`, which reads like a resource of the group.
fn placement(words: &[&str]) -> Option<ArmPath> {
    let (id, rest) = words.split_last()?;
    let (word, group) = rest.split_last()?;
    let group = scope(group).ok()?;
    let is_one = group.kind() == ScopeKind::ManagementGroup && word.eq_ignore_ascii_case("subscriptions");
    is_one.then_some(ArmPath::ManagementGroupSubscription(group, id.parse().ok()?))
}

#[cfg(test)]
mod tests;
