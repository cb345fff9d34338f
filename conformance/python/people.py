"""People sign in through clients that nobody changed. Arguments: the client, the flow, a JSON object with `base`,
`tenant`, `username`, `password`.

One JSON line for each thing that happens: `message`, which the person has to read; at the end `shown`, and `tokens`
with the audience of each.
"""

import http.server
import json
import secrets
import sys
import urllib.parse
import webbrowser

import adal
import msal
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from azure.identity import DeviceCodeCredential, InteractiveBrowserCredential, UsernamePasswordCredential
from joserfc import jwk, jwt

from judge import in_words, seen

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
ARM = "https://management.azure.com"
GRAPH = "https://graph.microsoft.com"
SCENE = json.loads(sys.argv[3])
AUTHORITY = f"{SCENE['base']}/{SCENE['tenant']}"


class Refused(Exception):
    """A client gave its refusal in an answer rather than as an exception."""


def say(**line):
    print(json.dumps(line), flush=True)


def who(claims):
    names = ("name", "preferred_username", "upn", "unique_name", "oid", "tid", "amr")
    return in_words({name: claims[name] for name in names if name in claims})


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


class Back(http.server.BaseHTTPRequestHandler):
    """Where the browser comes back to."""

    def do_GET(self):
        self.server.came = self.path
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"thanks")

    def log_message(self, *_):
        pass


def authlib_interactive():
    discovery = requests.get(f"{AUTHORITY}/v2.0/.well-known/openid-configuration", timeout=30).json()
    keys = jwk.KeySet.import_key_set(requests.get(discovery["jwks_uri"], timeout=30).json())
    listener = http.server.HTTPServer(("127.0.0.1", 0), Back)
    client = OAuth2Session(
        AZURE_CLI, scope=f"{ARM}/.default openid profile offline_access", code_challenge_method="S256",
        redirect_uri=f"http://localhost:{listener.server_port}", token_endpoint=discovery["token_endpoint"],
    )
    verifier, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    url, state = client.create_authorization_url(discovery["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    webbrowser.open(url)
    listener.handle_request()
    came = urllib.parse.parse_qs(urllib.parse.urlsplit(listener.came).query)
    if "error" in came:
        # The library leaves this to whoever uses it.
        raise Refused(f"{came['error'][0]}: {came['error_description'][0]}, state {came['state'] == [state]}")
    answer = client.fetch_token(
        authorization_response=f"http://localhost:{listener.server_port}{listener.came}", state=state,
        code_verifier=verifier,
    )
    token = jwt.decode(answer["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(token.claims, token.header, {
        "iss": {"essential": True, "value": discovery["issuer"]}, "aud": {"essential": True, "value": AZURE_CLI},
    }, {"nonce": nonce, "client_id": AZURE_CLI})
    claims.validate()
    renewed = client.refresh_token(discovery["token_endpoint"], answer["refresh_token"])
    return who(token.claims), [(answer["access_token"], ARM), (renewed["access_token"], ARM)]


FLOWS = {name: flow for name, flow in globals().items() if name.partition("_")[2] in ("interactive", "device", "password")}

try:
    shown, tokens = FLOWS[f"{sys.argv[1]}_{sys.argv[2]}"]()
    say(shown=shown, tokens=tokens)
except Exception as error:  # whatever a client raises is its answer
    say(shown=str(error) if isinstance(error, Refused) else seen(error), tokens=[])
