"""The half of a synthesis that is not CDK: the bundles of the cells."""

from __future__ import annotations

from pathlib import Path

from fleet.model import Fleet
from stacks.beside import Act, Beside, Failed

WRITE = "write"
"""The order: put the bundles in place. Give it when everything else is well."""


def manifests(fleet: Fleet, dist: Path, *, region: str | None, cell: str | None) -> Beside:
    """Renders the bundles of a scope at once, and writes them when told."""

    def prepare() -> Act:
        # In here, so that the process that writes the templates starts no Node for manifests.
        from k8s.bundles import BundlesUnwritable, render, write_bundles

        try:
            rendered = render(fleet, region=region, cell=cell)
        except ValueError as error:
            raise Failed(str(error)) from None

        def write(_order: str) -> str:
            try:
                write_bundles(fleet, dist, region=region, cell=cell, rendered=rendered)
            except BundlesUnwritable as error:
                raise Failed(str(error)) from None
            return ""

        return write

    return Beside(prepare)
