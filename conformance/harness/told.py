"""The report of the walk through the page: what was typed, what the page shows, what was shown; Markdown and HTML."""

import html
import json
from pathlib import Path

from .judges import HERE

PLACE = HERE.parent / "target" / "conformance" / "report"
TITLES = {
    "today": "The clients of today: azure-cli 2.91.0, azureml-core 1.61.0",
    "2020": "The clients of the page's own time: azure-cli 2.14.2, azureml-core 1.18.0, Python 3.8",
    "trouble-today": "What goes wrong, with the clients of today",
    "trouble-2020": "What goes wrong, with the clients of the page's own time",
    "long-run-today": "A long run, with the clients of today",
    "long-run-2020": "A long run, with the clients of the page's own time",
    "clocks-today": "Clocks that are moved, with the clients of today",
    "clocks-2020": "Clocks that are moved, with the clients of the page's own time",
}
OURS = " (by Doorward's own extension of az: Microsoft's isn't to be had any more)"
SHOWN, LATER, NOT_SHOWN, WRONG = "shown", "not yet", "NOT SHOWN", "WRONG"


class Told:
    """What one walk came to."""

    def __init__(self, era: str):
        self.era, self.steps = era, []

    def step(self, step, rows: list[tuple[str, str, str, str]]) -> None:
        verdict = WRONG if any(reason == "WRONG" for *_, reason in rows) else SHOWN
        self.steps.append({"row": step.row, "name": step.name, "says": step.says + OURS * step.ours, "typed": step.typed(), "verdict": verdict, "rows": rows})

    def later(self, step) -> None:
        self.steps.append({"row": step.row, "name": step.name, "says": step.says, "typed": step.typed(), "verdict": LATER, "rows": [["", "", "", step.later]]})

    def write(self) -> None:
        keep(self.era, {"steps": self.steps})

    @staticmethod
    def not_shown(era: str, reason: str) -> None:
        keep(era, {"missing": reason})


def keep(era: str, what: dict) -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    (PLACE / f"{era}.json").write_text(json.dumps(what, ensure_ascii=False, indent=1), encoding="utf-8")


def forget() -> None:
    """What an earlier run has told is no report of this one."""
    for path in PLACE.glob("*"):
        path.unlink()


def report() -> list[Path]:
    """Writes both forms of what was told; a time nobody walked through is NOT SHOWN."""
    told = {}
    for era in TITLES:
        path = PLACE / f"{era}.json"
        told[era] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"missing": "this run did not play it"}
    PLACE.mkdir(parents=True, exist_ok=True)
    files = [PLACE / "page.md", PLACE / "page.html"]
    files[0].write_text(markdown(told), encoding="utf-8")
    files[1].write_text(in_html(told), encoding="utf-8")
    return files


def lines(step: dict) -> list[tuple[str, str, str]]:
    """Expected, got and remark of a step."""
    return [(f"{name}: {wanted}" if name else wanted, got, remark) for name, wanted, got, remark in step["rows"]]


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def markdown(told: dict) -> str:
    out = ["# Microsoft's page, step by step\n", "What was typed, what the page shows, and what these clients showed.\n"]
    for era, what in told.items():
        out.append(f"## {TITLES[era]}\n")
        if "missing" in what:
            out.append(f"**{NOT_SHOWN}**: {what['missing']}\n")
            continue
        out += ["| row | command | expected | got | verdict |", "| --- | --- | --- | --- | --- |"]
        for step in what["steps"]:
            typed = "<br>".join(f"`{line}`" for line in step["typed"].splitlines() if line.strip())
            for number, (wanted, got, remark) in enumerate(lines(step)):
                first = [step["row"], f"{step['says']}<br>{typed}"] if number == 0 else ["", ""]
                verdict = step["verdict"] if not remark or remark == WRONG else f"{LATER if step['verdict'] == LATER else 'differs'}: {remark}"
                if remark == WRONG:
                    verdict = WRONG
                elif not remark and step["verdict"] == WRONG:
                    verdict = "as the page has it"
                out.append(f"| {' | '.join(cell(text) if index != 1 else text.replace('|', chr(92) + '|') for index, text in enumerate([*first, wanted, got, verdict]))} |")
        out.append("")
    return "\n".join(out)


def in_html(told: dict) -> str:
    style = (
        "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}table{border-collapse:collapse;width:100%}"
        "td,th{border:1px solid #8886;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}pre{margin:.3rem 0;white-space:pre-wrap}"
        ".wrong{background:#d222;font-weight:600}.later{opacity:.65}:root{color-scheme:light dark}"
    )
    out = [f"<!doctype html><html lang=en><meta charset=utf-8><title>Microsoft's page, step by step</title><style>{style}</style><h1>Microsoft's page, step by step</h1>"]
    for era, what in told.items():
        out.append(f"<h2>{html.escape(TITLES[era])}</h2>")
        if "missing" in what:
            out.append(f"<p><strong>{NOT_SHOWN}</strong>: {html.escape(what['missing'])}</p>")
            continue
        out.append("<table><tr><th>row<th>command<th>expected<th>got<th>verdict")
        for step in what["steps"]:
            rows = lines(step)
            for number, (wanted, got, remark) in enumerate(rows):
                kind = "later" if step["verdict"] == LATER else "wrong" if remark == WRONG else ""
                verdict = remark or SHOWN if step["verdict"] != LATER else f"{LATER}: {remark}"
                first = ""
                if number == 0:
                    typed = f"<pre>{html.escape(step['typed'])}</pre>" if step["typed"] else ""
                    first = f"<td rowspan={len(rows)}>{step['row']}<td rowspan={len(rows)}>{html.escape(step['says'])}{typed}"
                out.append(f"<tr class='{kind}'>{first}<td>{html.escape(wanted)}<td>{html.escape(got)}<td>{html.escape(verdict)}")
        out.append("</table>")
    return "\n".join(out) + "\n"
