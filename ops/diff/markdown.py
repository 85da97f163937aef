"""A report as the comment of a pull request: it fits, whatever the change; names in it link, call and format nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fleet.record import Record
from ops.diff import groups, wording
from ops.diff.legible import counted, percent, plain
from ops.diff.places import Places
from ops.diff.said import Said, Spot, said
from ops.guard.report import Report, Verdict

MOST = 65_536
"""Characters that GitHub takes in a comment. Bytes are counted here, of which a text never has fewer."""
_KEPT = 1_500
"""Bytes kept free for the verdict of what was left out, and the ends of what is open."""
WHOLE = "`hypercell diff --json`"

SIGNS = {
    Verdict.ALLOWED: ":white_check_mark:",
    Verdict.ROLLOUT: ":vertical_traffic_light:",
    Verdict.REFUSED: ":no_entry:",
    Verdict.UNDECIDED: ":grey_question:",
}


def marker(fleet: str) -> str:
    """First line of the comment, which nobody sees: a workflow finds by it the comment it wrote before."""
    return f"<!-- hypercell diff: {re.sub('[^a-z0-9-]', '_', fleet)} -->"


def comment(report: Report, head: Record, base: Record | None = None, *, whole: str = WHOLE) -> str:
    """The comment.

    Args:
        whole: where all of it stands, as Markdown, for what has no room here.
    """
    fleet = report.fleet
    report = plain(report)
    places = Places(head, base)
    room = _Room(MOST - _KEPT)
    room.add("\n".join((marker(fleet), *_top(report, places))))
    left = [room.section(one) for one in _sections(report, places)]
    out = [f"{counted(number, noun)}{of}" for number, noun, of in filter(None, left)]
    if out:
        room.add(f"\n> [!NOTE]\n> No room here for {_listed(out)}. All of it: {whole}", kept=True)
    return room.text + "\n"


def code(text: str) -> str:
    """Text as it is, in a sentence, a table, a title: nothing in it is Markdown or HTML, and nobody is called."""
    return f"<code>{_as_numbers(text)}</code>" if text else ""


def prose(text: str) -> str:
    """A sentence as it is, which calls nobody, and links to no issue and no site."""
    # A character of no width: what looks through the finished page for names, numbers and addresses finds none.
    return re.sub(r"(@|&#35;|\bGH-)(?=\w)|(www)(?=\.)|(:)(?=//)", r"\g<0>&#8203;", _as_numbers(text))


def _as_numbers(text: str) -> str:
    """With what could be Markdown or HTML by its number, which is text to Markdown wherever it stands. Backslashes are no
    way to write it: inside code they stay, and before the line of a table they count twice.
    """
    return re.sub(r"[&<>`*_\[\]|\\~$!#]", lambda found: f"&#{ord(found[0])};", text)


@dataclass(frozen=True)
class _Section:
    noun: str
    """What a row of it is."""
    top: str
    rows: Sequence[str]
    end: str = ""
    of: str = ""
    """What the rows are of, where several sections have such rows: ` of bundle platform`."""


class _Room:
    """Text that grows up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._parts: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self._parts)

    def add(self, text: str, *, kept: bool = False) -> bool:
        """Whether there was room for it."""
        size = len(text.encode()) + 1
        if not kept and size > self._left:
            return False
        self._parts.append(text)
        self._left -= size
        return True

    def section(self, one: _Section) -> tuple[int, str, str] | None:
        """Add as many rows as there is room for; how many were left out, and of what."""
        end = len(one.end.encode()) + 1
        first = one.rows[0] if one.rows else ""
        if not one.rows or len(f"{one.top}{first}".encode()) + 2 + end > self._left:
            return (len(one.rows), one.noun, one.of) if one.rows else None
        self.add(one.top)
        self._left -= end
        written = 0
        for row in one.rows:
            if not self.add(row):
                break
            written += 1
        self.add(one.end, kept=True)
        self._left += end
        return (len(one.rows) - written, one.noun, one.of) if written < len(one.rows) else None


def _top(report: Report, places: Places) -> Iterator[str]:
    word, rest = wording.verdict(report)
    yield f"### {SIGNS[report.verdict]} {word.capitalize()}, {rest}: {code(report.fleet)}"
    yield ""
    rollout = " **Roll-out required.**" if report.rollout_required else ""
    yield f"From {code(report.base)} to {code(report.head)}. Touches **{prose(wording.touched(report.radius, places))}**;"
    yield f"at once {prose(wording.allowance(report))}.{rollout}"


def _sections(report: Report, places: Places) -> Iterator[_Section]:
    reasons = said(report.reasons, report.changes, places)
    if reasons:
        said_of = [row for one in reasons for row in _reason(one, places)]
        yield _Section("line", "\n#### Reasons\n", said_of, of=" of reasons")
    if report.inputs:
        inputs = (
            (code(one.file), code(one.field), prose(wording.which(one.radius, places)), prose(one.why))
            for one in report.inputs
        )
        yield _table("input", "Inputs that reach more than one cell", ("file", "field", "reaches", "as"), inputs)
    if report.shared:
        shared = (
            (
                _spot(one.spot, places),
                prose(wording.sharing(one, places)),
                prose(one.declared) if one.declared else "**no**",
            )
            for one in groups.fates(report.shared, places)
        )
        title = f"Shared by cells ({counted(len(report.shared), 'resource')})"
        yield _folded("line", title, ("resources", "reached from", "declared"), shared, " of what cells share")
    if report.exempted:
        used = ((code(f"exceptions/{name}.yaml"), code(path)) for name, path in report.exempted)
        yield _table("exception", "Exceptions used", ("file", "let pass"), used)
    if report.unused:
        idle = ((code(f"exceptions/{name}.yaml"), prose(why)) for name, why in report.unused)
        yield _table("unused exception", "Exceptions that let nothing pass", ("file", "why"), idle)
    if report.waves:
        waves = (
            (
                str(at),
                prose(one.title),
                prose(wording.which(one.radius, places)),
                percent(one.radius.share),
                wording.carried(one),
            )
            for at, one in enumerate(report.waves, 1)
        )
        title = f"{wording.waves(report)} ({len(report.waves):,}, in order)"
        yield _folded("wave", title, ("", "wave", "touches", "of the traffic", "carries"), waves)
    for group in groups.groups(report.changes, places):
        title = f"{code(group.part)}: {wording.summary(group.changes)}"
        rows = (
            (
                wording.ACTIONS[line.action],
                prose(places.called(line.places)),
                _upon(line),
                _named(line.fields, wording.FIELDS),
                prose(line.why),
            )
            for line in group.lines
        )
        yield _folded("line", title, ("", "where", "of", "fields", "why"), rows, f" of {code(group.part)}")


def _reason(one: Said, places: Places) -> Iterator[str]:
    """A point of a list with what to do, and below it what it is about."""
    times = f", {one.number:,} times" if one.number > 1 else ""
    undecided = "" if one.refuses else " (undecided)"
    points = []
    for point in one.points:
        where = "; ".join(_spot(spot, places) for spot in point.spots[: wording.NAMES])
        more = len(point.spots) - wording.NAMES
        where += f" and {counted(more, 'place')} more" if more > 0 else ""
        points.append(f"{where}: {'; '.join(map(prose, point.whats))}")
    if len(points) == 1:
        yield f"- **{prose(one.rule)}**{undecided}{times}: {points[0]}.  \n  **Do:** {prose(one.remedy)}."
        return
    yield f"- **{prose(one.rule)}**{undecided}{times}. **Do:** {prose(one.remedy)}."
    yield from (f"  - {point}." for point in points)


def _spot(one: Spot, places: Places) -> str:
    names = f": {_named(one.names)}" if one.names else ""
    return code(one.home) + names + (f" in {prose(places.called(one.places))}" if one.places else "")


def _upon(line: groups.Line) -> str:
    if line.types:
        each = len(line.places)
        types = ", ".join(f"{many * each:,} {code(name)}" for name, many in line.types[: wording.NAMES])
        more = len(line.types) - wording.NAMES
        return f"{wording.of_whole(line)}: {types}" + (f" and {counted(more, 'type')} more" if more > 0 else "")
    kind = "" if line.changes[0].in_cluster else f"{code(line.type)} "
    return wording.number(line) + kind + _named(line.names) + (" **stateful**" if line.stateful else "")


def _named(some: Sequence[str], most: int = wording.NAMES) -> str:
    names = ", ".join(code(name) for name in some[:most])
    more = len(some) - most
    return names + (f" and {more:,} more" if more > 0 else "")


def _rows(rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in rows]


def _head(columns: Sequence[str]) -> str:
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def _table(noun: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> _Section:
    return _Section(noun, f"\n#### {title}\n\n{_head(columns)}", _rows(rows))


def _folded(noun: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], of: str = "") -> _Section:
    top = f"\n<details><summary>{title}</summary>\n\n{_head(columns)}"
    return _Section(noun, top, _rows(rows), "\n</details>", of)


def _listed(parts: Sequence[str]) -> str:
    """Never long: what one reader can take in, and the number of the rest."""
    shown, more = parts[: wording.NAMES], len(parts) - wording.NAMES
    return ", ".join(shown) + (f", and of {counted(more, 'other part')}" if more > 0 else "")
