"""Chromium, and the person in front of it: node/person.mjs."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from .judges import HERE, Tools
from .server import Server, clean_environment

# What programs start for a browser: it writes the address down, and is done.
SCRIPT = '#!/bin/sh\nname=$(mktemp "$0.XXXXXX") && printf %s "$1" > "$name" && mv "$name" "$name.url"\n'


class Person:
    """Opens what programs want to be opened, and answers it as the administrator."""

    def __init__(self, tools: Tools, server: Server, directory: Path, *trusted: str):
        self.server, self.directory = server, directory
        home = directory / "person"
        self.opener = directory / "browser"
        self.opener.write_text(SCRIPT, encoding="utf-8")
        self.opener.chmod(0o755)
        trust(home, server.ca, *trusted)
        self.scratch = tempfile.TemporaryDirectory(prefix="doorward-chromium-")
        environment = clean_environment(home, CHROMIUM=str(tools.chromium), TMPDIR=self.scratch.name)
        self.log = open(directory / "person.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["node", str(HERE / "node" / "person.mjs")], text=True, env=environment, cwd=directory,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
        )
        self.username = server.exports["DOORWARD_ADMIN_UPN"]
        self.password = server.exports["DOORWARD_ADMIN_PASSWORD"]

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)
        self.log.close()
        self.scratch.cleanup()

    def _ask(self, wish: dict[str, object]) -> dict:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the browser is gone: {(self.directory / 'person.log').read_text(encoding='utf-8')}")
        return json.loads(answer)

    def open(self, url: str, browser: str, **wish: object) -> dict:
        """Opens a page and goes on until nothing is asked any more; what was seen."""
        wish = {"username": self.username, "passwords": [self.password], **wish}
        seen = self._ask({"url": url, "browser": browser, **wish})
        if "error" in seen:
            texts = "\n--\n".join(page["text"] for page in seen["pages"])
            raise RuntimeError(f"at {seen['url']}: {seen['error']}\n{texts}")
        return seen

    def press(self, button: str, url: str, browser: str, **wish: object) -> dict:
        """Presses a button of an application that is a page; what it said, and what the person saw on the way."""
        return self.open(url, browser, press=button, **wish)

    def close(self, browser: str) -> None:
        """Closes a browser for good, with its cookies."""
        self._ask({"close": browser})

    def sheet(self, path: Path, cells: list[dict[str, str]], dark: bool) -> None:
        """A contact sheet of pictures."""
        self._ask({"sheet": str(path), "cells": cells, "dark": dark})

    def wanted(self) -> str | None:
        """What a program wants to have opened."""
        for path in sorted(self.directory.glob("browser.*.url")):
            url = path.read_text(encoding="utf-8")
            path.unlink()
            return url
        return None

    def wait_for_page(self, seconds: float) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if url := self.wanted():
                return url
            time.sleep(0.05)
        raise RuntimeError("no page was opened")


def trust(home: Path, *authorities: str) -> None:
    """The store of a Chromium user, with these authorities in it."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True, mode=0o700)
    database = f"sql:{store}"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home)}
    commands = [["certutil", "-d", database, "-N", "--empty-password"]]
    commands += [["certutil", "-d", database, "-A", "-t", "C,,", "-n", ca, "-i", ca] for ca in authorities]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, env=environment)


def in_words(seen: dict) -> str:
    """Every page, as it was read."""
    return "\n\n".join(f"[{page['lang']}] {page['title']}\n{page['text']}" for page in seen["pages"])
