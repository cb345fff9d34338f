//! Every route, asked by those who may do nothing with it: by nobody (`denied.rs`), by a principal of the tenant without
//! any role, and by another tenant's mightiest. The list of exceptions is in `is_own_business`.

use super::ground::{
    AUTHORIZATION, Filled, Ground, HUSH, MANAGEMENT, WORKSPACES, cluster_body, deployment_body, guid,
    instance_body, role_body, said,
};
use crate::harness::{Answer, Caller, World};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::rbac::{CONTRIBUTOR, OWNER};
use doorward_protocol::paths::{ArmPath, AuthorizationTail, DeploymentTail, LocationTail};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Of what is there, and of what isn't, the same paths; of the second each differs from the first by its names alone.
pub struct Routes {
    pub real: Vec<String>,
    pub missing: Vec<String>,
    names: Vec<(String, String)>,
}

impl Routes {
    pub fn of(ground: &Ground, filled: &Filled) -> Self {
        let real = paths(ground, filled);
        let other = || guid();
        let mut names: Vec<(String, String)> = ["rg", "ws", "ci", "cl", "mg", "dep"]
            .map(|word| (format!("real-{word}"), format!("none-{word}")))
            .to_vec();
        names.push((filled.role.to_string(), other()));
        names.push((filled.assignment.to_string(), other()));
        names.push((filled.deny.to_string(), other()));
        let operation = filled.operation.rsplit('/').next().unwrap().to_owned();
        names.push((operation, other()));
        let missing = real.iter().map(|path| {
            let mut path = path.clone();
            for (there, not) in &names {
                path = path.replace(there, not);
            }
            path
        });
        Self {
            missing: missing.collect(),
            real,
            names,
        }
    }

    /// A text about what isn't there, with the names of what is.
    fn as_if_real(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (there, not) in &self.names {
            text = text.replace(not, there);
        }
        text
    }
}

/// A path of every kind, of what is there.
pub fn paths(ground: &Ground, filled: &Filled) -> Vec<String> {
    let Filled {
        group,
        workspace,
        instance,
        cluster,
        management,
        deployment,
        operation,
        ..
    } = filled;
    let at = &ground.at;
    let mut all: Vec<String> = ["/tenants", "/subscriptions", "/providers", MANAGEMENT]
        .map(str::to_owned)
        .to_vec();
    all.extend([
        "/providers/Microsoft.KeyVault".to_owned(),
        "/providers/Microsoft.MachineLearningServices/operations".to_owned(),
        at.clone(),
        format!("{at}/locations"),
        format!("{at}/providers"),
        format!("{at}/providers/Microsoft.KeyVault"),
        format!("{at}/providers/Microsoft.KeyVault/register"),
        format!("{at}/providers/Microsoft.KeyVault/unregister"),
        format!("{at}/resourceGroups"),
        group.clone(),
        format!("{at}/resources"),
        format!("{group}/resources"),
        format!("{at}/tagNames"),
        format!("{group}/providers/Microsoft.Resources/tags/default"),
        format!("{workspace}/providers/Microsoft.Resources/tags/default"),
        management.clone(),
        format!("{management}/descendants"),
        format!("{management}/subscriptions"),
        format!("{management}/subscriptions/{}", ground.id),
        format!("{at}/{WORKSPACES}"),
        format!("{group}/{WORKSPACES}"),
        workspace.clone(),
        instance.clone(),
        cluster.clone(),
        operation.clone(),
        operation.replace("OperationsStatus", "OperationResults"),
        deployment.clone(),
        format!("{group}/providers/Microsoft.Resources/deployments"),
    ]);
    for word in [
        "operations",
        "validate",
        "operationStatuses/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10",
    ] {
        all.push(format!("{deployment}/{word}"));
    }
    for word in ["usages", "quotas", "vmSizes"] {
        all.push(format!(
            "{at}/providers/Microsoft.MachineLearningServices/locations/westeurope/{word}"
        ));
    }
    for word in [
        "computes",
        "features",
        "connections",
        "listKeys",
        "listStorageAccountKeys",
    ] {
        all.push(format!("{workspace}/{word}"));
    }
    all.push(format!("/history/v1.0{workspace}/experiments:query"));
    for word in ["listNotebookKeys", "resyncKeys"] {
        all.push(format!("{workspace}/{word}"));
    }
    for word in [
        "start",
        "stop",
        "restart",
        "listKeys",
        "listNodes",
        "applicationaccess",
    ] {
        all.push(format!("{instance}/{word}"));
    }
    for scope in ["", management, at, group, workspace, instance] {
        let base = format!("{scope}/{AUTHORIZATION}");
        for tail in [
            "roleDefinitions",
            "roleAssignments",
            "denyAssignments",
            "permissions",
        ] {
            all.push(format!("{base}/{tail}"));
        }
        for tail in [
            "checkAccess",
            "explainAccess",
            "providerOperations",
            "elevateAccess",
        ] {
            all.push(format!("{base}/{tail}"));
        }
        all.push(format!("{base}/roleDefinitions/{}", filled.role));
        all.push(format!("{base}/roleAssignments/{}", filled.assignment));
        all.push(format!("{base}/denyAssignments/{}", filled.deny));
        all.push(format!("{base}/providerOperations/Microsoft.KeyVault"));
    }
    all
}

/// A body that would do.
pub fn body_for(method: &str, path: &str, caller: &Caller) -> Option<Value> {
    let is = |word: &str| path.to_lowercase().contains(&word.to_lowercase());
    let role = format!("/{AUTHORIZATION}/roleDefinitions/{CONTRIBUTOR}");
    Some(match method {
        "PUT" | "PATCH" | "POST" => {
            if is("/roleDefinitions/") {
                let place = path.split("/providers/Microsoft.Authorization").next().unwrap();
                let place = if place.is_empty() {
                    MANAGEMENT.to_owned() + "/any"
                } else {
                    place.to_owned()
                };
                role_body(&guid(), json!([{"actions": ["*"]}]), &[&place])
            } else if is("/roleAssignments/") {
                json!({"properties": {"roleDefinitionId": role, "principalId": caller.id}})
            } else if is("checkAccess") {
                let place = path.split("/providers/Microsoft.Authorization").next().unwrap();
                json!({
                    "Subject": {"Attributes": {"ObjectId": caller.id}}, "Actions": [{"Id": "Microsoft.X/y/read"}],
                    "Resource": {"Id": if place.is_empty() { "/" } else { place }},
                })
            } else if is("explainAccess") {
                json!({"principalId": guid(), "action": "Microsoft.X/y/read"})
            } else if is("/tags/default") {
                json!({"operation": "Replace", "properties": {"tags": {"a": "b"}}})
            } else if is("/deployments/") {
                deployment_body()
            } else if path.ends_with("-ci") {
                instance_body("Shared")
            } else if path.ends_with("-cl") {
                cluster_body()
            } else {
                json!({"location": "westeurope"})
            }
        }
        _ => return None,
    })
}

/// What every kind of path is called; a new kind has no name until it stands here, and then needs a path above.
fn kind_of(path: &str) -> String {
    let read = ArmPath::parse(path).unwrap_or_else(|e| panic!("{path}: {e:?}"));
    let name = |text: &str| text.to_owned();
    match read {
        ArmPath::Tenants => name("tenants"),
        ArmPath::Subscriptions => name("subscriptions"),
        ArmPath::Subscription(_) => name("subscription"),
        ArmPath::Locations(_) => name("locations"),
        ArmPath::Providers(of) => format!("providers {}", of.is_some()),
        ArmPath::Provider(of, _) => format!("provider {}", of.is_some()),
        ArmPath::Register(..) => name("register"),
        ArmPath::Unregister(..) => name("unregister"),
        ArmPath::Operations(_) => name("operations"),
        ArmPath::ResourceGroups(_) => name("resource groups"),
        ArmPath::ResourceGroup(_) => name("resource group"),
        ArmPath::Resources(_) => name("resources"),
        ArmPath::TagNames(_) => name("tag names"),
        ArmPath::Tags(_) => name("tags"),
        ArmPath::ManagementGroups => name("management groups"),
        ArmPath::ManagementGroup(_) => name("management group"),
        ArmPath::Descendants(_) => name("descendants"),
        ArmPath::ManagementGroupSubscriptions(_) => name("placements"),
        ArmPath::ManagementGroupSubscription(..) => name("placement"),
        ArmPath::Authorization(_, tail) => match tail {
            AuthorizationTail::RoleDefinitions => name("role definitions"),
            AuthorizationTail::RoleDefinition(_) => name("role definition"),
            AuthorizationTail::RoleAssignments => name("role assignments"),
            AuthorizationTail::RoleAssignment(_) => name("role assignment"),
            AuthorizationTail::DenyAssignments => name("deny assignments"),
            AuthorizationTail::DenyAssignment(_) => name("deny assignment"),
            AuthorizationTail::Permissions => name("permissions"),
            AuthorizationTail::CheckAccess => name("check access"),
            AuthorizationTail::ExplainAccess => name("explain access"),
            AuthorizationTail::ProviderOperations => name("provider operations"),
            AuthorizationTail::ProviderOperationsOf(_) => name("operations of a provider"),
            AuthorizationTail::ElevateAccess => name("elevate access"),
        },
        ArmPath::Deployments(_, tail) => match tail {
            DeploymentTail::All => name("deployments"),
            DeploymentTail::One(_) => name("deployment"),
            DeploymentTail::Operations(_) => name("deployment operations"),
            DeploymentTail::Validate(_) => name("deployment validate"),
            DeploymentTail::Status(..) => name("deployment status"),
        },
        ArmPath::Collection(..) => name("collection"),
        ArmPath::Resource(_) => name("resource"),
        ArmPath::ResourceAction(..) => name("action"),
        ArmPath::ExperimentsQuery(_) => name("experiments"),
        ArmPath::MachineLearningLocation(_, _, tail) => match tail {
            LocationTail::Usages => name("usages"),
            LocationTail::Quotas => name("quotas"),
            LocationTail::VmSizes => name("vm sizes"),
            LocationTail::OperationStatus(..) => name("operation status"),
            LocationTail::OperationResult(..) => name("operation result"),
        },
    }
}

/// How many names `kind_of` gives.
const KINDS: usize = 47;

#[tokio::test]
async fn every_kind_of_path_is_asked_and_is_there() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let filled = ground.fill().await;
        let routes = Routes::of(&ground, &filled);
        let kinds: BTreeSet<String> = routes.real.iter().map(|path| kind_of(path)).collect();
        assert_eq!(kinds.len(), KINDS, "{kinds:#?}");
        // Each is something that its owner reads, or has no GET: so none of the refusals below is one of nothing.
        for path in &routes.real {
            let answer = ground.owner.arm("GET", path, None).await;
            let fine = [200, 405].contains(&answer.status)
                || elsewhere(path, &filled) && answer.status == 404
                || is_posted(path) && answer.status == 404;
            assert!(fine, "{path}: {} {}", answer.status, answer.text);
        }
    }
}

/// What is at one scope, asked for at another.
fn elsewhere(path: &str, filled: &Filled) -> bool {
    let at_group = format!("{}/{AUTHORIZATION}/", filled.group);
    let names = [
        "/roleAssignments/",
        "/denyAssignments/",
        "/subscriptions/",
        "elevateAccess",
    ];
    names.iter().any(|word| path.contains(word)) && !path.starts_with(&at_group)
}

/// Words that are posted, and that a GET asks for in vain.
fn is_posted(path: &str) -> bool {
    path.contains("/list") || path.contains("/computes/real-ci/") || path.ends_with("Keys")
}

/// Whether an answer is about the caller alone, or is the same for everybody. What may be asked by everyone whose token
/// is good, and why: who one is (`/tenants`), what of all this is one's own (`/subscriptions`, management groups), and
/// what the server can do at all (providers, and their operations).
fn is_own_business(path: &str) -> bool {
    ["/tenants", "/subscriptions", "/providers", MANAGEMENT].contains(&path)
        || path.starts_with("/providers/Microsoft.KeyVault")
        || path.ends_with("/operations") && path.starts_with("/providers/")
        || path.contains("/providerOperations")
}

/// Whether a path names the subscription first, also as a workspace's own services have it.
pub fn is_inside(path: &str, ground: &Ground) -> bool {
    path.strip_prefix("/history/v1.0")
        .unwrap_or(path)
        .starts_with(&ground.at)
}

async fn ask(caller: &Caller, method: &str, path: &str) -> Answer {
    caller.arm(method, path, body_for(method, path, caller)).await
}

fn short(path: &str, ground: &Ground, filled: &Filled) -> String {
    let operation = filled.operation.rsplit('/').next().unwrap();
    path.replace(&ground.at, "{s}")
        .replace(&ground.id.to_string(), "{id}")
        .replace(&filled.role.to_string(), "{role}")
        .replace(&filled.assignment.to_string(), "{assignment}")
        .replace(&filled.deny.to_string(), "{deny}")
        .replace(operation, "{operation}")
}

#[tokio::test]
async fn golden_routes_to_a_principal_without_a_role() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let filled = ground.fill().await;
        let routes = Routes::of(&ground, &filled);
        let nobody = ground.tenant.user("nobody", &[]).await;
        let admin = ground
            .tenant
            .user("admin", &[DirectoryRole::UserAdministrator])
            .await;
        let app = ground.tenant.service_principal("app", &[]).await;
        let mut table = String::new();
        for (path, twin) in routes.real.iter().zip(&routes.missing) {
            let mut row: Vec<(String, Vec<&str>)> = Vec::new();
            for method in METHODS {
                let mut answers = Vec::new();
                for caller in [&nobody, &admin, &app] {
                    let there = ask(caller, method, path).await;
                    let not = ask(caller, method, twin).await;
                    let context = format!("{method} {path}: {} {}", there.status, there.text);
                    assert_eq!(there.status, not.status, "{context}");
                    let same = routes.as_if_real(&not.text);
                    assert_eq!(there.text, same, "{context}");
                    assert!(!there.text.contains(HUSH), "{context}");
                    let open = is_own_business(path) && matches!(method, "GET" | "HEAD");
                    let refused = match there.status {
                        200 => open,
                        403 => true,
                        404 | 405 => !open,
                        _ => false,
                    };
                    assert!(refused, "{context}");
                    answers.push(match method {
                        "HEAD" => there.status.to_string(),
                        _ if there.status == 405 => "405".to_owned(),
                        _ => said(&there),
                    });
                }
                answers.dedup();
                assert_eq!(answers.len(), 1, "{method} {path}: {answers:?}");
                let word = answers.remove(0);
                match row.iter_mut().find(|(there, _)| *there == word) {
                    Some((_, methods)) => methods.push(method),
                    None => row.push((word, vec![method])),
                }
            }
            let _ = writeln!(table, "{}", short(path, &ground, &filled));
            for (word, methods) in row {
                let _ = writeln!(table, "    {:<28}{word}", methods.join(" "));
            }
        }
        // Lists that are open hold nothing of theirs, since they have nothing.
        for path in ["/subscriptions", MANAGEMENT] {
            assert_eq!(
                nobody.arm("GET", path, None).await.ok(),
                json!({"value": []}),
                "{path}"
            );
        }
        tables.push(table);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

#[tokio::test]
async fn another_tenants_mightiest_learns_and_changes_nothing() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let filled = ground.fill().await;
        let routes = Routes::of(&ground, &filled);
        let before = seen(&ground, &routes).await;
        let other = Ground::of(&world).await;
        let mallory = other
            .tenant
            .user("mallory", &[DirectoryRole::GlobalAdministrator])
            .await;
        let app = other.tenant.service_principal("app", &[]).await;
        for caller in [&mallory, &app] {
            other.tenant.assign(caller, OWNER, "/").await;
        }
        for (path, twin) in routes.real.iter().zip(&routes.missing) {
            for caller in [&mallory, &app] {
                for method in METHODS {
                    let there = ask(caller, method, path).await;
                    let context = format!("{method} {path}: {} {}", there.status, there.text);
                    assert!(!there.text.contains(HUSH), "{context}");
                    assert!(!there.text.contains(&ground.tenant.domain), "{context}");
                    assert!(!there.text.contains(&ground.owner.id.to_string()), "{context}");
                    let inside = is_inside(path, &ground);
                    let placing = path.contains("/real-mg/subscriptions/");
                    match there.status {
                        404 | 405 => {}
                        401 => {
                            assert!(inside || placing, "{context}");
                            if method != "HEAD" {
                                assert_eq!(said(&there), "401 InvalidAuthenticationTokenTenant", "{context}");
                            }
                        }
                        _ => assert!(!inside, "{context}"),
                    }
                    if method == "GET" || method == "HEAD" || inside {
                        let not = ask(caller, method, twin).await;
                        assert_eq!(there.status, not.status, "{context}");
                    }
                }
            }
        }
        // However a subscription is spelt, it is another tenant's.
        let digits = ground.id.to_string();
        let encoded: String = digits.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for spelt in [
            format!("/subscriptions//{digits}"),
            format!("//subscriptions/{digits}"),
            format!("/subscriptions/{encoded}"),
            format!("/subscriptions/{}", digits.to_uppercase()),
        ] {
            for (method, tail) in [
                ("GET", ""),
                ("GET", "/resourceGroups"),
                ("PUT", "/resourceGroups/planted"),
                ("GET", "/providers/Microsoft.Authorization/roleAssignments"),
                ("POST", "/providers/Microsoft.KeyVault/unregister"),
            ] {
                let answer = ask(&mallory, method, &format!("{spelt}{tail}")).await;
                assert_eq!(
                    said(&answer),
                    "401 InvalidAuthenticationTokenTenant",
                    "{spelt}{tail}"
                );
            }
        }
        // Nor does a template reach it.
        let mut nested = deployment_body();
        nested["properties"]["template"]["resources"] = json!([{
            "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "inner",
            "subscriptionId": digits, "resourceGroup": "real-rg",
            "properties": deployment_body()["properties"].clone(),
        }]);
        let own = other.group("own").await;
        let path = format!("{own}/providers/Microsoft.Resources/deployments/outer");
        let answer = mallory.arm("PUT", &path, Some(nested)).await;
        assert_eq!(said(&answer), "400 InvalidTemplate", "{}", answer.text);
        // Access over everything is over everything of one's own.
        let elevated = mallory
            .arm("POST", &format!("/{AUTHORIZATION}/elevateAccess"), None)
            .await;
        assert_eq!(elevated.status, 200);
        assert_eq!(
            said(&mallory.arm("GET", &filled.group, None).await),
            "401 InvalidAuthenticationTokenTenant"
        );
        assert_eq!(seen(&ground, &routes).await, before);
    }
}

/// All that the owner reads.
async fn seen(ground: &Ground, routes: &Routes) -> Vec<String> {
    let mut all = Vec::new();
    for path in &routes.real {
        let answer = ground.owner.arm("GET", path, None).await;
        all.push(format!("{path} {} {}", answer.status, answer.text));
    }
    all
}
