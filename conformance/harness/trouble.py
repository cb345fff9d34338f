"""What goes wrong, client by client: `trouble/client.py` lives through it, and what a person sees is held word for word against
the golden file.

All clients of a time live at once, each inside a `doorward run` of its own, and keep what they have: so the server can be
started anew in their midst, a policy can come and go, and a person can be signed out of all of them.
"""

import json
import os
import queue
import re
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

from .az_people import in_short
from .chromium import Person
from .judges import HERE, Tools
from .people import CODE, PASSWORD
from .resources import API, ASSIGNMENTS, READER, ROLES, tidy
from .runs import JAVA_NOTE, Place, Places
from .scene import add_password, create_principal
from .told import Told
from .walk import Era, eras

# By time: the clients, and whose programs they find.
CLIENTS = {
    "today": {"az": "az", "azureml-core": "ml", "azure-ai-ml": "ml", "azure-identity": "adal", "azure-identity, enable_cae": "adal", "msal": "adal", "adal": "adal"},
    "2020": {"az": "az", "azureml-core": "ml", "adal": "adal"},
}
CAE = "azure-identity, enable_cae"
# Who can sign a person in, in which way.
PEOPLE = {"az", "azureml-core", "azure-identity", CAE, "msal", "adal"}
BY_PASSWORD = {"az", "azure-identity", "msal", "adal"}
GRAPH, OLD_GRAPH, MACHINE_LEARNING = "https://graph.microsoft.com", "https://graph.windows.net/", "https://ml.azure.com"
# Those of MSAL look for a tenant's discovery document first, and tell nothing of the refusal but their own advice.
NO_TENANT = dict.fromkeys(("az", "azureml-core", "azure-ai-ml", "azure-identity", "msal"), "Unable to get authority configuration")
# A client that has said nothing for so long waits for something that nobody does.
PATIENCE = 240
# How long is waited for one who waits as it is told, and what is said of it.
A_WHILE = 10
TOO_MANY = "429 Client Error: Too Many Requests"
WAITS = "(it waits, as long as it is told to)"


@dataclass
class Trouble:
    """One thing that goes wrong, or comes right again."""

    name: str
    says: str
    do: str
    # What everybody must be able to read; nothing when it has to come off.
    wants: str = ""
    # What is another one than the right one.
    wish: dict[str, str] = field(default_factory=dict)
    # What is done before.
    before: str = ""
    clients: Iterable[str] = ()
    # What a client shows instead, for reasons of its own, by time and client; "" when it comes off.
    instead: dict[str, dict[str, str]] = field(default_factory=dict)


class Running:
    """A client that lives on."""

    def __init__(self, place: Place, era: Era, name: str, opener: str, keep: bool):
        # A client may be there several times: what stands in brackets tells them apart.
        directory, client = place.person.directory / "trouble", name.partition(" (")[0]
        self.name, self.pending, self.entered = name, False, 0
        self.log = directory / f"{name}.log"
        before = [*place.server.become, str(place.server.binary), "run", "--quiet", "--via", place.via, "--offline"]
        before += ["--profile", f"{era.name}-{re.sub('[^a-z]+', '-', name)}", "--"] if keep else ["--"]
        environment = {**place.server.environment(), "BROWSER": opener, "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}
        command = ["env", f"PATH={era.path(CLIENTS[era.name][client])}", "python", str(HERE / "trouble" / "client.py"), client]
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*before, *command], env=environment, cwd=place.person.directory, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for text in self.process.stdout:
            self.lines.put(text)
        self.lines.put("")

    def ask(self, wish: dict[str, object]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        self.pending = True

    def answer(self) -> dict | None:
        """What it says, when it has come to an end."""
        try:
            text = self.lines.get_nowait()
        except queue.Empty:
            return None
        self.pending = False
        if not text:
            return {"good": False, "shown": f"the program left: {self.said()[-1500:]}"}
        return json.loads(text)

    def said(self) -> str:
        return JAVA_NOTE.sub("", self.log.read_text(encoding="utf-8"))

    def code(self) -> str | None:
        """A code that somebody has to type now."""
        found = CODE.findall(self.said())
        if len(found) <= self.entered:
            return None
        self.entered = len(found)
        return found[-1]

    def stop(self) -> None:
        """Ends it in the middle of what it does."""
        self.pending = False
        self.process.terminate()
        self.process.wait(20)

    def end(self) -> None:
        if self.process.poll() is not None:
            return
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait(20)


class Day:
    """The place, what is in it, and who lives in it."""

    def __init__(self, place: Place, tools: Tools, era: Era, stack: ExitStack, names: Iterable[str], keep: bool = False):
        self.place, self.era = place, era
        server = place.server
        directory = place.person.directory / "trouble"
        directory.mkdir(mode=0o755)
        os.chown(directory, *place.person.owner)
        self.group = f"/subscriptions/{place.good['subscriptionId']}/resourceGroups/ml-rg"
        self.workspace = f"{self.group}/providers/Microsoft.MachineLearningServices/workspaces/ml-example"
        self.lonely = create_principal(server, "ml-lonely")
        self.disabled = create_principal(server, "ml-disabled")
        server.graph("PATCH", f"/servicePrincipals/{self.disabled['objectId']}", {"accountEnabled": False})
        ends = time.time() + 2.0
        self.expired = add_password(server, place.good, ends)
        self.person = stack.enter_context(Person(tools, server, directory))
        self.person.username, self.person.password = f"alice@{server.domain}", PASSWORD
        made = server.cli("ad", "user", "create", "--display-name", "Alice", "--user-principal-name", self.person.username, "--password", PASSWORD)
        assert isinstance(made, dict)
        self.alice = made["id"]
        for who in (place.good["objectId"], self.alice):
            wish = {"roleDefinitionId": f"{self.workspace}/{ROLES}/{READER}", "principalId": who}
            server.arm("PUT", f"{self.workspace}/{ASSIGNMENTS}/{uuid.uuid4()}?{API}", {"properties": wish})
        self.policy = ""
        # Whether what clients keep in files outlives them.
        self.stack, self.keep = stack, keep
        self.begin(names)
        time.sleep(max(0.0, ends + 1.0 - time.time()))

    def begin(self, names: Iterable[str]) -> None:
        """Starts all of these."""
        self.running = [self.client(name) for name in names]

    def client(self, name: str) -> Running:
        """A client that has just been started."""
        client = Running(self.place, self.era, name, str(self.person.opener), self.keep)
        self.stack.callback(client.end)
        return client

    def right(self) -> dict[str, str]:
        """What is right."""
        good = self.place.good
        return {
            "tenant": self.place.server.tenant, "client": good["clientId"], "secret": good["clientSecret"], "group": self.group, "workspace": "ml-example",
            "username": self.person.username, "password": self.person.password, "era": self.era.name,
        }

    def named(self) -> dict[str, str]:
        """What troubles call by name."""
        return {
            "expired": self.expired, "nobody": "5e471e10-0000-4000-8000-000000000001", "nowhere": "5e471e10-0000-4000-8000-000000000002",
            "lonely": self.lonely["clientId"], "lonely's": self.lonely["clientSecret"],
            "disabled": self.disabled["clientId"], "disabled's": self.disabled["clientSecret"],
        }

    def known(self) -> dict[str, str]:
        """Values that golden files call by name."""
        named = self.named()
        return {named[name]: name for name in named} | {self.lonely["objectId"]: "lonely object", self.alice: "alice"}

    def attend(self, asked: list[Running], waiting: set[str], asks: str = "") -> dict[str, dict]:
        """Does what the person does until everybody has come to an end, but for those who wait. `asks`: what is said instead of
        answering somebody who wants a person."""
        answers: dict[str, dict] = {}
        end, while_ends = time.monotonic() + PATIENCE, time.monotonic() + A_WHILE
        while any(client.pending for client in asked):
            for client in asked:
                # Asked first: Python's sleep doesn't get along with libfaketime, and ends the waiting for a person.
                if client.pending and asks and client.code():
                    answers[client.name] = {"good": False, "shown": asks}
                    client.stop()
                elif client.pending and (answer := client.answer()):
                    answers[client.name] = answer
                elif client.pending and (code := client.code()):
                    self.person.open(f"{self.place.server.base}/devicelogin", "trouble", code=code, answers=["approve"], otps=["right"])
            if (url := self.person.wanted()) and not asks:
                self.person.open(url, "trouble", answers=["continue"], otps=["right"])
            if all(client.name in waiting for client in asked if client.pending) and time.monotonic() > while_ends:
                for client in (client for client in asked if client.pending):
                    answers[client.name] = {"good": False, "shown": WAITS}
                    client.stop()
                    self.running[self.running.index(client)] = self.client(client.name)
            if time.monotonic() > end:
                for client in asked:
                    if client.pending:
                        answers[client.name], client.pending = {"good": False, "shown": f"it waits, and said: {client.said()[-1500:]}"}, False
            time.sleep(0.05)
        self.person.close("trouble")
        return answers

    # --- what is done before -----------------------------------------------------------------------

    def restart(self) -> None:
        """The server is started anew, over the same data."""
        self.place.server.restart()

    def guesses(self) -> None:
        """So many wrong secrets from this machine that a source is told to wait."""
        server = self.place.server
        trust = ssl.create_default_context(cafile=server.ca)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
        for number in range(25):
            fields = {"grant_type": "client_credentials", "client_id": self.place.good["clientId"], "client_secret": f"guess-{number}", "resource": "https://management.azure.com/"}
            try:
                opener.open(f"{server.base}/{server.tenant}/oauth2/token", urllib.parse.urlencode(fields).encode(), timeout=30)
            except urllib.error.HTTPError as error:
                last = error.code
        if last != 429:
            raise RuntimeError(f"after all these guesses the server says {last}")

    def demand(self) -> None:
        """A policy demands a second factor of the person."""
        made = self.place.server.cli("ad", "policy", "create", "--display-name", "A second factor", "--users", self.person.username)
        assert isinstance(made, dict)
        self.policy = made["id"]

    def relent(self) -> None:
        """The policy is taken away, and the authenticator app of whoever set one up meanwhile."""
        self.place.server.cli("ad", "policy", "delete", "--id", self.policy)
        self.place.server.cli("ad", "user", "mfa", "reset", "--id", self.alice)

    def sign_out_everywhere(self) -> None:
        """An administrator signs the person out of everything."""
        # What was issued within the same second counts as issued afterwards.
        time.sleep(1.1)
        self.place.server.graph("POST", f"/users/{self.alice}/revokeSignInSessions")
        time.sleep(1.1)

    def disable(self) -> None:
        """An administrator disables the person's account."""
        self.place.server.graph("PATCH", f"/users/{self.alice}", {"accountEnabled": False})


TROUBLES = [
    Trouble("everything is right", "Before anything goes wrong", "principal"),
    Trouble("a wrong secret", "A secret that nobody made", "principal", "AADSTS7000215", {"secret": "not-the-secret"}),
    Trouble("an expired secret", "A secret whose time is over", "principal", "AADSTS7000222", {"secret": "expired"}),
    Trouble("an unknown service principal", "An id that nobody has", "principal", "AADSTS700016", {"client": "nobody"}),
    Trouble("a disabled service principal", "By an administrator", "principal", "AADSTS7000112", {"client": "disabled", "secret": "disabled's"}),
    Trouble("a wrong tenant", "A tenant that isn't there", "principal", "AADSTS90002", {"tenant": "nowhere"}, instead={"today": NO_TENANT}),
    Trouble("no role", "A service principal that may nothing", "principal", "AuthorizationFailed", {"client": "lonely", "secret": "lonely's"},
            instead={era: {"az": "No subscriptions found for", "azureml-core": "You don't have access to"} for era in CLIENTS}),
    Trouble("no such workspace", "A name that no workspace has, where one may not look", "principal", "AuthorizationFailed", {"workspace": "ml-none"},
            instead={"2020": {"az": "does not have authorization to perform action", "azureml-core": "No workspaces found with name=ml-none"}}),
    Trouble("all is right again", "The right secret, after everything that went wrong", "principal"),
    Trouble("the server is started anew", "What was signed in before stays so", "again", before="restart", clients=CLIENTS["today"].keys() - {CAE}),
    Trouble("a person signs in", "Before anything goes wrong for them", "person", clients=PEOPLE),
    Trouble("the server is started anew under a person", "Nobody has to sign in again", "again", before="restart", clients=PEOPLE),
    Trouble("a second factor is demanded, silently", "By a policy: a new token, and nobody to ask", "silently", "AADSTS50076", {"resource": GRAPH}, before="demand",
            clients=PEOPLE - {CAE}, instead={era: {"azureml-core": ""} for era in CLIENTS}),
    Trouble("a second factor is demanded of a password", "A password alone does no longer", "password", "AADSTS50076", clients=BY_PASSWORD,
            # It looks for no password where it has kept a token of that person.
            instead={"2020": {"az": ""}}),
    # Of another resource, for MSAL keeps a refusal for a minute.
    Trouble("no factor is demanded any more", "What was signed in before is as good as it was", "silently", "", {"resource": OLD_GRAPH}, before="relent", clients=PEOPLE),
    Trouble("signed out everywhere", "By an administrator. Who announces CP1 is told what to ask for, and can: azure-identity asks the person by itself, az says what to type",
            "again", "The session of the access token has ended: sign in again.", before="sign_out_everywhere", clients=PEOPLE,
            instead={"today": {"az": "--claims-challenge", CAE: ""}}),
    Trouble("signed in again", "The person signs in anew, as they were told", "person", "", {"force": "yes"}, clients=PEOPLE),
    Trouble("a disabled account", "By an administrator", "silently", "AADSTS50057", {"resource": MACHINE_LEARNING}, before="disable", clients=PEOPLE - {CAE, "azureml-core"}),
    Trouble("throttled", "So many wrong secrets from this machine that it is told to wait", "principal", "AADSTS90055", {"secret": "not-the-secret"}, before="guesses",
            instead={"today": {"azure-ai-ml": WAITS, "azure-identity": WAITS, "adal": TOO_MANY}, "2020": dict.fromkeys(CLIENTS["2020"], TOO_MANY)}),
    # az's MSAL keeps to itself that it was told to wait.
    Trouble("throttled, with the right secret", "The owner of the right secret isn't slowed down", "principal", instead={"today": {"az": "AADSTS90055"}}),
]


def in_words(shown: str) -> str:
    """What is shown, without what is another one each time."""
    return re.sub(r'(?<=--claims-challenge ")[^"]+', "{challenge}", in_short(tidy(shown)))


@dataclass
class Line:
    """What the report says of one."""

    row: str
    name: str
    says: str
    words: str
    ours: bool = False

    def typed(self) -> str:
        return self.words


def live(day: Day, told: Told, sections: dict[str, str], findings: dict[str, list[str]]) -> None:
    """Everything, one after the other; all clients at once."""
    for trouble in TROUBLES:
        if trouble.before:
            getattr(day, trouble.before)()
        wish = {"do": trouble.do, **day.right(), **{name: day.named().get(value, value) for name, value in trouble.wish.items()}}
        asked = [client for client in day.running if not trouble.clients or client.name in trouble.clients]
        if trouble.do == "principal":
            asked = [client for client in asked if client.name != CAE]
        for client in asked:
            client.ask(wish)
        instead = trouble.instead.get(day.era.name, {})
        for name, answer in day.attend(asked, {name for name in instead if instead[name] == WAITS}).items():
            case = f"{name}: {trouble.name}"
            wants = instead.get(name, trouble.wants)
            good = answer["good"] != bool(wants) and wants in answer["shown"]
            sections[case] = in_words(answer["shown"])
            findings[case] = [] if good else [f"it should {'say ' + repr(wants) if wants else 'come off'}, and shows: {answer['shown']}"]
            shown = " ".join(re.sub(r"Trace ID: .*", "…", answer["shown"], flags=re.DOTALL).split())[:400]
            told.step(Line("M17", case, f"{name}: {trouble.name}. {trouble.says}", ""), [("", wants or "comes off", shown, "" if good else "WRONG")])


def judge(name: str, era: str, cast: Iterable[str], life: Callable[..., None], keep: bool = False) -> Callable[..., tuple[dict, dict]]:
    """A judge in which the clients of one time live together: `life(day, told, sections, findings)`."""

    def play(places: Places, tools: Tools, _expected: object) -> tuple[dict[str, str], dict[str, list[str]]]:
        sections: dict[str, str] = {}
        findings: dict[str, list[str]] = {}
        clients = eras(tools)[era]
        absent = [str(path) for path in clients.paths.values() if not (path / "python").exists()]
        if absent:
            Told.not_shown(name, "there is no Python 3.8 on this machine, which these clients need (pyenv install 3.8)")
            return {}, {"NOT SHOWN": [f"the clients of {era} are missing: {', '.join(sorted(set(absent)))}"]}
        told = Told(name)
        with ExitStack() as stack:
            day = Day(places[-1], tools, clients, stack, cast, keep)
            places.names |= day.known()
            life(day, told, sections, findings)
        told.write()
        return sections, findings

    return play


JUDGES = {f"trouble-{era}": judge(f"trouble-{era}", era, CLIENTS[era], live) for era in CLIENTS}
