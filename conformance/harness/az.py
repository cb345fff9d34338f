"""`az` inside `doorward run`, while the person outside has a life of their own in `~/.azure`.

Signs in as a service principal, asks who it is, for tokens, and for the service principal, looks after a group, and
signs out. What the person keeps in `~/.azure`, and in a directory that their AZURE_CONFIG_DIR names, is neither used nor touched.
"""

import hashlib
import json
import uuid
from pathlib import Path

from .judges import Tools
from .page import WRONG, claims_of, verified
from .resources import API, ASSIGNMENTS, READER, ROLES, tidy
from .runs import WAYS, Person, Place, Places

GRAPH = "https://graph.microsoft.com"
# What az asks tokens for when nothing else is said.
CORE = "https://management.core.windows.net/"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
GROUPS_ADMINISTRATOR = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
ML = "Microsoft.MachineLearningServices/workspaces"
# In everything that stands for a secret of the person's.
SENTINEL = "sentinel"
NOBODY = "5e471e10-0000-4000-8000-000000000001"
TENANT = "5e471e10-0000-4000-8000-000000000002"
SUBSCRIPTION = "5e471e10-0000-4000-8000-000000000003"


def furnish(person: Person, directory: str) -> None:
    """The files of somebody who is signed in to Azure itself, in the form that az 2.91 gives them."""
    profile = {"installationId": NOBODY, "subscriptions": [{
        "id": SUBSCRIPTION, "name": f"{SENTINEL} subscription", "state": "Enabled", "isDefault": True,
        "user": {"name": NOBODY, "type": "servicePrincipal"}, "tenantId": TENANT, "homeTenantId": TENANT,
        "environmentName": "AzureCloud", "managedByTenants": [],
    }]}
    token = {
        "credential_type": "AccessToken", "secret": f"{SENTINEL}-access-token", "home_account_id": None,
        "environment": "login.microsoftonline.com", "client_id": NOBODY, "realm": TENANT, "token_type": "Bearer",
        "target": f"{CORE}/.default", "cached_at": "1700000000", "expires_on": "4000000000",
        "extended_expires_on": "4000000000",
    }
    name = f"-login.microsoftonline.com-accesstoken-{NOBODY}-{TENANT}-{CORE}/.default"
    entries = [{"client_id": NOBODY, "tenant": TENANT, "client_secret": f"{SENTINEL}-client-secret"}]
    # az writes this one with a byte order mark.
    person.file(f"{directory}/azureProfile.json", "\ufeff" + json.dumps(profile))
    person.file(f"{directory}/msal_token_cache.json", json.dumps({"AccessToken": {name: token}}))
    person.file(f"{directory}/service_principal_entries.json", json.dumps(entries))
    person.file(f"{directory}/config", f"[core]\noutput = yaml\n[defaults]\ngroup = {SENTINEL}-group\n")
    person.file(f"{directory}/clouds.config", f"[AzureCloud]\nsubscription = {SUBSCRIPTION}\n")


def state(directory: Path) -> dict[str, tuple]:
    """Everything below a directory: kind, owner, times and content."""
    found = {}
    for path in sorted([directory, *directory.rglob("*")]):
        data = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (data.st_mode, data.st_uid, data.st_gid, data.st_mtime_ns, data.st_ctime_ns, content)
    return found


class Session:
    """One way's turn at az."""

    def __init__(self, place: Place, tools: Tools):
        self.place, self.tools = place, tools
        self.workspace = f"/subscriptions/{place.good['subscriptionId']}/resourceGroups/ml-rg/providers/{ML}/ml-example"
        self.sections: dict[str, str] = {}
        self.findings: dict[str, list[str]] = {}
        self.tokens: dict[str, tuple[str, str]] = {}
        self.names: dict[str, str] = {}

    def az(self, name: str, *words: str, fails: str = "", profile: str = "judged", outside: str = "elsewhere") -> object:
        """One command in one run; the answer, parsed. `outside`: what AZURE_CONFIG_DIR names where the person is."""
        name = f"{self.place.via}: {name}"
        options = ["--offline", *(["--profile", profile] if profile else [])]
        environment = {"AZURE_CONFIG_DIR": str(self.place.person.directory / outside)} if outside else {}
        # What the person would sign in by, were it let in.
        environment |= {"AZURE_CLIENT_ID": NOBODY, "AZURE_CLIENT_SECRET": f"{SENTINEL}-variable", "AZURE_TENANT_ID": TENANT}
        done = self.place.run([self.tools.az, *words], *options, environment=environment)
        self.sections[name] = tidy((done.stdout + done.stderr).strip())
        complaints = self.findings.setdefault(name, [])
        if fails:
            if done.returncode == 0 or fails not in done.stderr:
                complaints.append(f"it left with {done.returncode}, and should say {fails!r}")
        elif done.returncode != 0:
            complaints.append(f"it left with {done.returncode}: {done.stderr.strip()}")
        for trace in (SENTINEL, SUBSCRIPTION, TENANT, NOBODY):
            if trace in done.stdout + done.stderr:
                complaints.append(f"what the person has outside is used: {trace}")
        try:
            return json.loads(done.stdout) if done.stdout.strip() else None
        except ValueError:
            complaints.append("the answer is no JSON")
            return None

    def holds(self, name: str, answer: object, **wanted: object) -> None:
        """What must stand in an answer."""
        members = answer if isinstance(answer, dict) else {}
        self.findings[f"{self.place.via}: {name}"] += [
            f"{member} is {members.get(member)!r}, not {value!r}"
            for member, value in wanted.items() if members.get(member) != value
        ]

    def token(self, name: str, audience: str, *words: str) -> None:
        answer = self.az(name, "account", "get-access-token", *words)
        self.holds(name, answer, tokenType="Bearer", tenant=self.place.server.tenant)
        if isinstance(answer, dict):
            self.tokens[f"{self.place.via}: {name}"] = (str(answer.get("accessToken")), audience)

    def give(self, role: str) -> None:
        """A directory role to the service principal."""
        assignment = {"principalId": self.place.good["objectId"], "roleDefinitionId": role, "directoryScopeId": "/"}
        self.place.server.graph("POST", "/roleManagement/directory/roleAssignments", assignment)

    def groups(self) -> None:
        """A group, by name as people call it, from its making to its end."""
        client, name = self.place.good["objectId"], f"ml team by {self.place.via}"
        create = ["ad", "group", "create", "--display-name", name, "--mail-nickname", f"ml-{self.place.via}"]
        self.az("ad group create, without rights", *create, fails="Insufficient privileges to complete the operation.")
        self.give(GROUPS_ADMINISTRATOR)
        made = self.az("ad group create", *create, "--description", "Those who train")
        group = str(made.get("id")) if isinstance(made, dict) else NOBODY
        # The second is made of the first, and as arbitrary.
        if isinstance(made, dict):
            self.names |= {group: "group", str(made.get("securityIdentifier")): "security identifier"}
        shape = {"displayName": name, "mailEnabled": False, "securityEnabled": True, "groupTypes": []}
        self.holds("ad group create", made, description="Those who train", **shape)
        self.holds("ad group create, again", self.az("ad group create, again", *create), id=group)
        listed = self.az("ad group list", "ad", "group", "list", "--display-name", name)
        self.holds("ad group list", listed[0] if isinstance(listed, list) and len(listed) == 1 else listed, id=group)
        self.holds("ad group show", self.az("ad group show", "ad", "group", "show", "-g", name), id=group, **shape)
        member = ["-g", name, "--member-id", client]
        self.az("ad group member add", "ad", "group", "member", "add", *member)
        twice = "One or more added object references already exist for the following modified properties: 'members'."
        self.az("ad group member add, again", "ad", "group", "member", "add", *member, fails=twice)
        checked = self.az("ad group member check", "ad", "group", "member", "check", *member)
        self.holds("ad group member check", checked, value=True)
        listed = self.az("ad group member list", "ad", "group", "member", "list", "-g", name, "--query", "[].id")
        self.equal("ad group member list", listed, [client])
        listed = self.az("ad group get-member-groups", "ad", "group", "get-member-groups", "-g", name)
        self.equal("ad group get-member-groups", listed, [])
        self.az("ad group member remove", "ad", "group", "member", "remove", *member)
        checked = self.az("ad group member check, removed", "ad", "group", "member", "check", *member)
        self.holds("ad group member check, removed", checked, value=False)
        owner = ["-g", group, "--owner-object-id", client]
        self.az("ad group owner add", "ad", "group", "owner", "add", *owner)
        listed = self.az("ad group owner list", "ad", "group", "owner", "list", "-g", group, "--query", "[].id")
        self.equal("ad group owner list", listed, [client])
        self.az("ad group owner remove", "ad", "group", "owner", "remove", *owner)
        self.az("ad group delete", "ad", "group", "delete", "-g", name)
        gone = f"No group matches the name of '{name}'"
        self.az("ad group show, deleted", "ad", "group", "show", "-g", name, fails=gone)

    def allow(self, role: str) -> None:
        """A role over the workspace, given by the administrator."""
        wish = {"principalId": self.place.good["objectId"], "roleDefinitionId": f"{self.workspace}/{ROLES}/{role}"}
        self.place.server.arm("PUT", f"{self.workspace}/{ASSIGNMENTS}/{uuid.uuid4()}?{API}", {"properties": wish})

    def resources(self) -> None:
        """What a reader of one workspace sees and may do, and what they may do once they manage access to it."""
        client, workspace = self.place.good["clientId"], self.workspace
        listed = self.az("resource list", "resource", "list", "--resource-type", ML, "--query", "[].name")
        self.equal("resource list", listed, ["ml-example"])
        self.holds("resource show", self.az("resource show", "resource", "show", "--ids", workspace), id=workspace, kind="Default")
        refused = "does not have authorization to perform action 'Microsoft.MachineLearningServices/workspaces/delete'"
        self.az("resource delete, without rights", "resource", "delete", "--ids", workspace, "--verbose", fails=refused)
        self.az("group show, without rights", "group", "show", "-n", "ml-rg", fails="AuthorizationFailed")
        named = self.az("role definition list", "role", "definition", "list", "--name", "Reader", "--scope", workspace, "--query", "[].roleName")
        self.equal("role definition list", named, ["Reader"])
        mine = ["--assignee", client, "--scope", workspace]
        names = ["role", "assignment", "list", *mine, "--query", "sort([].roleDefinitionName)"]
        self.equal("role assignment list", self.az("role assignment list", *names), ["Reader"])
        create = ["role", "assignment", "create", *mine, "--role", "AzureML Compute Operator"]
        self.az("role assignment create, without rights", *create, fails="AuthorizationFailed")
        self.allow(ACCESS_ADMINISTRATOR)
        made = self.az("role assignment create", *create)
        self.holds("role assignment create", made, scope=workspace, principalId=self.place.good["objectId"], principalType="ServicePrincipal")
        again = self.az("role assignment create, again", *create)
        self.holds("role assignment create, again", again, id=made.get("id") if isinstance(made, dict) else None)
        listed = self.az("role assignment list, with it", *names)
        self.equal("role assignment list, with it", listed, ["AzureML Compute Operator", "Reader", "User Access Administrator"])
        self.az("role assignment delete", "role", "assignment", "delete", *mine, "--role", "AzureML Compute Operator")
        definition = {"Name": "Judged by az", "Description": "Reads", "Actions": [f"{ML}/read"], "AssignableScopes": [workspace]}
        made = self.az("role definition create", "role", "definition", "create", "--role-definition", json.dumps(definition))
        self.holds("role definition create", made, roleName="Judged by az", roleType="CustomRole", assignableScopes=[workspace])
        self.az("role definition delete", "role", "definition", "delete", "--name", "Judged by az", "--scope", workspace)
        listed = self.az("role assignment list, at the end", *names)
        self.equal("role assignment list, at the end", listed, ["Reader", "User Access Administrator"])

    def equal(self, name: str, answer: object, wanted: object) -> None:
        """What an answer must be."""
        if answer != wanted:
            self.findings[f"{self.place.via}: {name}"].append(f"the answer is {answer!r}, not {wanted!r}")

    def play(self) -> None:
        place, good = self.place, self.place.good
        tenant, client, secret = place.server.tenant, good["clientId"], good["clientSecret"]
        login = ["login", "--service-principal", "-u", client, "--tenant", tenant, "-p"]
        nobody = "Please run 'az login' to setup account."
        self.az("nobody is signed in", "account", "show", fails=nobody, outside="")
        self.az("nobody is signed in, whatever AZURE_CONFIG_DIR says", "account", "show", fails=nobody)
        self.az("login, wrong secret", *login, WRONG, fails="AADSTS7000215")
        user = {"name": client, "type": "servicePrincipal"}
        account = {"id": good["subscriptionId"], "tenantId": tenant, "user": user, "state": "Enabled"}
        self.az("login, without any role", *login, secret, fails=f"No subscriptions found for {client}.")
        self.allow(READER)
        answer = self.az("login", *login, secret)
        self.holds("login", answer[0] if isinstance(answer, list) and len(answer) == 1 else answer, **account)
        self.holds("account show", self.az("account show", "account", "show"), **account)
        self.token("a token for Resource Manager", CORE)
        self.token("a token for Microsoft Graph", GRAPH, "--resource", GRAPH)
        show = ["ad", "sp", "show", "--id", client]
        self.az("ad sp show, without rights", *show, fails="Insufficient privileges to complete the operation.")
        self.give(DIRECTORY_READERS)
        shown = self.az("ad sp show", *show)
        self.holds("ad sp show", shown, appId=client, id=good["objectId"], displayName=f"ml-auth-{place.via}", accountEnabled=True)
        self.groups()
        if place.via == WAYS[0]:
            # One way stands for all: what is asked of Resource Manager goes like everything before it.
            self.resources()
        self.az("logout", "logout")
        self.az("nobody is signed in after the logout", "account", "show", fails=nobody)
        self.az("login without a profile", *login, secret, profile="")
        self.az("which is gone with its run", "account", "show", fails=nobody, profile="")
        for name, answer in verified(place, self.tools, self.tokens).items():
            self.findings[name] += claims_of(place, answer, self.tokens[name][1])


def play(places: Places, tools: Tools, _expected: object) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints."""
    sections: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    for place in places:
        kept = [place.person.home / ".azure", place.person.directory / "elsewhere"]
        if not kept[0].exists():
            furnish(place.person, "home/.azure")
            furnish(place.person, "elsewhere")
        before = [state(directory) for directory in kept]
        session = Session(place, tools)
        session.play()
        sections |= session.sections
        places.names |= session.names
        findings |= session.findings
        after = [state(directory) for directory in kept]
        changed = [
            path for old, new in zip(before, after) for path in sorted(set(old) | set(new)) if old.get(path) != new.get(path)
        ]
        name = f"{place.via}: what the person keeps outside"
        sections[name] = "untouched" if not changed else "changed: " + ", ".join(changed)
        findings[name] = [f"{path} has changed" for path in changed]
    return sections, findings
