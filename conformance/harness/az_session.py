"""What ends nobody's session in `az`, in a registered cloud: sixteen that renew at once, and answers that get lost on their way.
And what does until the person comes back: a second factor that is demanded from then on.
"""

import http.client
import json
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .az_people import in_short
from .chromium import Person
from .ecosystems import Site
from .judges import Tools, Verifier
from .people import PATIENCE
from .server import Server, clean_environment
from .step_up import WITH, WITHOUT, Demand, somebody

CORE = "https://management.core.windows.net/"
MANY = 16
# The library that az keeps its tokens by writes their file without holding readers off, and takes one that is empty for the
# moment for one that holds nobody (msal-extensions 1.3, FilePersistence). The next call finds everything again.
DIRTY_READ = "does not exist in MSAL token cache. Run `az login`."
# Through a proxy, az tries once more by itself.
LOST = 2


class Relay(BaseHTTPRequestHandler):
    """Asks the server what it was asked, and loses as many answers of the token endpoint as `lose` says."""

    protocol_version = "HTTP/1.1"
    trusted = ""
    lose = 0
    lost: list[int] = []

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server = http.client.HTTPSConnection(self.headers["Host"], context=ssl.create_default_context(cafile=self.trusted))
        server.request(self.command, self.path, body, dict(self.headers))
        answer = server.getresponse()
        text = answer.read()
        server.close()
        self.close_connection = True
        if self.path.partition("?")[0].endswith("/token") and Relay.lose:
            Relay.lose -= 1
            Relay.lost.append(answer.status)
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


class Proxy(BaseHTTPRequestHandler):
    """Leads every tunnel to the relay."""

    relay = 0

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(("127.0.0.1", self.relay)) as other:
            there = threading.Thread(target=carry, args=(self.connection, other), daemon=True)
            there.start()
            carry(other, self.connection)
            there.join(5)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def carry(here: socket.socket, there: socket.socket) -> None:
    """Everything from one to the other, until one of them is done."""
    try:
        while data := here.recv(65536):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Turn:
    """The judge's turn: one `az` of one person, with its files in one place."""

    def __init__(self, server: Server, tools: Tools, directory: Path, person: Person):
        self.server, self.tools, self.directory, self.person = server, tools, directory, person
        self.home = directory / "custom"
        settings = {"AZURE_CONFIG_DIR": str(self.home), "BROWSER": str(person.opener), "AZURE_CORE_LOGIN_EXPERIENCE_V2": "off"}
        self.environment = clean_environment(directory / "home", REQUESTS_CA_BUNDLE=server.ca, AZURE_CORE_COLLECT_TELEMETRY="no", **settings)
        self.sections: dict[str, str] = {}
        self.findings: dict[str, list[str]] = {}

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.tools.az), *words], env={**self.environment, **more}, cwd=self.directory, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def az(self, *words: str, **more: str) -> tuple[int, str, str]:
        """One command, and what a person does about the page that it opens: status, what it printed and what it said."""
        process = self.start(*words, **more)
        end = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < end:
            if url := self.person.wanted():
                self.person.open(url, "az", answers=["continue", "kept"], otps=["right"])
            time.sleep(0.05)
        process.kill()
        out, err = process.communicate()
        return process.returncode, out, err

    def past_expiry(self) -> None:
        """What az keeps has run out, by its own books."""
        path = self.home / "msal_token_cache.json"
        kept = json.loads(path.read_text(encoding="utf-8"))
        for token in kept["AccessToken"].values():
            token["expires_on"] = token["extended_expires_on"] = "1"
        path.write_text(json.dumps(kept), encoding="utf-8")

    def refresh_tokens(self) -> set[str]:
        kept = json.loads((self.home / "msal_token_cache.json").read_text(encoding="utf-8"))
        return {token["secret"] for token in kept["RefreshToken"].values()}


def token_of(out: str) -> str | None:
    return json.loads(out)["accessToken"] if out.strip() else None


def play(
    server: Server, tools: Tools, directory: Path, about: tuple[Callable, Callable],
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints. `about`: describes a verified token, and checks it."""
    verifier = Verifier(tools, server, directory)
    demand = Demand(server)
    seen: dict[str, str] = {}
    discovery = f"{server.base}/{server.tenant}/.well-known/openid-configuration"
    with Person(tools, server, directory) as person:
        somebody(server, person)
        turn = Turn(server, tools, directory, person)
        started = time.time()

        def look(name: str, tokens: list[str | None], proven: list[str], shown: str) -> list[str]:
            """The tokens of a case, each of them of the person, new, and worth what they have proven."""
            complaints = turn.findings.setdefault(name, [])
            for token in tokens:
                verified = verifier(token, {"audience": CORE, "discovery": discovery}) if token else {"refused": "there is none"}
                complaints += about[1](verified, None, started, seen)
                claims = verified.get("claims", {})
                if (claims.get("upn"), claims.get("amr")) != (person.username, proven):
                    complaints.append(f"the token is {claims.get('upn')}'s, who proved {claims.get('amr')}")
            turn.sections[name] = in_short(shown).replace(person.username, "{name}")
            return complaints

        get = ("account", "get-access-token")
        lines = [line.replace("az ", f"{tools.az} ", 1) for line in server.text("env", "--az").splitlines() if line.startswith("az ")]
        done = subprocess.run(["sh", "-ec", "\n".join(lines)], env=turn.environment, cwd=directory, capture_output=True, text=True)
        status, out, err = turn.az("login", "--allow-no-subscriptions")
        first = turn.az(*get)
        look("a sign-in by a password", [token_of(first[1])], WITHOUT, f"{status} {done.stderr}")

        turn.past_expiry()
        before = turn.refresh_tokens()
        many = [turn.start(*get) for _ in range(MANY)]
        said = [process.communicate(timeout=PATIENCE) for process in many]
        answers = [turn.az(*get) if DIRTY_READ in err else (process.returncode, out, err) for process, (out, err) in zip(many, said)]
        name = "sixteen past expiry at once"
        tokens = [token_of(out) for _, out, _ in answers]
        complaints = look(name, tokens, WITHOUT, "\n".join(sorted({f"{status} {err.strip()}" for status, _, err in answers})))
        turn.past_expiry()
        again = turn.az(*get)
        complaints += look(f"{name}, and one afterwards", [token_of(again[1])], WITHOUT, f"{again[0]} {again[2].strip()}")
        if before & turn.refresh_tokens():
            complaints.append("the refresh token did not turn over")

        name = "answers that get lost"
        turn.past_expiry()
        before = turn.refresh_tokens()
        with Site(directory, "relay", Relay) as relay:
            Relay.trusted, Relay.lose, Relay.lost, Proxy.relay = server.ca, LOST, [], relay.server_port
            proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            bundle = directory / "bundle.pem"
            bundle.write_text(Path(server.ca).read_text(encoding="utf-8") + relay.ca.read_text(encoding="utf-8"), encoding="utf-8")
            cut = turn.az(*get, HTTPS_PROXY=f"http://127.0.0.1:{proxy.server_port}", REQUESTS_CA_BUNDLE=str(bundle))
            proxy.shutdown()
        line = next((line for line in cut[2].splitlines() if "RemoteDisconnected" in line), cut[2])
        complaints = look(name, [], WITHOUT, re.sub(r"port=\d+", "port={port}", f"{cut[0]} {line}"))
        if Relay.lost != [200] * LOST or cut[0] == 0:
            complaints.append(f"too few answers got lost, or az didn't miss them: {Relay.lost}")
        if turn.refresh_tokens() != before:
            complaints.append("az has another refresh token, so none was lost")
        again = turn.az(*get)
        look(f"{name}, and az afterwards", [token_of(again[1])], WITHOUT, f"{again[0]} {again[2].strip()}")

        name = "a second factor is demanded"
        turn.past_expiry()
        demand.is_on(True)
        refused = turn.az(*get)
        complaints = look(name, [], WITHOUT, f"{refused[0]} {refused[2].strip()}")
        command = re.search(r"^az login (--tenant \S+ --scope \S+)$", refused[2], re.MULTILINE)
        if "AADSTS50076: " not in refused[2] or not command:
            complaints.append("az doesn't say what is demanded, and by which command to go on")
        else:
            turn.az("logout")
            words = [word.strip('"') for word in command[1].split()]
            back = turn.az("login", *words, "--allow-no-subscriptions")
            turn.past_expiry()
            silent = turn.az(*get)
            look(f"{name}, and az by the command that it named", [token_of(silent[1])], WITH, f"{back[0]} {silent[0]} {silent[2].strip()}")
    verifier.close()
    return turn.sections, turn.findings
