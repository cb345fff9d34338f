"""Trust in every ecosystem: inside `doorward run`, each client reaches Azure's names and believes who answers.

Each fetches a document of the sign-in host and one of Microsoft Graph, then a site whose authority the person outside
trusts (accepted, as outside) and one whose authority nobody trusts (refused, as outside, for its certificate). Both
sites are on this machine; nothing is fetched from anywhere else.
"""

import json
import re
import ssl
import subprocess
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .identity import Expected
from .judges import HERE, Tools
from .runs import LOGIN, Person, Place, Places

PROGRAMS = HERE / "ecosystems"
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
BUNDLE_VARIABLES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
SECRET = "the page of a site"


@dataclass
class Client:
    """What starts it, and how it says that it doesn't know a certificate's authority."""

    name: str
    command: list[object]
    distrust: str


def clients(tools: Tools) -> list[Client]:
    python = [tools.python, PROGRAMS / "fetch.py"]
    node = ["node", PROGRAMS / "fetch.mjs"]
    in_python, in_node = "CERTIFICATE_VERIFY_FAILED", "UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)"
    in_openssl = "unable to (get local issuer|verify the first) certificate"
    return [
        *(Client(f"Python {name}", [*python, name], in_python) for name in ("requests", "httpx", "aiohttp", "urllib")),
        *(Client(f"Node.js {name}", [*node, name], in_node) for name in ("https", "fetch", "axios")),
        Client("Java", ["java", PROGRAMS / "Fetch.java"], "PKIX path building failed"),
        Client("Go", [tools.go / "fetch"], "certificate signed by unknown authority"),
        Client("Rust", [tools.rust / "fetch-judge"], "UnknownIssuer"),
        Client("curl", ["bash", PROGRAMS / "curl.sh"], in_openssl),
        Client("openssl", ["bash", PROGRAMS / "openssl.sh"], in_openssl),
    ]


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = SECRET.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Site(ThreadingHTTPServer):
    """A site on localhost, its certificate signed by an authority of its own."""

    daemon_threads = True

    def __init__(self, directory: Path, name: str, page: type[BaseHTTPRequestHandler] = Page, names: tuple[str, ...] = ("localhost",)):
        super().__init__(("127.0.0.1", 0), page)
        self.ca = directory / f"{name}-ca.pem"
        leaf, key = directory / f"{name}.pem", directory / f"{name}.key"
        ca_key = directory / f"{name}-ca.key"
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        of_ca = [*new, "-subj", f"/CN=Authority of {name}", "-out", self.ca, "-keyout", ca_key]
        of_leaf = [*new, "-subj", f"/CN={name}", "-out", leaf, "-keyout", key, "-CA", self.ca, "-CAkey", ca_key]
        more = ["-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in names), "-addext", "basicConstraints=critical,CA:FALSE"]
        for command in (of_ca, [*of_leaf, *more]):
            subprocess.run(command, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(leaf, key)
        # The handshake is each connection's own business, in its own thread.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server_port}/"

    def handle_error(self, *_: object) -> None:
        """A client that refuses the certificate hangs up; that's what it's for."""

    def __enter__(self) -> "Site":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def certificates(text: str) -> set[str]:
    return {"".join(block.split()) for block in re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.DOTALL)}


def authorities(place: Place, environment: dict[str, str], ordinary: str, stranger: str) -> list[str]:
    """Inside, every bundle is what the machine trusts, and what the person trusts beside it, and one authority more."""
    bundles = [f"${variable}" for variable in BUNDLE_VARIABLES]
    if place.via != "proxy" and SYSTEM_BUNDLE.exists():
        bundles.append(str(SYSTEM_BUNDLE))
    script = "; echo ===; ".join(f'cat "{bundle}"' for bundle in bundles)
    done = place.run(["sh", "-c", script], environment=environment)
    system = certificates(SYSTEM_BUNDLE.read_text(encoding="utf-8")) if SYSTEM_BUNDLE.exists() else set()
    outside = system | certificates(ordinary)
    complaints = []
    for bundle, inside in zip(bundles, map(certificates, done.stdout.split("===")), strict=True):
        if missing := outside - inside:
            complaints.append(f"{bundle}: {len(missing)} authorities of the machine or the person are missing")
        if certificates(stranger) & inside:
            complaints.append(f"{bundle}: it has an authority that nobody trusts")
        if len(more := inside - outside) != 1:
            complaints.append(f"{bundle}: {len(more)} authorities more than outside, and not one")
    return complaints


def fetched(line: str) -> tuple[str, str]:
    status, _, body = line.partition(" ")
    return status, body.strip()


def issuer(body: str) -> str | None:
    """What a discovery document names."""
    try:
        return json.loads(body)["issuer"]
    except (ValueError, KeyError, TypeError):
        return None


def complaints_about(client: Client, place: Place, lines: list[str]) -> dict[str, list[str]]:
    """What each of the four addresses came to."""
    sign_in, graph, ordinary, stranger = map(fetched, lines)
    fine = {
        "sign-in": sign_in[0] == "200" and issuer(sign_in[1]) == f"{LOGIN}/{place.server.tenant}/v2.0",
        "Graph": graph[0] == "401" and "InvalidAuthenticationToken" in graph[1],
        "a site that is trusted": ordinary == ("200", SECRET),
        "a site that isn't": stranger[0] == "refused:" and re.search(client.distrust, stranger[1]),
    }
    return {name: [] if good else [f"it came to {line[:400]}"] for (name, good), line in zip(fine.items(), lines)}


def one_way(place: Place, tools: Tools, expected: Expected, sites: tuple[Site, Site]) -> dict[str, list[str]]:
    ordinary, stranger = sites
    ca = place.person.file("ordinary.pem", ordinary.ca.read_text(encoding="utf-8"))
    outside = {"SSL_CERT_FILE": str(ca), "NODE_MODULES": str(HERE / "node")}
    urls = [f"{LOGIN}/{place.server.tenant}/v2.0/.well-known/openid-configuration"]
    urls += ["https://graph.microsoft.com/v1.0/organization", ordinary.url, stranger.url]
    ports = [word for site in sites for word in ("--host-port", str(site.server_port))]
    findings: dict[str, list[str]] = {}
    for client in clients(tools):
        if expected.cannot("ecosystems", f"{client.name} by {place.via}"):
            continue
        done = place.run([*client.command, *urls], *ports, "--offline", environment=outside)
        lines = done.stdout.splitlines()
        name = f"{place.via}: {client.name}"
        if done.returncode != 0 or len(lines) != len(urls):
            findings[name] = [f"it left with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}"]
            continue
        for address, complaints in complaints_about(client, place, lines).items():
            findings[f"{name}: {address}"] = complaints
    # The stranger was there all the time: who doesn't look at its certificate reads its page.
    done = place.run(["bash", PROGRAMS / "curl.sh", "--insecure", stranger.url], *ports, "--offline", environment=outside)
    fine = fetched(done.stdout.strip()) == ("200", SECRET)
    findings[f"{place.via}: curl --insecure: a site that isn't"] = [] if fine else [f"it came to {done.stdout}{done.stderr}"]
    texts = (site.ca.read_text(encoding="utf-8") for site in sites)
    findings[f"{place.via}: authorities"] = authorities(place, outside, *texts)
    return findings


def play(places: Places, tools: Tools, expected: Expected) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Complaints. There is nothing for a golden file: how a certificate is refused is each library's own business."""
    findings: dict[str, list[str]] = {}
    with ExitStack() as stack:
        directory = Person(places[0].person.directory.parent / "sites", stand_in=False).directory
        sites = (stack.enter_context(Site(directory, "ordinary")), stack.enter_context(Site(directory, "stranger")))
        for place in places:
            findings |= one_way(place, tools, expected, sites)
    return {}, findings
