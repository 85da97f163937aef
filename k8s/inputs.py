"""What a bundle is made from, as a hash: bundles whose hash is that of the last run are not made again.

The platform's inputs are its documents: a few hundred, soon made, and what takes time is to write and store them. A
service's bundle in a cell follows from the code, from everything fleet.yaml says, and of the services from itself, its
image, and its neighbours (whom it calls, who calls it) with the cells they live in. An input that is missing here
would keep a stale bundle: `tests/k8s/test_inputs.py` edits every line and compares what is kept with what is made anew.
"""

from __future__ import annotations

import hashlib
import json
import platform as machine
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

import yaml

from fleet.cell import Cell
from fleet.model import Fleet
from fleet.service import Service
from k8s.documents import Document

_ROOMS = ("fleet", "k8s")
"""The code that manifests follow from."""
_ELSEWHERE = {"services", "images", "placements", "owners", "exceptions", "mirror"}
"""Fields of the fleet that do not stand in fleet.yaml."""


@cache
def code() -> str:
    """Hash of the code and of what it writes YAML with."""
    found = hashlib.sha256(f"{yaml.__version__} {machine.python_version()}".encode())
    root = Path(__file__).parents[1]
    for room in _ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in (".py", ".json"):
                found.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()


def of_documents(layers: Mapping[str, Sequence[Document]]) -> str:
    """Inputs of a bundle whose documents are made already."""
    return _hash(code(), json.dumps(layers, separators=(",", ":")))


class Inputs:
    """Hashes of a fleet's inputs. The order of lines is one of them: whether it matters is not decided here."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._services = {name: service.model_dump_json() for name, service in fleet.services.items()}
        self._near: dict[str, str] = {}

    def service(self, service: Service, cell: Cell) -> str:
        """Inputs of a service's bundle, whether the cell hosts it or only knows it."""
        if service.name not in self._near:
            self._near[service.name] = self._neighbourhood(service)
        return _hash(self._file, self._near[service.name], cell.name)

    @cached_property
    def _file(self) -> str:
        """The code and fleet.yaml."""
        return _hash(code(), self._fleet.model_dump_json(exclude=_ELSEWHERE))

    def _neighbourhood(self, service: Service) -> str:
        fleet = self._fleet
        called = [call.service for call in service.calls]
        calling = [caller.name for caller in fleet.calling.get(service.name, ())]
        near = [service.name, *called, "", *calling]
        image = fleet.images.get(service.name)
        return _hash(
            service.team,
            image.model_dump_json() if image else "",
            *(f"{name} {self._services.get(name)} {self._cells.get(name)}" for name in near),
        )

    @cached_property
    def _cells(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """Service to its regions and the keys of its cells there."""
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for region, placed in self._fleet.placements.items():
            for name, keys in placed.items():
                found.setdefault(name, []).append((region, keys))
        return found


def _hash(*parts: str) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part.encode() + b"\0")
    return found.hexdigest()
