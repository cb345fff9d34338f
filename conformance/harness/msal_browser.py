"""An application that is a page (browser/), with @azure/msal-browser unchanged, in Chromium: it signs people in in its own
window and in another, gets its tokens through CORS, renews them silently as far as the browser lets it, and signs out.
"""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .chromium import Person, in_words
from .ecosystems import Site
from .judges import HERE, Tools, Verifier
from .server import Server

GRAPH = "https://graph.microsoft.com"
LIBRARY = HERE / "node" / "node_modules" / "@azure" / "msal-browser" / "lib"
FILES = {
    "/": HERE / "browser" / "index.html", "/back.html": HERE / "browser" / "back.html", "/app.js": HERE / "browser" / "app.js", "/frame.html": HERE / "browser" / "frame.html",
    "/msal-browser.min.js": LIBRARY / "msal-browser.min.js",
    "/msal-redirect-bridge.min.js": LIBRARY / "redirect-bridge" / "msal-redirect-bridge.min.js",
}
KINDS = {".html": "text/html", ".js": "text/javascript", ".json": "application/json"}


class Application(BaseHTTPRequestHandler):
    """Serves the page; `config` says what it is registered as."""

    config: dict[str, object] = {}

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        body = json.dumps(self.config).encode() if path == "/config.json" else FILES[path].read_bytes() if path in FILES else None
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", KINDS.get(Path(path).suffix, "text/html"))
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


class Turn:
    """The judge's turn: one button after the other."""

    def __init__(self, server: Server, person: Person, verifier: Verifier, about: tuple[Callable, Callable]):
        self.server, self.person, self.verifier = server, person, verifier
        self.describe, self.check = about
        self.sections: dict[str, str] = {}
        self.findings: dict[str, list[str]] = {}
        self.seen: dict[str, str] = {}
        self.described = False

    def press(self, name: str, button: str, url: str, browser: str, fails: str = "", asks: list[str] | None = None, gives: bool = True, stays: str = "", **wish: object) -> None:
        """One button. `fails`: the error that the page must be told; `asks`: what it must ask the server for; `gives`: whether
        a token; `stays`: what the page of the server's says on which the person is left."""
        started = time.time()
        complaints: list[str] = []
        try:
            seen = self.person.press(button, url, browser, **wish)
        except RuntimeError as error:
            self.sections[name], self.findings[name] = "", [str(error)]
            return
        said = seen.get("said")
        if stays:
            complaints += [] if seen["pages"] and stays in seen["pages"][-1]["text"] and said is None else [f"it should end at {stays!r}"]
        elif said is None:
            complaints.append("the application was told nothing")
        said = said or {}
        token = said.pop("accessToken", None)
        if fails and said.get("code") != fails:
            complaints.append(f"it should be told {fails}")
        if "error" in said and not fails:
            complaints.append("it was refused")
        if gives and not fails and not token:
            complaints.append("it was given no token")
        if asks is not None and [asked.replace(f"/{self.server.tenant}/", "/") for asked in seen["asked"]] != asks:
            complaints.append(f"it should ask for {asks}")
        words = f"{in_words(seen)}\n\n" if seen["pages"] else ""
        text = words + json.dumps(said, indent=1, ensure_ascii=False) + "".join(f"\nasked: {asked}" for asked in seen["asked"])
        if token:
            case = {"audience": GRAPH, "discovery": f"{self.server.base}/{self.server.tenant}/.well-known/openid-configuration"}
            verified = self.verifier(token, case)
            complaints += self.check(verified, None, started - 60, self.seen)
            # The claims of the first say what there is to say.
            if "claims" in verified and not self.described:
                self.described = True
                text += "\n" + self.describe(verified).replace(verified["claims"]["sub"], "{sub}")
        self.sections[name], self.findings[name] = text, complaints


def register(server: Server, origins: list[str]) -> str:
    """An application that is a page of these origins; its id."""
    made = server.graph("POST", "/applications", {
        "displayName": "A page of ours", "signInAudience": "AzureADMyOrg",
        "spa": {"redirectUris": [f"{origin}{path}" for origin in origins for path in ("/back.html", "/?out")]},
    })
    assert isinstance(made, dict)
    server.graph("POST", "/servicePrincipals", {"appId": made["appId"]})
    return made["appId"]


TOKEN = "oauth2/v2.0/token"
RENEWED = [f"POST /{TOKEN}"]


def play(
    server: Server, tools: Tools, directory: Path, about: tuple[Callable, Callable],
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints. `about`: describes a verified token, and checks it."""
    with Site(directory, "application", Application, ("localhost", "app.example", "other.example")) as site:
        plain = ThreadingHTTPServer(("127.0.0.1", 0), Application)
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        same, across, foreign = (f"https://{host}:{site.server_port}" for host in ("localhost", "app.example", "other.example"))
        local = f"http://localhost:{plain.server_port}"
        Application.config = {
            "clientId": register(server, [same, across, local]), "authority": f"{server.base}/{server.tenant}",
            "scopes": [f"{GRAPH}/User.Read"],
        }
        verifier = Verifier(tools, server, directory)
        with Person(tools, server, directory, str(site.ca)) as person:
            turn = Turn(server, person, verifier, about)
            everything(turn, {"same": f"{same}/", "across": f"{across}/", "foreign": f"{foreign}/", "local": f"{local}/"})
        verifier.close()
        plain.shutdown()
    names = {f"localhost:{site.server_port}": "{application}", f"localhost:{plain.server_port}": "{local application}", str(site.server_port): "{port}"}
    for value, name in names.items():
        turn.sections = {section: text.replace(value, name) for section, text in turn.sections.items()}
    return turn.sections, turn.findings


def everything(turn: Turn, at: dict[str, str]) -> None:
    """A page beside the server, one of another site, one of development, and one that is registered nowhere."""
    press = turn.press
    agree = {"answers": ["agree"]}
    press("a sign-in in the page's own window", "redirect", at["same"], "a", **agree)
    press("a token that is kept", "cached", at["same"], "a", asks=[])
    press("a new token, by the refresh token", "renewed", at["same"], "a", asks=RENEWED)
    press("a new token, by a hidden frame", "framed", at["same"], "a")
    press("a sign-in that is known, in another window", "popup", at["same"], "a")
    press("a no", "redirect", at["same"], "b", fails="access_denied", answers=["cancel"])
    press("a sign-in in another window", "popup", at["across"], "c", look={"thirdParty": True}, **agree)
    press("another site's: a new token, by the refresh token", "renewed", at["across"], "c", asks=RENEWED)
    press("another site's: third-party cookies are allowed", "embedded", at["across"], "c", gives=False)
    press("another site's: a new token, by a hidden frame", "framed", at["across"], "c", fails="login_required")
    press("another site's: then in its own window", "redirect", at["across"], "c")
    blocked = {"look": {"thirdParty": False}}
    press("third-party cookies are blocked: a sign-in", "redirect", at["across"], "d", **agree, **blocked)
    press("third-party cookies are blocked: so they are", "embedded", at["across"], "d", gives=False)
    press("third-party cookies are blocked: a hidden frame", "framed", at["across"], "d", fails="login_required")
    press("third-party cookies are blocked: then in its own window", "redirect", at["across"], "d")
    press("on localhost without TLS: a sign-in", "redirect", at["local"], "e", **agree)
    press("on localhost without TLS: a new token, by the refresh token", "renewed", at["local"], "e", asks=RENEWED)
    press("on localhost without TLS: a hidden frame", "framed", at["local"], "e", fails="login_required")
    press("on localhost without TLS: a sign-out", "out", at["local"], "e", gives=False, stays="You are signed out of this browser")
    press("on localhost without TLS: a sign-in after it", "redirect", at["local"], "e")
    press("a sign-out that leads back to the page", "hinted", at["across"], "d", gives=False)
    press("a sign-in after it", "redirect", at["across"], "d")
    press("an origin that is registered may read", "foreign", at["across"], "c", gives=False)
    press("an origin that is not registered may not", "foreign", at["foreign"], "f", gives=False)
