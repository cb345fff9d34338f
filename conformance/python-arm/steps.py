"""What the programs of the resource plane have in common: a step is one call, and prints one JSON line.

The line has the step's name, what the person sees of the answer, and complaints: it should have failed or shouldn't,
or what it came to isn't what the caller holds it against.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterable

# What clients print is for people, and goes beside the lines.
lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def plain(value):
    """An answer in the names of the wire, as far as the client keeps them."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "serialize"):
        return value.serialize(keep_readonly=True)
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return repr(value)


def seen(error):
    """An exception as the interpreter prints it at the end of a traceback."""
    return "".join(traceback.format_exception_only(error)).strip()


def step(name, call, holds=None, fails=None):
    """Makes a call. `holds`: what must be true of the answer. `fails`: what the person must read. Returns the answer."""
    answer, complaints = None, []
    try:
        answer = plain(call())
        shown = answer if isinstance(answer, str) else json.dumps(answer, indent=1)
        if fails is not None:
            complaints.append(f"it should fail, and say {fails!r}")
        elif holds is not None and not holds(answer):
            complaints.append("the answer isn't the right one")
    except Exception as error:  # whatever a client raises is its answer
        shown = seen(error)
        if fails is None:
            complaints.append("it should not fail")
        elif fails not in shown:
            complaints.append(f"the person doesn't see {fails!r}")
    print(json.dumps({"name": name, "shown": shown, "complaints": complaints}), file=lines, flush=True)
    return answer


def scene():
    """The names that the harness gave to things, on standard input."""
    return json.load(sys.stdin)
