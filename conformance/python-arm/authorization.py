"""azure-mgmt-authorization as anybody's program has it: a credential, a subscription, no option.

Played by an owner of the subscription, or with the argument `reader` by somebody who may only read one workspace.
"""

import sys

from azure.identity import DefaultAzureCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.authorization.models import Permission, RoleAssignmentCreateParameters, RoleDefinition

from steps import scene, step

here = scene()
subscription, group, workspace = f"/subscriptions/{here['subscription']}", here["group"], here["workspace"]
client = AuthorizationManagementClient(DefaultAzureCredential(), here["subscription"])
roles, assignments = client.role_definitions, client.role_assignments
BUILT_IN = f"{subscription}/providers/Microsoft.Authorization/roleDefinitions"
ML = "Microsoft.MachineLearningServices"
ACCESS = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OPERATOR = "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815"


def names(items):
    """Of a long list, its roles' names alone."""
    return sorted(item.role_name for item in items)


def custom(name, description, scope=group):
    permissions = [Permission(actions=["*"], not_actions=["Microsoft.MachineLearningServices/workspaces/*/delete"])]
    return RoleDefinition(role_name=name, description=description, assignable_scopes=[scope], permissions=permissions)


def grant(role, principal, kind="ServicePrincipal"):
    """When nothing is said of it, this client calls everybody a user."""
    return RoleAssignmentCreateParameters(role_definition_id=role, principal_id=principal, principal_type=kind)


def told(items):
    """Of a list of assignments, who has what where."""
    known = {here[name]: name for name in ("owner", "reader", "team", "nothing")}
    given = {here["role"]: "the judge's role", READER: "Reader", OPERATOR: "AzureML Compute Operator", OWNER: "Owner", ACCESS: "User Access Administrator"}

    def line(item):
        role = item.role_definition_id.split("/")[-1]
        return f"{known.get(item.principal_id, 'somebody')} at {item.scope}: {given.get(role, role)}"

    return sorted(map(line, items))


def principals(answer):
    return [line.partition(" at ")[0] for line in answer]


def as_owner():
    step("roles: how many there are", lambda: "hundreds" if len(names(roles.list(subscription))) > 300 else "few",
         holds="hundreds".__eq__)
    step("roles: by a name in lower case", lambda: roles.list(group, filter="roleName eq 'owner'"),
         holds=lambda found: len(found) == 1)
    step("roles: one of Azure's", lambda: roles.get(workspace, READER),
         holds=lambda role: role["properties"]["roleName"] == "Reader")
    step("roles: one that isn't there", lambda: roles.get(subscription, here["nothing"]), fails="RoleDefinitionDoesNotExist")
    made = step("roles: make one", lambda: roles.create_or_update(group, here["role"], custom("Judged Scientist", "Made by a judge")))
    step("roles: change it", lambda: roles.create_or_update(group, here["role"], custom("Judged Scientist", "Changed by a judge")))
    step("roles: read it by its id", lambda: roles.get_by_id(made["id"]),
         holds=lambda role: role["properties"]["description"] == "Changed by a judge")
    step("roles: those of the tenant's own", lambda: names(roles.list(group, filter="type eq 'CustomRole'")),
         holds=["Judged Scientist", "ml-deployer"].__eq__)
    step("roles: another of that name", lambda: roles.create_or_update(group, here["other role"], custom("judged scientist", "")),
         fails="RoleDefinitionWithSameNameExists")
    wild = RoleDefinition(role_name="Wild", permissions=[Permission(actions=["Microsoft.*/work*/read"])], assignable_scopes=[group])
    step("roles: two wildcards in one action", lambda: roles.create_or_update(group, here["other role"], wild), fails="InvalidActionOrNotAction")

    reader, nobody = here["reader"], here["nothing"]
    custom_role = made["id"]
    first = step("assignments: make one", lambda: assignments.create(workspace, here["assignment"], grant(custom_role, reader)))
    step("assignments: the same again", lambda: assignments.create(workspace, here["assignment"], grant(custom_role, reader)))
    step("assignments: the same under another name", lambda: assignments.create(workspace, here["other assignment"], grant(custom_role, reader)),
         fails="RoleAssignmentExists")
    step("assignments: another under the same name", lambda: assignments.create(workspace, here["assignment"], grant(custom_role, here["owner"])),
         fails="RoleAssignmentUpdateNotPermitted")
    step("assignments: to nobody", lambda: assignments.create(workspace, here["other assignment"], grant(custom_role, nobody, None)),
         fails="PrincipalNotFound")
    step("assignments: to a service principal that is called a user", lambda: assignments.create(
        workspace, here["other assignment"], grant(f"{BUILT_IN}/{OPERATOR}", reader, "User")), fails="UnmatchedPrincipalType")
    step("assignments: of a role that isn't there", lambda: assignments.create(
        workspace, here["other assignment"], grant(f"{BUILT_IN}/{nobody}", reader)), fails="RoleDefinitionDoesNotExist")
    step("assignments: of a role that isn't for that place", lambda: assignments.create(
        subscription, here["other assignment"], grant(custom_role, reader)), fails="RoleDefinitionNotAssignable")
    step("assignments: by its id", lambda: assignments.get_by_id(first["id"]),
         holds=lambda found: found["properties"]["scope"] == workspace)
    step("assignments: by its name", lambda: assignments.get(workspace, here["assignment"]),
         holds=lambda found: found["id"] == first["id"])
    step("assignments: one that isn't there", lambda: assignments.get(workspace, nobody), fails="RoleAssignmentNotFound")
    step("assignments: of a group, above and below", lambda: told(assignments.list_for_scope(group)),
         holds=lambda found: {"reader", "owner", "team"} <= set(principals(found)))
    step("assignments: of a group and above", lambda: told(assignments.list_for_scope(group, filter="atScope()")),
         holds=lambda found: "reader" not in principals(found) and "owner" in principals(found))
    step("assignments: of one principal", lambda: told(assignments.list_for_subscription(filter=f"principalId eq '{reader}'")),
         holds=lambda found: principals(found) == ["reader", "reader"])
    step("assignments: to one principal, and above", lambda: told(assignments.list_for_scope(workspace, filter=f"atScope() and assignedTo('{reader}')")),
         holds=lambda found: principals(found) == ["reader", "reader"])
    step("assignments: to one principal by a group", lambda: told(assignments.list_for_resource_group("ml-rg", filter=f"assignedTo('{here['member']}')")),
         holds=lambda found: principals(found) == ["team"])
    step("assignments: of one resource", lambda: told(assignments.list_for_resource("ml-rg", ML, "workspaces", "ml-example", filter=f"principalId eq '{reader}'")),
         holds=lambda found: len(found) == 2)
    step("assignments: a filter that nobody knows", lambda: list(assignments.list_for_scope(group, filter="moon eq 'full'")),
         fails="UnsupportedQuery")
    step("roles: remove one that is given to somebody", lambda: roles.delete(group, here["role"]),
         fails="RoleDefinitionHasAssignments")
    step("assignments: remove one", lambda: assignments.delete(workspace, here["assignment"]),
         holds=lambda gone: gone["id"] == first["id"])
    step("assignments: remove it again", lambda: assignments.delete(workspace, here["assignment"]), holds=lambda gone: gone is None)
    wished = f"{group}/providers/Microsoft.Authorization/roleAssignments/{here['other assignment']}"
    second = step("assignments: make one by its id", lambda: assignments.create_by_id(wished, grant(f"{BUILT_IN}/{OPERATOR}", reader)))
    step("assignments: remove one by its id", lambda: assignments.delete_by_id(second["id"]),
         holds=lambda gone: gone["id"] == second["id"])
    step("roles: remove one", lambda: roles.delete(group, here["role"]), holds=lambda gone: gone["id"] == custom_role)
    step("roles: remove it again", lambda: roles.delete(group, here["role"]), holds=lambda gone: gone is None)

    denied = client.deny_assignments
    step("deny assignments of the subscription", lambda: denied.list(), holds=[].__eq__)
    step("deny assignments of a workspace and above", lambda: denied.list_for_scope(workspace, filter="atScope()"), holds=[].__eq__)
    step("deny assignments of a group", lambda: denied.list_for_resource_group("ml-rg"), holds=[].__eq__)
    permissions()

    operations = client.provider_operations_metadata
    step("operations of a provider", lambda: machine_learning(operations.get(ML)),
         holds=lambda found: "Microsoft.MachineLearningServices/workspaces/computes/applicationaccess/action" in found)
    step("operations of a provider that isn't there", lambda: operations.get("Microsoft.Moon"), fails="InvalidResourceNamespace")
    step("providers that have operations", lambda: sorted(item.name for item in operations.list()),
         holds=lambda found: "Microsoft.Authorization" in found)


def machine_learning(provider):
    """Of a provider's operations, those on workspaces and computes themselves."""
    wanted = {"workspaces", "workspaces/computes"}
    return sorted(operation.name for kind in provider.resource_types if kind.name in wanted for operation in kind.operations)


def permissions():
    step("permissions at a group", lambda: client.permissions.list_for_resource_group("ml-rg"),
         holds=lambda found: found[0]["actions"] == ["*"])
    step("permissions at a workspace", lambda: client.permissions.list_for_resource("ml-rg", ML, "", "workspaces", "ml-example"),
         holds=lambda found: found[0]["actions"] == ["*"])


def as_reader():
    step("a reader reads a role", lambda: roles.get(workspace, READER),
         holds=lambda role: role["properties"]["roleName"] == "Reader")
    step("a reader lists assignments where they may", lambda: assignments.list_for_scope(workspace, filter=f"principalId eq '{here['reader']}'"),
         holds=lambda found: len(found) == 1)
    step("a reader lists assignments of the group", lambda: list(assignments.list_for_scope(group)), fails="AuthorizationFailed")
    step("a reader's permissions at the workspace", lambda: client.permissions.list_for_resource("ml-rg", ML, "", "workspaces", "ml-example"),
         holds=lambda found: found[0]["actions"] == ["*/read"])
    step("a reader gives themselves a role", lambda: assignments.create(workspace, here["assignment"], grant(f"{BUILT_IN}/{OPERATOR}", here["reader"])),
         fails="AuthorizationFailed")
    step("a reader makes a role", lambda: roles.create_or_update(workspace, here["role"], custom("Mine", "", workspace)),
         fails="AuthorizationFailed")
    step("a reader removes an assignment that isn't there", lambda: assignments.delete(workspace, here["assignment"]),
         fails="AuthorizationFailed")


as_reader() if "reader" in sys.argv else as_owner()
