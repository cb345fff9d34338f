"""curl, the client that says anything: the cases again by hand, and everything that no library would send."""

import base64
import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from .cases import NOBODY, Case
from .scene import RESOURCE_MANAGER, Scene
from .server import Server, clean_environment

# Headers that say nothing about us, and those that every answer carries: told in full twice only.
DULL = {"date", "content-length"}
EVERYWHERE = {
    "client-request-id", "pragma", "referrer-policy", "request-id", "strict-transport-security",
    "x-content-type-options", "x-ms-request-id",
}
IN_FULL = {"v1 resource with a slash", "v1 wrong secret", "v1 echo of client-request-id"}


@dataclass
class Request:
    """One curl call. `status` is what it must answer, `aadsts` what its body must hold (0: nothing)."""

    name: str
    arguments: list[str]
    status: int
    aadsts: tuple[int, ...] = ()
    path: str = ""
    body: bytes | None = None
    numbers: type | None = None
    case: dict[str, object] = field(default_factory=dict)
    must_hold: tuple[str, ...] = ()


class Curl:
    """Runs requests and puts answers in words."""

    def __init__(self, server: Server, directory: Path):
        self.server = server
        self.directory = directory

    def __call__(self, request: Request) -> tuple[int, dict[str, str], str]:
        command = ["curl", "--silent", "--show-error", "--include", "--max-time", "30", "--noproxy", "*"]
        command += ["--cacert", self.server.ca, *request.arguments, self.server.base + request.path]
        if request.body is not None:
            command[1:1] = ["--data-binary", "@-"]
        done = subprocess.run(
            command, input=request.body or b"", capture_output=True, timeout=60,
            env=clean_environment(self.directory / "home"),
        )
        if done.returncode != 0:
            return 0, {}, f"curl left with {done.returncode}: {done.stderr.decode().strip()}"
        text = done.stdout.decode()
        while re.match(r"HTTP/\S+ 1\d\d", text):
            text = text.partition("\r\n\r\n")[2]
        head, _, body = text.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return int(first.split()[1]), headers, body


def show(request: Request, status: int, headers: dict[str, str], body: str) -> str:
    """An answer in words: status, headers in alphabetical order, JSON a member a line."""
    lines = [str(status)]
    hidden = DULL if request.name in IN_FULL else DULL | EVERYWHERE
    lines += [f"{name}: {value}" for name, value in sorted(headers.items()) if name not in hidden]
    try:
        parsed = json.loads(body)
        if "keys" in parsed:
            # How many there are depends on how far the making of the next one has got; they are all of one form.
            parsed["keys"] = parsed["keys"][:1]
        lines += ["", json.dumps(parsed, indent=2, ensure_ascii=False)]
    except ValueError:
        lines += ["", body] if body else []
    text = re.sub(r'"n": "[\w-]{300,}"', '"n": "{modulus}"', "\n".join(lines))
    text = re.sub(r'"(kid|x5t)": "[\w-]{27}"', r'"\1": "{key name}"', text)
    return re.sub(r'"MII[\w+/=]+"', '"{certificate}"', text)


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def token_path(endpoint: str, tenant: str) -> str:
    return f"/{tenant}/oauth2/{'v2.0/' if endpoint == 'v2' else ''}token"


def from_case(case: Case, endpoint: str, scene: Scene) -> Request:
    """A case that the libraries play as well."""
    fields = {"grant_type": "client_credentials"}
    fields |= {"scope": case.scope} if endpoint == "v2" else {"resource": case.resource}
    arguments: list[str] = []
    if case.needs == "basic":
        pair = f"{case.client_id}:{case.client_secret}".encode()
        arguments = ["--header", "Authorization: Basic " + base64.b64encode(pair).decode()]
    else:
        fields |= {"client_id": case.client_id, "client_secret": case.client_secret}
    if case.needs == "grant":
        fields["grant_type"] = "urn:example:no-such-grant"
    unauthorized = case.aadsts in (7000215, 7000222)
    status = 200 if case.aadsts == 0 else 401 if unauthorized else 400
    return Request(
        f"{endpoint} {case.name}", arguments, status, (case.aadsts,) if case.aadsts else (),
        token_path(endpoint, case.tenant), form(**fields),
        numbers=(str if endpoint == "v1" else int) if status == 200 else None,
        case=case.wire(endpoint, scene) if status == 200 else {},
    )


def by_hand(scene: Scene) -> list[Request]:
    """What only curl can say: broken requests, headers of one's own, documents."""
    good = {"client_id": scene.good["clientId"], "client_secret": scene.good["clientSecret"]}
    v1, v2 = token_path("v1", scene.tenant), token_path("v2", scene.tenant)
    target = {"resource": RESOURCE_MANAGER + "/"}
    scope = {"scope": RESOURCE_MANAGER + "/.default"}
    whole = {"grant_type": "client_credentials", **good, **target}
    whole2 = {"grant_type": "client_credentials", **good, **scope}
    less = lambda body, *names: form(**{k: v for k, v in body.items() if k not in names})  # noqa: E731
    asking = [
        Request("v1 no Content-Type", ["--header", "Content-Type:"], 200, (), v1, form(**whole), str),
        Request("v1 Content-Type with a charset", content_type("application/x-www-form-urlencoded; charset=UTF-8"),
                200, (), v1, form(**whole), str),
        Request("v1 unknown fields and parameters", [], 200, (), v1 + "?api-version=1.0&x-client-SKU=none",
                form(**whole, client_info="1", unknown="field"), str),
        Request("v2 trailing slash", [], 200, (), v2 + "/", form(**whole2), int),
        Request("v2 path in other letter case", [], 200, (), v2.replace("oauth2", "OAuth2"), form(**whole2), int),
        Request("v1 echo of client-request-id",
                ["--header", f"client-request-id: {NOBODY}", "--header", "return-client-request-id: true"],
                200, (), v1, form(**whole), str, must_hold=(f"client-request-id: {NOBODY}",)),
    ]
    for name in ("https://management.core.windows.net/", "https://graph.windows.net/", "https://ml.azure.com",
                 "https://storage.azure.com/", "https://vault.azure.net"):
        asking.append(Request(f"v1 {name}", [], 200, (), v1, form(**{**whole, "resource": name}), str))
    for request in asking:
        fields = dict(pair.split("=") for pair in (request.body or b"").decode().split("&"))
        resource = fields.get("resource", "").replace("%3A", ":").replace("%2F", "/")
        issuer = f"{scene.base}/{scene.tenant}/"
        request.case = {
            "audience": resource or RESOURCE_MANAGER, "issuer": issuer,
            "discovery": f"{scene.base}/{scene.tenant}/.well-known/openid-configuration",
        }
    refused = [
        Request("v1 no grant_type", [], 400, (900144,), v1, less(whole, "grant_type")),
        Request("v1 no client_id", [], 400, (900144,), v1, less(whole, "client_id")),
        Request("v1 no secret", [], 401, (7000216, 7000218), v1, less(whole, "client_secret")),
        Request("v1 empty secret", [], 401, (7000216, 7000218, 7000215), v1, form(**{**whole, "client_secret": ""})),
        Request("v2 no scope", [], 400, (900144,), v2, less(whole2, "scope")),
        Request("v2 scope without /.default", [], 400, (1002012, 70011), v2,
                form(**{**whole2, "scope": RESOURCE_MANAGER + "/user_impersonation"})),
        Request("v2 two resources in one scope", [], 400, (700022, 70011), v2,
                form(**{**whole2, "scope": RESOURCE_MANAGER + "/.default https://graph.microsoft.com/.default"})),
        Request("v1 client_id is no identifier", [], 400, (700016,), v1, form(**{**whole, "client_id": "my-client-id"})),
        Request("v1 a field twice", [], 400, (), v1, form(**whole) + b"&client_id=" + NOBODY.encode()),
        Request("v1 malformed escape", [], 400, (), v1, form(**whole).replace(b"grant_type=", b"grant_type=%zz")),
        Request("v1 not UTF-8", [], 400, (), v1, form(**whole) + b"&x=%ff%fe"),
        Request("v1 a NUL", [], 400, (), v1, form(**{**whole, "client_id": "a\0b"})),
        Request("v1 no body", [], 400, (900144,), v1, b""),
        Request("v1 oversized body", [], 413, (), v1, form(**whole) + b"&x=" + b"x" * (2 << 20)),
        Request("v1 JSON instead of a form", content_type("application/json"), 400, (), v1,
                json.dumps(whole).encode()),
        Request("v1 multipart instead of a form", content_type("multipart/form-data; boundary=b"), 400, (), v1, b"--b--"),
        Request("v1 GET", ["--get"], 405, (), v1),
        Request("v1 secret in the query only", [], 400, (), v1 + "?" + form(**whole).decode(), b"x=y"),
        Request("v1 two kinds of client authentication",
                ["--user", f"{good['client_id']}:{good['client_secret']}"], 400, (), v1, form(**whole)),
        Request("v1 malformed HTTP Basic", ["--header", "Authorization: Basic !!!"], 400, (), v1,
                less(whole, "client_id", "client_secret")),
        Request("unknown Host", ["--header", "Host: login.example"], 421, (), v1, form(**whole)),
        Request("unknown Host for a document", ["--header", "Host: login.example:8443"], 421, (),
                "/common/discovery/instance?api-version=1.1"),
        Request("unknown path", [], 404, (), "/no/such/path"),
    ]
    tenant = scene.tenant
    discovery = "/.well-known/openid-configuration"
    instance = "/common/discovery/instance?api-version=1.1&authorization_endpoint="
    documents = [
        Request("discovery v1", [], 200, (), f"/{tenant}{discovery}"),
        Request("discovery v2", [], 200, (), f"/{tenant}/v2.0{discovery}"),
        Request("discovery v2 by domain", [], 200, (), f"/{scene.domain}/v2.0{discovery}"),
        Request("discovery v2 of common", [], 200, (), f"/common/v2.0{discovery}"),
        Request("discovery v2 of organizations", [], 200, (), f"/organizations/v2.0{discovery}"),
        Request("discovery of an unknown tenant", [], 400, (90002,), f"/{NOBODY}/v2.0{discovery}"),
        Request("keys v1", [], 200, (), f"/{tenant}/discovery/keys"),
        Request("keys v2", [], 200, (), f"/{tenant}/discovery/v2.0/keys"),
        Request("keys of common", [], 200, (), "/common/discovery/v2.0/keys"),
        Request("instance discovery of ourselves", [], 200, (),
                f"{instance}{scene.base}/{tenant}/oauth2/v2.0/authorize"),
        Request("instance discovery of another host", [], 400, (50049,),
                f"{instance}https://login.example/{tenant}/oauth2/v2.0/authorize"),
        Request("user realm", [], 200, (), f"/common/UserRealm/admin%40{scene.domain}?api-version=1.0"),
        Request("cloud metadata 2015", [], 200, (), "/metadata/endpoints?api-version=2015-01-01"),
        Request("cloud metadata 2022", [], 200, (), "/metadata/endpoints?api-version=2022-09-01"),
    ]
    return asking + refused + documents


def content_type(value: str) -> list[str]:
    return ["--header", f"Content-Type: {value}"]
