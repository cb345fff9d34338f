"""A service on behalf of who came to it: msal, azure-identity."""

import msal
from azure.identity import OnBehalfOfCredential

from judge import in_words, run

SHOWN = ("token_type", "scope", "error", "suberror", "error_codes", "error_description", "claims")


def by_msal(base, case):
    app = msal.ConfidentialClientApplication(
        case["client_id"], client_credential=case["client_secret"],
        authority=f"{base}/{case['tenant']}", instance_discovery=False,
    )
    result = app.acquire_token_on_behalf_of(case["assertion"], [case["scope"]])
    return result.get("access_token"), in_words({name: result[name] for name in SHOWN if name in result})


def by_identity(base, case):
    credential = OnBehalfOfCredential(
        case["tenant"], case["client_id"], client_secret=case["client_secret"], user_assertion=case["assertion"],
        authority=base, disable_instance_discovery=True,
    )
    token = credential.get_token(case["scope"])
    return token.token, f"expires_on={token.expires_on}"


CLIENTS = {"msal": by_msal, "identity": by_identity}

run(lambda base, case: CLIENTS[case["client"]](base, case))
