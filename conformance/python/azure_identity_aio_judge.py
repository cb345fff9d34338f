"""azure-identity: the asynchronous ClientSecretCredential, which has an OAuth client of its own."""

import asyncio

from azure.identity.aio import ClientSecretCredential

from judge import run


async def ask(base, case):
    credential = ClientSecretCredential(
        case["tenant"], case["client_id"], case["client_secret"],
        authority=base, disable_instance_discovery=True,
    )
    async with credential:
        return await credential.get_token(case["scope"])


def call(base, case):
    token = asyncio.run(ask(base, case))
    return token.token, f"expires_on={token.expires_on}"


run(call)
