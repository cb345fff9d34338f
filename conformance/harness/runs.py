"""`doorward run` by each of its ways, each gone by the person that it is for.

`namespaces` and `proxy` need no rights and are gone by somebody who has none: whoever runs the judges or, when that is
root, a system user, made where it is missing. `root` is gone by root: by us, or through a `sudo` that asks for no
password. Every person has a server of their own, whose command line is signed in as its administrator.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .scene import create_principal
from .server import Server, clean_environment

WAYS = ("namespaces", "root", "proxy")
USER = "doorward-judge"
LOGIN = "https://login.microsoftonline.com"
# Java says this of every variable by which it is told something.
JAVA_NOTE = re.compile(r"^Picked up JAVA_TOOL_OPTIONS: .*\n", re.MULTILINE)


class Person:
    """Somebody with a home and files of their own in `directory`."""

    def __init__(self, directory: Path, stand_in: bool):
        self.directory, self.home = directory, directory / "home"
        self.become: list[str] = []
        self.owner = (os.getuid(), os.getgid())
        if stand_in:
            user = system_user()
            self.owner = (user.pw_uid, user.pw_gid)
            self.become = ["setpriv", "--reuid", USER, "--regid", str(user.pw_gid), "--init-groups", "--"]
        for path in (self.directory, self.home):
            path.mkdir(mode=0o700)
            os.chown(path, *self.owner)

    def file(self, path: str, content: str | bytes) -> Path:
        """A file that only this person can read."""
        place = self.directory / path
        for above in reversed(place.relative_to(self.directory).parents):
            if not (self.directory / above).exists():
                (self.directory / above).mkdir(mode=0o700)
                os.chown(self.directory / above, *self.owner)
        place.touch(mode=0o600)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        os.chown(place, *self.owner)
        return place

    def must_reach(self, paths: list[Path]) -> None:
        for path in paths:
            asked = [*self.become, "test", "-r", str(path)]
            if subprocess.run(asked, cwd="/", env=clean_environment(self.home)).returncode != 0:
                raise RuntimeError(
                    f"{USER if self.become else 'you'} can't read {path}: let others in to the directories above it"
                    " (`chmod a+x`), or have the checkout, and the Python that ./test finds, where everybody can read"
                )


def system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", USER], check=True, capture_output=True)
        return pwd.getpwnam(USER)


class Place:
    """One way, and the person and the server that go with it."""

    def __init__(self, via: str, person: Person, server: Server, good: dict[str, str]):
        self.via, self.person, self.server, self.good = via, person, server, good

    def run(
        self, command: list[object], *options: str, environment: dict[str, str] | None = None,
        standard_input: str = "", timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """One `doorward run`, from the outside."""
        before = [*self.person.become, str(self.server.binary), "run", "--quiet", "--via", self.via, *options, "--"]
        done = subprocess.run(
            [*before, *map(str, command)], env={**self.server.environment(), **(environment or {})},
            cwd=self.person.directory, input=standard_input, capture_output=True, text=True, timeout=timeout,
        )
        done.stderr = JAVA_NOTE.sub("", done.stderr)
        return done

    def known(self) -> dict[str, str]:
        """Values that golden files call by name."""
        names = {self.server.tenant: "tenant", self.server.domain: "domain", str(self.person.directory): "directory"}
        names[self.server.base.removeprefix("https://")] = "host"
        for name in ("clientId", "clientSecret", "objectId", "subscriptionId"):
            names[self.good[name]] = {"clientId": "client", "clientSecret": "secret"}.get(name, name.removesuffix("Id"))
        return names


class Places(list[Place]):
    """The places of a judge; together they know what golden files call by name."""

    def __init__(self, places: Iterable[Place], missing: dict[str, str]):
        super().__init__(places)
        # Ways that can't be gone here, with the reason; each is a failure.
        self.missing = missing
        # What comes up during the judge's turn.
        self.names: dict[str, str] = {}

    def known(self) -> dict[str, str]:
        return {value: name for place in self for value, name in place.known().items()} | self.names


def sudo_works() -> bool:
    return shutil.which("sudo") is not None and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0


@contextmanager
def places(
    binary: Path, directory: Path, reached: list[Path], wanted: tuple[str, ...] = WAYS, options: tuple[str, ...] = (),
) -> Iterator[Places]:
    """A place for every way that is wanted; `reached` is what the person must be able to read, `options` how servers start."""
    root = os.geteuid() == 0
    missing = {} if root or "root" not in wanted or sudo_works() else {"root": "needs root, or a sudo that asks for no password"}
    directory.chmod(0o755)
    with ExitStack() as stack:
        people = {False: Person(directory / "person", stand_in=root)}
        people[False].must_reach([binary, *reached])
        if root and "root" in wanted:
            people[True] = Person(directory / "root", stand_in=False)
        servers = {who: stack.enter_context(Server(binary, person.directory, person.become, options)) for who, person in people.items()}
        ways = [(via, root and via == "root") for via in wanted if via not in missing]
        yield Places(
            (Place(via, people[who], servers[who], create_principal(servers[who], f"ml-auth-{via}")) for via, who in ways),
            missing,
        )
