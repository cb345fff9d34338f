"""PyJWT for clients that have no JOSE library at hand: tokens come on standard input, with their case."""

import json
import sys

from judge import seen, verify

for text in sys.stdin:
    asked = json.loads(text)
    try:
        print(json.dumps(verify(asked["token"], asked["case"])), flush=True)
    except Exception as error:
        print(json.dumps({"refused": seen(error)}), flush=True)
