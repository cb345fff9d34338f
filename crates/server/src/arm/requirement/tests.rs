use super::*;
use doorward_names::{DenyAssignmentId, OperationId, RoleAssignmentId, RoleDefinitionId};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const ID: SubscriptionId = SubscriptionId::from_bytes([7; 16]);

fn at(text: &str) -> Scope {
    text.replace("{s}", &format!("/subscriptions/{ID}"))
        .parse()
        .unwrap()
}

fn group() -> Scope {
    at("{s}/resourceGroups/g")
}

fn workspace() -> Scope {
    group().resource(MACHINE_LEARNING, &["workspaces", "w"]).unwrap()
}

/// A name for each kind of path; a new one has no name until it stands here, and has no sample until it stands below.
fn name_of(path: &ArmPath) -> String {
    let word = match path {
        ArmPath::Tenants => "tenants",
        ArmPath::Subscriptions => "subscriptions",
        ArmPath::Subscription(_) => "subscription",
        ArmPath::Locations(_) => "locations",
        ArmPath::Providers(None) => "providers",
        ArmPath::Providers(Some(_)) => "providers of a subscription",
        ArmPath::Provider(None, _) => "provider",
        ArmPath::Provider(Some(_), _) => "provider of a subscription",
        ArmPath::Register(..) => "register",
        ArmPath::Unregister(..) => "unregister",
        ArmPath::Operations(_) => "operations",
        ArmPath::ResourceGroups(_) => "resource groups",
        ArmPath::ResourceGroup(_) => "resource group",
        ArmPath::Resources(_) => "resources",
        ArmPath::TagNames(_) => "tag names",
        ArmPath::Tags(_) => "tags",
        ArmPath::ManagementGroups => "management groups",
        ArmPath::ManagementGroup(_) => "management group",
        ArmPath::Descendants(_) => "descendants",
        ArmPath::ManagementGroupSubscriptions(_) => "subscriptions of a management group",
        ArmPath::ManagementGroupSubscription(..) => "subscription of a management group",
        ArmPath::Authorization(_, tail) => return format!("authorization {}", tail_of(tail)),
        ArmPath::Deployments(_, tail) => return format!("deployments {}", deployment_of(tail)),
        ArmPath::Collection(..) => "collection",
        ArmPath::Resource(_) => "resource",
        ArmPath::ResourceAction(..) => "action of a resource",
        ArmPath::ExperimentsQuery(_) => "experiments",
        ArmPath::MachineLearningLocation(_, _, tail) => return format!("location {}", location_of(tail)),
    };
    word.to_owned()
}

fn tail_of(tail: &AuthorizationTail) -> &'static str {
    use AuthorizationTail as T;
    match tail {
        T::RoleDefinitions => "role definitions",
        T::RoleDefinition(_) => "role definition",
        T::RoleAssignments => "role assignments",
        T::RoleAssignment(_) => "role assignment",
        T::DenyAssignments => "deny assignments",
        T::DenyAssignment(_) => "deny assignment",
        T::Permissions => "permissions",
        T::CheckAccess => "check access",
        T::ExplainAccess => "explain access",
        T::ProviderOperations => "provider operations",
        T::ProviderOperationsOf(_) => "provider operations of one",
        T::ElevateAccess => "elevate access",
    }
}

fn deployment_of(tail: &DeploymentTail) -> &'static str {
    match tail {
        DeploymentTail::All => "all",
        DeploymentTail::One(_) => "one",
        DeploymentTail::Operations(_) => "operations",
        DeploymentTail::Validate(_) => "validate",
        DeploymentTail::Status(..) => "status",
    }
}

fn location_of(tail: &LocationTail) -> &'static str {
    match tail {
        LocationTail::Usages => "usages",
        LocationTail::Quotas => "quotas",
        LocationTail::VmSizes => "vm sizes",
        LocationTail::OperationStatus(..) => "operation status",
        LocationTail::OperationResult(..) => "operation result",
    }
}

/// How many names `name_of` gives.
const NAMES: usize = 25 + 12 + 5 + 5;

fn samples() -> Vec<ArmPath> {
    use AuthorizationTail as T;
    let management = Scope::management_group("m").unwrap();
    let compute = workspace().child("computes", "c").unwrap();
    let x = || "Microsoft.X".to_owned();
    let mut all = vec![
        ArmPath::Tenants,
        ArmPath::Subscriptions,
        ArmPath::Subscription(ID),
        ArmPath::Locations(ID),
        ArmPath::Providers(None),
        ArmPath::Providers(Some(ID)),
        ArmPath::Provider(None, x()),
        ArmPath::Provider(Some(ID), x()),
        ArmPath::Register(ID, x()),
        ArmPath::Register(ID, "Microsoft.\u{212a}eyVault".to_owned()),
        ArmPath::Unregister(ID, x()),
        ArmPath::Operations(x()),
        ArmPath::ResourceGroups(ID),
        ArmPath::ResourceGroup(group()),
        ArmPath::Resources(Scope::subscription(ID)),
        ArmPath::Resources(group()),
        ArmPath::TagNames(ID),
        ArmPath::Tags(group()),
        ArmPath::ExperimentsQuery(workspace()),
        ArmPath::Tags(workspace()),
        ArmPath::ManagementGroups,
        ArmPath::ManagementGroup(management.clone()),
        ArmPath::Descendants(management.clone()),
        ArmPath::ManagementGroupSubscriptions(management.clone()),
        ArmPath::ManagementGroupSubscription(management, ID),
        ArmPath::Collection(Scope::subscription(ID), format!("{MACHINE_LEARNING}/workspaces")),
        ArmPath::Collection(group(), format!("{MACHINE_LEARNING}/work spaces")),
        ArmPath::Resource(workspace()),
        ArmPath::Resource(compute.clone()),
        ArmPath::Resource(group().resource("Microsoft.X", &["thing\u{e9}s", "a"]).unwrap()),
        ArmPath::ResourceAction(workspace(), "listKeys".to_owned()),
        ArmPath::ResourceAction(workspace(), "listNotebookKeys".to_owned()),
        ArmPath::ResourceAction(workspace(), "computes".to_owned()),
        ArmPath::ResourceAction(workspace(), "features".to_owned()),
        ArmPath::ResourceAction(workspace(), "list\u{212a}eys".to_owned()),
        ArmPath::ResourceAction(compute, "applicationaccess".to_owned()),
    ];
    for tail in [
        T::RoleDefinitions,
        T::RoleDefinition(RoleDefinitionId::from_bytes([1; 16])),
        T::RoleAssignments,
        T::RoleAssignment(RoleAssignmentId::from_bytes([1; 16])),
        T::DenyAssignments,
        T::DenyAssignment(DenyAssignmentId::from_bytes([1; 16])),
        T::Permissions,
        T::CheckAccess,
        T::ExplainAccess,
        T::ProviderOperations,
        T::ProviderOperationsOf(x()),
        T::ElevateAccess,
    ] {
        all.push(ArmPath::Authorization(group(), tail));
    }
    let (name, operation) = (|| "d".to_owned(), OperationId::from_bytes([9; 16]));
    for tail in [
        DeploymentTail::All,
        DeploymentTail::One(name()),
        DeploymentTail::Operations(name()),
        DeploymentTail::Validate(name()),
        DeploymentTail::Status(name(), operation),
    ] {
        all.push(ArmPath::Deployments(group(), tail));
    }
    for tail in [
        LocationTail::Usages,
        LocationTail::Quotas,
        LocationTail::VmSizes,
        LocationTail::OperationStatus("computeOperationsStatus".to_owned(), operation),
        LocationTail::OperationResult("computeOperationResults".to_owned(), operation),
    ] {
        all.push(ArmPath::MachineLearningLocation(
            ID,
            "westeurope".to_owned(),
            tail,
        ));
    }
    all
}

fn in_words(found: &Requirement) -> String {
    let own = format!("/subscriptions/{ID}");
    let short = |scope: &Scope| scope.to_string().replace(&own, "{s}");
    match found {
        Requirement::Open => "open".to_owned(),
        Requirement::Handler => "the handler asks".to_owned(),
        Requirement::Action(action, scope) => format!("{action} at {}", short(scope)),
        Requirement::Within(action, scope) => format!("{action} at {}, or a part", short(scope)),
    }
}

#[test]
fn golden_routes() {
    let mut table = String::new();
    let mut named = BTreeSet::new();
    for path in samples() {
        let name = name_of(&path);
        let _ = writeln!(table, "{name}");
        named.insert(name);
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            if let Some(found) = requirement(&path, &method) {
                let _ = writeln!(table, "  {:<7}{}", method.as_str(), in_words(&found));
                if let Requirement::Action(action, _) | Requirement::Within(action, _) = &found {
                    assert!(
                        action.parse::<doorward_domain::rbac::Action>().is_ok(),
                        "{action}"
                    );
                }
            }
        }
        for method in ["OPTIONS", "TRACE", "CONNECT", "QUERY"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(requirement(&path, &method), None, "{method}");
        }
    }
    assert_eq!(named.len(), NAMES, "each kind of path has a sample");
    insta::assert_snapshot!(table);
}
