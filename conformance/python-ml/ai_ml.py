"""azure-ai-ml as anybody's program has it: MLClient, and nothing about Doorward.

Played by an owner of the subscription, or with the argument `reader` by somebody who may only read one workspace.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "python-arm"))

from azure.ai.ml import MLClient
from azure.ai.ml.entities import Workspace
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource import ResourceManagementClient

from steps import scene, step

here = scene()
credential = DefaultAzureCredential()
client = MLClient(credential, here["subscription"], "ml-rg")
workspaces = client.workspaces
MADE = "ml-two"


def shape(workspace):
    """What a person looks at."""
    names = ["name", "id", "location", "resource_group", "display_name", "description", "tags", "discovery_url",
             "mlflow_tracking_uri", "storage_account", "key_vault", "application_insights", "container_registry", "hbi_workspace",
             "public_network_access"]
    identity = workspace.identity and {"type": str(workspace.identity.type), "principal_id": workspace.identity.principal_id}
    return {**{name: getattr(workspace, name) for name in names}, "identity": identity}


def create():
    wanted = Workspace(name=MADE, location="eastus2", display_name="Two", description="Made by a judge", tags={"by": "a judge"})
    return shape(workspaces.begin_create(wanted).result())


def things():
    """The types of what the group holds of it."""
    found = ResourceManagementClient(credential, here["subscription"]).resources.list_by_resource_group("ml-rg")
    return sorted(thing.type for thing in found if thing.name.startswith(("ml-two", "mltwo")))


def as_owner():
    step("a workspace", lambda: shape(workspaces.get("ml-example")), holds=lambda found: found["id"] == here["workspace"])
    step("a workspace that isn't there", lambda: workspaces.get("ml-none"), fails="ResourceNotFound")
    step("workspaces of the group", lambda: [found.name for found in workspaces.list()], holds=["ml-example"].__eq__)
    step("workspaces of the subscription", lambda: [found.name for found in workspaces.list(scope="subscription")],
         holds=["ml-example"].__eq__)
    step("make one", create,
         holds=lambda made: made["display_name"] == "Two" and made["hbi_workspace"] is False and made["identity"]["principal_id"])
    step("what it was made of", things, holds=lambda found: len(found) == 5)
    step("workspaces now", lambda: sorted(found.name for found in workspaces.list()), holds=["ml-example", MADE].__eq__)
    step("remove it with what it was made of", lambda: workspaces.begin_delete(MADE, delete_dependent_resources=True).result(),
         holds=lambda answer: answer is None)
    step("what is left of it", things, holds=[].__eq__)
    step("it is gone", lambda: workspaces.get(MADE), fails="ResourceNotFound")


def as_reader():
    step("a reader: a workspace", lambda: workspaces.get("ml-example").name, holds="ml-example".__eq__)
    step("a reader: remove it", lambda: workspaces.begin_delete("ml-example", delete_dependent_resources=False).result(),
         fails=here["refusal"])
    step("a reader: make one", create, fails="AuthorizationFailed")
    step("a reader: workspaces of the group", lambda: [found.name for found in workspaces.list()], holds=["ml-example"].__eq__)


as_reader() if "reader" in sys.argv else as_owner()
