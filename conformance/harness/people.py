"""People sign in through unmodified client libraries: in a browser, by a code on another device, by a password; and go
on silently afterwards. What the libraries want to have opened is opened in Chromium, and answered there.
"""

import json
import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .chromium import Person
from .judges import HERE, Tools, Verifier
from .server import Server, clean_environment

PYTHON = {
    "msal": ("interactive", "device", "password"), "identity": ("interactive", "device", "password"),
    "adal": ("interactive", "device", "password"), "authlib": ("interactive", "device"),
}
NODE = {
    "msal-node": ("interactive", "device"), "azure-identity-node": ("interactive", "device"),
    "adal-node": ("interactive", "device"), "openid-client": ("interactive", "device"),
}
# In a tenant that is not their own.
GUEST = {
    "msal": ("interactive", "device", "password"), "identity": ("interactive", "device", "password"),
    "msal-node": ("interactive", "device"), "azure-identity-node": ("interactive", "device"), "adal": ("device", "password"),
}
PASSWORD = "correct horse battery"
CODE = re.compile(r"\b(?:code|코드) ([A-Z]{8})\b")
PATIENCE = 90
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


@dataclass
class Who:
    """Somebody in a tenant, by what their tokens must say there."""

    tenant: str
    claims: dict[str, str | None]


class Program:
    """One client that signs somebody in."""

    def __init__(self, command: list[str], environment: dict[str, str], directory: Path):
        self.errors = directory / "client.log"
        with open(self.errors, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, env=environment, cwd=directory, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )
        self.lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for text in self.process.stdout:
            self.lines.put(text)
        self.lines.put(None)

    def line(self, seconds: float) -> dict | None:
        """What it says next; nothing when it says nothing for so long."""
        try:
            text = self.lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if text is None:
            said = self.errors.read_text(encoding="utf-8")[-3000:]
            raise RuntimeError(f"the client left with {self.process.wait()}: {said}")
        return json.loads(text)

    def go_on(self) -> None:
        """Gives it the line that it waits for."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def play_one(program: Program, person: Person, yes: bool) -> tuple[dict, list[dict]]:
    """Does what a person does until the client has come to an end; what it said, and what the person saw."""
    seen: list[dict] = []
    end = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < end:
            if url := person.wanted():
                answers = ["continue"] if yes else ["cancel"]
                seen.append(person.open(url, "people", answers=answers))
            line = program.line(0.05)
            if line and "message" in line:
                code = CODE.search(line["message"])
                if not code or f"{person.server.base}/devicelogin" not in line["message"]:
                    raise RuntimeError(f"the message names no page or code: {line['message']}")
                answers = ["approve" if yes else "deny"]
                page = f"{person.server.base}/devicelogin"
                seen.append(person.open(page, "people", code=code[1], answers=answers))
            elif line:
                return line, seen
    finally:
        program.end()
    raise RuntimeError(f"nothing came of it within {PATIENCE} s; the person saw {seen}")


class Expected(Protocol):
    """expected.toml."""

    def cannot(self, judge: str, ability: str) -> dict | None: ...
    def fails(self, judge: str, case: str) -> dict | None: ...


def play(
    server: Server, tools: Tools, directory: Path, expected: Expected, about: tuple[Callable, Callable],
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints. `about`: describes a verified token, and checks it."""
    describe, check = about
    sections: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    seen_tokens: dict[str, str] = {}
    subjects: dict[tuple[str, str], set[str]] = {}
    verifier = Verifier(tools, server, directory)

    def turn(name: str, command: list[str], person: Person, yes: bool, who: Who) -> None:
        started = time.time()
        scene = {"base": server.base, "tenant": who.tenant, "username": person.username, "password": person.password}
        program = Program([*command, json.dumps(scene)], environment, directory)
        try:
            answer, _ = play_one(program, person, yes)
        except RuntimeError as error:
            sections[name], findings[name] = "", [str(error)]
            return
        complaints = []
        text = answer["shown"]
        if fails := expected.fails("people", name):
            if answer["tokens"] or fails["shows"] not in text:
                complaints.append(f"expected.toml says that this fails with {fails['shows']!r}")
        elif yes and not answer["tokens"]:
            complaints.append("nobody was signed in")
        if not yes and answer["tokens"]:
            complaints.append("somebody was signed in who said no")
        every = []
        # A resource knows a person by one name in each tenant, whichever client they come through.
        for token, audience in answer["tokens"]:
            case = {"audience": audience, "discovery": f"{server.base}/{who.tenant}/.well-known/openid-configuration"}
            verified = verifier(token, case)
            complaints += check(verified, None, started, seen_tokens) + of_person(verified, who)
            every.append(verified)
            if "claims" in verified:
                known = subjects.setdefault((who.tenant, audience), set())
                known.add(verified["claims"]["sub"])
                if len(known) > 1:
                    complaints.append(f"the person has several subjects: {known}")
        # The claims of the first say what there is to say; the others differ in their audience.
        if every and "claims" in every[0]:
            text += "\n" + describe(every[0]).replace(every[0]["claims"]["sub"], "{sub}")
        sections[name], findings[name] = text, complaints
        # Everybody begins with a browser that knows nobody.
        person.close("people")

    with Person(tools, server, directory) as person:
        trust = {"REQUESTS_CA_BUNDLE": server.ca, "NODE_EXTRA_CA_CERTS": server.ca, "BROWSER": str(person.opener)}
        environment = clean_environment(directory / "home", **trust)
        programs = [([str(tools.python), str(HERE / "python" / "people.py")], PYTHON), (["node", str(HERE / "node" / "people.mjs")], NODE)]
        administrator = Who(server.tenant, {"upn": person.username, "unique_name": person.username})
        for command, clients in programs:
            for client, flow in ((client, flow) for client, flows in clients.items() for flow in flows):
                for yes in (True, False) if flow != "password" else (True,):
                    name = f"{client}: {flow}" if yes else f"{client}: {flow}, refused"
                    if not expected.cannot("people", name):
                        turn(name, [*command, client, flow], person, yes, administrator)
        guest = invited(server, person)
        for command, clients in programs:
            for client, flow in ((client, flow) for client in clients for flow in GUEST.get(client, ())):
                turn(f"{client}: {flow}, as a guest", [*command, client, flow], person, True, guest)
    verifier.close()
    return sections, findings


def second_tenant(server: Server) -> tuple[str, dict[str, str]]:
    """A tenant beside the first: its id, and what the command line needs to be its administrator."""
    other = {"DOORWARD_CONFIG_DIR": str(server.directory / "other")}
    link = server.text("admin", "tenant", "create", "--name", "Fabrikam", "--domain", "fabrikam.example", "--data", str(server.directory / "data"))
    # The server notices within a second what another process made.
    time.sleep(1.5)
    root = server.cli("login", "--setup-link", link.strip(), "-u", "root@fabrikam.example", "-p", PASSWORD, more=other)
    assert isinstance(root, list)
    return root[0]["tenantId"], other


def invited(server: Server, person: Person) -> Who:
    """In the second tenant, somebody of the first is a guest: they are who the person is from now on."""
    tenant, other = second_tenant(server)
    upn = f"alice@{server.domain}"
    server.cli("ad", "user", "create", "--display-name", "Alice", "--user-principal-name", upn, "--password", PASSWORD)
    # Where they are led once they have accepted is a page of ours: this machine has no other.
    invite = ["ad", "user", "invite", "--email", upn, "--redirect-url", f"{server.base}/signin", "--display-name", "Alice of Contoso"]
    made = server.cli(*invite, more=other)
    assert isinstance(made, dict)
    person.username, person.password = upn, PASSWORD
    seen = person.open(made["inviteRedeemUrl"], "people", answers=["accept"])
    if seen["url"] != f"{server.base}/signin":
        raise RuntimeError(f"the invitation was not accepted: {seen}")
    person.close("people")
    claims = {
        "unique_name": upn, "email": upn, "upn": None, "oid": made["invitedUser"]["id"], "name": "Alice of Contoso",
        "idp": f"{server.base}/{server.tenant}/", "wids": None,
    }
    return Who(tenant, claims)


def of_person(verified: dict, who: Who) -> list[str]:
    """What must stand in a person's token."""
    claims = verified.get("claims", {})
    wanted = {**who.claims, "tid": who.tenant, "appid": AZURE_CLI}
    return [f"claim {name} is {claims.get(name)!r}, not {value!r}" for name, value in wanted.items() if claims.get(name) != value]
