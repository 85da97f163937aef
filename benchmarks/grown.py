"""A blueprint of many services: hypergrowth with hundreds of small ones beside its seven."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

SOURCE = Path("blueprints/hypergrowth")
TEAM = 20
"""Services of a team."""


def grow(folder: Path, services: int, *, cells: int = 3) -> None:
    """Write a blueprint with so many services, each in so many of a region's six cells.

    Every second one has a secret, every fifth a queue that it scales by, and each calls the one before it.
    """
    shutil.copytree(SOURCE, folder)
    placements = yaml.safe_load((folder / "placements.yaml").read_text("utf-8"))
    own = len(next(iter(placements.values())))
    fleet = (folder / "fleet.yaml").read_text("utf-8")
    teams = []
    for start in range(own, services, TEAM):
        team = f"team-{start:04}"
        numbers = range(start, min(services, start + TEAM))
        written = {_name(number): _service(number, cells, own) for number in numbers}
        file = folder / "services" / f"{team}.yaml"
        file.write_text(yaml.safe_dump({"team": team, "services": written}, sort_keys=False), "utf-8")
        teams.append(f"  {team}: {{oncall: oncall@skyline.example, budget: 1000}}\n")
        for number in numbers:
            image = {"repository": f"services/{_name(number)}", "digest": f"sha256:{number:064x}"}
            (folder / "images" / f"{_name(number)}.yaml").write_text(yaml.safe_dump(image), "utf-8")
            for placed in placements.values():
                placed[_name(number)] = sorted("abcdef"[(number + step) % 6] for step in range(cells))
    (folder / "placements.yaml").write_text(yaml.safe_dump(placements), "utf-8")
    (folder / "fleet.yaml").write_text(fleet.replace("teams:\n", f"teams:\n{''.join(teams)}"), "utf-8")


def _name(number: int) -> str:
    return f"service-{number:04}"


def _service(number: int, cells: int, first: int) -> dict[str, object]:
    service: dict[str, object] = {
        "tier": 2,
        "cells": cells,
        "demand": {"rps": 60, "per_pod": 20, "cpu": "100m", "memory": "128Mi"},
    }
    if number > first:
        service["calls"] = [_name(number - 1)]
    if number % 2:
        service["secrets"] = [f"key-{number:04}"]
    if number % 5 == 0:
        service |= {"queues": {f"work-{number:04}": {}}, "scale": {"queue": f"work-{number:04}"}}
    return service
