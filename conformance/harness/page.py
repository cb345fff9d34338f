"""The three programs of the page, as they stand there, in each way of `doorward run`.

The placeholders are filled and nothing else is touched. What they print is held against what the page shows, member
by member, and the token against the keys that the page's host gives inside the run.
"""

import ast
import json
import re
from dataclasses import dataclass

from .judges import HERE, Tools
from .runs import LOGIN, Place, Places

RESOURCE = "https://management.azure.com"
TOKEN = r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+"
COLOUR = re.compile(r"\x1b\[\d+m")
WRONG = "not-the-secret"


@dataclass
class Program:
    name: str
    file: str
    resource: str

    def command(self, tools: Tools) -> list[object]:
        match self.name:
            case "node":
                return ["node", self.file]
            case "python":
                return [tools.python, self.file]
            case _:
                return ["java", "--class-path", tools.gson, self.file]

    def fill(self, place: Place, secret: str) -> None:
        """Writes the program into the person's directory, the placeholders filled."""
        text = (HERE / "page" / self.file).read_text(encoding="utf-8")
        values = {"tenant-id": place.server.tenant, "client-id": place.good["clientId"], "client-secret": secret}
        for name, value in values.items():
            if text.count(f"your-{name}") != 1:
                raise RuntimeError(f"{self.file} should say your-{name} once")
            text = text.replace(f"your-{name}", value)
        place.person.file(self.file, text)

    def members(self, shown: str) -> dict[str, object]:
        """What it printed, as names and values; a value that isn't a string as its spelling."""
        match self.name:
            case "node":
                found = re.findall(r"^  (\w+):\s+(.+?),?$", COLOUR.sub("", shown), re.MULTILINE)
                return {name: value[1:-1] if value[0] == "'" else Spelt(value) for name, value in found}
            case "python":
                answer = ast.literal_eval(shown)
                return {name: value if isinstance(value, str) else Spelt(repr(value)) for name, value in answer.items()}
            case _:
                return dict(line.split(": ", 1) for line in shown.splitlines())

    def expected(self, place: Place) -> dict[str, object]:
        """The members that the page shows, in its order: the text itself, or a pattern."""
        if self.name == "java":
            numbers = {"token_type": "Bearer", "expires_in": "3599"}
            return {"access_token": re.compile(TOKEN), **numbers, **dict.fromkeys(("scope", "refresh_token", "id_token"), "null")}
        node = self.name == "node"
        date = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z" if node else r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"
        return {
            "tokenType": "Bearer", "expiresIn": Spelt("3599"), "expiresOn": SpeltLike(date) if node else re.compile(date),
            "resource": RESOURCE + "/", "accessToken": re.compile(TOKEN), "isMRRT": Spelt("true" if node else "True"),
            "_clientId": place.good["clientId"], "_authority": f"{LOGIN}/{place.server.tenant}",
        }


@dataclass(frozen=True)
class Spelt:
    """A value that isn't a string."""

    text: str


@dataclass(frozen=True)
class SpeltLike:
    """The pattern of a value that isn't a string."""

    pattern: str


PROGRAMS = [
    Program("node", "node.js", RESOURCE + "/"),
    Program("python", "python.py", RESOURCE + "/"),
    Program("java", "Page.java", RESOURCE),
]


def fits(value: object, wanted: object) -> bool:
    match wanted:
        case re.Pattern():
            return isinstance(value, str) and wanted.fullmatch(value) is not None
        case SpeltLike(pattern):
            return isinstance(value, Spelt) and re.fullmatch(pattern, value.text) is not None
        case _:
            return value == wanted


def compared(members: dict[str, object], wanted: dict[str, object]) -> list[str]:
    complaints = [f"{name} is {members.get(name)!r}, the page has {value!r}"
                  for name, value in wanted.items() if not fits(members.get(name), value)]
    if list(members) != list(wanted):
        complaints.append(f"it has {', '.join(members)}; the page has {', '.join(wanted)}")
    return complaints


def verified(place: Place, tools: Tools, tokens: dict[str, tuple[str, str]]) -> dict[str, dict]:
    """PyJWT inside a run of its own, with the keys that the page's host gives there."""
    asked = [{"name": name, "token": token, "audience": audience} for name, (token, audience) in tokens.items()]
    command = [tools.python, HERE / "python" / "verify_inside.py", place.server.tenant]
    done = place.run(command, standard_input=json.dumps(asked))
    if done.returncode != 0:
        raise RuntimeError(f"the verifier left with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def claims_of(place: Place, answer: dict, audience: str) -> list[str]:
    """What must stand in a token that was verified."""
    if "refused" in answer:
        return [f"PyJWT refuses the token: {answer['refused']}"]
    claims, tenant = answer["claims"], place.server.tenant
    wanted = {
        "aud": audience, "iss": f"https://sts.windows.net/{tenant}/", "idp": f"https://sts.windows.net/{tenant}/",
        "tid": tenant, "appid": place.good["clientId"], "appidacr": "1", "ver": "1.0",
        "oid": place.good["objectId"], "sub": place.good["objectId"],
    }
    return [f"claim {name} is {claims.get(name)!r}, not {value!r}" for name, value in wanted.items() if claims.get(name) != value]


def play(places: Places, tools: Tools, _expected: object) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints."""
    sections: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    for place in places:
        # As after `npm install adal-node` where the program is.
        modules = place.person.directory / "node_modules"
        if not modules.is_symlink():
            modules.symlink_to(HERE / "node" / "node_modules")
        tokens: dict[str, tuple[str, str]] = {}
        for program in PROGRAMS:
            name = f"{place.via}: {program.name}"
            program.fill(place, place.good["clientSecret"])
            done = place.run(program.command(tools))
            sections[name] = COLOUR.sub("", done.stdout) + done.stderr
            try:
                members = program.members(done.stdout)
            except (ValueError, SyntaxError):
                members = {}
            complaints = compared(members, program.expected(place))
            if done.returncode != 0:
                complaints.append(f"it left with {done.returncode}")
            if program.name == "node" and "\x1b[32m" not in done.stdout:
                complaints.append("the page asks for colours")
            findings[name] = complaints
            token = members.get("accessToken", members.get("access_token"))
            if isinstance(token, str):
                tokens[name] = (token, program.resource)
            refused = f"{name}, wrong secret"
            program.fill(place, WRONG)
            done = place.run(program.command(tools))
            # The last line of a traceback is the one to read.
            shown = (done.stdout + done.stderr).strip() if program.name != "python" else done.stderr.strip().split("\n")[-1]
            sections[refused] = shown
            findings[refused] = [] if "AADSTS7000215" in shown else ["the person doesn't see AADSTS7000215"]
            if re.search(TOKEN, done.stdout):
                findings[refused].append("a token was given")
        answers = verified(place, tools, tokens)
        for name, (_, audience) in tokens.items():
            findings[name] += claims_of(place, answers[name], audience)
    return sections, findings
