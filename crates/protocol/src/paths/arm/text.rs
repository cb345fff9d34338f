//! Paths of Resource Manager as text.

use doorward_names::{Scope, ScopeKind};
use std::fmt;

use super::super::segments::encode;
use super::{
    AUTHORIZATION, ArmPath, AuthorizationTail, DeploymentTail, LocationTail, MACHINE_LEARNING, RESOURCES,
};

impl fmt::Display for ArmPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = |scope: &Scope| match scope.kind() {
            ScopeKind::Root => String::new(),
            _ => {
                let words: Vec<_> = scope
                    .as_str()
                    .split('/')
                    .map(|word| encode(word).to_string())
                    .collect();
                words.join("/")
            }
        };
        match self {
            Self::Tenants => f.write_str("/tenants"),
            Self::Subscriptions => f.write_str("/subscriptions"),
            Self::Subscription(id) => write!(f, "/subscriptions/{id}"),
            Self::Locations(id) => write!(f, "/subscriptions/{id}/locations"),
            Self::Providers(None) => f.write_str("/providers"),
            Self::Providers(Some(id)) => write!(f, "/subscriptions/{id}/providers"),
            Self::Provider(None, name) => write!(f, "/providers/{}", encode(name)),
            Self::Provider(Some(id), name) => write!(f, "/subscriptions/{id}/providers/{}", encode(name)),
            Self::Register(id, name) => write!(f, "/subscriptions/{id}/providers/{}/register", encode(name)),
            Self::Unregister(id, name) => {
                write!(f, "/subscriptions/{id}/providers/{}/unregister", encode(name))
            }
            Self::Operations(name) => write!(f, "/providers/{}/operations", encode(name)),
            Self::ResourceGroups(id) => write!(f, "/subscriptions/{id}/resourceGroups"),
            Self::ResourceGroup(scope) | Self::ManagementGroup(scope) | Self::Resource(scope) => {
                f.write_str(&base(scope))
            }
            Self::Resources(scope) => write!(f, "{}/resources", base(scope)),
            Self::TagNames(id) => write!(f, "/subscriptions/{id}/tagNames"),
            Self::Tags(scope) => write!(f, "{}/providers/{RESOURCES}/tags/default", base(scope)),
            Self::ManagementGroups => f.write_str("/providers/Microsoft.Management/managementGroups"),
            Self::Descendants(scope) => write!(f, "{}/descendants", base(scope)),
            Self::ManagementGroupSubscriptions(scope) => write!(f, "{}/subscriptions", base(scope)),
            Self::ManagementGroupSubscription(scope, id) => write!(f, "{}/subscriptions/{id}", base(scope)),
            Self::Authorization(scope, tail) => write!(f, "{}/providers/{AUTHORIZATION}/{tail}", base(scope)),
            Self::Deployments(scope, tail) => write!(f, "{}/providers/{RESOURCES}/{tail}", base(scope)),
            Self::Collection(scope, kind) => {
                let kind: Vec<_> = kind.split('/').map(|word| encode(word).to_string()).collect();
                write!(f, "{}/providers/{}", base(scope), kind.join("/"))
            }
            Self::ResourceAction(scope, word) => write!(f, "{}/{}", base(scope), encode(word)),
            Self::ExperimentsQuery(scope) => write!(f, "/history/v1.0{}/experiments:query", base(scope)),
            Self::MachineLearningLocation(id, location, tail) => write!(
                f,
                "/subscriptions/{id}/providers/{MACHINE_LEARNING}/locations/{}/{tail}",
                encode(location)
            ),
        }
    }
}

impl fmt::Display for AuthorizationTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoleDefinitions => f.write_str("roleDefinitions"),
            Self::RoleDefinition(id) => write!(f, "roleDefinitions/{id}"),
            Self::RoleAssignments => f.write_str("roleAssignments"),
            Self::RoleAssignment(id) => write!(f, "roleAssignments/{id}"),
            Self::DenyAssignments => f.write_str("denyAssignments"),
            Self::DenyAssignment(id) => write!(f, "denyAssignments/{id}"),
            Self::Permissions => f.write_str("permissions"),
            Self::CheckAccess => f.write_str("checkAccess"),
            Self::ExplainAccess => f.write_str("explainAccess"),
            Self::ProviderOperations => f.write_str("providerOperations"),
            Self::ProviderOperationsOf(name) => write!(f, "providerOperations/{}", encode(name)),
            Self::ElevateAccess => f.write_str("elevateAccess"),
        }
    }
}

impl fmt::Display for DeploymentTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("deployments"),
            Self::One(name) => write!(f, "deployments/{}", encode(name)),
            Self::Operations(name) => write!(f, "deployments/{}/operations", encode(name)),
            Self::Validate(name) => write!(f, "deployments/{}/validate", encode(name)),
            Self::Status(name, id) => write!(f, "deployments/{}/operationStatuses/{id}", encode(name)),
        }
    }
}

impl fmt::Display for LocationTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usages => f.write_str("usages"),
            Self::Quotas => f.write_str("quotas"),
            Self::VmSizes => f.write_str("vmSizes"),
            Self::OperationStatus(word, id) | Self::OperationResult(word, id) => {
                write!(f, "{}/{id}", encode(word))
            }
        }
    }
}
