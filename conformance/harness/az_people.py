"""People sign in by `az`: in a browser, by a code, by a password; inside `doorward run` by every way, where az believes
that it talks to Azure, and outside of one in a cloud of its own, registered as `doorward env --az` says.
"""

import json
import os
import re
import subprocess
import time
from typing import Protocol

from .chromium import Person
from .judges import Tools, Verifier
from .page import verified
from .people import AZURE_CLI, CODE, PATIENCE
from .resources import tidy
from .runs import Place, Places
from .server import clean_environment

CORE = "https://management.core.windows.net/"
GRAPH = "https://graph.microsoft.com"
ANSWERS = ("login", "account show", "Resource Manager", "Microsoft Graph")
# Everything in one run, so that nothing has to be kept. A program that asks for nothing shows no list to choose from.
SCRIPT = f"""
az=$1; shift
"$az" login "$@" && "$az" account show && "$az" account get-access-token &&
"$az" account get-access-token --resource {GRAPH} && "$az" logout && "$az" account show
"""


class Expected(Protocol):
    """expected.toml."""

    def fails(self, judge: str, case: str) -> dict | None: ...


def in_short(shown: str) -> str:
    """Without what is another one each time, and without the way through az's own files to where it broke off."""
    shown = re.sub(r"\b(state|nonce|code_challenge)=[^&\s]+", r"\1={\1}", CODE.sub("code {code}", shown))
    shown = re.sub(r"localhost%3A\d+", "localhost%3A{port}", shown)
    lines, kept, tracing = shown.split("\n"), [], False
    for line in lines:
        starts = line.startswith("Traceback (most recent call last):")
        tracing = starts or tracing and (line.startswith(" ") or not line)
        if starts or not tracing:
            kept.append(line)
    return "\n".join(kept)


class Turn:
    """One place's turn: sign-ins one after the other, each answered by a person who is new to the browser."""

    def __init__(self, place: Place, tools: Tools, person: Person):
        self.place, self.tools, self.person = place, tools, person
        self.sections: dict[str, str] = {}
        self.findings: dict[str, list[str]] = {}
        self.tokens: dict[str, tuple[str, str]] = {}

    def play(self, name: str, words: list[str], wish: dict[str, object], how: tuple[list[object], dict[str, str]]) -> None:
        """One sign-in. `wish`: what the person does; `fails` among it: what az then says. `how`: what comes before the
        command, and the environment."""
        before, environment = how
        fails = wish.pop("fails", None)
        command = [*map(str, before), "sh", "-c", SCRIPT, "sh", str(self.tools.az), *words]
        out, err = self.attend(command, environment, wish)
        self.sections[name] = in_short(tidy(f"{out}{err}".strip()))
        complaints = self.findings.setdefault(name, [])
        if fails:
            if fails not in err or out:
                complaints.append(f"it should say {fails!r}")
        elif "Please run 'az login' to setup account." not in err:
            complaints.append(f"it did not come to its end: {err.strip()}")
        else:
            self.look(name, out, complaints)
        self.person.close("az")

    def attend(self, command: list[str], environment: dict[str, str], wish: dict[str, object]) -> tuple[str, str]:
        """Does what the person does until az is done; what az said."""
        logs = [self.person.directory / "az.out", self.person.directory / "az.err"]
        with open(logs[0], "w", encoding="utf-8") as out, open(logs[1], "w", encoding="utf-8") as err:
            process = subprocess.Popen(
                command, env=environment, cwd=self.place.person.directory, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )
        said = lambda: [log.read_text(encoding="utf-8") for log in logs]  # noqa: E731
        end, entered = time.monotonic() + PATIENCE, False
        while process.poll() is None:
            if url := self.person.wanted():
                self.person.open(url, "az", **{"answers": ["continue"], **wish})
            if not entered and (code := CODE.search(said()[1])):
                entered = True
                page = f"{self.place.server.base}/devicelogin"
                self.person.open(page, "az", code=code[1], **{"answers": ["approve"], **wish})
            if time.monotonic() > end:
                process.kill()
                raise RuntimeError(f"az did not come to an end within {PATIENCE} s: {said()}")
            time.sleep(0.05)
        return tuple(said())

    def look(self, name: str, out: str, complaints: list[str]) -> None:
        """What az must have printed: the accounts, the account, two tokens."""
        decoder, answers, rest = json.JSONDecoder(), [], out
        while rest := rest.lstrip():
            answer, length = decoder.raw_decode(rest)
            answers.append(answer)
            rest = rest[length:]
        if len(answers) != len(ANSWERS):
            complaints.append(f"{len(answers)} answers instead of {len(ANSWERS)}")
            return
        login, account, *tokens = answers
        server = self.place.server
        wanted = {
            "id": server.exports["DOORWARD_SUBSCRIPTION_ID"], "tenantId": server.tenant, "isDefault": True,
            "user": {"name": self.person.username, "type": "user"}, "state": "Enabled",
        }
        for answer, members in zip(ANSWERS, (login[0] if len(login) == 1 else {}, account)):
            complaints += [f"{answer}: {member} is {members.get(member)!r}, not {value!r}" for member, value in wanted.items() if members.get(member) != value]
        for answer, token, audience in zip(ANSWERS[2:], tokens, (CORE, GRAPH)):
            self.tokens[f"{name}: {answer}"] = (token["accessToken"], audience)

    def check(self, answers: dict[str, dict]) -> None:
        """The claims of every token, as PyJWT has verified it."""
        wanted = {"upn": self.person.username, "tid": self.place.server.tenant, "appid": AZURE_CLI, "scp": None}
        for name, answer in answers.items():
            section = name.rpartition(": ")[0]
            if "refused" in answer:
                self.findings[section].append(f"PyJWT refuses the token: {answer['refused']}")
                continue
            self.findings[section] += [
                f"{name}: claim {claim} is {answer['claims'].get(claim)!r}, not {value!r}"
                for claim, value in wanted.items() if value and answer["claims"].get(claim) != value
            ]


def inside(turn: Turn) -> None:
    """By one way of `doorward run`."""
    place, person = turn.place, turn.person
    environment = {**place.server.environment(), "BROWSER": str(person.opener), "AZURE_CORE_LOGIN_EXPERIENCE_V2": "off"}
    before = [*place.person.become, place.server.binary, "run", "--quiet", "--via", place.via, "--offline", "--"]
    how = (before, environment)
    via = place.via
    turn.play(f"{via}: in a browser", [], {}, how)
    turn.play(f"{via}: in a browser, a tenant", ["--tenant", place.server.domain], {}, how)
    turn.play(f"{via}: in a browser, refused", [], {"answers": ["cancel"], "fails": "AADSTS65004"}, how)
    turn.play(f"{via}: by a code", ["--use-device-code"], {}, how)
    turn.play(f"{via}: by a code, refused", ["--use-device-code"], {"answers": ["deny"], "fails": "AADSTS65004"}, how)
    turn.play(f"{via}: by a password", ["-u", person.username, "-p", person.password], {}, how)
    turn.play(f"{via}: by a wrong password", ["-u", person.username, "-p", "wrong"], {"fails": "AADSTS50126"}, how)
    turn.check(verified(place, turn.tools, turn.tokens))


def outside(turn: Turn, expected: Expected) -> None:
    """In a cloud of az's own."""
    place, person, server = turn.place, turn.person, turn.place.server
    settings = {"AZURE_CONFIG_DIR": str(place.person.directory / "custom"), "BROWSER": str(person.opener), "AZURE_CORE_LOGIN_EXPERIENCE_V2": "off"}
    environment = clean_environment(place.person.home, REQUESTS_CA_BUNDLE=server.ca, AZURE_CORE_COLLECT_TELEMETRY="no", **settings)
    said = subprocess.run(
        [*place.person.become, str(server.binary), "env", "--az"], env=server.environment(), capture_output=True, text=True, check=True,
    ).stdout
    lines = [line.replace("az ", f"{turn.tools.az} ", 1) for line in said.splitlines() if line.startswith("az ")]
    turn.sections["custom cloud: registered"] = said
    done = subprocess.run(
        [*place.person.become, "sh", "-ec", "\n".join(lines)], env=environment, cwd=place.person.directory, capture_output=True, text=True,
    )
    turn.findings["custom cloud: registered"] = [] if done.returncode == 0 else [done.stderr]
    how = ([*place.person.become], environment)
    turn.play("custom cloud: in a browser", [], {}, how)
    turn.play("custom cloud: in a browser, a tenant", ["--tenant", server.domain], {}, how)
    turn.play("custom cloud: by a code", ["--use-device-code"], {}, how)
    name = "custom cloud: by a password"
    fails = expected.fails("az-people", name)
    turn.play(name, ["-u", person.username, "-p", person.password], {"fails": fails["shows"]} if fails else {}, how)
    verifier = Verifier(turn.tools, server, person.directory)
    discovery = f"{server.base}/{server.tenant}/.well-known/openid-configuration"
    turn.check({
        token: verifier(value, {"audience": audience, "discovery": discovery})
        for token, (value, audience) in turn.tokens.items() if token.startswith("custom cloud: ")
    })
    verifier.close()


def play(places: Places, tools: Tools, expected: Expected) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints."""
    sections: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    for number, place in enumerate(places):
        scratch = place.person.directory / f"chromium-{place.via}"
        scratch.mkdir(mode=0o755)
        os.chown(scratch, *place.person.owner)
        with Person(tools, place.server, scratch) as person:
            turn = Turn(place, tools, person)
            inside(turn)
            if number == 0:
                turn.tokens = {}
                outside(turn, expected)
        sections |= turn.sections
        findings |= turn.findings
    return sections, findings
