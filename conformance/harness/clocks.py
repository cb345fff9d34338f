"""Clocks that are moved: the server's, the command line's and the clients' together, by libfaketime, from minutes to years.

Nothing lives on from one moment to the next but what lies in files: the server's data, and what each client keeps in a profile of
`doorward run`. Chromium's clock isn't moved, so people sign in at first alone; that a client asks them again is told, and left.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack

from .judges import Tools
from .long_run import claims
from .runs import Places
from .told import Told
from .trouble import Day, Line, in_words
from .walk import eras

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


def judge(name: str, era: str) -> Callable[..., tuple[dict, dict]]:
    """The judge of the clients of one time."""

    def play(places: Places, tools: Tools, _expected: object) -> tuple[dict[str, str], dict[str, list[str]]]:
        sections: dict[str, str] = {}
        findings: dict[str, list[str]] = {}
        clients = eras(tools)[era]
        absent = [str(path) for path in clients.paths.values() if not (path / "python").exists()]
        if absent:
            Told.not_shown(name, "there is no Python 3.8 on this machine, which these clients need (pyenv install 3.8)")
            return {}, {"NOT SHOWN": [f"the clients of {era} are missing: {', '.join(sorted(set(absent)))}"]}
        told = Told(name)
        with ExitStack() as stack:
            day = Day(places[-1], tools, clients, stack, CAST, keep=True)
            places.names |= day.known()
            live(day, told, sections, findings)
        told.write()
        return sections, findings

    return play


JUDGES = {"clocks-today": judge("clocks-today", "today"), "clocks-2020": judge("clocks-2020", "2020")}
