"""The documents of cells, made once a session."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fleet.cell import Cell
from fleet.model import Fleet
from k8s import cell as inside

Document = dict[str, Any]
Files = dict[str, list[Document]]
"""`platform/<layer>` or `services/<name>` to the documents of that file."""


@pytest.fixture(scope="session")
def files() -> Callable[[Cell], Files]:
    """`files(cell)`: each file of the cell to its documents, as plain JSON would hold them."""
    made: dict[int, tuple[Cell, Files]] = {}

    def of(cell: Cell) -> Files:
        key = id(cell)
        if key not in made:
            platform = {f"platform/{name}": documents for name, documents in inside.layers(cell).items()}
            services = {f"services/{name}": documents for name, documents in inside.services(cell).items()}
            made[key] = cell, json.loads(json.dumps(platform | services))  # the cell stays: its id is the key
        return made[key][1]

    return of


@pytest.fixture(scope="session")
def documents(files: Callable[[Cell], Files]) -> Callable[[Cell], list[Document]]:
    """`documents(cell)`: all of a cell's documents."""
    return lambda cell: [document for file in files(cell).values() for document in file]


@pytest.fixture(scope="session")
def of_kind(documents: Callable[[Cell], list[Document]]) -> Callable[[Cell, str], list[Document]]:
    """`of_kind(cell, "Deployment")`: the cell's documents of one kind."""
    return lambda cell, kind: [document for document in documents(cell) if document["kind"] == kind]


@pytest.fixture(scope="session")
def cells(fleet_of: Callable[[str], Fleet]) -> list[Cell]:
    """Every cell of the three blueprints."""
    return [cell for name in ("day-one", "growth", "hypergrowth") for cell in fleet_of(name).cells]


@pytest.fixture(scope="session")
def samples(fleet_of: Callable[[str], Fleet]) -> list[Cell]:
    """One cell of each make: Auto Mode without mesh, Auto Mode in a mesh, Karpenter, and the canonical one last."""
    growth = fleet_of("growth")
    found = [*fleet_of("day-one").cells, growth.cell("use1-z"), growth.cell("use1-a")]
    return [*found, fleet_of("hypergrowth").cell("use1-a")]
