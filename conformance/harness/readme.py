"""README as a judge: its blocks marked `<!-- judged -->`, run one after the other in one shell.

`cargo run --release --` is answered with the binary under judgement; everything else runs as it stands.
"""

import os
import re
import subprocess
from pathlib import Path

from .judges import HERE, Tools
from .server import Server, clean_environment

# What each block must come to, by its heading in the golden file.
MUST_HOLD = {
    "1 sh": ['"clientId"', '"clientSecret"', '"managementEndpointUrl"'],
    "2 sh": [],
    "3 sh": ['"token_type":"Bearer"', '"expires_in":"3599"'],
    "4 python": ["verified: "],
    "5 sh": ["a token of "],
    "6 sh": ['"error":"invalid_client"', "AADSTS7000215: Invalid client secret provided."],
    "7 sh": ['"password"'],
    "8 sh": ["Principal ", " Reader "],
    "9 sh": ['"allowed": false', "{program} role assignment create --assignee "],
    "10 sh": ['"principalType": "ServicePrincipal"', "Yes: the role 'Contributor', assigned at "],
    "11 sh": ["Workspace Deleter  CustomRole  "],
}


def blocks() -> list[tuple[str, str]]:
    text = (HERE.parent / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"<!-- judged -->\n```(sh|python)\n(.*?)```", text, flags=re.DOTALL)
    return [(f"{number} {kind}", body) for number, (kind, body) in enumerate(found, 1)]


def play(server: Server, tools: Tools, directory: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints."""
    script = ["set -euo pipefail", 'cargo() { while [ "$1" != -- ]; do shift; done; shift; "$BINARY" "$@"; }']
    for name, body in blocks():
        script.append(f"printf '\\n=== {name}\\n'")
        script.append(f"\"$PYTHON\" - <<'END_OF_BLOCK'\n{body}END_OF_BLOCK" if name.endswith("python") else body)
    environment = clean_environment(
        directory / "home", BINARY=str(server.binary), PYTHON=str(tools.python),
        DOORWARD_CONFIG_DIR=str(directory / "cli"), DOORWARD_KEYRING="never",
        # What the reader has activated: the environment that README has them make.
        PATH=f"{tools.python.parent}:{os.environ['PATH']}",
    )
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], env=environment, cwd=directory, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )
    sections = {}
    # Cures name the program as it was called, which is at another place on each machine.
    shown = done.stdout.replace(str(server.binary.resolve()), "{program}")
    for part in re.split(r"^=== ", shown, flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("\n")
        sections[name] = re.sub(r'("(?:clientSecret|password)": )"[^"]+"', r'\1"{secret}"', text.strip())
    findings: dict[str, list[str]] = {}
    for name, words in MUST_HOLD.items():
        findings[name] = [f"lacks {word}" for word in words if word not in sections.get(name, "")]
    if list(MUST_HOLD) != [name for name, _ in blocks()]:
        findings["blocks"] = [f"README has {[name for name, _ in blocks()]}"]
    if done.returncode != 0:
        findings["the whole"] = [f"the shell left with {done.returncode}: {done.stdout[-600:]}"]
    return sections, findings
