"""How far each field of the fleet's files reaches: the declaration, one line a field."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ops.guard.comparison import Comparison
from ops.guard.pieces import Edit

Told = tuple[frozenset[str], str]
"""Cells, and why it reaches them."""

_NOBODY: dict[str, str] = {
    "exceptions": "lets pass, and makes nothing",
    "quotas": "what AWS granted: checked, never written",
    "removed": "a tombstone",
    "rollout": "in which order changes travel",
}
_UNTIL_OVERRIDDEN = ("capacity", "max_nodes", "max_pods_per_node", "weight", "control_plane")
"""Fields of `cell_defaults` that a cell may have of its own, by the same names."""


class Spread:
    """Answers for one comparison, from both records and both fleet files as they are written."""

    def __init__(self, compared: Comparison, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self._records = (compared.base.record, compared.head.record)
        self._files = (before, after)

    def of(self, file: str, edit: Edit) -> Told:
        """Whom an edit of a file may reach."""
        folder, _, name = file.partition("/")
        path = tuple(part for part in edit.path if not part.startswith("[")) or ("",)
        if folder == "fleet.yaml":
            return self._of_fleet(path, edit)
        if folder == "services":
            return self._of_services(path, edit)
        if folder == "images":
            service = name.removesuffix(".yaml")
            return self.hosting(service), f"image of {service}"
        if folder == "placements.yaml":
            return self._of_placements(path)
        if folder == "mirror.yaml":
            return self._of_mirror(path)
        if folder == "exceptions":
            return frozenset(), _NOBODY["exceptions"]
        return self.all, "a file of the fleet"

    @cached_property
    def all(self) -> frozenset[str]:
        return frozenset(cell for record in self._records for cell in record.cells)

    def region(self, *names: str) -> frozenset[str]:
        """Cells of regions, before or after."""
        return frozenset(key for record in self._records for key, cell in record.cells.items() if cell.region in names)

    def hosting(self, *services: str) -> frozenset[str]:
        """Cells that host any of these, before or after."""
        wanted = set(services)
        return frozenset(
            key for record in self._records for key, cell in record.cells.items() if wanted & set(cell.services)
        )

    def _of_fleet(self, path: tuple[str, ...], edit: Edit) -> Told:
        top = path[0]
        if top in _NOBODY:
            return frozenset(), _NOBODY[top]
        if top == "policies" and path[1:2] == ("change_scope",):
            return frozenset(), "how much may be touched at once; the narrower of before and after holds"
        if top == "regions":
            return self._of_regions(path, edit)
        if top == "release":
            return self._without("release"), "release of cells that name none"
        if top == "releases":
            names = path[1:2] or tuple({**_mapping(edit.before), **_mapping(edit.after)})
            return self._on_release(names), f"release of {len(self._on_release(names))} cells"
        if top == "cell_defaults" and path[1:2] and path[1] in _UNTIL_OVERRIDDEN:
            return self._without(path[1]), "default of cells that do not override it"
        if top == "databases" and len(path) > 1:
            market = self._market_of(path[1])
            return self.region(*market) or self.all, f"database of {', '.join(market) or 'the fleet'}"
        return self.all, f"`{top}` is the whole fleet's"

    def _of_regions(self, path: tuple[str, ...], edit: Edit) -> Told:
        if len(path) < 2:
            return self.all, "all regions"
        region = path[1]
        if len(path) < 4 or path[2] != "cells":
            names = self._neighbours(region) if path[2:3] == ("weight",) or len(path) == 2 else (region,)
            return self.region(*names), f"field of region {region}"
        cell = self._cell(region, path[3])
        stands = [record.cells.get(cell) for record in self._records]
        joins = [one is not None and one.state != "planned" for one in stands]
        if joins[0] != joins[1] or len(path) == 4 or (edit.field == "state"):
            return self.region(
                region
            ), f"{cell} joins, leaves or changes its state: the mesh layer of its region says so"
        return frozenset({cell}), f"field of cell {cell}"

    def _of_services(self, path: tuple[str, ...], edit: Edit) -> Told:
        names = path[1:2] or tuple({**_mapping(edit.before), **_mapping(edit.after)})
        if path[0] != "services" or not names:
            return self.all, "team of services"
        regions = {region for record in self._records for name in names for region in record.services.get(name, ())}
        return self.region(
            *regions
        ), f"{', '.join(names)}: its cells host it, the others know it and size their doors by it"

    def _of_placements(self, path: tuple[str, ...]) -> Told:
        region = path[0]
        if not region:
            return self.all, "placements"
        return self.region(region), f"placement in {region}: cells share the load, and know where it is"

    def _of_mirror(self, path: tuple[str, ...]) -> Told:
        if path[0] == "charts" and len(path) >= 2:
            chart, version = path[1], path[2] if len(path) > 2 else None
            names = tuple(
                name
                for file in self._files
                for name, release in _mapping(file.get("releases")).items()
                if (found := _mapping(_mapping(release).get("charts")).get(chart)) and version in (None, str(found))
            )
            return self._on_release(names), f"pin of {chart} {version or ''}".rstrip()
        return self.all, "pins of images that any cell may run"

    def _on_release(self, names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(key for record in self._records for key, cell in record.cells.items() if cell.release in names)

    def _without(self, field: str) -> frozenset[str]:
        """Cells that do not say a field themselves, in one of the files."""
        found = set()
        for file, record in zip(self._files, self._records, strict=True):
            for region, fields in _mapping(file.get("regions")).items():
                for key, cell in _mapping(_mapping(fields).get("cells")).items():
                    if field not in _mapping(cell):
                        found.add(self._cell(region, str(key), record.regions.get(region)))
        return frozenset(found)

    def _cell(self, region: str, key: str, known: Any = None) -> str:
        homes = [record.regions[region] for record in self._records if region in record.regions]
        code = (known or homes[0]).code if known or homes else region
        return f"{code}-{key}"

    def _market_of(self, database: str) -> tuple[str, ...]:
        """Regions of a database's market: `bookings-us` is of `us`."""
        return tuple(
            dict.fromkeys(
                name
                for record in self._records
                for name, region in record.regions.items()
                if database.endswith(f"-{region.market}")
            )
        )

    def _neighbours(self, region: str) -> tuple[str, ...]:
        """All regions of a region's market: they share its traffic."""
        markets = {record.regions[region].market for record in self._records if region in record.regions}
        return tuple(
            dict.fromkeys(
                name for record in self._records for name, one in record.regions.items() if one.market in markets
            )
        )


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
