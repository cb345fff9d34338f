"""Golden files: what a client showed, with everything that changes from run to run replaced."""

import re
from pathlib import Path

PATTERNS = [
    (r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", "{token}"),
    (r"\b\d{4}-\d\d-\d\d[ T]\d?\d:\d\d:\d\d(\.\d+)?(Z| ?\+00:00(:00)?)?(?!\d)", "{time}"),
    (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", "{guid}"),
    (r"\b[12]\d{9}(\.\d+)?\b", "{epoch}"),
    # MSAL counts down by its own clock what is left of a token that it kept.
    (r"(?<='expires_in': )35\d\d(?=,\n 'token_source': 'cache')", "{seconds left}"),
]


class Redactor:
    """Replaces known values by their names, then anything that looks volatile by its kind."""

    def __init__(self, known: dict[str, str]):
        # Longest first, so that a value inside another one doesn't break it up.
        self.known = sorted(known.items(), key=lambda pair: -len(pair[0]))

    def __call__(self, text: str) -> str:
        for value, name in self.known:
            text = re.sub(re.escape(value), "{" + name + "}", text, flags=re.IGNORECASE)
        for pattern, name in PATTERNS:
            text = re.sub(pattern, name, text)
        return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def read(path: Path) -> dict[str, str]:
    """Case name to text. The form: a line `=== name`, then the text."""
    if not path.exists():
        return {}
    sections: dict[str, str] = {}
    for part in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("\n")
        sections[name] = text.strip("\n")
    return sections


def write(path: Path, client: str, sections: dict[str, str]) -> None:
    head = f"What {client} shows. Written by `conformance/run --update`; read the diff.\n"
    body = "".join(f"\n=== {name}\n{text}\n" for name, text in sections.items())
    path.write_text(head + body, encoding="utf-8")
