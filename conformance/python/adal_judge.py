"""adal: the Python program of the page, with an authority of its own."""

from adal import AuthenticationContext

from judge import in_words, run


def call(base, case):
    authority = "{}/{}".format(base, case["tenant"])
    auth_context = AuthenticationContext(authority, validate_authority=False)
    token_response = auth_context.acquire_token_with_client_credentials(
        case["resource"], case["client_id"], case["client_secret"]
    )
    return token_response["accessToken"], in_words(token_response)


run(call)
