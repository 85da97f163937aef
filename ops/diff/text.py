"""A report for a terminal: the verdict first, then why, what is touched, what changes, and in which waves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fleet.record import Record
from ops.diff import groups as grouped
from ops.diff import wording
from ops.diff.legible import plain
from ops.diff.places import Places
from ops.diff.said import said
from ops.guard.change import Action
from ops.guard.report import Report, Verdict

PIPED_WIDTH = 120
"""Columns when nobody's terminal tells."""
_COMMON = 3
"""Lines with the same why that it stands above of."""

_VERDICT = {
    Verdict.ALLOWED: "bold green",
    Verdict.ROLLOUT: "bold yellow",
    Verdict.REFUSED: "bold red",
    Verdict.UNDECIDED: "bold magenta",
}
_ACTION = {
    Action.CREATE: "green",
    Action.UPDATE: "cyan",
    Action.ORPHAN: "magenta",
    Action.MAY_REPLACE: "yellow",
    Action.REPLACE: "bold yellow",
    Action.DELETE: "bold red",
}


def console() -> Console:
    """The terminal, or plain text of a fixed width when the output goes elsewhere."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=PIPED_WIDTH, no_color=True)


def show(report: Report, out: Console, head: Record, base: Record | None = None) -> None:
    """Print the report. What equal changes have in common is said once; what a line has no room for is counted."""
    with out.capture() as drawn:
        for part in _parts(plain(report), Places(head, base)):
            out.print(part)
    # A file gets no blanks at the ends of its lines.
    for line in drawn.get().splitlines():
        out.file.write(f"{line if out.is_terminal else line.rstrip()}\n")


def _parts(report: Report, places: Places) -> Iterator[RenderableType]:
    word, rest = wording.verdict(report)
    yield Text.assemble((word.upper(), _VERDICT[report.verdict]), f", {rest}  ", (report.fleet, "bold"))
    sides = f"{report.base} -> {report.head}"
    summary = [("from, to", sides), ("touches", wording.touched(report.radius, places))]
    summary.append(("at once", f"{wording.allowance(report)} (policies.change_scope)"))
    if report.rollout_required:
        summary.append(("roll-out", "required: every wave is within that, or is what one service keeps in a region"))
    summary.append(("changes", wording.summary(report.changes)))
    yield Padding(_pairs(summary), (0, 0, 1, 0))
    if report.reasons:
        yield _section("Reasons", Group(*_reasons(report, places)))
    if report.changes:
        yield _section("Changes", Group(*_changes(report, places)))
    if report.shared:
        yield _section("Shared by cells", Group(*_fates(report, places)))
    if report.inputs:
        inputs = [(wording.source(one), wording.which(one.radius, places), one.why) for one in report.inputs]
        yield _section("Inputs that reach more than one cell", _columns(inputs, "input", "reaches", "as"))
    if report.waves:
        waves = [
            (str(number), one.title, wording.carried(one), wording.which(one.radius, places))
            for number, one in enumerate(report.waves, 1)
        ]
        yield _section(wording.waves(report), _columns(waves, "", "wave", "carries", "touches"))
    if report.exempted:
        yield _section("Exceptions used", _columns(report.exempted, "exceptions/<id>.yaml", "let pass"))
    if report.unused:
        yield _section("Exceptions that let nothing pass", _columns(report.unused, "exceptions/<id>.yaml", "why"))


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(title, "bold underline"), Padding(body, (0, 0, 1, 2)))


def _pairs(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim", min_width=3)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))
    return table


def _columns(rows: Sequence[tuple[str, ...]], *titles: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in titles:
        table.add_column(title, overflow="fold", justify="left" if title else "right")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _reasons(report: Report, places: Places) -> Iterator[RenderableType]:
    for one in said(report.reasons, report.changes, places):
        style = "bold red" if one.refuses else "bold magenta"
        alone = one.points[0].spots[0] if len(one.points) == len(one.points[0].spots) == 1 else None
        yield Text.assemble(
            (one.rule, style),
            "" if one.refuses else " (undecided)",
            f"  {one.number:,} times" if one.number > 1 else "",
            f"  {wording.spot(alone, places)}" if alone else "",
        )
        for point in one.points:
            if not alone:
                for spot in point.spots:
                    yield Padding(Text(wording.spot(spot, places)), (0, 0, 0, 2))
            yield Padding(_pairs([("why", what) for what in point.whats]), (0, 0, 0, 2 if alone else 4))
        yield Padding(_pairs([("do", one.remedy)]), (0, 0, 0, 2))


def _fates(report: Report, places: Places) -> Iterator[RenderableType]:
    for one in grouped.fates(report.shared, places):
        yield Text(wording.spot(one.spot, places))
        declared = f"declared: {one.declared}" if one.declared else ("NOT on the declared list", "bold red")
        line = Text.assemble(f"reached from {wording.sharing(one, places)}; ", declared, style="dim")
        yield Padding(line, (0, 0, 0, 2))


def _changes(report: Report, places: Places) -> Iterator[RenderableType]:
    for group in grouped.groups(report.changes, places):
        yield Text.assemble((group.part, "bold"), (f"  {wording.summary(group.changes)}", "dim"))
        for why, lines in groupby(group.lines, key=lambda line: line.why):
            some = list(lines)
            # What three or more lines have in common stands above them, once.
            above = len(some) >= _COMMON and bool(why)
            if above:
                yield Padding(Text(f"{why}:", "dim"), (0, 0, 0, 2))
            for line in some:
                text = Text.assemble(
                    f"{places.called(line.places)}: ",
                    (wording.ACTIONS[line.action], _ACTION[line.action]),
                    f" {wording.upon(line)}",
                    ("  [stateful]", "bold") if line.stateful else "",
                    (f"  {why}", "dim") if why and not above else "",
                )
                yield Padding(text, (0, 0, 0, 4 if above else 2))
