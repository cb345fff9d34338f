"""People sign in through clients that nobody changed. Arguments: the client, the flow, a JSON object with `base`,
`tenant`, `username`, `password`.

One JSON line for each thing that happens: `message`, which the person has to read; `demanded`, when an administrator is to
demand a second factor (the client waits for a line until they did); at the end `shown`, and `tokens` with the audience of each.
"""

import base64
import hashlib
import http.server
import json
import secrets
import sys
import time
import urllib.parse
import webbrowser

import adal
import msal
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from azure.identity import AuthenticationRequiredError, DeviceCodeCredential, InteractiveBrowserCredential, UsernamePasswordCredential
from joserfc import jwk, jwt

from judge import in_words, seen

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
ARM = "https://management.azure.com"
GRAPH = "https://graph.microsoft.com"
CORE = "https://management.core.windows.net/"
SCENE = json.loads(sys.argv[3])
AUTHORITY = f"{SCENE['base']}/{SCENE['tenant']}"


class Refused(Exception):
    """A client gave its refusal in an answer rather than as an exception."""


def say(**line):
    print(json.dumps(line), flush=True)


def who(claims):
    names = ("name", "preferred_username", "upn", "unique_name", "oid", "tid", "amr")
    return in_words({name: claims[name] for name in names if name in claims})


def until_demanded():
    """From now on a second factor is demanded of everybody."""
    say(demanded=True)
    sys.stdin.readline()


def refusal(answer):
    """What a silent client hears, with what it is to return with."""
    names = ("error", "suberror", "error_codes", "error_description", "claims")
    return in_words({name: answer[name] for name in names if name in answer})


class Back(http.server.BaseHTTPRequestHandler):
    """Where the browser comes back to."""

    def do_GET(self):
        self.server.came = self.path
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"thanks")

    def log_message(self, *_):
        pass


def lead(url):
    """Leads the browser to `url(where it comes back to)`; what it came back with, and where."""
    listener = http.server.HTTPServer(("127.0.0.1", 0), Back)
    back = f"http://localhost:{listener.server_port}"
    webbrowser.open(url(back))
    listener.handle_request()
    came = urllib.parse.parse_qs(urllib.parse.urlsplit(listener.came).query)
    if "error" in came:
        # Libraries that lead nobody leave this to whoever uses them.
        raise Refused(f"{came['error'][0]}: {came['error_description'][0]}, with a state: {'state' in came}")
    return came, back, listener.came


# --- msal -------------------------------------------------------------------------------------------


def msal_app():
    return msal.PublicClientApplication(AZURE_CLI, authority=AUTHORITY, instance_discovery=False)


def msal_end(app, answer):
    """The first answer, and what is had silently afterwards: out of the cache, and by the refresh token."""
    if "access_token" not in answer:
        raise Refused(in_words({name: answer.get(name) for name in ("error", "error_description")}))
    account = app.get_accounts()[0]
    again = app.acquire_token_silent([f"{ARM}/.default"], account)
    graph = app.acquire_token_silent([f"{GRAPH}/.default"], account)
    fresh = app.acquire_token_silent([f"{ARM}/.default"], account, force_refresh=True)
    if again["access_token"] != answer["access_token"] or fresh["access_token"] == answer["access_token"]:
        raise Refused("the cache is not used, or not renewed")
    shown = f"{account['username']}: {who(answer['id_token_claims'])}"
    return shown, [(answer["access_token"], ARM), (graph["access_token"], GRAPH), (fresh["access_token"], ARM)]


def msal_interactive():
    app = msal_app()
    return msal_end(app, app.acquire_token_interactive([f"{ARM}/.default"], timeout=60))


def msal_stepup():
    app, scopes = msal_app(), [f"{ARM}/.default"]
    first = app.acquire_token_interactive(scopes, timeout=60)
    account = app.get_accounts()[0]
    until_demanded()
    refused = app.acquire_token_silent_with_error(scopes, account, force_refresh=True)
    again = app.acquire_token_interactive(scopes, claims_challenge=refused["claims"], login_hint=account["username"], timeout=60)
    silent = app.acquire_token_silent_with_error(scopes, account, force_refresh=True)
    return refusal(refused), [(answer["access_token"], ARM) for answer in (first, again, silent)]


def msal_device():
    app = msal_app()
    flow = app.initiate_device_flow([f"{ARM}/.default"])
    say(message=flow["message"])
    return msal_end(app, app.acquire_token_by_device_flow(flow))


def msal_password():
    app = msal_app()
    return msal_end(app, app.acquire_token_by_username_password(SCENE["username"], SCENE["password"], [f"{ARM}/.default"]))


# --- azure-identity ---------------------------------------------------------------------------------


def identity_end(credential):
    first = credential.authenticate(scopes=[f"{ARM}/.default"])
    tokens = [(credential.get_token(f"{resource}/.default").token, resource) for resource in (ARM, GRAPH)]
    return f"{first.username}, tenant {first.tenant_id}", tokens


OPTIONS = {"authority": SCENE["base"], "tenant_id": SCENE["tenant"], "disable_instance_discovery": True, "timeout": 60}


def identity_interactive():
    return identity_end(InteractiveBrowserCredential(**OPTIONS))


def identity_stepup():
    credential = InteractiveBrowserCredential(disable_automatic_authentication=True, **OPTIONS)
    credential.authenticate(scopes=[f"{ARM}/.default"])
    first = credential.get_token(f"{ARM}/.default").token
    until_demanded()
    try:
        credential.get_token(f"{GRAPH}/.default")
    except AuthenticationRequiredError as error:
        # What the server wants to be asked stands in its answer; the error's own `claims` are those that were asked for.
        shown, claims = f"{seen(error)}\nclaims: {error.claims}", error.response.json()["claims"]
        credential.authenticate(scopes=error.scopes, claims=claims)
    # One that is kept by now, and one that has to be had silently.
    tokens = [(credential.get_token(f"{resource}/.default").token, resource) for resource in (GRAPH, CORE)]
    return shown, [(first, ARM), *tokens]


def identity_device():
    def prompt(uri, code, _expires):
        say(message=f"open the page {uri} and enter the code {code} to sign in")

    return identity_end(DeviceCodeCredential(prompt_callback=prompt, **OPTIONS))


def identity_password():
    return identity_end(UsernamePasswordCredential(AZURE_CLI, SCENE["username"], SCENE["password"], **OPTIONS))


# --- adal -------------------------------------------------------------------------------------------


def adal_end(context, answer):
    other = context.acquire_token(GRAPH, answer["userId"], AZURE_CLI)
    renewed = context.acquire_token_with_refresh_token(answer["refreshToken"], AZURE_CLI, ARM)
    names = ("tokenType", "resource", "userId", "givenName", "isUserIdDisplayable", "tenantId", "isMRRT")
    shown = in_words({name: answer[name] for name in names if name in answer})
    return shown, [(answer["accessToken"], ARM), (other["accessToken"], GRAPH), (renewed["accessToken"], ARM)]


def adal_context():
    return adal.AuthenticationContext(AUTHORITY, validate_authority=False, api_version=None)


def adal_code(context, **more):
    """The library knows no page for this: whoever uses it leads the browser there and back."""
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")

    def url(back):
        fields = {"client_id": AZURE_CLI, "response_type": "code", "redirect_uri": back, "resource": ARM, "state": "s"}
        fields |= {"code_challenge": challenge, "code_challenge_method": "S256", **more}
        return f"{AUTHORITY}/oauth2/authorize?{urllib.parse.urlencode(fields)}"

    came, back, _ = lead(url)
    return context.acquire_token_with_authorization_code(came["code"][0], back, ARM, AZURE_CLI, code_verifier=verifier)


def adal_interactive():
    context = adal_context()
    return adal_end(context, adal_code(context))


def adal_stepup():
    context = adal_context()
    first = adal_code(context)
    until_demanded()
    try:
        context.acquire_token_with_refresh_token(first["refreshToken"], AZURE_CLI, ARM)
    except adal.AdalError as error:
        shown, claims = f"{seen(error)}\n{refusal(error.error_response)}", error.error_response["claims"]
        again = adal_code(context, claims=claims)
    silent = context.acquire_token_with_refresh_token(again["refreshToken"], AZURE_CLI, ARM)
    return shown, [(answer["accessToken"], ARM) for answer in (first, again, silent)]


def adal_device():
    context = adal_context()
    code = context.acquire_user_code(ARM, AZURE_CLI)
    say(message=code["message"])
    return adal_end(context, context.acquire_token_with_device_code(ARM, code, AZURE_CLI))


def adal_password():
    context = adal_context()
    answer = context.acquire_token_with_username_password(ARM, SCENE["username"], SCENE["password"], AZURE_CLI)
    return adal_end(context, answer)


# --- authlib ----------------------------------------------------------------------------------------


class Authlib:
    """One session of the library, with what it needs to know of the server."""

    def __init__(self):
        self.discovery = requests.get(f"{AUTHORITY}/v2.0/.well-known/openid-configuration", timeout=30).json()
        self.keys = jwk.KeySet.import_key_set(requests.get(self.discovery["jwks_uri"], timeout=30).json())
        self.tokens = self.discovery["token_endpoint"]
        self.session = OAuth2Session(
            AZURE_CLI, scope=f"{ARM}/.default openid profile offline_access", code_challenge_method="S256", token_endpoint=self.tokens,
        )

    def sign_in(self, **more):
        verifier, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        state = secrets.token_urlsafe(16)

        def url(back):
            self.session.redirect_uri = back
            begin = self.session.create_authorization_url
            return begin(self.discovery["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce, **more)[0]

        _, back, path = lead(url)
        answer = self.session.fetch_token(authorization_response=f"{back}{path}", state=state, code_verifier=verifier)
        return answer, self.claims(answer, {"nonce": nonce})

    def claims(self, answer, more):
        token = jwt.decode(answer["id_token"], self.keys, algorithms=["RS256"])
        claims = CodeIDToken(token.claims, token.header, {
            "iss": {"essential": True, "value": self.discovery["issuer"]}, "aud": {"essential": True, "value": AZURE_CLI},
        }, {"client_id": AZURE_CLI, **more})
        claims.validate()
        return token.claims

    def end(self, answer, claims):
        renewed = self.session.refresh_token(self.tokens, answer["refresh_token"])
        return who(claims), [(answer["access_token"], ARM), (renewed["access_token"], ARM)]


def authlib_interactive():
    client = Authlib()
    return client.end(*client.sign_in())


def authlib_device():
    """The library asks for no codes, but any grant is one to it."""
    client = Authlib()
    form = {"client_id": AZURE_CLI, "scope": client.session.scope}
    begun = requests.post(client.discovery["device_authorization_endpoint"], form, timeout=30).json()
    say(message=begun["message"])
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    while True:
        time.sleep(begun["interval"])
        try:
            answer = client.session.fetch_token(client.tokens, grant_type=grant, device_code=begun["device_code"])
        except OAuthError as error:
            if error.error != "authorization_pending":
                raise
        else:
            return client.end(answer, client.claims(answer, {}))


def authlib_stepup():
    client, heard = Authlib(), {}
    first, _ = client.sign_in()
    until_demanded()
    # Its error has the description alone; whoever wants the rest of the answer hooks in.
    client.session.register_compliance_hook("refresh_token_response", lambda answer: (heard.update(answer.json()), answer)[1])
    try:
        client.session.refresh_token(client.tokens, first["refresh_token"])
    except OAuthError as error:
        shown = f"{seen(error)}\n{refusal(heard)}"
        again, _ = client.sign_in(claims=heard["claims"])
    silent = client.session.refresh_token(client.tokens, again["refresh_token"])
    return shown, [(answer["access_token"], ARM) for answer in (first, again, silent)]


FLOWS = {name: flow for name, flow in globals().items() if name.partition("_")[2] in ("interactive", "device", "password", "stepup")}

try:
    shown, tokens = FLOWS[f"{sys.argv[1]}_{sys.argv[2]}"]()
    say(shown=shown, tokens=tokens)
except Exception as error:  # whatever a client raises is its answer
    say(shown=str(error) if isinstance(error, Refused) else seen(error), tokens=[])
