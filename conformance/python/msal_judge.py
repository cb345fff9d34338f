"""msal: a confidential client with a secret."""

import msal

from judge import in_words, run

APPLICATIONS = {}


def call(base, case):
    key = (case["tenant"], case["client_id"], case["client_secret"])
    if key not in APPLICATIONS:
        APPLICATIONS[key] = msal.ConfidentialClientApplication(
            case["client_id"], client_credential=case["client_secret"],
            authority=f"{base}/{case['tenant']}", instance_discovery=False,
        )
    result = APPLICATIONS[key].acquire_token_for_client([case["scope"]])
    return result.get("access_token"), in_words(result)


run(call)
