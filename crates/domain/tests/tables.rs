//! Golden tables: what roles allow where.
#![expect(clippy::unwrap_used, clippy::panic, reason = "functions that tests share")]

use doorward_domain::rbac::{
    Action, COMPUTE_OPERATOR, CONTRIBUTOR, Change, DATA_SCIENTIST, Index, OWNER, Pattern, Permissions, Plane,
    READER, Request, RoleAssignmentEntry, RoleDefinition, RoleKind, USER_ACCESS_ADMINISTRATOR,
    built_in_roles, decide,
};
use doorward_names::{ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, Timestamp};

const SUBSCRIPTION: &str = "/subscriptions/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";
const ANNA: ObjectId = ObjectId::from_u128(1);

fn scope(below_subscription: &str) -> Scope {
    format!("{SUBSCRIPTION}{below_subscription}").parse().unwrap()
}

/// Every built-in role, the given ones, and one of them for Anna at that scope.
fn index(custom: &[RoleDefinition], role: RoleDefinitionId, scope: &Scope) -> Index {
    let mut index = Index::new(built_in_roles().iter().chain(custom).cloned());
    index.apply(Change::ManagementGroup {
        name_key: "company".to_owned(),
        parent: None,
    });
    index.apply(Change::Subscription {
        id: self::scope("").subscription_id().unwrap(),
        management_group: Some("company".to_owned()),
    });
    index.apply(Change::Assignment(RoleAssignmentEntry {
        id: RoleAssignmentId::from_u128(1),
        scope: scope.clone(),
        role,
        principal: ANNA,
        has_condition: false,
    }));
    index
}

fn may(index: &Index, action: &str, plane: Plane, scope: &Scope) -> bool {
    let action: Action = action.parse().unwrap();
    let request = Request {
        principal: ANNA,
        action: &action,
        plane,
        scope,
    };
    decide(&request, index).is_allowed()
}

fn named(name: &str) -> RoleDefinitionId {
    let found = built_in_roles().iter().find(|role| role.name == name);
    found.unwrap_or_else(|| panic!("no role {name}")).id
}

fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<_> = (0..count).map(|at| width(at).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Each role is assigned at the group `ml`. A cell has a letter for each scope where the action is allowed: Root,
/// Management group, Subscription, Group, the Workspace in it, its Compute, and the Other group `ml2` with its workspace.
#[test]
fn golden_role_action_scope() {
    let workspace = "/resourceGroups/ml/providers/Microsoft.MachineLearningServices/workspaces/w";
    let scopes = [
        ('R', Scope::root()),
        ('M', Scope::management_group("company").unwrap()),
        ('S', scope("")),
        ('G', scope("/resourceGroups/ML")),
        ('W', scope(workspace)),
        ('C', scope(&format!("{workspace}/computes/c"))),
        ('O', scope(&workspace.replace("/ml/", "/ml2/"))),
    ];
    let roles = [
        ("Owner", OWNER),
        ("Contributor", CONTRIBUTOR),
        ("Reader", READER),
        ("User Access Administrator", USER_ACCESS_ADMINISTRATOR),
        (
            "RBAC Administrator",
            named("Role Based Access Control Administrator"),
        ),
        ("Data Scientist", DATA_SCIENTIST),
        ("Compute Operator", COMPUTE_OPERATOR),
        ("Identity Operator", named("Managed Identity Operator")),
        ("Secrets User", named("Key Vault Secrets User")),
    ];
    let control = [
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Resources/subscriptions/resourceGroups/write",
        "Microsoft.Resources/deployments/write",
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.MachineLearningServices/workspaces/read",
        "Microsoft.MachineLearningServices/workspaces/write",
        "Microsoft.MachineLearningServices/workspaces/delete",
        "Microsoft.MachineLearningServices/workspaces/listKeys/action",
        "Microsoft.MachineLearningServices/workspaces/computes/read",
        "Microsoft.MachineLearningServices/workspaces/computes/write",
        "Microsoft.MachineLearningServices/workspaces/computes/start/action",
        "Microsoft.MachineLearningServices/workspaces/experiments/runs/submit/action",
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    ]
    .map(|action| (action, Plane::Control));
    let actions = control
        .into_iter()
        .chain([("Microsoft.KeyVault/vaults/secrets/getSecret/action", Plane::Data)]);
    let mut rows = vec![vec!["action".to_owned()]];
    rows[0].extend(roles.map(|(name, _)| name.to_owned()));
    let indexes = roles.map(|(_, role)| index(&[], role, &scope("/resourceGroups/ml")));
    for (action, plane) in actions {
        let short = action.strip_prefix("Microsoft.").unwrap_or(action).to_owned();
        let mut row = vec![if plane == Plane::Data {
            format!("{short} (data)")
        } else {
            short
        }];
        row.extend(indexes.iter().map(|index| {
            let allowed = scopes
                .iter()
                .filter(|(_, scope)| may(index, action, plane, scope));
            allowed.map(|(letter, _)| letter).collect::<String>()
        }));
        rows.push(row);
    }
    insta::assert_snapshot!(columns(&rows), @"
    action                                                            | Owner | Contributor | Reader | User Access Administrator | RBAC Administrator | Data Scientist | Compute Operator | Identity Operator | Secrets User
    Resources/subscriptions/resourceGroups/read                       | GWC   | GWC         | GWC    | GWC                       | GWC                |                |                  | GWC               |
    Resources/subscriptions/resourceGroups/write                      | GWC   | GWC         |        |                           |                    |                |                  |                   |
    Resources/deployments/write                                       | GWC   | GWC         |        |                           |                    |                |                  | GWC               |
    Authorization/roleAssignments/read                                | GWC   | GWC         | GWC    | GWC                       | GWC                |                |                  | GWC               |
    Authorization/roleAssignments/write                               | GWC   |             |        | GWC                       | GWC                |                |                  |                   |
    Authorization/roleDefinitions/write                               | GWC   |             |        | GWC                       |                    |                |                  |                   |
    MachineLearningServices/workspaces/read                           | GWC   | GWC         | GWC    | GWC                       | GWC                | GWC            |                  |                   |
    MachineLearningServices/workspaces/write                          | GWC   | GWC         |        |                           |                    |                |                  |                   |
    MachineLearningServices/workspaces/delete                         | GWC   | GWC         |        |                           |                    |                |                  |                   |
    MachineLearningServices/workspaces/listKeys/action                | GWC   | GWC         |        |                           |                    |                |                  |                   |
    MachineLearningServices/workspaces/computes/read                  | GWC   | GWC         | GWC    | GWC                       | GWC                | GWC            | GWC              |                   |
    MachineLearningServices/workspaces/computes/write                 | GWC   | GWC         |        |                           |                    |                | GWC              |                   |
    MachineLearningServices/workspaces/computes/start/action          | GWC   | GWC         |        |                           |                    | GWC            | GWC              |                   |
    MachineLearningServices/workspaces/experiments/runs/submit/action | GWC   | GWC         |        |                           |                    | GWC            |                  |                   |
    ManagedIdentity/userAssignedIdentities/assign/action              | GWC   | GWC         |        |                           |                    |                |                  | GWC               |
    KeyVault/vaults/secrets/getSecret/action                          | GWC   | GWC         |        |                           |                    |                |                  |                   |
    KeyVault/vaults/secrets/getSecret/action (data)                   |       |             |        |                           |                    |                |                  |                   | GWC
    ");
}

/// The roles that the page "Manage access to an Azure Machine Learning workspace" of 2020 gives as templates.
fn templates() -> Vec<RoleDefinition> {
    let role = |number: u128, name: &str, actions: &[&str], not_actions: &[&str]| RoleDefinition {
        id: RoleDefinitionId::from_u128(number),
        name: name.to_owned(),
        description: String::new(),
        kind: RoleKind::Custom,
        permissions: vec![Permissions {
            actions: patterns(actions),
            not_actions: patterns(not_actions),
            ..Permissions::default()
        }],
        assignable_scopes: vec![scope("")],
        created_at: Timestamp::from_micros(0),
        created_by: None,
        updated_at: Timestamp::from_micros(0),
        updated_by: None,
    };
    let every_verb = [
        "workspaces/*/read",
        "workspaces/*/action",
        "workspaces/*/delete",
        "workspaces/*/write",
    ];
    let neither_computes_nor_keys = [
        "workspaces/computes/write",
        "workspaces/write",
        "workspaces/computes/delete",
        "workspaces/delete",
        "workspaces/computes/listKeys/action",
        "workspaces/listKeys/action",
        "Microsoft.Authorization/*",
    ];
    let faq = [
        "workspaces/delete",
        "workspaces/write",
        "workspaces/computes/*/write",
        "workspaces/computes/*/delete",
        "Microsoft.Authorization/*",
        "workspaces/computes/listKeys/action",
        "workspaces/listKeys/action",
        "workspaces/services/aks/write",
        "workspaces/services/aks/delete",
        "workspaces/endpoints/pipelines/write",
    ];
    let restricted_not = [
        "workspaces/datasets/registered/profile/read",
        "workspaces/datasets/registered/preview/read",
        "workspaces/datasets/registered/schema/read",
        "workspaces/datasets/unregistered/profile/read",
        "workspaces/datasets/unregistered/preview/read",
        "workspaces/datasets/unregistered/schema/read",
        "workspaces/datastores/write",
        "workspaces/datastores/delete",
    ];
    let restricted_not: Vec<_> = neither_computes_nor_keys
        .into_iter()
        .chain(restricted_not)
        .collect();
    vec![
        role(
            1,
            "Data Scientist Custom",
            &["*"],
            &[
                "workspaces/*/delete",
                "workspaces/write",
                "workspaces/computes/*/write",
                "workspaces/computes/*/delete",
                "Microsoft.Authorization/*/write",
            ],
        ),
        role(2, "Data Scientist (FAQ)", &every_verb, &faq),
        role(
            3,
            "Data Scientist Restricted",
            &[
                "workspaces/*/read",
                "workspaces/computes/start/action",
                "workspaces/computes/stop/action",
                "workspaces/computes/restart/action",
                "workspaces/computes/applicationaccess/action",
                "workspaces/notebooks/storage/read",
                "workspaces/notebooks/storage/write",
                "workspaces/notebooks/storage/delete",
                "workspaces/notebooks/samples/read",
                "workspaces/experiments/runs/write",
                "workspaces/experiments/write",
                "workspaces/experiments/runs/submit/action",
                "workspaces/pipelinedrafts/write",
                "workspaces/metadata/snapshots/write",
                "workspaces/metadata/artifacts/write",
                "workspaces/environments/write",
                "workspaces/models/write",
                "workspaces/modules/write",
                "workspaces/datasets/registered/write",
                "workspaces/datasets/registered/delete",
                "workspaces/datasets/unregistered/write",
                "workspaces/datasets/unregistered/delete",
                "workspaces/computes/listNodes/action",
                "workspaces/environments/build/action",
            ],
            &restricted_not,
        ),
        role(
            4,
            "MLOps",
            &[
                "workspaces/read",
                "workspaces/endpoints/pipelines/read",
                "workspaces/metadata/artifacts/read",
                "workspaces/metadata/snapshots/read",
                "workspaces/metadata/secrets/read",
                "workspaces/environments/read",
                "workspaces/modules/read",
                "workspaces/experiments/runs/read",
                "workspaces/datasets/registered/read",
                "workspaces/datastores/read",
                "workspaces/environments/write",
                "workspaces/experiments/runs/write",
                "workspaces/metadata/artifacts/write",
                "workspaces/metadata/snapshots/write",
                "workspaces/environments/build/action",
                "workspaces/experiments/runs/submit/action",
            ],
            &neither_computes_nor_keys,
        ),
        role(
            5,
            "Workspace Admin",
            &[
                "workspaces/*/read",
                "workspaces/*/action",
                "workspaces/*/write",
                "workspaces/*/delete",
                "Microsoft.Authorization/roleAssignments/*",
            ],
            &["workspaces/write"],
        ),
        role(
            6,
            "Labeler",
            &[
                "workspaces/read",
                "workspaces/labeling/projects/read",
                "workspaces/labeling/labels/write",
            ],
            &[],
        ),
    ]
}

fn full(text: &str) -> String {
    match text.starts_with("workspaces/") {
        true => format!("Microsoft.MachineLearningServices/{text}"),
        false => text.to_owned(),
    }
}

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| full(text).parse().unwrap()).collect()
}

/// Each role is assigned at the subscription. A cell says `yes`, `no`, or how many of the activity's actions are allowed.
#[test]
fn golden_activities_of_a_workspace() {
    const GROUP: &str = "/resourceGroups/ml";
    const WORKSPACE: &str = "/resourceGroups/ml/providers/Microsoft.MachineLearningServices/workspaces/w";
    let activities: [(&str, &str, &[&str]); 16] = [
        (
            "Use it for the first time in a subscription",
            "",
            &["Microsoft.MachineLearningServices/register/action"],
        ),
        ("Create a workspace", GROUP, &["workspaces/write"]),
        ("Delete a workspace", WORKSPACE, &["workspaces/delete"]),
        (
            "Set quotas",
            "",
            &["Microsoft.MachineLearningServices/locations/updateQuotas/action"],
        ),
        ("Create a compute", WORKSPACE, &["workspaces/computes/write"]),
        ("Delete a compute", WORKSPACE, &["workspaces/computes/delete"]),
        (
            "Open a compute instance",
            WORKSPACE,
            &["workspaces/computes/applicationaccess/action"],
        ),
        (
            "Submit a run",
            WORKSPACE,
            &[
                "workspaces/read",
                "workspaces/experiments/runs/read",
                "workspaces/environments/write",
                "workspaces/experiments/runs/write",
                "workspaces/metadata/artifacts/write",
                "workspaces/metadata/snapshots/write",
                "workspaces/environments/build/action",
                "workspaces/experiments/runs/submit/action",
                "workspaces/environments/readSecrets/action",
            ],
        ),
        (
            "Publish a pipeline endpoint",
            WORKSPACE,
            &[
                "workspaces/pipelines/write",
                "workspaces/endpoints/pipelines/read",
                "workspaces/endpoints/pipelines/write",
                "workspaces/pipelinedrafts/read",
                "workspaces/pipelinedrafts/write",
                "workspaces/pipelinedrafts/delete",
                "workspaces/modules/read",
                "workspaces/modules/write",
            ],
        ),
        (
            "Deploy a model",
            WORKSPACE,
            &["workspaces/services/aks/write", "workspaces/services/aci/write"],
        ),
        (
            "Score with a key",
            WORKSPACE,
            &[
                "workspaces/services/aks/score/action",
                "workspaces/services/aks/listkeys/action",
            ],
        ),
        ("Score with a token", WORKSPACE, &["workspaces/read"]),
        (
            "Storage by notebooks",
            WORKSPACE,
            &[
                "workspaces/computes/read",
                "workspaces/notebooks/samples/read",
                "workspaces/notebooks/storage/read",
                "workspaces/notebooks/storage/write",
                "workspaces/notebooks/storage/delete",
                "workspaces/listKeys/action",
            ],
        ),
        (
            "Label data",
            WORKSPACE,
            &[
                "workspaces/labeling/projects/read",
                "workspaces/labeling/labels/write",
            ],
        ),
        (
            "Share a workspace",
            WORKSPACE,
            &["Microsoft.Authorization/roleAssignments/write"],
        ),
        (
            "Create a custom role",
            "",
            &["Microsoft.Authorization/roleDefinitions/write"],
        ),
    ];
    let templates = templates();
    let mut roles = vec![("Owner", OWNER), ("Contributor", CONTRIBUTOR), ("Reader", READER)];
    roles.extend(templates.iter().map(|role| (&*role.name, role.id)));
    let indexes: Vec<_> = roles
        .iter()
        .map(|(_, role)| index(&templates, *role, &scope("")))
        .collect();
    let mut rows = vec![vec!["activity".to_owned()]];
    rows[0].extend(roles.iter().map(|(name, _)| (*name).to_owned()));
    for (activity, at, actions) in activities {
        let mut row = vec![activity.to_owned()];
        row.extend(indexes.iter().map(|index| {
            let allowed = actions
                .iter()
                .filter(|action| may(index, &full(action), Plane::Control, &scope(at)));
            match (allowed.count(), actions.len()) {
                (0, _) => "no".to_owned(),
                (some, all) if some == all => "yes".to_owned(),
                (some, all) => format!("{some} of {all}"),
            }
        }));
        rows.push(row);
    }
    insta::assert_snapshot!(columns(&rows), @"
    activity                                    | Owner | Contributor | Reader | Data Scientist Custom | Data Scientist (FAQ) | Data Scientist Restricted | MLOps  | Workspace Admin | Labeler
    Use it for the first time in a subscription | yes   | yes         | no     | yes                   | no                   | no                        | no     | no              | no
    Create a workspace                          | yes   | yes         | no     | no                    | no                   | no                        | no     | no              | no
    Delete a workspace                          | yes   | yes         | no     | no                    | no                   | no                        | no     | yes             | no
    Set quotas                                  | yes   | yes         | no     | yes                   | no                   | no                        | no     | no              | no
    Create a compute                            | yes   | yes         | no     | no                    | no                   | no                        | no     | yes             | no
    Delete a compute                            | yes   | yes         | no     | no                    | no                   | no                        | no     | yes             | no
    Open a compute instance                     | yes   | yes         | no     | yes                   | yes                  | yes                       | no     | yes             | no
    Submit a run                                | yes   | yes         | 2 of 9 | yes                   | yes                  | 8 of 9                    | 8 of 9 | yes             | 1 of 9
    Publish a pipeline endpoint                 | yes   | yes         | 3 of 8 | 7 of 8                | 7 of 8               | 5 of 8                    | 2 of 8 | yes             | no
    Deploy a model                              | yes   | yes         | no     | yes                   | 1 of 2               | no                        | no     | yes             | no
    Score with a key                            | yes   | yes         | no     | yes                   | yes                  | no                        | no     | yes             | no
    Score with a token                          | yes   | yes         | yes    | yes                   | yes                  | yes                       | yes    | yes             | yes
    Storage by notebooks                        | yes   | yes         | 3 of 6 | 5 of 6                | 5 of 6               | 5 of 6                    | no     | yes             | no
    Label data                                  | yes   | yes         | 1 of 2 | yes                   | yes                  | 1 of 2                    | no     | yes             | yes
    Share a workspace                           | yes   | no          | no     | no                    | no                   | no                        | no     | yes             | no
    Create a custom role                        | yes   | no          | no     | no                    | no                   | no                        | no     | no              | no
    ");
}
