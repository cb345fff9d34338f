"""azure-mgmt-machinelearningservices as anybody's program has it: workspaces and computes, by an owner.

With the argument `reader`, by somebody who may only read one workspace.
"""

import sys

from azure.identity import DefaultAzureCredential
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.machinelearningservices.models import (
    AmlCompute, AmlComputeProperties, ComputeInstance, ComputeInstanceProperties, ComputeResource, Identity, ScaleSettings,
    ClusterUpdateParameters, Workspace, WorkspaceUpdateParameters,
)
from azure.mgmt.resource.resources import ResourceManagementClient

from steps import scene, step

here = scene()
credential = DefaultAzureCredential()
client = MachineLearningServicesMgmtClient(credential, here["subscription"])
resources = ResourceManagementClient(credential, here["subscription"]).resources
workspaces, computes = client.workspaces, client.machine_learning_compute
GROUP, NAME = "ml-rg", "judged-ws"
PLACE = f"/subscriptions/{here['subscription']}/resourceGroups/{GROUP}/providers"
STORE, VAULT, INSIGHTS = (f"{PLACE}/Microsoft.{name}" for name in ("Storage/storageAccounts/judgedstore", "KeyVault/vaults/judgedvault", "Insights/components/judged"))


def wanted(description):
    return Workspace(
        location="eastus2", identity=Identity(type="SystemAssigned"), friendly_name="Judged", description=description, tags={"by": "a judge"},
        storage_account=STORE, key_vault=VAULT, application_insights=INSIGHTS,
    )


def parts():
    """What a workspace is made of."""
    sku = {"name": "standard", "family": "A"}
    wanted = [
        (STORE, {"location": "eastus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}),
        (VAULT, {"location": "eastus2", "properties": {"tenantId": here["tenant"], "sku": sku, "accessPolicies": []}}),
        (INSIGHTS, {"location": "eastus2", "kind": "web", "properties": {"Application_Type": "web"}}),
    ]
    return [resources.begin_create_or_update_by_id(name, body, api_version="2020-02-02").result()["id"] for name, body in wanted]


def instance(size="STANDARD_DS3_V2"):
    return ComputeResource(location="eastus2", properties=ComputeInstance(properties=ComputeInstanceProperties(vm_size=size)))


def cluster():
    scale = ScaleSettings(max_node_count=4, min_node_count=0, node_idle_time_before_scale_down="PT2M")
    properties = AmlComputeProperties(vm_size="STANDARD_NC6", vm_priority="Dedicated", scale_settings=scale)
    return ComputeResource(location="eastus2", identity=Identity(type="SystemAssigned"), properties=AmlCompute(properties=properties))


def state(compute):
    return compute.properties.properties.state


def keys_hidden(keys):
    """The names of what `list_keys` gives, and whether anything is there."""
    return {name: bool(value) for name, value in keys.serialize(keep_readonly=True).items()}


def as_owner():
    step("workspaces: one that isn't there", lambda: workspaces.get(GROUP, NAME), fails="ResourceNotFound")
    step("workspaces: make one of nothing", lambda: workspaces.begin_create_or_update(GROUP, NAME, wanted("")).result(), fails="LinkedResourceNotFound")
    step("workspaces: what they are made of", parts, holds=[STORE, VAULT, INSIGHTS].__eq__)
    step("workspaces: make one", lambda: workspaces.begin_create_or_update(GROUP, NAME, wanted("Made by a judge")).result(),
         holds=lambda made: made["properties"]["provisioningState"] == "Succeeded" and made["identity"]["principalId"])
    step("workspaces: make it again", lambda: workspaces.begin_create_or_update(GROUP, NAME, wanted("Made again")).result(),
         holds=lambda made: made["properties"]["description"] == "Made again")
    step("workspaces: read one", lambda: workspaces.get(GROUP.upper(), NAME.upper()).name, holds=NAME.__eq__)
    step("workspaces: of a group", lambda: sorted(item.name for item in workspaces.list_by_resource_group(GROUP)),
         holds=[NAME, "ml-example"].__eq__)
    step("workspaces: of the subscription", lambda: sorted(item.name for item in workspaces.list_by_subscription()),
         holds=[NAME, "ml-example"].__eq__)
    change = WorkspaceUpdateParameters(tags={"by": "two judges"}, friendly_name="Judged twice")
    step("workspaces: change one", lambda: workspaces.update(GROUP, NAME, change),
         holds=lambda made: made["tags"] == {"by": "two judges"} and made["properties"]["friendlyName"] == "Judged twice")
    step("workspaces: its keys", lambda: keys_hidden(workspaces.list_keys(GROUP, NAME)),
         holds=lambda found: found["userStorageKey"])
    step("workspaces: a name that can't be", lambda: workspaces.begin_create_or_update(GROUP, "no", wanted("")).result(), fails="InvalidResourceName")
    step("workspaces: in a group that isn't there", lambda: workspaces.begin_create_or_update("ml-moon", NAME, wanted("")).result(),
         fails="ResourceGroupNotFound")

    step("computes: none", lambda: computes.list_by_workspace(GROUP, NAME), holds=[].__eq__)
    step("computes: one that isn't there", lambda: computes.get(GROUP, NAME, "none"), fails="ResourceNotFound")
    step("computes: make an instance", lambda: computes.begin_create_or_update(GROUP, NAME, "judged-ci", instance()).result(),
         holds=lambda made: made["properties"]["computeType"] == "ComputeInstance" and made["properties"]["properties"]["state"] == "Running")
    step("computes: make a cluster", lambda: computes.begin_create_or_update(GROUP, NAME, "judged-cluster", cluster()).result(),
         holds=lambda made: made["properties"]["computeType"] == "AmlCompute" and made["identity"]["principalId"])
    step("computes: all", lambda: sorted(item.name for item in computes.list_by_workspace(GROUP, NAME)),
         holds=["judged-ci", "judged-cluster"].__eq__)
    step("computes: stop", lambda: computes.stop(GROUP, NAME, "judged-ci"))
    step("computes: it stands", lambda: state(computes.get(GROUP, NAME, "judged-ci")), holds="Stopped".__eq__)
    step("computes: start", lambda: computes.start(GROUP, NAME, "judged-ci"))
    step("computes: restart", lambda: computes.restart(GROUP, NAME, "judged-ci"))
    step("computes: it runs", lambda: state(computes.get(GROUP, NAME, "judged-ci")), holds="Running".__eq__)
    step("computes: stop a cluster", lambda: computes.stop(GROUP, NAME, "judged-cluster"), fails="InvalidRequest")
    step("computes: a cluster's nodes", lambda: computes.list_nodes(GROUP, NAME, "judged-cluster"), holds=[].__eq__)
    step("computes: a cluster's keys", lambda: keys_hidden(computes.list_keys(GROUP, NAME, "judged-cluster")),
         holds={}.__eq__)
    larger = ClusterUpdateParameters(scale_settings=ScaleSettings(max_node_count=8))
    step("computes: resize a cluster", lambda: computes.begin_update(GROUP, NAME, "judged-cluster", larger).result(),
         holds=lambda made: made["properties"]["properties"]["scaleSettings"]["maxNodeCount"] == 8)
    step("computes: a name that can't be", lambda: computes.begin_create_or_update(GROUP, NAME, "1st", instance()).result(),
         fails="InvalidResourceName")
    step("computes: in a workspace that isn't there", lambda: computes.begin_create_or_update(GROUP, "ml-moon", "judged-ci", instance()).result(),
         fails="ResourceNotFound")
    step("computes: remove an instance", lambda: computes.begin_delete(GROUP, NAME, "judged-ci", underlying_resource_action="Delete").result(),
         holds=lambda answer: answer is None)
    step("computes: it is gone", lambda: computes.get(GROUP, NAME, "judged-ci"), fails="ResourceNotFound")
    step("workspaces: remove one", lambda: workspaces.begin_delete(GROUP, NAME).result(), holds=lambda answer: answer is None)
    step("workspaces: remove it again", lambda: workspaces.begin_delete(GROUP, NAME).result(), holds=lambda answer: answer is None)
    step("workspaces: its computes are gone", lambda: computes.get(GROUP, NAME, "judged-cluster"), fails="ResourceNotFound")


def as_reader():
    step("a reader reads the workspace", lambda: workspaces.get(GROUP, "ml-example").name, holds="ml-example".__eq__)
    step("a reader's workspaces", lambda: [item.name for item in workspaces.list_by_subscription()], holds=["ml-example"].__eq__)
    step("a reader removes the workspace", lambda: workspaces.begin_delete(GROUP, "ml-example"), fails="AuthorizationFailed")
    step("a reader changes the workspace", lambda: workspaces.update(GROUP, "ml-example", WorkspaceUpdateParameters(friendly_name="Mine")),
         fails="AuthorizationFailed")
    step("a reader asks for keys", lambda: workspaces.list_keys(GROUP, "ml-example"), fails="AuthorizationFailed")
    step("a reader makes a compute", lambda: computes.begin_create_or_update(GROUP, "ml-example", "mine", instance()),
         fails="AuthorizationFailed")
    step("a reader reads a workspace that isn't there", lambda: workspaces.get(GROUP, "ml-none"), fails="AuthorizationFailed")


as_reader() if "reader" in sys.argv else as_owner()
