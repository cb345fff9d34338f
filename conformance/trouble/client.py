"""A client that nobody changed, through a whole day of troubles. Argument: which client.

It reads what to do as JSON, one line each (`do`, and what that needs), and answers with a line: `shown`, what a person sees
of it, and `good`, whether it came off. Whatever a library prints goes to standard error. It says nothing about Doorward, and
runs on Python 3.8 as well, for the clients of that time.
"""

import json
import os
import shlex
import subprocess
import sys
import traceback

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
LOGIN = "https://login.microsoftonline.com"
ARM = "https://management.azure.com"
# Standard output belongs to the answers.
ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


class Refused(Exception):
    """A client gave its refusal in an answer rather than as an exception."""


def by_hand(wish, token):
    """What a program does that has a token and no more."""
    import requests

    answer = requests.get(address(wish), headers={"Authorization": "Bearer " + token}, timeout=30)
    if answer.status_code != 200:
        raise Refused(f"{answer.status_code} {answer.text}")
    return answer.json()["name"]


def address(wish):
    return f"{ARM}{wish['group']}/providers/Microsoft.MachineLearningServices/workspaces/{wish['workspace']}?api-version=2020-08-01"


class Client:
    """What each of them can do. A person's tokens are for `az`'s registration, as these clients have it."""

    def principal(self, wish):
        """Signs in as a service principal and reaches the workspace."""
        raise NotImplementedError

    def again(self, wish):
        """Reaches the workspace by what it has."""
        raise NotImplementedError

    def person(self, wish):
        """A person signs in by a code, or in a browser, and reaches the workspace."""
        raise NotImplementedError

    def silently(self, wish):
        """A new access token for the person, who isn't asked."""
        raise NotImplementedError

    def password(self, wish):
        """A person signs in by a password."""
        raise NotImplementedError

    def token(self, wish):
        """The access token that it would use now."""
        raise NotImplementedError


class Az(Client):
    # What it says that one should type.
    told = []

    def az(self, *words):
        done = subprocess.run(["az", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        if done.returncode != 0:
            self.told = next((shlex.split(line)[2:] for line in done.stderr.splitlines() if line.startswith("az login --tenant")), [])
            raise Refused(done.stderr.strip() or f"it left with {done.returncode}")
        return done.stdout.strip()

    def principal(self, wish):
        # Or az takes the token that it has kept of the same principal, whatever its secret is now.
        self.az("account", "clear")
        self.az("login", "--service-principal", "-u", wish["client"], "-p", wish["secret"], "--tenant", wish["tenant"], "--output", "none")
        return self.again(wish)

    def again(self, wish):
        return self.az("resource", "show", "--ids", address(wish)[len(ARM):].split("?")[0], "--query", "name", "--output", "tsv")

    def person(self, wish):
        if wish.get("force"):
            # As it says itself today; that of 2020 would go on with the token that it has kept.
            self.az("logout")
        # The code has to be read while az waits.
        done = subprocess.run(["az", "login", "--use-device-code", "--output", "none", *self.told], stdin=subprocess.DEVNULL, stdout=sys.stderr)
        if done.returncode != 0:
            raise Refused(f"it left with {done.returncode}")
        return self.again(wish)

    def silently(self, wish):
        self.az("account", "get-access-token", "--resource", wish["resource"])
        return "a token"

    def token(self, wish):
        return json.loads(self.az("account", "get-access-token", "--output", "json"))["accessToken"]

    def password(self, wish):
        self.az("login", "-u", wish["username"], "-p", wish["password"], "--output", "none")
        return "signed in"


class AzureML(Client):
    auth = None

    def principal(self, wish):
        from azureml.core.authentication import ServicePrincipalAuthentication

        self.auth = ServicePrincipalAuthentication(
            tenant_id=wish["tenant"], service_principal_id=wish["client"], service_principal_password=wish["secret"])
        return self.again(wish)

    def again(self, wish):
        from azureml.core import Workspace
        from azureml.core.authentication import InteractiveLoginAuthentication

        # A program that has just been started takes what an earlier one has kept.
        self.auth = self.auth or InteractiveLoginAuthentication(tenant_id=wish["tenant"])
        subscription, group = wish["group"].split("/")[2], wish["group"].split("/")[4]
        found = Workspace.get(name=wish["workspace"], auth=self.auth, subscription_id=subscription, resource_group=group)
        return found.get_details()["name"]

    def person(self, wish):
        from azureml.core.authentication import InteractiveLoginAuthentication

        # Or it takes what it has kept, whatever has become of that.
        self.auth = InteractiveLoginAuthentication(tenant_id=wish["tenant"], force=wish.get("force", False))
        return self.again(wish)

    def silently(self, wish):
        self.auth._get_graph_token()
        return "a token"

    def token(self, wish):
        return self.auth.get_authentication_header()["Authorization"].split()[1]


class AzureAIML(Client):
    client = None
    credential = None

    def principal(self, wish):
        from azure.ai.ml import MLClient
        from azure.identity import ClientSecretCredential

        self.credential = ClientSecretCredential(wish["tenant"], wish["client"], wish["secret"])
        self.client = MLClient(self.credential, wish["group"].split("/")[2], wish["group"].split("/")[4])
        return self.again(wish)

    def again(self, wish):
        return self.client.workspaces.get(wish["workspace"]).name

    def token(self, wish):
        return self.credential.get_token(f"{ARM}/.default").token


class Identity(Client):
    """With azure-core's own policy, which answers a challenge where `enable_cae` says that it may."""

    credential = None
    more = {}

    def principal(self, wish):
        from azure.identity import ClientSecretCredential

        self.credential = ClientSecretCredential(wish["tenant"], wish["client"], wish["secret"])
        return self.again(wish)

    def again(self, wish):
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy
        from azure.core.rest import HttpRequest

        policy = BearerTokenCredentialPolicy(self.credential, f"{ARM}/.default", **self.more)
        with PipelineClient(ARM, policies=[policy]) as client:
            answer = client.send_request(HttpRequest("GET", address(wish)))
            answer.raise_for_status()
            return answer.json()["name"]

    def person(self, wish):
        from azure.identity import DeviceCodeCredential

        # Without enable_cae nobody is asked again by itself, so that what is told then is seen.
        self.credential = DeviceCodeCredential(tenant_id=wish["tenant"], disable_automatic_authentication=not self.more)
        if not self.more:
            self.credential.authenticate(scopes=[f"{ARM}/.default"])
        return self.again(wish)

    def silently(self, wish):
        self.credential.get_token(f"{wish['resource']}/.default")
        return "a token"

    def token(self, wish):
        return self.credential.get_token(f"{ARM}/.default", **self.more).token

    def password(self, wish):
        from azure.identity import UsernamePasswordCredential

        UsernamePasswordCredential(AZURE_CLI, wish["username"], wish["password"], tenant_id=wish["tenant"]).get_token(f"{ARM}/.default")
        return "signed in"


class IdentityWithChallenges(Identity):
    more = {"enable_cae": True}


class Msal(Client):
    app = None
    capabilities = None

    def had(self, answer):
        if not answer or "access_token" not in answer:
            raise Refused(json.dumps({name: answer.get(name) for name in ("error", "error_description", "suberror", "claims")} if answer else None))
        return answer["access_token"]

    def principal(self, wish):
        import msal

        self.app = msal.ConfidentialClientApplication(wish["client"], client_credential=wish["secret"], authority=f"{LOGIN}/{wish['tenant']}")
        return self.again(wish)

    def again(self, wish):
        return by_hand(wish, self.token(wish))

    def token(self, wish):
        if hasattr(self.app, "acquire_token_for_client"):
            return self.had(self.app.acquire_token_for_client([f"{ARM}/.default"]))
        return self.had(self.app.acquire_token_silent_with_error([f"{ARM}/.default"], self.app.get_accounts()[0]))

    def person(self, wish):
        import msal

        self.app = msal.PublicClientApplication(AZURE_CLI, authority=f"{LOGIN}/{wish['tenant']}")
        flow = self.app.initiate_device_flow([f"{ARM}/.default"])
        print(flow["message"], file=sys.stderr, flush=True)
        self.had(self.app.acquire_token_by_device_flow(flow))
        return self.again(wish)

    def silently(self, wish):
        self.had(self.app.acquire_token_silent_with_error([f"{wish['resource']}/.default"], self.app.get_accounts()[0]))
        return "a token"

    def password(self, wish):
        import msal

        app = msal.PublicClientApplication(AZURE_CLI, authority=f"{LOGIN}/{wish['tenant']}")
        self.had(app.acquire_token_by_username_password(wish["username"], wish["password"], [f"{ARM}/.default"]))
        return "signed in"


class Adal(Client):
    context = None
    account = None

    def principal(self, wish):
        import adal

        self.context = adal.AuthenticationContext(f"{LOGIN}/{wish['tenant']}")
        self.account = (wish["client"], wish["secret"])
        return self.again(wish)

    def again(self, wish):
        return by_hand(wish, self.token(wish))

    def token(self, wish):
        if len(self.account) == 1:
            return self.context.acquire_token(f"{ARM}/", self.account[0], AZURE_CLI)["accessToken"]
        return self.context.acquire_token_with_client_credentials(f"{ARM}/", *self.account)["accessToken"]

    def person(self, wish):
        import adal

        self.context = adal.AuthenticationContext(f"{LOGIN}/{wish['tenant']}")
        code = self.context.acquire_user_code(f"{ARM}/", AZURE_CLI)
        print(code["message"], file=sys.stderr, flush=True)
        self.account = (self.context.acquire_token_with_device_code(f"{ARM}/", code, AZURE_CLI)["userId"],)
        return self.again(wish)

    def silently(self, wish):
        self.context.acquire_token(wish["resource"], self.account[0], AZURE_CLI)
        return "a token"

    def password(self, wish):
        import adal

        context = adal.AuthenticationContext(f"{LOGIN}/{wish['tenant']}")
        context.acquire_token_with_username_password(f"{ARM}/", wish["username"], wish["password"], AZURE_CLI)
        return "signed in"


CLIENTS = {
    "az": Az, "azureml-core": AzureML, "azure-ai-ml": AzureAIML, "azure-identity": Identity,
    "azure-identity, enable_cae": IdentityWithChallenges, "msal": Msal, "adal": Adal,
}


def main():
    client = CLIENTS[sys.argv[1]]()
    for line in sys.stdin:
        wish = json.loads(line)
        try:
            answer = {"good": True, "shown": str(getattr(client, wish["do"])(wish))}
        except Refused as error:
            answer = {"good": False, "shown": str(error)}
        except BaseException as error:  # whatever a client raises is its answer
            traceback.print_exc()
            answer = {"good": False, "shown": "".join(traceback.format_exception_only(type(error), error)).strip()}
        ANSWERS.write(json.dumps(answer) + "\n")
        ANSWERS.flush()


main()
