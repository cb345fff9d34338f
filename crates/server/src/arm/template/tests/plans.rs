//! Whole templates, as clients of the workspace service post them, and the order of what they make.

use super::*;

#[test]
fn a_workspace_as_the_first_sdk_creates_it() {
    let template: Value = serde_json::from_str(include_str!("first_sdk.json")).unwrap();
    let plan = expanded(&template).unwrap();
    insta::assert_snapshot!(steps(&plan), @r"
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.KeyVault/vaults/examplevault 2015-06-01
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/examplestorage 2018-07-01
    deployment MakeGroup-1 to /subscriptions/… westeurope
        group … shared-logs westeurope {}
    deployment MakeLogs-2 to /subscriptions/…/resourceGroups/shared-logs -
        /subscriptions/…/resourceGroups/shared-logs/providers/Microsoft.OperationalInsights/workspaces/logs 2020-08-01
    /subscriptions/…/resourceGroups/ml-rg/providers/microsoft.insights/components/exampleinsights 2020-02-02-preview
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/example 2021-01-01
    ");
    insta::assert_json_snapshot!(json!(plan.dependencies), @r#"
    [
      {
        "dependsOn": [
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/shared-logs/providers/Microsoft.Resources/deployments/MakeLogs-2",
            "resourceName": "MakeLogs-2",
            "resourceType": "Microsoft.Resources/deployments"
          }
        ],
        "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/microsoft.insights/components/exampleinsights",
        "resourceName": "exampleinsights",
        "resourceType": "microsoft.insights/components"
      },
      {
        "dependsOn": [
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Resources/deployments/MakeGroup-1",
            "resourceName": "MakeGroup-1",
            "resourceType": "Microsoft.Resources/deployments"
          }
        ],
        "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/shared-logs/providers/Microsoft.Resources/deployments/MakeLogs-2",
        "resourceName": "MakeLogs-2",
        "resourceType": "Microsoft.Resources/deployments"
      },
      {
        "dependsOn": [
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.KeyVault/vaults/examplevault",
            "resourceName": "examplevault",
            "resourceType": "Microsoft.KeyVault/vaults"
          },
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/examplestorage",
            "resourceName": "examplestorage",
            "resourceType": "Microsoft.Storage/storageAccounts"
          },
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/microsoft.insights/components/exampleinsights",
            "resourceName": "exampleinsights",
            "resourceType": "microsoft.insights/components"
          }
        ],
        "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/example",
        "resourceName": "example",
        "resourceType": "Microsoft.MachineLearningServices/workspaces"
      }
    ]
    "#);
    let Some(Step::Resource { resource, .. }) = plan.steps.last() else {
        panic!("{:?}", plan.steps);
    };
    insta::assert_json_snapshot!(resource, @r#"
    {
      "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/example",
      "name": "example",
      "type": "Microsoft.MachineLearningServices/workspaces",
      "location": "westeurope",
      "tags": {
        "madeBy": "test"
      },
      "sku": {
        "name": "basic",
        "tier": "basic"
      },
      "identity": {
        "type": "SystemAssigned"
      },
      "properties": {
        "containerRegistry": null,
        "encryption": {
          "identity": {
            "userAssignedIdentity": null
          },
          "status": "Disabled"
        },
        "friendlyName": "Example",
        "hbiWorkspace": false
      }
    }
    "#);
}

#[test]
fn a_workspace_as_the_second_sdk_creates_it() {
    let body: Value = serde_json::from_str(include_str!("second_sdk.json")).unwrap();
    let parameters = body["parameters"].as_object().unwrap();
    let plan = expand(&body["template"], parameters, &context()).unwrap();
    insta::assert_snapshot!(steps(&plan), @r"
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/sank763sa4d76r6 2023-04-01
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/example 2023-08-01-preview
    ");
    insta::assert_json_snapshot!(json!(plan.parameters), @r#"
    {
      "access": {
        "type": "String",
        "value": "Enabled"
      },
      "behindNetwork": {
        "type": "String",
        "value": "false"
      },
      "connection": {
        "type": "String",
        "value": ""
      },
      "endpoint": {
        "type": "String",
        "value": "none"
      },
      "group": {
        "type": "String",
        "value": "ml-rg"
      },
      "identity": {
        "type": "Object",
        "value": {
          "type": "SystemAssigned"
        }
      },
      "kind": {
        "type": "String",
        "value": "default"
      },
      "location": {
        "type": "String",
        "value": "westeurope"
      },
      "networkName": {
        "type": "String",
        "value": "vnvnbbm6ljuwtqg"
      },
      "networkOption": {
        "type": "String",
        "value": "none"
      },
      "prefixes": {
        "type": "Array",
        "value": [
          "10.0.0.0/16"
        ]
      },
      "registryGroup": {
        "type": "String",
        "value": ""
      },
      "registryOption": {
        "type": "String",
        "value": "none"
      },
      "storageGroup": {
        "type": "String",
        "value": "ml-rg"
      },
      "storageName": {
        "type": "String",
        "value": "sank763sa4d76r6"
      },
      "storageOption": {
        "type": "String",
        "value": "new"
      },
      "storageSubscription": {
        "type": "String",
        "value": "22222222-2222-4222-8222-222222222222"
      },
      "storeContainer": {
        "type": "String",
        "value": "container"
      },
      "storeGroup": {
        "type": "String",
        "value": "ml-rg"
      },
      "storeIdentity": {
        "type": "String",
        "value": "empty"
      },
      "storeOption": {
        "type": "String",
        "value": "none"
      },
      "tags": {
        "type": "Object",
        "value": {
          "madeBy": "test"
        }
      },
      "workspace": {
        "type": "String",
        "value": "example"
      }
    }
    "#);
    insta::assert_json_snapshot!(json!(plan.dependencies), @r#"
    [
      {
        "dependsOn": [
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/sank763sa4d76r6",
            "resourceName": "sank763sa4d76r6",
            "resourceType": "Microsoft.Storage/storageAccounts"
          }
        ],
        "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/example",
        "resourceName": "example",
        "resourceType": "Microsoft.MachineLearningServices/workspaces"
      }
    ]
    "#);
    let Some(Step::Resource { resource, .. }) = plan.steps.last() else {
        panic!("{:?}", plan.steps);
    };
    insta::assert_json_snapshot!(resource, @r#"
    {
      "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/example",
      "name": "example",
      "type": "Microsoft.MachineLearningServices/workspaces",
      "location": "westeurope",
      "tags": {
        "madeBy": "test"
      },
      "kind": "default",
      "identity": {
        "type": "SystemAssigned"
      },
      "properties": {
        "containerRegistry": null,
        "publicNetworkAccess": "Enabled",
        "storageAccount": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/sank763sa4d76r6"
      }
    }
    "#);

    // The same with all that the condition left out: it would have to be looked up.
    let mut all = parameters.clone();
    all.insert("kind".to_owned(), json!({"value": "featurestore"}));
    let error = expand(&body["template"], &all, &context()).unwrap_err();
    assert_eq!(
        error.root(),
        &TemplateError::UnsupportedFunction("reference".to_owned())
    );
}

#[test]
fn each_comes_after_what_it_waits_for() {
    let plan = of_resources(json!([
        thing(
            "e",
            json!({"dependsOn": ["d", "[resourceId('Microsoft.X/things', 'c')]"]})
        ),
        thing("d", json!({"dependsOn": ["Microsoft.X/things/c", "left"]})),
        thing("a", json!({})),
        thing(
            "c",
            json!({"dependsOn": ["[resourceId('Microsoft.X/things', 'LEFT')]"]})
        ),
        thing("b", json!({})),
        thing("left", json!({"condition": false, "dependsOn": ["nothing"]})),
    ]))
    .unwrap();
    insta::assert_snapshot!(steps(&plan), @r"
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a 2020-01-01
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/c 2020-01-01
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/d 2020-01-01
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/e 2020-01-01
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/b 2020-01-01
    ");
    insta::assert_json_snapshot!(json!(plan.dependencies), @r#"
    [
      {
        "dependsOn": [
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.X/things/d",
            "resourceName": "d",
            "resourceType": "Microsoft.X/things"
          },
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.X/things/c",
            "resourceName": "c",
            "resourceType": "Microsoft.X/things"
          }
        ],
        "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.X/things/e",
        "resourceName": "e",
        "resourceType": "Microsoft.X/things"
      },
      {
        "dependsOn": [
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.X/things/c",
            "resourceName": "c",
            "resourceType": "Microsoft.X/things"
          }
        ],
        "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/ml-rg/providers/Microsoft.X/things/d",
        "resourceName": "d",
        "resourceType": "Microsoft.X/things"
      }
    ]
    "#);
}

#[test]
fn children_stand_below_their_parents() {
    let plan = of_resources(json!([
        {
            "type": "Microsoft.X/things/parts", "name": "a/early", "apiVersion": "1",
            "properties": null, "tags": null, "location": "[null()]",
        },
        thing("a", json!({"resources": [
            {"type": "parts", "name": "p", "apiVersion": "1", "resources": [
                {"type": "bits", "name": "[concat('b', 1)]", "apiVersion": "1", "dependsOn": ["a/p"]},
            ]},
            {"type": "providers/locks", "name": "Microsoft.Authorization/l", "apiVersion": "1"},
            {"type": "parts", "name": "q", "apiVersion": "1", "condition": "[false()]", "properties": "[reference('x')]"},
        ]})),
        thing("out", json!({"condition": "[false()]", "resources": [
            {"type": "parts", "name": "p", "apiVersion": "1", "properties": "[reference('x')]"},
        ]})),
        {
            "type": "Microsoft.Authorization/roleAssignments", "name": "[guid('r')]", "apiVersion": "1",
            "scope": "Microsoft.X/things/a", "dependsOn": ["out", "Microsoft.X/things/out/parts/p"],
        },
        {
            "type": "Microsoft.Authorization/locks", "name": "l", "apiVersion": "1",
            "scope": "[resourceId('other', 'Microsoft.Y/z', 'z')]",
        },
    ]))
    .unwrap();
    insta::assert_snapshot!(steps(&plan), @r"
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a 2020-01-01
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a/parts/early 1
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a/parts/p 1
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a/parts/p/bits/b1 1
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a/providers/Microsoft.Authorization/locks/l 1
    /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/a/providers/Microsoft.Authorization/roleAssignments/1b429874-8330-5765-a577-18395f281296 1
    /subscriptions/…/resourceGroups/other/providers/Microsoft.Y/z/z/providers/Microsoft.Authorization/locks/l 1
    ");
    let Some(Step::Resource { resource, .. }) = plan.steps.get(3) else {
        panic!("{:?}", plan.steps);
    };
    assert_eq!(
        (resource.kind.as_str(), resource.name.as_str()),
        ("Microsoft.X/things/parts/bits", "a/p/b1")
    );
}

#[test]
fn what_a_nested_template_means_is_what_its_scope_says() {
    let inside = template(json!({
        "parameters": {"p": {"type": "string", "defaultValue": "its default"}},
        "variables": {"v": "its own"},
        "resources": [thing("x", json!({"properties": {
            "p": "[parameters('p')]",
            "v": "[variables('v')]",
            "group": "[resourceGroup().name]",
            "id": "[resourceId('Microsoft.X/things', 'y')]",
            "deployment": "[deployment().name]",
        }}))],
        "outputs": {"o": {"type": "string", "value": "[concat(parameters('p'), ' ', resourceGroup().name)]"}},
    }));
    let given = json!({"p": {"value": "[concat('given ', parameters('p'))]"}});
    let with = |name: &str, scope: &str| {
        let options = json!({"scope": scope});
        let properties = json!({
            "template": inside, "parameters": given, "expressionEvaluationOptions": options,
        });
        nested(name, json!({"resourceGroup": "other-rg"}), properties)
    };
    let whole = template(json!({
        "parameters": {"p": {"type": "string", "defaultValue": "outer"}},
        "variables": {"v": "outer variable"},
        "resources": [
            with("inner", "Inner"),
            with("outer", "Outer"),
            nested("default", json!({}), json!({"template": inside})),
        ],
    }));
    let plan = expanded(&whole).unwrap();
    let mut told = Vec::new();
    for step in &plan.steps {
        let Step::Deployment {
            name, plan, scope, ..
        } = step
        else {
            panic!("{step:?}");
        };
        let Some(Step::Resource {
            resource, scope: id, ..
        }) = plan.steps.first()
        else {
            panic!("{plan:?}");
        };
        let properties = json!(resource.properties);
        let (outputs, parameters) = (json!(plan.outputs), json!(plan.parameters));
        told.push(format!(
            "{name} to {scope}\n  {id}\n  {properties}\n  {parameters}\n  {outputs}"
        ));
    }
    insta::assert_snapshot!(told.join("\n").replace(SUBSCRIPTION, "…"), @r#"
    inner to /subscriptions/…/resourceGroups/other-rg
      /subscriptions/…/resourceGroups/other-rg/providers/Microsoft.X/things/x
      {"deployment":"inner","group":"other-rg","id":"/subscriptions/…/resourceGroups/other-rg/providers/Microsoft.X/things/y","p":"given outer","v":"its own"}
      {"p":{"type":"String","value":"given outer"}}
      {"o":{"type":"String","value":"given outer other-rg"}}
    outer to /subscriptions/…/resourceGroups/other-rg
      /subscriptions/…/resourceGroups/other-rg/providers/Microsoft.X/things/x
      {"deployment":"main","group":"ml-rg","id":"/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/y","p":"outer","v":"outer variable"}
      {"p":{"type":"String","value":"given outer"}}
      {"o":{"type":"String","value":"outer ml-rg"}}
    default to /subscriptions/…/resourceGroups/ml-rg
      /subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/x
      {"deployment":"main","group":"ml-rg","id":"/subscriptions/…/resourceGroups/ml-rg/providers/Microsoft.X/things/y","p":"outer","v":"outer variable"}
      {"p":{"type":"String","value":"its default"}}
      {"o":{"type":"String","value":"outer ml-rg"}}
    "#);
}

#[test]
fn a_deployment_to_a_subscription() {
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"group": {"type": "string", "defaultValue": "new-rg"}},
        "resources": [
            nested(
                "late",
                json!({"resourceGroup": "[parameters('group')]", "dependsOn": [
                    "[resourceId('Microsoft.Resources/resourceGroups/', parameters('group'))]",
                ]}),
                json!({
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "template": template(json!({"resources": [
                        thing("a", json!({"location": "[resourceGroup().name]"})),
                    ]})),
                }),
            ),
            {
                "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01",
                "name": "[guid(subscription().id)]", "properties": {"principalId": "p"},
            },
            {
                "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01",
                "name": "[parameters('group')]", "location": "[deployment().location]",
                "tags": {"made": "[deployment().name]"}, "properties": {},
            },
        ],
    });
    let plan = expand(&template, &Map::new(), &wide_context()).unwrap();
    insta::assert_snapshot!(steps(&plan), @r#"
    /subscriptions/…/providers/Microsoft.Authorization/roleAssignments/1efd4e1e-3295-5d5b-9cd1-285f841627e4 2022-04-01
    group … new-rg westeurope {"made": "main"}
    deployment late to /subscriptions/…/resourceGroups/new-rg -
        /subscriptions/…/resourceGroups/new-rg/providers/Microsoft.X/things/a 2020-01-01
    "#);
    insta::assert_json_snapshot!(json!(plan.dependencies), @r#"
    [
      {
        "dependsOn": [
          {
            "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/new-rg",
            "resourceName": "new-rg",
            "resourceType": "Microsoft.Resources/resourceGroups"
          }
        ],
        "id": "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/new-rg/providers/Microsoft.Resources/deployments/late",
        "resourceName": "late",
        "resourceType": "Microsoft.Resources/deployments"
      }
    ]
    "#);
}
