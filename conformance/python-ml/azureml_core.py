"""azureml-core as Microsoft's page has it: ServicePrincipalAuthentication, Workspace, and nothing about Doorward.

Played by an owner of the subscription, or with the argument `reader` by somebody who may only read one workspace.
"""

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "python-arm"))

from azure.identity import DefaultAzureCredential
from azure.mgmt.resource import ResourceManagementClient
from azureml.core import Workspace
from azureml.core.authentication import ServicePrincipalAuthentication

from steps import scene, step

here = scene()
subscription = here["subscription"]
auth = ServicePrincipalAuthentication(
    tenant_id=os.environ["AML_TENANT_ID"], service_principal_id=os.environ["AML_PRINCIPAL_ID"],
    service_principal_password=os.environ["AML_PRINCIPAL_PASS"],
)


def get(name, group="ml-rg", by=auth):
    return Workspace.get(name=name, auth=by, subscription_id=subscription, resource_group=group)


def constructed():
    return Workspace(subscription_id=subscription, resource_group="ml-rg", workspace_name="ml-example", auth=auth)


def configured():
    """As a person has it: a file above the directory that they are in."""
    place = Path("config/below")
    place.mkdir(parents=True)
    names = {"subscription_id": subscription, "resource_group": "ml-rg", "workspace_name": "ml-example"}
    Path("config/config.json").write_text(json.dumps(names), encoding="utf-8")
    return Workspace.from_config(path=str(place), auth=auth)


def written():
    """What one Workspace writes, another reads."""
    Path("written").mkdir()
    get("ml-example").write_config(path="written", file_name="mine.json")
    return Workspace.from_config(path="written/.azureml/mine.json", auth=auth)


said = io.StringIO()


def create(**more):
    with contextlib.redirect_stdout(said):
        return Workspace.create(
            name="ml-created", auth=auth, subscription_id=subscription, resource_group="created-rg", create_resource_group=True,
            location="eastus2", **more,
        )


def things(group):
    """The types of what a group holds."""
    client = ResourceManagementClient(DefaultAzureCredential(), subscription)
    return sorted(thing.type for thing in client.resources.list_by_resource_group(group))


def listed(**more):
    return {name: [found.resource_group for found in each] for name, each in Workspace.list(subscription, auth=auth, **more).items()}


def seconds(call):
    """The answer, which must come without polling."""
    start = time.monotonic()
    answer = call()
    took = time.monotonic() - start
    if took > 20:
        raise RuntimeError(f"it took {took:.0f} seconds")
    return answer


def wrong():
    tenant, client = os.environ["AML_TENANT_ID"], os.environ["AML_PRINCIPAL_ID"]
    return ServicePrincipalAuthentication(tenant_id=tenant, service_principal_id=client, service_principal_password="not-the-secret")


def as_owner():
    step("the page's: a workspace's details", lambda: get("ml-example").get_details(),
         holds=lambda found: found["name"] == "ml-example" and found["id"] == here["workspace"])
    step("a workspace by its constructor", lambda: constructed().get_details()["name"], holds="ml-example".__eq__)
    step("a workspace by a file", lambda: configured().name, holds="ml-example".__eq__)
    step("a workspace by a file that was written", lambda: written().name, holds="ml-example".__eq__)
    step("a workspace without its group", lambda: get("ml-example", None).name, holds="ml-example".__eq__)
    step("workspaces of the subscription", listed, holds={"ml-example": ["ml-rg"]}.__eq__)
    step("workspaces of a group", lambda: listed(resource_group="ml-rg"), holds={"ml-example": ["ml-rg"]}.__eq__)
    step("a workspace that isn't there", lambda: get("ml-none"), fails="Workspace not found.")
    step("a workspace in a subscription that isn't there", lambda: Workspace.get("ml-example", auth, here["nothing"], "ml-rg"),
         fails="You don't have access")
    step("a wrong secret", lambda: get("ml-example", by=wrong()), fails="AADSTS7000215")
    step("experiments, of which there are none", lambda: get("ml-example").experiments, holds={}.__eq__)
    step("make one, and its group", lambda: seconds(create).get_details(),
         holds=lambda made: made["provisioningState"] == "Succeeded")
    step("what it said meanwhile", lambda: "\n".join(sorted(said.getvalue().splitlines())), holds=lambda text: "Deployed Workspace with name ml-created." in text)
    step("what it was made of", lambda: things("created-rg"), holds=lambda found: len(found) == 4)
    step("what it made beside", lambda: things("DefaultResourceGroup-eastus2"), holds=["Microsoft.OperationalInsights/workspaces"].__eq__)
    step("make it again", lambda: create(exist_ok=True).name, holds="ml-created".__eq__)
    step("make it again, though it may not be there", create, fails="already exists")
    step("all workspaces now", listed, holds={"ml-example": ["ml-rg"], "ml-created": ["created-rg"]}.__eq__)
    step("change it", lambda: change(get("ml-created", "created-rg")),
         holds=lambda made: made["friendlyName"] == "Created by a judge")
    step("remove it with what it was made of", lambda: seconds(lambda: get("ml-created", "created-rg").delete(delete_dependent_resources=True)),
         holds=lambda answer: answer is None)
    step("what is left of it", lambda: things("created-rg"), holds=[].__eq__)
    step("it is gone", lambda: get("ml-created", "created-rg"), fails="Workspace not found.")


def change(workspace):
    workspace.update(friendly_name="Created by a judge", description="Changed", tags={"by": "a judge"})
    return get("ml-created", "created-rg").get_details()


def as_reader():
    step("a reader: details", lambda: get("ml-example").get_details()["name"], holds="ml-example".__eq__)
    step("a reader: workspaces of the subscription", listed, holds={"ml-example": ["ml-rg"]}.__eq__)
    step("a reader: experiments", lambda: get("ml-example").experiments, holds={}.__eq__)
    step("a reader: remove it", lambda: get("ml-example").delete(), fails=here["refusal"])
    step("a reader: make one", create, fails="AuthorizationFailed")
    step("a reader: a workspace that isn't there", lambda: get("ml-none"), fails="AuthorizationFailed")
    step("a reader: still there", lambda: get("ml-example").name, holds="ml-example".__eq__)


as_reader() if "reader" in sys.argv else as_owner()
