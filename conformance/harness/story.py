"""The page's story, `story/story.sh`: one script of our command line and of clients that nobody changed.

Each of its parts must come to what the story is about; the rest of what it prints is in the golden file.
"""

import os
import re
import subprocess

from .judges import HERE, Tools
from .resources import tidy
from .runs import JAVA_NOTE, Place, Places
from .server import clean_environment

ML = "Microsoft.MachineLearningServices/workspaces"
# Beginnings of the parts, and what must stand in each.
MUST_HOLD = {
    "1 ": ['"clientId"', '"managementEndpointUrl"'],
    "2 ": ['"displayName": "ml-auth"'],
    "3 ": ["You don't have access", "left with 1"],
    "5 ": ['"name": "ml-example"', f'"type": "{ML}"'],
    "6 ": ['"name": "ml-example"'],
    "7 ": ["does not have authorization to perform action", "left with 1"],
    "8 ": ["AuthorizationFailed", "\n403"],
    "9 ": ['"allowed": false', "doorward role assignment create"],
    "10 ": ["Data Scientist Custom", "Compute Automation"],
    "11 ": [f"to perform action '{ML}/computes/write'", "\n403"],
    "12 ": ['"computeType":"ComputeInstance"', "\n201"],
    "13 ": ["\n200"],
    "14 ": [f"to perform action '{ML}/computes/applicationaccess/action'", "\n403"],
    "15 ": [f"to perform action '{ML}/computes/delete'", "\n403"],
    "16 ": ["\n200"],
    "17 ": ["ResourceNotFound", "\n404"],
    "18 ": ['"name":"ml-example"', "\n200"],
    "19 ": ['"name":"ml-example"', "\n200"],
    "20 ": ['"name":"ml-example"', "\n200"],
}
# Parts that say nothing at all.
SILENT = ["4 "]
REFUSAL = re.compile(
    r"The client '([0-9a-f-]{36})' with object id '([0-9a-f-]{36})' does not have authorization to perform action"
    r" 'Microsoft\.MachineLearningServices/workspaces/delete' over scope"
    r" '/subscriptions/[0-9a-f-]{36}/resourceGroups/ml-rg/providers/Microsoft\.MachineLearningServices/workspaces/ml-example'"
    r" or the scope is invalid\. If access was recently granted, please refresh your credentials\."
)


def tell(place: Place, tools: Tools) -> tuple[int, dict[str, str]]:
    """The script's status, and its parts by name."""
    page = place.server.environment()
    environment = clean_environment(place.person.home, **{
        **page, "PATH": f"{place.server.binary.parent}:{os.environ['PATH']}", "STORY": str(HERE / "story"), "PAGE": str(HERE / "page"),
        "PYTHON": str(tools.python), "PYTHON_ML": str(tools.ml), "GSON": str(tools.gson), "NODE_MODULES": str(HERE / "node" / "node_modules"),
    })
    done = subprocess.run(
        [*place.person.become, "bash", str(HERE / "story" / "story.sh")], env=environment, cwd=place.person.directory,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
    )
    parts = re.split(r"^=== ", tidy(JAVA_NOTE.sub("", done.stdout)), flags=re.MULTILINE)
    sections = dict(part.strip("\n").partition("\n")[::2] for part in parts[1:])
    if parts[0].strip():
        sections["0 before anything"] = parts[0].strip()
    return done.returncode, sections


def play(places: Places, tools: Tools, _expected: object) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints."""
    findings: dict[str, list[str]] = {}
    sections: dict[str, str] = {}
    for place in places:
        status, sections = tell(place, tools)
        for name, text in sections.items():
            number = f"{name.split()[0]} "
            if number in SILENT:
                findings[name] = [] if not text else ["it should be silent"]
            else:
                findings[name] = [f"lacks {word!r}" for word in MUST_HOLD.get(number, ["(nobody expects it)"]) if word not in text]
        for number in ("7 ", "8 "):
            name = next((name for name in sections if name.startswith(number)), number)
            if not REFUSAL.search(sections.get(name, "")):
                findings.setdefault(name, []).append("Azure's text isn't there, word for word")
        for number in [*MUST_HOLD, *SILENT]:
            if not any(name.startswith(number) for name in sections):
                findings[f"{number}(not told)"] = ["the story ended before"]
        if status != 0:
            findings["the whole"] = [f"the script left with {status}"]
    return sections, findings
