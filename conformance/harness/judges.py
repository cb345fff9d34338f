"""The judges: which program plays, what it speaks, what it can do, and what it trusts our CA by."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .server import Server, clean_environment

HERE = Path(__file__).resolve().parent.parent


@dataclass
class Judge:
    name: str
    command: list[str]
    endpoints: tuple[str, ...]
    trust: str
    can: set[str] = field(default_factory=set)
    environment: dict[str, str] = field(default_factory=dict)


def library_judges(tools: "Tools") -> list[Judge]:
    """Unmodified client libraries and the page's programs. curl, which says anything, stands apart."""
    python, node = str(tools.python), "node"
    in_python = lambda program: [python, str(HERE / "python" / program)]  # noqa: E731
    in_node = lambda program: [node, str(HERE / "node" / program)]  # noqa: E731
    java = ["java", "--class-path", str(tools.gson), str(HERE / "java" / "Token.java")]
    rust = [str(tools.rust / "azure-identity-judge")]
    authority = {"AZURE_AUTHORITY_HOST": "{base}"}
    return [
        Judge("adal-python", in_python("adal_judge.py"), ("v1",), "REQUESTS_CA_BUNDLE"),
        Judge("msal-python", in_python("msal_judge.py"), ("v2",), "REQUESTS_CA_BUNDLE"),
        Judge("azure-identity-python", in_python("azure_identity_judge.py"), ("v2",), "REQUESTS_CA_BUNDLE"),
        # The asynchronous client trusts by SSL_CERT_FILE; requests, which verifies for it, doesn't.
        Judge("azure-identity-python-aio", in_python("azure_identity_aio_judge.py"), ("v2",), "SSL_CERT_FILE",
              environment={"REQUESTS_CA_BUNDLE": "{ca}"}),
        Judge("adal-node", in_node("adal-node.mjs"), ("v1",), "NODE_EXTRA_CA_CERTS"),
        Judge("msal-node", in_node("msal-node.mjs"), ("v2",), "NODE_EXTRA_CA_CERTS"),
        Judge("azure-identity-node", in_node("azure-identity.mjs"), ("v2",), "NODE_EXTRA_CA_CERTS"),
        Judge("openid-client", in_node("openid-client.mjs"), ("v1", "v2"), "NODE_EXTRA_CA_CERTS", {"basic", "grant"}),
        Judge("azure-identity-rust", rust, ("v2",), "SSL_CERT_FILE", environment=authority),
        Judge("java", java, ("v1",), "java"),
    ]


@dataclass
class Tools:
    """Where `./test` put the things that judges need."""

    python: Path
    rust: Path
    gson: Path
    az: Path
    go: Path
    arm: Path
    ml: Path
    ml_cli: Path
    # Missing where there is no Python of that time: then the judge that needs it fails.
    az_2020: Path
    chromium: Path

    def files(self) -> list[Path]:
        rust = [self.rust / f"{name}-judge" for name in ("azure-identity", "fetch", "rustls")]
        return [self.python, *rust, self.gson, self.az, self.go / "fetch", self.arm, self.ml, self.ml_cli]

    def missing(self) -> list[str]:
        return [str(path) for path in [*self.files(), self.chromium] if not path.exists()]


def environment(judge: Judge, server: Server, directory: Path) -> dict[str, str]:
    """An environment with one way to trust: our CA, by the variable that this client reads."""
    values = {name: text.format(base=server.base, ca=server.ca) for name, text in judge.environment.items()}
    if judge.trust == "java":
        store = directory / "trust.p12"
        command = ["keytool", "-importcert", "-noprompt", "-alias", "doorward", "-file", server.ca]
        command += ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", "changeit"]
        store.unlink(missing_ok=True)
        subprocess.run(command, check=True, capture_output=True, env=clean_environment(directory / "home"))
        options = f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=changeit"
        values["JDK_JAVA_OPTIONS"] = options
    else:
        values[judge.trust] = server.ca
    return clean_environment(directory / "home", **values)


def play(judge: Judge, server: Server, cases: list[dict[str, object]], directory: Path) -> dict[str, dict[str, object]]:
    """Runs a client program over all its cases: case name to what it reported."""
    script = directory / "cases.json"
    script.touch(mode=0o600)
    script.write_text(json.dumps({"base": server.base, "cases": cases}), encoding="utf-8")
    done = subprocess.run(
        [*judge.command, str(script)], env=environment(judge, server, directory), cwd=directory,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )
    script.unlink()
    answers = {}
    for text in done.stdout.splitlines():
        line = json.loads(text)
        answers[line["case"]] = line
    if done.returncode != 0:
        raise RuntimeError(f"{judge.name} left with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return answers


class Verifier:
    """PyJWT, for clients without a JOSE library."""

    def __init__(self, tools: Tools, server: Server, directory: Path):
        self.process = subprocess.Popen(
            [str(tools.python), str(HERE / "python" / "verify.py")], text=True,
            env=clean_environment(directory / "home", REQUESTS_CA_BUNDLE=server.ca),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )

    def __call__(self, token: str, case: dict[str, object]) -> dict[str, object]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"token": token, "case": case}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the verifier is gone")
        return json.loads(answer)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(20)
