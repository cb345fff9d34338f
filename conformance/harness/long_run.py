"""A long run: access tokens that live six minutes, and clients that live longer, each inside a `doorward run` of its own.

They reach the workspace when they have signed in, when their tokens have less than five minutes left, which most take for
due, and when the first of them have ended. Nobody signs in twice. While these minutes pass, other judges play.
"""

import base64
import json
import time

from .told import Told
from .trouble import CLIENTS, PEOPLE, Day, Line, judge

LIFETIME = 360
OPTIONS = ("--token-lifetime", str(LIFETIME))
# When they are looked at, in seconds since the last of them has signed in.
MOMENTS = {"at first": 0, "with five minutes left": 70, "after six minutes": LIFETIME + 10}
WHO = {"a service principal": "principal", "a person": "person"}


def cast(era: str) -> dict[str, str]:
    """Every client once as each that it can sign in: what it does for that."""
    both = {f"{name} ({who})": do for name in CLIENTS[era] for who, do in WHO.items() if do == "principal" or name in PEOPLE}
    return {name: do for name, do in both.items() if "enable_cae" not in name}


def claims(token: str) -> dict:
    """What an access token says, unverified; nothing where it is none."""
    if token.count(".") != 2:
        return {"uti": "", "exp": 0, "iat": 0}
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def live(day: Day, told: Told, sections: dict[str, str], findings: dict[str, list[str]]) -> None:
    """The three moments."""
    did = cast(day.era.name)
    tokens: dict[str, list[str]] = {name: [] for name in did}
    start = 0.0
    for moment, seconds in MOMENTS.items():
        time.sleep(max(0.0, start + seconds - time.monotonic()))
        for client in day.running:
            client.ask({**day.right(), "do": "again" if start else did[client.name]})
        reached = day.attend(day.running, set())
        for client in day.running:
            client.ask({**day.right(), "do": "token"})
        given = day.attend(day.running, set())
        now = time.time()
        for name in did:
            case = f"{name}: {moment}"
            complaints = [] if reached[name]["good"] else [f"it should come off, and shows: {reached[name]['shown']}"]
            shown = reached[name]["shown"]
            if not given[name]["good"]:
                complaints.append(f"it has no token: {given[name]['shown']}")
            else:
                said = claims(given[name]["shown"])
                which = said["uti"]
                same = "the first token" if tokens[name] and which == tokens[name][0] else "another token" if tokens[name] else "a token"
                shown += f", by {same}"
                tokens[name].append(which)
                # Tokens begin five minutes before they are issued.
                if said["exp"] - said["iat"] != LIFETIME + 300:
                    complaints.append(f"the token lives {said['exp'] - said['iat'] - 300} s")
                if said["exp"] < now - 5:
                    complaints.append(f"the token ended {now - said['exp']:.0f} s ago")
                if seconds > LIFETIME and same != "another token":
                    complaints.append("it still has the first token, which has ended")
            sections[case], findings[case] = shown, complaints
            told.step(Line("M16", case, f"A long run, tokens of six minutes: {name}, {moment}", ""), [("", "comes off", " ".join(shown.split())[:400], "WRONG" if complaints else "")])
        start = start or time.monotonic()


JUDGES = {f"long-run-{era}": judge(f"long-run-{era}", era, cast(era), live) for era in CLIENTS}
