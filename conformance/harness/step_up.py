"""Step-up: people who are signed in by a password alone, in a tenant that then demands a second factor of everybody. A silent
client hears `interaction_required`, AADSTS50076 and the `claims` to return with; it asks the person, who sets up an
authenticator app on the way, and goes on silently afterwards.
"""

import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from .chromium import Person
from .judges import HERE, Tools, Verifier
from .people import PATIENCE, Program
from .server import Server, clean_environment

PYTHON = ("msal", "identity", "adal", "authlib")
NODE = ("msal-node", "azure-identity-node", "adal-node", "openid-client")
WITHOUT, WITH = ["pwd"], ["pwd", "otp", "mfa"]


class Expected(Protocol):
    """expected.toml."""

    def hides(self, judge: str, case: str) -> dict | None: ...


class Demand:
    """A policy of the tenant for everybody but its administrator, which is on while somebody is within."""

    def __init__(self, server: Server):
        self.server = server
        administrator = server.graph("GET", f"/users/{server.exports['DOORWARD_ADMIN_UPN']}")
        assert isinstance(administrator, dict)
        made = server.graph("POST", "/identity/conditionalAccess/policies", {
            "displayName": "a second factor of everybody", "state": "disabled",
            "conditions": {
                "users": {"includeUsers": ["All"], "excludeUsers": [administrator["id"]]},
                "applications": {"includeApplications": ["All"]}, "clientAppTypes": ["all"],
            },
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        })
        assert isinstance(made, dict)
        self.path = f"/identity/conditionalAccess/policies/{made['id']}"

    def is_on(self, on: bool) -> None:
        self.server.graph("PATCH", self.path, {"state": "enabled" if on else "disabled"})


def somebody(server: Server, person: Person) -> None:
    """Somebody new, as whom the person acts from now on."""
    name, password = f"{secrets.token_hex(4)}@{server.domain}", secrets.token_urlsafe(18)
    server.graph("POST", "/users", {
        "userPrincipalName": name, "displayName": "Sam", "mailNickname": "sam", "accountEnabled": True,
        "passwordProfile": {"password": password, "forceChangePasswordNextSignIn": False},
    })
    person.username, person.password = name, password


def play_one(program: Program, person: Person, demand: Demand) -> tuple[dict, list[list[str]]]:
    """Signs somebody in, demands more, and lets them do it; what the client said, and the titles of the pages of each visit."""
    visits: list[list[str]] = []
    end = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < end:
            if url := person.wanted():
                seen = person.open(url, "step-up", answers=["continue", "kept"], otps=["right"])
                visits.append([page["title"].partition(" · ")[0] for page in seen["pages"] if " · " in page["title"]])
            line = program.line(0.05)
            if line and "demanded" in line:
                demand.is_on(True)
                program.go_on()
            elif line:
                return line, visits
    finally:
        demand.is_on(False)
        program.end()
    raise RuntimeError(f"nothing came of it within {PATIENCE} s; the person saw {visits}")


def play(
    server: Server, tools: Tools, directory: Path, expected: Expected, about: tuple[Callable, Callable],
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints. `about`: describes a verified token, and checks it."""
    sections: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    seen_tokens: dict[str, str] = {}
    verifier = Verifier(tools, server, directory)
    demand = Demand(server)
    case = {"discovery": f"{server.base}/{server.tenant}/.well-known/openid-configuration"}
    with Person(tools, server, directory) as person:
        trust = {"REQUESTS_CA_BUNDLE": server.ca, "NODE_EXTRA_CA_CERTS": server.ca, "BROWSER": str(person.opener)}
        environment = clean_environment(directory / "home", **trust)
        programs = [([str(tools.python), str(HERE / "python" / "people.py")], PYTHON), (["node", str(HERE / "node" / "people.mjs")], NODE)]
        for command, name in ((command, client) for command, clients in programs for client in clients):
            somebody(server, person)
            scene = {"base": server.base, "tenant": server.tenant, "username": person.username, "password": person.password}
            started = time.time()
            try:
                answer, visits = play_one(Program([*command, name, "stepup", json.dumps(scene)], environment, directory), person, demand)
            except RuntimeError as error:
                sections[name], findings[name] = "", [str(error)]
                continue
            hidden = expected.hides("step-up", name)
            must = hidden["shows"] if hidden else "AADSTS50076: "
            complaints = [] if must in answer["shown"] else [f"nobody is told {must!r}"]
            ways = []
            for token, audience in answer["tokens"]:
                verified = verifier(token, {**case, "audience": audience})
                complaints += about[1](verified, None, started, seen_tokens)
                ways.append(verified.get("claims", {}).get("amr"))
            if len(ways) < 3 or ways[0] != WITHOUT or any(way != WITH for way in ways[1:]):
                complaints.append(f"people proved {ways}, and not {WITHOUT} and then {WITH}")
            pages = "\n".join(f"visit: {', '.join(titles)}" for titles in visits)
            sections[name] = f"{answer['shown']}\n{pages}\nproven: {ways}".replace(person.username, "{name}")
            findings[name] = complaints
            person.close("step-up")
    verifier.close()
    return sections, findings
