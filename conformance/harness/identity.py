"""`doorward run --as NAME`: programs that look for an identity find the run's, and its secret dies with the run."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Protocol

from .judges import HERE, Tools
from .page import RESOURCE, claims_of, verified
from .runs import Place, Places

CLIENTS = ["DefaultAzureCredential", "EnvironmentCredential", "ClientSecretCredential", "msal"]
# Variables of the person outside, none of which may come in.
OUTSIDE = {
    "AZURE_CLIENT_ID": "outside", "AZURE_CLIENT_SECRET": "outside", "AZURE_TENANT_ID": "outside",
    "AZURE_AUTHORITY_HOST": "https://nobody.example", "AZURE_USERNAME": "outside", "ARM_SUBSCRIPTION_ID": "outside",
    "AZUREML_SERVICE_PRINCIPAL_PASSWORD": "outside", "MSI_ENDPOINT": "http://127.0.0.1:9/msi", "MSI_SECRET": "outside",
    "IDENTITY_ENDPOINT": "http://127.0.0.1:9/identity", "IDENTITY_HEADER": "outside",
}


class Expected(Protocol):
    """expected.toml."""

    def cannot(self, judge: str, ability: str) -> dict | None: ...


def ask(place: Place, tools: Tools, clients: list[str], standard_input: str = "") -> tuple[dict, dict[str, dict]]:
    """The variables that a program finds, and what each client came to."""
    command = [tools.python, HERE / "python" / "identity_inside.py", *clients]
    done = place.run(
        command, "--as", place.good["clientId"], "--offline", environment=OUTSIDE, standard_input=standard_input
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(lines) != len(clients) + 1:
        raise RuntimeError(f"identity_inside.py left with {done.returncode}: {done.stderr}")
    return lines[0], {line["name"]: line for line in lines[1:]}


def variables(place: Place, found: dict[str, str]) -> list[str]:
    """Complaints about the variables by which programs sign in."""
    tenant, client, secret = place.server.tenant, place.good["clientId"], found.get("AZURE_CLIENT_SECRET")
    wanted = {
        "AML_TENANT_ID": tenant, "AML_PRINCIPAL_ID": client, "AML_PRINCIPAL_PASS": secret,
        "AZURE_TENANT_ID": tenant, "AZURE_CLIENT_ID": client, "AZURE_CLIENT_SECRET": secret,
        "ARM_TENANT_ID": tenant, "ARM_CLIENT_ID": client, "ARM_CLIENT_SECRET": secret,
        "AZURE_SUBSCRIPTION_ID": place.good["subscriptionId"],
    }
    complaints = [f"{name} is {found.get(name)!r}, not {value!r}" for name, value in wanted.items() if found.get(name) != value]
    if not secret or secret == place.good["clientSecret"]:
        complaints.append("the run has no secret of its own")
    for name in sorted(OUTSIDE):
        if found.get(name) == OUTSIDE[name]:
            complaints.append(f"{name} came in from outside")
    return complaints


def at_the_origin(place: Place, secret: str) -> tuple[int, str]:
    """A plain POST to the server's own address."""
    fields = {"grant_type": "client_credentials", "client_id": place.good["clientId"], "client_secret": secret, "resource": RESOURCE}
    request = urllib.request.Request(
        f"{place.server.base}/{place.server.tenant}/oauth2/token", data=urllib.parse.urlencode(fields).encode()
    )
    trust = ssl.create_default_context(cafile=place.server.ca)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def play(places: Places, tools: Tools, expected: Expected) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Sections for the golden file, and complaints."""
    sections: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    for place in places:
        clients = [client for client in CLIENTS if not expected.cannot("identity", f"{client} by {place.via}")]
        found, answers = ask(place, tools, clients)
        secret = found.get("AZURE_CLIENT_SECRET", "")
        if secret:
            places.names[secret] = f"secret of the run by {place.via}"
        places.names[found["AZURE_CONFIG_DIR"].removesuffix("/home/.azure")] = "run"
        name = f"{place.via}: variables"
        sections[name] = "\n".join(f"{variable}={value}" for variable, value in found.items())
        findings[name] = variables(place, found)
        tokens = {client: (answer["token"], RESOURCE) for client, answer in answers.items() if "token" in answer}
        checked = verified(place, tools, tokens)
        for client, answer in answers.items():
            name = f"{place.via}: {client}"
            sections[name] = str(answer.get("token", answer.get("shown")))
            findings[name] = claims_of(place, checked[client], RESOURCE) if client in checked else ["no token"]
        name = f"{place.via}: the run's secret after the run, at the server's own address"
        status, body = at_the_origin(place, secret)
        sections[name] = f"{status} {body}"
        findings[name] = [] if status == 401 and "AADSTS7000215" in body else ["it should be refused by AADSTS7000215"]
        name = f"{place.via}: the run's secret after the run, in another run"
        _, answers = ask(place, tools, ["given"], secret)
        shown = str(answers["given"].get("shown", "a token was given"))
        sections[name] = shown
        findings[name] = [] if "AADSTS7000215" in shown else ["the person doesn't see AADSTS7000215"]
        name = f"{place.via}: the service principal's own secret after the run"
        status, body = at_the_origin(place, place.good["clientSecret"])
        sections[name] = str(status)
        findings[name] = [] if status == 200 else [f"it is refused: {body}"]
    return sections, findings
