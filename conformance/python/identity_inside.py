"""azure-identity and msal as anybody's program has them: no option, no address, nothing about Doorward.

Arguments: which of the clients are asked. `given` reads a secret from standard input and uses that. One JSON line for
each: its name, what was shown, and the token; before them one line with the variables by which they sign in.
"""

import json
import os
import sys

import msal
from azure.identity import ClientSecretCredential, DefaultAzureCredential, EnvironmentCredential

from judge import seen

SCOPE = "https://management.azure.com/.default"
PREFIXES = ("AML_", "ARM_", "AZURE_", "AZUREML_", "IDENTITY_", "MSI_")


def by_secret(secret):
    return ClientSecretCredential(os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"], secret)


def by_msal():
    authority = f"https://login.microsoftonline.com/{os.environ['AZURE_TENANT_ID']}"
    secret = os.environ["AZURE_CLIENT_SECRET"]
    app = msal.ConfidentialClientApplication(os.environ["AZURE_CLIENT_ID"], client_credential=secret, authority=authority)
    answer = app.acquire_token_for_client([SCOPE])
    if "access_token" not in answer:
        raise RuntimeError(answer["error_description"])
    return answer["access_token"]


CLIENTS = {
    "DefaultAzureCredential": lambda: DefaultAzureCredential().get_token(SCOPE).token,
    "EnvironmentCredential": lambda: EnvironmentCredential().get_token(SCOPE).token,
    "ClientSecretCredential": lambda: by_secret(os.environ["AZURE_CLIENT_SECRET"]).get_token(SCOPE).token,
    "msal": by_msal,
    "given": lambda: by_secret(sys.stdin.read()).get_token(SCOPE).token,
}

print(json.dumps({name: value for name, value in sorted(os.environ.items()) if name.startswith(PREFIXES)}))
for name in sys.argv[1:]:
    try:
        print(json.dumps({"name": name, "token": CLIENTS[name]()}))
    except Exception as error:  # whatever a client raises is its answer
        print(json.dumps({"name": name, "shown": seen(error)}))
