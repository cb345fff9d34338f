"""A leaf for anything but our own names must be refused, although our CA signed it.

Four TLS clients that trust the CA meet servers that hold forged leaves. A refusal counts only if it
names the CA's name constraints: a client that merely missed the host name in the leaf has proved nothing.

The directory holds `ca.pem` and, for each leaf, `NAME.pem` (the chain that a server sends, the leaf first)
and `NAME.key`:

  good         the names that `doorward up` gives itself: accepted, or the judges can't be trusted
  other-name   a DNS name that isn't ours
  other-ip     an IP address that isn't ours
  email        an e-mail address, beside the DNS name localhost

`python3 -m tls.check DIR RUSTLS_JUDGE`, from the directory above, runs this alone.
"""

import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from harness.server import clean_environment

HERE = Path(__file__).resolve().parent
LEAVES = {"good": True, "other-name": False, "other-ip": False, "email": False}
# How each client says that a name constraint was violated.
REASONS = {
    "openssl verify": r"subtree violation",
    "openssl s_client": r"subtree violation",
    "node": r"subtree violation",
    "java": r"name constraints",
    "rustls": r"[Nn]ame ?[Cc]onstraint",
}


def subject(leaf: Path) -> str:
    """The name to call a leaf's server by: its first DNS name, else its first IP address."""
    command = ["openssl", "x509", "-in", str(leaf), "-noout", "-ext", "subjectAltName"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"DNS:([^,\s]+)", text) or re.search(r"IP Address:([^,\s]+)", text)
    return found[1] if found else "localhost"


class TlsServer:
    """A TLS server with one leaf and the rest of its chain, which answers anything with one line."""

    def __init__(self, directory: Path, leaf: str):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(directory / f"{leaf}.pem", directory / f"{leaf}.key")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(10)
                if connection.recv(1, socket.MSG_PEEK) == b"":
                    return
                try:
                    with self.context.wrap_socket(connection, server_side=True) as secure:
                        secure.recv(1024)
                        secure.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")
                except OSError:
                    pass

    def __enter__(self) -> "TlsServer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A connection that says nothing is the sign to stop.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join(20)
        self.listener.close()


def said(command: list[str], home: Path) -> str:
    done = subprocess.run(
        command, env=clean_environment(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    text = (done.stdout + done.stderr).strip()
    return text if done.returncode else "accepted"


def java(ca: Path, port: int, name: str, home: Path) -> str:
    command = ["java", str(HERE / "Connect.java"), str(ca), str(port), name]
    done = subprocess.run(command, env=clean_environment(home), capture_output=True, text=True, timeout=120)
    return done.stdout.strip() or done.stderr.strip()


def check(directory: Path, rustls: Path, scratch: Path) -> list[tuple[str, list[str]]]:
    """Every client against every leaf: (name of the case, complaints)."""
    results = []
    ca, home = directory / "ca.pem", scratch / "home"
    for leaf, accepted in LEAVES.items():
        pem = directory / f"{leaf}.pem"
        name = subject(pem)
        is_ip = re.fullmatch(r"[\d.]+|[0-9A-Fa-f:]+:[0-9A-Fa-f:]*", name) is not None
        named = ["-verify_ip", name] if is_ip else ["-verify_hostname", name]
        bare = ["-noservername"] if is_ip else ["-servername", name]
        verify = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-purpose", "sslserver", "-CAfile", str(ca), "-untrusted", str(pem)]
        client = ["openssl", "s_client", "-brief", "-verify_return_error", "-no-CApath", "-no-CAstore", "-CAfile", str(ca)]
        with TlsServer(directory, leaf) as server:
            address = f"127.0.0.1:{server.port}"
            answers = {
                "openssl verify": said([*verify, str(pem)], home),
                "openssl s_client": said([*client, *named, *bare, "-connect", address], home),
                "node": said(["node", str(HERE / "connect.mjs"), str(ca), str(server.port), name], home),
                "rustls": said([str(rustls), str(ca), address, name], home),
                "java": java(ca, server.port, name, home),
            }
        for client_name, answer in answers.items():
            complaints = []
            if accepted and answer != "accepted":
                complaints.append(f"refused under the name {name}: {answer}")
            elif not accepted and answer == "accepted":
                complaints.append(f"accepted under the name {name}")
            elif not accepted and not re.search(REASONS[client_name], answer):
                complaints.append(f"refused, but not for the CA's name constraints: {answer}")
            results.append((f"{client_name}: {leaf}", complaints))
    return results


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        cases = check(Path(sys.argv[1]), Path(sys.argv[2]), Path(scratch))
    for case, complaints in cases:
        print("FAIL" if complaints else "ok  ", case, *complaints)
    failed = sum(1 for _, complaints in cases if complaints)
    print(f"{len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
