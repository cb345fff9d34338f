"""On behalf of: a service goes on with the token by which somebody came to it, through unmodified client libraries. It hears
AADSTS65001 for what nobody agreed to, AADSTS50076 with `claims` where a second factor is demanded, and AADSTS50132 once the
person is signed out everywhere.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .judges import HERE, Judge, Tools
from .judges import play as play_cases
from .server import Server
from .step_up import Demand

GRAPH = "https://graph.microsoft.com"
PYTHON = ("msal", "identity")
NODE = ("msal-node", "azure-identity-node", "openid-client")


@dataclass
class Service:
    """An application that people come to, and that may read their accounts."""

    client: str
    secret: str


@dataclass
class Caller:
    """Who came to it."""

    name: str
    object: str
    token: str


def register(server: Server) -> Service:
    application = server.graph("POST", "/applications", {"displayName": "Portal"})
    assert isinstance(application, dict)
    principal = server.graph("POST", "/servicePrincipals", {"appId": application["appId"]})
    made = server.graph("POST", f"/applications/{application['id']}/addPassword", {"passwordCredential": {"displayName": "portal"}})
    graph = server.graph("GET", "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")
    assert isinstance(principal, dict) and isinstance(made, dict) and isinstance(graph, dict)
    server.graph("POST", "/oauth2PermissionGrants", {
        "clientId": principal["id"], "resourceId": graph["id"], "consentType": "AllPrincipals", "scope": "User.Read",
    })
    return Service(application["appId"], made["secretText"])


def somebody(server: Server, service: Service) -> Caller:
    """Somebody new, who came to the service by our command line."""
    name, password = f"{secrets.token_hex(4)}@{server.domain}", secrets.token_urlsafe(18)
    user = server.graph("POST", "/users", {
        "userPrincipalName": name, "displayName": "Sam", "mailNickname": "sam", "accountEnabled": True,
        "passwordProfile": {"password": password, "forceChangePasswordNextSignIn": False},
    })
    assert isinstance(user, dict)
    theirs = {"DOORWARD_CONFIG_DIR": str(server.directory / "caller")}
    server.cli("login", "--username", name, "--password", password, "--tenant", server.tenant, "--allow-no-subscriptions", more=theirs)
    token = server.cli("account", "get-access-token", "--scope", f"{service.client}/.default", more=theirs)
    assert isinstance(token, dict)
    return Caller(name, user["id"], token["accessToken"])


@contextmanager
def demanded(server: Server) -> Iterator[None]:
    demand = Demand(server)
    demand.is_on(True)
    try:
        yield
    finally:
        demand.is_on(False)


def play(
    server: Server, tools: Tools, directory: Path, about: tuple[Callable, Callable],
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints. `about`: describes a verified token, and checks it."""
    describe, check = about
    sections: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    seen_tokens: dict[str, str] = {}
    programs = [
        (Judge("python", [str(tools.python), str(HERE / "python" / "on_behalf_of.py")], ("v2",), "REQUESTS_CA_BUNDLE"), PYTHON),
        (Judge("node", ["node", str(HERE / "node" / "on-behalf-of.mjs")], ("v2",), "NODE_EXTRA_CA_CERTS"), NODE),
    ]
    service = register(server)
    caller = somebody(server, service)
    started = time.time()
    names = {service.client: "service", service.secret: "secret", caller.name: "name", caller.object: "person"}

    def turn(what: str, scope: str, must: str) -> None:
        """Every client asks for a scope; `must`: what stands in what it shows, or nothing where it gets a token."""
        for judge, clients in programs:
            cases = [{
                "name": f"{client}{what}", "client": client, "times": 1, "tenant": server.tenant, "client_id": service.client,
                "client_secret": service.secret, "assertion": caller.token, "scope": f"{GRAPH}/{scope}", "audience": GRAPH,
                "discovery": f"{server.base}/{server.tenant}/.well-known/openid-configuration",
            } for client in clients]
            answers = play_cases(judge, server, cases, directory)
            for name in (case["name"] for case in cases):
                answer = answers.get(name, {})
                shown, tokens = answer.get("shown", ""), answer.get("tokens", [])
                complaints = [] if bool(tokens) != bool(must) and must in shown else [f"it got {len(tokens)} tokens, and was to hear {must!r}"]
                for token in tokens:
                    claims = token["claims"]
                    complaints += check(token, None, started, seen_tokens)
                    if (claims["oid"], claims["appid"]) != (caller.object, service.client):
                        complaints.append(f"it is of {claims['oid']} by {claims['appid']}")
                    shown += "\n" + describe(token).replace(claims["sub"], "{sub}").replace(claims["sid"], "{sid}")
                for value, word in names.items():
                    shown = shown.replace(value, f"{{{word}}}")
                sections[name], findings[name] = shown, complaints

    turn("", "User.Read", "")
    turn(", without consent", "Group.Read.All", "AADSTS65001: ")
    with demanded(server):
        turn(", where a second factor is demanded", "User.Read", "AADSTS50076: ")
    server.graph("POST", f"/users/{caller.object}/revokeSignInSessions", {})
    turn(", signed out everywhere", "User.Read", "AADSTS50132: ")
    return sections, findings
