"""The cases: what a client asks for, and what must come of it.

A case has a name, the parameters of one call, and either the claims that a third-party library must
find in the token, or the AADSTS number that must be in what the person sees.
"""

from dataclasses import dataclass, field

from .scene import RESOURCE_MANAGER, Scene

GRAPH = "https://graph.microsoft.com"
# Well-formed and belonging to nobody.
NOBODY = "5b5e1b0e-7f6c-4a8e-9d0c-0c8f1f6a2b11"


@dataclass
class Case:
    """`speaks` narrows a case to one endpoint version; `needs` is what the client must be able to do."""

    name: str
    tenant: str
    client_id: str
    client_secret: str
    resource: str = RESOURCE_MANAGER + "/"
    scope: str = RESOURCE_MANAGER + "/.default"
    speaks: str = "both"
    needs: str = ""
    times: int = 1
    claims: dict[str, str] = field(default_factory=dict)
    aadsts: int = 0

    def wire(self, endpoint: str, server: Scene) -> dict[str, object]:
        """What a client program reads. Secrets included: the file is made for one run only."""
        version = self.claims.get("ver", "1.0")
        suffix = "/v2.0" if version == "2.0" else ""
        return {
            "name": f"{endpoint} {self.name}", "endpoint": endpoint, "tenant": self.tenant,
            "client_id": self.client_id, "client_secret": self.client_secret,
            "resource": self.resource, "scope": self.scope, "times": self.times, "needs": self.needs,
            "audience": self.claims.get("aud", ""), "issuer": self.claims.get("iss", ""),
            "discovery": f"{server.base}/{server.tenant}{suffix}/.well-known/openid-configuration",
        }


def successes(scene: Scene) -> list[Case]:
    good = (scene.good["clientId"], scene.good["clientSecret"])

    def claims(audience: str, version: str = "1.0") -> dict[str, str]:
        common = {"aud": audience, "tid": scene.tenant, "oid": scene.good["objectId"], "sub": scene.good["objectId"]}
        if version == "1.0":
            issuer = f"{scene.base}/{scene.tenant}/"
            return {**common, "iss": issuer, "ver": "1.0", "appid": good[0], "appidacr": "1", "idp": issuer}
        issuer = f"{scene.base}/{scene.tenant}/v2.0"
        return {**common, "iss": issuer, "ver": "2.0", "azp": good[0], "azpacr": "1"}

    def case(name: str, audience: str, version: str = "1.0", **more: object) -> Case:
        tenant = str(more.pop("tenant", scene.tenant))
        return Case(name, tenant, *good, claims=claims(audience, version), **more)  # type: ignore[arg-type]

    slash, bare = RESOURCE_MANAGER + "/", RESOURCE_MANAGER
    return [
        case("resource with a slash", slash, speaks="v1", resource=slash),
        case("resource without a slash", bare, speaks="v1", resource=bare),
        case("scope /.default", bare, speaks="v2", scope=bare + "/.default"),
        case("scope //.default", slash, speaks="v2", scope=slash + "/.default"),
        case("called again", slash, speaks="v1", times=2),
        case("called again", bare, speaks="v2", times=2),
        case("tenant by domain", slash, speaks="v1", tenant=scene.domain),
        case("tenant by domain", bare, speaks="v2", tenant=scene.domain),
        case("Microsoft Graph", GRAPH, resource=GRAPH, scope=GRAPH + "/.default"),
        case("an application's token of version 1", scene.api_v1["uri"],
             resource=scene.api_v1["uri"], scope=scene.api_v1["uri"] + "/.default"),
        case("an application's token of version 2", scene.api_v2["appId"], "2.0",
             resource=scene.api_v2["uri"], scope=scene.api_v2["uri"] + "/.default"),
        case("secret by HTTP Basic", slash, speaks="v1", needs="basic"),
        case("secret by HTTP Basic", bare, speaks="v2", needs="basic"),
    ]


def failures(scene: Scene) -> list[Case]:
    client, secret = scene.good["clientId"], scene.good["clientSecret"]

    def case(name: str, aadsts: int, **more: str) -> Case:
        asked = {"tenant": scene.tenant, "client_id": client, "client_secret": secret, **more}
        return Case(name, aadsts=aadsts, **asked)  # type: ignore[arg-type]

    unknown = "https://nobody.example"
    expired, disabled = scene.expired, scene.disabled
    return [
        case("wrong secret", 7000215, client_secret="not-the-secret"),
        case("another client's secret", 7000215, client_secret=disabled["clientSecret"]),
        case("expired secret", 7000222, client_id=expired["clientId"], client_secret=expired["clientSecret"]),
        case("disabled service principal", 7000112,
             client_id=disabled["clientId"], client_secret=disabled["clientSecret"]),
        case("unknown client", 700016, client_id=NOBODY),
        case("unknown tenant by GUID", 90002, tenant=NOBODY),
        case("unknown tenant by domain", 90002, tenant="nobody.example"),
        case("unknown resource", 500011, resource=unknown + "/", scope=unknown + "/.default"),
        case("wrong secret by HTTP Basic", 7000215, client_secret="not-the-secret", needs="basic"),
        case("unsupported grant", 70003, needs="grant"),
    ]


def applicable(cases: list[Case], endpoint: str) -> list[Case]:
    return [case for case in cases if case.speaks in ("both", endpoint)]
