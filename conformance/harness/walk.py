"""Microsoft's page from its first command to its last, `page/page.toml`, by clients of two times.

A reader of the page types every step into a shell or a Python prompt inside `doorward run`, and a person answers the
sign-in pages in Chromium. What comes out is held, member by member, against what the page shows; where it may differ, and
why, stands in `page/differences.toml`. What was shown is kept for the report (`harness/told.py`).
"""

import ast
import json
import os
import re
import subprocess
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .chromium import Person
from .judges import HERE, Tools
from .page import COLOUR, PROGRAMS, Program, Spelt, SpeltLike, fits
from .people import CODE, PATIENCE
from .runs import JAVA_NOTE, Place, Places
from .told import SHOWN, Told

PATTERNS = {
    "guid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "secret": r"\S{20,}",
    "token": r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", "any": r".*",
}
NOTHING = "nothing"
# Rows of the page that no walk may leave without a line that it has shown; the others come later.
ROWS = ("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M11", "M12", "M13", "M14", "M16", "M17", "M18")
PROMPT = re.compile(r"^(?:(?:>>>|\.\.\.) ?)+", re.MULTILINE)


@dataclass
class Era:
    """The clients of one time: where the programs are that a step's `tools` name."""

    name: str
    paths: dict[str, Path]

    def path(self, tools: str) -> str:
        return f"{self.paths[tools]}:{os.environ.get('PATH', os.defpath)}"


def eras(tools: Tools) -> dict[str, Era]:
    old = tools.az_2020.parent
    today = {"az": tools.az.parent, "ml": tools.ml.parent, "ml-cli": tools.ml_cli.parent, "adal": tools.python.parent}
    return {"today": Era("today", today), "2020": Era("2020", dict.fromkeys(today, old))}


@dataclass
class Step:
    row: str
    name: str
    says: str
    shell: str = ""
    python: str = ""
    program: str = ""
    secret: str = ""
    tools: str = "az"
    before: str = ""
    then: str = ""
    profile: str = "person"
    browser: str = ""
    display: bool = False
    unfinished: bool = False
    asks: bool = False
    file: dict[str, str] = field(default_factory=dict)
    read: str = "text"
    order: bool = False
    wants: dict[str, object] = field(default_factory=dict)
    holds: list[str] = field(default_factory=list)
    silent: bool = False
    status: int = 0
    learn: dict[str, list[str]] = field(default_factory=dict)
    eras: list[str] = field(default_factory=lambda: ["today", "2020"])
    ours: bool = False
    refused: bool = False
    later: str = ""

    def typed(self) -> str:
        if self.program:
            return next(program.file for program in PROGRAMS if program.name == self.program)
        return (self.shell or self.python).strip()


def steps() -> list[Step]:
    """The page, in its order."""
    return [Step(**entry) for entry in tomllib.loads((HERE / "page" / "page.toml").read_text(encoding="utf-8"))["step"]]


class Differences:
    """page/differences.toml."""

    def __init__(self, era: str):
        found = tomllib.loads((HERE / "page" / "differences.toml").read_text(encoding="utf-8")).get("difference", [])
        self.entries = [entry for entry in found if era in entry["eras"]]
        self.used: set[int] = set()

    def find(self, step: Step, member: str) -> dict | None:
        for entry in self.entries:
            if entry["step"] == step.name and entry["member"] == member:
                return entry
        return None

    def unused(self) -> list[str]:
        return [f"{entry['step']}: {entry['member']}" for entry in self.entries if id(entry) not in self.used]


def member(answer: object, path: str) -> object:
    """A member of an answer; `NOTHING` when there is none. A path may lead into lists and objects."""
    if isinstance(answer, dict) and path in answer:
        return answer[path]
    for part in path.split("."):
        if isinstance(answer, dict) and part in answer:
            answer = answer[part]
        elif isinstance(answer, list) and part.isdigit() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return NOTHING
    return answer


def agrees(value: object, wanted: object) -> bool:
    """Whether a value is what is wanted, whose text may hold names of patterns."""
    if not isinstance(wanted, str):
        return value == wanted
    pattern = "".join(PATTERNS.get(part[1:-1], re.escape(part)) if part.startswith("{") else re.escape(part)
                      for part in re.split(r"(\{\w+\})", wanted))
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


class Walk:
    """One reader's way through the page."""

    def __init__(self, place: Place, tools: Tools, era: Era, person: Person):
        self.place, self.tools, self.era, self.person = place, tools, era, person
        self.sections: dict[str, str] = {}
        self.findings: dict[str, list[str]] = {}
        self.told = Told(era.name)
        self.differences = Differences(era.name)
        subscription = place.good["subscriptionId"]
        self.filled = {
            "your-tenant-id": place.server.tenant, "your-sub-id": subscription, "your-sub-name": "Development",
            "your-resource-group-name": "ml-rg", "your-resource-group-id": "ml-rg", "your-workspace-name": "ml-example",
            "your-name": person.username, "your-domain": place.server.domain,
        }

    def fill(self, value: object) -> object:
        """A text of the page with its placeholders filled."""
        if not isinstance(value, str):
            return value
        for name in sorted(self.filled, key=len, reverse=True):
            value = value.replace(name, self.filled[name])
        return value

    def empty(self, text: str) -> str:
        """The other way round, for what people read."""
        for name, value in sorted(self.filled.items(), key=lambda pair: -len(pair[1])):
            if name not in ("your-sub-name", "your-resource-group-name", "your-resource-group-id", "your-workspace-name"):
                text = text.replace(value, name)
        # No report holds a secret or a token, though all of these end with the judge's turn.
        return re.sub(PATTERNS["token"], "{token}", text)

    def command(self, step: Step) -> tuple[list[object], str]:
        """What the shell is told, and what is typed into what it starts."""
        if step.program:
            program = next(program for program in PROGRAMS if program.name == step.program)
            program.fill(self.placed(program), step.secret or self.filled["your-client-secret"])
            path = self.era.path("adal")
            words = {"node": "node node.js", "python": "python python.py", "java": f"java --class-path {self.tools.gson} Page.java"}
            return ["env", f"PATH={path}", "bash", "-ec", words[step.program]], ""
        before = f"{self.fill(step.before)}\n" if step.before else ""
        if step.python:
            typed = self.fill(f"{step.python.strip()}\n\n{step.then.strip()}\n")
            return ["env", f"PATH={self.era.path(step.tools)}", "bash", "-ec", f"{before}python -i -q -W ignore"], str(typed)
        return ["env", f"PATH={self.era.path(step.tools)}", "bash", "-ec", f"{before}{self.fill(step.shell)}"], ""

    def placed(self, _: Program) -> Place:
        """The place, with the service principal that was made by hand in it."""
        return Place(self.place.via, self.place.person, self.place.server, {**self.place.good, "clientId": self.filled["your-client-id"]})

    def play(self, step: Step) -> None:
        """One step, and what is to be said about it."""
        if step.later or self.era.name not in step.eras:
            if step.later:
                self.told.later(step)
            return
        for name, content in step.file.items():
            self.place.person.file(name, str(self.fill(content)))
        status, out, err, pages = self.attend(step, *self.command(step))
        for name in step.file:
            (self.place.person.directory / name).unlink()
        complaints = self.judge(step, status, out, err, pages)
        self.findings[step.name] = complaints
        self.sections[step.name] = self.empty(self.in_short(out, err, pages))

    def attend(self, step: Step, command: list[object], typed: str) -> tuple[int, str, str, list[str]]:
        """Does what the person does until the step is over."""
        directory = self.place.person.directory
        logs = [directory / "walk.out", directory / "walk.err"]
        before = [*self.place.person.become, str(self.place.server.binary), "run", "--quiet", "--via", self.place.via]
        before += ["--offline", "--profile", f"{self.era.name}-{step.profile}", "--"]
        environment = {**self.place.server.environment(), "BROWSER": str(self.person.opener), "PYTHONWARNINGS": "ignore"}
        if step.display:
            environment["DISPLAY"] = ":0"
        keyboard = directory / "walk.in"
        keyboard.write_text(typed, encoding="utf-8")
        pages: list[str] = []
        with open(logs[0], "w", encoding="utf-8") as out, open(logs[1], "w", encoding="utf-8") as err, open(keyboard, encoding="utf-8") as keys:
            process = subprocess.Popen([*before, *map(str, command)], env=environment, cwd=directory, stdin=keys, stdout=out, stderr=err)
        said = lambda: [log.read_text(encoding="utf-8") for log in logs]  # noqa: E731
        look = {"look": {"cookies": False}} if step.browser == "without cookies" else {}
        end, entered = time.monotonic() + PATIENCE, False
        while process.poll() is None:
            if url := self.person.wanted():
                seen = self.person.open(url, "walk", answers=["continue"], **look)
                pages += [page["text"] for page in seen["pages"]]
                if step.unfinished:
                    process.terminate()
            if not entered and (code := CODE.search("".join(said()))):
                entered = True
                page = f"{self.place.server.base}/devicelogin"
                seen = self.person.open(page, "walk", code=code[1], answers=["approve"], **look)
                pages += [page["text"] for page in seen["pages"]]
                if step.unfinished:
                    process.terminate()
            if time.monotonic() > end:
                process.kill()
                raise RuntimeError(f"{step.name} did not come to an end within {PATIENCE} s: {said()}")
            time.sleep(0.05)
        self.person.close("walk")
        out, err = said()
        return process.returncode, out, JAVA_NOTE.sub("", err), pages

    def in_short(self, out: str, err: str, pages: list[str]) -> str:
        """What a person reads of it."""
        shown = pages if pages and not out.strip() else [out, *PROMPT.sub("", err).splitlines()[-3:]]
        return "\n".join(part.strip() for part in shown if part.strip()).strip()

    def judge(self, step: Step, status: int, out: str, err: str, pages: list[str]) -> list[str]:
        complaints: list[str] = []
        everything = "\n".join([out, err, *pages])
        rows: list[tuple[str, str, str, str]] = []

        def row(name: str, wanted: object, got: object, good: bool) -> None:
            difference = None if good else self.differences.find(step, name)
            shown = got if isinstance(got, str) else json.dumps(got, ensure_ascii=False, default=str)
            words = wanted if isinstance(wanted, str) else json.dumps(wanted)
            if good and words == "{secret}":
                shown = words
            reason = ""
            if difference and agrees(got, self.fill(difference["got"])):
                self.differences.used.add(id(difference))
                reason = difference["reason"]
            elif not good:
                complaints.append(f"{name} is {shown!r}, the page has {words!r}")
            rows.append((name, self.empty(str(words)), self.empty(str(shown)), reason or ("" if good else "WRONG")))

        if step.unfinished:
            status = step.status
        if step.silent:
            row("all that it prints", "", (out + err).strip(), not (out + err).strip())
        traced = "Traceback (most recent call last)" in err
        if step.refused:
            row("the prompt", "an error", self.last_error(err) if traced else NOTHING, traced)
        elif traced:
            row("the prompt", "no error", self.last_error(err), False)
        else:
            row("status", str(step.status), str(status), status == step.status)
        if not traced or not step.wants:
            self.members(step, out, row)
        if step.asks and not pages:
            row("a sign-in page", "opened", "none was", False)
        for text in step.holds:
            text = str(self.fill(text))
            row("it says", text, text if text in everything else out.strip()[-500:] + err.strip()[-500:], text in everything)
        self.told.step(step, rows)
        if complaints:
            complaints.append(f"it printed: {out.strip()[-1500:]}\n{err.strip()[-2500:]}")
        return complaints

    def last_error(self, err: str) -> str:
        """What the first traceback says at its end; the later ones follow from it."""
        lines = [line for line in PROMPT.sub("", err).splitlines() if line.strip()]
        start = next(number for number, line in enumerate(lines) if line.startswith("Traceback"))
        return next((line.strip() for line in lines[start + 1:] if not line.startswith((" ", "Traceback", "During ", "The above "))), lines[-1])

    def members(self, step: Step, out: str, row) -> None:
        if step.program and not step.secret:
            program = next(program for program in PROGRAMS if program.name == step.program)
            try:
                found = program.members(out)
            except (ValueError, SyntaxError):
                found = {}
            wanted = program.expected(self.placed(program))
            for name, value in wanted.items():
                got = found.get(name, NOTHING)
                row(name, spell(value), spell(got), fits(got, value))
            row("its members", ", ".join(wanted), ", ".join(found), list(found) == list(wanted))
            return
        if not step.wants:
            return
        try:
            answer = json.loads(out) if step.read == "json" else ast.literal_eval(out.strip())
        except (ValueError, SyntaxError):
            row("the answer", step.read, out.strip()[:300] or "(nothing)", False)
            return
        for name, value in step.wants.items():
            value, got = self.fill(value), member(answer, name)
            row(name, value, got, agrees(got, value))
        if step.order and isinstance(answer, dict):
            row("its members", ", ".join(step.wants), ", ".join(answer), list(answer) == list(step.wants))
        for name, places in step.learn.items():
            value = next((found for found in (member(answer, place) for place in places) if found != NOTHING), None)
            if isinstance(value, str):
                self.filled[name] = value


def spell(value: object) -> str:
    match value:
        case re.Pattern():
            return f"like {value.pattern}"
        case SpeltLike(pattern):
            return f"like {pattern}"
        case Spelt(text):
            return text
        case _:
            return COLOUR.sub("", str(value))


def code_of(text: str) -> list[str]:
    """The blocks of a page in Markdown: between fences, or indented."""
    return re.findall(r"^(?:<!-- \w+ -->\n)?```\w*\n[\s\S]*?^```\n|(?:^    [^\n]*\n)+", text, re.MULTILINE)


def readmes() -> list[str]:
    """What is wrong with README's way through the page: lines that no step types, or languages that differ."""
    english, korean = ((HERE.parent / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md"))
    complaints = [] if code_of(english) == code_of(korean) else ["README.md and README.ko.md have different commands"]
    names = {"your-workspace-name": "ml-example", "your-resource-group-name": "ml-rg"}
    typed = set()
    for step in steps():
        text = step.typed()
        for name, value in names.items():
            text = text.replace(name, value)
        typed |= set(text.splitlines())
    blocks = [block for block in code_of(english) if block.startswith("<!-- page -->")]
    lines = [line for block in blocks for line in block.splitlines()[2:-1]]
    complaints += [f"README.md has {line!r}, which no step types" for line in lines if line not in typed]
    return complaints if lines else ["README.md has no commands of the page"]


def judge(name: str, era: str):
    """The judge that walks with the clients of one time."""

    def play(places: Places, tools: Tools, _expected: object) -> tuple[dict[str, str], dict[str, list[str]]]:
        sections: dict[str, str] = {}
        findings: dict[str, list[str]] = {}
        clients = eras(tools)[era]
        absent = [str(path) for path in clients.paths.values() if not (path / "python").exists()]
        if absent:
            Told.not_shown(era, "there is no Python 3.8 on this machine, which these clients need (pyenv install 3.8)")
            return {}, {"NOT SHOWN": [f"the clients of {era} are missing: {', '.join(sorted(set(absent)))}"]}
        # By one way, for ways are what `page` is about: the one that can reach the clients' Python.
        place = places[-1]
        modules = place.person.directory / "node_modules"
        if not modules.is_symlink():
            modules.symlink_to(HERE / "node" / "node_modules")
        scratch = place.person.directory / f"chromium-{era}"
        scratch.mkdir(mode=0o755)
        os.chown(scratch, *place.person.owner)
        with Person(tools, place.server, scratch) as person:
            walk = Walk(place, tools, clients, person)
            for step in steps():
                try:
                    walk.play(step)
                except RuntimeError as error:
                    walk.findings[step.name] = [str(error)]
                    walk.told.step(step, [("all", "", str(error), "WRONG")])
            walk.findings["README"] = readmes()
            shown = {step["row"] for step in walk.told.steps if step["verdict"] == SHOWN}
            walk.findings["rows"] = [f"no step has shown anything of {row}" for row in ROWS if row not in shown]
            walk.findings["differences.toml"] = [f"no step needs this entry any more: {entry}" for entry in walk.differences.unused()]
            walk.told.write()
        return {}, walk.findings

    return play


JUDGES = {"page-today": judge("page-today", "today"), "page-2020": judge("page-2020", "2020")}
