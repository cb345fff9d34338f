"""A real `doorward` binary, started as a stranger would start it, and its command line.

Nothing of this process's environment reaches it or any client: machines preset CA bundles and
proxies, and a judge that trusts the wrong roots proves nothing.
"""

import json
import os
import selectors
import shlex
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path


# Debian's, for this machine's architecture.
LIBFAKETIME = "/usr/$LIB/faketime/libfaketime.so.1"


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """The whole environment of a process that we start; nothing is inherited but PATH."""
    home.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", **more}


class Server:
    """`doorward up` on a free port with a data directory of its own; `become` starts commands as its owner."""

    def __init__(self, binary: Path, directory: Path, become: list[str] | None = None, options: tuple[str, ...] = ()):
        self.binary = binary
        self.options = options
        self.listen = "127.0.0.1:0"
        # How many seconds ahead of the time its clock is, and that of every command that is started by `become`.
        self.shift = 0
        self.owner = become or []
        self.directory = directory
        self.home = directory / "home"
        self.exports: dict[str, str] = {}
        self.process: subprocess.Popen[str] | None = None

    @property
    def become(self) -> list[str]:
        """How a command starts as the owner, and at the server's time: only then, for libfaketime keeps something for each process."""
        if not self.shift:
            return self.owner
        return [*self.owner, "env", f"LD_PRELOAD={LIBFAKETIME}", f"FAKETIME=+{self.shift}s", "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"]

    def environment(self) -> dict[str, str]:
        settings = {"DOORWARD_CONFIG_DIR": str(self.directory / "cli"), "DOORWARD_KEYRING": "never"}
        return clean_environment(self.home, **{**self.exports, **settings})

    def __enter__(self) -> "Server":
        env_file = self.directory / "env"
        command = [*self.become, str(self.binary), "up", "--data", str(self.directory / "data")]
        command += ["--listen", self.listen, "--env-file", str(env_file), *self.options]
        self.log = open(self.directory / "server.log", "a", encoding="utf-8")
        self.process = subprocess.Popen(
            command, env=self.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        self.base = self._wait_until_ready(60)
        self.exports = read_exports(env_file)
        if self.exports["DOORWARD_URL"].rstrip("/") != self.base:
            raise RuntimeError(f"DOORWARD_URL is {self.exports['DOORWARD_URL']}, the ready line said {self.base}")
        self.ca = self.exports["DOORWARD_CA"]
        self.tenant = self.exports["DOORWARD_TENANT_ID"]
        self.domain = self.exports["DOORWARD_ADMIN_UPN"].partition("@")[2]
        return self

    def restart(self) -> None:
        """Stops it, and starts it again where it was, over the same data."""
        self.__exit__()
        self.listen = f"127.0.0.1:{self.base.rpartition(':')[2]}"
        self.__enter__()

    def _wait_until_ready(self, seconds: float) -> str:
        assert self.process and self.process.stdout
        watch = selectors.DefaultSelector()
        watch.register(self.process.stdout, selectors.EVENT_READ)
        end = time.monotonic() + seconds
        while time.monotonic() < end and watch.select(max(0.0, end - time.monotonic())):
            line = self.process.stdout.readline()
            if line.startswith("ready https://"):
                return line.split()[1].rstrip("/")
            if not line:
                break
        self.process.kill()
        log = (self.directory / "server.log").read_text(encoding="utf-8")
        raise RuntimeError(f"`doorward up` did not say that it is ready:\n{log}")

    def __exit__(self, *_: object) -> None:
        assert self.process
        self.process.terminate()
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise RuntimeError("SIGTERM did not end the server within 20 seconds") from None
        finally:
            self.log.close()
        if code != 0:
            raise RuntimeError(f"after SIGTERM the server left with {code} instead of 0")

    def text(self, *arguments: str, more: dict[str, str] | None = None) -> str:
        """The answer of our own command line; `more` adds to its environment."""
        done = subprocess.run(
            [*self.become, str(self.binary), *arguments], env={**self.environment(), **(more or {})},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )
        if done.returncode != 0:
            raise RuntimeError(f"doorward {shlex.join(arguments)} left with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def cli(self, *arguments: str, more: dict[str, str] | None = None) -> object:
        """The same, parsed."""
        said = self.text(*arguments, more=more)
        return json.loads(said) if said.strip() else None

    def graph(self, method: str, path: str, body: object = None) -> object:
        """One call of the directory, as its administrator."""
        return self._call("https://graph.microsoft.com", method, f"/v1.0{path}", body)

    def arm(self, method: str, path: str, body: object = None) -> object:
        """One call of Resource Manager, as its administrator."""
        return self._call("https://management.azure.com", method, path, body)

    def _call(self, resource: str, method: str, path: str, body: object) -> object:
        token = self.cli("account", "get-access-token", "--resource", resource)
        assert isinstance(token, dict)
        request = urllib.request.Request(
            f"{self.base}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token['accessToken']}", "Content-Type": "application/json"},
        )
        trust = ssl.create_default_context(cafile=self.ca)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        try:
            with opener.open(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from None
        return json.loads(text) if text else None


def read_exports(path: Path) -> dict[str, str]:
    """The `export NAME=value` lines of the file that `--env-file` wrote."""
    if path.stat().st_mode & 0o077:
        raise RuntimeError(f"{path} can be read by others")
    exports = {}
    for word in shlex.split(path.read_text(encoding="utf-8"), comments=True):
        name, equals, value = word.partition("=")
        if equals:
            exports[name] = value
    return exports
