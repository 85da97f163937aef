"""The cells of a region as the files say that a cluster gets, read back from their text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import yaml

from fleet import addressing
from fleet.model import Fleet
from k8s.bundles import bundle_files
from ops.mesh.cluster import Cluster
from ops.mesh.reach import Region

Documents = dict[str, list[dict[str, Any]]]
"""Cell to its documents."""

REGIONS = [
    ("growth", "us-east-1"),
    ("growth", "us-west-2"),
    ("hypergrowth", "us-east-1"),
    ("hypergrowth", "eu-central-1"),
]
"""Meshes that are proven: of both sizes, and in both markets."""


@pytest.fixture(scope="session")
def emitted(fleet_of: Callable[[str], Fleet]) -> Callable[[str, str], Documents]:
    """`emitted("growth", "us-east-1")`: the documents of each cell of a region. A test that changes them copies."""

    @cache
    def read(blueprint: str, region: str) -> Documents:
        return {
            cell.name: [
                document
                for text in bundle_files(cell).values()
                for document in yaml.load_all(text, Loader=yaml.CSafeLoader)
            ]
            for cell in fleet_of(blueprint).regions[region].standing_cells
        }

    return read


@pytest.fixture(scope="session")
def mesh(fleet_of: Callable[[str], Fleet]) -> Callable[[str, str, Documents], Region]:
    """`mesh("growth", "us-east-1", documents)`: the region that these documents make."""

    def of(blueprint: str, region: str, documents: Documents) -> Region:
        cells = fleet_of(blueprint).regions[region].standing_cells
        doors = {cell.name: addressing.cell_block(cell) for cell in cells}
        return Region({name: Cluster(name, found) for name, found in documents.items()}, doors)

    return of


@pytest.fixture
def spoilt(
    emitted: Callable[[str, str], Documents], mesh: Callable[[str, str, Documents], Region]
) -> Callable[..., Region]:
    """`spoilt(edit)`: the six cells of hypergrowth's us-east-1 after an edit of their documents.

    The edit must change something, so that a case cannot pass by touching nothing.
    """

    def make(edit: Callable[[Documents], None]) -> Region:
        before = emitted("hypergrowth", "us-east-1")
        documents = deepcopy(before)
        edit(documents)
        assert documents != before
        return mesh("hypergrowth", "us-east-1", documents)

    return make


def every(documents: Documents, kind: str, name: str | None = None) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Each document of a kind, with the list that holds it."""
    for found in documents.values():
        for one in list(found):
            if one["kind"] == kind and name in (None, one["metadata"]["name"]):
                yield found, one
