"""docs/compatibility.md: which client does what against the server, each line with the case that shows it.

The lines stand in compatibility.toml, versions come from the lock files, and a line holds only while its case is played and
passes: a run whose judges know no such case, or see it fail, fails for this as well, and so does a page that is not what
these make of it.
"""

import json
import re
import tomllib
from pathlib import Path

from .judges import HERE

PAGE = HERE.parent / "docs" / "compatibility.md"


def rows() -> list[dict]:
    return tomllib.loads((HERE / "compatibility.toml").read_text(encoding="utf-8"))["row"]


def version(lock: Path, package: str) -> str:
    """The version that a lock file names."""
    text = lock.read_text(encoding="utf-8")
    if lock.suffix == ".json":
        return json.loads(text)["packages"][f"node_modules/{package}"]["version"]
    found = re.search(rf"^{re.escape(package)}==([^\s;]+)", text, re.MULTILINE)
    if not found:
        raise RuntimeError(f"{lock} names no {package}")
    return found[1]


def page() -> str:
    out = [
        "# Compatibility", "",
        "Clients that nobody changed, against this server. Each line is shown by a case of `./test conformance` on every run; a run in",
        "which that case fails, or isn't played, fails. A way is one of `doorward run` ([run.md](run.md)), or how the client is told",
        "of the server without it. Made by `conformance/run --update` out of `conformance/compatibility.toml` and the lock files.", "",
        "| client | version | flow | way | result | case |", "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows():
        cells = [row["client"], version(HERE / row["lock"], row["package"]), row["flow"], row["way"], row.get("instead", "passed"), f"`{row['case']}`"]
        out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    out += ["", "Not shown yet: managed identities (`az login --identity`, `MsiAuthentication`, `ManagedIdentityCredential`).", ""]
    return "\n".join(out)


def check(judges: set[str], cases: dict[str, bool], update: bool) -> list[tuple[str, list[str]]]:
    """What is wrong with the page and its lines. `cases`: every case that was played, and whether it passed."""
    found = []
    for row in rows():
        if row["case"].partition(": ")[0] in judges and not cases.get(row["case"]):
            state = "failed" if row["case"] in cases else "was not played"
            found.append((f"compatibility: {row['client']}: {row['flow']}: {row['way']}", [f"its case {row['case']!r} {state}"]))
    wanted = page()
    if update:
        PAGE.write_text(wanted, encoding="utf-8")
    stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted
    found.append(("compatibility: the page", ["docs/compatibility.md is stale: conformance/run --update"] if stale else []))
    return found
