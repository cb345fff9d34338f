"""What the Python judges share: reading the cases, verifying with PyJWT, one JSON line per case."""

import json
import sys
import traceback

import jwt
import requests


def verify(token, case):
    """The token's header and claims, after PyJWT has verified it against the published keys."""
    document = requests.get(case["discovery"], timeout=30)
    document.raise_for_status()
    discovery = document.json()
    keys = requests.get(discovery["jwks_uri"], timeout=30)
    keys.raise_for_status()
    header = jwt.get_unverified_header(token)
    key = jwt.PyJWKSet.from_dict(keys.json())[header["kid"]]
    claims = jwt.decode(
        token, key.key, algorithms=["RS256"], audience=case["audience"], issuer=discovery["issuer"],
        options={"require": ["aud", "exp", "iat", "iss", "nbf", "sub"]},
    )
    return {"header": header, "claims": claims}


def seen(error):
    """An exception as the interpreter prints it at the end of a traceback."""
    return "".join(traceback.format_exception_only(error)).strip()


def in_words(answer):
    """A dictionary as `print` shows it, but one member a line."""
    return "{" + ",\n ".join(f"{name!r}: {value!r}" for name, value in answer.items()) + "}"


def run(call):
    """Plays every case. `call` returns (the token or None, what the person sees)."""
    with open(sys.argv[1], encoding="utf-8") as file:
        scene = json.load(file)
    for case in scene["cases"]:
        line = {"case": case["name"]}
        try:
            for _ in range(case["times"]):
                token, shown = call(scene["base"], case)
                line["shown"] = shown
                if token:
                    line.setdefault("tokens", []).append(verify(token, case))
        except Exception as error:  # whatever a client raises is its answer
            line["shown"] = seen(error)
        print(json.dumps(line), flush=True)
