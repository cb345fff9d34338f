"""Clocks that are moved: the server's, the command line's and the clients' together, by libfaketime, from minutes to years.

Nothing lives on from one moment to the next but what lies in files: the server's data, and what each client keeps in a profile of
`doorward run`. Chromium's clock isn't moved, so people sign in at first alone; that a client asks them again is told, and left.
"""

import time

from .long_run import claims
from .told import Told
from .trouble import CLIENTS, Day, Line, in_words, judge

ASKS = "(it asks the person to sign in)"
HOUR, DAY = 3600, 86400
# Who keeps anything in files, and what each does at first.
CAST = {"az (a service principal)": "principal", "az (a person)": "person", "azureml-core (a person)": "person"}
# A refresh token ends after ninety days without use, a client secret after two years.
MOMENTS: list[tuple[str, int, dict[str, dict[str, str]]]] = [
    ("at first", 0, {}),
    ("after 58 minutes", 58 * 60, {}),
    ("after two hours", 2 * HOUR, {}),
    ("after eighty days", 80 * DAY, {}),
    ("after eighty days more", 160 * DAY, {}),
    ("after ninety-one days without use", 251 * DAY, {
        # The server has forgotten by then what ended.
        "today": {"az (a person)": "az login --tenant", "azureml-core (a person)": ASKS},
        "2020": {"az (a person)": "AADSTS70000", "azureml-core (a person)": ASKS},
    }),
    ("after two years", 740 * DAY, {era: {"az (a service principal)": "AADSTS7000222"} for era in ("today", "2020")}),
]


def live(day: Day, told: Told, sections: dict[str, str], findings: dict[str, list[str]]) -> None:
    """One moment after the other."""
    gone: set[str] = set()
    for moment, seconds, instead in MOMENTS:
        names = [name for name in CAST if name not in gone]
        if seconds:
            day.place.server.shift = seconds
            day.place.server.restart()
            day.begin(names)
        expected = instead.get(day.era.name, {})
        for client in day.running:
            client.ask({**day.right(), "do": "again" if seconds else CAST[client.name]})
        answers = day.attend(day.running, set(), asks=ASKS if seconds else "")
        tokens = {}
        if not seconds or not expected:
            for client in day.running:
                client.ask({**day.right(), "do": "token"})
            tokens = day.attend(day.running, set(), asks=ASKS if seconds else "")
        now = time.time() + seconds
        for name, answer in answers.items():
            case, wants = f"{name}: {moment}", expected.get(name, "")
            good = answer["good"] != bool(wants) and wants in answer["shown"]
            complaints = [] if good else [f"it should {'say ' + repr(wants) if wants else 'come off'}, and shows: {answer['shown']}"]
            if token := tokens.get(name):
                said = claims(token["shown"])
                if not said["iat"] <= now <= said["exp"]:
                    complaints.append(f"its token is good from {said['iat'] - now:.0f} s to {said['exp'] - now:.0f} s from now")
            sections[case], findings[case] = in_words(answer["shown"]), complaints
            told.step(Line("M16", case, f"Clocks moved together: {name}, {moment}", ""), [("", wants or "comes off", " ".join(answer["shown"].split())[:400], "" if not complaints else "WRONG")])
            if wants:
                gone.add(name)
        for client in day.running:
            client.end()


JUDGES = {f"clocks-{era}": judge(f"clocks-{era}", era, CAST, live, keep=True) for era in CLIENTS}
