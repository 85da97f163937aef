"""`hypercell mirror`: what the releases want of the mirrors, what is there, what copies the rest; and mirror.yaml."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fleet import rules
from fleet.known import instead
from fleet.load import judge, read_folder
from fleet.region import Region
from ops.clients import ClientFor
from ops.mirroring.look import look
from ops.mirroring.record import Line, commands, lines, written
from ops.promotion.registry import Registry

WELL, LACKING, UNSEEN = 0, 1, 2
"""Exit codes."""
FILE = "mirror.yaml"


def show(blueprint: Path, client_for: ClientFor, *, region: str | None, record: bool, as_json: bool) -> int:
    """Look, print, and write the file when told.

    Returns:
        0 all is there, the same everywhere; 1 something is lacking or differs; 2 something could not be looked at, or
        there is no such region.

    Raises:
        FleetError: the fleet cannot be used.
        NoCredentials: an account cannot be reached.
    """
    # Who asks what is recorded must not be told that nothing is.
    fleet = judge(read_folder(blueprint), passing=(rules.mirrored.check,)).fleet
    chosen = [one for one in fleet.regions.values() if region in (None, one.name, one.code)]
    if not chosen:
        print(
            f"--region {region}: no such region is in this fleet; {instead(str(region), fleet.regions)}",
            file=sys.stderr,
        )
        return UNSEEN
    if record and region is not None:
        print(
            "--record looks at every region: what is recorded is the same in all of them; leave --region out",
            file=sys.stderr,
        )
        return UNSEEN

    def registry_of(one: Region, repository: str) -> Registry:
        return Registry(client_for("ecr", one.account_id, one.name), repository)

    items = list(look(fleet, chosen, registry_of))
    found, copies = lines(items), commands(fleet, items)
    faults = [fault for line in found for fault in line.faults]
    file = blueprint / FILE
    if record and not faults:
        file.write_text(written(found), "utf-8")
    if as_json:
        _print_json(found, copies)
    else:
        _print(found, copies, f"written to {file}" if record and not faults else "")
    return UNSEEN if faults else WELL if all(line.well for line in found) else LACKING


def _print(found: list[Line], copies: list[str], said: str) -> None:
    from ops.console import print_table

    rows = [(line.chart, line.image or "", line.tag or "?", _state(line)) for line in found]
    print_table("Charts of the releases, and the images they run", ("chart", "image", "tag", "digest"), rows)
    if copies:
        print("# What copies the rest. Images of a chart are known when the chart is there: run this again then.")
        for command in copies:
            print(command)
    if said:
        print(said)


def _state(line: Line) -> str:
    if line.digest:
        return line.digest
    parts = [*line.differing, *line.faults]
    return "; ".join([*parts, f"lacking in {', '.join(line.lacking)}"] if line.lacking else parts)


def _print_json(found: list[Line], copies: list[str]) -> None:
    from ops.console import print_json

    report: dict[str, Any] = {"well": all(line.well for line in found), "lines": found, "commands": copies}
    print_json(report)
