"""Everything that stands inside one cell: its platform in layers, its services in bundles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fleet.cell import Cell
from fleet.service import Service
from k8s import reach, service
from k8s.addons import addons
from k8s.compute import compute
from k8s.deployers import deployers
from k8s.documents import Document
from k8s.foundations import foundations
from k8s.gitops import gitops
from k8s.guard import guard
from k8s.ingress import ingress
from k8s.mesh import mesh
from k8s.observability import observability
from k8s.secrets import secrets
from k8s.writing import in_wave

if TYPE_CHECKING:
    from k8s.manifest import Layer

LAYERS: dict[str, tuple[int, Callable[[Cell], list[Document]]]] = {
    "guard": (-10, guard),
    "foundations": (-5, lambda cell: [*foundations(cell), *deployers()]),
    "gitops": (-2, gitops),
    "add-ons": (0, addons),
    "compute": (2, compute),
    "secrets": (5, secrets),
    "mesh": (6, mesh),
    "ingress": (7, ingress),
    "observability": (8, observability),
}
"""Layer to its wave and its documents, in the order they are applied. The add-ons take waves 0 to 4 among themselves:
definitions, controllers, what stands on them; nodes come before the gateways, which wait for theirs. The mesh's
authority and the store it comes from are earlier than their layers, before istiod. `gitops` comes first, for the
projects it holds must be there."""


def layers(cell: Cell) -> dict[str, list[Document]]:
    """The platform's layers that hold anything in this cell, in the order they are applied."""
    made = {name: [in_wave(one, wave) for one in documents(cell)] for name, (wave, documents) in LAYERS.items()}
    return {name: documents for name, documents in made.items() if documents}


def platform(cell: Cell) -> list[Layer]:
    """The layers as charts of one cdk8s app, each after the one before it."""
    # In here, for it starts Node, and only this needs it.
    from cdk8s import App

    from k8s.manifest import Layer

    app = App()
    charts: list[Layer] = []
    for name, documents in layers(cell).items():
        charts.append(Layer(app, name, documents))
        if len(charts) > 1:
            charts[-1].add_dependency(charts[-2])
    return charts


Maker = Callable[[Service, Cell], list[Document]]


def makers(cell: Cell) -> dict[str, Maker]:
    """Service to what makes its bundle in this cell: those the cell hosts, then those it only knows."""
    hosted: dict[str, Maker] = {one.name: service.hosted for one in cell.services}
    return hosted | {one.name: service.known for one in reach.known(cell)}


def services(cell: Cell) -> dict[str, list[Document]]:
    """Service to the documents of its bundle."""
    return {name: make(cell.fleet.services[name], cell) for name, make in makers(cell).items()}
