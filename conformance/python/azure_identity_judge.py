"""azure-identity: ClientSecretCredential."""

from azure.identity import ClientSecretCredential

from judge import run


def call(base, case):
    credential = ClientSecretCredential(
        case["tenant"], case["client_id"], case["client_secret"],
        authority=base, disable_instance_discovery=True,
    )
    token = credential.get_token(case["scope"])
    return token.token, f"expires_on={token.expires_on}"


run(call)
