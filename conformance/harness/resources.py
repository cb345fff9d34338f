"""Clients of the resource plane inside `doorward run --as`: programs that name Azure's hosts and nothing else.

Each plays as an owner of the subscription, and as somebody who may only read one workspace. A program makes its calls
one after the other and says of each what a person sees, and what is wrong with that.
"""

import json
import re
import uuid
from collections.abc import Callable
from typing import Protocol

from .judges import HERE, Tools
from .runs import Place, Places
from .scene import create_principal

# How a run is made is for the judge `page`; here one way stands for all.
WAYS = ("namespaces",)
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
# Gives access to the group `team`.
OPERATOR = "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815"
BUILT_IN = {OWNER: "role Owner", READER: "role Reader", OPERATOR: "role AzureML Compute Operator"}
ROLES = "providers/Microsoft.Authorization/roleDefinitions"
ASSIGNMENTS = "providers/Microsoft.Authorization/roleAssignments"
API = "api-version=2022-04-01"
# Names that `up`, azureml-core and azure-ai-ml make up, and how long things took.
MADE_UP = [
    (r"\bmlexample-?[0-9a-f]{8}", "mlexample{digits}"),
    (r"ran in [\d.]+ seconds \(init: [\d.]+, invoke: [\d.]+\)", "ran in {seconds}"),
    (r"\b(ml(?:create|two)(?:keyvault|storage|insights|logalyti))[0-9a-f]+", r"\1{digits}"),
    (r"\b(Microsoft\.MachineLearningServices_|ml-two-)\d+", r"\1{digits}"),
    (r'(?<="duration": ")PT[\d.]+S', "{duration}"),
    (r"\bTook [\d.]+ seconds", "Took {seconds} seconds"),
]


class Expected(Protocol):
    """expected.toml."""

    def fails(self, judge: str, case: str) -> dict | None: ...


class Stage:
    """What programs of the resource plane find: `up`'s workspace, and principals with roles."""

    def __init__(self, place: Place):
        self.place = place
        self.subscription = f"/subscriptions/{place.good['subscriptionId']}"
        self.group = f"{self.subscription}/resourceGroups/ml-rg"
        self.workspace = f"{self.group}/providers/Microsoft.MachineLearningServices/workspaces/ml-example"
        self.people = {"owner": place.good} | {who: create_principal(place.server, f"ml-{who}") for who in ("reader", "root", "deployer")}
        self.give("owner", OWNER, self.subscription)
        self.give("reader", READER, self.workspace)
        # An administrator of the directory may do nothing at the root until they say so.
        place.server.arm("POST", "/providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01")
        self.give("root", OWNER, "")
        self.give("deployer", self.make_deployers_role(), self.group)
        self.team = self.make_team()
        self.made_up = {name: str(uuid.uuid4()) for name in ("nothing", "role", "other role", "assignment", "other assignment")}

    def give(self, who: str, role: str, scope: str) -> None:
        """A role assignment, made by the administrator."""
        wish = {"roleDefinitionId": f"{scope}/{ROLES}/{role}", "principalId": self.people[who]["objectId"]}
        self.place.server.arm("PUT", f"{scope}/{ASSIGNMENTS}/{uuid.uuid4()}?{API}", {"properties": wish})

    def make_deployers_role(self) -> str:
        """A role that deploys, but only components."""
        name = str(uuid.uuid4())
        actions = ["Microsoft.Resources/deployments/*", "Microsoft.Resources/subscriptions/resourceGroups/*/read", "Microsoft.Insights/components/*"]
        permissions = [{"actions": actions, "notActions": []}]
        wish = {"roleName": "ml-deployer", "assignableScopes": [self.group], "permissions": permissions}
        self.place.server.arm("PUT", f"{self.group}/{ROLES}/{name}?{API}", {"properties": wish})
        return name

    def make_team(self) -> dict[str, str]:
        """A group with one member, and a role of its own."""
        graph = self.place.server.graph
        member = create_principal(self.place.server, "ml-member")
        made = graph("POST", "/groups", {"displayName": "ml-team", "mailNickname": "ml-team", "mailEnabled": False, "securityEnabled": True})
        reference = f"{self.place.server.base}/v1.0/directoryObjects/{member['objectId']}"
        graph("POST", f"/groups/{made['id']}/members/$ref", {"@odata.id": reference})
        self.people["team"] = {"objectId": made["id"]}
        self.give("team", OPERATOR, self.workspace)
        return {"team": made["id"], "member": member["objectId"]}

    def refusal(self, who: str, action: str, scope: str) -> str:
        """Azure's text, word for word."""
        principal = self.people[who]
        return (
            f"The client '{principal['clientId']}' with object id '{principal['objectId']}' does not have authorization to perform"
            f" action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
        )

    def told(self) -> dict[str, str]:
        """What programs are told."""
        return {
            "subscription": self.place.good["subscriptionId"], "tenant": self.place.server.tenant, "group": self.group, "workspace": self.workspace,
            "owner": self.people["owner"]["objectId"], "reader": self.people["reader"]["objectId"], **self.team, **self.made_up,
            "refusal": self.refusal("reader", "Microsoft.MachineLearningServices/workspaces/delete", self.workspace),
        }

    def names(self) -> dict[str, str]:
        """What golden files call these by."""
        known = {value: name for name, value in {**self.team, **self.made_up}.items()} | BUILT_IN
        for who, principal in self.people.items():
            if who in ("reader", "root", "deployer"):
                known |= {principal["objectId"]: f"{who} object", principal["clientId"]: f"{who} client"}
        # In some of Azure's texts ids have no dashes.
        return known | {value.replace("-", ""): f"{name}, without dashes" for value, name in known.items()}

    def play(self, command: list[object], who: str) -> tuple[dict[str, str], dict[str, list[str]]]:
        """A program's turn: sections and complaints."""
        options = ("--as", self.people[who]["clientId"], "--offline")
        done = self.place.run(command, *options, standard_input=json.dumps(self.told()), timeout=300)
        sections: dict[str, str] = {}
        findings: dict[str, list[str]] = {}
        for text in done.stdout.splitlines():
            line = json.loads(text)
            sections[line["name"]] = tidy(line["shown"])
            findings[line["name"]] = line["complaints"]
        if done.returncode != 0 or not sections:
            findings[f"the whole, as {who}"] = [f"it left with {done.returncode}: {done.stderr[-3000:]}"]
        return sections, findings


def tidy(shown: str) -> str:
    """What differs from one time to the next, named."""
    for pattern, name in MADE_UP:
        shown = re.sub(pattern, name, shown)
    return shown


def judge(name: str, command: Callable[[Tools], list[object]], roles: tuple[str, ...]) -> Callable[..., tuple[dict, dict]]:
    """A judge that is one program, played as each of `roles`; an owner's name isn't said."""

    def play(places: Places, tools: Tools, expected: Expected) -> tuple[dict[str, str], dict[str, list[str]]]:
        sections: dict[str, str] = {}
        findings: dict[str, list[str]] = {}
        for place in places:
            stage = Stage(place)
            places.names |= stage.names()
            for who in roles:
                shown, complaints = stage.play([*command(tools), *([] if who == "owner" else [who])], who)
                sections |= shown
                findings |= complaints
        for case, shown in sections.items():
            if refusal := expected.fails(name, case):
                seen = refusal["shows"] in shown
                findings[case] = [] if seen else [f"expected.toml says that this fails with {refusal['shows']!r}"]
        return sections, findings

    return play


PROGRAMS = {
    "azure-mgmt-authorization": (lambda tools: [tools.arm, HERE / "python-arm" / "authorization.py"], ("owner", "reader")),
    "azure-mgmt-resource": (lambda tools: [tools.arm, HERE / "python-arm" / "resources.py"], ("owner", "reader", "deployer", "root")),
    "azure-mgmt-machinelearningservices": (lambda tools: [tools.arm, HERE / "python-arm" / "machine_learning.py"], ("owner", "reader")),
    "arm-authorization-node": (lambda _: ["node", HERE / "node" / "arm-authorization.mjs"], ("owner", "reader")),
    "azureml-core": (lambda tools: [tools.ml, HERE / "python-ml" / "azureml_core.py"], ("owner", "reader")),
    "azure-ai-ml": (lambda tools: [tools.ml, HERE / "python-ml" / "ai_ml.py"], ("owner", "reader")),
}
JUDGES = {name: judge(name, *program) for name, program in PROGRAMS.items()}
