"""The scene every judge plays in: principals in every state that a caller can meet.

Everything is made the way a person would make it, by our command line and Microsoft Graph.
"""

import time
from datetime import datetime, timedelta, timezone

from .server import Server

RESOURCE_MANAGER = "https://management.azure.com"
TEN_FIELDS = [
    "clientId", "clientSecret", "subscriptionId", "tenantId", "activeDirectoryEndpointUrl",
    "resourceManagerEndpointUrl", "activeDirectoryGraphResourceId", "sqlManagementEndpointUrl",
    "galleryEndpointUrl", "managementEndpointUrl",
]


class Scene:
    """Names of things that exist (and of some that don't), for cases to refer to."""

    def __init__(self, server: Server):
        self.base = server.base
        self.tenant = server.tenant
        self.domain = server.domain
        self.good = create_principal(server, "ml-auth")
        self.expired = create_principal(server, "ml-expired")
        expires = time.time() + 2.0
        self.expired["clientSecret"] = add_password(server, self.expired, expires)
        self.disabled = create_principal(server, "ml-disabled")
        server.graph("PATCH", f"/servicePrincipals/{self.disabled['objectId']}", {"accountEnabled": False})
        self.api_v1 = create_api(server, "judged-api-one", None)
        self.api_v2 = create_api(server, "judged-api-two", 2)
        time.sleep(max(0.0, expires + 1.0 - time.time()))

    def known(self) -> dict[str, str]:
        """Values that golden files call by name."""
        port = self.base.rpartition(":")[2]
        names = {f"localhost:{port}": "host", f"127.0.0.1:{port}": "address", self.tenant: "tenant"}
        names[self.domain] = "domain"
        for label, principal in [("good", self.good), ("expired", self.expired), ("disabled", self.disabled)]:
            names[principal["clientId"]] = f"{label} client"
            names[principal["clientSecret"]] = f"{label} secret"
            names[principal["objectId"]] = f"{label} object"
        for label, api in [("api v1", self.api_v1), ("api v2", self.api_v2)]:
            names[api["appId"]] = f"{label} id"
        return names


def create_principal(server: Server, name: str) -> dict[str, str]:
    """`ad sp create-for-rbac --sdk-auth`, its ten fields looked at, with the object id beside them."""
    made = server.cli("ad", "sp", "create-for-rbac", "--sdk-auth", "--name", name)
    assert isinstance(made, dict)
    if list(made) != TEN_FIELDS:
        raise RuntimeError(f"create-for-rbac --sdk-auth printed {list(made)}")
    shown = server.cli("ad", "sp", "show", "--id", made["clientId"])
    assert isinstance(shown, dict)
    return {**made, "objectId": shown["id"]}


def add_password(server: Server, principal: dict[str, str], expires: float) -> str:
    """A second secret of an application, which ends at a given moment."""
    found = server.graph("GET", f"/applications?$filter=appId%20eq%20'{principal['clientId']}'")
    assert isinstance(found, dict)
    end = datetime.fromtimestamp(expires, timezone.utc)
    start = end - timedelta(days=1)
    wish = {"displayName": "soon over", "startDateTime": iso(start), "endDateTime": iso(end)}
    made = server.graph("POST", f"/applications/{found['value'][0]['id']}/addPassword", {"passwordCredential": wish})
    assert isinstance(made, dict)
    return made["secretText"]


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def create_api(server: Server, name: str, version: int | None) -> dict[str, str]:
    """An application that others ask tokens for, and that chooses the version of those tokens."""
    uri = f"api://{name}"
    wish = {"displayName": name, "identifierUris": [uri], "api": {"requestedAccessTokenVersion": version}}
    made = server.graph("POST", "/applications", wish)
    assert isinstance(made, dict)
    server.graph("POST", "/servicePrincipals", {"appId": made["appId"]})
    return {"appId": made["appId"], "uri": uri}
