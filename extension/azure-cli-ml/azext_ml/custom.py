"""The commands, by plain calls of Resource Manager."""

import json
import re
import uuid

from knack.util import CLIError

API = "2020-08-01"
AUTHORIZATION = "2018-09-01-preview"
DEPLOYMENTS = "2019-10-01"
WORKSPACES = "Microsoft.MachineLearningServices/workspaces"
GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def share_workspace(cmd, workspace_name, resource_group_name, user, role):
    """A role over a workspace; prints nothing."""
    scope = _workspace(cmd, resource_group_name, workspace_name)
    _call(cmd, "GET", scope, API)
    # A quote inside a name is written twice (OData 4.01 §5.1.1.6.1).
    wanted = "roleName eq '{}'".format(role.replace("'", "''"))
    found = _call(cmd, "GET", scope + "/providers/Microsoft.Authorization/roleDefinitions", "2018-01-01-preview", query={"$filter": wanted})
    if not found["value"]:
        raise CLIError("Role '{}' doesn't exist.".format(role))
    properties = {"roleDefinitionId": found["value"][0]["id"], "principalId": _principal(cmd, user)}
    name = scope + "/providers/Microsoft.Authorization/roleAssignments/" + str(uuid.uuid4())
    _call(cmd, "PUT", name, AUTHORIZATION, {"properties": properties})


def show_workspace(cmd, workspace_name, resource_group_name):
    """A workspace."""
    return _flat(_call(cmd, "GET", _workspace(cmd, resource_group_name, workspace_name), API))


def list_workspaces(cmd, resource_group_name=None):
    """Workspaces by their names and groups."""
    scope = _group(cmd, resource_group_name) if resource_group_name else _subscription(cmd)
    names = []
    for found in _pages(cmd, scope + "/providers/" + WORKSPACES, API):
        group = re.search("/resourceGroups/([^/]+)/", found["id"], re.IGNORECASE).group(1)
        names.append({"workspaceName": found["name"], "resourceGroup": group, "subscriptionId": _subscription_id(cmd)})
    return names


def create_workspace(cmd, workspace_name, resource_group_name, location=None, friendly_name=None, exist_ok=False):
    """A workspace and what it needs, all of it or nothing."""
    group = _group(cmd, resource_group_name)
    scope = _workspace(cmd, resource_group_name, workspace_name)
    there = [found["name"].lower() for found in _pages(cmd, group + "/providers/" + WORKSPACES, API)]
    if workspace_name.lower() in there:
        if not exist_ok:
            raise CLIError("Workspace with name '{}' already exists under resource group with name '{}'.".format(workspace_name, resource_group_name))
        return show_workspace(cmd, workspace_name, resource_group_name)
    location = location or _call(cmd, "GET", group, "2019-10-01")["location"]
    marker = uuid.uuid4().hex[:8]
    template = deployment(group, workspace_name, location, friendly_name or workspace_name, _tenant(cmd), marker)
    path = "{}/providers/Microsoft.Resources/deployments/Microsoft.MachineLearningServices_{}".format(group, marker)
    made = _call(cmd, "PUT", path, DEPLOYMENTS, {"properties": {"mode": "Incremental", "template": template, "parameters": {}}})
    _wait(cmd, path, DEPLOYMENTS, made)
    return _flat(_call(cmd, "GET", scope, API))


def create_cluster(cmd, name, workspace_name, resource_group_name, vm_size, max_nodes, min_nodes=0):
    """A compute cluster."""
    if not 0 <= min_nodes <= max_nodes:
        raise CLIError("--min-nodes is {}, and has to be between 0 and --max-nodes, which is {}.".format(min_nodes, max_nodes))
    workspace = _workspace(cmd, resource_group_name, workspace_name)
    scale = {"minNodeCount": min_nodes, "maxNodeCount": max_nodes}
    wish = {
        "location": _call(cmd, "GET", workspace, API)["location"],
        "properties": {"computeType": "AmlCompute", "properties": {"vmSize": vm_size, "scaleSettings": scale}},
    }
    path = "{}/computes/{}".format(workspace, _segment(name))
    made = _wait(cmd, path, API, _call(cmd, "PUT", path, API, wish))
    properties = made["properties"]
    return {"name": made["name"], "computeType": properties["computeType"], "provisioningState": properties["provisioningState"], "id": made["id"]}


def deployment(group, workspace, location, friendly_name, tenant, marker):
    """The template of a workspace with a storage account, a key vault and Application Insights of its own."""
    # Names of storage accounts are the strictest: 3 to 24 small letters and digits, of all the world.
    base = re.sub("[^a-z0-9]", "", workspace.lower()).lstrip("0123456789")[:8]
    needs = [
        ("storageAccount", "Microsoft.Storage/storageAccounts", "storage", "2018-07-01", {"sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}),
        ("keyVault", "Microsoft.KeyVault/vaults", "vault", "2015-06-01",
         {"properties": {"tenantId": tenant, "sku": {"name": "standard", "family": "A"}, "accessPolicies": []}}),
        ("applicationInsights", "Microsoft.Insights/components", "insights", "2020-02-02", {"kind": "web", "properties": {"Application_Type": "web"}}),
    ]
    resources, first = [], []
    properties = {"friendlyName": friendly_name, "description": "", "hbiWorkspace": False}
    for member, kind, suffix, version, body in needs:
        name = base + suffix + marker
        resources.append(dict(body, type=kind, name=name, apiVersion=version, location=location))
        first.append("[resourceId('{}', '{}')]".format(kind, name))
        properties[member] = "{}/providers/{}/{}".format(group, kind, name)
    resources.append({
        "type": WORKSPACES, "name": workspace, "apiVersion": "2021-01-01", "location": location, "dependsOn": first,
        "identity": {"type": "SystemAssigned"}, "sku": {"name": "Basic", "tier": "Basic"}, "properties": properties,
    })
    schema = "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "parameters": {}, "variables": {}, "resources": resources}


def _call(cmd, method, path, version, body=None, query=None):
    """One call; the answer's JSON. What Resource Manager refuses, az says by itself."""
    from azure.cli.core.util import send_raw_request

    url = path if path.startswith("https://") else cmd.cli_ctx.cloud.endpoints.resource_manager.rstrip("/") + path
    parameters = ["api-version=" + version] if version else []
    parameters += ["{}={}".format(name, value) for name, value in (query or {}).items()]
    text = None if body is None else json.dumps(body)
    answer = send_raw_request(cmd.cli_ctx, method, url, headers=["Content-Type=application/json"], uri_parameters=parameters, body=text)
    return answer.json() if answer.text else {}


def _pages(cmd, path, version):
    page = _call(cmd, "GET", path, version)
    while True:
        for item in page["value"]:
            yield item
        if not page.get("nextLink"):
            return
        page = _call(cmd, "GET", page["nextLink"], None)


def _wait(cmd, path, version, made):
    """Until what was asked for is there."""
    import time

    for _ in range(600):
        state = made.get("properties", {}).get("provisioningState")
        if state in ("Failed", "Canceled"):
            raise CLIError(json.dumps(made["properties"].get("error") or made["properties"]))
        if state in (None, "Succeeded"):
            return made
        time.sleep(1)
        made = _call(cmd, "GET", path, version)
    raise CLIError("It isn't done after ten minutes.")


def _principal(cmd, user):
    """An object id: what was said, or that of the person who signs in by this name."""
    if GUID.match(user) and len(user) == 36:
        return user
    if "@" not in user:
        raise CLIError("--user is the object id of a person or service principal, or a person's sign-in name; '{}' is neither.".format(user))
    from azure.cli.core.util import send_raw_request

    graph = "https://graph.microsoft.com/v1.0/users/" + _segment(user)
    return send_raw_request(cmd.cli_ctx, "GET", graph, resource="https://graph.microsoft.com/").json()["id"]


def _flat(found):
    """A workspace as `az ml workspace show` printed it: what is in `properties` stands beside the rest."""
    shown = {name: value for name, value in found.items() if name != "properties"}
    for name, value in found.get("properties", {}).items():
        shown.setdefault("workspaceid" if name == "workspaceId" else name, value)
    return shown


def _segment(text):
    """A name as one segment of a path."""
    try:
        from urllib.parse import quote
    except ImportError:
        from urllib import quote
    return quote(text, safe="@")


def _subscription_id(cmd):
    from azure.cli.core.commands.client_factory import get_subscription_id

    return get_subscription_id(cmd.cli_ctx)


def _tenant(cmd):
    from azure.cli.core._profile import Profile

    return Profile(cli_ctx=cmd.cli_ctx).get_subscription(_subscription_id(cmd))["tenantId"]


def _subscription(cmd):
    return "/subscriptions/" + _subscription_id(cmd)


def _group(cmd, name):
    return "{}/resourceGroups/{}".format(_subscription(cmd), _segment(name))


def _workspace(cmd, group, name):
    return "{}/providers/{}/{}".format(_group(cmd, group), WORKSPACES, _segment(name))
