"""The server's pages in Chromium, as a person meets them: what they read at each step, by every way that a sign-in can go.
"""

import http.server
import json
import re
import secrets
import ssl
import threading
import urllib.parse
import urllib.request
from pathlib import Path

from .chromium import Person, in_words
from .judges import Tools
from .server import Server

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
ARM = "https://management.azure.com/.default"


class Client(http.server.BaseHTTPRequestHandler):
    """Who the browser comes back to: says what it was brought."""

    def do_GET(self) -> None:
        self._say(urllib.parse.urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._say(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _say(self, form: str) -> None:
        fields = ", ".join(name for name, _ in urllib.parse.parse_qsl(form))
        text = f"<!doctype html><html lang=en><title>The client</title><body>{self.command} brought: {fields or 'nothing'}"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


def authorize(base: str, back: str, tenant: str = "organizations", **more: str) -> str:
    """The page by which a client asks somebody to sign in, with an answer in the address."""
    fields = {
        "client_id": AZURE_CLI, "response_type": "code", "redirect_uri": back, "scope": f"{ARM} openid", "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256", **more,
    }
    return f"{base}/{tenant}/oauth2/v2.0/authorize?{urllib.parse.urlencode(fields)}"


class Chromium:
    """The judge's turn."""

    def __init__(self, server: Server, person: Person):
        self.server, self.person = server, person
        self.sections: dict[str, str] = {}
        self.findings: dict[str, list[str]] = {}

    def open(self, name: str, url: str, browser: str, must: tuple[str, ...], **wish: object) -> dict:
        """One visit; `must`: what the last page or address has to hold."""
        seen = self.person.open(url, browser, **wish)
        last = seen["pages"][-1]["text"] if seen["pages"] else ""
        self.sections[name] = f"{in_words(seen)}\n\nat {self.place(seen['url'])}"
        self.findings[name] = [f"the last page lacks {words!r}" for words in must if words not in last + seen["url"]]
        self.findings[name] += [f"the console says: {wrong}" for wrong in seen["wrongs"] if "ERR_" not in wrong and "status of 4" not in wrong]
        return seen

    @staticmethod
    def place(url: str) -> str:
        """An address without what is different each time."""
        parts = urllib.parse.urlsplit(url)
        fields = urllib.parse.parse_qsl(parts.query or parts.fragment)
        shown = [f"{name}={'{code}' if name == 'code' else value}" for name, value in fields if name in ("code", "error", "state", "admin_consent")]
        host = "the client" if parts.scheme == "http" else parts.netloc
        return f"{host}{parts.path} {' '.join(shown)}".strip()


def play(server: Server, tools: Tools, directory: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints."""
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Client)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    client = f"http://localhost:{listener.server_port}"
    with Person(tools, server, directory) as person:
        judge = Chromium(server, person)
        ask = lambda *words, **more: authorize(server.base, client, *words, **more)  # noqa: E731
        page, back = ask(), (f"{client}/?code=", "GET brought: code, state")
        judge.open("a password", page, "a", back)
        judge.open("the account that is signed in", page, "a", back, answers=["continue"])
        judge.open("another account", page, "a", ("Password",), answers=["other"], passwords=[])
        judge.open("a silent request", ask(prompt="none"), "a", ("error=interaction_required",))
        judge.open("the password again", ask(prompt="login"), "a", back)
        out = f"{server.base}/{server.tenant}/oauth2/v2.0/logout"
        judge.open("sign-out", out, "a", ("signed out",))
        judge.open("a silent request of nobody", ask(prompt="none"), "a", ("error=login_required",))
        judge.open("after the sign-out", page, "a", ("Password",), passwords=[])
        judge.open("a no", page, "b", ("error=access_denied",), answers=["cancel"])
        judge.open("a wrong password, then the right one", page, "c", back, passwords=["wrong", person.password])
        judge.open("an unknown account", page, "c2", ("The account or the password is wrong.",), username="nobody@doorward.test", passwords=["wrong"])
        judge.open("without scripts", page, "d", back, look={"scripts": False}, passwords=["wrong", person.password])
        judge.open("sign-out, without scripts", out, "d", ("signed out",), look={"scripts": False})
        judge.open("a silent request after it", ask(prompt="none"), "d", ("error=login_required",), look={"scripts": False})
        korean = {"locale": "ko-KR"}
        judge.open("in Korean", page, "e", back, look=korean, passwords=["wrong", person.password])
        form = ask(response_mode="form_post")
        judge.open("an answer in a form, without scripts", form, "f", ("POST brought: code, state",), look={"scripts": False})
        judge.open("an answer behind #", ask(response_mode="fragment"), "g", (f"{client}/#code=", "GET brought: nothing"))
        judge.open("cookies are blocked", page, "h", ("cookies",), look={"cookies": False})
        judge.open("cookies are blocked, without scripts", page, "h2", ("cookies",), look={"cookies": False, "scripts": False})
        judge.open("cookies are blocked at a device's page", f"{server.base}/devicelogin", "h", ("cookies",), code="ABCDEFGH")
        for name, url in {
            "an unknown client": page.replace(AZURE_CLI, "11111111-2222-4333-8444-555555555555"),
            "a place that isn't the client's": page.replace(f"localhost%3A{listener.server_port}", "evil.example"),
            "an unknown tenant": ask("nobody.example"),
        }.items():
            judge.open(name, url, "i", ("AADSTS",))
        judge.open("no challenge", page.replace("code_challenge=", "x="), "i", ("error=invalid_request",))
        devices(judge)
        consent(judge, client)
        second_factor(judge, page, back)
        lockout(judge, page, back)
    listener.shutdown()
    return judge.sections, judge.findings


def newcomer(server: Server, name: str) -> dict[str, object]:
    """Somebody new, as whom a visit is made."""
    upn, password = f"{name.lower()}@{server.domain}", secrets.token_urlsafe(18)
    server.graph("POST", "/users", {
        "userPrincipalName": upn, "displayName": name, "mailNickname": name.lower(), "accountEnabled": True,
        "passwordProfile": {"password": password, "forceChangePasswordNextSignIn": False},
    })
    return {"username": upn, "passwords": [password]}


def registered(server: Server, back: str) -> tuple[str, str]:
    """An application that serves people, and one that offers it something that administrators alone may allow: their ids."""
    offers = {"displayName": "Payroll", "identifierUris": ["api://payroll"], "api": {"oauth2PermissionScopes": [{
        "id": "11111111-2222-4333-8444-000000000001", "value": "Payroll.Read", "type": "Admin", "isEnabled": True,
        "adminConsentDisplayName": "Read what everybody earns", "adminConsentDescription": "",
    }]}}
    made = []
    for wish in ({"displayName": "Expenses", "web": {"redirectUris": [back]}}, offers):
        application = server.graph("POST", "/applications", {"signInAudience": "AzureADMyOrg", **wish})
        assert isinstance(application, dict)
        server.graph("POST", "/servicePrincipals", {"appId": application["appId"]})
        made.append(application["appId"])
    return made[0], made[1]


def for_everybody(base: str, back: str, tenant: str, application: str, scope: str) -> str:
    """The page by which an administrator is asked to agree for everybody, without a sign-in to the application."""
    fields = {"client_id": application, "redirect_uri": back, "scope": scope, "state": "s"}
    return f"{base}/{tenant}/v2.0/adminconsent?{urllib.parse.urlencode(fields)}"


def consent(judge: Chromium, client: str) -> None:
    """An application asks to act for people: a yes, a no, by whoever may say so, with scripts and without."""
    server, back = judge.server, f"{client}/?code="
    expenses, payroll = registered(server, client)
    ask = lambda scope: authorize(server.base, client, server.tenant, client_id=expenses, scope=f"openid {scope}")  # noqa: E731
    mine, everybodys = ask("https://graph.microsoft.com/User.Read"), ask(f"{payroll}/Payroll.Read")
    no = ("error=access_denied", "AADSTS65004")
    uma, vito, wei = (newcomer(server, name) for name in ("Uma", "Vito", "Wei"))
    judge.open("an application asks, and is told no", mine, "c1", no, answers=["refuse"], **uma)
    judge.open("an application asks, and is told yes", mine, "c1", (back,), answers=["agree"], **uma)
    judge.open("it does not ask again", mine, "c1", (back,), **{**uma, "passwords": []})
    plain = {"scripts": False}
    judge.open("an application asks, and is told no, without scripts", mine, "c2", no, answers=["refuse"], look=plain, **vito)
    judge.open("an application asks, and is told yes, without scripts", mine, "c2", (back,), answers=["agree"], look=plain, **vito)
    korean = {"locale": "ko-KR"}
    judge.open("an application asks, in Korean", mine, "c3", (back,), answers=["agree"], look=korean, **wei)
    judge.open("what an administrator has to allow", everybodys, "c1", no, answers=["refuse"], **{**uma, "passwords": []})
    judge.open("what an administrator has to allow, in Korean", everybodys, "c3", no, answers=["refuse"], **{**wei, "passwords": []})
    asked = for_everybody(server.base, client, server.tenant, expenses, f"{payroll}/Payroll.Read")
    judge.open("an administrator is asked beforehand, and says no", asked, "c5", no, answers=["refuse"])
    judge.open("an administrator is asked beforehand, in Korean", asked, "c6", no, answers=["refuse"], look=korean)
    yes = ("admin_consent=True", f"tenant={server.tenant}")
    reading = for_everybody(server.base, client, server.tenant, expenses, "https://graph.microsoft.com/User.Read")
    judge.open("an administrator is asked beforehand, and says yes, without scripts", reading, "c7", yes, answers=["agree"], look=plain)
    judge.open("who is asked beforehand and administers nothing", reading, "c8", (), **newcomer(server, "Xena"))
    judge.open("an administrator allows it for everybody", everybodys, "c4", (back,), answers=["agree_for_all"])
    judge.open("then nobody else is asked", everybodys, "c1", (back,), **{**uma, "passwords": []})


def devices(judge: Chromium) -> None:
    """Codes: allowed, denied, shown twice, wrong, and of an application that names another tenant."""
    page, base = f"{judge.server.base}/devicelogin", judge.server.base
    code = lambda: device_code(judge.person, base)  # noqa: E731
    allowed = code()
    judge.open("a device, allowed", page, "j", ("Signed in on the device",), code=allowed, answers=["approve"])
    judge.open("its code again", page, "j", ("was used",), code=allowed)
    judge.open("a device, denied", page, "k", ("The device was given nothing.",), code=code(), answers=["deny"])
    judge.open("a device, a wrong password", page, "l", ("The account or the password is wrong.",), code=code(), passwords=["wrong"])
    judge.open("a code that no device shows", page, "l", ("No device",), code="BCDFGHJK")
    judge.open("a code in the address is not taken", f"{page}?user_code={code()}", "l", ("Code",))
    korean = {"locale": "ko-KR"}
    judge.open("a device, in Korean", page, "m", (), code=code(), answers=["approve"], look=korean)
    judge.open("a device, denied, without scripts", page, "n2", ("The device was given nothing.",), code=code(), answers=["deny"], look={"scripts": False})
    judge.open("a device, without scripts", page, "n", ("Signed in on the device",), code=code(), answers=["approve"], look={"scripts": False})


def device_code(person: Person, base: str) -> str:
    """A fresh code, as a device asks for one."""
    body = urllib.parse.urlencode({"client_id": AZURE_CLI, "scope": f"{ARM} openid"}).encode()
    trust = ssl.create_default_context(cafile=person.server.ca)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    with opener.open(f"{base}/organizations/oauth2/v2.0/devicecode", body, timeout=30) as answer:
        return json.load(answer)["user_code"]


def second_factor(judge: Chromium, page: str, back: str) -> None:
    """An authenticator app: set up, asked for, mistyped, typed twice, lost and taken away."""
    name, password = f"totp@{judge.server.domain}", secrets.token_urlsafe(18)
    judge.server.graph("POST", "/users", {
        "userPrincipalName": name, "displayName": "Tina", "mailNickname": "totp", "accountEnabled": True,
        "passwordProfile": {"password": password, "forceChangePasswordNextSignIn": False},
    })
    mine = f"{judge.server.base}/signin"

    def turn(what: str, url: str, browser: str, must: tuple[str, ...], **wish: object) -> None:
        judge.open(what, url, browser, must, **{"username": name, "passwords": [password], **wish})
        # Keys and codes are others each time.
        text = re.sub(r"\b[A-Z2-7]{4}( [A-Z2-7]{4}){7}\b", "{key}", judge.sections[what])
        judge.sections[what] = re.sub(r"(?m)^[0-9a-z]{4,5}(-[0-9a-z]{4,5})+$", "{recovery code}", text)

    turn("an authenticator app is set up", mine, "s", ("Keep these recovery codes",), answers=["set_up"], otps=["000000", "right"])
    turn("its six digits", page, "t", back, otps=["000000", "right"])
    turn("it is asked for on a device's page", f"{judge.server.base}/devicelogin", "u", ("Signed in on the device",),
         code=device_code(judge.person, judge.server.base), answers=["approve"], otps=["right"])
    turn("a recovery code", page, "v", back, otps=["recovery"])
    turn("the recovery code again", page, "w", ("Six digits",), otps=["recovery"])
    turn("an app, without scripts", page, "x", back, otps=["right"], look={"scripts": False})
    turn("the app is taken away", mine, "t", ("Set up",), otps=["right"], answers=["remove"])
    turn("no app is asked for any more", page, "y", back)


def lockout(judge: Chromium, page: str, back: tuple[str, ...]) -> None:
    """Who goes on guessing has to wait; a right password is right all the same."""
    guesses = [secrets.token_hex(4) for _ in range(25)]
    judge.open("wrong passwords without end", page, "o", ("Too many wrong tries came from your network. Wait",), passwords=guesses)
    name = "wrong passwords without end"
    judge.open(f"{name}: a right one, without scripts", page, "o2", ("Too many wrong tries came from your network. Wait",), look={"scripts": False})
    # The last page says it all; how long is left depends on the moment.
    for section in (name, f"{name}: a right one, without scripts"):
        judge.sections[section] = re.sub(r"Wait \d+", "Wait {some}", judge.sections[section].rpartition("\n\n[")[2].partition("] ")[2])
    judge.open(f"{name}: a right one, where its owner signed in before", page, "a", back)
