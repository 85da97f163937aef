"""Which cells, zones and services a text names: names are computed, so what is named is referred to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fleet import tombstone
from fleet.record import Record


@dataclass(frozen=True)
class Names:
    """Names to look for."""

    regions: Mapping[str, str]
    """Cell, `use1-a`, to the code of its region."""
    zones_of: Mapping[str, str]
    """Zone id to its region."""
    service_names: frozenset[str]

    @classmethod
    def of(cls, *records: Record) -> Names:
        """What any of these records, or a tombstone in one, names."""
        cells = {key for record in records for key in record.cells}
        cells |= {cell for record in records for cell in map(tombstone.cell, record.removed) if cell is not None}
        return cls(
            regions={cell: cell.rpartition("-")[0] for cell in cells},
            zones_of={zone: name for one in records for name, region in one.regions.items() for zone in region.zones},
            service_names=frozenset(service for record in records for service in record.services),
        )

    def cells(self, text: str) -> frozenset[str]:
        """Cells that a text names: `skyline-use1-a-node`, `a.use1.origin.skyline.example`."""
        named = set(self._cells.findall(text)) if self.regions else set()
        for key, code in self._addresses.findall(text) if "origin" in text else ():
            if f"{code}-{key}" in self.regions:
                named.add(f"{code}-{key}")
        return frozenset(named)

    def zones(self, text: str) -> frozenset[str]:
        """Zones that a text names by id, also as logical ids spell them: `GatewayUse1Az1`."""
        found = set(self._zones.findall(text)) if self.zones_of else set()
        return frozenset(self._spelled.get(zone, zone) for zone in found)

    def services(self, text: str) -> frozenset[str]:
        return frozenset(self._services.findall(text)) if self.service_names else frozenset()

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {zone.title().replace("-", ""): zone for zone in self.zones_of}

    @cached_property
    def _cells(self) -> re.Pattern[str]:
        return _any_of(self.regions)

    @cached_property
    def _addresses(self) -> re.Pattern[str]:
        codes = "|".join(sorted(set(self.regions.values())))
        return re.compile(rf"(?<![a-z0-9.-])([a-z][a-z0-9]{{0,5}})\.({codes})\.origin\.")

    @cached_property
    def _zones(self) -> re.Pattern[str]:
        whole = "|".join(sorted(map(re.escape, self.zones_of), key=len, reverse=True))
        spelled = "|".join(sorted(self._spelled, key=len, reverse=True))
        return re.compile(rf"(?<![a-z0-9])(?:{whole})(?![a-z0-9])|(?:{spelled})")

    @cached_property
    def _services(self) -> re.Pattern[str]:
        return _any_of(self.service_names)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?<![a-z0-9])(?:{longest})(?![a-z0-9])")


def text_of(name: str, resource: Any) -> str:
    """All that a resource says, its logical id with it."""
    return f"{name} {json.dumps(resource)}"
