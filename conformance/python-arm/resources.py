"""azure-mgmt-resource and azure-mgmt-managementgroups as anybody's program has them.

Played by an owner of the subscription; with the argument `reader` by somebody who may only read one workspace, with
`deployer` by somebody who may deploy but not everything, and with `root` by an owner of everything.
"""

import sys

from azure.identity import DefaultAzureCredential
from azure.mgmt.managementgroups import ManagementGroupsMgmtClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from steps import scene, step

here = scene()
subscription, workspace = here["subscription"], here["workspace"]
credential = DefaultAzureCredential()
account = SubscriptionClient(credential)
client = ResourceManagementClient(credential, subscription)
groups, resources, tags, providers = client.resource_groups, client.resources, client.tags, client.providers
GROUP = "judged-group"
ML = "Microsoft.MachineLearningServices"
INSIGHTS = f"/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/Microsoft.Insights/components/judged"


def names(items):
    return [item.name for item in items]


def subscriptions():
    step("tenants", lambda: account.tenants.list(),
         holds=lambda found: [tenant["tenantId"] for tenant in found] == [here["tenant"]])
    step("subscriptions", lambda: account.subscriptions.list(),
         holds=lambda found: [item["subscriptionId"] for item in found] == [subscription])
    step("a subscription", lambda: account.subscriptions.get(subscription), holds=lambda found: found["state"] == "Enabled")
    step("a subscription that isn't there", lambda: account.subscriptions.get(here["nothing"]), fails="SubscriptionNotFound")
    step("a location", lambda: [place for place in account.subscriptions.list_locations(subscription) if place.name == "eastus2"],
         holds=lambda found: found[0]["displayName"] == "East US 2")


def resource_groups():
    step("groups: is there one", lambda: groups.check_existence(GROUP), holds=lambda found: found is False)
    step("groups: one that isn't there", lambda: groups.get(GROUP), fails="ResourceGroupNotFound")
    step("groups: make one", lambda: groups.create_or_update(GROUP, {"location": "eastus2", "tags": {"by": "a judge"}}),
         holds=lambda made: made["properties"]["provisioningState"] == "Succeeded")
    step("groups: is there one now", lambda: groups.check_existence(GROUP.upper()), holds=lambda found: found is True)
    step("groups: change its tags", lambda: groups.update(GROUP, {"tags": {"by": "a judge", "twice": "yes"}}),
         holds=lambda made: len(made["tags"]) == 2)
    step("groups: move it", lambda: groups.create_or_update(GROUP, {"location": "westeurope"}),
         fails="InvalidResourceGroupLocation")
    step("groups: a name that can't be", lambda: groups.create_or_update("judged.", {"location": "eastus2"}), fails="InvalidResourceGroup")
    step("groups: a location that isn't there", lambda: groups.create_or_update("judged-moon", {"location": "moon"}),
         fails="LocationNotAvailableForResourceGroup")
    step("groups: all", lambda: names(groups.list()), holds=lambda found: {"ml-rg", GROUP} <= set(found))
    step("groups: by a tag", lambda: names(groups.list(filter="tagName eq 'by' and tagValue eq 'a judge'")), holds=[GROUP].__eq__)
    step("groups: a page at a time", lambda: names(groups.list(top=1)), holds=lambda found: len(found) >= 1)


def resource_providers():
    step("providers: one", lambda: shape(providers.get(ML)), holds=lambda found: "workspaces/computes" in found["resourceTypes"])
    step("providers: one that isn't there", lambda: providers.get("Microsoft.Moon"), fails="InvalidResourceNamespace")
    step("providers: register one", lambda: shape(providers.register("Microsoft.Storage")),
         holds=lambda found: found["registrationState"] == "Registered")
    step("providers: all", lambda: sorted(provider.namespace for provider in providers.list()),
         holds=lambda found: {ML, "Microsoft.Authorization"} <= set(found))


def shape(provider):
    """Of a provider, its state and its types."""
    return {"namespace": provider.namespace, "registrationState": provider.registration_state,
            "resourceTypes": [kind.resource_type for kind in provider.resource_types]}


def all_resources():
    kind = f"resourceType eq '{ML}/workspaces'"
    step("resources: those of a type", lambda: resources.list(filter=kind),
         holds=lambda found: [item["name"] for item in found] == ["ml-example"])
    step("resources: those of a name", lambda: names(resources.list(filter=f"name eq 'ml-example' and {kind}")),
         holds=["ml-example"].__eq__)
    step("resources: those of a part of a name", lambda: names(resources.list(filter="substringof('xampl', name)")),
         holds=lambda found: "ml-example" in found)
    step("resources: those of a group", lambda: sorted(names(resources.list_by_resource_group("ml-rg"))),
         holds=lambda found: "ml-example" in found)
    step("resources: by a filter that nobody knows", lambda: list(resources.list(filter="moon eq 'full'")),
         fails="InvalidFilterInQueryString")
    step("resources: one by its id", lambda: resources.get_by_id(workspace, api_version="2020-08-01"),
         holds=lambda found: found["name"] == "ml-example")
    step("resources: one by its parts", lambda: resources.get("ml-rg", ML, "", "workspaces", "ml-example", api_version="2020-08-01")["id"],
         holds=workspace.__eq__)
    step("resources: is there one", lambda: resources.check_existence_by_id(workspace, api_version="2020-08-01"),
         holds=lambda found: found is True)
    step("resources: is there another", lambda: resources.check_existence_by_id(workspace + "-2", api_version="2020-08-01"),
         holds=lambda found: found is False)
    step("resources: one that isn't there", lambda: resources.get_by_id(workspace + "-2", api_version="2020-08-01"),
         fails="ResourceNotFound")
    step("resources: one in a group that isn't there", lambda: resources.get_by_id(workspace.replace("/ml-rg/", "/ml-moon/"), api_version="2020-08-01"),
         fails="ResourceGroupNotFound")
    step("resources: by a version that is none", lambda: resources.get_by_id(workspace, api_version="yesterday"), fails="InvalidApiVersionParameter")


def all_tags():
    at_group = f"/subscriptions/{subscription}/resourceGroups/{GROUP}"
    step("tags: set a group's", lambda: tags.begin_create_or_update_at_scope(at_group, {"properties": {"tags": {"stage": "test"}}}).result(),
         holds=lambda made: made["properties"]["tags"] == {"stage": "test"})
    step("tags: add one", lambda: tags.begin_update_at_scope(at_group, {"operation": "Merge", "properties": {"tags": {"by": "a judge"}}}).result(),
         holds=lambda made: made["properties"]["tags"] == {"stage": "test", "by": "a judge"})
    step("tags: a group's", lambda: tags.get_at_scope(at_group)["properties"]["tags"],
         holds={"stage": "test", "by": "a judge"}.__eq__)
    step("tags: set a workspace's", lambda: tags.begin_create_or_update_at_scope(workspace, {"properties": {"tags": {"stage": "test"}}}).result(),
         holds=lambda made: made["properties"]["tags"] == {"stage": "test"})
    step("tags: of the workspace, in the list", lambda: names(resources.list(filter="tagName eq 'stage' and tagValue eq 'test'")),
         holds=["ml-example"].__eq__)
    step("tags: take a workspace's away", lambda: tags.begin_delete_at_scope(workspace).result(),
         holds=lambda answer: answer is None)


def template(*made, **more):
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": list(made), **more}


COMPONENT = {
    "type": "Microsoft.Insights/components", "apiVersion": "2020-02-02", "name": "[parameters('name')]", "location": "eastus2",
    "kind": "web", "properties": {"Application_Type": "web"},
}
NAME = {"parameters": {"name": {"type": "string"}}}
VAULT = {
    "type": "Microsoft.KeyVault/vaults", "apiVersion": "2019-09-01", "name": "[concat('vault-', parameters('name'))]", "location": "eastus2",
    "properties": {"tenantId": "[subscription().tenantId]", "sku": {"family": "A", "name": "standard"}, "accessPolicies": []},
    "dependsOn": ["[resourceId('Microsoft.Insights/components', parameters('name'))]"],
}


def targets(operations):
    return sorted(operation.properties.target_resource.resource_type for operation in operations if operation.properties.target_resource)


def deployments():
    with DeploymentsMgmtClient(credential, subscription) as manager:
        work = manager.deployments

        def deploy(name, *made, **more):
            properties = {"mode": "Incremental", "template": template(*made, **NAME), "parameters": {"name": {"value": "judged"}}, **more}
            return work.begin_create_or_update(GROUP, name, {"properties": properties}).result()

        step("deployments: make two things", lambda: deploy("first", VAULT, COMPONENT),
             holds=lambda made: made["properties"]["provisioningState"] == "Succeeded")
        step("deployments: what it made", lambda: sorted(names(resources.list_by_resource_group(GROUP))),
             holds=["judged", "vault-judged"].__eq__)
        step("deployments: read it", lambda: work.get(GROUP, "first")["name"], holds="first".__eq__)
        step("deployments: is it there", lambda: work.check_existence(GROUP, "first"), holds=lambda found: found is True)
        step("deployments: of the group", lambda: names(work.list_by_resource_group(GROUP)), holds=["first"].__eq__)
        step("deployments: its operations", lambda: targets(manager.deployment_operations.list(GROUP, "first")),
            holds=lambda found: {"Microsoft.Insights/components", "Microsoft.KeyVault/vaults"} <= set(found))
        step("deployments: an expression that isn't known", lambda: deploy("second", {**COMPONENT, "kind": "[reference(parameters('name')).kind]"}),
             fails="(")
        step("deployments: a type that isn't known", lambda: deploy("third", {**COMPONENT, "type": "Microsoft.Moon/craters"}),
             fails="(")
        step("deployments: a parameter is missing", lambda: deploy("fourth", COMPONENT, parameters={}), fails="InvalidTemplate")
        step("deployments: a circle", lambda: deploy("fifth", VAULT, {**COMPONENT, "dependsOn": ["[concat('vault-', parameters('name'))]"]}),
             fails="InvalidTemplate")
        step("deployments: whatever else is there goes", lambda: deploy("sixth", COMPONENT, mode="Complete"), fails="(")
        step("deployments: what is there after the refusals", lambda: sorted(names(resources.list_by_resource_group(GROUP))),
             holds=["judged", "vault-judged"].__eq__)
        step("deployments: forget one", lambda: work.begin_delete(GROUP, "first").result(), holds=lambda answer: answer is None)
    step("resources: remove one by its id", lambda: resources.begin_delete_by_id(INSIGHTS, api_version="2020-02-02").result(),
         holds=lambda answer: answer is None)
    wished = {"location": "eastus2", "kind": "web", "properties": {"Application_Type": "web"}}
    step("resources: make one by its id", lambda: resources.begin_create_or_update_by_id(INSIGHTS, wished, api_version="2020-02-02").result(),
         holds=lambda made: made["name"] == "judged")
    step("groups: remove one", lambda: groups.begin_delete(GROUP).result(), holds=lambda answer: answer is None)
    step("groups: and all in it", lambda: resources.get_by_id(INSIGHTS, api_version="2020-02-02"), fails="ResourceGroupNotFound")


def as_reader():
    subscriptions()
    step("a reader's groups", lambda: names(groups.list()), holds=["ml-rg"].__eq__)
    step("a reader's resources", lambda: names(resources.list()), holds=["ml-example"].__eq__)
    step("a reader makes a group", lambda: groups.create_or_update("mine", {"location": "eastus2"}), fails="AuthorizationFailed")
    step("a reader looks for a group that isn't there", lambda: groups.get("ml-moon"), fails="AuthorizationFailed")
    step("a reader removes the workspace", lambda: resources.begin_delete_by_id(workspace, api_version="2020-08-01"),
         fails="AuthorizationFailed")
    step("a reader reads something that isn't there", lambda: resources.get_by_id(workspace + "-2", api_version="2020-08-01"),
         fails="AuthorizationFailed")
    step("a reader registers a provider", lambda: providers.register("Microsoft.Storage"), fails="AuthorizationFailed")
    with DeploymentsMgmtClient(credential, subscription) as manager:
        properties = {"mode": "Incremental", "template": template(COMPONENT, **NAME), "parameters": {"name": {"value": "mine"}}}
        step("a reader deploys", lambda: manager.deployments.begin_create_or_update("ml-rg", "mine", {"properties": properties}).result(),
             fails="AuthorizationFailed")


def as_deployer():
    with DeploymentsMgmtClient(credential, subscription) as manager:

        def deploy(*made):
            properties = {"mode": "Incremental", "template": template(*made, **NAME), "parameters": {"name": {"value": "deployed"}}}
            return manager.deployments.begin_create_or_update("ml-rg", "mixed", {"properties": properties}).result()["properties"]["provisioningState"]

        def components():
            return [item.name for item in resources.list_by_resource_group("ml-rg") if item.name == "deployed"]

        step("a deployer deploys what they may and what they may not", lambda: deploy(COMPONENT, VAULT), fails="Microsoft.KeyVault/vaults/write")
        step("and nothing of it is there", components, holds=[].__eq__)
        step("a deployer deploys what they may", lambda: deploy(COMPONENT), holds="Succeeded".__eq__)
        step("and it is there", components, holds=["deployed"].__eq__)


def as_root():
    manager = ManagementGroupsMgmtClient(credential)
    work, members = manager.management_groups, manager.management_group_subscriptions
    parent = {"properties": {"displayName": "Judged", "details": {"parent": {"id": "/providers/Microsoft.Management/managementGroups/judged"}}}}
    step("management groups: make one", lambda: work.begin_create_or_update("judged", {"properties": {"displayName": "Judged"}}).result(),
         holds=lambda made: made["properties"]["displayName"] == "Judged")
    step("management groups: make one below", lambda: work.begin_create_or_update("judged-below", parent).result())
    step("management groups: all", lambda: sorted(names(work.list())), holds=lambda found: {"judged", "judged-below"} <= set(found))
    step("management groups: one with what is below", lambda: work.get("judged", expand="children"),
         holds=lambda found: [child["name"] for child in found["properties"]["children"]] == ["judged-below"])
    step("management groups: put a subscription there", lambda: members.create("judged-below", subscription))
    step("management groups: all that is below", lambda: sorted(names(work.get_descendants("judged"))),
         holds=sorted(["judged-below", subscription]).__eq__)
    step("management groups: remove one that isn't empty", lambda: work.begin_delete("judged").result(), fails="InvalidRequest")
    step("management groups: take the subscription out", lambda: members.delete("judged-below", subscription),
         holds=lambda answer: answer is None)
    step("management groups: remove the one below", lambda: work.begin_delete("judged-below").result(),
         holds=lambda answer: answer is None)
    step("management groups: remove the other", lambda: work.begin_delete("judged").result(), holds=lambda answer: answer is None)
    step("management groups: one that isn't there", lambda: work.get("judged"), fails="NotFound")


if "reader" in sys.argv:
    as_reader()
elif "deployer" in sys.argv:
    as_deployer()
elif "root" in sys.argv:
    as_root()
else:
    for part in (subscriptions, resource_groups, resource_providers, all_resources, all_tags, deployments):
        part()
