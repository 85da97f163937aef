"""Each cell's bundle: one folder, one file a layer or service."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import yaml

from fleet.cell import Cell
from fleet.model import Fleet


def write_bundles(fleet: Fleet, dist: Path, *, region: str | None = None, cell: str | None = None) -> None:
    """Write `dist/<region>/<cell>/`. A cell's folder is written beside and renamed, so it is never half there."""
    for one in fleet.cells:
        if (region and region not in (one.region.code, one.region.name)) or (cell and cell != one.name):
            continue
        final = dist / one.region.code / one.key
        partial = final.with_name(f"{one.key}.partial-{os.getpid()}")
        partial.mkdir(parents=True)
        for layer, documents in layers(one).items():
            with (partial / f"{layer}.yaml").open("w", encoding="utf-8") as file:
                yaml.dump_all(documents, file, Dumper=yaml.CSafeDumper, sort_keys=False, explicit_start=True)
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)


def layers(cell: Cell) -> dict[str, list[dict[str, object]]]:
    """Layer to its documents."""
    return {
        "foundations": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": s.name}} for s in cell.services]
    }
