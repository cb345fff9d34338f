"""PyJWT inside `doorward run`: verifies tokens against the keys that Azure's host gives there. Argument: the tenant."""

import json
import sys

import jwt
import requests

from judge import seen

tenant = sys.argv[1]
answer = requests.get(f"https://login.microsoftonline.com/{tenant}/discovery/keys", timeout=30)
answer.raise_for_status()
keys = jwt.PyJWKSet.from_dict(answer.json())


def verify(asked):
    header = jwt.get_unverified_header(asked["token"])
    claims = jwt.decode(
        asked["token"], keys[header["kid"]].key, algorithms=["RS256"], audience=asked["audience"],
        issuer=f"https://sts.windows.net/{tenant}/", options={"require": ["aud", "exp", "iat", "iss", "nbf", "sub"]},
    )
    return {"header": header, "claims": claims}


answers = {}
for asked in json.load(sys.stdin):
    try:
        answers[asked["name"]] = verify(asked)
    except Exception as error:  # whatever PyJWT raises is its answer
        answers[asked["name"]] = {"refused": seen(error)}
print(json.dumps(answers))
