"""The bundles of a fleet as OCI layouts, `<out>/<region code>/<cell key>/`.

Only what has new inputs is made, service by service: what one service says is much the same in all of its cells,
and is written once. The indexes of the cells are swapped when everything is there.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fleet import names
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.service import Service
from k8s import cell as inside
from k8s import oci
from k8s.collector import paused
from k8s.documents import Document
from k8s.inputs import Inputs, of_documents
from k8s.layout import Layout, LayoutUnusable, owner
from k8s.writing import identity, text

LOCK = ".lock"
"""File in the output folder that a run holds: two of them would remove each other's blobs."""


@dataclass(frozen=True)
class Scope:
    """What to bundle. Everything, when nothing is said."""

    cells: tuple[str, ...] = ()
    """Names of cells."""
    channels: tuple[str, ...] = ()
    """Tags of bundles; bundles of other channels stay as they are."""
    fresh: bool = False
    """Make everything anew, whatever is there."""

    @property
    def whole(self) -> bool:
        return not self.cells and not self.channels


EVERYTHING = Scope()


@dataclass(frozen=True)
class Bundled:
    """One bundle of one cell after a run."""

    cell: str
    channel: str
    digest: str
    written: bool
    """Whether it was not there before."""


Step = Callable[[int, int, str], None]
"""Told how many bundles are done, of how many to be made, and which was the last."""


@dataclass(frozen=True)
class Job:
    """A bundle that a cell should have."""

    cell: Cell
    channel: str
    inputs: str
    files: Callable[[], dict[str, str]]


def jobs(fleet: Fleet, cells: Sequence[Cell]) -> Iterator[Job]:
    """Every bundle of these cells: the platforms, then service by service."""
    inputs = Inputs(fleet)
    for cell in cells:
        layers = inside.layers(cell)
        yield Job(cell, names.PLATFORM_CHANNEL, of_documents(layers), partial(platform_files, cell, layers))
    makers = [(cell, inside.makers(cell)) for cell in cells]
    for service in fleet.services.values():
        for cell, of in makers:
            if service.name in of:
                files = partial(service_files, service, cell, of[service.name])
                yield Job(cell, names.service_channel(service), inputs.service(service, cell), files)


def platform_files(cell: Cell, layers: dict[str, list[Document]]) -> dict[str, str]:
    """A file a layer, as in `dist/<code>/<cell>/platform/`.

    Raises:
        ValueError: two documents claim the same place in the cluster.
    """
    _each_once(f"{cell.name}, platform", (document for layer in layers.values() for document in layer))
    return {f"{name}.yaml": text(documents) for name, documents in layers.items()}


def service_files(service: Service, cell: Cell, make: inside.Maker) -> dict[str, str]:
    """One file, as in `dist/<code>/<cell>/services/`.

    Raises:
        ValueError: two documents claim the same place in the cluster.
    """
    documents = make(service, cell)
    _each_once(f"{cell.name}, {service.name}", documents)
    return {f"{service.name}.yaml": text(documents)}


def _each_once(where: str, documents: Iterable[Document]) -> None:
    seen: set[str] = set()
    for document in documents:
        place = identity(document)
        if place in seen:
            raise ValueError(f"{where}: {place} stands twice")
        seen.add(place)


def bundle(fleet: Fleet, out: Path, scope: Scope = EVERYTHING, step: Step = lambda *_: None) -> list[Bundled]:
    """Bring the layouts of a scope up to date. A run over everything takes away those of vanished cells.

    Raises:
        LayoutUnusable: a folder cannot be written, or one in the way was not written by this fleet.
        ValueError: two documents of a bundle claim the same place in the cluster.
    """
    with _one_sentence(out), _alone(out), paused():
        cells = [cell for cell in fleet.cells if not scope.cells or cell.name in scope.cells]
        layouts = {
            cell.name: Layout(
                out / cell.region.code / cell.key, fleet=fleet.name, cell=cell.name, trusted=not scope.fresh
            )
            for cell in cells
        }
        # Of what is outside the scope's channels, the indexes go on saying what they say.
        entries = {name: dict(layout.entries) if scope.channels else {} for name, layout in layouts.items()}
        due: list[Job] = []
        chosen: list[tuple[str, str]] = []
        for job in jobs(fleet, cells):
            if scope.channels and job.channel not in scope.channels:
                continue
            chosen.append((job.cell.name, job.channel))
            kept = None if scope.fresh else layouts[job.cell.name].kept(job.channel, job.inputs)
            if kept is None:
                due.append(job)
            else:
                entries[job.cell.name][job.channel] = kept
        written = set()
        for done, job in enumerate(due, 1):
            made = oci.bundle(job.files(), cell=job.cell.name, channel=job.channel)
            entry, new = layouts[job.cell.name].put(job.channel, made, job.inputs)
            entries[job.cell.name][job.channel] = entry
            if new:
                written.add((job.cell.name, job.channel))
            step(done, len(due), f"{job.cell.name} {job.channel}")
        for name, layout in layouts.items():
            layout.commit(entries[name])
        if scope.whole:
            _remove_vanished(fleet, out)
        return [
            Bundled(cell, channel, entries[cell][channel].digest, (cell, channel) in written)
            for cell, channel in chosen
        ]


def _remove_vanished(fleet: Fleet, out: Path) -> None:
    """Layouts of this fleet whose cell is gone; then regions' folders that this left empty."""
    standing = {out / cell.region.code / cell.key for cell in fleet.cells}
    for folder in sorted({index.parent for index in out.glob("*/*/index.json")} - standing):
        if owner(folder) == fleet.name:
            shutil.rmtree(folder)
            if not any(folder.parent.iterdir()):
                folder.parent.rmdir()


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One run at a time."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LayoutUnusable(f"another run is writing to {out}; wait for it, or choose another folder") from None
        yield


@contextmanager
def _one_sentence(out: Path) -> Iterator[None]:
    try:
        yield
    except LayoutUnusable:
        raise
    except OSError as error:
        where = error.filename or out
        raise LayoutUnusable(
            f"cannot write the bundles to {out}: {where}: {error.strerror or error}; choose another folder with --out"
        ) from error
