"""A report as one page of HTML that asks nobody for anything: it has no script, and its policy forbids every request."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from fleet.record import Record
from ops.diff import groups, palette, wording
from ops.diff.legible import counted, legible, percent, plain
from ops.diff.map import Mark, fleet_map
from ops.diff.places import Places
from ops.diff.said import said
from ops.guard.change import Action
from ops.guard.report import Report, Verdict

TONES = {
    Verdict.ALLOWED: "create",
    Verdict.ROLLOUT: "may-replace",
    Verdict.REFUSED: "delete",
    Verdict.UNDECIDED: "orphan",
}
"""Verdict to the colours it has on the page."""
SIGNS = {Verdict.ALLOWED: "\u2713", Verdict.ROLLOUT: "\u2192", Verdict.REFUSED: "\u2715", Verdict.UNDECIDED: "?"}
SHAPES = {
    "create": "M10 1a9 9 0 1 1 0 18a9 9 0 1 1 0-18z",
    "update": "M2.5 2.5h15v15h-15z",
    "orphan": "M5 2h10l4 8l-4 8h-10l-4-8z",
    "may-replace": "M10 1l9 17h-18z",
    "replace": "M10 0.5l9.5 9.5l-9.5 9.5l-9.5-9.5z",
    "delete": "M6.3 1.5h7.4l4.8 4.8v7.4l-4.8 4.8h-7.4l-4.8-4.8v-7.4z",
    "none": "M8 10a2 2 0 1 0 4 0a2 2 0 1 0-4 0z",
}
"""Outline of each mark in a square of 20."""
LETTERS = {"create": "C", "update": "U", "orphan": "O", "may-replace": "M", "replace": "R", "delete": "D", "none": ""}
OPEN = 6
"""Reasons, and lines of changes, that stand open; more are folded."""


def page(report: Report, head: Record, base: Record | None) -> str:
    """The page of a comparison of two fleets."""
    report = plain(report)
    places = Places(head, base)
    return _template().render(
        report=report,
        places=places,
        map=fleet_map(report, places, head, base),
        groups=groups.groups(report.changes, places),
        reasons=said(report.reasons, report.changes, places),
        fates=groups.fates(report.shared, places),
        tone=TONES[report.verdict],
        sign=SIGNS[report.verdict],
    )


def told(mark: Mark) -> str:
    """A mark in words, for whoever sees neither letter nor colour."""
    if mark.action is None:
        return "refused" if mark.refused else "untouched"
    parts = [wording.ACTIONS[mark.action] + (" of something it shares" if mark.by_others else "")]
    if mark.own:
        parts.append(f"{counted(mark.own, 'change')} of its own")
    if mark.shared:
        parts.append(f"{counted(mark.shared, 'change')} of what it shares")
    return ", ".join([*parts, "refused"] if mark.refused else parts)


def _shown(value: Any) -> Any:
    """What a template prints: plain text without hidden characters; what is escaped already stays."""
    return legible(value) if type(value) is str else value


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent}
    environment.globals |= {
        "actions": {action: (action.name.lower().replace("_", "-"), word) for action, word in wording.ACTIONS.items()},
        "colours": palette.css(),
        "counted": counted,
        "letters": LETTERS,
        "meanings": wording.MEANINGS,
        "most_open": OPEN,
        "order": sorted(Action),
        "shapes": SHAPES,
        "told": told,
        "words": wording,
    }
    return environment.get_template("page.html")
