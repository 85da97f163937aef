"""Bundles on disk: one folder a cell, one file a layer or service.

`dist/use1/a/platform/guard.yaml` … is the platform's bundle of cell use1-a, `dist/use1/a/services/sessions.yaml` the
bundle of one service there. A cell's folder is written beside and renamed, so it is never half there, and a whole run
takes away the folders of cells that are no more: those it knows by the mark it left, nothing else.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleet.cell import Cell
from fleet.model import Fleet
from k8s import cell as inside
from k8s.collector import paused
from k8s.writing import identity, text

MARK = ".hypercell"
"""File in a cell's folder: written by us, and so ours to replace or to remove. It holds the fleet and the cell."""


class BundlesUnwritable(OSError):
    """The output folder cannot be written, or holds what is not ours. One sentence, with the path and what to do."""


def write_bundles(
    fleet: Fleet,
    dist: Path,
    *,
    region: str | None = None,
    cell: str | None = None,
    rendered: dict[str, dict[str, str]] | None = None,
) -> None:
    """Write `dist/<region code>/<cell key>/` for every standing cell of the scope.

    Args:
        region: only the cells of this region (`use1` or `us-east-1`).
        cell: only this cell (`use1-a`). Without either, folders of vanished cells are removed.
        rendered: what `render` gave for this scope, where that was done beforehand.

    Raises:
        BundlesUnwritable: a folder cannot be written, or one in the way was not written by us.
    """
    if rendered is None:
        rendered = render(fleet, region=region, cell=cell)
    with _one_sentence(dist):
        for one in _chosen(fleet, region, cell):
            _write(one, rendered[one.name], dist / one.region.code / one.key)
        if region is None and cell is None:
            _remove_vanished(fleet, dist)


def render(fleet: Fleet, *, region: str | None = None, cell: str | None = None) -> dict[str, dict[str, str]]:
    """Cell to its files (`bundle_files`), of the scope that `write_bundles` takes."""
    with paused():
        return {one.name: bundle_files(one) for one in _chosen(fleet, region, cell)}


def _chosen(fleet: Fleet, region: str | None, cell: str | None) -> list[Cell]:
    return [
        one
        for one in fleet.cells
        if (region is None or region in (one.region.code, one.region.name)) and (cell is None or cell == one.name)
    ]


def bundle_files(cell: Cell) -> dict[str, str]:
    """Path below the cell's folder to the text of the file.

    Raises:
        ValueError: two documents of the cell claim the same place in the cluster.
    """
    files: dict[str, str] = {}
    seen: set[str] = set()
    for layer in inside.platform(cell):
        files[f"platform/{layer.name}.yaml"] = text(layer.documents)
        seen.update(identity(document) for document in layer.documents)
    for name, documents in inside.services(cell).items():
        files[f"services/{name}.yaml"] = text(documents)
        for document in documents:
            place = identity(document)
            if place in seen:
                raise ValueError(f"{cell.name}: {place} stands twice, the second time in services/{name}.yaml")
            seen.add(place)
    return files


def _write(cell: Cell, files: dict[str, str], final: Path) -> None:
    if final.exists() and not (final / MARK).is_file():
        raise BundlesUnwritable(f"{final} was not written by this fleet; move it away, or choose another dist folder")
    partial = final.with_name(f"{final.name}.partial-{os.getpid()}")
    try:
        for folder in ("platform", "services"):
            (partial / folder).mkdir(parents=True)
        for path, content in files.items():
            (partial / path).write_text(content, "utf-8")
        (partial / MARK).write_text(_mark(cell.fleet, cell.name), "utf-8")
        if final.exists():
            old = final.with_name(f"{final.name}.partial-old-{os.getpid()}")
            final.rename(old)
            partial.rename(final)
            shutil.rmtree(old)
        else:
            partial.rename(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _mark(fleet: Fleet, cell: str) -> str:
    return f"{fleet.name} {cell}\n"


def _remove_vanished(fleet: Fleet, dist: Path) -> None:
    """Folders with our mark, of this fleet, whose cell is gone; then regions' folders that this left empty."""
    standing = {dist / one.region.code / one.key for one in fleet.cells}
    for mark in sorted(dist.glob(f"*/*/{MARK}")):
        folder = mark.parent
        if folder not in standing and mark.read_text("utf-8").split(" ")[0] == fleet.name:
            shutil.rmtree(folder)
            if not any(folder.parent.iterdir()):
                folder.parent.rmdir()


@contextmanager
def _one_sentence(dist: Path) -> Iterator[None]:
    try:
        yield
    except BundlesUnwritable:
        raise
    except OSError as error:
        where = error.filename or dist
        raise BundlesUnwritable(
            f"cannot write the bundles to {dist}: {where}: {error.strerror or error}; choose another with -c dist=FOLDER"
        ) from error
