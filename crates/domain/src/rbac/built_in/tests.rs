//! What is read from `built_in_roles.txt`, and that nothing in it is lost.

use std::collections::BTreeSet;

use super::*;
use crate::rbac::{Action, Plane};

fn named(name: &str) -> &'static RoleDefinition {
    built_in_roles().iter().find(|role| role.name == name).unwrap()
}

fn allows(role: &RoleDefinition, action: &str, plane: Plane) -> bool {
    let action: Action = action.parse().unwrap();
    role.permissions.iter().any(|each| each.allow(&action, plane))
}

#[test]
fn no_line_is_lost() {
    let reading = read(DATA);
    assert_eq!(reading.rejected, Vec::<usize>::new());
    let lines = |words: &[&str]| {
        let word = |line: &str| line.split(' ').find(|word| !word.is_empty()).map(str::to_owned);
        DATA.lines()
            .filter_map(word)
            .filter(|word| words.contains(&word.as_str()))
            .count()
    };
    assert_eq!(reading.roles.len(), lines(&["role"]));
    let granted: usize = reading
        .roles
        .iter()
        .flat_map(|role| &role.permissions)
        .map(|each| {
            each.actions.len()
                + each.not_actions.len()
                + each.data_actions.len()
                + each.not_data_actions.len()
        })
        .sum();
    assert_eq!(granted, lines(&["+", "-", "d+", "d-"]));
    assert_eq!(reading.conditional, lines(&["?", "d?"]));
    assert_eq!(
        (reading.roles.len(), granted, reading.conditional),
        (928, 10_952, 66)
    );
}

#[test]
fn what_means_nothing_is_told_by_its_line() {
    let text = "# a remark\n\
                + Microsoft.X/a/read\n\
                and\n\
                role 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 One\n\
                \x20 + Microsoft.X/a/read\n\
                \x20 * Microsoft.X/b/read\n\
                \x20 + {x}\n\
                role 8e3af657 Two\n\
                nothing\n";
    let reading = read(text);
    assert_eq!(reading.rejected, [2, 3, 6, 7, 8, 9]);
    assert_eq!(reading.roles.len(), 1);
    assert_eq!(reading.roles[0].permissions[0].actions.len(), 1);
}

#[test]
fn ids_and_names_are_unique_and_names_sorted() {
    let roles = built_in_roles();
    let ids: BTreeSet<_> = roles.iter().map(|role| role.id).collect();
    let names: BTreeSet<_> = roles.iter().map(|role| role.name.to_lowercase()).collect();
    assert_eq!((ids.len(), names.len()), (roles.len(), roles.len()));
    assert!(roles.is_sorted_by_key(|role| role.name.to_lowercase()));
}

#[test]
fn every_role_is_whole() {
    for role in built_in_roles() {
        assert_eq!(built_in(role.id), Some(role));
        assert_eq!(role.kind, RoleKind::BuiltIn);
        assert_eq!(role.assignable_scopes, [Scope::root()]);
        assert_eq!(role.name, role.name.trim());
        assert!(
            !role.name.is_empty() && !role.description.is_empty(),
            "{}",
            role.name
        );
        assert_eq!(role.created_at.to_string(), "2015-02-02T21:55:09Z");
    }
    assert_eq!(built_in(RoleDefinitionId::from_u128(1)), None);
}

#[test]
fn roles_that_allow_nothing() {
    // Their permissions are empty in Azure too, or all of them conditional.
    let empty: Vec<_> = built_in_roles()
        .iter()
        .filter(|role| {
            role.permissions
                .iter()
                .all(|each| each.actions.is_empty() && each.data_actions.is_empty())
        })
        .map(|role| role.name.as_str())
        .collect();
    insta::assert_snapshot!(empty.join("\n"), @r"
    Azure Center for SAP solutions Management role
    Azure Center for SAP solutions Service role for management
    Defender Unified RBAC Authorization Manager
    Defender Unified RBAC Authorization Reader
    Oracle Database DbSystems Administrator
    ");
}

#[test]
fn the_roles_the_server_knows() {
    for (id, name) in [
        (OWNER, "Owner"),
        (CONTRIBUTOR, "Contributor"),
        (READER, "Reader"),
        (USER_ACCESS_ADMINISTRATOR, "User Access Administrator"),
        (DATA_SCIENTIST, "AzureML Data Scientist"),
        (COMPUTE_OPERATOR, "AzureML Compute Operator"),
    ] {
        assert_eq!(built_in(id).map(|role| role.name.as_str()), Some(name));
    }
}

fn shown(role: &RoleDefinition) -> String {
    let mut text = format!("{} {}\n  {}\n", role.id, role.name, role.description);
    for each in &role.permissions {
        for (sign, patterns) in [
            ("+", &each.actions),
            ("-", &each.not_actions),
            ("d+", &each.data_actions),
            ("d-", &each.not_data_actions),
        ] {
            for pattern in patterns {
                text.push_str(&format!("  {sign} {pattern}\n"));
            }
        }
    }
    text
}

#[test]
fn the_roles_of_machine_learning_and_around_it() {
    let names = [
        "Owner",
        "Contributor",
        "Reader",
        "User Access Administrator",
        "Role Based Access Control Administrator",
        "AzureML Data Scientist",
        "AzureML Compute Operator",
        "AzureML Metrics Writer (preview)",
        "AzureML Registry User",
        "Managed Identity Operator",
        "Managed Identity Contributor",
        "Key Vault Secrets User",
        "AcrPull",
        "Storage Blob Data Reader",
        "Storage Blob Data Contributor",
    ];
    let text: String = names.map(|name| shown(named(name))).concat();
    insta::assert_snapshot!(text, @r"
    8e3af657-a8ff-443c-a75c-2fe8c4bcb635 Owner
      Everything, and giving roles to others.
      + *
    b24988ac-6180-42a0-ab88-20f7382dd24c Contributor
      Everything but giving roles to others.
      + *
      - Microsoft.Authorization/*/Delete
      - Microsoft.Authorization/*/Write
      - Microsoft.Authorization/elevateAccess/Action
      - Microsoft.Blueprint/blueprintAssignments/write
      - Microsoft.Blueprint/blueprintAssignments/delete
      - Microsoft.Compute/galleries/share/action
      - Microsoft.Purview/consents/write
      - Microsoft.Purview/consents/delete
      - Microsoft.Resources/deploymentStacks/manageDenySetting/action
      - Microsoft.Subscription/cancel/action
      - Microsoft.Subscription/enable/action
    acdd72a7-3385-48ef-bd42-f606fba81ae7 Reader
      Sees everything and changes nothing.
      + */read
    18d7d88d-d35e-4fb5-a5c3-7773c20a72d9 User Access Administrator
      Gives and takes roles; sees everything else.
      + */read
      + Microsoft.Authorization/*
      + Microsoft.Support/*
    f58310d9-a9f6-439a-9e8d-f62e7b41a168 Role Based Access Control Administrator
      Gives and takes roles, and can make none.
      + Microsoft.Authorization/roleAssignments/write
      + Microsoft.Authorization/roleAssignments/delete
      + */read
      + Microsoft.Support/*
    f6c7c914-8db3-469d-8ca1-694a8f32e121 AzureML Data Scientist
      Works in a workspace: all but making or deleting workspaces and computes, and reading their keys.
      + Microsoft.MachineLearningServices/workspaces/*/read
      + Microsoft.MachineLearningServices/workspaces/*/action
      + Microsoft.MachineLearningServices/workspaces/*/delete
      + Microsoft.MachineLearningServices/workspaces/*/write
      - Microsoft.MachineLearningServices/workspaces/delete
      - Microsoft.MachineLearningServices/workspaces/write
      - Microsoft.MachineLearningServices/workspaces/computes/*/write
      - Microsoft.MachineLearningServices/workspaces/computes/*/delete
      - Microsoft.MachineLearningServices/workspaces/computes/listKeys/action
      - Microsoft.MachineLearningServices/workspaces/listKeys/action
      - Microsoft.MachineLearningServices/workspaces/hubs/write
      - Microsoft.MachineLearningServices/workspaces/hubs/delete
      - Microsoft.MachineLearningServices/workspaces/featurestores/write
      - Microsoft.MachineLearningServices/workspaces/featurestores/delete
    e503ece1-11d0-4e8e-8e2c-7a6c3bf38815 AzureML Compute Operator
      Makes, changes and deletes a workspace's computes.
      + Microsoft.MachineLearningServices/workspaces/computes/*
      + Microsoft.MachineLearningServices/workspaces/notebooks/vm/*
    635dd51f-9968-44d3-b7fb-6d9a6bd613ae AzureML Metrics Writer (preview)
      Writes a workspace's metrics.
      + Microsoft.MachineLearningServices/workspaces/metrics/*/write
    1823dd4f-9b8c-4ab6-ab4e-7397a3684615 AzureML Registry User
      Reads a registry, and reads and writes the assets in it.
      + Microsoft.MachineLearningServices/registries/read
      + Microsoft.MachineLearningServices/registries/assets/*
    f1a07417-d97a-45cb-824c-7a7467783830 Managed Identity Operator
      Reads user-assigned identities and assigns them to resources.
      + Microsoft.ManagedIdentity/userAssignedIdentities/*/read
      + Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action
      + Microsoft.Authorization/*/read
      + Microsoft.Insights/alertRules/*
      + Microsoft.Resources/subscriptions/resourceGroups/read
      + Microsoft.Resources/deployments/*
      + Microsoft.Support/*
    e40ec5ca-96e0-45a2-b4ff-59039f2c2b59 Managed Identity Contributor
      Makes, changes and deletes user-assigned identities.
      + Microsoft.ManagedIdentity/userAssignedIdentities/read
      + Microsoft.ManagedIdentity/userAssignedIdentities/write
      + Microsoft.ManagedIdentity/userAssignedIdentities/delete
      + Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read
      + Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write
      + Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/delete
      + Microsoft.ManagedIdentity/userAssignedIdentities/revokeTokens/action
      + Microsoft.Authorization/*/read
      + Microsoft.Insights/alertRules/*
      + Microsoft.Resources/subscriptions/resourceGroups/read
      + Microsoft.Resources/deployments/*
      + Microsoft.Support/*
    4633458b-17de-408a-b874-0445c86b69e6 Key Vault Secrets User
      Reads the secrets in a key vault, with their values.
      d+ Microsoft.KeyVault/vaults/secrets/getSecret/action
      d+ Microsoft.KeyVault/vaults/secrets/readMetadata/action
    7f951dda-4ed3-4680-a7ca-43fe172d538d AcrPull
      Pulls images from a container registry.
      + Microsoft.ContainerRegistry/registries/pull/read
    2a2b9908-6ea1-4ae2-8e65-a410df84e7d1 Storage Blob Data Reader
      Reads and lists blobs and their containers.
      + Microsoft.Storage/storageAccounts/blobServices/containers/read
      + Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action
      d+ Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read
    ba92f5b4-2d11-453d-a403-e96b0029c9fe Storage Blob Data Contributor
      Reads, writes and deletes blobs and their containers.
      + Microsoft.Storage/storageAccounts/blobServices/containers/delete
      + Microsoft.Storage/storageAccounts/blobServices/containers/read
      + Microsoft.Storage/storageAccounts/blobServices/containers/write
      + Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action
      d+ Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete
      d+ Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read
      d+ Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write
      d+ Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action
      d+ Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action
    ");
}

#[test]
fn who_may_what() {
    const ML: &str = "Microsoft.MachineLearningServices/workspaces";
    for (name, action, plane, expected) in [
        (
            "Owner",
            "Microsoft.Authorization/roleAssignments/write",
            Plane::Control,
            true,
        ),
        (
            "Owner",
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            Plane::Data,
            false,
        ),
        (
            "Contributor",
            "Microsoft.Authorization/roleAssignments/write",
            Plane::Control,
            false,
        ),
        (
            "Contributor",
            "Microsoft.Authorization/roleAssignments/read",
            Plane::Control,
            true,
        ),
        ("Reader", &format!("{ML}/listKeys/action"), Plane::Control, false),
        ("Reader", &format!("{ML}/read"), Plane::Control, true),
        (
            "AzureML Data Scientist",
            &format!("{ML}/read"),
            Plane::Control,
            true,
        ),
        (
            "AzureML Data Scientist",
            &format!("{ML}/experiments/runs/submit/action"),
            Plane::Control,
            true,
        ),
        (
            "AzureML Data Scientist",
            &format!("{ML}/computes/write"),
            Plane::Control,
            false,
        ),
        (
            "AzureML Data Scientist",
            &format!("{ML}/listKeys/action"),
            Plane::Control,
            false,
        ),
        (
            "AzureML Compute Operator",
            &format!("{ML}/computes/start/action"),
            Plane::Control,
            true,
        ),
        (
            "Managed Identity Operator",
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
            Plane::Control,
            true,
        ),
        (
            "Key Vault Secrets User",
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            Plane::Data,
            true,
        ),
        (
            "Key Vault Secrets User",
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            Plane::Control,
            false,
        ),
    ] {
        assert_eq!(allows(named(name), action, plane), expected, "{name}: {action}");
    }
}

#[test]
fn what_needs_a_condition_is_not_granted() {
    let role = named("Key Vault Data Access Administrator");
    assert!(
        role.description
            .ends_with("What Azure grants under a condition is not granted.")
    );
    assert!(!allows(
        role,
        "Microsoft.Authorization/roleAssignments/write",
        Plane::Control
    ));
    assert!(allows(role, "Microsoft.KeyVault/vaults/read", Plane::Control));

    let may_assign: Vec<_> = built_in_roles()
        .iter()
        .filter(|role| {
            allows(
                role,
                "Microsoft.Authorization/roleAssignments/write",
                Plane::Control,
            )
        })
        .map(|role| role.name.as_str())
        .collect();
    insta::assert_snapshot!(may_assign.join("\n"), @r"
    Owner
    Role Based Access Control Administrator
    User Access Administrator
    ");
}
